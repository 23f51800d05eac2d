/* src/compute/transform.c — functions of one variable that change the distribution of a column. */
#include "compute/transform.h"

#include "compute/math.h"

#include <math.h>
#include <stddef.h>

const char *const fcnn_transform_words[] = {"none", "log", "log1p", "asinh", NULL};

double fcnn_transform_apply(const fcnn_transform *transform, double x)
{
    switch (transform->kind) {
    case FCNN_TRANSFORM_LOG:
        return x > 0 ? fcnn_log(x) : (double)NAN;
    case FCNN_TRANSFORM_LOG1P:
        return x > -1 ? fcnn_log1p(x) : (double)NAN;
    case FCNN_TRANSFORM_ASINH:
        return fcnn_asinh(x);
    case FCNN_TRANSFORM_NONE:
        break;
    }
    return x;
}

double fcnn_transform_invert(const fcnn_transform *transform, double y)
{
    switch (transform->kind) {
    case FCNN_TRANSFORM_LOG:
        return fcnn_exp(y);
    case FCNN_TRANSFORM_LOG1P:
        return fcnn_expm1(y);
    case FCNN_TRANSFORM_ASINH:
        return fcnn_sinh(y);
    case FCNN_TRANSFORM_NONE:
        break;
    }
    return y;
}

double fcnn_transform_limit(const fcnn_transform *transform)
{
    return transform->kind == FCNN_TRANSFORM_LOG ? 0 : transform->kind == FCNN_TRANSFORM_LOG1P ? -1 : -(double)INFINITY;
}

bool fcnn_transform_takes(const fcnn_transform *transform, double x)
{
    return x > fcnn_transform_limit(transform);
}
