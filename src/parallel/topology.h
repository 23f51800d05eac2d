/* src/parallel/topology.h — where the ranks run: hosts, processors, and how many threads fit. */
#ifndef FCNN_PARALLEL_TOPOLOGY_H
#define FCNN_PARALLEL_TOPOLOGY_H

#include "core/status.h"
#include "core/text.h"
#include "parallel/comm.h"

#define FCNN_THREADS_MAX 1024 /* of a rank, as train.threads has it too */

typedef struct fcnn_topology fcnn_topology;

/* Learns every rank's host and affinity mask.  Collective.  Fails: FCNN_ENOMEM, alike on all ranks. */
fcnn_status fcnn_topology_create(fcnn_comm *comm, fcnn_topology **out);
void fcnn_topology_destroy(fcnn_topology *topology);

/* The host of a rank; the topology's. */
const char *fcnn_topology_host(const fcnn_topology *topology, int rank);

/* Threads for this rank: configured if positive, else OMP_NUM_THREADS, else SLURM_CPUS_PER_TASK, else the
 * processors of its mask divided among the ranks of its host whose masks share one; at least 1.  Not collective.
 * Fails: FCNN_EUSAGE if the variable that decides is no number from 1 to FCNN_THREADS_MAX. */
fcnn_status fcnn_topology_threads(const fcnn_topology *topology, int configured, int *out);

/* Appends lines such as "2 ranks on node7: rank 0 on cpus 0-3, rank 1 on cpus 4-7".  threads is this rank's;
 * collective, the text is meant for rank 0. */
fcnn_status fcnn_topology_describe(const fcnn_topology *topology, fcnn_comm *comm, int threads, fcnn_text *text);

/* Warns (core/log.h), with the fix, where ranks × threads exceed a host's processors, or ranks are bound to
 * fewer processors than they have threads.  Collective. */
void fcnn_topology_warn(const fcnn_topology *topology, fcnn_comm *comm, int threads);

#endif
