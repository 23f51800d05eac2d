/* src/compute/team.h — the threads of a rank, and the only parallel regions.
 *
 * No function is collective.  Except for fcnn_team_wait(), only the thread that created the team may call them. */
#ifndef FCNN_COMPUTE_TEAM_H
#define FCNN_COMPUTE_TEAM_H

#include "core/processors.h"

typedef struct fcnn_team fcnn_team;

/* Creates a team of at most `threads` threads, which must be at least 1.
 * Errors: FCNN_ENOMEM, FCNN_EINTERNAL if a thread cannot be started. */
fcnn_status fcnn_team_create(int threads, fcnn_team **out);

/* Releases the team, which may be NULL. */
void fcnn_team_destroy(fcnn_team *team);

/* Returns the number of threads, which may be smaller than requested (OMP_THREAD_LIMIT, OMP_DYNAMIC). */
int fcnn_team_threads(const fcnn_team *team);

/* Returns the processors on which the threads may run, owned by the team; empty if the system does not report them. */
const fcnn_processors *fcnn_team_processors(const fcnn_team *team);

/* Calls work(data, thread, threads) once on each thread 0 … threads−1 and waits until all have returned.  Thread 0 is
 * the caller.  threads is that of the team, or fewer if OpenMP provides fewer now.  Each thread runs it in the default
 * floating-point environment (round to nearest, no flush to zero); its own environment is restored afterwards. */
void fcnn_team_run(fcnn_team *team, void (*work)(void *data, int thread, int threads), void *data);

/* Calls body(data) on the caller, in the same environment.  Until it returns, the other threads wait for work, so that
 * fcnn_team_run() is faster than with a parallel region of its own.  A nested call only calls body. */
void fcnn_team_keep(fcnn_team *team, void (*body)(void *data), void *data);

/* Called inside work by all threads of the team: waits until all of them have called it. */
void fcnn_team_wait(void);

#endif
