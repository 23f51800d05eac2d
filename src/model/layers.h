/* src/model/layers.h — a layer, forward and backward, for the rows of a chunk.
 *
 * What happens to the results of a hidden layer's product is in model/layers.c, one step after the other, forward in
 * this order and backward in the reverse order:
 *   z = W·x + b   the product
 *   N(z)          layer normalization, if there is one
 *   y = f(z)      the activation, at the end of the product if there is nothing between them
 *   y·m           dropout, in training
 *   y·m + x       residual layers only
 * A step that is fused with the product is computed number by number while a tile is in the nearest cache; a step of
 * its own passes over the rows of the chunk once more.  Layers are numbered from 0.
 *
 * Not collective. Threads may call a function at the same time for different work areas, or different rows of one. */
#ifndef FCNN_MODEL_LAYERS_H
#define FCNN_MODEL_LAYERS_H

#include "model/network.h"

/* Rows of a pass: rows first … last−1 of the batch, starting with row `at` of a work area. */
typedef struct fcnn_pass_rows {
    const fcnn_batch *batch;
    int64_t first, last;
    const fcnn_work_area *area;
    int64_t at;
    bool trains; /* with dropout, and derivatives will follow */
} fcnn_pass_rows;

/* Dropout of the inputs in area->values[0], whose probability is above 0. Returns the magnitude of what they are
 * then. */
uint64_t fcnn_layer_drop_inputs(const fcnn_network *network, const fcnn_pass_rows *rows);

/* Applies a layer to rows: from area->values[layer] to area->values[layer + 1], that of the last layer to
 * area->deltas[layer].  Returns the magnitude of the results, as the kernels do. */
uint64_t fcnn_layer_forward(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer);

/* Computes the derivatives of the loss with respect to the sums z of a layer other than the last from those of
 * layer + 1, and those of which the gradients of its other tensors are sums, in area->deltas.  magnitudes [tensors] of
 * the derivatives of each tensor are updated. */
void fcnn_layer_backward(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer, uint64_t *magnitudes);

#endif
