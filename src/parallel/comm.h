/* src/parallel/comm.h — communication between the ranks, for other rooms; only this room calls MPI.
 * Collective where stated.  All functions that call MPI are called by the main thread. */
#ifndef FCNN_PARALLEL_COMM_H
#define FCNN_PARALLEL_COMM_H

#include "parallel/launcher.h"

#include <fcnn/ranks.h>

#include <stddef.h>
#include <stdint.h>

/* The ranks; their MPI communicator is in parallel/communicator.h. */
struct fcnn_comm {
    int rank, size;
    int finalizes; /* 1: this object has initialized MPI and will finalize it */
    fcnn_launcher launcher;
};

/* Does the same as fcnn_comm_agree() for an operation that is expected to succeed on all ranks or to fail on all, such
 * as reading a file: the text of a failure begins with the rank and its host, such as "rank 2 on node7", unless rank 0
 * has failed.  Collective. */
fcnn_status fcnn_comm_agree_named(fcnn_comm *comm, fcnn_status status);

/* Sum values [count] over ranks, in place.  Collective.  count may exceed the range of int. */
void fcnn_comm_sum_doubles(fcnn_comm *comm, int64_t count, double *values);
void fcnn_comm_sum_integers(fcnn_comm *comm, int64_t count, uint64_t *values); /* modulo 2^64 */

/* Replace values [count] by their maxima over ranks.  Collective. */
void fcnn_comm_max_integers(fcnn_comm *comm, int64_t count, int64_t *values);
void fcnn_comm_max_doubles(fcnn_comm *comm, int64_t count, double *values);

/* Gathers the bytes of all ranks on rank 0, in the order of the ranks.  Collective.
 *   own    [sizes[rank]]   borrowed
 *   sizes  [ranks]         number of bytes of each rank, the same on all ranks
 *   all    [sum of sizes]  caller-owned; used on rank 0 only */
void fcnn_comm_gather(fcnn_comm *comm, const void *own, const int64_t *sizes, void *all);

/* Stores the value of each rank in all [ranks], in the order of the ranks, on all ranks.  Collective. */
void fcnn_comm_share_integers(fcnn_comm *comm, int64_t own, int64_t *all);

/* The number of ranks on the node of this rank, including itself.  Collective. */
int fcnn_comm_node_size(fcnn_comm *comm);

/* The first item of a rank if count items are divided evenly into contiguous ranges, one per rank. */
static inline int64_t fcnn_comm_first_item(int64_t count, int rank, int size)
{
    const int64_t whole = count / size, rest = count % size;
    return rank * whole + rank * rest / size;
}

/* Seconds since an unspecified moment.  Not collective. */
double fcnn_comm_seconds(void);

#endif
