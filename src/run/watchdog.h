/* src/run/watchdog.h — ends a run that hangs because a rank is stopped, a file system does not respond, or ranks wait
 * for each other. */
#ifndef FCNN_RUN_WATCHDOG_H
#define FCNN_RUN_WATCHDOG_H

#include "parallel/topology.h"

typedef struct fcnn_watchdog fcnn_watchdog;

/* Starts two threads on each rank.  The first observes the signs of progress of core/pulse.h.  A rank that has made no
 * progress for `seconds` raises an alarm, the file "hang" in the output folder; every live rank that sees it writes
 * its step and phase to the file hang.<rank>.  If a rank writes none, or all report no progress, the lowest live rank
 * prints on stderr and in the file status which ranks are missing and what the others are doing, and all ranks exit
 * with code 70.  The second thread observes the first and ends the process if the file system of the folder hangs.
 *
 * Until the first step is complete, a rank that is slow but alive never ends the run.  Time during which the whole
 * process is stopped, for example by a debugger or a scheduler, does not count.
 *
 * topology and folder are borrowed.  If seconds is 0, there is no watchdog, and *out is NULL.  Collective.
 * Errors, the same on all ranks: FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_watchdog_start(fcnn_comm *comm, const fcnn_topology *topology, const char *folder, int64_t seconds,
                                fcnn_watchdog **out);

/* Stops the threads and releases the watchdog, which may be NULL.  Not collective. */
void fcnn_watchdog_stop(fcnn_watchdog *watchdog);

#endif
