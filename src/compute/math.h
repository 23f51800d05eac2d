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

/* e^x − 1, also accurate near 0.  The error is at most 3 units in the last place. */
double fcnn_expm1(double x);

/* The inverse hyperbolic sine.  The error is at most 4 units in the last place. */
double fcnn_asinh(double x);

/* The hyperbolic sine.  The error is at most 6 units in the last place. */
double fcnn_sinh(double x);

/* The number below which a standard normal number is with probability p, for p in (0, 1).  The error is at most 1e-14
 * for p from 1e-7 to 1 − 1e-7. */
double fcnn_normal_quantile(double p);

/* The probability that a standard normal number is below x.  The error is at most 2e-15. */
double fcnn_normal_probability(double x);

/* cos(2πu) for u in [0, 1); the error is relative to the cosine, also near its zeros. */
double fcnn_cos2pi(double u);

/* sin(2πu) for u in [0, 1); the error is relative to the sine, also near its zeros. */
double fcnn_sin2pi(double u);

/* x^n for x above 0 and finite, and n of at least 0.  The error is at most 0.501 units in the last place; where the
 * result is subnormal, one unit. */
double fcnn_power(double x, int64_t n);

#endif
