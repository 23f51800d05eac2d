/* src/run/watchdog.h — ends a run that hangs: a rank that is stopped, a file system that does not answer, ranks
 * that wait for each other. */
#ifndef FCNN_RUN_WATCHDOG_H
#define FCNN_RUN_WATCHDOG_H

#include "parallel/topology.h"

typedef struct fcnn_watchdog fcnn_watchdog;

/* Starts a thread on each rank that looks at core/pulse.h.  Where nothing has moved for so many seconds a rank writes
 * the file hang.<rank> into the run's folder, whereupon every live rank writes its own, with its step and phase.  When
 * some rank does not, or all tell that nothing moves, the lowest live rank says on stderr and in the file status who is
 * missing and where the others stand, and all end with code 70.  Before the first step is done, a rank that is slow but
 * alive never ends the run.  Time in which the process is stopped as a whole, by a debugger or a scheduler, does not
 * count.  topology and folder are borrowed; seconds 0: no watchdog, *out is NULL.  Collective; all ranks fail alike:
 *   FCNN_ENOMEM, FCNN_EINTERNAL */
fcnn_status fcnn_watchdog_start(fcnn_comm *comm, const fcnn_topology *topology, const char *folder, int64_t seconds,
                                fcnn_watchdog **out);

/* Takes NULL. */
void fcnn_watchdog_stop(fcnn_watchdog *watchdog);

#endif
