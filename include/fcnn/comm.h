/* include/fcnn/comm.h — the ranks of a communicator of MPI.  This is the only header that includes <mpi.h>. */
#ifndef FCNN_COMM_H
#define FCNN_COMM_H

#include <fcnn/ranks.h>

#include <mpi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes the ranks of an intracommunicator of the caller.
 *   communicator  is duplicated, so the library's messages cannot be confused with the caller's; the caller keeps it
 *                 and may free it at any time
 *   out           the ranks; release them with fcnn_comm_finish() before MPI_Finalize()
 * The caller has initialized MPI, at least with MPI_THREAD_FUNNELED, and finalizes it.  Collective over communicator.
 * Fails: FCNN_ENOMEM; the other ranks do not learn of it. */
FCNN_API fcnn_status fcnn_comm_create(MPI_Comm communicator, fcnn_comm **out);

#ifdef __cplusplus
}
#endif
#endif
