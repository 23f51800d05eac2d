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
} fcnn_transform_kind;

/* The words of the kinds, indexed by them, terminated by NULL. */
extern const char *const fcnn_transform_words[];

typedef struct fcnn_transform {
    fcnn_transform_kind kind;
} fcnn_transform;

/* Returns the transformed value; NaN if x is outside the domain or NaN. */
double fcnn_transform_apply(const fcnn_transform *transform, double x);

/* Returns the value whose transformed value is y; NaN for NaN.  It may be Inf if it exceeds the range of a double. */
double fcnn_transform_invert(const fcnn_transform *transform, double y);

/* Returns whether x is in the domain, for x that is finite, and the number above which all values of the domain are; −Inf:
 * there is no limit. */
bool fcnn_transform_takes(const fcnn_transform *transform, double x);
double fcnn_transform_limit(const fcnn_transform *transform);

#endif
