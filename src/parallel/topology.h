/* src/parallel/topology.h — where the ranks run: hosts, processors, and how many threads fit. */
#ifndef FCNN_PARALLEL_TOPOLOGY_H
#define FCNN_PARALLEL_TOPOLOGY_H

#include "core/control_groups.h"
#include "core/processors.h"
#include "core/text.h"
#include "parallel/comm.h"

#define FCNN_THREADS_MAX 1024 /* of a rank, as train.threads has it too */

typedef struct fcnn_topology fcnn_topology;

/* What a rank has of its host. */
typedef struct fcnn_rank_place {
    fcnn_processors processors; /* it may run on, before OpenMP binds its threads */
    fcnn_quota quotas[FCNN_QUOTAS_MOST];
    int quotas_count;
} fcnn_rank_place;

/* How many threads a rank has, and why. */
typedef struct fcnn_rank_threads {
    int asked;               /* for by the user; 0: nobody asks, they are chosen */
    int wanted;              /* of OpenMP: asked, or chosen */
    int used;                /* 0: not known yet */
    char by[40];             /* what asks, or what decides */
    fcnn_processors runs_on; /* all of them */
    char binder[40];         /* the variable by which OpenMP binds them; "": it does not */
    bool binder_names;       /* it chooses processors, as OMP_PLACES={0} does */
} fcnn_rank_threads;

/* Learns every rank's host and, where own is not NULL, place.  Collective.  Fails: FCNN_ENOMEM, alike on all ranks. */
fcnn_status fcnn_topology_create(fcnn_comm *comm, const fcnn_rank_place *own, fcnn_topology **out);
void fcnn_topology_destroy(fcnn_topology *topology);

/* The host of a rank; the topology's. */
const char *fcnn_topology_host(const fcnn_topology *topology, int rank);

/* What asks for a number of threads of this rank: configured (train.threads) if positive, else OMP_NUM_THREADS, else
 * SLURM_CPUS_PER_TASK; threads->asked is 0 if nothing does.  Fails: FCNN_EUSAGE if the variable that decides is no
 * number from 1 to FCNN_THREADS_MAX. */
fcnn_status fcnn_topology_ask(int configured, fcnn_rank_threads *threads);

/* How many threads suit this rank, which has told of its place: its processors, divided among the ranks of its host
 * that may run on one of them too, and no more than the quotas of its control groups, divided among the ranks in
 * them; at least 1.  Sets threads->by to what decides. */
int fcnn_topology_suitable(const fcnn_topology *topology, fcnn_rank_threads *threads);

/* Tells all ranks of the threads of each, which run now.  Collective.  Fails: FCNN_ENOMEM, alike on all ranks. */
fcnn_status fcnn_topology_settle(fcnn_topology *topology, fcnn_comm *comm, const fcnn_rank_threads *own);

/* After that: appends "2 ranks x 4 threads" and a table of what was asked for and what is used. */
fcnn_status fcnn_topology_describe(const fcnn_topology *topology, fcnn_text *text);

/* After that: warns (core/log.h), once, with what to do, where threads are in each other's way or fewer than were
 * asked for.  Collective. */
void fcnn_topology_warn(const fcnn_topology *topology, fcnn_comm *comm);

/* What may be wrong with the threads of a rank, the first that is; of all ranks the least is told. */
typedef enum fcnn_trouble {
    FCNN_TROUBLE_FEWER_THREADS,
    FCNN_TROUBLE_OVER_QUOTA,
    FCNN_TROUBLE_OVER_HOST,
    FCNN_TROUBLE_CROWDED_BY_OPENMP,
    FCNN_TROUBLE_CROWDED_BY_LAUNCHER,
    FCNN_TROUBLE_NONE,
} fcnn_trouble;

#define FCNN_TROUBLE_SIZE 512

/* Finds it, with what to do about it. */
fcnn_trouble fcnn_topology_trouble(const fcnn_topology *topology, fcnn_launcher launcher, char out[FCNN_TROUBLE_SIZE]);

/* ---- between the files of the topology ---- */

/* What is known of a rank. */
typedef struct fcnn_rank_site {
    char host[64];
    int online;            /* processors of the host */
    fcnn_rank_place place; /* its set is empty where the rank did not tell */
    fcnn_rank_threads threads;
} fcnn_rank_site;

struct fcnn_topology {
    int rank, size;
    fcnn_rank_site *sites; /* [ranks] */
};

bool fcnn_topology_is_same_host(const fcnn_topology *topology, int a, int b);

/* The quota of a control group that a rank is in, in *processors; false: it is not in it. */
bool fcnn_rank_place_quota(const fcnn_rank_place *place, uint64_t group, double *processors);

#endif
