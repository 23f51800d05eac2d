/* src/compute/transform.c — functions of one variable that change the distribution of a column. */
#include "compute/transform.h"

#include "compute/math.h"

#include <math.h>
#include <stddef.h>

const char *const fcnn_transform_words[] = {"none", "log", "log1p", "asinh", "power", "quantile", NULL};

#define LEAST_PLACE 1e-7

/* ---- power ---- */

/* (e^(m·u) − 1)/m, or its limit u for m = 0. */
static double grown(double u, double m)
{
    return m == 0 ? u : fcnn_expm1(m * u) / m;
}

/* The u of which this is y; Inf if there is none. */
static double shrunk(double y, double m)
{
    return m == 0 ? y : m * y > -1 ? fcnn_log1p(m * y) / m : (double)INFINITY;
}

static double apply_power(double power, double x)
{
    return x < 0 ? -grown(fcnn_log1p(-x), 2 - power) : grown(fcnn_log1p(x), power);
}

static double invert_power(double power, double y)
{
    return y < 0 ? -fcnn_expm1(shrunk(-y, 2 - power)) : fcnn_expm1(shrunk(y, power));
}

/* ---- quantiles ---- */

/* Returns the number of landmarks that are below x, or, if `or_equal`, not above x. */
static int64_t count_below(const fcnn_transform *transform, double x, bool or_equal)
{
    int64_t low = 0, high = transform->count;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        const double landmark = transform->landmarks[middle];
        if (landmark < x || (or_equal && landmark == x)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Returns the place of a number among the landmarks. */
static double place_of(const fcnn_transform *transform, double x)
{
    const double *landmarks = transform->landmarks;
    const double steps = (double)(transform->count - 1), least = landmarks[0], most = landmarks[transform->count - 1];
    if (x <= least || x >= most) {
        return least == most && x == least ? 0.5 : x <= least ? 0 : 1;
    }
    const int64_t first = count_below(transform, x, false), after = count_below(transform, x, true);
    if (first < after) {
        return ((double)first + (double)(after - 1)) / 2 / steps;
    }
    /* halves, because the distance may exceed the range of a double */
    const double before = landmarks[first - 1], distance = 0.5 * landmarks[first] - 0.5 * before;
    return ((double)(first - 1) + (distance > 0 ? (0.5 * x - 0.5 * before) / distance : 0.5)) / steps;
}

static double apply_quantile(const fcnn_transform *transform, double x)
{
    if (isnan(x)) {
        return x;
    }
    const double place = place_of(transform, x), rest = 1 - place;
    const double least = place < rest ? place : rest;
    const double value = fcnn_normal_quantile(least < LEAST_PLACE ? LEAST_PLACE : least);
    return place < rest ? value : -value;
}

static double invert_quantile(const fcnn_transform *transform, double y)
{
    const double *landmarks = transform->landmarks, bound = -fcnn_normal_quantile(LEAST_PLACE);
    const int64_t last = transform->count - 1;
    if (isnan(y) || fabs(y) >= bound) {
        return y >= bound ? landmarks[last] : y <= -bound ? landmarks[0] : y;
    }
    const double place = fcnn_normal_probability(y) * (double)last;
    const int64_t before = (int64_t)place < last ? (int64_t)place : last - 1;
    const double part = place - (double)before;
    return fma(part, landmarks[before + 1], (1 - part) * landmarks[before]);
}

/* ---- all kinds ---- */

double fcnn_transform_apply(const fcnn_transform *transform, double x)
{
    switch (transform->kind) {
    case FCNN_TRANSFORM_LOG:
        return x > 0 ? fcnn_log(x) : (double)NAN;
    case FCNN_TRANSFORM_LOG1P:
        return x > -1 ? fcnn_log1p(x) : (double)NAN;
    case FCNN_TRANSFORM_ASINH:
        return fcnn_asinh(x);
    case FCNN_TRANSFORM_POWER:
        return apply_power(transform->power, x);
    case FCNN_TRANSFORM_QUANTILE:
        return apply_quantile(transform, x);
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
    case FCNN_TRANSFORM_POWER:
        return invert_power(transform->power, y);
    case FCNN_TRANSFORM_QUANTILE:
        return invert_quantile(transform, y);
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
