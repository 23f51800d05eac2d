/* src/methods/schedule_cyclic.c — triangles (Smith, arXiv 1506.01186).
 *
 * In period k of P units, P even, a line rises from f = final to f + (1 − f)·factor^k in the middle, and falls
 * again. */
#include "methods/schedule.h"

#include "compute/math.h"

static double fraction(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)plateau;
    const int64_t half = schedule->period / 2, at = unit % schedule->period;
    const double height = (double)(at < half ? at : schedule->period - at) / (double)half;
    return fcnn_schedule_between(schedule->final, height * fcnn_power(schedule->factor, unit / schedule->period));
}

static int64_t next(const fcnn_schedule *schedule, int64_t unit)
{
    const int64_t half = schedule->period / 2;
    return (unit / half + 1) * half;
}

extern const fcnn_schedule_rule fcnn_schedule_cyclic;
const fcnn_schedule_rule fcnn_schedule_cyclic = {.fraction = fraction, .next = next, .rises_itself = true};
