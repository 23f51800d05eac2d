/* src/compute/math.h — elementary functions in double precision, for use outside the kernels.
 *
 * Unlike those of libm, they give the same bits on every machine.  Errors are at most 1 unit in the last place unless
 * stated otherwise.  All functions are thread-safe. */
#ifndef FCNN_COMPUTE_MATH_H
#define FCNN_COMPUTE_MATH_H

#include <stdint.h>

/* e^x; 0 instead of subnormal results. */
double fcnn_exp(double x);

/* The natural logarithm; -Inf for 0, NaN for negative x. */
double fcnn_log(double x);

/* log(1 + x), also accurate near 0; -Inf for -1, NaN for x < -1. */
double fcnn_log1p(double x);

/* cos(2πu) for u in [0, 1); the error is relative to the cosine, also near its zeros. */
double fcnn_cos2pi(double u);

/* sin(2πu) for u in [0, 1); the error is relative to the sine, also near its zeros. */
double fcnn_sin2pi(double u);

/* x^n for x above 0 and finite, and n of at least 0.  The error is at most 0.501 units in the last place; where the
 * result is subnormal, one unit. */
double fcnn_power(double x, int64_t n);

#endif
