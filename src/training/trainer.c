/* src/training/trainer.c — a training run: epochs of steps (each in step.c), with evaluations, checkpoints, stops and
 * rollbacks between them. */
#include "training/trainer.h"

#include "config/stop_keys.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/log.h"
#include "core/pulse.h"
#include "core/signals.h"
#include "run/folder.h"
#include "run/guard.h"
#include "run/rank_check.h"
#include "training/announce.h"
#include "training/best.h"
#include "training/end_report.h"
#include "training/scoring.h"
#include "training/start_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Whether no epoch follows those that are completed. */
static bool is_over(const fcnn_trainer *trainer)
{
    return trainer->state.epoch >= trainer->config->train_epochs ||
           fcnn_best_stops(trainer->config, &trainer->state.best);
}

/* Whether training ended before all epochs were completed. */
static bool ended_early(const fcnn_trainer *trainer)
{
    return is_over(trainer) && trainer->state.epoch < trainer->config->train_epochs;
}

/* Whether the checkpoint from which the run continues was the end of a training. */
static bool is_finished(const fcnn_trainer *trainer)
{
    return trainer->resumed_from != NULL && is_over(trainer);
}

/* ---- saving ---- */

/* Returns the step to which train.nonfinite = rollback returns after some epochs, −1 for other values: the last end of
 * an epoch at which a checkpoint was due, perhaps in an earlier stage, or the start.  It depends only on the config,
 * not on when a run was stopped. */
static int64_t rollback_step(const fcnn_trainer *trainer, int64_t epochs)
{
    const int64_t every = trainer->config->output_checkpoint_every;
    if (trainer->config->train_nonfinite != FCNN_NONFINITE_ROLLBACK) {
        return -1;
    }
    return every > 0 ? fcnn_stages_steps(trainer->config, trainer->data->sampler->rows, epochs / every * every) : 0;
}

/* Whether there is a best model in the state of rank 0. */
static bool has_best(const fcnn_trainer *trainer)
{
    return fcnn_config_keeps_best(trainer->config) && trainer->state.best.begun != 0;
}

/* Says which epoch model.h5 is of, and why. */
static fcnn_model_choice choose_model(fcnn_trainer *trainer)
{
    const fcnn_training_state *state = &trainer->state;
    char text[FCNN_BEST_TEXT] = "the last epoch";
    if (has_best(trainer) && trainer->config->train_restore_best) {
        snprintf(trainer->reason, sizeof trainer->reason, "%s, of %" PRId64 " epochs", trainer->best_reason,
                 state->epoch);
        return (fcnn_model_choice){state->best.epoch, state->best.step, trainer->reason};
    }
    if (ended_early(trainer)) {
        fcnn_best_say_stop(trainer->config, text);
    }
    snprintf(trainer->reason, sizeof trainer->reason, "%s", text);
    return (fcnn_model_choice){state->epoch, state->step, trainer->reason};
}

fcnn_snapshot fcnn_trainer_snapshot(fcnn_trainer *trainer)
{
    if (has_best(trainer)) {
        fcnn_best_say(trainer->config, &trainer->state.best, trainer->best_reason);
    }
    return (fcnn_snapshot){.network = trainer->step->network,
                           .shown = fcnn_optimizer_shown(trainer->step->optimizer, trainer->step->network),
                           .model = trainer->model,
                           .state = &trainer->state,
                           .optimizer = trainer->step->optimizer,
                           .exponents = &trainer->step->gradient->promised,
                           .advice = trainer->step->advice,
                           .best_reason = has_best(trainer) ? trainer->best_reason : NULL,
                           .choice = choose_model(trainer),
                           .stays = rollback_step(trainer, trainer->state.epoch)};
}

static fcnn_status save_checkpoint(fcnn_trainer *trainer)
{
    const fcnn_snapshot snapshot = fcnn_trainer_snapshot(trainer);
    FCNN_TRY(fcnn_saver_checkpoint(trainer->saver, &snapshot));
    fcnn_lifecycle_saved(&trainer->lifecycle);
    return FCNN_OK;
}

static fcnn_status save_model(fcnn_trainer *trainer)
{
    const fcnn_snapshot snapshot = fcnn_trainer_snapshot(trainer);
    FCNN_TRY(fcnn_saver_write_model(trainer->saver, &snapshot));
    return fcnn_saver_finish(trainer->saver);
}

/* ---- training ---- */

/* The learning rate of the next step: that of the stage's schedule, halved once for each rollback in any stage. */
static double learning_rate(const fcnn_trainer *trainer)
{
    const fcnn_training_state *state = &trainer->state;
    return ldexp(fcnn_schedule_rate(&trainer->schedule, &state->plateau, state->step - trainer->stage.first_step),
                 -(int)state->rollbacks);
}

/* Leaves out a batch after a divergence, which is of no use if the parameters themselves are not finite: the update of
 * an earlier step can have made them too large. */
static fcnn_status leave_out(fcnn_trainer *trainer)
{
    fcnn_training_state *state = &trainer->state;
    char cause[FCNN_ERROR_TEXT_SIZE];
    snprintf(cause, sizeof cause, "%s", fcnn_error_text());
    fcnn_network_store(trainer->step->network, trainer->model);
    const int64_t layer = fcnn_model_find_nonfinite(trainer->model);
    FCNN_TRY(fcnn_comm_agree(
        trainer->comm,
        layer < 0 ? FCNN_OK
                  : fcnn_fail(FCNN_EDIVERGED,
                              "training diverged: after step %" PRId64 " layer %" PRId64
                              " contains NaN or Inf, so it is of no use to leave out batches (train.nonfinite = skip); "
                              "%s",
                              state->step, layer + 1, trainer->step->advice)));
    state->skipped++;
    if (state->skipped == 1) {
        fcnn_log_warning("%s; the batch is left out (train.nonfinite = skip), and so are later ones, without a warning",
                         cause);
    }
    return FCNN_OK;
}

/* Runs one step.  A batch with NaN or Inf does not change the parameters, so it can be left out. */
static fcnn_status run_step(fcnn_trainer *trainer)
{
    fcnn_training_state *state = &trainer->state;
    trainer->rate = learning_rate(trainer);
    const fcnn_method_step which = {.number = state->step, .of_epoch = state->batch, .rate = trainer->rate};
    const fcnn_status status = trainer->method->run(trainer->step, &which, &trainer->flags, &state->loss);
    if (status == FCNN_OK) {
        state->rows +=
            trainer->step->counts_targets ? trainer->step->targets : trainer->method->rows(trainer->data, state->batch);
    } else if (status == FCNN_EDIVERGED && trainer->config->train_nonfinite == FCNN_NONFINITE_SKIP) {
        FCNN_TRY(leave_out(trainer));
    } else {
        return status;
    }
    state->step++;
    state->batch++;
    trainer->own_steps++;
    fcnn_pulse_step_done(state->step);
    return FCNN_OK;
}

static bool is_due(int64_t count, int64_t every)
{
    return every > 0 && count % every == 0;
}

static bool is_stopped(const fcnn_trainer *trainer)
{
    return (trainer->flags.heard & FCNN_LIFECYCLE_STOP) != 0;
}

static bool wants_checkpoint(const fcnn_trainer *trainer)
{
    return (trainer->flags.heard & (FCNN_LIFECYCLE_STOP | FCNN_LIFECYCLE_CHECKPOINT)) != 0;
}

/* Ends a run that was asked to stop, after its checkpoint has been written. */
static fcnn_status stop(fcnn_trainer *trainer)
{
    const char *reason = fcnn_lifecycle_reason(&trainer->lifecycle);
    reason = reason != NULL ? reason : "another rank";
    const fcnn_status status = fcnn_saver_finish(trainer->saver);
    if (status != FCNN_OK) {
        return fcnn_fail_prefix(status, "stopped by %s after step %" PRId64 ", but its checkpoint could not be written",
                                reason, trainer->state.step);
    }
    fcnn_lifecycle_stopped(&trainer->lifecycle);
    return fcnn_comm_agree(
        trainer->comm,
        fcnn_fail(FCNN_ESTOPPED,
                  "stopped by %s after step %" PRId64 ", in epoch %" PRId64 " of %" PRId64 "; %s/checkpoint-%" PRId64
                  ".h5 was written, and the same command continues from it",
                  reason, trainer->state.step, trainer->state.epoch + (trainer->state.batch > 0),
                  trainer->config->train_epochs, trainer->config->output_directory, trainer->state.step));
}

/* Does what is due between two steps of an epoch: progress, the comparison of ranks, checkpoints, a stop. */
static fcnn_status poll(fcnn_trainer *trainer, int64_t batches)
{
    const fcnn_training_state *state = &trainer->state;
    fcnn_saver_poll(trainer->saver);
    trainer->lifecycle.longest_write = fcnn_saver_longest_write(trainer->saver);
    fcnn_observers_batch(&trainer->observers, state->epoch + 1, state->batch);
    if (is_due(state->step, trainer->config->train_check_every)) {
        FCNN_TRY(fcnn_rank_check(trainer->comm, trainer->threads.topology, trainer->step->network,
                                 trainer->step->optimizer, state->step));
    }
    if (state->batch < batches && wants_checkpoint(trainer)) {
        FCNN_TRY(save_checkpoint(trainer));
        return is_stopped(trainer) ? stop(trainer) : FCNN_OK;
    }
    return FCNN_OK;
}

/* Computes the mean loss of the completed epoch and clears the sum for the next one. */
static fcnn_status end_epoch(fcnn_trainer *trainer, double *train_loss)
{
    fcnn_training_state *state = &trainer->state;
    double work[FCNN_EXACT_LIMBS + 1];
    if (state->rows == 0) {
        return fcnn_fail(FCNN_EDIVERGED,
                         "training diverged: every batch of epoch %" PRId64 " was left out because of NaN or Inf; %s",
                         state->epoch + 1, trainer->step->advice);
    }
    fcnn_exact_sum_over_ranks(trainer->comm, 1, &state->loss, work);
    const fcnn_architecture *shape = &trainer->model->shape;
    *train_loss = fcnn_exact_sum_value(&state->loss) / (trainer->step->counts_targets
                                                            ? fcnn_network_terms_of_targets(shape, state->rows)
                                                            : fcnn_network_terms_of_rows(shape, state->rows));
    state->loss = (fcnn_exact_sum){0};
    state->rows = state->batch = 0;
    state->epoch++;
    return FCNN_OK;
}

fcnn_status fcnn_trainer_epoch(fcnn_trainer *trainer, double *train_loss)
{
    const int64_t batches = trainer->method->steps(trainer->data);
    fcnn_training_data_start_epoch(trainer->data, trainer->state.epoch);
    while (trainer->state.batch < batches) {
        FCNN_TRY(run_step(trainer));
        FCNN_TRY(poll(trainer, batches));
    }
    return end_epoch(trainer, train_loss);
}

/* Does what is due after an epoch: a line of the history, a checkpoint, a stop. */
static fcnn_status follow_epoch(fcnn_trainer *trainer, double train_loss, double *logged_seconds, int64_t *logged_step)
{
    const fcnn_config *config = trainer->config;
    const int64_t epoch = trainer->state.epoch;
    fcnn_epoch_scores scores;
    FCNN_TRY(fcnn_scoring_epoch(trainer, train_loss, is_due(epoch, config->output_log_every), &scores));
    const bool last = is_over(trainer);
    if (last || is_due(epoch, config->output_log_every)) {
        const double share =
            (double)(trainer->own_steps - *logged_step) / (double)trainer->method->steps(trainer->data);
        FCNN_TRY(fcnn_scoring_log(trainer, &scores,
                                  share * (double)trainer->data->sampler->rows /
                                      (trainer->train_seconds - *logged_seconds)));
        *logged_seconds = trainer->train_seconds;
        *logged_step = trainer->own_steps;
    }
    if (is_due(epoch, config->output_checkpoint_every)) {
        trainer->state.returns = 0;
    }
    if (last || is_due(epoch, config->output_checkpoint_every) || wants_checkpoint(trainer)) {
        FCNN_TRY(save_checkpoint(trainer));
    }
    return is_stopped(trainer) && !last ? stop(trainer) : FCNN_OK;
}

/* Trains the epochs of the current stage. */
static fcnn_status train_epochs(fcnn_trainer *trainer)
{
    double logged_seconds = trainer->train_seconds;
    int64_t logged_step = trainer->own_steps;
    while (!is_over(trainer) && trainer->state.epoch < trainer->stage.end_epoch) {
        const double begin = fcnn_comm_seconds();
        double train_loss;
        FCNN_TRY(fcnn_trainer_epoch(trainer, &train_loss));
        trainer->train_seconds += fcnn_comm_seconds() - begin;
        FCNN_TRY(follow_epoch(trainer, train_loss, &logged_seconds, &logged_step));
    }
    return FCNN_OK;
}

/* The call of train_epochs() inside fcnn_team_keep(). */
typedef struct training {
    fcnn_trainer *trainer;
    fcnn_status status;
} training;

static void train_with_team(void *data)
{
    training *call = data;
    call->status = train_epochs(call->trainer);
}

/* If the first step after a checkpoint diverges, its weights are already too large for any learning rate: then it is
 * the start.  So it is if training has returned to the checkpoint three times and has not come to the next one: that
 * depends on the state alone, not on when a run was stopped.  An epoch that ended with a divergence has no checkpoint;
 * the one before it has. */
static int64_t step_to_go_back_to(const fcnn_trainer *trainer)
{
    enum { MOST_RETURNS = 3 };
    if (trainer->state.returns >= MOST_RETURNS) {
        return 0;
    }
    const int64_t step = trainer->state.step, last = rollback_step(trainer, trainer->state.epoch);
    if (step != last) {
        return last;
    }
    return fcnn_saver_has(trainer->saver, step) ? 0 : rollback_step(trainer, trainer->state.epoch - 1);
}

/* After a divergence: restores a checkpoint and halves the learning rate. */
static fcnn_status roll_back(fcnn_trainer *trainer)
{
    enum { MOST_ROLLBACKS = 10 };
    const int64_t rollbacks = trainer->state.rollbacks + 1;
    if (rollbacks > MOST_ROLLBACKS) {
        return fcnn_fail_prefix(FCNN_EDIVERGED, "after %d rollbacks", MOST_ROLLBACKS);
    }
    char cause[FCNN_ERROR_TEXT_SIZE];
    snprintf(cause, sizeof cause, "%s", fcnn_error_text());
    fcnn_model *model = NULL;
    fcnn_training_state state = {0};
    const int64_t step = step_to_go_back_to(trainer), returns = step > 0 ? trainer->state.returns + 1 : 0;
    const fcnn_status status = fcnn_saver_go_back(trainer->saver, step, &model, &state);
    if (status != FCNN_OK) {
        return fcnn_fail_prefix(FCNN_EDIVERGED, "%.1000s; the rollback failed", cause);
    }
    FCNN_TRY(fcnn_trainer_put_back(trainer, model, &state));
    trainer->state.rollbacks = rollbacks;
    trainer->state.returns = returns;
    fcnn_log_warning("%s; training returns to step %" PRId64
                     " and continues with a learning rate of %g (train.nonfinite = rollback)",
                     cause, trainer->state.step, learning_rate(trainer));
    return FCNN_OK;
}

/* ---- stages ---- */

static bool is_last_stage(const fcnn_trainer *trainer)
{
    return trainer->stage.number + 1 == fcnn_config_stages(trainer->config);
}

/* Goes on after the epochs of a stage, or after a divergence. */
static fcnn_status go_on(fcnn_trainer *trainer, bool diverged)
{
    const int64_t stage = trainer->stage.number;
    FCNN_TRY(diverged ? roll_back(trainer) : fcnn_trainer_next_stage(trainer));
    return trainer->stage.number != stage ? fcnn_announce_stage(trainer) : FCNN_OK;
}

static fcnn_status train(fcnn_trainer *trainer)
{
    if (rollback_step(trainer, trainer->state.epoch) == trainer->state.step) {
        FCNN_TRY(save_checkpoint(trainer));
    }
    for (;;) {
        training call = {.trainer = trainer};
        fcnn_team_keep(trainer->step->team, train_with_team, &call);
        const bool diverged =
            call.status == FCNN_EDIVERGED && trainer->config->train_nonfinite == FCNN_NONFINITE_ROLLBACK;
        if (!diverged && (call.status != FCNN_OK || is_over(trainer) || is_last_stage(trainer))) {
            return call.status;
        }
        FCNN_TRY(go_on(trainer, diverged));
    }
}

/* ---- the end ---- */

static fcnn_status remove_old_run(const fcnn_trainer *trainer)
{
    const bool removes = trainer->options.overwrite && trainer->comm->rank == 0;
    return fcnn_comm_agree(trainer->comm, removes ? fcnn_run_folder_empty(trainer->config->output_directory) : FCNN_OK);
}

static fcnn_status print_start(fcnn_trainer *trainer)
{
    FCNN_TRY(fcnn_announce_start(trainer));
    if (trainer->resumed_from != NULL) {
        fcnn_start_report_print_resume(trainer->config, trainer->resumed_from, &trainer->state, is_finished(trainer),
                                       ended_early(trainer), &trainer->report);
    }
    return FCNN_OK;
}

static void print_end(fcnn_trainer *trainer)
{
    char early[FCNN_BEST_TEXT];
    fcnn_best_say_stop(trainer->config, early);
    const bool lacks = fcnn_config_needs_best(trainer->config) && trainer->state.best.begun == 0;
    const fcnn_end_facts facts = {.comm = trainer->comm,
                                  .lacking = lacks ? fcnn_scores_value_name(trainer->config->train_stop_metric) : NULL,
                                  .early = ended_early(trainer) ? early : NULL,
                                  .stage = trainer->stage.number + 1,
                                  .stages = fcnn_config_stages(trainer->config),
                                  .best = has_best(trainer) ? trainer->best_reason : NULL,
                                  .best_epoch = trainer->state.best.epoch,
                                  .step = trainer->step,
                                  .folder = trainer->config->output_directory,
                                  .skipped = trainer->state.skipped,
                                  .seconds = fcnn_comm_seconds() - trainer->start_seconds,
                                  .training = trainer->train_seconds,
                                  .evaluation = trainer->evaluation_seconds,
                                  .reading = trainer->read_seconds,
                                  .writing = fcnn_saver_seconds(trainer->saver)};
    fcnn_end_report_print(&facts, &trainer->report);
}

static fcnn_status train_observed(fcnn_trainer *trainer)
{
    fcnn_announce_steps(trainer);
    fcnn_status status = trainer->resumed_from == NULL ? fcnn_scoring_start(trainer) : FCNN_OK;
    if (status == FCNN_OK) {
        status = train(trainer);
    }
    fcnn_observers_end(&trainer->observers, status);
    return status;
}

fcnn_status fcnn_trainer_run(fcnn_trainer *trainer)
{
    FCNN_TRY(print_start(trainer));
    if (trainer->options.check_only) {
        return FCNN_OK;
    }
    FCNN_TRY(remove_old_run(trainer));
    if (!is_finished(trainer)) {
        FCNN_TRY(train_observed(trainer));
    }
    if (has_best(trainer) && trainer->config->train_restore_best) {
        FCNN_TRY(fcnn_best_restore(trainer->comm, &trainer->state.best, trainer->step->network,
                                   fcnn_optimizer_shown(trainer->step->optimizer, trainer->step->network)));
    }
    FCNN_TRY(fcnn_scoring_test(trainer));
    FCNN_TRY(save_model(trainer));
    fcnn_lifecycle_stopped(&trainer->lifecycle);
    print_end(trainer);
    return FCNN_OK;
}

void fcnn_train_catch_signals(void)
{
    fcnn_signals_catch();
}

/* Trains with exclusive use of the output folder; a check writes nothing and does not need it. */
static fcnn_status train_guarded(fcnn_comm *comm, const fcnn_config *config, const fcnn_train_options *options)
{
    fcnn_run_guard *guard = NULL;
    fcnn_trainer *trainer = NULL;
    if (!options->check_only) {
        FCNN_TRY(fcnn_run_guard_create(comm, config, &guard));
    }
    fcnn_status status = fcnn_trainer_create(comm, config, options, &trainer);
    if (status == FCNN_OK) {
        fcnn_run_guard_begin(guard);
        status = fcnn_trainer_run(trainer);
    }
    const int64_t steps = trainer != NULL ? trainer->state.step : 0, own = trainer != NULL ? trainer->own_steps : 0;
    fcnn_trainer_destroy(trainer);
    fcnn_run_guard_end(guard, status, steps, own);
    return status;
}

fcnn_status fcnn_train(fcnn_comm *comm, const fcnn_config *config, const fcnn_train_options *options)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    const fcnn_status status = train_guarded(comm, config, options);
    return status;
}
