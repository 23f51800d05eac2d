/* src/training/announce.h — tells the user and the observers what a trainer is about to do.
 *
 * Collective; errors are the same on all ranks. */
#ifndef FCNN_TRAINING_ANNOUNCE_H
#define FCNN_TRAINING_ANNOUNCE_H

#include "training/trainer.h"

/* Prints the report at the start.  A check goes through all later stages, for their learning rates and the memory of
 * the one that needs most, and the trainer cannot train afterwards. */
fcnn_status fcnn_announce_start(fcnn_trainer *trainer);

/* Prints the current stage after a change of stage, and starts the observers anew. */
fcnn_status fcnn_announce_stage(fcnn_trainer *trainer);

/* Starts the observers.  They are started anew in each stage, because a stage may have other batches. */
void fcnn_announce_steps(fcnn_trainer *trainer);

#endif
