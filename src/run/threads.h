/* src/run/threads.h — chooses the number of threads of each rank. */
#ifndef FCNN_RUN_THREADS_H
#define FCNN_RUN_THREADS_H

#include "compute/team.h"
#include "model/model.h"
#include "parallel/topology.h"

typedef struct fcnn_threads {
    fcnn_topology *topology; /* owned */
    fcnn_rank_threads own;   /* of this rank */
} fcnn_threads;

/* Determines how many threads this rank should have: the requested number, or one that fits its processors.  The
 * caller clears *out.  Collective.
 *   configured  number of threads that a config or an option requests; 0: none
 * Errors, the same on all ranks: FCNN_ENOMEM, FCNN_EUSAGE if the requested number is invalid. */
fcnn_status fcnn_threads_choose(fcnn_comm *comm, int configured, fcnn_threads *out);

/* Reduces the number of threads if a step has so little work that the threads would mostly wait for each other.  A
 * requested number is not changed.  Not collective.
 *   rows  rows of this rank in a step */
void fcnn_threads_fit_work(fcnn_threads *threads, const fcnn_architecture *shape, int64_t rows);

/* Returns the number of threads that the team should have. */
int fcnn_threads_wanted(const fcnn_threads *threads);

/* Shares the number and the processors of the team's threads with all ranks, and prints a warning if threads share
 * processors.  Collective.  Errors, the same on all ranks: FCNN_ENOMEM. */
fcnn_status fcnn_threads_settle(fcnn_threads *threads, fcnn_comm *comm, const fcnn_team *team);

/* Releases what threads owns.  Not collective. */
void fcnn_threads_clear(fcnn_threads *threads);

#endif
