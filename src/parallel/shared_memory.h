/* src/parallel/shared_memory.h — memory of each rank that all ranks of its node can access. */
#ifndef FCNN_PARALLEL_SHARED_MEMORY_H
#define FCNN_PARALLEL_SHARED_MEMORY_H

#include "core/status.h"
#include "parallel/communicator.h"

typedef struct fcnn_shared_memory fcnn_shared_memory;

/* Creates `bytes` bytes of zeroed memory for each rank, shared by the ranks of its node.  If this fails on one node, it
 * fails on all: *out is NULL, and reason says why.  All pages are allocated, so that a later access cannot cause a
 * SIGBUS.  Collective over comm; called by the main thread.
 *   node    communicator of the node, borrowed
 *   out     to be released with fcnn_shared_memory_destroy()
 *   reason  [reason_size] caller-owned
 * Fails: FCNN_ENOMEM, on all ranks. */
fcnn_status fcnn_shared_memory_create(fcnn_comm *comm, MPI_Comm node, int64_t bytes, fcnn_shared_memory **out,
                                      char *reason, size_t reason_size);

/* Releases the memory; NULL is allowed.  Collective over the node. */
void fcnn_shared_memory_destroy(fcnn_shared_memory *memory);

/* The memory of a rank of the node, aligned to FCNN_ALIGNMENT; borrowed.  Not collective. */
void *fcnn_shared_memory_of(fcnn_shared_memory *memory, int rank);

#endif
