/* src/run/threads.h — how many threads the ranks have: what is asked for, what suits, what OpenMP gives. */
#ifndef FCNN_RUN_THREADS_H
#define FCNN_RUN_THREADS_H

#include "compute/team.h"
#include "model/model.h"
#include "parallel/topology.h"

typedef struct fcnn_threads {
    fcnn_topology *topology;
    fcnn_rank_threads own;
} fcnn_threads;

/* Finds out how many threads this rank should have: own.asked, or what suits its processors.  configured: positive
 * where a config or an option asks for so many.  Collective.  Fails, alike on all ranks: FCNN_ENOMEM, FCNN_EUSAGE. */
fcnn_status fcnn_threads_choose(fcnn_comm *comm, int configured, fcnn_threads *out);

/* Takes fewer threads for so little work that they would wait for each other most of the time, unless so many are
 * asked for.  rows: of this rank in a step. */
void fcnn_threads_fit_work(fcnn_threads *threads, const fcnn_architecture *shape, int64_t rows);

/* Threads to make a team of. */
int fcnn_threads_wanted(const fcnn_threads *threads);

/* Tells all ranks what became of it, with one warning where they are in each other's way.  Collective.
 * Fails: FCNN_ENOMEM, alike on all ranks. */
fcnn_status fcnn_threads_settle(fcnn_threads *threads, fcnn_comm *comm, const fcnn_team *team);

void fcnn_threads_clear(fcnn_threads *threads);

#endif
