/* src/methods/schedule_step.c — steps down, to minimum at most: step is factor^⌊u/P⌋ with P = period, multistep is
 * factor^(number of milestones reached). */
#include "methods/schedule.h"

static double fraction_of_periods(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)plateau;
    return fcnn_schedule_multiplied(schedule, unit / schedule->period);
}

static int64_t next_period(const fcnn_schedule *schedule, int64_t unit)
{
    return (unit / schedule->period + 1) * schedule->period;
}

/* Milestones count from the start of the training; how many have been reached at a unit after the warm-up. */
static int64_t reached(const fcnn_schedule *schedule, int64_t unit)
{
    int64_t count = 0;
    while (count < schedule->milestone_count && schedule->milestones[count] <= unit + schedule->warmup) {
        count++;
    }
    return count;
}

static double fraction_of_milestones(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)plateau;
    return fcnn_schedule_multiplied(schedule, reached(schedule, unit));
}

static int64_t next_milestone(const fcnn_schedule *schedule, int64_t unit)
{
    const int64_t count = reached(schedule, unit);
    return count < schedule->milestone_count ? schedule->milestones[count] - schedule->warmup : INT64_MAX;
}

extern const fcnn_schedule_rule fcnn_schedule_step, fcnn_schedule_multistep;
const fcnn_schedule_rule fcnn_schedule_step = {.fraction = fraction_of_periods, .next = next_period};
const fcnn_schedule_rule fcnn_schedule_multistep = {.fraction = fraction_of_milestones, .next = next_milestone};
