/* src/training/task.c — from a config and the training targets to the shape of a network. */
#include "training/task.h"

#include "core/memory.h"

#include <inttypes.h>

#define MOST_CLASSES_BY_AUTO 1000

static fcnn_output output_of(const fcnn_config *config, const fcnn_target_summary *targets)
{
    if (config->model_output != FCNN_OUTPUT_AUTO) {
        return config->model_output;
    }
    switch (config->train_loss) {
    case FCNN_LOSS_CROSS_ENTROPY:
        return FCNN_OUTPUT_SOFTMAX;
    case FCNN_LOSS_BINARY_CROSS_ENTROPY:
        return FCNN_OUTPUT_SIGMOID;
    case FCNN_LOSS_MSE:
        return FCNN_OUTPUT_LINEAR;
    case FCNN_LOSS_AUTO:
        break;
    }
    if (config->data_normalize_targets != FCNN_NORMALIZE_NONE) {
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
    if (config->train_loss != FCNN_LOSS_AUTO) {
        return config->train_loss;
    }
    return output == FCNN_OUTPUT_SOFTMAX   ? FCNN_LOSS_CROSS_ENTROPY
           : output == FCNN_OUTPUT_SIGMOID ? FCNN_LOSS_BINARY_CROSS_ENTROPY
                                           : FCNN_LOSS_MSE;
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
    if (config->model_output == FCNN_OUTPUT_AUTO && targets->largest >= MOST_CLASSES_BY_AUTO) {
        return fcnn_fail(FCNN_ECONFIG,
                         "the targets are whole numbers up to %.17g, which would make more than %d classes: for a "
                         "regression say model.output = linear, for so many classes model.classes = NUMBER and "
                         "model.output = softmax",
                         targets->largest, MOST_CLASSES_BY_AUTO);
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
    shape->widths[0] = features;
    for (int64_t layer = 0; layer < config->model_hidden.count; layer++) {
        shape->widths[layer + 1] = config->model_hidden.values[layer];
        shape->activations[layer] = fcnn_config_activation(config, layer);
    }
    shape->widths[shape->layers] = outputs;
    shape->activations[shape->layers - 1] =
        shape->output == FCNN_OUTPUT_SIGMOID ? FCNN_ACTIVATION_SIGMOID : FCNN_ACTIVATION_LINEAR;
}

fcnn_status fcnn_task_resolve(const fcnn_config *config, int64_t features, int64_t target_columns,
                              const fcnn_target_summary *targets, fcnn_architecture *out)
{
    fcnn_architecture shape = {.precision = config->model_precision, .layers = config->model_hidden.count + 1};
    shape.output = output_of(config, targets);
    shape.loss = loss_of(config, shape.output);
    int64_t outputs = target_columns;
    if (shape.output == FCNN_OUTPUT_SOFTMAX) {
        FCNN_TRY(class_count(config, targets, target_columns, &outputs));
    }
    if (shape.output != FCNN_OUTPUT_LINEAR && config->data_normalize_targets != FCNN_NORMALIZE_NONE) {
        return fcnn_fail(FCNN_ECONFIG, "data.normalize_targets = %s is for regressions, but the output is %s",
                         fcnn_normalize_name(config->data_normalize_targets), fcnn_output_name(shape.output));
    }
    fcnn_status status = fcnn_memory_create("the layers", shape.layers + 1, sizeof *shape.widths, &shape.widths);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the layers", shape.layers, sizeof *shape.activations, &shape.activations);
    }
    if (status != FCNN_OK) {
        fcnn_architecture_clear(&shape);
        return status;
    }
    fill_layers(config, features, outputs, &shape);
    *out = shape;
    return FCNN_OK;
}
