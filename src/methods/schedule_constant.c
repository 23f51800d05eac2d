/* src/methods/schedule_constant.c — the learning rate does not change. */
#include "methods/schedule.h"

static double fraction(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)schedule;
    (void)plateau;
    (void)unit;
    return 1;
}

extern const fcnn_schedule_rule fcnn_schedule_constant;
const fcnn_schedule_rule fcnn_schedule_constant = {.fraction = fraction};
