/* src/compute/square_sum.h — exact sums of squares of differences of any magnitude: squares of 1e-200 do not underflow,
 * and squares of 1e200 do not overflow.  Results do not depend on the order of the terms.
 *
 * A sum must be used by one thread at a time.  Only fcnn_square_sum_over_ranks() is collective. */
#ifndef FCNN_COMPUTE_SQUARE_SUM_H
#define FCNN_COMPUTE_SQUARE_SUM_H

#include "compute/exact_sum.h"

enum { FCNN_SQUARE_PARTS = 3 };

/* A sum.  Differences of ordinary magnitude are squared directly; very small differences are also added to a second
 * part, and very large ones only to a third, both scaled by a power of two.  {0} is an empty sum. */
typedef struct fcnn_square_sum {
    fcnn_exact_sum parts[FCNN_SQUARE_PARTS];
} fcnn_square_sum;

/* Adds weight·(a − b)²; a weight of 1 changes no bit. */
void fcnn_square_sum_add(fcnn_square_sum *sum, double a, double b, double weight);

/* Adds another sum. */
void fcnn_square_sum_merge(fcnn_square_sum *sum, const fcnn_square_sum *other);

/* Replaces each of count sums by its sum over ranks.  Collective; it cannot fail.
 *   work [count·FCNN_SQUARE_PARTS·(FCNN_EXACT_LIMBS + 1)]  scratch memory of the caller */
void fcnn_square_sum_over_ranks(fcnn_comm *comm, int64_t count, fcnn_square_sum *sums, double *work);

/* Returns √(sum/mass), where mass is the sum of the weights; NaN if a difference was NaN, or the sum is negative. */
double fcnn_square_sum_root_mean(const fcnn_square_sum *sum, double mass);

/* Returns a/b. */
double fcnn_square_sum_ratio(const fcnn_square_sum *a, const fcnn_square_sum *b);

#endif
