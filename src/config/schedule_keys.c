/* src/config/schedule_keys.c — what the keys of [schedule] have to do with each other. */
#include "config/schedule_keys.h"

#include "core/status.h"
#include "core/text.h"

#include <inttypes.h>

#define KEYS_OF(constant, word, rule, keys) [constant] = (keys),
static const int used[] = {FCNN_SCHEDULE_WORDS(KEYS_OF)};

/* Is one of these keys used? */
static bool uses(const fcnn_config *config, int keys)
{
    return (used[config->schedule_kind] & keys) != 0;
}

static const char *kind_of(const fcnn_config *config)
{
    return fcnn_schedule_kind_name(config->schedule_kind);
}

/* ---- keys that the kind has no use for ---- */

/* The kinds that use a key, such as "step, multistep". */
static fcnn_status append_users(int key, fcnn_text *out)
{
    bool first = true;
    for (int i = 0; fcnn_schedule_kind_words[i] != NULL; i++) {
        if ((used[i] & key) != 0) {
            FCNN_TRY(fcnn_text_append(out, "%s%s", first ? "" : ", ", fcnn_schedule_kind_words[i]));
            first = false;
        }
    }
    return FCNN_OK;
}

static fcnn_status refuse_unused(const fcnn_config *config, int key, const char *name, bool is_set)
{
    if (!is_set || uses(config, key)) {
        return FCNN_OK;
    }
    fcnn_text users = {0};
    fcnn_status status = append_users(key, &users);
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_ECONFIG,
                           "schedule.%s is for schedule.kind = %s; schedule.kind = %s does not use it: remove one of "
                           "them",
                           name, users.data, kind_of(config));
    }
    fcnn_text_clear(&users);
    return status;
}

static fcnn_status check_unused(const fcnn_config *config)
{
    const struct {
        int key;
        const char *name;
        bool is_set;
    } keys[] = {
        {FCNN_USES_FINAL, "final", config->schedule_final != FCNN_AUTO},
        {FCNN_USES_FACTOR, "factor", config->schedule_factor != FCNN_AUTO},
        {FCNN_USES_PERIOD, "period", config->schedule_period != FCNN_AUTO},
        {FCNN_USES_PERIOD_FACTOR, "period_factor", config->schedule_period_factor != FCNN_AUTO},
        {FCNN_USES_MILESTONES, "milestones", config->schedule_milestones.count > 0},
        {FCNN_USES_MINIMUM, "minimum", config->schedule_minimum != FCNN_AUTO},
        {FCNN_USES_PLATEAU, "patience", config->schedule_patience != FCNN_AUTO},
        {FCNN_USES_PLATEAU, "threshold", config->schedule_threshold != FCNN_AUTO},
        {FCNN_USES_PLATEAU, "cooldown", config->schedule_cooldown != FCNN_AUTO},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        FCNN_TRY(refuse_unused(config, keys[i].key, keys[i].name, keys[i].is_set));
    }
    return FCNN_OK;
}

/* ---- keys that the kind needs ---- */

static fcnn_status needs(const fcnn_config *config, const char *name, const char *what)
{
    return fcnn_fail(FCNN_ECONFIG, "schedule.kind = %s needs schedule.%s, %s", kind_of(config), name, what);
}

static fcnn_status check_needed(const fcnn_config *config)
{
    const fcnn_schedule_kind kind = config->schedule_kind;
    if (kind == FCNN_SCHEDULE_MULTISTEP && config->schedule_milestones.count == 0) {
        return needs(config, "milestones", "such as 30, 60, 80");
    }
    if (config->schedule_period == FCNN_AUTO && uses(config, FCNN_USES_PERIOD) && !uses(config, FCNN_LASTS)) {
        return needs(config, "period", "a number of epochs or steps");
    }
    if (config->schedule_factor == FCNN_AUTO && (kind == FCNN_SCHEDULE_EXPONENTIAL || kind == FCNN_SCHEDULE_INVERSE)) {
        return needs(config, "factor", "such as 0.99 for exponential, 0.01 for inverse");
    }
    return FCNN_OK;
}

/* ---- values ---- */

static fcnn_status check_factor(const fcnn_config *config)
{
    const double factor = config->schedule_factor;
    const fcnn_schedule_kind kind = config->schedule_kind;
    if (!uses(config, FCNN_USES_FACTOR) || kind == FCNN_SCHEDULE_INVERSE || factor < 1) {
        return FCNN_OK;
    }
    if (kind == FCNN_SCHEDULE_CYCLIC) {
        return factor == 1 ? FCNN_OK
                           : fcnn_fail(FCNN_ECONFIG,
                                       "schedule.factor is %g: for schedule.kind = cyclic it is at most "
                                       "1",
                                       factor);
    }
    return fcnn_fail(FCNN_ECONFIG,
                     "schedule.factor is %g: for schedule.kind = %s it is below 1, so that the learning "
                     "rate falls",
                     factor, kind_of(config));
}

static fcnn_status check_final(const fcnn_config *config)
{
    const fcnn_schedule_kind kind = config->schedule_kind;
    if (config->schedule_final == 0 && (kind == FCNN_SCHEDULE_ONE_CYCLE || kind == FCNN_SCHEDULE_CYCLIC)) {
        return fcnn_fail(FCNN_ECONFIG,
                         "schedule.final is 0: schedule.kind = %s reaches it, and would train an epoch or "
                         "a step at a learning rate of 0",
                         kind_of(config));
    }
    return FCNN_OK;
}

static fcnn_status check_milestones(const fcnn_config *config)
{
    const fcnn_int_list *list = &config->schedule_milestones;
    for (int64_t i = 1; i < list->count; i++) {
        if (list->values[i] <= list->values[i - 1]) {
            return fcnn_fail(FCNN_ECONFIG,
                             "schedule.milestones: %" PRId64 " follows %" PRId64
                             ": each milestone comes later than the one before it",
                             list->values[i], list->values[i - 1]);
        }
    }
    if (list->count > 0 && list->values[0] <= config->schedule_warmup) {
        return fcnn_fail(FCNN_ECONFIG,
                         "schedule.milestones: %" PRId64 " is within the warm-up, which lasts until "
                         "%" PRId64 ": a milestone comes after it",
                         list->values[0], config->schedule_warmup);
    }
    return FCNN_OK;
}

static fcnn_status check_cycles(const fcnn_config *config)
{
    const int64_t period = config->schedule_period, warmup = config->schedule_warmup;
    if (config->schedule_kind == FCNN_SCHEDULE_CYCLIC) {
        if (period % 2 != 0) {
            return fcnn_fail(FCNN_ECONFIG,
                             "schedule.period is %" PRId64 ": for schedule.kind = cyclic it is even, so "
                             "that the middle of each period has the full learning rate",
                             period);
        }
        if (warmup > 0) {
            return fcnn_fail(FCNN_ECONFIG,
                             "schedule.warmup is %" PRId64 ": schedule.kind = cyclic starts at its lowest "
                             "learning rate and takes no warm-up",
                             warmup);
        }
    }
    if (config->schedule_kind == FCNN_SCHEDULE_ONE_CYCLE) {
        if (warmup == 0) {
            return fcnn_fail(FCNN_ECONFIG, "schedule.warmup is 0: schedule.kind = one_cycle rises first; without a "
                                           "rise use cosine");
        }
        if (period != FCNN_AUTO && period < (warmup == FCNN_AUTO ? 1 : warmup) + 2) {
            return fcnn_fail(FCNN_ECONFIG,
                             "schedule.period is %" PRId64 ": for schedule.kind = one_cycle it is longer "
                             "than the warm-up by at least 2",
                             period);
        }
    }
    return FCNN_OK;
}

static fcnn_status check_warmup(const fcnn_config *config)
{
    if (config->schedule_warmup_start != FCNN_AUTO && config->schedule_warmup <= 0 &&
        config->schedule_kind != FCNN_SCHEDULE_ONE_CYCLE) {
        return fcnn_fail(FCNN_ECONFIG, "schedule.warmup_start is set, but there is no warm-up: set schedule.warmup");
    }
    return FCNN_OK;
}

static fcnn_status check_unit(const fcnn_config *config)
{
    if (config->schedule_kind == FCNN_SCHEDULE_PLATEAU && config->schedule_unit == FCNN_SCHEDULE_UNIT_STEP) {
        return fcnn_fail(FCNN_ECONFIG, "schedule.unit = step does not go with schedule.kind = plateau, which decides "
                                       "after each epoch");
    }
    return FCNN_OK;
}

fcnn_status fcnn_config_schedule_check(const fcnn_config *config)
{
    FCNN_TRY(check_unused(config));
    FCNN_TRY(check_needed(config));
    FCNN_TRY(check_factor(config));
    FCNN_TRY(check_final(config));
    FCNN_TRY(check_milestones(config));
    FCNN_TRY(check_cycles(config));
    FCNN_TRY(check_warmup(config));
    return check_unit(config);
}

fcnn_status fcnn_config_schedule_resume_check(const fcnn_config *stored, const fcnn_config *current,
                                              const char *checkpoint)
{
    const bool lasts = uses(current, FCNN_LASTS) && current->schedule_period == FCNN_AUTO;
    if (!lasts || stored->train_epochs == current->train_epochs) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_ECONFIG,
                     "train.epochs cannot change on resume from %" PRId64 " to %" PRId64 ", because the learning rate "
                     "of schedule.kind = %s depends on it: %s was trained with it; restore the old value, or start a "
                     "new run in another folder with --set output.directory=NAME (and --set model.init=%s to start "
                     "from these weights); if schedule.period is set, train.epochs can change",
                     stored->train_epochs, current->train_epochs, kind_of(current), checkpoint, checkpoint);
}
