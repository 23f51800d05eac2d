/* src/methods/optimizer_state.c — the arrays of an optimizer: their bytes, and row by row, as files have them. */
#include "methods/optimizer_state.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static fcnn_status create_array(const fcnn_architecture *shape, const char *name, fcnn_state_array *out)
{
    const size_t size = fcnn_architecture_size(shape);
    FCNN_TRY(fcnn_memory_copy_text(name, &out->name));
    const int64_t tensors = fcnn_architecture_tensors(shape);
    FCNN_TRY(fcnn_memory_create("the optimizer", tensors, sizeof(void *), &out->weights));
    FCNN_TRY(fcnn_memory_create("the optimizer", tensors, sizeof(void *), &out->biases));
    for (int64_t i = 0; i < tensors; i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        FCNN_TRY(fcnn_memory_create("the optimizer", tensor.inputs * tensor.outputs, size, &out->weights[i]));
        FCNN_TRY(fcnn_memory_create("the optimizer", tensor.outputs, size, &out->biases[i]));
    }
    return FCNN_OK;
}

fcnn_status fcnn_optimizer_state_create(const fcnn_architecture *shape, int count, const char *const *names,
                                        fcnn_optimizer_state *out)
{
    *out = (fcnn_optimizer_state){.tensors = fcnn_architecture_tensors(shape)};
    FCNN_TRY(fcnn_memory_create("the optimizer", count, sizeof *out->arrays, &out->arrays));
    out->count = count;
    for (int i = 0; i < count; i++) {
        FCNN_TRY(create_array(shape, names[i], &out->arrays[i]));
    }
    return FCNN_OK;
}

static void free_each(void **arrays, int64_t count)
{
    for (int64_t i = 0; arrays != NULL && i < count; i++) {
        free(arrays[i]);
    }
    free(arrays);
}

void fcnn_optimizer_state_clear(fcnn_optimizer_state *state)
{
    for (int i = 0; i < state->count; i++) {
        free(state->arrays[i].name);
        free_each(state->arrays[i].weights, state->tensors);
        free_each(state->arrays[i].biases, state->tensors);
    }
    free(state->arrays);
    *state = (fcnn_optimizer_state){0};
}

fcnn_status fcnn_optimizer_store(const fcnn_optimizer *optimizer, const fcnn_network *network,
                                 fcnn_optimizer_state *out)
{
    const char *names[FCNN_OPTIMIZER_ARRAYS];
    for (int i = 0; i < optimizer->arrays; i++) {
        names[i] = fcnn_optimizer_array_name(optimizer, i);
    }
    FCNN_TRY(fcnn_optimizer_state_create(&network->shape, optimizer->arrays, names, out));
    for (int i = 0; i < out->count; i++) {
        fcnn_network_store_panels(network, optimizer->state[i], out->arrays[i].weights, out->arrays[i].biases);
    }
    return FCNN_OK;
}

fcnn_status fcnn_optimizer_load(fcnn_optimizer *optimizer, const fcnn_network *network,
                                const fcnn_optimizer_state *state)
{
    bool fits = state->count == optimizer->arrays;
    for (int i = 0; fits && i < state->count; i++) {
        fits = strcmp(state->arrays[i].name, fcnn_optimizer_array_name(optimizer, i)) == 0;
    }
    if (!fits) {
        return fcnn_fail(FCNN_EDATA, "the checkpoint does not contain the state arrays of the optimizer that "
                                     "optimizer.name selects");
    }
    for (int i = 0; i < state->count; i++) {
        fcnn_network_load_panels(network, state->arrays[i].weights, state->arrays[i].biases, optimizer->state[i]);
    }
    return FCNN_OK;
}

void fcnn_optimizer_take_over(fcnn_optimizer *optimizer, const fcnn_network *network, const fcnn_optimizer_state *state,
                              bool continues)
{
    for (int k = continues ? 0 : optimizer->rule_arrays; k < optimizer->arrays; k++) {
        for (int i = 0; i < state->count; i++) {
            if (strcmp(state->arrays[i].name, fcnn_optimizer_array_name(optimizer, k)) == 0) {
                fcnn_network_load_panels(network, state->arrays[i].weights, state->arrays[i].biases,
                                         optimizer->state[k]);
            }
        }
    }
}

int64_t fcnn_optimizer_state_find_nonfinite(const fcnn_optimizer_state *state, const fcnn_architecture *shape)
{
    int64_t layer = -1;
    for (int i = 0; layer < 0 && i < state->count; i++) {
        layer = fcnn_parameters_find_nonfinite(shape, state->arrays[i].weights, state->arrays[i].biases);
    }
    return layer;
}

int64_t fcnn_optimizer_bytes(const fcnn_optimizer *optimizer, const fcnn_network *network)
{
    int64_t elements = 0;
    for (int64_t i = 0; i < optimizer->tensors; i++) {
        elements += fcnn_network_tensor_elements(&network->shape, i);
    }
    const int64_t squares = optimizer->squares != NULL ? optimizer->tiles * (int64_t)sizeof *optimizer->squares : 0;
    const int64_t trusts =
        optimizer->trusts != NULL ? (optimizer->tiles + optimizer->tensors) * (int64_t)sizeof *optimizer->trusts : 0;
    return optimizer->arrays * elements * (int64_t)network->kernels->size + squares + trusts;
}
