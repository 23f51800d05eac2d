/* src/methods/schedule.c — the learning rate of each step. */
#include "methods/schedule.h"

#include <inttypes.h>
#include <math.h>

/* ---- settings ---- */

static double number(double given, double standard)
{
    return given == FCNN_AUTO ? standard : given;
}

static int64_t whole(int64_t given, int64_t standard)
{
    return given == FCNN_AUTO ? standard : given;
}

/* 0.3·period − 1, rounded to nearest: what PyTorch has where it is whole. */
static int64_t standard_rise(int64_t period)
{
    const int64_t tenths = period / 10, rest = period % 10;
    const int64_t rise = 3 * tenths + (3 * rest + 5) / 10 - 1;
    return rise > 1 ? rise : 1;
}

/* warmup, warmup_start, period, final. */
static void settle_lengths(const fcnn_config *config, fcnn_schedule *out)
{
    const bool one_cycle = out->kind == FCNN_SCHEDULE_ONE_CYCLE;
    if (one_cycle) {
        out->period = whole(config->schedule_period, out->units);
        out->warmup = whole(config->schedule_warmup, standard_rise(out->period));
    } else {
        out->warmup = whole(config->schedule_warmup, 0);
        out->period = whole(config->schedule_period, out->units - out->warmup);
        out->period = out->period > 1 ? out->period : 1;
    }
    out->warmup_start = number(config->schedule_warmup_start, one_cycle ? 0.04 : 0.01);
    out->final = number(config->schedule_final, one_cycle ? 4e-6 : out->kind == FCNN_SCHEDULE_CYCLIC ? 0.1 : 0);
}

fcnn_status fcnn_schedule_settle(const fcnn_config *config, int64_t epochs, int64_t steps, fcnn_schedule *out)
{
    const bool by_step = config->schedule_unit == FCNN_SCHEDULE_UNIT_STEP;
    *out = (fcnn_schedule){
        .kind = config->schedule_kind,
        .unit = fcnn_schedule_unit_name(config->schedule_unit),
        .learning_rate = config->optimizer_learning_rate,
        .unit_steps = by_step || steps == 0 ? 1 : steps,
        .units = by_step ? epochs * steps : epochs,
        .factor = number(config->schedule_factor, config->schedule_kind == FCNN_SCHEDULE_CYCLIC ? 1 : 0.1),
        .period_factor = whole(config->schedule_period_factor, 1),
        .milestone_count = config->schedule_milestones.count,
        .milestones = config->schedule_milestones.values,
        .minimum = number(config->schedule_minimum, 0),
        .patience = whole(config->schedule_patience, 10),
        .cooldown = whole(config->schedule_cooldown, 0),
        .threshold = number(config->schedule_threshold, 1e-4),
    };
    settle_lengths(config, out);
    if (out->kind == FCNN_SCHEDULE_ONE_CYCLE && epochs > 0 && out->period < out->warmup + 2) {
        return fcnn_fail(FCNN_ECONFIG,
                         "schedule.kind = one_cycle rises for %" PRId64 " %s%s and then falls for at least 2, but has "
                         "only %" PRId64 " in all: %strain for more epochs",
                         out->warmup, out->unit, out->warmup == 1 ? "" : "s", out->period,
                         by_step ? "" : "use schedule.unit = step, or ");
    }
    return FCNN_OK;
}

/* ---- rates ---- */

static double fraction_of_unit(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    const fcnn_schedule_rule *rule = fcnn_schedule_rule_of(schedule->kind);
    if (rule->rises_itself) {
        return rule->fraction(schedule, plateau, unit);
    }
    if (unit < schedule->warmup) {
        return fcnn_schedule_between(schedule->warmup_start, (double)unit / (double)schedule->warmup);
    }
    return rule->fraction(schedule, plateau, unit - schedule->warmup);
}

double fcnn_schedule_rate_of_unit(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    return schedule->learning_rate * fraction_of_unit(schedule, plateau, unit);
}

double fcnn_schedule_rate(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t step)
{
    return fcnn_schedule_rate_of_unit(schedule, plateau, step / schedule->unit_steps);
}
