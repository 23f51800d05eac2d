/* src/training/saver.h — what a run writes into its folder and goes back to: checkpoints, and the model. */
#ifndef FCNN_TRAINING_SAVER_H
#define FCNN_TRAINING_SAVER_H

#include "methods/optimizer.h"
#include "model/network.h"
#include "parallel/topology.h"
#include "run/checkpoint.h"

typedef struct fcnn_saver fcnn_saver;

/* A training at one moment, as it is to be saved.  All of it is borrowed. */
typedef struct fcnn_snapshot {
    const fcnn_network *network;      /* the parameters that train */
    fcnn_model *model;                /* gets them on rank 0, and is what is written */
    const fcnn_training_state *state; /* its loss counts the rows of this rank */
    const fcnn_optimizer *optimizer;  /* what it keeps is saved and compared, too */
    const fcnn_exponents *exponents;  /* promised for the next exact sums */
    const char *advice;               /* what to do where a parameter is not finite */
    int64_t stays;                    /* a step whose checkpoint is not removed, nor that of step 0; −1: none */
} fcnn_snapshot;

/* Prepares to write into a folder, of whose checkpoints the newest `keep` stay.  found: the step of the checkpoint that
 * the run goes on from; −1: none.  comm, folder and topology are borrowed.  Collective; all ranks fail alike:
 * FCNN_ENOMEM. */
fcnn_status fcnn_saver_create(fcnn_comm *comm, const fcnn_topology *topology, const char *folder, int64_t keep,
                              int64_t found, fcnn_saver **out);

/* Waits for the end of a write, if there is one.  Takes NULL.  Not collective. */
void fcnn_saver_destroy(fcnn_saver *saver);

/* Compares the parameters of all ranks, scans them for NaN and Inf, and gives the snapshot to the checkpoint writer; it
 * is in a file some time later.  Does nothing if that is done for this step, or the run goes on from it.  Collective.
 * Fails, alike on all ranks: FCNN_EDIVERGED, FCNN_EINTERNAL, FCNN_ENOMEM; what fails later is a warning
 * (fcnn_saver_finish). */
fcnn_status fcnn_saver_checkpoint(fcnn_saver *saver, const fcnn_snapshot *snapshot);

/* Warns of a write that has failed meanwhile.  Not collective. */
void fcnn_saver_poll(fcnn_saver *saver);

/* Waits for the last checkpoint.  Collective.  Fails, alike on all ranks: FCNN_EOUTPUT if it could not be written. */
fcnn_status fcnn_saver_finish(fcnn_saver *saver);

/* Writes model.h5.  Collective.  Fails, alike on all ranks: FCNN_EOUTPUT, FCNN_EDIVERGED, FCNN_ENOMEM. */
fcnn_status fcnn_saver_write_model(fcnn_saver *saver, const fcnn_snapshot *snapshot);

/* Reads the checkpoint of a step and removes those of later steps.  model and state are new; state is to be cleared.
 * Collective; all ranks fail alike, as reading a checkpoint does. */
fcnn_status fcnn_saver_go_back(fcnn_saver *saver, int64_t step, fcnn_model **model, fcnn_training_state *state);

/* Seconds that the longest write of a checkpoint took, on rank 0; 0 on other ranks. */
double fcnn_saver_longest_write(const fcnn_saver *saver);

/* Seconds that training spent in these functions on this rank. */
double fcnn_saver_seconds(const fcnn_saver *saver);

#endif
