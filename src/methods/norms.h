/* src/methods/norms.h — norms of gradients and of weights, by sums in a fixed order.
 *
 * Sums of squares are in double.  A chain adds the squares of a column of a tile in the order of its rows; chains are
 * added in the order of columns, biases before weights, and tiles in the order of the gradient.  So no number
 * depends on ranks, threads or the instruction set.  Not collective; every thread of a team calls a function and
 * does its part. */
#ifndef FCNN_METHODS_NORMS_H
#define FCNN_METHODS_NORMS_H

#include "model/gradient.h"

/* A sum of squares of numbers that were multiplied by 2^-unit: unit is 0 for ordinary numbers, 600 or -600 for numbers
 * whose squares would overflow or underflow.  FCNN_NO_SQUARES is an empty sum. */
typedef struct fcnn_squares {
    double sum;
    int unit;
} fcnn_squares;

#define FCNN_NO_SQUARES ((fcnn_squares){0, -600})

/* The unit in which numbers of a precision must be squared whose sum of squares in unit 0 is `sum`. */
int fcnn_squares_unit(const fcnn_kernels *kernels, double sum);

fcnn_squares fcnn_squares_add(fcnn_squares a, fcnn_squares b);

/* The square root of a sum, as a number of unit 0; infinite or NaN if the sum is not finite. */
double fcnn_squares_root(fcnn_squares a);

/* Sums of squares of the elements of a tile. */
typedef struct fcnn_tile_squares {
    fcnn_squares biases, weights;
} fcnn_tile_squares;

/* A thread's part of the squares of all means, sum·scale, rounded to the precision: [gradient->tile_count]. */
void fcnn_norms_measure(const fcnn_network *network, const fcnn_gradient *gradient, double scale,
                        fcnn_tile_squares *squares, int thread, int threads);

/* The sum over all tiles. */
fcnn_squares fcnn_norms_sum(const fcnn_tile_squares *squares, int64_t tiles);

/* A thread's part of scaling the weights of each unit, without its bias, whose norm is above most[layer] down to this
 * norm.  most [layers]; 0: no limit.  Other threads must have written their parameters before it. */
void fcnn_norms_limit(fcnn_network *network, const double *most, int thread, int threads);

#endif
