/* src/model/pairs.c — the weights as products in mixed precision read them. */
#include "model/pairs.h"

#include "compute/panels.h"

static int64_t at_most_panel(int64_t count)
{
    return count < FCNN_PANEL ? count : FCNN_PANEL;
}

/* Writes the pairs over outputs, as words [pairs][inputs]: pairs of each row, then transposed. */
static void write_transposed(const fcnn_network *network, int64_t layer, int64_t out_panel, int64_t first_input,
                             int64_t inputs, const void *weights, bool shared)
{
    _Alignas(FCNN_ALIGNMENT) uint32_t words[FCNN_PANEL * FCNN_PANEL / 2];
    const int64_t in = network->shape.layer[layer].inputs, out = network->shape.layer[layer].outputs;
    const int64_t in_panel = first_input / FCNN_PANEL, in_width = fcnn_panel_width(in, in_panel);
    const int64_t first = out_panel * FCNN_PANEL, outputs = at_most_panel(out - first);
    const int64_t at = fcnn_panel_offset((out + 1) / 2, in_panel) + first / 2 * in_width + first_input % FCNN_PANEL;
    const fcnn_pair_job job = {.in = weights, .width = outputs, .rows = inputs, .last = inputs, .out = words};
    network->kernels->pair_columns(&job);
    network->kernels->transpose(words, fcnn_panel_width(out, out_panel) / 2, inputs, (outputs + 1) / 2, shared,
                                (uint32_t *)network->transposed[layer] + at, in_width);
}

void fcnn_pairs_write(const fcnn_network *network, int64_t layer, int64_t out_panel, int64_t first_input,
                      int64_t inputs, const void *weights, bool shared)
{
    const int64_t in = network->shape.layer[layer].inputs;
    const int64_t width = fcnn_panel_width(network->shape.layer[layer].outputs, out_panel);
    const fcnn_pair_job job = {
        .in = weights,
        .width = width,
        .last = inputs,
        .out =
            (uint32_t *)network->paired[layer] + fcnn_panel_offset((in + 1) / 2, out_panel) + first_input / 2 * width,
        .streams = shared,
    };
    network->kernels->pair_rows(&job);
    if (network->transposed[layer] != NULL) {
        write_transposed(network, layer, out_panel, first_input, inputs, weights, shared);
    }
}

void fcnn_pairs_refresh(const fcnn_network *network)
{
    for (int64_t layer = 0; network->paired != NULL && layer < network->shape.layers; layer++) {
        const int64_t in = network->shape.layer[layer].inputs, out = network->shape.layer[layer].outputs;
        for (int64_t panel = 0; panel < fcnn_panel_count(out); panel++) {
            const int64_t width = fcnn_panel_width(out, panel);
            const float *weights = (const float *)network->parameters[layer] + fcnn_panel_offset(1 + in, panel) + width;
            for (int64_t first = 0; first < in; first += FCNN_PANEL) {
                fcnn_pairs_write(network, layer, panel, first, at_most_panel(in - first), weights + first * width,
                                 false);
            }
        }
    }
}
