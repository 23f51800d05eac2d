/* src/methods/schedule_exponential.c — factor^u; at least minimum. */
#include "methods/schedule.h"

static double fraction(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)plateau;
    return fcnn_schedule_multiplied(schedule, unit);
}

extern const fcnn_schedule_rule fcnn_schedule_exponential;
const fcnn_schedule_rule fcnn_schedule_exponential = {.fraction = fraction};
