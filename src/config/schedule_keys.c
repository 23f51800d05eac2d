/* src/config/schedule_keys.c — what the keys of [schedule] have to do with each other. */
#include "config/schedule_keys.h"

#include "core/status.h"
#include "core/text.h"

#include <inttypes.h>
#include <string.h>

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

/* ---- numbers in the place of auto ---- */

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

void fcnn_config_schedule_numbers(const fcnn_config *config, int64_t units, fcnn_schedule_numbers *out)
{
    const bool one_cycle = config->schedule_kind == FCNN_SCHEDULE_ONE_CYCLE;
    const bool cyclic = config->schedule_kind == FCNN_SCHEDULE_CYCLIC;
    *out = (fcnn_schedule_numbers){
        .period = config->schedule_period,
        .warmup = config->schedule_warmup,
        .warmup_start = number(config->schedule_warmup_start, one_cycle ? 0.04 : 0.01),
        .final = number(config->schedule_final, one_cycle ? 4e-6
                                                : cyclic  ? 0.1
                                                          : 0),
        .factor = number(config->schedule_factor, cyclic ? 1 : 0.1),
        .period_factor = whole(config->schedule_period_factor, 1),
        .minimum = number(config->schedule_minimum, 0),
        .patience = whole(config->schedule_patience, 10),
        .cooldown = whole(config->schedule_cooldown, 0),
        .threshold = number(config->schedule_threshold, 1e-4),
    };
    if (!one_cycle) {
        out->warmup = whole(out->warmup, 0);
    }
    if (out->period == FCNN_AUTO && units != FCNN_AUTO) {
        const int64_t left = one_cycle ? units : units - out->warmup;
        out->period = one_cycle || left > 1 ? left : 1;
    }
    if (out->warmup == FCNN_AUTO && out->period != FCNN_AUTO) {
        out->warmup = standard_rise(out->period);
    }
}

bool fcnn_config_schedule_means_the_same(const char *name, const fcnn_config *a, const fcnn_config *b)
{
    const fcnn_config *const both[] = {a, b};
    fcnn_schedule_numbers numbers[2];
    for (int i = 0; i < 2; i++) {
        const bool by_step = both[i]->schedule_unit == FCNN_SCHEDULE_UNIT_STEP;
        fcnn_config_schedule_numbers(both[i], by_step ? FCNN_AUTO : both[i]->train_epochs, &numbers[i]);
    }
    const struct {
        const char *name;
        double before, after; /* whole numbers up to 2^53 are exact */
    } keys[] = {
#define KEY(member) {#member, (double)numbers[0].member, (double)numbers[1].member}
        KEY(warmup),        KEY(warmup_start), KEY(final),     KEY(factor),   KEY(period),
        KEY(period_factor), KEY(patience),     KEY(threshold), KEY(cooldown), KEY(minimum),
#undef KEY
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i].name, name) == 0) {
            return keys[i].before == keys[i].after && keys[i].before != FCNN_AUTO;
        }
    }
    return false;
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
