/* src/methods/schedule_linear.c — a line from 1 down to f = final: 1 − (1 − f)·u/P for u < P units, then f. */
#include "methods/schedule.h"

static double fraction(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)plateau;
    const int64_t left = unit < schedule->period ? schedule->period - unit : 0;
    return fcnn_schedule_between(schedule->final, (double)left / (double)schedule->period);
}

static int64_t next(const fcnn_schedule *schedule, int64_t unit)
{
    return unit < schedule->period ? schedule->period : INT64_MAX;
}

extern const fcnn_schedule_rule fcnn_schedule_linear;
const fcnn_schedule_rule fcnn_schedule_linear = {.fraction = fraction, .next = next};
