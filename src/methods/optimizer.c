/* src/methods/optimizer.c — how a gradient changes the parameters. */
#include "methods/optimizer.h"

#include "compute/panels.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- creation ---- */

static fcnn_status create_array(const fcnn_network *network, void ***out)
{
    const fcnn_architecture *shape = &network->shape;
    FCNN_TRY(fcnn_memory_create("the optimizer", shape->layers, sizeof(void *), out));
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        FCNN_TRY(fcnn_memory_create("the optimizer", fcnn_network_layer_elements(shape, layer), network->kernels->size,
                                    &(*out)[layer]));
    }
    return FCNN_OK;
}

fcnn_status fcnn_optimizer_create(const fcnn_optimizer_rule *rule, const fcnn_config *config,
                                  const fcnn_network *network, fcnn_optimizer **out)
{
    fcnn_optimizer *optimizer;
    FCNN_TRY(fcnn_memory_create("the optimizer", 1, sizeof *optimizer, &optimizer));
    *optimizer = (fcnn_optimizer){.rule = rule, .layers = network->shape.layers};
    if (rule->settings != NULL) {
        rule->settings(config, optimizer->settings);
    }
    fcnn_status status = FCNN_OK;
    while (status == FCNN_OK && rule->arrays[optimizer->arrays] != NULL) {
        status = create_array(network, &optimizer->state[optimizer->arrays]);
        optimizer->arrays++;
    }
    if (status != FCNN_OK) {
        fcnn_optimizer_destroy(optimizer);
        return status;
    }
    *out = optimizer;
    return FCNN_OK;
}

void fcnn_optimizer_destroy(fcnn_optimizer *optimizer)
{
    if (optimizer == NULL) {
        return;
    }
    for (int i = 0; i < optimizer->arrays; i++) {
        for (int64_t layer = 0; optimizer->state[i] != NULL && layer < optimizer->layers; layer++) {
            free(optimizer->state[i][layer]);
        }
        free(optimizer->state[i]);
    }
    free(optimizer);
}

int64_t fcnn_optimizer_bytes(const fcnn_optimizer *optimizer, const fcnn_network *network)
{
    int64_t elements = 0;
    for (int64_t layer = 0; layer < optimizer->layers; layer++) {
        elements += fcnn_network_layer_elements(&network->shape, layer);
    }
    return optimizer->arrays * elements * (int64_t)network->kernels->size;
}

/* ---- the update ---- */

void fcnn_optimizer_prepare(const fcnn_optimizer *optimizer, fcnn_update *how)
{
    if (optimizer->rule->prepare != NULL) {
        optimizer->rule->prepare(optimizer->settings, how);
    } else {
        memcpy(how->scalars, optimizer->settings, sizeof how->scalars);
    }
}

/* A tile's updated parameters, with the biases' row where there is one. */
#define MOST_ELEMENTS ((1 + FCNN_TILE_INPUTS) * FCNN_PANEL)

/* Writes a tile's updated weights [inputs][width] into the transposed matrix. */
static void update_transposed(const fcnn_network *network, const fcnn_tile *tile, const void *updated, int64_t width,
                              bool shared)
{
    const fcnn_kernels *kernels = network->kernels;
    const int64_t in = network->shape.layer[tile->layer].inputs, out = network->shape.layer[tile->layer].outputs;
    const int64_t in_panel = tile->first_input / FCNN_PANEL, in_width = fcnn_panel_width(in, in_panel);
    const int64_t first = tile->out_panel * FCNN_PANEL, outputs = out - first < FCNN_PANEL ? out - first : FCNN_PANEL;
    const int64_t at = fcnn_panel_offset(out, in_panel) + first * in_width + tile->first_input % FCNN_PANEL;
    kernels->transpose(updated, width, tile->inputs, outputs, shared,
                       (char *)network->transposed[tile->layer] + (size_t)at * kernels->size, in_width);
}

/* Several threads read the parameters: then they are updated in memory of the thread's own and copied out. */
static void update_tile(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                        const fcnn_tile *tile, bool shared, fcnn_update_job *job)
{
    _Alignas(FCNN_ALIGNMENT) double own[MOST_ELEMENTS];
    const fcnn_kernels *kernels = network->kernels;
    const int64_t in = network->shape.layer[tile->layer].inputs;
    const int64_t width = fcnn_panel_width(network->shape.layer[tile->layer].outputs, tile->out_panel);
    const int64_t biases = tile->first_input == 0 ? width : 0;
    const int64_t begin = fcnn_panel_offset(1 + in, tile->out_panel) + (1 + tile->first_input) * width - biases;
    char *parameters = (char *)network->parameters[tile->layer] + (size_t)begin * kernels->size;
    job->weights = parameters;
    job->out = shared ? (void *)own : parameters;
    job->sums = fcnn_gradient_value(gradient, tile->layer, begin);
    job->count = biases + tile->inputs * width;
    job->layer = tile->layer;
    job->biases = biases;
    for (int i = 0; i < optimizer->arrays; i++) {
        job->state[i] = (char *)optimizer->state[i][tile->layer] + (size_t)begin * kernels->size;
    }
    optimizer->rule->update(kernels, job);
    if (shared) {
        kernels->copy_out(job->count, own, parameters);
    }
    if (network->transposed[tile->layer] != NULL) {
        update_transposed(network, tile, (const char *)job->out + (size_t)biases * kernels->size, width, shared);
    }
}

void fcnn_optimizer_update(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                           const fcnn_update *how, int thread, int threads)
{
    fcnn_update_job job = {
        .low = gradient->words == 2 ? gradient->elements : 0,
        .scale = how->scale,
        .rate = how->rate,
        .exact = gradient->exact,
        .number = how->number,
        .scalars = how->scalars,
    };
    int64_t first, last;
    fcnn_gradient_tiles(gradient, thread, threads, &first, &last);
    for (int64_t i = first; i < last; i++) {
        update_tile(optimizer, network, gradient, &gradient->tiles[i], threads > 1, &job);
    }
    network->kernels->fence();
}
