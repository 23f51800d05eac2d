/* src/run/lock.h — one job at a time in a run's folder. */
#ifndef FCNN_RUN_LOCK_H
#define FCNN_RUN_LOCK_H

#include "core/status.h"

typedef struct fcnn_run_lock fcnn_run_lock;

/* Locks the file "lock" of a folder, which exists, and writes into it who does: SLURM's job and restart count, host
 * and process.  The system lets go of the lock when the process ends, however it ends.  Waits for up to a minute where
 * an earlier start of the same job has it: that is about to go.  On a file system without locks it warns.
 * Not collective: rank 0 calls.  Fails: FCNN_EOUTPUT naming who has the lock. */
fcnn_status fcnn_run_lock_take(const char *folder, fcnn_run_lock **out);

/* Lets go of it.  Takes NULL. */
void fcnn_run_lock_release(fcnn_run_lock *lock);

#endif
