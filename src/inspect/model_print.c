/* src/inspect/model_print.c — prints models for the user, and their parameters for programs. */
#include "inspect/model_print.h"

#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/text.h"
#include "model/losses.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_SHOWN = 10 };

/* ---- layers ---- */

/* Prints the settings of the loss that are not 0: ", huber_delta = 0.5". */
static void print_loss_settings(const fcnn_model *model, FILE *out)
{
    const fcnn_loss_rule *rule = fcnn_loss_rule_of(model->shape.loss);
    for (int i = 0; i < FCNN_LOSS_KEYS && rule->keys[i] != NULL; i++) {
        if (model->loss_settings[i] != 0) {
            char number[32];
            fcnn_text_from_double(model->loss_settings[i], number);
            fprintf(out, ", %s = %s", rule->keys[i], number);
        }
    }
}

static fcnn_status print_output(const fcnn_model *model, FILE *out)
{
    const fcnn_architecture *shape = &model->shape;
    fcnn_text output = {0};
    FCNN_TRY(fcnn_architecture_output_text(shape, &output));
    fprintf(out, "output     %s, loss %s", output.data, fcnn_loss_name(shape->loss));
    print_loss_settings(model, out);
    fputc('\n', out);
    fcnn_text_clear(&output);
    if (shape->quantiles > 0) {
        fcnn_text quantiles = {0};
        const fcnn_status status = fcnn_architecture_quantiles_text(shape, &quantiles);
        if (status == FCNN_OK) {
            fprintf(out, "quantiles  %s\n", quantiles.data);
        }
        fcnn_text_clear(&quantiles);
        FCNN_TRY(status);
    }
    return FCNN_OK;
}

/* Prints the slope of each layer with prelu. */
static void print_slopes(const fcnn_model *model, FILE *out)
{
    const fcnn_architecture *shape = &model->shape;
    bool is_first = true;
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        if (fcnn_architecture_tensor(shape, i).kind == FCNN_TENSOR_SLOPE) {
            const bool is_single = shape->precision != FCNN_PRECISION_DOUBLE;
            const double slope = is_single ? (double)*(const float *)model->biases[i] : *(double *)model->biases[i];
            fprintf(out, "%s%.9g", is_first ? "slopes     of prelu: " : ", ", slope);
            is_first = false;
        }
    }
    fputs(is_first ? "" : "\n", out);
}

/* Says whether the parameters are an average, which only the config knows; it may be that of a newer version. */
static fcnn_status print_average(const fcnn_model *model, FILE *out)
{
    fcnn_config *config;
    if (model->config == NULL) {
        return FCNN_OK;
    }
    const fcnn_status status =
        fcnn_config_parse_effective(model->config, (int64_t)strlen(model->config), "the model", &config);
    if (status != FCNN_OK) {
        return status == FCNN_ECONFIG ? FCNN_OK : status;
    }
    if (config->train_ema > 0) {
        char number[32];
        fcnn_text_from_double(config->train_ema, number);
        fprintf(out, "average    the parameters are an average over the steps, train.ema = %s\n", number);
    }
    fcnn_config_destroy(config);
    return FCNN_OK;
}

static fcnn_status print_summary(const fcnn_model *model, FILE *out)
{
    const fcnn_architecture *shape = &model->shape;
    char *text;
    FCNN_TRY(fcnn_architecture_text(shape, &text));
    fprintf(out, "model      %s, %s precision\n", text, fcnn_precision_name(shape->precision));
    free(text);
    FCNN_TRY(print_output(model, out));
    if (shape->layer[0].layer_norm) {
        fprintf(out, "layer norm before the activations of the hidden layers\n");
    }
    if (shape->layers > 2 && shape->layer[1].residual) {
        fprintf(out, "residual   each hidden layer after the first adds its inputs to its result\n");
    }
    print_slopes(model, out);
    if (model->fills_missing) {
        fprintf(out, "missing    inputs are replaced by the means of their columns\n");
    }
    if (model->ignores_missing_targets) {
        fprintf(out, "missing    targets count in no sum\n");
    }
    FCNN_TRY(print_average(model, out));
    if (model->program != NULL) {
        fprintf(out, "made by    ");
        fcnn_model_print_foreign(model->program, out);
        fprintf(out, ", numerics version %" PRId64 "\n", model->numerics_version);
    }
    if (model->choice.reason != NULL) {
        fprintf(out, "epoch      %" PRId64 ", step %" PRId64 ": ", model->choice.epoch, model->choice.steps);
        fcnn_model_print_foreign(model->choice.reason, out);
        fputc('\n', out);
    }
    return FCNN_OK;
}

static void print_layers(const fcnn_architecture *shape, FILE *out)
{
    fprintf(out, "\nlayer  weights [out][in]       activation   parameters\n");
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        char weights[64], activation[64];
        fcnn_layer_activation(&shape->layer[layer], activation);
        snprintf(weights, sizeof weights, "[%" PRId64 "][%" PRId64 "]", shape->layer[layer].outputs,
                 shape->layer[layer].inputs);
        fprintf(out, "%5" PRId64 "  %-22s  %-10s  %11" PRId64 "\n", layer + 1, weights, activation,
                fcnn_architecture_layer_parameters(shape, layer));
    }
    fprintf(out, "total  %-22s  %-10s  %11" PRId64 "\n", "", "", fcnn_architecture_parameters(shape));
}

/* ---- classes ---- */

static void print_classes(const fcnn_classes *classes, FILE *out)
{
    if (classes->count > 0) {
        fprintf(out, "\nclasses\n");
    }
    for (int64_t i = 0; i < classes->count; i++) {
        fprintf(out, "%6" PRId64 "  ", i);
        fcnn_model_print_foreign(classes->names[i], out);
        fputc('\n', out);
    }
}

/* ---- history and config ---- */

static void print_cell(double value, FILE *out)
{
    if (isnan(value)) {
        fprintf(out, "  %16s", "-");
    } else {
        fprintf(out, "  %16.9g", value);
    }
}

static void print_history(const fcnn_history *history, FILE *out)
{
    const int64_t first = history->count > LINES_SHOWN ? history->count - LINES_SHOWN : 0;
    if (history->count == 0) {
        return;
    }
    fprintf(out, "\nhistory");
    if (first > 0) {
        fprintf(out, ", the last %d of %" PRId64 " lines", LINES_SHOWN, history->count);
    }
    fprintf(out, "\n%8s  %10s  %16s  %16s  %16s  %16s\n", "epoch", "steps", "train loss", "validation loss", "metric",
            "learning rate");
    for (int64_t i = first; i < history->count; i++) {
        const fcnn_history_line *line = &history->lines[i];
        fprintf(out, "%8" PRId64 "  %10" PRId64, line->epoch, line->steps);
        print_cell(line->train_loss, out);
        print_cell(line->validation_loss, out);
        print_cell(line->validation_metric, out);
        print_cell(line->learning_rate, out);
        fputc('\n', out);
    }
}

/* The metrics of the last line in which any was computed. */
static void print_metrics(const fcnn_history *history, FILE *out)
{
    int64_t line = history->count - 1;
    bool found = false;
    for (; !found && line >= 0; line -= !found) {
        for (int64_t i = 0; i < history->metric_count; i++) {
            found = found || !isnan(fcnn_history_value(&history->metrics[i], line));
        }
    }
    if (found) {
        fprintf(out, "\nmetrics of the validation rows after epoch %" PRId64 "\n", history->lines[line].epoch);
    }
    for (int64_t i = 0; found && i < history->metric_count; i++) {
        fprintf(out, "  %-27s", history->metrics[i].name);
        print_cell(fcnn_history_value(&history->metrics[i], line), out);
        fputc('\n', out);
    }
}

static void print_decoded(const char *decoded, const char *what, FILE *out)
{
    if (decoded != NULL) {
        fprintf(out, "\n%s were decoded\n", what);
        fcnn_model_print_foreign(decoded, out);
    }
}

static void print_config(const char *config, FILE *out)
{
    if (config != NULL) {
        fprintf(out, "\nconfig\n");
        fcnn_model_print_foreign(config, out);
        if (config[0] != '\0' && config[strlen(config) - 1] != '\n') {
            fputc('\n', out);
        }
    }
}

fcnn_status fcnn_model_print(const fcnn_model *model, FILE *out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    FCNN_TRY(print_summary(model, out));
    print_layers(&model->shape, out);
    fcnn_model_print_tables(model, false, out);
    print_decoded(model->inputs_decoded, "inputs", out);
    print_decoded(model->targets_decoded, "targets", out);
    print_classes(&model->classes, out);
    print_history(&model->history, out);
    print_metrics(&model->history, out);
    print_config(model->config, out);
    if (fflush(out) != 0 || ferror(out)) {
        return fcnn_fail(FCNN_EOUTPUT, "the model cannot be printed: %s", strerror(errno));
    }
    return FCNN_OK;
}

void fcnn_model_print_columns(const fcnn_model *model, FILE *out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    fcnn_model_print_tables(model, true, out);
}

/* ---- parameters ---- */

/* Prints values [rows][columns], one row per line, with enough digits to restore the same bits. */
static void print_matrix(const void *values, int64_t rows, int64_t columns, fcnn_precision precision, FILE *out)
{
    for (int64_t i = 0; i < rows * columns; i++) {
        if (precision != FCNN_PRECISION_DOUBLE) {
            fprintf(out, "%.9g", (double)((const float *)values)[i]);
        } else {
            fprintf(out, "%.17g", ((const double *)values)[i]);
        }
        fputc((i + 1) % columns == 0 ? '\n' : ' ', out);
    }
}

void fcnn_model_print_weights(const fcnn_model *model, FILE *out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    const fcnn_architecture *shape = &model->shape;
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        char name[FCNN_TENSOR_NAME];
        if (tensor.inputs > 0) {
            fcnn_tensor_name_weights(&tensor, name);
            fprintf(out, "%s [%" PRId64 "][%" PRId64 "]\n", name, tensor.outputs, tensor.inputs);
            print_matrix(model->weights[i], tensor.outputs, tensor.inputs, shape->precision, out);
        }
        fcnn_tensor_name_biases(&tensor, name);
        fprintf(out, "%s [%" PRId64 "]\n", name, tensor.outputs);
        print_matrix(model->biases[i], 1, tensor.outputs, shape->precision, out);
    }
}
