/* src/parallel/comm.h — what the library's other rooms ask of the ranks; the only users of MPI are here. */
#ifndef FCNN_PARALLEL_COMM_H
#define FCNN_PARALLEL_COMM_H

#include "parallel/launcher.h"

#include <fcnn/ranks.h>

#include <stddef.h>
#include <stdint.h>

/* MPI's part of it is in parallel/communicator.h. */
struct fcnn_comm {
    int rank, size;
    int finalizes; /* this object initialized MPI */
    fcnn_launcher launcher;
};

/* fcnn_comm_agree() for what should go well on all ranks or on none, such as reading a file: the text of a failure
 * begins with "rank 2 on node7".  Not that of rank 0: where it fails too the others only follow.  Collective. */
fcnn_status fcnn_comm_agree_named(fcnn_comm *comm, fcnn_status status);

/* Sums over ranks, in place.  Collective.  Counts of any size. */
void fcnn_comm_sum_doubles(fcnn_comm *comm, int64_t count, double *values);
void fcnn_comm_sum_integers(fcnn_comm *comm, int64_t count, uint64_t *values); /* modulo 2^64 */

/* Largest over ranks, in place.  Collective. */
void fcnn_comm_max_integers(fcnn_comm *comm, int64_t count, int64_t *values);
void fcnn_comm_max_doubles(fcnn_comm *comm, int64_t count, double *values);

/* Joins each rank's bytes, in order of ranks, on rank 0.  sizes [ranks] are every rank's bytes, known to all;
 * all [sum of sizes] is used on rank 0 only.  Collective. */
void fcnn_comm_gather(fcnn_comm *comm, const void *own, const int64_t *sizes, void *all);

/* Each rank's value, in order of ranks, on every rank: all [ranks].  Collective. */
void fcnn_comm_share_integers(fcnn_comm *comm, int64_t own, int64_t *all);

/* Ranks on this rank's node, itself among them.  Collective. */
int fcnn_comm_node_size(fcnn_comm *comm);

/* The first of count items that a rank holds when they are dealt in contiguous, even runs. */
static inline int64_t fcnn_comm_first_item(int64_t count, int rank, int size)
{
    const int64_t whole = count / size, rest = count % size;
    return rank * whole + rank * rest / size;
}

/* Seconds since some moment. */
double fcnn_comm_seconds(void);

#endif
