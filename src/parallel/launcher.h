/* src/parallel/launcher.h — detects the program that started the ranks, by environment variables.
 * Not collective; any thread may call any function. */
#ifndef FCNN_PARALLEL_LAUNCHER_H
#define FCNN_PARALLEL_LAUNCHER_H

#include "core/status.h"

typedef enum fcnn_launcher {
    FCNN_LAUNCHER_NONE,
    FCNN_LAUNCHER_MPIRUN,  /* mpirun of Open MPI */
    FCNN_LAUNCHER_MPIEXEC, /* mpiexec (Hydra) of MPICH and related libraries */
    FCNN_LAUNCHER_SRUN,    /* srun of SLURM, with a PMI plugin */
} fcnn_launcher;

/* Detects the launcher.  Must be called before MPI is initialized, because a process that Open MPI starts without a
 * launcher sets the same variables itself. */
fcnn_launcher fcnn_launcher_find(void);

/* Checks, before MPI is initialized, that ranks of SLURM can find each other, because some MPI libraries end the
 * process otherwise.
 * Fails: FCNN_EUSAGE if SLURM has started several tasks without a PMI plugin. */
fcnn_status fcnn_launcher_check_tasks(fcnn_launcher launcher);

/* Checks that MPI has the number of ranks that the launcher has started.  Otherwise each process would train
 * independently, and all would write the same files.
 *   size  number of ranks of MPI
 * Fails: FCNN_EUSAGE. */
fcnn_status fcnn_launcher_check_ranks(fcnn_launcher launcher, int size);

#endif
