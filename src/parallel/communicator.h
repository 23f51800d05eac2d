/* src/parallel/communicator.h — the MPI communicator of the ranks, for files that call MPI, and for MPI-IO in HDF5.
 * Not collective; any thread may call the function. */
#ifndef FCNN_PARALLEL_COMMUNICATOR_H
#define FCNN_PARALLEL_COMMUNICATOR_H

#include "parallel/comm.h"

#include <fcnn/comm.h>

/* Every fcnn_comm is the first member of an fcnn_communicator. */
typedef struct fcnn_communicator {
    fcnn_comm comm;
    MPI_Comm mpi;
} fcnn_communicator;

/* The MPI communicator of the ranks; borrowed. */
static inline MPI_Comm fcnn_communicator_of(const fcnn_comm *comm)
{
    return ((const fcnn_communicator *)comm)->mpi;
}

#endif
