/* src/compute/square_sum.h — sums of squares of differences, in whatever order, of numbers of any size: squares of
 * 1e-200 do not vanish, and those of 1e200 do not overflow. */
#ifndef FCNN_COMPUTE_SQUARE_SUM_H
#define FCNN_COMPUTE_SQUARE_SUM_H

#include "compute/exact_sum.h"

enum { FCNN_SQUARE_PARTS = 3 };

/* Differences of ordinary size are squared as they are.  Very small ones are counted a second time and very large ones
 * apart, both scaled by a power of two.  A sum is empty when all its bytes are zero. */
typedef struct fcnn_square_sum {
    fcnn_exact_sum parts[FCNN_SQUARE_PARTS];
} fcnn_square_sum;

/* Adds (a − b)². */
void fcnn_square_sum_add(fcnn_square_sum *sum, double a, double b);

/* Adds another sum. */
void fcnn_square_sum_merge(fcnn_square_sum *sum, const fcnn_square_sum *other);

/* Replaces each of count sums by the sum over ranks.  work [count·FCNN_SQUARE_PARTS·(FCNN_EXACT_LIMBS + 1)] is scratch
 * memory of the caller's.  Collective. */
void fcnn_square_sum_over_ranks(fcnn_comm *comm, int64_t count, fcnn_square_sum *sums, double *work);

/* √(sum/count); NaN if a difference was. */
double fcnn_square_sum_root_mean(const fcnn_square_sum *sum, int64_t count);

/* a/b. */
double fcnn_square_sum_ratio(const fcnn_square_sum *a, const fcnn_square_sum *b);

#endif
