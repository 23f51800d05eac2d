/* src/methods/schedule_one_cycle.c — half a cosine up and half a cosine down (after Smith and Topin, arXiv 1708.07120,
 * with the half cosines of fastai and PyTorch).
 *
 * It rises from warmup_start to 1 in unit W = warmup, falls to final in unit P − 1, the last of P = period units, and
 * stays there. */
#include "methods/schedule.h"

static double fraction(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)plateau;
    const int64_t peak = schedule->warmup, last = schedule->period - 1;
    if (unit < peak) {
        return fcnn_schedule_between(schedule->warmup_start, fcnn_schedule_half_cosine(peak - unit, peak));
    }
    const int64_t at = unit < last ? unit - peak : last - peak;
    return fcnn_schedule_between(schedule->final, fcnn_schedule_half_cosine(at, last - peak));
}

static int64_t next(const fcnn_schedule *schedule, int64_t unit)
{
    const int64_t last = schedule->period - 1;
    return unit < schedule->warmup ? schedule->warmup : unit < last ? last : INT64_MAX;
}

extern const fcnn_schedule_rule fcnn_schedule_one_cycle;
const fcnn_schedule_rule fcnn_schedule_one_cycle = {.fraction = fraction, .next = next, .rises_itself = true};
