/* src/parallel/shared_memory.h — memory of each rank that the other ranks of its node see. */
#ifndef FCNN_PARALLEL_SHARED_MEMORY_H
#define FCNN_PARALLEL_SHARED_MEMORY_H

#include "core/status.h"
#include "parallel/communicator.h"

typedef struct fcnn_shared_memory fcnn_shared_memory;

/* Makes bytes of zeroed memory for each rank, shared by those of a node, whose communicator is borrowed.  All nodes get
 * theirs or none: *out is NULL then, and reason [reason_size] says what is missing.  Memory once made is really
 * there: touching it raises no SIGBUS.  Collective over comm.  Fails: FCNN_ENOMEM, alike on all ranks. */
fcnn_status fcnn_shared_memory_create(fcnn_comm *comm, MPI_Comm node, int64_t bytes, fcnn_shared_memory **out,
                                      char *reason, size_t reason_size);

/* Takes NULL.  Collective over the node. */
void fcnn_shared_memory_destroy(fcnn_shared_memory *memory);

/* The memory of a rank of the node, aligned to FCNN_ALIGNMENT. */
void *fcnn_shared_memory_of(fcnn_shared_memory *memory, int rank);

#endif
