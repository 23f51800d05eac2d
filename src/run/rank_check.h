/* src/run/rank_check.h — checks that the parameters are the same on all ranks. */
#ifndef FCNN_RUN_RANK_CHECK_H
#define FCNN_RUN_RANK_CHECK_H

#include "methods/optimizer.h"
#include "parallel/topology.h"

/* Compares a 64-bit hash (XXH3) of all parameters and of the state arrays of the optimizer over ranks.  Every rank
 * computes them in the same way, so a difference means that memory or a processor has failed.  If all are equal, the
 * cost is one hash and one reduction of two integers.  Does nothing on a single rank.  Collective.
 * Errors, the same on all ranks: FCNN_EINTERNAL, with the ranks that differ from the majority and their hosts in the
 * text; FCNN_ENOMEM. */
fcnn_status fcnn_rank_check(fcnn_comm *comm, const fcnn_topology *topology, const fcnn_network *network,
                            const fcnn_optimizer *optimizer, int64_t step);

#endif
