/* tests/optimizers_network.h — the network of tests/optimizers.h, trained by the library. */
#ifndef FCNN_TESTS_OPTIMIZERS_NETWORK_H
#define FCNN_TESTS_OPTIMIZERS_NETWORK_H

#include "fixture.h"
#include "harness.h"
#include "numbers.h"
#include "optimizers.h"

#include <stdio.h>
#include <string.h>

enum { NETWORK_LAYERS = 3 };

static inline void network_write_rows(void)
{
    fixture_data data = fixture_data_create(REFERENCE_ROWS, 7, 0);
    for (int i = 0; i < REFERENCE_ROWS * 7; i++) {
        data.x[i] = reference_inputs[i] / 32;
    }
    memcpy(data.y, reference_labels, sizeof reference_labels);
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
}

/* Where layer and unit begin among all parameters: its weights, or its bias. */
static inline int network_place(int layer, int unit, bool is_bias)
{
    int place = 0;
    for (int i = 0; i < layer; i++) {
        place += (reference_widths[i] + 1) * reference_widths[i + 1];
    }
    const int in = reference_widths[layer], out = reference_widths[layer + 1];
    return is_bias ? place + in * out + unit : place + unit * in;
}

/* Starts a run with the start parameters of the table. */
static inline fixture network_start(const char *precision, const char *keys)
{
    char config[1024];
    snprintf(config, sizeof config,
             "[model]\nhidden = 5, 4\nactivation = tanh, relu\nprecision = %s\n"
             "[train]\nbatch_size = %d\nblocks = 1\nshuffle = no\nthreads = %d\n[optimizer]\n%s\n",
             precision, REFERENCE_BATCH, fcnn_comm_size(harness_comm()) == 1 ? 2 : 1, keys);
    fixture run = fixture_start(harness_comm(), "rows.h5", config);
    fcnn_model *model = run.trainer->model;
    const fcnn_kernels *kernels = run.trainer->step->network->kernels;
    for (int layer = 0; layer < NETWORK_LAYERS; layer++) {
        const int in = reference_widths[layer], out = reference_widths[layer + 1];
        for (int i = 0; i < in * out; i++) {
            numbers_set(kernels, model->weights[layer], i, reference_start[network_place(layer, 0, false) + i] / 128);
        }
        for (int i = 0; i < out; i++) {
            numbers_set(kernels, model->biases[layer], i, reference_start[network_place(layer, i, true)] / 128);
        }
    }
    fixture_split(&run, NULL);
    fcnn_training_data_start_epoch(run.trainer->data, 0);
    return run;
}

static inline void network_step(fixture *run, int64_t number, double rate)
{
    fcnn_exact_sum loss = {0};
    fixture_step(run, number, number % 3, rate, &loss);
}

static inline void network_take(fixture *run, double out[REFERENCE_PARAMETERS])
{
    fcnn_model *model = run->trainer->model;
    const fcnn_kernels *kernels = run->trainer->step->network->kernels;
    fcnn_network_store(run->trainer->step->network, model);
    for (int layer = 0; layer < NETWORK_LAYERS; layer++) {
        const int in = reference_widths[layer], width = reference_widths[layer + 1];
        for (int i = 0; i < in * width; i++) {
            out[network_place(layer, 0, false) + i] = numbers_get(kernels, model->weights[layer], i);
        }
        for (int i = 0; i < width; i++) {
            out[network_place(layer, i, true)] = numbers_get(kernels, model->biases[layer], i);
        }
    }
}

#endif
