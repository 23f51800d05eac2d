/* src/methods/schedule.c — the learning rate of each step. */
#include "methods/schedule.h"

#include "config/schedule_keys.h"

#include <inttypes.h>
#include <math.h>

/* ---- settings ---- */

fcnn_status fcnn_schedule_settle(const fcnn_config *config, int64_t epochs, int64_t steps, fcnn_schedule *out)
{
    const bool by_step = config->schedule_unit == FCNN_SCHEDULE_UNIT_STEP;
    const int64_t units = by_step ? epochs * steps : epochs;
    fcnn_schedule_numbers numbers;
    fcnn_config_schedule_numbers(config, units, &numbers);
    *out = (fcnn_schedule){
        .kind = config->schedule_kind,
        .unit = fcnn_schedule_unit_name(config->schedule_unit),
        .learning_rate = config->optimizer_learning_rate,
        .unit_steps = by_step || steps == 0 ? 1 : steps,
        .units = units,
        .warmup = numbers.warmup,
        .warmup_start = numbers.warmup_start,
        .final = numbers.final,
        .factor = numbers.factor,
        .period = numbers.period,
        .period_factor = numbers.period_factor,
        .milestone_count = config->schedule_milestones.count,
        .milestones = config->schedule_milestones.values,
        .minimum = numbers.minimum,
        .patience = numbers.patience,
        .cooldown = numbers.cooldown,
        .threshold = numbers.threshold,
    };
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
