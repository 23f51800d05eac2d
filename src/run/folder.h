/* src/run/folder.h — the output folder of a run, which contains model.h5, best.h5 and the checkpoints.
 *
 * No function is collective: only rank 0 calls them. */
#ifndef FCNN_RUN_FOLDER_H
#define FCNN_RUN_FOLDER_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Creates the folder and its parents, and checks that files can be created in it.
 * Errors: FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_run_folder_prepare(const char *folder);

/* Removes temporary files and notes of the watchdog that killed runs have left.  The caller must hold the lock of the
 * folder (run/lock.h). */
void fcnn_run_folder_clean(const char *folder);

/* Lists the steps of the checkpoints in a folder, newest first; none if the folder does not exist.
 * The caller releases steps [*count] with free().  Errors: FCNN_ENOMEM, FCNN_EOUTPUT. */
fcnn_status fcnn_run_folder_checkpoints(const char *folder, int64_t **steps, int64_t *count);

/* Sets *out to the path of the checkpoint of a step, of the model, or of the best model; the caller releases it with
 * free().
 * Errors: FCNN_ENOMEM. */
fcnn_status fcnn_run_folder_checkpoint_path(const char *folder, int64_t step, char **out);
fcnn_status fcnn_run_folder_model_path(const char *folder, char **out);
fcnn_status fcnn_run_folder_best_path(const char *folder, char **out);

/* Removes all checkpoints except the newest `keep` and, unless stays is −1, those of step `stays` and of step 0.
 * Errors: FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_run_folder_prune(const char *folder, int64_t keep, int64_t stays);

/* Removes the checkpoints of steps after `step`.  Errors: FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_run_folder_go_back(const char *folder, int64_t step);

/* Removes all checkpoints and both models.  Errors: FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_run_folder_empty(const char *folder);

#endif
