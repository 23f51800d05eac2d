/* src/parallel/launcher.h — who started the ranks, as the environment tells. */
#ifndef FCNN_PARALLEL_LAUNCHER_H
#define FCNN_PARALLEL_LAUNCHER_H

#include "core/status.h"

typedef enum fcnn_launcher {
    FCNN_LAUNCHER_NONE,
    FCNN_LAUNCHER_MPIRUN,  /* Open MPI's */
    FCNN_LAUNCHER_MPIEXEC, /* MPICH's hydra, and its relatives */
    FCNN_LAUNCHER_SRUN,    /* SLURM's, with a PMI plugin */
} fcnn_launcher;

/* Asked for before MPI starts: a lonely process of Open MPI sets a launcher's variables itself. */
fcnn_launcher fcnn_launcher_find(void);

/* Is what was found enough for an MPI that ends a process where it misses its launcher?
 * Fails: FCNN_EUSAGE where SLURM started many tasks, but nobody tells them of each other. */
fcnn_status fcnn_launcher_check_tasks(fcnn_launcher launcher);

/* Does MPI see the ranks that the launcher started?  Else each would train alone, and all would write the same files.
 * size: ranks that MPI sees.  Fails: FCNN_EUSAGE. */
fcnn_status fcnn_launcher_check_ranks(fcnn_launcher launcher, int size);

#endif
