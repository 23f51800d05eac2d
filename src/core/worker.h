/* src/core/worker.h — a thread beside the team's, for what waits on the system.  It does not call MPI. */
#ifndef FCNN_CORE_WORKER_H
#define FCNN_CORE_WORKER_H

#include "core/status.h"

#include <stdbool.h>

typedef struct fcnn_worker fcnn_worker;

/* Starts a thread that runs work(data) and ends; no signal is delivered to it.  what names it in the message.
 * Fails: FCNN_EINTERNAL if the system gives no thread, FCNN_ENOMEM. */
fcnn_status fcnn_worker_start(const char *what, void (*work)(void *data), void *data, fcnn_worker **out);

/* Whether the system gives this process so many threads more, all at once: OpenMP would end it where there are none.
 * Fails: FCNN_EINTERNAL, with how many there are. */
fcnn_status fcnn_worker_probe(int threads);

/* Whether the work has ended. */
bool fcnn_worker_is_done(const fcnn_worker *worker);

/* Waits for the end of the work and releases the worker.  Takes NULL. */
void fcnn_worker_join(fcnn_worker *worker);

#endif
