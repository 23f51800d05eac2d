/* src/compute/team.c — the threads of a rank, and the only parallel region. */
#include "compute/team.h"

#include "core/memory.h"

#include <fenv.h>
#include <stdlib.h>

#include <omp.h>

struct fcnn_team {
    int threads;
};

fcnn_status fcnn_team_create(int threads, fcnn_team **out)
{
    FCNN_TRY(fcnn_memory_create("the team", 1, sizeof **out, out));
    (*out)->threads = threads;
    return FCNN_OK;
}

void fcnn_team_destroy(fcnn_team *team)
{
    free(team);
}

int fcnn_team_threads(const fcnn_team *team)
{
    return team->threads;
}

static void run_one(void (*work)(void *data, int thread, int threads), void *data, int thread, int threads)
{
    fenv_t callers;
    fegetenv(&callers);
    fesetenv(FE_DFL_ENV);
    work(data, thread, threads);
    fesetenv(&callers);
}

void fcnn_team_run(fcnn_team *team, void (*work)(void *data, int thread, int threads), void *data)
{
#pragma omp parallel num_threads(team->threads)
    run_one(work, data, omp_get_thread_num(), omp_get_num_threads());
}

void fcnn_team_wait(void)
{
#pragma omp barrier
}
