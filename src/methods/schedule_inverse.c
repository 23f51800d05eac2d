/* src/methods/schedule_inverse.c — 1/(1 + factor·u); at least minimum. */
#include "methods/schedule.h"

#include <math.h>

static double fraction(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)plateau;
    const double part = 1 / fma(schedule->factor, (double)unit, 1);
    return part < schedule->minimum ? schedule->minimum : part;
}

extern const fcnn_schedule_rule fcnn_schedule_inverse;
const fcnn_schedule_rule fcnn_schedule_inverse = {.fraction = fraction};
