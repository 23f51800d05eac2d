/* src/model/optimizer.c — how gradients change the parameters. */
#include "model/optimizer.h"

#include "compute/panels.h"

static void update_tile(fcnn_network *network, const fcnn_gradient *gradient, const fcnn_tile *tile, const void *sums,
                        fcnn_update_job *job)
{
    const fcnn_kernels *kernels = network->kernels;
    const int64_t layer = tile->layer;
    const int64_t in = network->shape.widths[layer], out = network->shape.widths[layer + 1];
    const int64_t width = fcnn_panel_width(out, tile->out_panel);
    const int64_t first = tile->in_panel * FCNN_PANEL;
    const int64_t inputs = in - first < FCNN_PANEL ? in - first : FCNN_PANEL;
    const int64_t weights = fcnn_panel_offset(1 + in, tile->out_panel) + (1 + first) * width;
    const int64_t begin = tile->in_panel == 0 ? weights - width : weights; /* with the biases' row */
    const size_t sum_size = gradient->exact ? sizeof(double) : kernels->size;
    job->weights = (char *)network->parameters[layer] + (size_t)begin * kernels->size;
    job->sums = (const char *)sums + (size_t)(gradient->offsets[layer] + begin) * sum_size;
    job->count = weights - begin + inputs * width;
    kernels->sgd(job);
    if (network->transposed[layer] != NULL) {
        const int64_t in_width = fcnn_panel_width(in, tile->in_panel);
        const int64_t out_first = tile->out_panel * FCNN_PANEL;
        const int64_t outputs = out - out_first < FCNN_PANEL ? out - out_first : FCNN_PANEL;
        const int64_t transposed = fcnn_panel_offset(out, tile->in_panel) + out_first * in_width;
        kernels->transpose((const char *)network->parameters[layer] + (size_t)weights * kernels->size, width, inputs,
                           outputs, (char *)network->transposed[layer] + (size_t)transposed * kernels->size, in_width);
    }
}

void fcnn_optimizer_update(fcnn_network *network, const fcnn_gradient *gradient, const void *sums, double scale,
                           double rate, int thread, int threads)
{
    fcnn_update_job job = {
        .low = gradient->words == 2 ? gradient->elements : 0,
        .scale = scale,
        .rate = rate,
        .exact = gradient->exact,
    };
    for (int64_t i = thread; i < gradient->tile_count; i += threads) {
        update_tile(network, gradient, &gradient->tiles[i], sums, &job);
    }
}
