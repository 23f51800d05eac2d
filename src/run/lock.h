/* src/run/lock.h — the lock that lets only one run at a time use an output folder.
 *
 * No function is collective: only rank 0 calls them. */
#ifndef FCNN_RUN_LOCK_H
#define FCNN_RUN_LOCK_H

#include "core/status.h"

typedef struct fcnn_run_lock fcnn_run_lock;

/* Locks the file "lock" in an existing folder, and writes the owner into it: SLURM job and restart count, process and
 * host.  The operating system releases the lock when the process ends in any way.  If an earlier start of the same
 * SLURM job holds the lock, the function waits up to a minute for it.  If the file system does not support locks, it
 * only prints a warning.
 * Errors: FCNN_EOUTPUT, with the owner of the lock in the text; FCNN_ENOMEM. */
fcnn_status fcnn_run_lock_take(const char *folder, fcnn_run_lock **out);

/* Releases the lock, which may be NULL. */
void fcnn_run_lock_release(fcnn_run_lock *lock);

#endif
