/* src/methods/norms.h — norms of gradients and of weights, by sums in a fixed order.
 *
 * Sums of squares are in double.  A chain adds the squares of a column of a tile in the order of its rows; chains are
 * added in the order of columns, biases before weights, and tiles in the order of the gradient.  So no number
 * depends on ranks, threads or the instruction set.  Not collective; every thread of a team calls a function and
 * does its part. */
#ifndef FCNN_METHODS_NORMS_H
#define FCNN_METHODS_NORMS_H

#include "model/gradient.h"

/* Sums of squares of the elements of a tile. */
typedef struct fcnn_tile_squares {
    double biases, weights;
} fcnn_tile_squares;

/* A thread's part of the squares of all means, sum·scale, rounded to the precision: [gradient->tile_count]. */
void fcnn_norms_measure(const fcnn_network *network, const fcnn_gradient *gradient, double scale,
                        fcnn_tile_squares *squares, int thread, int threads);

/* The sum over all tiles. */
double fcnn_norms_sum(const fcnn_tile_squares *squares, int64_t tiles);

/* A thread's part of scaling the weights of each unit, without its bias, whose norm is above most[layer] down to this
 * norm.  most [layers]; 0: no limit.  Other threads must have written their parameters before it. */
void fcnn_norms_limit(fcnn_network *network, const double *most, int thread, int threads);

#endif
