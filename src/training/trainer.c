/* src/training/trainer.c — a training run: take my part of the batch, forward, backward, sum over ranks, the
 * same update everywhere (one step: step.c); now and then evaluate, now and then rank 0 writes a checkpoint. */
#include "training/trainer.h"

#include "core/log.h"
#include "core/memory.h"
#include "model/initializer.h"
#include "model/model_file.h"
#include "model/normalizer.h"
#include "training/description.h"
#include "training/resume.h"
#include "training/run_folder.h"
#include "training/start_model.h"

#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- creation ---- */

/* Puts a checkpoint's state in place of a new run's. */
static void restore_exponents(fcnn_trainer *trainer)
{
    const size_t bytes = (size_t)trainer->state.layers * sizeof(int64_t);
    fcnn_gradient *gradient = trainer->step->gradient;
    memcpy(gradient->input_exponents, trainer->state.input_exponents, bytes);
    memcpy(gradient->delta_exponents, trainer->state.delta_exponents, bytes);
    gradient->ready = trainer->state.exponents_ready;
}

static fcnn_status new_state(fcnn_trainer *trainer)
{
    fcnn_training_state *state = &trainer->state;
    state->layers = trainer->model->shape.layers;
    FCNN_TRY(fcnn_memory_create("the state", state->layers, sizeof(int64_t), &state->input_exponents));
    FCNN_TRY(fcnn_memory_create("the state", state->layers, sizeof(int64_t), &state->delta_exponents));
    return fcnn_resume_identify(trainer->data, state);
}

static fcnn_status begin_state(fcnn_trainer *trainer)
{
    if (trainer->resumed_from == NULL) {
        return new_state(trainer);
    }
    restore_exponents(trainer);
    return fcnn_resume_check_data(trainer->resumed_from, &trainer->state, trainer->data);
}

static fcnn_status create_step(fcnn_trainer *trainer)
{
    const fcnn_config *config = trainer->config;
    return fcnn_step_create(trainer->comm, trainer->model, trainer->data,
                            config->train_reduction == FCNN_REDUCTION_EXACT, config->train_exchange, trainer->threads,
                            &trainer->step);
}

static fcnn_status begin_training(fcnn_trainer *trainer)
{
    free(trainer->model->config);
    trainer->model->config = NULL;
    FCNN_TRY(fcnn_config_text(trainer->config, &trainer->model->config));
    return begin_state(trainer);
}

static bool is_finished(const fcnn_trainer *trainer)
{
    return trainer->resumed_from != NULL && trainer->state.epoch >= trainer->config->train_epochs;
}

static fcnn_status create_parts(fcnn_trainer *trainer)
{
    fcnn_comm *comm = trainer->comm;
    const fcnn_config *config = trainer->config;
    FCNN_TRY(fcnn_topology_create(comm, &trainer->topology));
    trainer->threads = fcnn_topology_threads(trainer->topology, (int)config->train_threads);
    fcnn_topology_warn(trainer->topology, comm, trainer->threads);
    FCNN_TRY(fcnn_resume_load(comm, config, trainer->options.overwrite != 0, &trainer->resumed_from, &trainer->model,
                              &trainer->state));
    const double begin = fcnn_comm_seconds();
    FCNN_TRY(fcnn_training_data_load(config, comm, &trainer->data));
    trainer->read_seconds = fcnn_comm_seconds() - begin;
    FCNN_TRY(fcnn_start_model_prepare(config, comm, trainer->data, &trainer->model));
    FCNN_TRY(create_step(trainer));
    FCNN_TRY(fcnn_comm_agree(comm, begin_training(trainer)));
    if (trainer->data->validation.dataset != NULL) {
        FCNN_TRY(fcnn_evaluation_create(comm, trainer->step->team, &trainer->data->validation, &trainer->model->shape,
                                        &trainer->validation));
    }
    if (comm->size > trainer->data->blocks) {
        fcnn_log_warning("%d ranks for %" PRId64 " blocks: %" PRId64 " ranks have nothing to train on; use fewer, or "
                         "raise train.blocks (which changes the result)",
                         comm->size, trainer->data->blocks, comm->size - trainer->data->blocks);
    }
    return FCNN_OK;
}

fcnn_status fcnn_trainer_create(fcnn_comm *comm, const fcnn_config *config, const fcnn_train_options *options,
                                fcnn_trainer **out)
{
    fcnn_trainer *trainer = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the trainer", 1, sizeof *trainer, &trainer)));
    trainer->comm = comm;
    trainer->config = config;
    trainer->options = *options;
    trainer->progress = fcnn_progress_start(comm->rank == 0 ? options->report : NULL);
    trainer->start_seconds = fcnn_comm_seconds();
    const fcnn_status status = create_parts(trainer);
    if (status != FCNN_OK) {
        fcnn_trainer_destroy(trainer);
        return status;
    }
    *out = trainer;
    return FCNN_OK;
}

void fcnn_trainer_destroy(fcnn_trainer *trainer)
{
    if (trainer == NULL) {
        return;
    }
    fcnn_evaluation_destroy(trainer->validation);
    fcnn_step_destroy(trainer->step);
    fcnn_training_data_destroy(trainer->data);
    fcnn_model_destroy(trainer->model);
    fcnn_training_state_clear(&trainer->state);
    fcnn_topology_destroy(trainer->topology);
    free(trainer->resumed_from);
    free(trainer);
}

/* ---- files ---- */

void fcnn_trainer_store(fcnn_trainer *trainer)
{
    fcnn_network_store(trainer->step->network, trainer->model);
}

/* No number that is not finite ever reaches a file. */
static fcnn_status check_parameters(const fcnn_trainer *trainer)
{
    const int64_t layer = fcnn_model_find_nonfinite(trainer->model);
    if (layer < 0) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_EDIVERGED,
                     "training diverged: after step %" PRId64 " layer %" PRId64 " holds NaN or Inf; try a smaller "
                     "optimizer.learning_rate, or data.normalize = standardize",
                     trainer->state.step, layer + 1);
}

static fcnn_status write_checkpoint(fcnn_trainer *trainer)
{
    const char *folder = trainer->config->output_directory;
    const size_t bytes = (size_t)trainer->state.layers * sizeof(int64_t);
    const fcnn_gradient *gradient = trainer->step->gradient;
    memcpy(trainer->state.input_exponents, gradient->input_exponents, bytes);
    memcpy(trainer->state.delta_exponents, gradient->delta_exponents, bytes);
    trainer->state.exponents_ready = gradient->ready;
    fcnn_trainer_store(trainer);
    FCNN_TRY(check_parameters(trainer));
    char *path;
    FCNN_TRY(fcnn_run_folder_checkpoint_path(folder, trainer->state.step, &path));
    const fcnn_status status = fcnn_checkpoint_write(path, trainer->model, &trainer->state);
    free(path);
    FCNN_TRY(status);
    return fcnn_run_folder_prune(folder, trainer->config->output_keep);
}

static fcnn_status write_model(fcnn_trainer *trainer)
{
    fcnn_trainer_store(trainer);
    FCNN_TRY(check_parameters(trainer));
    char *path;
    FCNN_TRY(fcnn_run_folder_model_path(trainer->config->output_directory, &path));
    const fcnn_status status = fcnn_model_write(trainer->model, path);
    free(path);
    return status;
}

/* Runs a function on rank 0; all ranks learn how it ended. */
static fcnn_status on_rank_0(fcnn_trainer *trainer, fcnn_status (*function)(fcnn_trainer *))
{
    const double begin = fcnn_comm_seconds();
    const fcnn_status status = fcnn_comm_agree(trainer->comm, trainer->comm->rank == 0 ? function(trainer) : FCNN_OK);
    trainer->write_seconds += fcnn_comm_seconds() - begin;
    return status;
}

static fcnn_status prepare_folder(fcnn_trainer *trainer)
{
    FCNN_TRY(fcnn_run_folder_prepare(trainer->config->output_directory));
    return trainer->options.overwrite ? fcnn_run_folder_prune(trainer->config->output_directory, 0) : FCNN_OK;
}

/* ---- training ---- */

fcnn_status fcnn_trainer_epoch(fcnn_trainer *trainer, double *train_loss)
{
    fcnn_sampler *sampler = trainer->data->sampler;
    const int64_t batches = fcnn_sampler_batches(sampler);
    fcnn_exact_sum loss = {0};
    fcnn_sampler_start_epoch(sampler, trainer->state.epoch);
    for (int64_t batch = 0; batch < batches; batch++) {
        FCNN_TRY(
            fcnn_step_run(trainer->step, trainer->state.step, batch, trainer->config->optimizer_learning_rate, &loss));
        trainer->state.step++;
        if (trainer->progress.terminal) {
            fcnn_progress_move(&trainer->progress, trainer->state.epoch + 1, batch + 1, batches,
                               fcnn_comm_seconds() - trainer->start_seconds);
        }
    }
    trainer->state.epoch++;
    double work[FCNN_EXACT_LIMBS + 1];
    fcnn_exact_sum_over_ranks(trainer->comm, 1, &loss, work);
    *train_loss =
        fcnn_exact_sum_value(&loss) / ((double)sampler->rows * (double)fcnn_network_loss_terms(&trainer->model->shape));
    return FCNN_OK;
}

static bool is_due(int64_t epoch, int64_t every)
{
    return every > 0 && epoch % every == 0;
}

/* Adds a line to the history and the table. */
static fcnn_status log_line(fcnn_trainer *trainer, double train_loss, double rows_per_second)
{
    fcnn_history_line line = {trainer->state.epoch, trainer->state.step, train_loss, NAN, NAN};
    if (trainer->validation != NULL) {
        const double begin = fcnn_comm_seconds();
        fcnn_scores scores;
        fcnn_evaluation_run(trainer->validation, trainer->step->network, &scores);
        line.validation_loss = scores.loss;
        line.validation_metric = fcnn_scores_metric(&scores);
        trainer->evaluation_seconds += fcnn_comm_seconds() - begin;
    }
    fcnn_progress_line(&trainer->progress, &line, rows_per_second, fcnn_comm_seconds() - trainer->start_seconds);
    return fcnn_comm_agree(trainer->comm, fcnn_history_append(&trainer->model->history, &line));
}

/* The line before the first update: the loss of the start weights. */
static fcnn_status log_start(fcnn_trainer *trainer)
{
    fcnn_evaluation *evaluation;
    fcnn_scores scores;
    FCNN_TRY(fcnn_evaluation_create(trainer->comm, trainer->step->team, &trainer->data->train, &trainer->model->shape,
                                    &evaluation));
    fcnn_evaluation_run(evaluation, trainer->step->network, &scores);
    fcnn_evaluation_destroy(evaluation);
    return log_line(trainer, scores.loss, NAN);
}

static fcnn_status train_epochs(fcnn_trainer *trainer)
{
    const fcnn_config *config = trainer->config;
    double logged_seconds = 0;
    int64_t logged_epoch = trainer->state.epoch;
    while (trainer->state.epoch < config->train_epochs) {
        const double begin = fcnn_comm_seconds();
        double train_loss;
        FCNN_TRY(fcnn_trainer_epoch(trainer, &train_loss));
        trainer->train_seconds += fcnn_comm_seconds() - begin;
        const int64_t epoch = trainer->state.epoch;
        const bool last = epoch == config->train_epochs;
        if (last || is_due(epoch, config->output_log_every)) {
            const double rows = (double)(epoch - logged_epoch) * (double)trainer->data->sampler->rows;
            FCNN_TRY(log_line(trainer, train_loss, rows / (trainer->train_seconds - logged_seconds)));
            logged_seconds = trainer->train_seconds;
            logged_epoch = epoch;
        }
        if (last || is_due(epoch, config->output_checkpoint_every)) {
            FCNN_TRY(on_rank_0(trainer, write_checkpoint));
        }
    }
    return FCNN_OK;
}

/* What train() does while the team is ready. */
typedef struct training {
    fcnn_trainer *trainer;
    fcnn_status status;
} training;

static void train_with_team(void *data)
{
    training *call = data;
    call->status = train_epochs(call->trainer);
}

static fcnn_status train(fcnn_trainer *trainer)
{
    training call = {.trainer = trainer};
    fcnn_team_keep(trainer->step->team, train_with_team, &call);
    return call.status;
}

/* ---- the end ---- */

static fcnn_status test(fcnn_trainer *trainer)
{
    if (trainer->data->test.dataset == NULL) {
        return FCNN_OK;
    }
    fcnn_evaluation *evaluation;
    fcnn_scores scores;
    FCNN_TRY(fcnn_evaluation_create(trainer->comm, trainer->step->team, &trainer->data->test, &trainer->model->shape,
                                    &evaluation));
    fcnn_evaluation_run(evaluation, trainer->step->network, &scores);
    if (trainer->progress.out != NULL) {
        fcnn_scores_print(&scores, "test", trainer->progress.out);
    }
    fcnn_evaluation_destroy(evaluation);
    return FCNN_OK;
}

/* Where the time went.  The rank that comes last to an exchange does not wait in it, so the shortest time of
 * a rank in exchanges is taken for the exchange itself, and what the mean is above it for waiting. */
static void print_times(fcnn_trainer *trainer)
{
    const fcnn_thread_times *times = &trainer->step->times[0];
    double shortest = -times->exchange,
           sums[2] = {times->multiply + times->elementwise, times->exchange + times->waiting};
    fcnn_comm_max_doubles(trainer->comm, 1, &shortest);
    fcnn_comm_sum_doubles(trainer->comm, 2, sums);
    FILE *out = trainer->progress.out;
    if (out == NULL) {
        return;
    }
    const double ranks = (double)trainer->comm->size;
    fprintf(out,
            "time: %.2f s; training %.2f s (compute %.2f, exchange %.2f, waiting %.2f), evaluation %.2f, reading %.2f, "
            "writing %.2f\n",
            fcnn_comm_seconds() - trainer->start_seconds, trainer->train_seconds, sums[0] / ranks, -shortest,
            sums[1] / ranks + shortest, trainer->evaluation_seconds, trainer->read_seconds, trainer->write_seconds);
    if (trainer->step->resets > 0) {
        fprintf(out, "exponents of the exact sums were raised %" PRId64 " times between their regular settings\n",
                trainer->step->resets);
    }
}

static void print_place(const fcnn_trainer *trainer)
{
    if (trainer->progress.out != NULL) {
        fprintf(trainer->progress.out, "model: %s/model.h5\n", trainer->config->output_directory);
        fflush(trainer->progress.out);
    }
}

static void print_begin(const fcnn_trainer *trainer)
{
    FILE *out = trainer->progress.out;
    if (out != NULL && is_finished(trainer)) {
        fprintf(out, "finished already: %s has all %" PRId64 " epochs; raise train.epochs to go on\n",
                trainer->resumed_from, trainer->state.epoch);
    } else if (out != NULL && trainer->resumed_from != NULL) {
        fprintf(out, "resumed at step %" PRId64 " from %s\n", trainer->state.step, trainer->resumed_from);
    }
}

fcnn_status fcnn_trainer_run(fcnn_trainer *trainer)
{
    FCNN_TRY(fcnn_description_print(trainer));
    print_begin(trainer);
    if (trainer->options.check_only) {
        return FCNN_OK;
    }
    FCNN_TRY(on_rank_0(trainer, prepare_folder));
    if (!is_finished(trainer)) {
        const char *metric = trainer->model->shape.loss == FCNN_LOSS_MSE ? "R2" : "accuracy";
        fcnn_progress_head(&trainer->progress, trainer->validation != NULL ? metric : NULL);
        if (trainer->resumed_from == NULL) {
            FCNN_TRY(log_start(trainer));
        }
        FCNN_TRY(train(trainer));
    }
    FCNN_TRY(test(trainer));
    FCNN_TRY(on_rank_0(trainer, write_model));
    print_times(trainer);
    print_place(trainer);
    return FCNN_OK;
}

fcnn_status fcnn_train(fcnn_comm *comm, const fcnn_config *config, const fcnn_train_options *options)
{
    fenv_t callers;
    fegetenv(&callers);
    fesetenv(FE_DFL_ENV);
    fcnn_trainer *trainer = NULL;
    fcnn_status status = fcnn_trainer_create(comm, config, options, &trainer);
    if (status == FCNN_OK) {
        status = fcnn_trainer_run(trainer);
    }
    fcnn_trainer_destroy(trainer);
    fesetenv(&callers);
    return status;
}
