/* src/run/guard.h — exclusive use of the output folder by a run: lock, watchdog and status line. */
#ifndef FCNN_RUN_GUARD_H
#define FCNN_RUN_GUARD_H

#include "config/config.h"
#include "parallel/comm.h"

typedef struct fcnn_run_guard fcnn_run_guard;

/* Creates the output folder, locks it, removes what killed runs have left in it, and starts the watchdog.  comm and
 * config are borrowed.  Collective.
 * Errors, the same on all ranks: FCNN_EOUTPUT, FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_run_guard_create(fcnn_comm *comm, const fcnn_config *config, fcnn_run_guard **out);

/* Writes the status line "running".  The run calls it after it has read and checked everything, before it changes the
 * folder: until then the line "finished" of an earlier run remains, so that a wrong command does not turn it into a
 * failure.  guard may be NULL.  Not collective. */
void fcnn_run_guard_begin(fcnn_run_guard *guard);

/* Writes the final status line, from the status of the run and fcnn_error_text(), stops the watchdog, unlocks the
 * folder and releases the guard, which may be NULL.  Not collective.
 *   steps, own  steps of the training so far, and those of this run */
void fcnn_run_guard_end(fcnn_run_guard *guard, fcnn_status status, int64_t steps, int64_t own);

#endif
