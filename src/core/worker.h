/* src/core/worker.h — a background thread for work that waits for the system, such as reading and writing files.  It
 * does not belong to the team and must not call MPI.
 * Not collective; any thread may call any function, but one worker is used by one thread at a time. */
#ifndef FCNN_CORE_WORKER_H
#define FCNN_CORE_WORKER_H

#include "core/status.h"

#include <stdbool.h>

typedef struct fcnn_worker fcnn_worker;

/* Starts a thread that runs work(data) and ends.  All signals are blocked in it.
 *   what  names the thread in the message
 *   data  borrowed until the thread ends
 *   out   to be released with fcnn_worker_join()
 * Fails: FCNN_EINTERNAL if the system cannot start a thread, FCNN_ENOMEM. */
fcnn_status fcnn_worker_start(const char *what, void (*work)(void *data), void *data, fcnn_worker **out);

/* Checks that the system can run `threads` additional threads of this process at the same time, because OpenMP would
 * end the process otherwise.
 * Fails: FCNN_EINTERNAL; the message says how many are possible.  FCNN_ENOMEM. */
fcnn_status fcnn_worker_probe(int threads);

/* Whether the work has ended. */
bool fcnn_worker_is_done(const fcnn_worker *worker);

/* Waits for the end of the work and releases the worker.  Takes NULL. */
void fcnn_worker_join(fcnn_worker *worker);

#endif
