/* src/training/saver.c — saves checkpoints and the model in the output folder, and reads checkpoints for rollbacks. */
#include "training/saver.h"

#include "core/memory.h"
#include "core/pulse.h"
#include "model/model_file.h"
#include "run/checkpoint_writer.h"
#include "run/folder.h"
#include "run/rank_check.h"

#include <inttypes.h>
#include <stdlib.h>

struct fcnn_saver {
    fcnn_comm *comm;                /* borrowed */
    const fcnn_topology *topology;  /* borrowed */
    const char *folder;             /* borrowed */
    fcnn_checkpoint_writer *writer; /* on rank 0; NULL on other ranks */
    int64_t best_step;              /* step of the best.h5 that was packed; −1: none by this run.  On rank 0 */
    int64_t saved_step;             /* step of the newest checkpoint that was packed or found; −1: none */
    double seconds;                 /* spent in the functions of the saver */
};

fcnn_status fcnn_saver_create(fcnn_comm *comm, const fcnn_topology *topology, const char *folder, int64_t keep,
                              int64_t found, fcnn_saver **out)
{
    fcnn_saver *saver = NULL;
    fcnn_status status = fcnn_memory_create("the saver", 1, sizeof *saver, &saver);
    if (status == FCNN_OK) {
        *saver =
            (fcnn_saver){.comm = comm, .topology = topology, .folder = folder, .best_step = -1, .saved_step = found};
        status = comm->rank == 0 ? fcnn_checkpoint_writer_create(folder, keep, found, &saver->writer) : FCNN_OK;
    }
    status = fcnn_comm_agree(comm, status);
    if (status != FCNN_OK) {
        fcnn_saver_destroy(saver);
        return status;
    }
    *out = saver;
    return FCNN_OK;
}

void fcnn_saver_destroy(fcnn_saver *saver)
{
    if (saver != NULL) {
        fcnn_checkpoint_writer_destroy(saver->writer);
        free(saver);
    }
}

double fcnn_saver_longest_write(const fcnn_saver *saver)
{
    return saver->writer != NULL ? fcnn_checkpoint_writer_longest(saver->writer) : 0;
}

double fcnn_saver_seconds(const fcnn_saver *saver)
{
    return saver->seconds;
}

/* ---- only on rank 0 ---- */

/* Fails if a layer (from 0; −1: none) contains NaN or Inf, which are never written to a file. */
static fcnn_status check_finite(const fcnn_snapshot *snapshot, int64_t layer)
{
    if (layer < 0) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_EDIVERGED,
                     "training diverged: after step %" PRId64 " layer %" PRId64 " contains NaN or Inf; %s",
                     snapshot->state->step, layer + 1, snapshot->advice);
}

static fcnn_status store_parameters(const fcnn_snapshot *snapshot)
{
    fcnn_network_store(snapshot->network, snapshot->model);
    return check_finite(snapshot, fcnn_model_find_nonfinite(snapshot->model));
}

static fcnn_status store_optimizer(const fcnn_snapshot *snapshot, fcnn_optimizer_state *out)
{
    FCNN_TRY(fcnn_optimizer_store(snapshot->optimizer, snapshot->network, out));
    return check_finite(snapshot, fcnn_optimizer_state_find_nonfinite(out, &snapshot->network->shape));
}

/* Builds the image of a checkpoint.  state contains everything except the optimizer state. */
static fcnn_status pack(const fcnn_snapshot *snapshot, fcnn_training_state *state, void **bytes, int64_t *count)
{
    FCNN_TRY(store_parameters(snapshot));
    fcnn_status status = store_optimizer(snapshot, &state->optimizer);
    if (status == FCNN_OK) {
        status = fcnn_checkpoint_pack(snapshot->model, state, bytes, count);
    }
    fcnn_optimizer_state_clear(&state->optimizer);
    return status;
}

/* Whether best.h5 has to be written.  After a resume or a rollback its file may be that of a later epoch or missing. */
static bool needs_best(fcnn_saver *saver, const fcnn_snapshot *snapshot)
{
    const fcnn_best *best = &snapshot->state->best;
    if (fcnn_checkpoint_writer_lost_best(saver->writer)) {
        saver->best_step = -1;
    }
    return snapshot->best_reason != NULL && best->parameters.count > 0 && best->step != saver->best_step;
}

/* Makes a copy of the model with the parameters of the best epoch and the history up to it.  What it points to is
 * borrowed. */
static fcnn_model best_model(const fcnn_snapshot *snapshot)
{
    const fcnn_best *best = &snapshot->state->best;
    fcnn_model model = *snapshot->model;
    model.weights = best->parameters.arrays[0].weights;
    model.biases = best->parameters.arrays[0].biases;
    model.choice = (fcnn_model_choice){best->epoch, best->step, (char *)snapshot->best_reason};
    while (model.history.count > 0 && model.history.lines[model.history.count - 1].epoch > best->epoch) {
        model.history.count--;
    }
    return model;
}

static fcnn_status add_best(fcnn_saver *saver, const fcnn_snapshot *snapshot)
{
    void *bytes;
    int64_t count;
    if (!needs_best(saver, snapshot)) {
        return FCNN_OK;
    }
    const fcnn_model model = best_model(snapshot);
    FCNN_TRY(fcnn_model_pack(&model, NULL, NULL, &bytes, &count));
    fcnn_checkpoint_writer_add_best(saver->writer, bytes, count);
    saver->best_step = snapshot->state->best.step;
    return FCNN_OK;
}

static fcnn_status write_best(fcnn_saver *saver, const fcnn_snapshot *snapshot)
{
    if (!needs_best(saver, snapshot)) {
        return FCNN_OK;
    }
    const fcnn_model model = best_model(snapshot);
    char *path;
    FCNN_TRY(fcnn_run_folder_best_path(saver->folder, &path));
    const fcnn_status status = fcnn_model_write(&model, path);
    free(path);
    return status;
}

static fcnn_status pack_and_begin(fcnn_saver *saver, const fcnn_snapshot *snapshot, fcnn_training_state *state)
{
    void *bytes;
    int64_t count;
    FCNN_TRY(pack(snapshot, state, &bytes, &count));
    const fcnn_status status = add_best(saver, snapshot);
    if (status != FCNN_OK) {
        free(bytes);
        return status;
    }
    fcnn_checkpoint_writer_begin(saver->writer, state->step, snapshot->stays, bytes, count);
    return FCNN_OK;
}

static fcnn_status write_model(fcnn_saver *saver, const fcnn_snapshot *snapshot)
{
    fcnn_network_store_panels(snapshot->network, snapshot->shown, snapshot->model->weights, snapshot->model->biases);
    FCNN_TRY(check_finite(snapshot, fcnn_model_find_nonfinite(snapshot->model)));
    fcnn_model model = *snapshot->model;
    model.choice = snapshot->choice;
    char *path;
    FCNN_TRY(fcnn_run_folder_model_path(saver->folder, &path));
    const fcnn_status status = fcnn_model_write(&model, path);
    free(path);
    FCNN_TRY(status);
    return write_best(saver, snapshot);
}

/* ---- all ranks ---- */

static fcnn_status save_checkpoint(fcnn_saver *saver, const fcnn_snapshot *snapshot)
{
    double work[FCNN_EXACT_LIMBS + 1];
    fcnn_training_state all = *snapshot->state; /* a checkpoint contains the loss of all ranks */
    all.exponents = *snapshot->exponents;
    FCNN_TRY(fcnn_rank_check(saver->comm, saver->topology, snapshot->network, snapshot->optimizer, all.step));
    fcnn_exact_sum_over_ranks(saver->comm, 1, &all.loss, work);
    return fcnn_comm_agree(saver->comm, saver->comm->rank == 0 ? pack_and_begin(saver, snapshot, &all) : FCNN_OK);
}

fcnn_status fcnn_saver_checkpoint(fcnn_saver *saver, const fcnn_snapshot *snapshot)
{
    if (saver->saved_step == snapshot->state->step) {
        return FCNN_OK;
    }
    const double begin = fcnn_comm_seconds();
    fcnn_pulse_beat(FCNN_PHASE_WRITING);
    const fcnn_status status = save_checkpoint(saver, snapshot);
    if (status == FCNN_OK) {
        saver->saved_step = snapshot->state->step;
    }
    saver->seconds += fcnn_comm_seconds() - begin;
    return status;
}

bool fcnn_saver_has(const fcnn_saver *saver, int64_t step)
{
    return saver->saved_step == step;
}

void fcnn_saver_poll(fcnn_saver *saver)
{
    if (saver->writer != NULL) {
        fcnn_checkpoint_writer_collect(saver->writer, false);
    }
}

fcnn_status fcnn_saver_finish(fcnn_saver *saver)
{
    const double begin = fcnn_comm_seconds();
    fcnn_status status = FCNN_OK;
    fcnn_pulse_beat(FCNN_PHASE_WRITING);
    if (saver->writer != NULL) {
        fcnn_checkpoint_writer_collect(saver->writer, true);
        status = fcnn_checkpoint_writer_last(saver->writer);
    }
    status = fcnn_comm_agree(saver->comm, status);
    saver->seconds += fcnn_comm_seconds() - begin;
    return status;
}

fcnn_status fcnn_saver_write_model(fcnn_saver *saver, const fcnn_snapshot *snapshot)
{
    const double begin = fcnn_comm_seconds();
    fcnn_pulse_beat(FCNN_PHASE_WRITING);
    if (saver->writer != NULL) {
        /* If the disk is nearly full, the checkpoint has priority: training can continue from it. */
        fcnn_checkpoint_writer_collect(saver->writer, true);
    }
    const fcnn_status status =
        fcnn_comm_agree(saver->comm, saver->comm->rank == 0 ? write_model(saver, snapshot) : FCNN_OK);
    saver->seconds += fcnn_comm_seconds() - begin;
    return status;
}

/* ---- rollback ---- */

static fcnn_status read_checkpoint(const fcnn_saver *saver, int64_t step, fcnn_model **model,
                                   fcnn_training_state *state)
{
    char *path = NULL;
    void *bytes;
    int64_t count;
    fcnn_status status = fcnn_comm_agree(saver->comm, fcnn_run_folder_checkpoint_path(saver->folder, step, &path));
    if (status == FCNN_OK) {
        status = fcnn_checkpoint_share(saver->comm, path, &bytes, &count);
    }
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(saver->comm, fcnn_checkpoint_unpack(path, bytes, count, model, state));
    }
    free(path);
    return status;
}

fcnn_status fcnn_saver_go_back(fcnn_saver *saver, int64_t step, fcnn_model **model, fcnn_training_state *state)
{
    fcnn_comm *comm = saver->comm;
    FCNN_TRY(fcnn_saver_finish(saver));
    fcnn_status status = read_checkpoint(saver, step, model, state);
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_go_back(saver->folder, step) : FCNN_OK);
    }
    if (status != FCNN_OK) {
        fcnn_model_destroy(*model); /* other ranks may have failed to unpack it */
        *model = NULL;
        fcnn_training_state_clear(state);
        return status;
    }
    saver->saved_step = step;
    saver->best_step = -1;
    return FCNN_OK;
}
