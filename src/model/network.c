/* src/model/network.c — a network's memory, and its parameters in and out of it. */
#include "model/network.h"

#include "compute/panels.h"
#include "core/memory.h"
#include "model/normalizer.h"

#include <stdlib.h>
#include <string.h>

/* ---- sizes ---- */

static int64_t parameter_elements(const fcnn_architecture *shape, int64_t layer)
{
    return fcnn_panel_elements(1 + shape->widths[layer], shape->widths[layer + 1]);
}

static int64_t transposed_elements(const fcnn_architecture *shape, int64_t layer)
{
    return fcnn_panel_elements(shape->widths[layer + 1], shape->widths[layer]);
}

int64_t fcnn_network_bytes(const fcnn_architecture *shape, int64_t rows, fcnn_network_use use)
{
    const int64_t outputs = shape->widths[shape->layers];
    int64_t elements = fcnn_panel_elements(rows, shape->widths[0]) + 2 * fcnn_panel_elements(rows, outputs);
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t results = fcnn_panel_elements(rows, shape->widths[layer + 1]);
        elements += parameter_elements(shape, layer) + results;
        elements += shape->activations[layer] == FCNN_ACTIVATION_GELU ? results : 0;
        if (use == FCNN_NETWORK_TRAINING && layer > 0) {
            elements += transposed_elements(shape, layer) + fcnn_panel_elements(rows, shape->widths[layer]);
        }
    }
    return elements * (int64_t)fcnn_architecture_size(shape) + rows * (int64_t)(sizeof(int32_t) + sizeof(double)) +
           2 * (shape->widths[0] + 2 * outputs) * (int64_t)sizeof(double);
}

/* ---- creation ---- */

static fcnn_status create_layer(fcnn_network *network, int64_t layer, fcnn_network_use use)
{
    const fcnn_architecture *shape = &network->shape;
    const size_t size = network->kernels->size;
    const int64_t results = fcnn_panel_elements(network->rows, shape->widths[layer + 1]);
    FCNN_TRY(fcnn_memory_create("the weights", parameter_elements(shape, layer), size, &network->parameters[layer]));
    FCNN_TRY(fcnn_memory_create("the activations", results, size, &network->values[layer + 1]));
    if (shape->activations[layer] == FCNN_ACTIVATION_GELU) {
        FCNN_TRY(fcnn_memory_create("the activations", results, size, &network->slopes[layer]));
    }
    if (use == FCNN_NETWORK_TRAINING || layer == shape->layers - 1) {
        FCNN_TRY(fcnn_memory_create("the derivatives", results, size, &network->deltas[layer]));
    }
    if (use == FCNN_NETWORK_TRAINING && layer > 0) {
        FCNN_TRY(fcnn_memory_create("the transposed weights", transposed_elements(shape, layer), size,
                                    &network->transposed[layer]));
    }
    return FCNN_OK;
}

static fcnn_status create_matrices(fcnn_network *network, fcnn_network_use use)
{
    const fcnn_architecture *shape = &network->shape;
    const int64_t layers = shape->layers, features = shape->widths[0], outputs = shape->widths[layers];
    FCNN_TRY(fcnn_memory_create("the network", layers, sizeof(void *), &network->parameters));
    FCNN_TRY(fcnn_memory_create("the network", layers, sizeof(void *), &network->transposed));
    FCNN_TRY(fcnn_memory_create("the network", layers + 1, sizeof(void *), &network->values));
    FCNN_TRY(fcnn_memory_create("the network", layers, sizeof(void *), &network->slopes));
    FCNN_TRY(fcnn_memory_create("the network", layers, sizeof(void *), &network->deltas));
    FCNN_TRY(fcnn_memory_create("the inputs", fcnn_panel_elements(network->rows, features), network->kernels->size,
                                &network->values[0]));
    FCNN_TRY(fcnn_memory_create("the targets", fcnn_panel_elements(network->rows, outputs), network->kernels->size,
                                &network->targets));
    FCNN_TRY(fcnn_memory_create("the labels", network->rows, sizeof(int32_t), &network->labels));
    FCNN_TRY(fcnn_memory_create("the losses", network->rows, sizeof(double), &network->losses));
    FCNN_TRY(fcnn_memory_create("the normalizer", 2 * features, sizeof(double), &network->input_line));
    FCNN_TRY(fcnn_memory_create("the normalizer", 2 * outputs, sizeof(double), &network->target_line));
    FCNN_TRY(fcnn_memory_create("the normalizer", 2 * outputs, sizeof(double), &network->target_units));
    for (int64_t layer = 0; layer < layers; layer++) {
        FCNN_TRY(create_layer(network, layer, use));
    }
    return FCNN_OK;
}

/* ---- parameters ---- */

/* Where weight [out][in], or with in = −1 the bias [out], lies in the panels of a layer. */
static int64_t parameter_index(const fcnn_architecture *shape, int64_t layer, int64_t out, int64_t in)
{
    return fcnn_panel_index(1 + shape->widths[layer], shape->widths[layer + 1], 1 + in, out);
}

static void copy_number(size_t size, void *to, int64_t to_index, const void *from, int64_t from_index)
{
    memcpy((char *)to + (size_t)to_index * size, (const char *)from + (size_t)from_index * size, size);
}

static void load_parameters(fcnn_network *network, const fcnn_model *model)
{
    const fcnn_architecture *shape = &network->shape;
    const size_t size = network->kernels->size;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t in = shape->widths[layer], out = shape->widths[layer + 1];
        for (int64_t o = 0; o < out; o++) {
            copy_number(size, network->parameters[layer], parameter_index(shape, layer, o, -1), model->biases[layer],
                        o);
            for (int64_t i = 0; i < in; i++) {
                copy_number(size, network->parameters[layer], parameter_index(shape, layer, o, i),
                            model->weights[layer], o * in + i);
                if (network->transposed[layer] != NULL) {
                    copy_number(size, network->transposed[layer], fcnn_panel_index(out, in, o, i),
                                model->weights[layer], o * in + i);
                }
            }
        }
    }
}

void fcnn_network_store(const fcnn_network *network, fcnn_model *model)
{
    const fcnn_architecture *shape = &network->shape;
    const size_t size = network->kernels->size;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t in = shape->widths[layer], out = shape->widths[layer + 1];
        for (int64_t o = 0; o < out; o++) {
            copy_number(size, model->biases[layer], o, network->parameters[layer],
                        parameter_index(shape, layer, o, -1));
            for (int64_t i = 0; i < in; i++) {
                copy_number(size, model->weights[layer], o * in + i, network->parameters[layer],
                            parameter_index(shape, layer, o, i));
            }
        }
    }
}

fcnn_status fcnn_network_create_from(const fcnn_model *model, int64_t rows, fcnn_network_use use, fcnn_network **out)
{
    fcnn_network *network;
    FCNN_TRY(fcnn_memory_create("the network", 1, sizeof *network, &network));
    network->rows = rows;
    fcnn_status status = fcnn_kernels_choose(8 * (int)fcnn_architecture_size(&model->shape), &network->kernels);
    if (status == FCNN_OK) {
        status = fcnn_architecture_copy(&model->shape, &network->shape);
    }
    if (status == FCNN_OK) {
        status = create_matrices(network, use);
    }
    if (status != FCNN_OK) {
        fcnn_network_destroy(network);
        return status;
    }
    load_parameters(network, model);
    fcnn_normalizer_as_line(&model->inputs, network->input_line, network->input_line + model->inputs.count);
    fcnn_normalizer_as_line(&model->targets, network->target_line, network->target_line + model->targets.count);
    const size_t outputs = (size_t)model->targets.count;
    memcpy(network->target_units, model->targets.scale, outputs * sizeof(double));
    memcpy(network->target_units + outputs, model->targets.shift, outputs * sizeof(double));
    *out = network;
    return FCNN_OK;
}

fcnn_status fcnn_network_create(const fcnn_model *model, int64_t rows, fcnn_network **out)
{
    return fcnn_network_create_from(model, rows, FCNN_NETWORK_FORWARD, out);
}

static void free_each(void **pointers, int64_t count)
{
    for (int64_t i = 0; pointers != NULL && i < count; i++) {
        free(pointers[i]);
    }
    free(pointers);
}

void fcnn_network_destroy(fcnn_network *network)
{
    if (network == NULL) {
        return;
    }
    const int64_t layers = network->shape.layers;
    free_each(network->parameters, layers);
    free_each(network->transposed, layers);
    free_each(network->values, layers + 1);
    free_each(network->slopes, layers);
    free_each(network->deltas, layers);
    free(network->targets);
    free(network->labels);
    free(network->losses);
    free(network->input_line);
    free(network->target_line);
    free(network->target_units);
    fcnn_architecture_clear(&network->shape);
    free(network);
}
