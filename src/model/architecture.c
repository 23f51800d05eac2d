/* src/model/architecture.c — the layers of a network, its output and its loss. */
#include "model/architecture.h"

#include "compute/activations.h"
#include "config/outputs.h"
#include "core/memory.h"
#include "core/text.h"
#include "model/tensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fcnn_layer_activation(const fcnn_layer *layer, char text[64])
{
    char slope[32] = "";
    const bool has_slope = layer->activation == FCNN_ACTIVATION_LEAKY_RELU && layer->leaky_slope != FCNN_LEAKY_SLOPE;
    if (has_slope) {
        fcnn_text_from_double(layer->leaky_slope, slope);
    }
    snprintf(text, 64, "%s%s%s", fcnn_activation_name(layer->activation), has_slope ? " " : "", slope);
}

bool fcnn_layer_same_activation(const fcnn_layer *a, const fcnn_layer *b)
{
    return a->activation == b->activation &&
           (a->activation != FCNN_ACTIVATION_LEAKY_RELU || a->leaky_slope == b->leaky_slope);
}

int64_t fcnn_architecture_inputs(const fcnn_architecture *shape)
{
    return shape->layer[0].inputs;
}

int64_t fcnn_architecture_outputs(const fcnn_architecture *shape)
{
    return shape->layer[shape->layers - 1].outputs;
}

fcnn_output fcnn_architecture_column(const fcnn_architecture *shape, int64_t column)
{
    for (int64_t i = 0; i < shape->columns.count; i++) {
        if (column < shape->columns.range[i].after) {
            return shape->columns.range[i].output;
        }
    }
    return shape->output;
}

fcnn_status fcnn_architecture_output_text(const fcnn_architecture *shape, fcnn_text *out)
{
    return shape->output == FCNN_OUTPUT_COLUMNS ? fcnn_output_columns_put(&shape->columns, out)
                                                : fcnn_text_append(out, "%s", fcnn_output_name(shape->output));
}

bool fcnn_architecture_keeps_slopes(const fcnn_architecture *shape, int64_t layer)
{
    return fcnn_activation_keeps_slopes(shape->layer[layer].activation) ||
           (shape->output == FCNN_OUTPUT_COLUMNS && layer == shape->layers - 1);
}

int64_t fcnn_architecture_outputs_per_target(const fcnn_architecture *shape)
{
    return shape->loss == FCNN_LOSS_QUANTILE ? shape->quantiles : shape->loss == FCNN_LOSS_GAUSSIAN_NLL ? 2 : 1;
}

int64_t fcnn_architecture_targets(const fcnn_architecture *shape)
{
    return fcnn_architecture_outputs(shape) / fcnn_architecture_outputs_per_target(shape);
}

fcnn_output_meaning fcnn_architecture_output(const fcnn_architecture *shape, int64_t output, double *quantile)
{
    if (shape->loss == FCNN_LOSS_QUANTILE) {
        *quantile = shape->quantile[output % shape->quantiles];
        return FCNN_MEANS_QUANTILE;
    }
    if (shape->loss == FCNN_LOSS_GAUSSIAN_NLL) {
        return output % 2 == 0 ? FCNN_MEANS_MEAN : FCNN_MEANS_DEVIATION;
    }
    return FCNN_MEANS_VALUE;
}

fcnn_status fcnn_architecture_quantiles_text(const fcnn_architecture *shape, fcnn_text *out)
{
    for (int64_t i = 0; i < shape->quantiles; i++) {
        char number[32];
        fcnn_text_from_double(shape->quantile[i], number);
        FCNN_TRY(fcnn_text_append(out, "%s%s", i > 0 ? ", " : "", number));
    }
    return FCNN_OK;
}

int64_t fcnn_architecture_prediction(const fcnn_architecture *shape, int64_t target)
{
    const int64_t each = fcnn_architecture_outputs_per_target(shape);
    for (int64_t i = 0; i < each; i++) {
        double quantile;
        const fcnn_output_meaning meaning = fcnn_architecture_output(shape, i, &quantile);
        if (meaning == FCNN_MEANS_VALUE || meaning == FCNN_MEANS_MEAN ||
            (meaning == FCNN_MEANS_QUANTILE && quantile == 0.5)) {
            return target * each + i;
        }
    }
    return -1;
}

size_t fcnn_architecture_size(const fcnn_architecture *shape)
{
    return shape->precision != FCNN_PRECISION_DOUBLE ? sizeof(float) : sizeof(double);
}

int64_t fcnn_architecture_layer_parameters(const fcnn_architecture *shape, int64_t layer)
{
    int64_t count = 0;
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        count += tensor.layer == layer ? (tensor.inputs + 1) * tensor.outputs : 0;
    }
    return count;
}

int64_t fcnn_architecture_parameters(const fcnn_architecture *shape)
{
    int64_t count = 0;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        count += fcnn_architecture_layer_parameters(shape, layer);
    }
    return count;
}

double fcnn_architecture_flops(const fcnn_architecture *shape)
{
    double products = 0;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const double one = (double)shape->layer[layer].inputs * (double)shape->layer[layer].outputs;
        products += layer == 0 ? 2 * one : 3 * one;
    }
    return 2 * products;
}

int64_t fcnn_architecture_classes(const fcnn_architecture *shape)
{
    const int64_t outputs = fcnn_architecture_outputs(shape);
    if (shape->output == FCNN_OUTPUT_SOFTMAX) {
        return outputs;
    }
    return fcnn_loss_targets(shape->loss) == FCNN_TARGETS_YES_NO && outputs == 1 ? 2 : 0;
}

fcnn_status fcnn_architecture_text(const fcnn_architecture *shape, char **out)
{
    fcnn_text text = {0};
    fcnn_status status = fcnn_text_append(&text, "%" PRId64, fcnn_architecture_inputs(shape));
    for (int64_t layer = 0; layer < shape->layers && status == FCNN_OK; layer++) {
        status = fcnn_text_append(&text, "-%" PRId64, shape->layer[layer].outputs);
    }
    if (status != FCNN_OK) {
        fcnn_text_clear(&text);
        return status;
    }
    *out = text.data;
    return FCNN_OK;
}

fcnn_status fcnn_architecture_create(int64_t layers, fcnn_architecture *out)
{
    *out = (fcnn_architecture){.layers = layers};
    return fcnn_memory_create("the layers", layers, sizeof *out->layer, &out->layer);
}

fcnn_status fcnn_architecture_copy(const fcnn_architecture *shape, fcnn_architecture *out)
{
    fcnn_layer *layer;
    FCNN_TRY(fcnn_memory_create("the layers", shape->layers, sizeof *layer, &layer));
    memcpy(layer, shape->layer, (size_t)shape->layers * sizeof *layer);
    *out = *shape;
    out->layer = layer;
    return FCNN_OK;
}

void fcnn_architecture_clear(fcnn_architecture *shape)
{
    free(shape->layer);
    *shape = (fcnn_architecture){0};
}
