/* include/fcnn/ranks.h — the ranks of a run.  <fcnn/comm.h> creates them from a communicator of MPI. */
#ifndef FCNN_RANKS_H
#define FCNN_RANKS_H

#include <fcnn/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The ranks that work together. */
typedef struct fcnn_comm fcnn_comm;

/* Initializes MPI (MPI_THREAD_FUNNELED) unless it is initialized already, and takes all ranks of MPI_COMM_WORLD.  A
 * program that was started without a launcher is one rank.
 *   argc, argv  those of main(); MPI may remove its own arguments from them.  Both may be NULL.
 *   out         the ranks; release them with fcnn_comm_finish()
 * Call it from the main thread, at the same time on all ranks.  A failure is that of one rank; the others do not
 * learn of it.
 * Fails: FCNN_EUSAGE if a launcher has started several processes that cannot see each other (srun without a PMI
 * plugin, or the mpirun of another MPI), or if the environment variable FCNN_SIZES is malformed; FCNN_EINTERNAL if the
 * MPI library does not provide MPI_THREAD_FUNNELED; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_comm_start(int *argc, char ***argv, fcnn_comm **out);

/* Releases the ranks.  If fcnn_comm_start() has initialized MPI, it finalizes MPI too; after that, MPI
 * cannot be initialized again in this process.  comm may be NULL; then nothing is done.  Collective. */
FCNN_API void fcnn_comm_finish(fcnn_comm *comm);

/* Sets how this process prints warnings to stderr: as "program: warning: …", and only if it is rank 0 of comm.  Without
 * this call the name is "fcnn", and every rank prints its warnings.
 *   program  borrowed until the process ends; at most 64 bytes of it are printed
 * Not collective.  It changes a setting of the whole process: call it before other threads use the library. */
FCNN_API void fcnn_comm_speak_as(const fcnn_comm *comm, const char *program);

/* Return the rank of this process, from 0 on, and the number of ranks.  Not collective.  Thread-safe. */
FCNN_API int fcnn_comm_rank(const fcnn_comm *comm);
FCNN_API int fcnn_comm_size(const fcnn_comm *comm);

/* Makes all ranks continue, or none.
 *   status  what this rank has got; if it is a failure, fcnn_error_text() must be its text
 * Returns FCNN_OK on all ranks if every rank passes FCNN_OK.  Otherwise every rank returns the status of the lowest
 * rank that has failed, and has its text.  Collective. */
FCNN_API fcnn_status fcnn_comm_agree(fcnn_comm *comm, fcnn_status status);

/* Copies bytes from rank 0 to all other ranks.
 *   data [bytes]  owned by the caller; read on rank 0, overwritten on all others
 *   bytes         the same number on all ranks, 0 or more
 * Collective. */
FCNN_API void fcnn_comm_broadcast(fcnn_comm *comm, void *data, long long bytes);

#ifdef __cplusplus
}
#endif
#endif
