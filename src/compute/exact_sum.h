/* src/compute/exact_sum.h — sums of doubles without any rounding, in whatever order.
 *
 * A sum is a fixed-point number over the full range of a double, in limbs of 32 bits; each limb is an
 * integer with room for 2^30 additions.  Sums over ranks go through doubles: limbs are small integers, so
 * their MPI_SUM is exact as well. */
#ifndef FCNN_COMPUTE_EXACT_SUM_H
#define FCNN_COMPUTE_EXACT_SUM_H

#include "parallel/comm.h"

#include <stdint.h>

#define FCNN_EXACT_LIMBS 68 /* limb i weighs 2^(32·i − 1088): from below 2^-1074 to beyond 2^1024 · 2^63 */

typedef struct fcnn_exact_sum {
    int64_t limbs[FCNN_EXACT_LIMBS];
    int64_t additions; /* since the last carry */
    int64_t nonfinite; /* values that were NaN or Inf; they make the sum NaN */
} fcnn_exact_sum;

/* A sum is empty when all its bytes are zero. */
void fcnn_exact_sum_add(fcnn_exact_sum *sum, double value);

/* Adds another sum. */
void fcnn_exact_sum_merge(fcnn_exact_sum *sum, const fcnn_exact_sum *other);

/* The sum, rounded once to the nearest double, ties to even; NaN if a value was not finite. */
double fcnn_exact_sum_value(const fcnn_exact_sum *sum);

/* The mean of count values that lie from smallest to largest.  It does, too, although it is rounded twice, and the sum
 * may be beyond a double's range: where all values are equal it is that value. */
double fcnn_exact_sum_mean(const fcnn_exact_sum *sum, int64_t count, double smallest, double largest);

/* Replaces each of count sums by the sum over ranks.  work [count·(FCNN_EXACT_LIMBS + 1)] is scratch memory
 * of the caller's.  Collective. */
void fcnn_exact_sum_over_ranks(fcnn_comm *comm, int64_t count, fcnn_exact_sum *sums, double *work);

#endif
