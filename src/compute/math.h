/* src/compute/math.h — elementary functions in double precision, for use outside the kernels.
 *
 * Unlike those of libm, they give the same bits on every machine.  Errors are at most 1 unit in the last place unless
 * stated otherwise.  All functions are thread-safe. */
#ifndef FCNN_COMPUTE_MATH_H
#define FCNN_COMPUTE_MATH_H

/* e^x; 0 instead of subnormal results. */
double fcnn_exp(double x);

/* The natural logarithm; -Inf for 0, NaN for negative x. */
double fcnn_log(double x);

/* log(1 + x), also accurate near 0; -Inf for -1, NaN for x < -1. */
double fcnn_log1p(double x);

/* cos(2πu) for u in [0, 1); the error is relative to the cosine, also near its zeros. */
double fcnn_cos2pi(double u);

#endif
