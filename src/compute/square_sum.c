/* src/compute/square_sum.c — sums of squares of differences of any size. */
#include "compute/square_sum.h"

#include <math.h>

enum { ORDINARY, SMALL, LARGE };

#define SCALE_EXPONENT 600 /* small differences are multiplied by 2^600, large ones by 2^-600 */
#define SMALL_LIMIT 0x1p-450
#define LARGE_LIMIT 0x1p480 /* 2^63 squares of smaller numbers have a finite sum */

/* A number that may exceed the range of a double: value·2^exponent. */
typedef struct scaled {
    double value;
    int exponent; /* even */
} scaled;

void fcnn_square_sum_add(fcnn_square_sum *sum, double a, double b, double weight)
{
    const double difference = a - b, magnitude = fabs(difference);
    if (magnitude > LARGE_LIMIT) {
        const double part = a * 0x1p-600 - b * 0x1p-600; /* finite even if a − b overflows */
        fcnn_exact_sum_add(&sum->parts[LARGE], weight * (part * part));
        return;
    }
    fcnn_exact_sum_add(&sum->parts[ORDINARY], weight * (difference * difference));
    if (magnitude < SMALL_LIMIT && magnitude > 0) {
        const double part = difference * 0x1p600;
        fcnn_exact_sum_add(&sum->parts[SMALL], weight * (part * part));
    }
}

void fcnn_square_sum_merge(fcnn_square_sum *sum, const fcnn_square_sum *other)
{
    for (int i = 0; i < FCNN_SQUARE_PARTS; i++) {
        fcnn_exact_sum_merge(&sum->parts[i], &other->parts[i]);
    }
}

void fcnn_square_sum_over_ranks(fcnn_comm *comm, int64_t count, fcnn_square_sum *sums, double *work)
{
    fcnn_exact_sum_over_ranks(comm, count * FCNN_SQUARE_PARTS, (fcnn_exact_sum *)sums, work);
}

static scaled value_of(const fcnn_square_sum *sum)
{
    const double ordinary = fcnn_exact_sum_value(&sum->parts[ORDINARY]);
    const double large = fcnn_exact_sum_value(&sum->parts[LARGE]);
    if (isnan(ordinary) || isnan(large)) {
        return (scaled){NAN, 0};
    }
    if (large != 0) {
        return (scaled){large + ordinary * 0x1p-600 * 0x1p-600, 2 * SCALE_EXPONENT};
    }
    if (fabs(ordinary) >= SMALL_LIMIT * SMALL_LIMIT) {
        return (scaled){ordinary, 0};
    }
    /* all differences are small, so this part contains all of them */
    return (scaled){fcnn_exact_sum_value(&sum->parts[SMALL]), -2 * SCALE_EXPONENT};
}

double fcnn_square_sum_root_mean(const fcnn_square_sum *sum, double mass)
{
    const scaled all = value_of(sum);
    return ldexp(sqrt(all.value / mass), all.exponent / 2);
}

double fcnn_square_sum_ratio(const fcnn_square_sum *a, const fcnn_square_sum *b)
{
    const scaled over = value_of(a), under = value_of(b);
    return ldexp(over.value / under.value, over.exponent - under.exponent);
}
