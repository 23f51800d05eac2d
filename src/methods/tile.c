/* src/methods/tile.c — where a tile of the gradient lies in the parameters, and how it is written there. */
#include "methods/tile.h"

#include "model/pairs.h"

fcnn_tile_place fcnn_tile_find(const fcnn_network *network, const fcnn_tile *tile)
{
    const fcnn_tensor tensor = fcnn_architecture_tensor(&network->shape, tile->tensor);
    const int64_t width = fcnn_panel_width(tensor.outputs, tile->out_panel);
    const int64_t biases = tile->first_input == 0 ? width : 0;
    return (fcnn_tile_place){
        .begin = fcnn_panel_offset(1 + tensor.inputs, tile->out_panel) + (1 + tile->first_input) * width - biases,
        .width = width,
        .biases = biases,
        .count = biases + tile->inputs * width,
    };
}

void fcnn_tile_write_transposed(const fcnn_network *network, const fcnn_tile *tile, const void *weights, bool shared)
{
    if (tile->tensor >= network->shape.layers) {
        return;
    }
    if (network->paired != NULL) {
        fcnn_pairs_write(network, tile->tensor, tile->out_panel, tile->first_input, tile->inputs, weights, shared);
        return;
    }
    if (network->transposed[tile->tensor] == NULL) {
        return;
    }
    const fcnn_kernels *kernels = network->kernels;
    const fcnn_layer *layer = &network->shape.layer[tile->tensor];
    const int64_t in = layer->inputs, out = layer->outputs;
    const int64_t in_panel = tile->first_input / FCNN_PANEL, in_width = fcnn_panel_width(in, in_panel);
    const int64_t first = tile->out_panel * FCNN_PANEL, outputs = out - first < FCNN_PANEL ? out - first : FCNN_PANEL;
    const int64_t at = fcnn_panel_offset(out, in_panel) + first * in_width + tile->first_input % FCNN_PANEL;
    kernels->transpose(weights, fcnn_panel_width(out, tile->out_panel), tile->inputs, outputs, shared,
                       (char *)network->transposed[tile->tensor] + (size_t)at * kernels->size, in_width);
}
