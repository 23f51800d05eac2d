/* src/run/folder.h — the folder of a run: model.h5 and the checkpoints beside it. */
#ifndef FCNN_RUN_FOLDER_H
#define FCNN_RUN_FOLDER_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Nothing here is collective: rank 0 calls. */

/* Makes the folder (and those above it) and tries whether files can be made in it.
 * Fails: FCNN_EOUTPUT. */
fcnn_status fcnn_run_folder_prepare(const char *folder);

/* Removes what runs that were killed left behind: temporaries and the watchdog's notes.  The folder is locked
 * (run_lock.h). */
void fcnn_run_folder_clean(const char *folder);

/* The steps of the checkpoints in a folder, the newest first; none if there is no folder.
 * steps [*count] is to be released with free().  Fails: FCNN_ENOMEM, FCNN_EOUTPUT. */
fcnn_status fcnn_run_folder_checkpoints(const char *folder, int64_t **steps, int64_t *count);

/* The path of a checkpoint, or of the model, to be released with free(). */
fcnn_status fcnn_run_folder_checkpoint_path(const char *folder, int64_t step, char **out);
fcnn_status fcnn_run_folder_model_path(const char *folder, char **out);

/* Removes all checkpoints but the newest `keep` and, unless stays is −1, those of that step and of step 0.
 * Fails: FCNN_EOUTPUT. */
fcnn_status fcnn_run_folder_prune(const char *folder, int64_t keep, int64_t stays);

/* Removes the checkpoints of later steps than that.  Fails: FCNN_EOUTPUT. */
fcnn_status fcnn_run_folder_go_back(const char *folder, int64_t step);

/* Removes all checkpoints and the model.  Fails: FCNN_EOUTPUT. */
fcnn_status fcnn_run_folder_empty(const char *folder);

#endif
