/* src/compute/transform.h — functions of one variable that change the distribution of a column.
 *
 * They give the same bits on every machine.  Not collective; any thread may call any function. */
#ifndef FCNN_COMPUTE_TRANSFORM_H
#define FCNN_COMPUTE_TRANSFORM_H

#include <stdbool.h>
#include <stdint.h>

typedef enum fcnn_transform_kind {
    FCNN_TRANSFORM_NONE,
    FCNN_TRANSFORM_LOG,   /* the natural logarithm */
    FCNN_TRANSFORM_LOG1P, /* log(1 + x) */
    FCNN_TRANSFORM_ASINH, /* the inverse hyperbolic sine */
    /* for λ = power: ((1 + x)^λ − 1)/λ for x of at least 0, otherwise −((1 − x)^(2 − λ) − 1)/(2 − λ); where the divisor
     * is 0, ±log(1 + |x|).  I.-K. Yeo, R. A. Johnson, A new family of power transformations, Biometrika 87 (2000) */
    FCNN_TRANSFORM_POWER,
    /* the place of x among the landmarks, from 0 to 1, limited to 1e-7 … 1 − 1e-7, and of this the quantile of the
     * normal distribution.  Between landmarks the place is interpolated linearly; that of several equal landmarks is
     * the mean of the first and the last of them.  Up to the first landmark it is 0, from the last on 1; if all are
     * equal, that of this value is 1/2. */
    FCNN_TRANSFORM_QUANTILE
} fcnn_transform_kind;

/* The words of the kinds, indexed by them, terminated by NULL. */
extern const char *const fcnn_transform_words[];

typedef struct fcnn_transform {
    fcnn_transform_kind kind;
    double power;
    int64_t count;           /* number of landmarks, at least 2 */
    const double *landmarks; /* [count], ascending; borrowed */
} fcnn_transform;

/* Returns the transformed value; NaN if x is outside the domain or NaN. */
double fcnn_transform_apply(const fcnn_transform *transform, double x);

/* Returns the value whose transformed value is y; NaN for NaN.  It may be Inf if it exceeds the range of a double. */
double fcnn_transform_invert(const fcnn_transform *transform, double y);

/* Returns whether x is in the domain, for x that is finite, and the number above which all values of the domain are;
 * −Inf: there is no limit. */
bool fcnn_transform_takes(const fcnn_transform *transform, double x);
double fcnn_transform_limit(const fcnn_transform *transform);

#endif
