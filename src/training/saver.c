/* src/training/saver.c — what a trainer writes and goes back to: checkpoints, the model. */
#include "training/saver.h"

#include "core/pulse.h"
#include "model/model_file.h"
#include "run/rank_check.h"
#include "run/folder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

fcnn_status fcnn_saver_start(fcnn_trainer *trainer)
{
    trainer->saved_step = trainer->resumed_from != NULL ? trainer->state.step : -1;
    fcnn_status status = FCNN_OK;
    if (trainer->comm->rank == 0) {
        status = fcnn_checkpoint_writer_create(trainer->config->output_directory, trainer->config->output_keep,
                                               &trainer->writer);
    }
    FCNN_TRY(fcnn_comm_agree(trainer->comm, status));
    if (trainer->writer != NULL && trainer->resumed_from != NULL) {
        fcnn_checkpoint_writer_found(trainer->writer, trainer->state.step);
    }
    return FCNN_OK;
}

/* ---- rank 0 alone ---- */

/* No number that is not finite ever reaches a file. */
static fcnn_status store_parameters(fcnn_trainer *trainer)
{
    fcnn_trainer_store(trainer);
    const int64_t layer = fcnn_model_find_nonfinite(trainer->model);
    if (layer < 0) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_EDIVERGED, "training diverged: after step %" PRId64 " layer %" PRId64 " holds NaN or Inf; %s",
                     trainer->state.step, layer + 1, trainer->step->advice);
}

static fcnn_status pack_and_begin(fcnn_trainer *trainer, const fcnn_training_state *state)
{
    void *bytes;
    int64_t count;
    FCNN_TRY(store_parameters(trainer));
    FCNN_TRY(fcnn_checkpoint_pack(trainer->model, state, &bytes, &count));
    fcnn_checkpoint_writer_begin(trainer->writer, state->step, fcnn_saver_rollback_step(trainer), bytes, count);
    return FCNN_OK;
}

static fcnn_status write_model(fcnn_trainer *trainer)
{
    FCNN_TRY(store_parameters(trainer));
    char *path;
    FCNN_TRY(fcnn_run_folder_model_path(trainer->config->output_directory, &path));
    const fcnn_status status = fcnn_model_write(trainer->model, path);
    free(path);
    return status;
}

/* ---- all ranks ---- */

/* The state as a file has it: with the exponents of now, and the loss of all ranks. */
static fcnn_training_state collect_state(fcnn_trainer *trainer)
{
    const fcnn_gradient *gradient = trainer->step->gradient;
    fcnn_training_state *state = &trainer->state;
    const size_t bytes = (size_t)state->layers * sizeof(int64_t);
    memcpy(state->input_exponents, gradient->input_exponents, bytes);
    memcpy(state->delta_exponents, gradient->delta_exponents, bytes);
    state->exponents_ready = gradient->ready;
    fcnn_training_state all = *state;
    double work[FCNN_EXACT_LIMBS + 1];
    fcnn_exact_sum_over_ranks(trainer->comm, 1, &all.loss, work);
    return all;
}

fcnn_status fcnn_saver_checkpoint(fcnn_trainer *trainer)
{
    if (trainer->saved_step == trainer->state.step) {
        return FCNN_OK;
    }
    const double begin = fcnn_comm_seconds();
    fcnn_pulse_beat(FCNN_PHASE_WRITING);
    FCNN_TRY(fcnn_rank_check(trainer->comm, trainer->threads.topology, trainer->step->network, trainer->state.step));
    const fcnn_training_state all = collect_state(trainer);
    FCNN_TRY(fcnn_comm_agree(trainer->comm, trainer->comm->rank == 0 ? pack_and_begin(trainer, &all) : FCNN_OK));
    trainer->saved_step = trainer->state.step;
    fcnn_lifecycle_saved(&trainer->lifecycle);
    trainer->write_seconds += fcnn_comm_seconds() - begin;
    return FCNN_OK;
}

void fcnn_saver_poll(fcnn_trainer *trainer)
{
    if (trainer->writer != NULL) {
        fcnn_checkpoint_writer_collect(trainer->writer, false);
        trainer->lifecycle.longest_write = fcnn_checkpoint_writer_longest(trainer->writer);
    }
}

fcnn_status fcnn_saver_finish(fcnn_trainer *trainer)
{
    const double begin = fcnn_comm_seconds();
    fcnn_status status = FCNN_OK;
    fcnn_pulse_beat(FCNN_PHASE_WRITING);
    if (trainer->writer != NULL) {
        fcnn_checkpoint_writer_collect(trainer->writer, true);
        status = fcnn_checkpoint_writer_last(trainer->writer);
    }
    status = fcnn_comm_agree(trainer->comm, status);
    trainer->write_seconds += fcnn_comm_seconds() - begin;
    return status;
}

fcnn_status fcnn_saver_model(fcnn_trainer *trainer)
{
    const double begin = fcnn_comm_seconds();
    fcnn_pulse_beat(FCNN_PHASE_WRITING);
    if (trainer->writer != NULL) {
        /* on a disk that is nearly full the room is the checkpoint's, which can be gone on from */
        fcnn_checkpoint_writer_collect(trainer->writer, true);
    }
    const fcnn_status status =
        fcnn_comm_agree(trainer->comm, trainer->comm->rank == 0 ? write_model(trainer) : FCNN_OK);
    trainer->write_seconds += fcnn_comm_seconds() - begin;
    return status;
}

/* ---- back ---- */

/* The last end of an epoch that was due for a checkpoint, or the start: what it is depends on the config alone, not on
 * when the run was stopped. */
int64_t fcnn_saver_rollback_step(const fcnn_trainer *trainer)
{
    const int64_t every = trainer->config->output_checkpoint_every;
    if (trainer->config->train_nonfinite != FCNN_NONFINITE_ROLLBACK) {
        return -1;
    }
    return every > 0 ? trainer->state.epoch / every * every * fcnn_sampler_batches(trainer->data->sampler) : 0;
}

fcnn_status fcnn_saver_read_back(fcnn_trainer *trainer, fcnn_model **model, fcnn_training_state *state)
{
    fcnn_comm *comm = trainer->comm;
    const char *folder = trainer->config->output_directory;
    const int64_t last = fcnn_saver_rollback_step(trainer);
    /* one whose very first step diverges does so at any rate: its weights are too large already */
    const int64_t step = trainer->state.step == last ? 0 : last;
    char *path;
    FCNN_TRY(fcnn_saver_finish(trainer));
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_run_folder_checkpoint_path(folder, step, &path)));
    void *bytes;
    int64_t count;
    fcnn_status status = fcnn_checkpoint_share(comm, path, &bytes, &count);
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, fcnn_checkpoint_unpack(path, bytes, count, model, state));
    }
    free(path);
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_go_back(folder, step) : FCNN_OK);
    }
    if (status != FCNN_OK) {
        fcnn_model_destroy(*model); /* other ranks may have failed to unpack it */
        *model = NULL;
        fcnn_training_state_clear(state);
    }
    return status;
}
