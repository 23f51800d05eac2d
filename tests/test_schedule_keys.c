/* tests/test_schedule_keys.c — the keys of [schedule]: which go together, and which may change on resume. */
#include "config/config.h"
#include "core/status.h"

#include "fixture.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A config with keys of [schedule], each on a line. */
static fcnn_config *parse(const char *keys)
{
    char text[512];
    snprintf(text, sizeof text, "[data]\ntrain = x.h5\n[schedule]\n%s\n", keys);
    return fixture_parsed(text, "a/b.ini");
}

static void accept(const char *keys)
{
    fcnn_config *config = parse(keys);
    HARNESS_OK(fcnn_config_check(config));
    fcnn_config_destroy(config);
}

/* The check must fail, and the error must contain every piece of a list ended by NULL. */
static void refuse(const char *keys, const char *const *pieces)
{
    fcnn_config *config = parse(keys);
    HARNESS_STATUS(fcnn_config_check(config), FCNN_ECONFIG);
    for (; *pieces != NULL; pieces++) {
        HARNESS_ERROR_HAS(*pieces);
    }
    fcnn_config_destroy(config);
}

#define REFUSED(keys, ...) refuse(keys, (const char *const[]){"a/b.ini: ", __VA_ARGS__, NULL})

static void every_kind_is_accepted(void)
{
    accept("");
    accept("warmup = 5\nwarmup_start = 1\nunit = step");
    accept("kind = linear\nfinal = 0.5\nperiod = 10\nwarmup = 20");
    accept("kind = step\nperiod = 10\nfactor = 0.5\nminimum = 0.01");
    accept("kind = multistep\nmilestones = 3, 4, 50\nwarmup = 2");
    accept("kind = exponential\nfactor = 0.99\nminimum = 0");
    accept("kind = cosine\nfinal = 0");
    accept("kind = cosine_restarts\nperiod = 3\nperiod_factor = 2");
    accept("kind = one_cycle\nwarmup_start = 0.5\nfinal = 0.01\nperiod = 5\nwarmup = 3");
    accept("kind = one_cycle\nperiod = 3");
    accept("kind = cyclic\nperiod = 2\nfactor = 1\nfinal = 0.1\nwarmup = 0");
    accept("kind = inverse\nfactor = 1000\nunit = step");
    accept("kind = plateau\npatience = 1\nthreshold = 0\ncooldown = 0\nfactor = 0.5\nminimum = 0.1\nwarmup = 3");
}

static void keys_without_use_are_refused(void)
{
    REFUSED("patience = 3", "schedule.patience is for schedule.kind = plateau", "schedule.kind = constant");
    REFUSED("kind = cosine\npatience = 10", "schedule.patience is for schedule.kind = plateau", "cosine does not use");
    REFUSED("kind = step\nperiod = 2\nthreshold = 0.1", "schedule.threshold is for schedule.kind = plateau;");
    REFUSED("kind = multistep\nmilestones = 2\ncooldown = 1", "schedule.cooldown");
    REFUSED("milestones = 30", "schedule.milestones is for schedule.kind = multistep;");
    REFUSED("kind = exponential\nfactor = 0.9\nperiod = 3",
            "schedule.period is for schedule.kind = linear, step, cosine, cosine_restarts, one_cycle, cyclic;");
    REFUSED("kind = cosine\nperiod_factor = 2", "schedule.period_factor is for schedule.kind = cosine_restarts;");
    REFUSED("kind = cosine\nminimum = 0.1",
            "schedule.minimum is for schedule.kind = step, multistep, exponential, inverse, plateau;");
    REFUSED("kind = plateau\nfinal = 0.1",
            "schedule.final is for schedule.kind = linear, cosine, cosine_restarts, one_cycle, cyclic;");
    REFUSED("kind = linear\nfactor = 0.1",
            "schedule.factor is for schedule.kind = step, multistep, exponential, cyclic, inverse, plateau;");
    REFUSED("warmup_start = 0.1", "schedule.warmup_start is set, but there is no warm-up");
    REFUSED("kind = cosine\nwarmup_start = 0.1\nwarmup = 0", "schedule.warmup_start is set");
    REFUSED("kind = cyclic\nperiod = 4\nwarmup = 2", "schedule.warmup is 2", "cyclic");
    REFUSED("kind = plateau\nunit = step", "schedule.unit = step does not go with schedule.kind = plateau");
}

static void keys_that_are_missing_are_named(void)
{
    REFUSED("kind = step", "schedule.kind = step needs schedule.period");
    REFUSED("kind = cosine_restarts", "schedule.kind = cosine_restarts needs schedule.period");
    REFUSED("kind = cyclic", "schedule.kind = cyclic needs schedule.period");
    REFUSED("kind = multistep", "schedule.kind = multistep needs schedule.milestones");
    REFUSED("kind = exponential", "schedule.kind = exponential needs schedule.factor");
    REFUSED("kind = inverse", "schedule.kind = inverse needs schedule.factor");
}

static void values_that_mean_nothing_are_refused(void)
{
    REFUSED("kind = exponential\nfactor = 1", "schedule.factor is 1", "below 1");
    REFUSED("kind = step\nperiod = 1\nfactor = 2", "schedule.factor is 2", "step");
    REFUSED("kind = plateau\nfactor = 1", "schedule.factor is 1");
    REFUSED("kind = cyclic\nperiod = 4\nfactor = 1.5", "schedule.factor is 1.5", "at most 1");
    REFUSED("kind = one_cycle\nfinal = 0", "schedule.final is 0", "one_cycle");
    REFUSED("kind = cyclic\nperiod = 2\nfinal = 0", "schedule.final is 0", "cyclic");
    REFUSED("kind = multistep\nmilestones = 3, 3", "schedule.milestones: 3 follows 3");
    REFUSED("kind = multistep\nmilestones = 3, 7, 5", "schedule.milestones: 5 follows 7");
    REFUSED("kind = multistep\nmilestones = 3, 7\nwarmup = 3", "schedule.milestones: 3 is within the warm-up");
    REFUSED("kind = cyclic\nperiod = 5", "schedule.period is 5", "even");
    REFUSED("kind = one_cycle\nwarmup = 0", "schedule.warmup is 0", "cosine");
    REFUSED("kind = one_cycle\nperiod = 4\nwarmup = 3", "schedule.period is 4", "by at least 2");
    REFUSED("kind = one_cycle\nperiod = 2", "schedule.period is 2");
}

/* Reading the value must fail. */
static void out_of_bounds(const char *assignment, const char *expected)
{
    fcnn_config *config = parse("");
    HARNESS_STATUS(fcnn_config_set(config, assignment), FCNN_ECONFIG);
    HARNESS_ERROR_HAS(expected);
    fcnn_config_destroy(config);
}

static void values_have_bounds(void)
{
    out_of_bounds("schedule.kind=cosin", "(nearest: cosine)");
    out_of_bounds("schedule.unit=batch", "epoch, step");
    out_of_bounds("schedule.warmup=-1", "auto or a whole number from 0 to 1000000000000");
    out_of_bounds("schedule.warmup=0.5", "not a whole number");
    out_of_bounds("schedule.warmup_start=0", "auto or a number above 0 and at most 1");
    out_of_bounds("schedule.warmup_start=1.0000000000000002", "out of range");
    out_of_bounds("schedule.warmup_start=-1", "out of range");
    out_of_bounds("schedule.warmup_start=nan", "not a finite number");
    out_of_bounds("schedule.warmup_start=", "not a finite number");
    out_of_bounds("schedule.final=1", "auto or a number of at least 0 and below 1");
    out_of_bounds("schedule.final=-0.1", "out of range");
    out_of_bounds("schedule.factor=0", "out of range");
    out_of_bounds("schedule.factor=1000001", "auto or a number above 0 and at most 1000000");
    out_of_bounds("schedule.period=0", "out of range");
    out_of_bounds("schedule.period_factor=0", "out of range");
    out_of_bounds("schedule.period_factor=1001", "from 1 to 1000");
    out_of_bounds("schedule.milestones=0", "out of range");
    out_of_bounds("schedule.milestones=5,auto", "not a whole number");
    out_of_bounds("schedule.patience=0", "from 1 to");
    out_of_bounds("schedule.threshold=1", "below 1");
    out_of_bounds("schedule.cooldown=-1", "from 0 to");
    out_of_bounds("schedule.minimum=1", "below 1");
}

static void auto_is_kept_as_a_word(void)
{
    fcnn_config *config = parse("kind = cosine\nfinal = 0.25\nperiod = 7");
    CU_ASSERT_EQUAL(config->schedule_final, 0.25);
    HARNESS_OK(fcnn_config_set(config, "schedule.final=auto"));
    HARNESS_OK(fcnn_config_set(config, "schedule.period=auto"));
    CU_ASSERT_EQUAL(config->schedule_final, FCNN_AUTO);
    char *text = NULL;
    HARNESS_OK(fcnn_config_text(config, &text));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nfinal = auto\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nperiod = auto\n"));
    free(text);
    fcnn_config_destroy(config);
}

/* Whether a run may go on with another number of epochs. */
static fcnn_status resume_longer(const char *keys)
{
    fcnn_config *stored = parse(keys), *current = parse(keys);
    HARNESS_OK(fcnn_config_set(current, "train.epochs=11"));
    const fcnn_status status = fcnn_config_resume_check(stored, current, 0, "run/c.h5");
    fcnn_config_destroy(stored);
    fcnn_config_destroy(current);
    return status;
}

static void a_schedule_up_to_the_end_fixes_the_epochs(void)
{
    static const char *const fixed[] = {"kind = linear", "kind = cosine", "kind = one_cycle",
                                        "kind = cosine\nwarmup = 3\nunit = step"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        HARNESS_STATUS(resume_longer(fixed[i]), FCNN_ECONFIG);
        HARNESS_ERROR_HAS("train.epochs cannot change on resume from 10 to 11");
        HARNESS_ERROR_HAS("model.init=run/c.h5");
    }
    HARNESS_OK(resume_longer(""));
    HARNESS_OK(resume_longer("kind = cosine\nperiod = 10"));
    HARNESS_OK(resume_longer("kind = one_cycle\nperiod = 10"));
    HARNESS_OK(resume_longer("kind = plateau"));
    fcnn_config *stored = parse("kind = plateau"), *current = parse("kind = plateau\npatience = 3");
    HARNESS_STATUS(fcnn_config_resume_check(stored, current, 0, "run/c.h5"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("schedule.patience cannot change on resume");
    fcnn_config_destroy(stored);
    fcnn_config_destroy(current);
}

HARNESS_MAIN("schedule keys", {"every kind is accepted", every_kind_is_accepted},
             {"keys without use are refused", keys_without_use_are_refused},
             {"keys that are missing are named", keys_that_are_missing_are_named},
             {"values that mean nothing are refused", values_that_mean_nothing_are_refused},
             {"values have bounds", values_have_bounds}, {"auto is kept as a word", auto_is_kept_as_a_word},
             {"a schedule up to the end fixes the epochs", a_schedule_up_to_the_end_fixes_the_epochs})
