/* tests/test_schedule_run.c — trainings with schedules: each step is made at the rate of its schedule, and a run that
 * is stopped after any step continues with the same bits. */
#include "fixture.h"
#include "harness.h"

#include "run/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 50, BATCH = 10, STEPS = 4, EPOCHS = 5 }; /* a fifth of the rows is for validation */

static void write_rows(void)
{
    fixture_data data = fixture_data_create(ROWS, 6, 0);
    fixture_data_draw(&data, 3, 59);
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
}

/* A run up to its first step, or up to where its newest checkpoint is, with some lines of a config. */
static fixture start(const char *lines, const char *validation, const char *resume)
{
    fixture run = {0};
    char text[2048];
    const int length =
        snprintf(text, sizeof text,
                 "%s\n[data]\ntrain = %s\nvalidation = %s\n[model]\nhidden = 9\n"
                 "[train]\nbatch_size = %d\nblocks = 6\nepochs = %d\n"
                 "[output]\ndirectory = %s\nresume = %s\ncheckpoint_every = 0\n",
                 lines, harness_shared_path("rows.h5"), validation, BATCH, EPOCHS, harness_shared_path("run"), resume);
    HARNESS_OK(fcnn_config_parse(text, length, "test.ini", &run.config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.config);
    HARNESS_OK(fcnn_config_check(run.config));
    const fcnn_train_options options = {0};
    HARNESS_OK(fcnn_trainer_create(harness_comm(), run.config, &options, &run.trainer));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.trainer);
    return run;
}

/* Removes what runs have left, or makes the folder. */
static void clear_folder(void)
{
    fcnn_comm *comm = harness_comm();
    const char *folder = harness_shared_path("run");
    fcnn_status status = FCNN_OK;
    if (fcnn_comm_rank(comm) == 0) {
        status = fcnn_run_folder_prepare(folder);
        status = status == FCNN_OK ? fcnn_run_folder_empty(folder) : status;
    }
    HARNESS_OK(fcnn_comm_agree(comm, status));
}

/* ---- rates ---- */

/* Trains by hand, at the rates that the schedule says for its steps. */
static void train_by_hand(fixture *run)
{
    fcnn_trainer *trainer = run->trainer;
    fcnn_training_state *state = &trainer->state;
    for (int64_t epoch = 0; epoch < EPOCHS; epoch++) {
        double work[FCNN_EXACT_LIMBS + 1];
        fcnn_exact_sum loss = {0};
        fcnn_training_data_start_epoch(trainer->data, epoch);
        const int64_t batches = trainer->method->steps(trainer->data);
        for (int64_t batch = 0; batch < batches; batch++) {
            const int64_t step = epoch * batches + batch;
            fixture_step(run, step, batch, fcnn_schedule_rate(&trainer->schedule, &state->plateau, step), &loss);
        }
        fcnn_exact_sum_over_ranks(trainer->comm, 1, &loss, work);
        HARNESS_OK(fcnn_plateau_count(&trainer->schedule, epoch + 1, fcnn_exact_sum_value(&loss) / ROWS, "loss",
                                      &state->plateau));
    }
}

static void check_rates(const char *lines)
{
    clear_folder();
    fixture run = start(lines, "", "no"), other = start(lines, "", "no");
    char hash[65], other_hash[65];
    HARNESS_OK(fcnn_trainer_run(run.trainer));
    train_by_hand(&other);
    fixture_hash(&run, hash);
    fixture_hash(&other, other_hash);
    CU_ASSERT_STRING_EQUAL(hash, other_hash);
    fixture_end(&run);
    fixture_end(&other);
}

static void steps_are_made_at_the_rates_of_the_schedule(void)
{
    write_rows();
    check_rates("[schedule]\nkind = cosine\nwarmup = 3\nunit = step");
    check_rates("[schedule]\nkind = one_cycle");
    check_rates("[schedule]\nkind = plateau\npatience = 1\nthreshold = 0.3\nfactor = 0.5");
}

/* A constant rate is the configured one, to the last bit. */
static void a_constant_rate_is_that_of_the_config(void)
{
    write_rows();
    clear_folder();
    fixture run = start("[optimizer]\nlearning_rate = 0.0123456789", "", "no");
    for (int64_t step = 0; step < 100; step++) {
        CU_ASSERT_EQUAL(fcnn_schedule_rate(&run.trainer->schedule, &run.trainer->state.plateau, step), 0.0123456789);
    }
    fixture_end(&run);
}

/* ---- stops ---- */

static int64_t stop_after; /* a number of steps */

/* The trainer counts a step when it is done. */
static uint32_t raise_stop(void *owner)
{
    const fcnn_trainer *trainer = owner;
    return trainer->state.step + 1 == stop_after ? FCNN_LIFECYCLE_STOP : 0;
}

typedef struct outcome {
    char hash[65];
    fcnn_plateau plateau;
    double last_loss;
} outcome;

/* Trains to the end, in runs that are stopped after each of some steps. */
static outcome train_stopped(const char *lines, const int64_t *stops, int count)
{
    outcome out = {0};
    clear_folder();
    for (int i = 0; i <= count; i++) {
        fixture run = start(lines, "0.2", i == 0 ? "no" : "auto");
        stop_after = i < count ? stops[i] : -1;
        run.trainer->flags = (fcnn_step_flags){.raise = raise_stop, .owner = run.trainer};
        CU_ASSERT_EQUAL(run.trainer->state.step, i == 0 ? 0 : stops[i - 1]);
        HARNESS_STATUS(fcnn_trainer_run(run.trainer), i < count ? FCNN_ESTOPPED : FCNN_OK);
        const fcnn_history *history = &run.trainer->model->history;
        fixture_hash(&run, out.hash);
        out.plateau = run.trainer->state.plateau;
        out.last_loss = history->lines[history->count - 1].validation_loss;
        fixture_end(&run);
    }
    return out;
}

static void expect_same(const outcome *actual, const outcome *expected)
{
    CU_ASSERT_STRING_EQUAL(actual->hash, expected->hash);
    CU_ASSERT_EQUAL(actual->last_loss, expected->last_loss);
    CU_ASSERT_EQUAL(memcmp(&actual->plateau, &expected->plateau, sizeof expected->plateau), 0);
}

static outcome check_stops(const char *lines)
{
    const outcome whole = train_stopped(lines, NULL, 0);
    for (int64_t stop = 1; stop < STEPS * EPOCHS; stop++) {
        const outcome stopped = train_stopped(lines, &stop, 1);
        expect_same(&stopped, &whole);
    }
    const outcome often = train_stopped(lines, (const int64_t[]){1, 4, 7, 8, 11, 15, 18, 19}, 8);
    expect_same(&often, &whole);
    return whole;
}

static void a_plateau_survives_a_stop_after_any_step(void)
{
    write_rows();
    const outcome whole = check_stops("[optimizer]\nlearning_rate = 0.5\n"
                                      "[schedule]\nkind = plateau\npatience = 2\nthreshold = 0.2\nfactor = 0.5\n"
                                      "cooldown = 1");
    CU_ASSERT(whole.plateau.lowered > 0 && whole.plateau.begun == 1);
    const outcome constant = train_stopped("[optimizer]\nlearning_rate = 0.5", NULL, 0);
    CU_ASSERT_STRING_NOT_EQUAL(constant.hash, whole.hash);
    CU_ASSERT_EQUAL(constant.plateau.begun, 0);
}

static void a_cosine_survives_a_stop_after_any_step(void)
{
    write_rows();
    check_stops("[schedule]\nkind = cosine\nwarmup = 3\nunit = step");
}

/* What is logged does not decide how training goes on. */
static void a_plateau_counts_epochs_without_a_line(void)
{
    write_rows();
    static const char plateau[] = "[schedule]\nkind = plateau\npatience = 1\nthreshold = 0.1";
    outcome each, few;
    for (int every = 1; every < 5; every += 3) {
        clear_folder();
        fixture run = start(plateau, "0.2", "no");
        run.config->output_log_every = every;
        HARNESS_OK(fcnn_trainer_run(run.trainer));
        outcome *out = every == 1 ? &each : &few;
        *out = (outcome){.plateau = run.trainer->state.plateau};
        fixture_hash(&run, out->hash);
        CU_ASSERT_EQUAL(run.trainer->model->history.count, every == 1 ? EPOCHS + 1 : 3);
        fixture_end(&run);
    }
    expect_same(&few, &each);
    CU_ASSERT(each.plateau.lowered > 0);
    clear_folder();
}

HARNESS_MAIN("schedule run",
             {"steps are made at the rates of the schedule", steps_are_made_at_the_rates_of_the_schedule},
             {"a constant rate is that of the config", a_constant_rate_is_that_of_the_config},
             {"a plateau survives a stop after any step", a_plateau_survives_a_stop_after_any_step},
             {"a cosine survives a stop after any step", a_cosine_survives_a_stop_after_any_step},
             {"a plateau counts epochs without a line", a_plateau_counts_epochs_without_a_line})
