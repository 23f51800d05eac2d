/* tests/test_stage_keys.c — the sections of stages in a config: reading, checks, writing, and what may change when a
 * run is resumed. */
#include "fixture.h"
#include "harness.h"

#include "config/stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAGES                                                                             \
    "[train]\nbatch_size = 32\n"                                                           \
    "[stage.1]\ntrain.epochs = 3\noptimizer.name = adam\noptimizer.learning_rate = 0.01\n" \
    "[stage.2]\ntrain.epochs = 4\ntrain.batch_size = 256\nschedule.kind = cosine\n"

/* Reads and checks a config.  NULL: it is refused. */
static fcnn_config *parse(const char *lines)
{
    char text[2048];
    fcnn_config *config;
    const int length = snprintf(text, sizeof text, "[data]\ntrain = d.h5\n%s", lines);
    if (fcnn_config_parse(text, length, "s.ini", &config) != FCNN_OK) {
        return NULL;
    }
    if (fcnn_config_check(config) != FCNN_OK) {
        fcnn_config_destroy(config);
        return NULL;
    }
    return config;
}

static fcnn_config *parsed(const char *lines)
{
    fcnn_config *config = parse(lines);
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    return config;
}

static void refuse(const char *lines, const char *words)
{
    fcnn_config *config = parse(lines);
    CU_ASSERT_PTR_NULL(config);
    HARNESS_ERROR_HAS(words);
    fcnn_config_destroy(config);
}

/* ---- values ---- */

static void a_stage_has_its_values_and_those_of_the_config(void)
{
    fcnn_config *config = parsed("[optimizer]\nclip_norm = 2\n" STAGES), *stage;
    CU_ASSERT_EQUAL(fcnn_config_stages(config), 2);
    CU_ASSERT_EQUAL(config->train_epochs, 7);
    HARNESS_OK(fcnn_config_stage(config, 0, &stage));
    CU_ASSERT_EQUAL(stage->stage_count, 0);
    CU_ASSERT_EQUAL(stage->train_epochs, 3);
    CU_ASSERT_EQUAL(stage->train_batch_size, 32);
    CU_ASSERT_EQUAL(stage->optimizer_name, FCNN_OPTIMIZER_ADAM);
    CU_ASSERT_EQUAL(stage->optimizer_learning_rate, 0.01);
    CU_ASSERT_EQUAL(stage->optimizer_clip_norm, 2);
    CU_ASSERT_EQUAL(stage->schedule_kind, FCNN_SCHEDULE_CONSTANT);
    CU_ASSERT_STRING_EQUAL(stage->data_train, "d.h5");
    fcnn_config_destroy(stage);
    HARNESS_OK(fcnn_config_stage(config, 1, &stage));
    CU_ASSERT_EQUAL(stage->train_epochs, 4);
    CU_ASSERT_EQUAL(stage->train_batch_size, 256);
    CU_ASSERT_EQUAL(stage->optimizer_name, FCNN_OPTIMIZER_SGD);
    CU_ASSERT_EQUAL(stage->optimizer_learning_rate, 0.1);
    CU_ASSERT_EQUAL(stage->schedule_kind, FCNN_SCHEDULE_COSINE);
    fcnn_config_destroy(stage);
    CU_ASSERT_EQUAL(fcnn_config_stage_epochs(config, 1), 4);
    CU_ASSERT_EQUAL(fcnn_config_stage_batch_size(config, 0), 32);
    CU_ASSERT_EQUAL(fcnn_config_stage_optimizer(config, 1), FCNN_OPTIMIZER_SGD);
    fcnn_config_destroy(config);
}

static void a_config_without_sections_has_one_stage(void)
{
    fcnn_config *config = parsed("[train]\nepochs = 5\n"), *stage;
    CU_ASSERT_EQUAL(fcnn_config_stages(config), 1);
    CU_ASSERT_EQUAL(fcnn_config_stage_epochs(config, 0), 5);
    HARNESS_OK(fcnn_config_stage(config, 0, &stage));
    char *a = NULL, *b = NULL;
    HARNESS_OK(fcnn_config_text(config, &a));
    HARNESS_OK(fcnn_config_text(stage, &b));
    CU_ASSERT_STRING_EQUAL(a, b);
    CU_ASSERT_PTR_NULL(strstr(a, "stage"));
    free(a);
    free(b);
    fcnn_config_destroy(stage);
    fcnn_config_destroy(config);
}

static void the_effective_config_is_read_again(void)
{
    fcnn_config *config = parsed(STAGES "schedule.milestones =\nschedule.warmup=2\n"), *again = NULL;
    char *text = NULL, *second = NULL;
    HARNESS_OK(fcnn_config_text(config, &text));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nepochs = 7\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n\n[stage.1]\ntrain.epochs = 3\noptimizer.name = adam\n"
                                        "optimizer.learning_rate = 0.01\n\n[stage.2]\ntrain.epochs = 4\n"
                                        "train.batch_size = 256\nschedule.kind = cosine\nschedule.warmup = 2\n"
                                        "schedule.milestones =\n"));
    HARNESS_OK(fcnn_config_parse_effective(text, (int64_t)strlen(text), "c.h5", &again));
    HARNESS_OK(fcnn_config_check(again));
    HARNESS_OK(fcnn_config_text(again, &second));
    CU_ASSERT_STRING_EQUAL(text, second);
    HARNESS_OK(fcnn_config_resume_check(config, again, 7, "c.h5"));
    free(text);
    free(second);
    fcnn_config_destroy(again);
    fcnn_config_destroy(config);
}

static void an_option_sets_a_stage_and_adds_the_next_one(void)
{
    fcnn_config *config = parsed(STAGES);
    HARNESS_OK(fcnn_config_set(config, "stage.2.train.epochs = 10"));
    HARNESS_OK(fcnn_config_set(config, "stage.3.train.epochs=1"));
    HARNESS_OK(fcnn_config_set(config, "stage.3.schedule.warmup=2"));
    HARNESS_OK(fcnn_config_check(config));
    CU_ASSERT_EQUAL(fcnn_config_stages(config), 3);
    CU_ASSERT_EQUAL(config->train_epochs, 14);
    static const char *const usage[] = {"stage.train.epochs=1", "stage.0.train.epochs=1", "stage.2=1",
                                        "stage.2x.train.epochs=1"};
    for (size_t i = 0; i < sizeof usage / sizeof *usage; i++) {
        HARNESS_STATUS(fcnn_config_set(config, usage[i]), FCNN_EUSAGE);
        HARNESS_ERROR_HAS("expected stage.NUMBER.section.key=value");
    }
    HARNESS_STATUS(fcnn_config_set(config, "stage.5.train.epochs=1"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("--set stage.5.train.epochs=1: there is no [stage.4] before [stage.5]");
    HARNESS_STATUS(fcnn_config_set(config, "stage.4.train.seed=1"), FCNN_ECONFIG);
    HARNESS_STATUS(fcnn_config_set(config, "stage.1.train.epochs=x"), FCNN_ECONFIG);
    CU_ASSERT_EQUAL(fcnn_config_stages(config), 3);
    CU_ASSERT_EQUAL(config->train_epochs, 14);
    HARNESS_OK(fcnn_config_set(config, "train.epochs=3"));
    HARNESS_STATUS(fcnn_config_check(config), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("s.ini: train.epochs is 3, but the stages have 14 epochs together");
    fcnn_config_destroy(config);
}

/* ---- refusals ---- */

/* The first two lines of each config are those of [data]. */
static void sections_and_lines_that_are_wrong_are_named(void)
{
    refuse("[stage.2]\ntrain.epochs = 1", "s.ini:3: there is no [stage.1] before [stage.2]");
    refuse(STAGES "[stage.4]\n", "s.ini:13: there is no [stage.3] before [stage.4]");
    refuse(STAGES "[stage.1]\n", "s.ini:13: section [stage.1] is given twice, first on line 5");
    refuse("[stage]", "s.ini:3: unknown section [stage]: the nearest one is [stage.1]");
    refuse("[Stage.2]", "s.ini:3: unknown section [Stage.2]: the nearest one is [stage.1]");
    refuse("[stage 1]", "s.ini:3: unknown section [stage 1]: the nearest one is [stage.1]");
    refuse("[stage.]", "s.ini:3: section [stage.] has no number");
    refuse("[stage.0]", "s.ini:3: section [stage.0] has no number");
    refuse("[stage.1]\nlearning_rate = 1", "s.ini:4: 'learning_rate' has no section: a stage sets the keys of "
                                           "[optimizer] and [schedule], train.batch_size and train.epochs");
    refuse("[stage.1]\ntrain.seed = 1", "s.ini:4: train.seed is the same in all stages: a stage sets");
    refuse("[stage.1]\nmodel.hidden = 1", "s.ini:4: model.hidden is the same in all stages");
    refuse("[stage.1]\noptimizer.rate = 1", "s.ini:4: unknown key");
    refuse("[stage.1]\noptimiser.name = adam", "s.ini:4: unknown section [optimiser]");
    refuse("[stage.1]\na_section_that_has_a_very_long_name_indeed.name = adam", "s.ini:4: unknown section");
    refuse("[stage.1]\ntrain.epochs = few", "s.ini:4: train.epochs: 'few'");
    refuse("[stage.1]\ntrain.epochs = 1\ntrain.epochs = 1",
           "s.ini:5: train.epochs is given twice in [stage.1], first on line 4");
}

static void epochs_that_do_not_fit_are_refused(void)
{
    refuse("[stage.1]\noptimizer.name = adam\n", "s.ini:3: [stage.1]: train.epochs is not set");
    refuse("[stage.1]\ntrain.epochs = 2\n[stage.2]\ntrain.epochs = 0", "s.ini:6: [stage.2] never begins");
    refuse("[train]\nepochs = 8\n[stage.1]\ntrain.epochs = 2\n[stage.2]\ntrain.epochs = 5",
           "s.ini:4: train.epochs is 8, but the stages have 7 epochs together");
    refuse("[stage.1]\ntrain.epochs = 1000000000\n[stage.2]\ntrain.epochs = 1",
           "s.ini: the stages have 1000000001 epochs together: train.epochs, their sum, is at most 1000000000");
    fcnn_config_destroy(parsed("[stage.1]\ntrain.epochs = 999999999\n[stage.2]\ntrain.epochs = 1"));
    fcnn_config_destroy(parsed("[train]\nepochs = 7\n[stage.1]\ntrain.epochs = 2\n[stage.2]\ntrain.epochs = 5"));
}

static void the_keys_of_each_stage_are_checked_together(void)
{
    refuse(STAGES "optimizer.nesterov = yes\n", "s.ini:9: [stage.2]: optimizer.nesterov = yes requires a momentum");
    refuse("[optimizer]\nmomentum = 0.9\n" STAGES, "s.ini:7: [stage.1]: optimizer.momentum");
    refuse("[schedule]\nmilestones = 3\n[stage.1]\ntrain.epochs = 5\nschedule.kind = multistep\n"
           "[stage.2]\ntrain.epochs = 4\n",
           "s.ini:8: [stage.2]: schedule.milestones is for schedule.kind = multistep");
    /* what is missing in the other sections may be in each stage */
    fcnn_config_destroy(parsed("[schedule]\nmilestones = 3\n[stage.1]\ntrain.epochs = 5\nschedule.kind = multistep\n"
                               "[stage.2]\ntrain.epochs = 4\nschedule.kind = multistep\n"));
}

/* ---- resume ---- */

static fcnn_status resume(const char *before, const char *now, int64_t epochs)
{
    fcnn_config *stored = parsed(before), *current = parsed(now);
    const fcnn_status status = fcnn_config_resume_check(stored, current, epochs, "c.h5");
    fcnn_config_destroy(stored);
    fcnn_config_destroy(current);
    return status;
}

#define STAGE(number, epochs, rest) "[stage." number "]\ntrain.epochs = " epochs "\n" rest

static void what_has_begun_cannot_change(void)
{
    static const char both[] = STAGE("1", "3", "") STAGE("2", "4", "train.batch_size = 8\n");
    static const char other[] = STAGE("1", "3", "") STAGE("2", "4", "train.batch_size = 9\n");
    static const char first[] = STAGE("1", "3", "optimizer.momentum = 0.5\n") STAGE("2", "4", "train.batch_size = 8\n");
    for (int64_t epochs = 0; epochs <= 3; epochs++) {
        HARNESS_OK(resume(both, other, epochs));
        HARNESS_STATUS(resume(both, first, epochs), FCNN_ECONFIG);
        HARNESS_ERROR_HAS("s.ini:3: [stage.1]: optimizer.momentum cannot change on resume");
        HARNESS_OK(resume(both, STAGE("1", "3", ""), epochs));
    }
    for (int64_t epochs = 4; epochs <= 7; epochs++) {
        HARNESS_STATUS(resume(both, other, epochs), FCNN_ECONFIG);
        HARNESS_ERROR_HAS("s.ini:5: [stage.2]: train.batch_size cannot change on resume");
        HARNESS_STATUS(resume(both, STAGE("1", "3", ""), epochs), FCNN_ECONFIG);
        HARNESS_ERROR_HAS("in its stage 2, but the config has only 1 stage:");
    }
}

static void a_stage_that_has_not_ended_can_have_another_length(void)
{
    static const char both[] = STAGE("1", "3", "") STAGE("2", "4", "train.batch_size = 8\n");
    static const char longer[] = STAGE("1", "5", "") STAGE("2", "4", "train.batch_size = 8\n");
    static const char shorter[] = STAGE("1", "2", "") STAGE("2", "4", "train.batch_size = 8\n");
    static const char last[] = STAGE("1", "3", "") STAGE("2", "9", "train.batch_size = 8\n");
    for (int64_t epochs = 0; epochs <= 7; epochs++) {
        HARNESS_STATUS(resume(both, longer, epochs), epochs <= 3 ? FCNN_OK : FCNN_ECONFIG);
        HARNESS_STATUS(resume(both, shorter, epochs), epochs <= 2 ? FCNN_OK : FCNN_ECONFIG);
        HARNESS_OK(resume(both, last, epochs));
    }
    HARNESS_STATUS(resume(both, longer, 4), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("[stage.1]: train.epochs cannot change on resume from 3 to 5, because epoch 4 of the training "
                      "has begun in c.h5");
    /* a schedule up to the end of the stage fixes it as soon as the stage has begun */
    static const char cosine[] = STAGE("1", "3", "") STAGE("2", "4", "schedule.kind = cosine\n");
    static const char cosines[] = STAGE("1", "3", "") STAGE("2", "6", "schedule.kind = cosine\n");
    HARNESS_OK(resume(cosine, cosines, 3));
    HARNESS_STATUS(resume(cosine, cosines, 4), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("[stage.2]: train.epochs cannot change on resume from 4 to 6, because the learning rate");
}

static void a_stage_can_follow_a_training_without_stages(void)
{
    static const char plain[] = "[train]\nepochs = 3\n";
    static const char two[] = STAGE("1", "3", "") STAGE("2", "4", "optimizer.name = adam\n");
    HARNESS_OK(resume(plain, two, 3));
    HARNESS_OK(resume(plain, STAGE("1", "3", ""), 2));
    HARNESS_OK(resume(STAGE("1", "3", ""), plain, 2));
    HARNESS_STATUS(resume(plain, STAGE("1", "2", "") STAGE("2", "4", ""), 3), FCNN_ECONFIG);
    HARNESS_STATUS(resume(two, plain, 4), FCNN_ECONFIG);
    HARNESS_OK(resume(two, plain, 3));
    /* without stages, a training that is over may become shorter */
    HARNESS_OK(resume(plain, "[train]\nepochs = 2\n", 3));
}

HARNESS_MAIN("stage keys",
             {"a stage has its values and those of the config", a_stage_has_its_values_and_those_of_the_config},
             {"a config without sections has one stage", a_config_without_sections_has_one_stage},
             {"the effective config is read again", the_effective_config_is_read_again},
             {"an option sets a stage and adds the next one", an_option_sets_a_stage_and_adds_the_next_one},
             {"sections and lines that are wrong are named", sections_and_lines_that_are_wrong_are_named},
             {"epochs that do not fit are refused", epochs_that_do_not_fit_are_refused},
             {"the keys of each stage are checked together", the_keys_of_each_stage_are_checked_together},
             {"what has begun cannot change", what_has_begun_cannot_change},
             {"a stage that has not ended can have another length", a_stage_that_has_not_ended_can_have_another_length},
             {"a stage can follow a training without stages", a_stage_can_follow_a_training_without_stages})
