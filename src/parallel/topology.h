/* src/parallel/topology.h — the placement of the ranks: hosts, processors, numbers of threads.
 * Collective functions are called by the main thread; any thread may call the others, one at a time. */
#ifndef FCNN_PARALLEL_TOPOLOGY_H
#define FCNN_PARALLEL_TOPOLOGY_H

#include "core/control_groups.h"
#include "core/processors.h"
#include "core/text.h"
#include "parallel/comm.h"

#define FCNN_THREADS_MAX 1024 /* largest number of threads of a rank, also of train.threads */

typedef struct fcnn_topology fcnn_topology;

/* The processors and quotas of a rank. */
typedef struct fcnn_rank_place {
    fcnn_processors processors; /* on which it may run, before OpenMP binds its threads */
    fcnn_quota quotas[FCNN_QUOTAS_MOST];
    int quotas_count;
} fcnn_rank_place;

/* The number of threads of a rank, and what determines it. */
typedef struct fcnn_rank_threads {
    int asked;               /* number that the user requests; 0: none, the number is chosen */
    int wanted;              /* number that is requested from OpenMP: asked, or the number that is chosen */
    int used;                /* number of threads that run; 0: not known yet */
    char by[40];             /* the setting, or the rule, that determines the number */
    fcnn_processors runs_on; /* processors on which the threads run */
    char binder[40];         /* environment variable by which OpenMP binds the threads; "": they are not bound */
    bool binder_names;       /* this variable names processors, such as OMP_PLACES={0} */
} fcnn_rank_threads;

/* Collects the host of every rank, and its place if own is not NULL (borrowed).  Release the result with
 * fcnn_topology_destroy().  Collective.  Fails: FCNN_ENOMEM, on all ranks. */
fcnn_status fcnn_topology_create(fcnn_comm *comm, const fcnn_rank_place *own, fcnn_topology **out);
void fcnn_topology_destroy(fcnn_topology *topology);

/* The name of the host of a rank; borrowed. */
const char *fcnn_topology_host(const fcnn_topology *topology, int rank);

/* Sets threads->asked to the requested number of threads: configured (train.threads) if positive, else OMP_NUM_THREADS,
 * else SLURM_CPUS_PER_TASK, else 0.  Not collective.
 * Fails: FCNN_EUSAGE if the setting that determines the number is not a number from 1 to FCNN_THREADS_MAX. */
fcnn_status fcnn_topology_ask(int configured, fcnn_rank_threads *threads);

/* The suitable number of threads of this rank, which has passed its place to fcnn_topology_create(): the number of its
 * processors divided by the number of ranks that may run on one of them, at most the quotas of its control groups
 * divided by the number of ranks in them, and at least 1.  Sets threads->by to the rule that determines it.  Not
 * collective. */
int fcnn_topology_suitable(const fcnn_topology *topology, fcnn_rank_threads *threads);

/* Collects the threads of all ranks, which must be running.  Collective.  Fails: FCNN_ENOMEM, on all ranks. */
fcnn_status fcnn_topology_settle(fcnn_topology *topology, fcnn_comm *comm, const fcnn_rank_threads *own);

/* Appends, after fcnn_topology_settle(), "2 ranks x 4 threads" and a table of the requested and used threads.  Not
 * collective.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_topology_describe(const fcnn_topology *topology, fcnn_text *text);

/* Prints, after fcnn_topology_settle(), one warning (core/log.h) with advice if threads share processors or if there
 * are fewer than requested.  Collective. */
void fcnn_topology_warn(const fcnn_topology *topology, fcnn_comm *comm);

/* Problems with the threads of a rank, the most important first.  The warning reports the most important one of all
 * ranks. */
typedef enum fcnn_trouble {
    FCNN_TROUBLE_FEWER_THREADS,
    FCNN_TROUBLE_OVER_QUOTA,
    FCNN_TROUBLE_OVER_HOST,
    FCNN_TROUBLE_CROWDED_BY_OPENMP,
    FCNN_TROUBLE_CROWDED_BY_LAUNCHER,
    FCNN_TROUBLE_NONE,
} fcnn_trouble;

#define FCNN_TROUBLE_SIZE 512

/* Returns the most important problem of this rank, and writes a warning with advice to out.  Not collective. */
fcnn_trouble fcnn_topology_trouble(const fcnn_topology *topology, fcnn_launcher launcher, char out[FCNN_TROUBLE_SIZE]);

/* ---- between the files of the topology ---- */

/* All data of a rank. */
typedef struct fcnn_rank_site {
    char host[64];
    int online;            /* number of processors of the host */
    fcnn_rank_place place; /* its set is empty if the rank passed no place */
    fcnn_rank_threads threads;
} fcnn_rank_site;

struct fcnn_topology {
    int rank, size;
    fcnn_rank_site *sites; /* [ranks] */
};

/* Whether ranks a and b run on the same host. */
bool fcnn_topology_is_same_host(const fcnn_topology *topology, int a, int b);

/* Sets *processors to the quota of a control group; returns false if the rank is not in this group. */
bool fcnn_rank_place_quota(const fcnn_rank_place *place, uint64_t group, double *processors);

#endif
