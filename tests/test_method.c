/* tests/test_method.c — a method of training beside minibatches: the trainer asks it for the steps of an epoch and for
 * what happens in one, and knows nothing else of it.
 *
 * The suite's own table stands before the library's. */
#include "fixture.h"
#include "harness.h"

#include "run/folder.h"

#include <stdio.h>
#include <string.h>

/* ---- a full-batch method with two updates a step ---- */

static int64_t one_step(const fcnn_training_data *data)
{
    (void)data;
    return 1;
}

static int64_t all_rows(const fcnn_training_data *data, int64_t of_epoch)
{
    (void)of_epoch;
    return data->sampler->rows;
}

/* The loss is that of the first sum. */
static fcnn_status sum_twice(fcnn_step *step, const fcnn_method_step *which, fcnn_step_flags *flags,
                             fcnn_exact_sum *loss)
{
    fcnn_exact_sum second = {0};
    FCNN_TRY(fcnn_step_sum(step, 2 * which->number, 0, flags, loss));
    FCNN_TRY(fcnn_step_apply(step, which->rate));
    FCNN_TRY(fcnn_step_sum(step, 2 * which->number + 1, 0, flags, &second));
    return fcnn_step_apply(step, which->rate);
}

static const fcnn_method two_updates = {.steps = one_step, .rows = all_rows, .run = sum_twice};

extern const fcnn_method fcnn_method_minibatch;

static const fcnn_method *chosen = &fcnn_method_minibatch;

const fcnn_method *fcnn_method_of(fcnn_optimizer_kind kind)
{
    (void)kind;
    return chosen;
}

/* ---- trainings ---- */

static void write_rows(void)
{
    fixture_data data = fixture_data_create(50, 6, 0);
    fixture_data_draw(&data, 3, 59);
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
}

static fixture start(const fcnn_method *method)
{
    chosen = method;
    return fixture_start(harness_comm(), "rows.h5",
                         "[model]\nhidden = 9\n[train]\nbatch_size = 0\nshuffle = no\nblocks = 6\nepochs = 4\n");
}

/* Epochs of two updates against twice as many of one. */
static void the_trainer_does_what_the_method_says(void)
{
    write_rows();
    fixture plain = start(&fcnn_method_minibatch), other = start(&two_updates);
    char hash[65], other_hash[65];
    for (int epoch = 0; epoch < 3; epoch++) {
        const double loss = fixture_epoch(&plain);
        fixture_epoch(&plain);
        CU_ASSERT_EQUAL(fixture_epoch(&other), loss);
        fixture_hash(&plain, hash);
        fixture_hash(&other, other_hash);
        CU_ASSERT_STRING_EQUAL(hash, other_hash);
    }
    CU_ASSERT_EQUAL(plain.trainer->state.step, 6);
    CU_ASSERT_EQUAL(other.trainer->state.step, 3);
    CU_ASSERT_EQUAL(other.trainer->state.epoch, 3);
    fixture_end(&plain);
    fixture_end(&other);
}

/* With its table, its checkpoints and its model. */
static void a_whole_run_goes_by_the_method(void)
{
    fcnn_comm *comm = harness_comm();
    write_rows();
    fixture run = start(&two_updates);
    const char *folder = run.config->output_directory;
    HARNESS_OK(fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_prepare(folder) : FCNN_OK));
    HARNESS_OK(fcnn_trainer_run(run.trainer));
    CU_ASSERT_EQUAL(run.trainer->state.step, 4);
    CU_ASSERT_EQUAL(run.trainer->state.epoch, 4);
    const fcnn_history *history = &run.trainer->model->history;
    CU_ASSERT_EQUAL(history->lines[history->count - 1].steps, 4);
    CU_ASSERT(history->lines[history->count - 1].train_loss < history->lines[0].train_loss);
    HARNESS_OK(fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_empty(folder) : FCNN_OK));
    fixture_end(&run);
}

HARNESS_MAIN("method", {"the trainer does what the method says", the_trainer_does_what_the_method_says},
             {"a whole run goes by the method", a_whole_run_goes_by_the_method})
