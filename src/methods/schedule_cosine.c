/* src/methods/schedule_cosine.c — half a cosine from 1 down to f = final, f + (1 − f)·(1 + cos(π·u/P))/2.
 *
 * cosine does it once, and stays at f.  cosine_restarts does it again and again, in periods of P, P·M, P·M², … units,
 * with M = period_factor (Loshchilov and Hutter, arXiv 1608.03983, equation 5). */
#include "methods/schedule.h"

static double fraction(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)plateau;
    const int64_t at = unit < schedule->period ? unit : schedule->period;
    return fcnn_schedule_between(schedule->final, fcnn_schedule_half_cosine(at, schedule->period));
}

static int64_t next(const fcnn_schedule *schedule, int64_t unit)
{
    return unit < schedule->period ? schedule->period : INT64_MAX;
}

/* The length of the period in which a unit lies; *start: its first unit. */
static int64_t period_of(const fcnn_schedule *schedule, int64_t unit, int64_t *start)
{
    int64_t length = schedule->period;
    *start = 0;
    if (schedule->period_factor == 1) {
        *start = unit / length * length;
        return length;
    }
    while (unit - *start >= length && length <= INT64_MAX / 2 / schedule->period_factor) {
        *start += length;
        length *= schedule->period_factor;
    }
    return length;
}

static double fraction_with_restarts(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)plateau;
    int64_t start;
    const int64_t length = period_of(schedule, unit, &start);
    return fcnn_schedule_between(schedule->final, fcnn_schedule_half_cosine(unit - start, length));
}

static int64_t next_restart(const fcnn_schedule *schedule, int64_t unit)
{
    int64_t start;
    const int64_t length = period_of(schedule, unit, &start);
    return start + length;
}

extern const fcnn_schedule_rule fcnn_schedule_cosine, fcnn_schedule_cosine_restarts;
const fcnn_schedule_rule fcnn_schedule_cosine = {.fraction = fraction, .next = next};
const fcnn_schedule_rule fcnn_schedule_cosine_restarts = {.fraction = fraction_with_restarts, .next = next_restart};
