/* src/training/choose_architecture.c — from a config and the training targets to the shape of a network. */
#include "training/choose_architecture.h"

#include "config/layers.h"
#include "config/normalization.h"
#include "config/outputs.h"
#include "core/memory.h"

#include <inttypes.h>
#include <string.h>

/* Does a key say what the targets are?  Its text, as in "train.loss = mse"; else NULL. */
static const char *deciding_key(const fcnn_config *config, const char **value)
{
    if (strcmp(config->model_output, "auto") != 0) {
        *value = config->model_output;
        return "model.output";
    }
    if (config->train_loss != FCNN_LOSS_AUTO) {
        *value = fcnn_loss_name(config->train_loss);
        return "train.loss";
    }
    if (fcnn_normalization_is_used(config->data_normalize_targets)) {
        *value = config->data_normalize_targets;
        return "data.normalize_targets";
    }
    return NULL;
}

/* ---- doubts ---- */

#define SAY_WHICH "say model.output = softmax if they are classes, model.output = linear if they are amounts"

/* Whole numbers that are stored as integers: classes, unless they look like counts or codes. */
static fcnn_status doubt_integers(const fcnn_target_summary *targets)
{
    if (targets->is_named || targets->smallest < 0 || targets->largest >= (double)FCNN_TARGETS_CLASSES_MOST) {
        return FCNN_OK; /* beyond doubt, or refused with words of their own */
    }
    if (targets->single > 4 && 4 * targets->single >= targets->classes) {
        return fcnn_fail(FCNN_ECONFIG,
                         "the targets are %" PRId64 " different whole numbers up to %.17g, of which %" PRId64
                         " are those of a single row each: " SAY_WHICH,
                         targets->classes, targets->largest, targets->single);
    }
    if (2 * (double)targets->classes < targets->largest + 1) {
        return fcnn_fail(FCNN_ECONFIG,
                         "the targets are whole numbers from %.17g to %.17g, of which only %" PRId64
                         " occur, and as classes they would be numbered from 0 to %.17g: " SAY_WHICH,
                         targets->smallest, targets->largest, targets->classes, targets->largest);
    }
    return FCNN_OK;
}

/* Looks for targets that may be two things where no key says which. */
static fcnn_status doubt(const fcnn_config *config, const fcnn_target_summary *targets, int64_t columns)
{
    if (targets->is_text) {
        return !targets->text_numbers
                   ? FCNN_OK
                   : fcnn_fail(FCNN_ECONFIG,
                               "the targets are strings that are all numbers: say model.output = softmax "
                               "if they name classes; for a regression (model.output = linear) store them "
                               "as numbers");
    }
    if (!targets->one_column) {
        return targets->one_hot || !targets->zero_or_one
                   ? FCNN_OK
                   : fcnn_fail(FCNN_ECONFIG,
                               "the targets are %" PRId64 " columns of 0 and 1, of which a row may have several or "
                               "none: say model.output = sigmoid if each column is a yes or no of its own, "
                               "model.output = linear if they are amounts",
                               columns);
    }
    if (targets->zero_or_one) {
        return FCNN_OK;
    }
    if (targets->integer_type) {
        return config->model_classes == FCNN_AUTO ? doubt_integers(targets) : FCNN_OK;
    }
    if (targets->whole && targets->values > 1 && targets->values <= FCNN_TARGETS_VALUES_MOST &&
        targets->rows >= 2 * targets->values) {
        return fcnn_fail(FCNN_ECONFIG,
                         "the targets are floating-point numbers, but only %" PRId64
                         " different ones and all whole, from %.17g to %.17g: " SAY_WHICH,
                         targets->values, targets->smallest, targets->largest);
    }
    return FCNN_OK;
}

/* ---- the shape ---- */

static fcnn_output output_of(const fcnn_config *config, const fcnn_target_summary *targets)
{
    const fcnn_output given = fcnn_output_columns_word(config->model_output);
    if (given != FCNN_OUTPUT_AUTO) {
        return given;
    }
    if (config->train_loss != FCNN_LOSS_AUTO) {
        return fcnn_loss_usual_output(config->train_loss);
    }
    if (fcnn_normalization_is_used(config->data_normalize_targets)) {
        return FCNN_OUTPUT_LINEAR;
    }
    if (!targets->one_column) {
        return targets->one_hot ? FCNN_OUTPUT_SOFTMAX : FCNN_OUTPUT_LINEAR;
    }
    if (targets->zero_or_one) {
        return FCNN_OUTPUT_SIGMOID;
    }
    return targets->integer_type ? FCNN_OUTPUT_SOFTMAX : FCNN_OUTPUT_LINEAR;
}

static fcnn_loss loss_of(const fcnn_config *config, fcnn_output output)
{
    return config->train_loss != FCNN_LOSS_AUTO ? config->train_loss : fcnn_output_usual_loss(output);
}

static fcnn_status class_count(const fcnn_config *config, const fcnn_target_summary *targets, int64_t columns,
                               int64_t *out)
{
    if (!targets->one_column && (config->model_classes == FCNN_AUTO || config->model_classes == columns)) {
        *out = columns;
        return FCNN_OK;
    }
    if (config->model_classes != FCNN_AUTO) {
        *out = config->model_classes;
        return FCNN_OK;
    }
    if (strcmp(config->model_output, "auto") == 0 && targets->largest >= (double)FCNN_TARGETS_CLASSES_MOST) {
        return fcnn_fail(FCNN_ECONFIG,
                         "the targets are whole numbers up to %.17g, which would make more than %d classes: for a "
                         "regression say model.output = linear, for so many classes model.classes = NUMBER and "
                         "model.output = softmax",
                         targets->largest, FCNN_TARGETS_CLASSES_MOST);
    }
    if (targets->largest >= 1e6) {
        return fcnn_fail(FCNN_ECONFIG, "the largest label is %.17g: say model.classes, or model.output = linear",
                         targets->largest);
    }
    *out = targets->largest < 1 ? 2 : (int64_t)targets->largest + 1;
    return FCNN_OK;
}

static void fill_layers(const fcnn_config *config, int64_t features, int64_t outputs, fcnn_architecture *shape)
{
    int64_t inputs = features;
    for (int64_t layer = 0; layer < config->model_hidden.count; layer++) {
        const int64_t width = config->model_hidden.values[layer];
        shape->layer[layer] = (fcnn_layer){
            .inputs = inputs,
            .outputs = width,
            .activation = fcnn_config_activation(config, layer),
            .leaky_slope = config->model_leaky_slope,
            .layer_norm = config->model_layer_norm,
            .residual = fcnn_config_residual(config, layer),
        };
        inputs = width;
    }
    shape->layer[shape->layers - 1] = (fcnn_layer){
        .inputs = inputs,
        .outputs = outputs,
        .activation = fcnn_output_activation(shape->output),
        .leaky_slope = FCNN_LEAKY_SLOPE,
    };
}

fcnn_status fcnn_architecture_choose(const fcnn_config *config, int64_t features, int64_t target_columns,
                                     const fcnn_target_summary *targets, fcnn_architecture *out)
{
    fcnn_architecture shape = {.precision = config->model_precision, .layers = config->model_hidden.count + 1};
    const char *value;
    if (deciding_key(config, &value) == NULL) {
        FCNN_TRY(doubt(config, targets, target_columns));
    }
    shape.output = output_of(config, targets);
    if (targets->is_text && shape.output != FCNN_OUTPUT_SOFTMAX &&
        !(shape.output == FCNN_OUTPUT_SIGMOID && targets->zero_or_one)) {
        return fcnn_fail(
            FCNN_ECONFIG,
            "the targets are strings, which name classes, but the output is %s: say model.output = softmax, "
            "or store them as numbers",
            fcnn_output_columns_name(shape.output));
    }
    shape.loss = loss_of(config, shape.output);
    if (shape.output == FCNN_OUTPUT_COLUMNS) {
        FCNN_TRY(fcnn_output_columns_assign(config->model_output, "model.output", target_columns, &shape.columns));
    }
    int64_t outputs = target_columns;
    if (shape.output == FCNN_OUTPUT_SOFTMAX) {
        FCNN_TRY(class_count(config, targets, target_columns, &outputs));
    }
    if (fcnn_normalization_is_used(config->data_normalize_targets) &&
        !fcnn_loss_normalizes_targets(shape.output, shape.loss)) {
        return fcnn_fail(FCNN_ECONFIG, "data.normalize_targets = %s is for regressions, but the output is %s",
                         config->data_normalize_targets, fcnn_output_columns_name(shape.output));
    }
    if (shape.loss == FCNN_LOSS_QUANTILE) {
        shape.quantiles = config->train_quantiles.count;
        memcpy(shape.quantile, config->train_quantiles.values, (size_t)shape.quantiles * sizeof *shape.quantile);
    }
    outputs *= fcnn_architecture_outputs_per_target(&shape);
    FCNN_TRY(fcnn_memory_create("the layers", shape.layers, sizeof *shape.layer, &shape.layer));
    fill_layers(config, features, outputs, &shape);
    *out = shape;
    return FCNN_OK;
}

/* ---- in words ---- */

static fcnn_status describe_classes(const fcnn_target_summary *targets, int64_t classes, fcnn_text *out)
{
    FCNN_TRY(fcnn_text_append(out, "%" PRId64 " classes, ", classes));
    if (targets->is_text) {
        return fcnn_text_append(out, "named by strings");
    }
    if (!targets->one_column) {
        return fcnn_text_append(out, "a column of 0 and 1 for each");
    }
    FCNN_TRY(
        fcnn_text_append(out, "whole numbers from %.17g to %.17g in one column", targets->smallest, targets->largest));
    return targets->classes < classes && classes <= FCNN_TARGETS_CLASSES_MOST
               ? fcnn_text_append(out, ", %" PRId64 " of which never occur", classes - targets->classes)
               : FCNN_OK;
}

fcnn_status fcnn_architecture_explain(const fcnn_config *config, const fcnn_target_summary *targets,
                                      const fcnn_architecture *shape, fcnn_text *out)
{
    const int64_t outputs = fcnn_architecture_targets(shape);
    const char *columns = outputs == 1 ? "column" : "columns", *value = "auto";
    const char *key = config != NULL ? deciding_key(config, &value) : NULL;
    if (shape->output == FCNN_OUTPUT_SOFTMAX) {
        FCNN_TRY(describe_classes(targets, outputs, out));
    } else if (shape->output != FCNN_OUTPUT_SIGMOID) {
        FCNN_TRY(fcnn_text_append(out, "amounts in %" PRId64 " %s, a regression", outputs, columns));
    } else if (targets->zero_or_one && outputs == 1) {
        FCNN_TRY(
            fcnn_text_append(out, "2 classes, %s", targets->is_text ? "named by strings" : "0 and 1 in one column"));
    } else {
        FCNN_TRY(fcnn_text_append(out, "%" PRId64 " %s from 0 to 1, each of its own", outputs, columns));
    }
    if (config == NULL) {
        return fcnn_text_append(out, " (as in the model from which training starts)");
    }
    return fcnn_text_append(out, " (%s = %s)", key != NULL ? key : "model.output", value);
}
