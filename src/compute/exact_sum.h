/* src/compute/exact_sum.h — sums of doubles without rounding, whose results do not depend on the order of the terms.
 *
 * A sum is a fixed-point number that covers the full range of a double, in limbs of 32 bits.  Each limb is an integer
 * that can take 2^30 additions before carries are propagated.  Sums over ranks convert the limbs to doubles: limbs are
 * small integers, so MPI_SUM of them is exact.  Method: U. W. Kulisch, Computer Arithmetic and Validity (2008), the
 * long accumulator.
 *
 * A sum must be used by one thread at a time.  Only fcnn_exact_sum_over_ranks() is collective. */
#ifndef FCNN_COMPUTE_EXACT_SUM_H
#define FCNN_COMPUTE_EXACT_SUM_H

#include "parallel/comm.h"

#include <stdint.h>

#define FCNN_EXACT_LIMBS 68 /* limb i has the weight 2^(32·i − 1088): from below 2^-1074 to above 2^1024 · 2^63 */

/* A sum.  {0} is an empty sum. */
typedef struct fcnn_exact_sum {
    int64_t limbs[FCNN_EXACT_LIMBS];
    int64_t additions; /* since carries were last propagated */
    int64_t nonfinite; /* number of terms that were NaN or Inf; they make the sum NaN */
} fcnn_exact_sum;

/* Adds a value. */
void fcnn_exact_sum_add(fcnn_exact_sum *sum, double value);

/* Adds another sum. */
void fcnn_exact_sum_merge(fcnn_exact_sum *sum, const fcnn_exact_sum *other);

/* Returns the sum, rounded once to the nearest double, ties to even; NaN if a term was not finite. */
double fcnn_exact_sum_value(const fcnn_exact_sum *sum);

/* Returns the mean of count values whose minimum and maximum are given.  It is limited to this range, because it is
 * rounded twice: the mean of equal values is exactly this value.  The sum may exceed the range of a double. */
double fcnn_exact_sum_mean(const fcnn_exact_sum *sum, int64_t count, double smallest, double largest);

/* Replaces each of count sums by its sum over ranks.  Collective; it cannot fail.
 *   work [count·(FCNN_EXACT_LIMBS + 1)]  scratch memory of the caller */
void fcnn_exact_sum_over_ranks(fcnn_comm *comm, int64_t count, fcnn_exact_sum *sums, double *work);

#endif
