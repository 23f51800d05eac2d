/* src/parallel/launcher.c — detects the program that started the ranks, by environment variables. */
#include "parallel/launcher.h"

#include <fcnn/comm.h>

#include <stdlib.h>

#if defined(OPEN_MPI)
#define THIS_MPI "Open MPI"
#define SRUN_PLUGIN "pmix"
#elif defined(MPICH_VERSION)
#define THIS_MPI "MPICH"
#define SRUN_PLUGIN "pmi2"
#else
#define THIS_MPI "another MPI"
#define SRUN_PLUGIN "pmix"
#endif

fcnn_launcher fcnn_launcher_find(void)
{
    if (getenv("OMPI_COMM_WORLD_RANK") != NULL) {
        return FCNN_LAUNCHER_MPIRUN;
    }
    if (getenv("PMI_RANK") == NULL && getenv("PMIX_RANK") == NULL) {
        return FCNN_LAUNCHER_NONE;
    }
    /* Hydra sets MPI_LOCALNRANKS; within a SLURM job its ranks also have the variables of SLURM */
    if (getenv("MPI_LOCALNRANKS") == NULL && getenv("SLURM_STEP_NUM_TASKS") != NULL) {
        return FCNN_LAUNCHER_SRUN;
    }
    return FCNN_LAUNCHER_MPIEXEC;
}

static int number(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : atoi(text);
}

static fcnn_status lonely_tasks(int tasks)
{
    return fcnn_fail(FCNN_EUSAGE,
                     "SLURM has started %d tasks, but MPI has only one rank: srun uses no PMI plugin for this MPI; "
                     "use `srun --mpi=" SRUN_PLUGIN "` (`srun --mpi=list` shows the plugins), or mpirun",
                     tasks);
}

fcnn_status fcnn_launcher_check_tasks(fcnn_launcher launcher)
{
    const int tasks = number("SLURM_STEP_NUM_TASKS");
    return launcher == FCNN_LAUNCHER_NONE && tasks > 1 ? lonely_tasks(tasks) : FCNN_OK;
}

/* The number of ranks that the launcher has started; 0: unknown. */
static int told_ranks(fcnn_launcher launcher)
{
    if (launcher == FCNN_LAUNCHER_MPIRUN) {
        return number("OMPI_COMM_WORLD_SIZE");
    }
    if (getenv("PMI_RANK") != NULL) {
        return number("PMI_SIZE");
    }
    return 0; /* PMIx sets no variable */
}

fcnn_status fcnn_launcher_check_ranks(fcnn_launcher launcher, int size)
{
    if (size > 1) {
        return FCNN_OK;
    }
    const int told = told_ranks(launcher);
    if (told > 1 && launcher != FCNN_LAUNCHER_SRUN) {
        return fcnn_fail(FCNN_EUSAGE,
                         "%s has started %d ranks, but MPI has only one: fcnn was built with %s, and this launcher "
                         "belongs to another MPI; use the mpirun of the MPI that fcnn was built with",
                         launcher == FCNN_LAUNCHER_MPIRUN ? "mpirun" : "mpiexec", told, THIS_MPI);
    }
    if (told > 1) {
        return lonely_tasks(told);
    }
    if (told == 0 && launcher == FCNN_LAUNCHER_SRUN) {
#ifndef OPEN_MPI /* Open MPI ends the process itself if PMIx fails */
        launcher = FCNN_LAUNCHER_NONE;
#endif
    }
    return fcnn_launcher_check_tasks(launcher);
}
