/* src/methods/tile.h — where a tile of the gradient lies in the parameters, and how it is written there.
 *
 * Not collective; several threads may call these functions at the same time for different tiles. */
#ifndef FCNN_METHODS_TILE_H
#define FCNN_METHODS_TILE_H

#include "compute/panels.h"
#include "model/gradient.h"

/* The elements of a tile: contiguous in the panels of its tensor. */
typedef struct fcnn_tile_place {
    int64_t begin;  /* the first one */
    int64_t width;  /* of a row */
    int64_t biases; /* the first elements are biases: `width` or 0 */
    int64_t count;
} fcnn_tile_place;

fcnn_tile_place fcnn_tile_find(const fcnn_network *network, const fcnn_tile *tile);

/* Writes the weights [inputs][width] of a tile into the transposed matrix of their layer, if there is one, or in mixed
 * precision their pairs.
 *   shared  other threads will read it, so it is written past the cache, and can be read after a fence */
void fcnn_tile_write_transposed(const fcnn_network *network, const fcnn_tile *tile, const void *weights, bool shared);

#endif
