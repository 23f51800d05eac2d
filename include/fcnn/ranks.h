/* include/fcnn/ranks.h — the ranks of a run.  <fcnn/comm.h> makes them of a communicator of MPI. */
#ifndef FCNN_RANKS_H
#define FCNN_RANKS_H

#include <fcnn/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fcnn_comm fcnn_comm;

/* Starts MPI (MPI_THREAD_FUNNELED) if nobody has, and takes all of its ranks.  Collective over the job.
 * Fails: FCNN_EUSAGE where SLURM started several processes that cannot see each other (srun without a
 * PMI plugin), FCNN_EINTERNAL if the MPI library lacks MPI_THREAD_FUNNELED. */
FCNN_API fcnn_status fcnn_comm_start(int *argc, char ***argv, fcnn_comm **out);

/* Ends what start or create began: frees the communicator, and finalizes MPI if start initialized it.
 * Takes NULL.  Collective. */
FCNN_API void fcnn_comm_finish(fcnn_comm *comm);

/* Warnings go to stderr, from rank 0, as "program: warning: …".  program is borrowed for the process's life. */
FCNN_API void fcnn_comm_speak_as(const fcnn_comm *comm, const char *program);

FCNN_API int fcnn_comm_rank(const fcnn_comm *comm);
FCNN_API int fcnn_comm_size(const fcnn_comm *comm);

/* All ranks go on, or none: returns FCNN_OK everywhere if every rank brings FCNN_OK; otherwise the status
 * and the error text of the lowest rank that failed, on every rank.  Collective. */
FCNN_API fcnn_status fcnn_comm_agree(fcnn_comm *comm, fcnn_status status);

/* Copies rank 0's bytes to every rank.  data [bytes] caller-owned.  Collective. */
FCNN_API void fcnn_comm_broadcast(fcnn_comm *comm, void *data, long long bytes);

#ifdef __cplusplus
}
#endif
#endif
