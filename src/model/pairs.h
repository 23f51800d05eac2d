/* src/model/pairs.h — the weights as products in mixed precision read them: as pairs of bfloat16 numbers
 * (docs/exactness.md), over the inputs of a layer for the forward pass, and over its outputs for the backward pass.
 *
 * Not collective.  Several threads may write different parts at the same time. */
#ifndef FCNN_MODEL_PAIRS_H
#define FCNN_MODEL_PAIRS_H

#include "model/network.h"

/* Writes the pairs of weights [inputs][width] of a layer: those of a panel of outputs, from input first_input on, a
 * multiple of FCNN_PANEL, for at most FCNN_PANEL inputs.  An odd number of inputs is that of the end of the layer.
 *   shared  other threads will read the pairs, so they are written past the cache, and can be read after a fence */
void fcnn_pairs_write(const fcnn_network *network, int64_t layer, int64_t out_panel, int64_t first_input,
                      int64_t inputs, const void *weights, bool shared);

/* Writes the pairs of all weights after the parameters of the network have been replaced.  Does nothing if the network
 * has no pairs. */
void fcnn_pairs_refresh(const fcnn_network *network);

#endif
