/* src/run/rank_check.h — are the parameters the same on all ranks? */
#ifndef FCNN_RUN_RANK_CHECK_H
#define FCNN_RUN_RANK_CHECK_H

#include "methods/optimizer.h"
#include "parallel/topology.h"

/* Compares a 64-bit hash (XXH3) of all parameters, and of what the optimizer keeps, over ranks.  They were computed
 * alike everywhere, so a difference means that memory or a processor has failed.  Costs one small exchange; several
 * ranks.  Collective.
 * Fails, alike on all ranks: FCNN_EINTERNAL naming the ranks that hold other parameters than most, and their hosts. */
fcnn_status fcnn_rank_check(fcnn_comm *comm, const fcnn_topology *topology, const fcnn_network *network,
                            const fcnn_optimizer *optimizer, int64_t step);

#endif
