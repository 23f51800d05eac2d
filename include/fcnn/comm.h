/* include/fcnn/comm.h — the ranks of a communicator of MPI.  The only header that shows <mpi.h>. */
#ifndef FCNN_COMM_H
#define FCNN_COMM_H

#include <fcnn/ranks.h>

#include <mpi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes the ranks of a communicator of the caller's, whose MPI is running; it is duplicated.  Collective. */
FCNN_API fcnn_status fcnn_comm_create(MPI_Comm communicator, fcnn_comm **out);

#ifdef __cplusplus
}
#endif
#endif
