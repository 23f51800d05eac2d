/* src/compute/math.h — elementary functions in double precision for what is not a kernel.
 *
 * The same bits on every machine, unlike libm's.  Errors are at most 1 unit in the last place where
 * nothing else is said. */
#ifndef FCNN_COMPUTE_MATH_H
#define FCNN_COMPUTE_MATH_H

/* e^x; 0 where that would be subnormal. */
double fcnn_exp(double x);

/* The natural logarithm; -Inf at 0, NaN below. */
double fcnn_log(double x);

/* log(1 + x), accurate near 0 too; -Inf at -1, NaN below. */
double fcnn_log1p(double x);

/* cos(2πu) for u in [0, 1); the error is relative to the cosine, near its zeros too. */
double fcnn_cos2pi(double u);

#endif
