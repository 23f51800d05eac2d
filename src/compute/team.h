/* src/compute/team.h — the threads of a rank, and the only parallel region. */
#ifndef FCNN_COMPUTE_TEAM_H
#define FCNN_COMPUTE_TEAM_H

#include "core/processors.h"

typedef struct fcnn_team fcnn_team;

/* threads ≥ 1.  Fails: FCNN_ENOMEM, FCNN_EINTERNAL if the system does not give so many. */
fcnn_status fcnn_team_create(int threads, fcnn_team **out);
void fcnn_team_destroy(fcnn_team *team);

/* How many there are: OpenMP may have given fewer than were asked for (OMP_THREAD_LIMIT, OMP_DYNAMIC). */
int fcnn_team_threads(const fcnn_team *team);

/* The processors that they may run on; the team's.  Empty where the system does not tell. */
const fcnn_processors *fcnn_team_processors(const fcnn_team *team);

/* Calls work(data, thread, threads) once on each thread 0 … threads−1 and waits for all.  Thread 0 is the
 * caller.  threads is the team's, or fewer where OpenMP now grants no more.  Every thread runs it in the default
 * floating-point environment (round to nearest, no flush to zero) and has its own back afterwards. */
void fcnn_team_run(fcnn_team *team, void (*work)(void *data, int thread, int threads), void *data);

/* Calls body(data) on the caller, in that environment, and until it returns keeps the other threads ready:
 * fcnn_team_run() then costs a message to them instead of a parallel region.  Inside of itself it just calls. */
void fcnn_team_keep(fcnn_team *team, void (*body)(void *data), void *data);

/* Inside work: waits until all threads of the team are here. */
void fcnn_team_wait(void);

#endif
