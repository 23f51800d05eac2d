/* src/training/saver.h — what a trainer writes and goes back to: checkpoints, the model. */
#ifndef FCNN_TRAINING_SAVER_H
#define FCNN_TRAINING_SAVER_H

#include "training/trainer.h"

/* Prepares to write.  Collective.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_saver_start(fcnn_trainer *trainer);

/* Compares the parameters of all ranks, scans them for NaN and Inf, and gives the state of this moment to the
 * checkpoint writer; it is in a file some time later.  Nothing if that is done for this step.  Collective.
 * Fails: FCNN_EDIVERGED, FCNN_EINTERNAL, FCNN_ENOMEM; what fails later is a warning (fcnn_saver_finish). */
fcnn_status fcnn_saver_checkpoint(fcnn_trainer *trainer);

/* Warns of a write that has failed meanwhile.  Not collective. */
void fcnn_saver_poll(fcnn_trainer *trainer);

/* Waits for the last checkpoint.  Collective.  Fails: FCNN_EOUTPUT if it could not be written. */
fcnn_status fcnn_saver_finish(fcnn_trainer *trainer);

/* Writes model.h5.  Collective.  Fails: FCNN_EOUTPUT, FCNN_EDIVERGED, FCNN_ENOMEM. */
fcnn_status fcnn_saver_model(fcnn_trainer *trainer);

/* The step whose checkpoint train.nonfinite = rollback goes back to; −1 if it is not asked for. */
int64_t fcnn_saver_rollback_step(const fcnn_trainer *trainer);

/* Reads that checkpoint and removes later ones.  model and state are new; state is to be cleared.  Collective.
 * Fails: as reading a checkpoint does. */
fcnn_status fcnn_saver_read_back(fcnn_trainer *trainer, fcnn_model **model, fcnn_training_state *state);

#endif
