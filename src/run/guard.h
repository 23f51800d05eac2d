/* src/run/guard.h — a run's folder while the run has it: the lock, the watchdog, the status line. */
#ifndef FCNN_RUN_GUARD_H
#define FCNN_RUN_GUARD_H

#include "config/config.h"
#include "parallel/comm.h"

typedef struct fcnn_run_guard fcnn_run_guard;

/* Makes the output folder, locks it, clears it of what killed runs left, and starts the watchdog.  comm and config are
 * borrowed.  Collective; all ranks fail alike: FCNN_EOUTPUT, FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_run_guard_create(fcnn_comm *comm, const fcnn_config *config, fcnn_run_guard **out);

/* The run has read and checked everything, and begins to change what is in the folder.  Until then the status line of
 * a run that has finished there stays as it is, whatever fails: a mistaken command makes no failure of it.
 * Takes NULL.  Not collective. */
void fcnn_run_guard_begin(fcnn_run_guard *guard);

/* Writes how the run ended into the file status: as its status and fcnn_error_text() say, after `steps` steps of which
 * it did `own`.  Lets go of the folder.  Takes NULL.  Not collective. */
void fcnn_run_guard_end(fcnn_run_guard *guard, fcnn_status status, int64_t steps, int64_t own);

#endif
