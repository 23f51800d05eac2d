/* src/training/resume.h — what a run starts from: a checkpoint, or nothing. */
#ifndef FCNN_TRAINING_RESUME_H
#define FCNN_TRAINING_RESUME_H

#include "config/config.h"
#include "run/checkpoint.h"
#include "training/training_data.h"

/* Finds and reads the checkpoint that output.resume asks for.  *path is NULL if the run starts anew; otherwise
 * path (released with free()), model and state are set.  Damaged checkpoints are passed over with a warning.
 * overwrite: start anew whatever the folder holds.  Collective; all ranks fail alike:
 *   FCNN_ECONFIG if the folder holds checkpoints that are in the way, or a key changed that may not. */
fcnn_status fcnn_resume_load(fcnn_comm *comm, const fcnn_config *config, bool overwrite, char **path,
                             fcnn_model **model, fcnn_training_state *state);

/* Sets what identifies the data.  Not collective. */
fcnn_status fcnn_resume_identify(const fcnn_training_data *data, fcnn_training_state *state);

/* Fails with FCNN_ECONFIG if the data is not what the checkpoint was made with. */
fcnn_status fcnn_resume_check_data(const char *path, const fcnn_training_state *stored, const fcnn_training_data *data);

#endif
