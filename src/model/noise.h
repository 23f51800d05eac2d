/* src/model/noise.h — Gaussian noise that is added to the inputs of a network in training. */
#ifndef FCNN_MODEL_NOISE_H
#define FCNN_MODEL_NOISE_H

#include "model/layers.h"

/* Adds to each normalized input x of some rows of a pass: x ← x + deviation·n, computed in double precision, where n is
 * a standard normal number that depends on the seed, the number of the step, the number of the row in the whole dataset
 * and the column, and on nothing else.  Two neighbouring columns have the two numbers of one pair (G. E. P. Box, M. E.
 * Muller 1958).  The batch has row numbers.
 *   magnitude  of the inputs; the result is the larger of it and that of the new inputs, in the form of the kernels
 * Not collective.  Threads may call it at the same time for different rows. */
uint64_t fcnn_noise_add(const fcnn_network *network, const fcnn_pass_rows *rows, uint64_t magnitude);

/* Returns n for a row and a column. */
double fcnn_noise_number(uint64_t seed, int64_t step, int64_t row, int64_t column);

#endif
