/* src/training/resume.h — finds and reads the checkpoint from which a run continues. */
#ifndef FCNN_TRAINING_RESUME_H
#define FCNN_TRAINING_RESUME_H

#include "config/config.h"
#include "run/checkpoint.h"
#include "training/training_data.h"

/* Finds and reads the checkpoint that output.resume selects.  *path is NULL if the run starts from the beginning;
 * otherwise *path, *model and *state are set, and the caller releases them with free(), fcnn_model_destroy() and
 * fcnn_training_state_clear().  Damaged checkpoints are skipped with a warning.  Collective.
 *   overwrite  start from the beginning, whatever the folder contains
 * Errors, the same on all ranks: FCNN_ECONFIG if the folder contains checkpoints that must not be overwritten, or if a
 * key changed that cannot change on resume; FCNN_EDATA, FCNN_EINPUT, FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_resume_load(fcnn_comm *comm, const fcnn_config *config, bool overwrite, char **path,
                             fcnn_model **model, fcnn_training_state *state);

/* Sets the texts of the state that identify the data (types, shapes, checksum).  Not collective.  Errors:
 * FCNN_ENOMEM. */
fcnn_status fcnn_resume_identify(const fcnn_training_data *data, fcnn_training_state *state);

/* Checks that the data is that with which the checkpoint `path` was made.  Not collective.
 * Errors: FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_resume_check_data(const char *path, const fcnn_training_state *stored, const fcnn_training_data *data);

#endif
