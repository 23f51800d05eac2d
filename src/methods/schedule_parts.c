/* src/methods/schedule_parts.c — what several rules of schedules are made of. */
#include "methods/schedule.h"

#include "compute/math.h"

#include <math.h>

/* 1 − low is rounded by at most 2^-54, and so the sum at a part of 1 is 1. */
double fcnn_schedule_between(double low, double part)
{
    return fma(part, 1 - low, low);
}

/* (1 + cos x)/2 = sin²((π − x)/2), which is accurate near 0 too. */
double fcnn_schedule_half_cosine(int64_t unit, int64_t length)
{
    const double sine = fcnn_sin2pi((double)(length - unit) / (4 * (double)length));
    return sine * sine;
}

double fcnn_schedule_multiplied(const fcnn_schedule *schedule, int64_t count)
{
    const double product = fcnn_power(schedule->factor, count);
    return product < schedule->minimum ? schedule->minimum : product;
}
