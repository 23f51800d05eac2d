/* src/training/saver.h — saves checkpoints and the model in the output folder, and reads checkpoints for rollbacks.
 *
 * Functions must be called by the main thread. */
#ifndef FCNN_TRAINING_SAVER_H
#define FCNN_TRAINING_SAVER_H

#include "methods/optimizer.h"
#include "model/network.h"
#include "parallel/topology.h"
#include "run/checkpoint.h"

typedef struct fcnn_saver fcnn_saver;

/* The state of a training at the end of a step, to be saved.  All pointers are borrowed. */
typedef struct fcnn_snapshot {
    const fcnn_network *network;      /* the current parameters */
    void *const *shown;               /* panels of the parameters of model.h5 */
    fcnn_model *model;                /* the parameters are copied to it on rank 0, and it is written */
    const fcnn_training_state *state; /* its loss is that of the rows of this rank */
    const fcnn_optimizer *optimizer;  /* its state arrays are saved and compared over ranks */
    const fcnn_exponents *exponents;  /* of the next exact sums */
    const char *advice;               /* text for the error that a parameter is not finite */
    const char *best_reason;          /* why the best epoch of the state is the best; NULL: best.h5 is not kept */
    fcnn_model_choice choice;         /* of model.h5; with a borrowed reason */
    int64_t stays;                    /* a step whose checkpoint is kept, together with that of step 0; −1: none */
} fcnn_snapshot;

/* Creates a saver for a folder that keeps the newest `keep` checkpoints.  comm, folder and topology are borrowed.
 * Collective.
 *   found  step of the checkpoint from which the run continues; −1: none
 * Errors, the same on all ranks: FCNN_ENOMEM. */
fcnn_status fcnn_saver_create(fcnn_comm *comm, const fcnn_topology *topology, const char *folder, int64_t keep,
                              int64_t found, fcnn_saver **out);

/* Waits until a running write has ended, and releases the saver, which may be NULL.  Not collective. */
void fcnn_saver_destroy(fcnn_saver *saver);

/* Compares the parameters of all ranks, checks them for NaN and Inf, and passes a checkpoint to the writer, which
 * writes it in the background, and best.h5 after it if there is a new best epoch.  Does nothing if the checkpoint of
 * this step was saved already, or if the run continued from it.
 * Collective.
 * Errors, the same on all ranks: FCNN_EDIVERGED, FCNN_EINTERNAL, FCNN_ENOMEM.  A write that fails later is printed as a
 * warning, and returned by fcnn_saver_finish(). */
fcnn_status fcnn_saver_checkpoint(fcnn_saver *saver, const fcnn_snapshot *snapshot);

/* Whether the newest checkpoint that was saved, or found, is that of a step: the same on all ranks.  Not collective. */
bool fcnn_saver_has(const fcnn_saver *saver, int64_t step);

/* Prints a warning if a write in the background has failed.  Not collective. */
void fcnn_saver_poll(fcnn_saver *saver);

/* Waits until the last checkpoint is written.  Collective.
 * Errors, the same on all ranks: FCNN_EOUTPUT if it could not be written. */
fcnn_status fcnn_saver_finish(fcnn_saver *saver);

/* Writes model.h5, and best.h5 if it is kept and that of the best epoch was not written yet.  Collective.  Errors,
 * the same on all ranks: FCNN_EOUTPUT, FCNN_EDIVERGED, FCNN_ENOMEM. */
fcnn_status fcnn_saver_write_model(fcnn_saver *saver, const fcnn_snapshot *snapshot);

/* Reads the checkpoint of a step for a rollback, and removes the checkpoints of later steps.  The caller destroys
 * *model and clears *state.  Collective.
 * Errors, the same on all ranks: those of fcnn_checkpoint_share() and fcnn_checkpoint_unpack(), FCNN_EOUTPUT. */
fcnn_status fcnn_saver_go_back(fcnn_saver *saver, int64_t step, fcnn_model **model, fcnn_training_state *state);

/* Returns the duration in seconds of the longest write of a checkpoint; 0 on ranks other than 0.  Not collective. */
double fcnn_saver_longest_write(const fcnn_saver *saver);

/* Returns the seconds that this rank has spent in the functions of the saver.  Not collective. */
double fcnn_saver_seconds(const fcnn_saver *saver);

#endif
