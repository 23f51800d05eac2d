/* src/model/tensors.c — the tensors of a network: its parameters, by kinds. */
#include "model/tensors.h"

#include <inttypes.h>
#include <stdio.h>

/* The tensors that a layer has besides its weights; returns their number. */
static int64_t further_tensors(const fcnn_layer *layer, fcnn_tensor_kind kinds[FCNN_TENSOR_SLOPE])
{
    int64_t count = 0;
    if (layer->layer_norm) {
        kinds[count++] = FCNN_TENSOR_GAMMA;
        kinds[count++] = FCNN_TENSOR_BETA;
    }
    if (layer->activation == FCNN_ACTIVATION_PRELU) {
        kinds[count++] = FCNN_TENSOR_SLOPE;
    }
    return count;
}

int64_t fcnn_architecture_tensors(const fcnn_architecture *shape)
{
    fcnn_tensor_kind kinds[FCNN_TENSOR_SLOPE];
    int64_t count = shape->layers;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        count += further_tensors(&shape->layer[layer], kinds);
    }
    return count;
}

fcnn_tensor fcnn_architecture_tensor(const fcnn_architecture *shape, int64_t tensor)
{
    fcnn_tensor_kind kinds[FCNN_TENSOR_SLOPE];
    if (tensor < shape->layers) {
        return (fcnn_tensor){FCNN_TENSOR_WEIGHTS, tensor, shape->layer[tensor].inputs, shape->layer[tensor].outputs};
    }
    int64_t layer = 0, left = tensor - shape->layers, count = further_tensors(&shape->layer[0], kinds);
    while (left >= count) {
        left -= count;
        layer++;
        count = further_tensors(&shape->layer[layer], kinds);
    }
    return (fcnn_tensor){kinds[left], layer, 0, kinds[left] == FCNN_TENSOR_SLOPE ? 1 : shape->layer[layer].outputs};
}

int64_t fcnn_architecture_find_tensor(const fcnn_architecture *shape, int64_t layer, fcnn_tensor_kind kind)
{
    fcnn_tensor_kind kinds[FCNN_TENSOR_SLOPE];
    int64_t first = shape->layers;
    if (kind == FCNN_TENSOR_WEIGHTS) {
        return layer;
    }
    for (int64_t before = 0; before < layer; before++) {
        first += further_tensors(&shape->layer[before], kinds);
    }
    const int64_t count = further_tensors(&shape->layer[layer], kinds);
    for (int64_t i = 0; i < count; i++) {
        if (kinds[i] == kind) {
            return first + i;
        }
    }
    return -1;
}

void fcnn_tensor_name_weights(const fcnn_tensor *tensor, char name[FCNN_TENSOR_NAME])
{
    snprintf(name, FCNN_TENSOR_NAME, "W%" PRId64, tensor->layer + 1);
}

void fcnn_tensor_name_biases(const fcnn_tensor *tensor, char name[FCNN_TENSOR_NAME])
{
    static const char *const words[] = {
        [FCNN_TENSOR_WEIGHTS] = "b",
        [FCNN_TENSOR_GAMMA] = "gamma",
        [FCNN_TENSOR_BETA] = "beta",
        [FCNN_TENSOR_SLOPE] = "slope",
    };
    snprintf(name, FCNN_TENSOR_NAME, "%s%" PRId64, words[tensor->kind], tensor->layer + 1);
}
