/* src/parallel/communicator.h — MPI's communicator behind the ranks: for what calls MPI, and for the MPI-IO of HDF5. */
#ifndef FCNN_PARALLEL_COMMUNICATOR_H
#define FCNN_PARALLEL_COMMUNICATOR_H

#include "parallel/comm.h"

#include <fcnn/comm.h>

/* Every fcnn_comm is the first part of one. */
typedef struct fcnn_communicator {
    fcnn_comm comm;
    MPI_Comm mpi;
} fcnn_communicator;

/* The communicator of the ranks, borrowed. */
static inline MPI_Comm fcnn_communicator_of(const fcnn_comm *comm)
{
    return ((const fcnn_communicator *)comm)->mpi;
}

#endif
