/* tests/test_resume_check.c — texts of a config that say the same do not keep a run from being resumed. */
#include "fixture.h"
#include "harness.h"

#include "config/config.h"

#include <stdio.h>

/* Whether configs with these two assignments and hidden = 3, 4 continue each other. */
static bool continue_each_other(const char *a, const char *b)
{
    const char *const both[] = {a, b};
    fcnn_config *configs[2];
    for (int i = 0; i < 2; i++) {
        configs[i] = fixture_parsed("[model]\nhidden = 3, 4\n", "b.ini");
        HARNESS_OK(fcnn_config_set(configs[i], both[i]));
    }
    const bool there = fcnn_config_resume_check(configs[0], configs[1], 0, "c.h5") == FCNN_OK;
    const bool back = fcnn_config_resume_check(configs[1], configs[0], 0, "c.h5") == FCNN_OK;
    CU_ASSERT_EQUAL(there, back);
    fcnn_config_destroy(configs[0]);
    fcnn_config_destroy(configs[1]);
    return there;
}

static void one_value_for_all_layers_is_equal_ones_for_each(void)
{
    CU_ASSERT(continue_each_other("model.activation=tanh", "model.activation=tanh,tanh"));
    CU_ASSERT(continue_each_other("model.init=he", "model.init=he, he,he"));
    CU_ASSERT(continue_each_other("optimizer.max_norm=0", "optimizer.max_norm=0,0,0"));
    CU_ASSERT(continue_each_other("model.bias_init=-1", "model.bias_init=-1,-1,-1.0"));
    CU_ASSERT(!continue_each_other("model.activation=tanh", "model.activation=tanh,relu"));
    CU_ASSERT(!continue_each_other("model.activation=relu", "model.activation=relu,relu6"));
    CU_ASSERT(!continue_each_other("model.init=zero", "model.init=zero,zero,he"));
    CU_ASSERT(!continue_each_other("optimizer.max_norm=1", "optimizer.max_norm=1,1,12"));
    CU_ASSERT(!continue_each_other("optimizer.max_norm=1", "optimizer.max_norm=1,12,1"));
    CU_ASSERT(!continue_each_other("optimizer.max_norm=1,2,1", "optimizer.max_norm=1,1,2"));
    CU_ASSERT(!continue_each_other("model.hidden=3", "model.hidden=3,3"));
}

/* Whether a run of 8 epochs with one value of a key of [schedule] can be resumed with another one, and vice versa. */
static bool schedules_continue(const char *kind, const char *key, const char *a, const char *b)
{
    const char *const both[] = {a, b};
    fcnn_config *configs[2];
    char text[200];
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "[train]\nepochs = 8\n[schedule]\nkind = %s\n%s = %s\n", kind, key, both[i]);
        configs[i] = fixture_parsed(text, "b.ini");
    }
    const bool there = fcnn_config_resume_check(configs[0], configs[1], 0, "c.h5") == FCNN_OK;
    const bool back = fcnn_config_resume_check(configs[1], configs[0], 0, "c.h5") == FCNN_OK;
    CU_ASSERT_EQUAL(there, back);
    fcnn_config_destroy(configs[0]);
    fcnn_config_destroy(configs[1]);
    return there;
}

static void auto_is_the_value_that_it_stands_for(void)
{
    static const struct {
        const char *kind, *key, *value, *other;
    } rows[] = {{"cosine", "warmup", "0", "1"},
                {"cosine", "final", "0", "0.1"},
                {"cosine", "period", "8", "7"},
                {"cosine\nwarmup = 3", "period", "5", "8"},
                {"linear\nwarmup = 3", "warmup_start", "0.01", "0.04"},
                {"one_cycle", "warmup", "1", "2"},
                {"one_cycle", "warmup_start", "0.04", "0.01"},
                {"one_cycle", "final", "4e-6", "0.1"},
                {"one_cycle", "period", "8", "9"},
                {"cyclic\nperiod = 4", "final", "0.1", "0.2"},
                {"cyclic\nperiod = 4", "factor", "1", "0.1"},
                {"multistep\nmilestones = 3", "factor", "0.1", "0.5"},
                {"cosine_restarts\nperiod = 2", "period_factor", "1", "2"},
                {"plateau", "patience", "10", "9"},
                {"plateau", "threshold", "0.0001", "0.001"},
                {"plateau", "cooldown", "0", "1"},
                {"plateau", "minimum", "0", "0.1"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT(schedules_continue(rows[i].kind, rows[i].key, "auto", rows[i].value));
        CU_ASSERT(!schedules_continue(rows[i].kind, rows[i].key, "auto", rows[i].other));
    }
    CU_ASSERT(!schedules_continue("cosine\nunit = step", "period", "auto", "8"));
    CU_ASSERT(!schedules_continue("one_cycle\nunit = step", "warmup", "auto", "1"));
    CU_ASSERT(schedules_continue("one_cycle\nunit = step\nperiod = 8", "warmup", "auto", "1"));
}

static void files_of_a_normalization_may_move(void)
{
    CU_ASSERT(continue_each_other("data.normalize=file:a.h5", "data.normalize=file:\"/b c.h5\""));
    CU_ASSERT(continue_each_other("data.normalize=none 0, file:a.h5 1:", "data.normalize=none 0,file:b.h5 1:"));
    CU_ASSERT(!continue_each_other("data.normalize=file:a.h5", "data.normalize=none"));
    CU_ASSERT(!continue_each_other("data.normalize=none 0, file:a.h5 1:", "data.normalize=none 0:2,file:a.h5 2:"));
}

HARNESS_MAIN("resume check",
             {"one value for all layers is equal ones for each", one_value_for_all_layers_is_equal_ones_for_each},
             {"auto is the value that it stands for", auto_is_the_value_that_it_stands_for},
             {"files of a normalization may move", files_of_a_normalization_may_move})
