/* src/bench/rounds.c — runs rounds of steps, with measurements of the peak between them, and takes their times. */
#include "compute/peak.h"
#include "bench/benchmark.h"
#include "parallel/comm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_STEPS = 3, MOST_STEPS = 1000000 };

#define WARM_SECONDS 0.2
#define BURST_SECONDS 0.02 /* duration of the measurement of the peak before each round */

/* The call of several steps inside fcnn_team_keep(). */
typedef struct run_of_steps {
    const fcnn_timed *timed;
    int64_t count;
    double seconds;
    fcnn_status status;
} run_of_steps;

static void run_with_team(void *data)
{
    run_of_steps *call = data;
    const fcnn_timed *timed = call->timed;
    fcnn_comm_agree(timed->comm, FCNN_OK); /* all ranks start at the same time */
    const double begin = fcnn_comm_seconds();
    for (int64_t i = 0; i < call->count && call->status == FCNN_OK; i++) {
        call->status = timed->run(timed->owner);
    }
    call->seconds = fcnn_comm_seconds() - begin;
}

static fcnn_status run_steps(const fcnn_timed *timed, int64_t count, double *seconds)
{
    run_of_steps call = {.timed = timed, .count = count};
    fcnn_team_keep(timed->team, run_with_team, &call);
    *seconds = call.seconds;
    return call.status;
}

/* Number of steps that fit into a time, determined by rank 0; at least 1.  Collective. */
static int64_t fitting_steps(fcnn_comm *comm, double seconds, double step_seconds)
{
    double fitting = rint(seconds / (step_seconds > 1e-9 ? step_seconds : 1e-9));
    fcnn_comm_broadcast(comm, &fitting, sizeof fitting);
    return fitting < 1 ? 1 : fitting > (double)MOST_STEPS ? MOST_STEPS : (int64_t)fitting;
}

fcnn_status fcnn_rounds_warm_up(const fcnn_timed *timed, double round_seconds, fcnn_rounds *rounds)
{
    double seconds;
    FCNN_TRY(run_steps(timed, WARM_STEPS, &seconds));
    double step = seconds / (double)WARM_STEPS;
    const int64_t more = fitting_steps(timed->comm, WARM_SECONDS - seconds, step);
    FCNN_TRY(run_steps(timed, more, &seconds));
    step = seconds / (double)more;
    rounds->steps = fitting_steps(timed->comm, round_seconds, step);
    return FCNN_OK;
}

/* Measures the peak on all threads of all ranks at the same time.  Collective. */
static fcnn_status burst(const fcnn_timed *timed, fcnn_rounds *rounds)
{
    fcnn_peak peak = {0};
    fcnn_comm_agree(timed->comm, FCNN_OK);
    FCNN_TRY(fcnn_comm_agree(timed->comm,
                             fcnn_peak_measure(timed->team, timed->kernels, timed->mixed, BURST_SECONDS, &peak)));
    double sums[2] = {peak.flops_per_second, peak.flops_per_cycle};
    fcnn_comm_sum_doubles(timed->comm, 2, sums);
    rounds->flops_per_second = sums[0] > rounds->flops_per_second ? sums[0] : rounds->flops_per_second;
    rounds->flops_per_cycle += sums[1] / timed->comm->size / (double)rounds->count;
    return FCNN_OK;
}

fcnn_status fcnn_rounds_run(const fcnn_timed *timed, bool with_peak, fcnn_rounds *rounds)
{
    for (int round = 0; round < rounds->count; round++) {
        if (with_peak) {
            FCNN_TRY(burst(timed, rounds));
        }
        FCNN_TRY(run_steps(timed, rounds->steps, &rounds->seconds[round]));
        rounds->own_seconds += rounds->seconds[round];
    }
    fcnn_comm_max_doubles(timed->comm, rounds->count, rounds->seconds);
    return FCNN_OK;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double fcnn_rounds_median(const fcnn_rounds *rounds)
{
    double sorted[FCNN_ROUNDS];
    memcpy(sorted, rounds->seconds, sizeof sorted);
    qsort(sorted, (size_t)rounds->count, sizeof *sorted, compare);
    return sorted[rounds->count / 2] / (double)rounds->steps;
}

void fcnn_rounds_take_speed(const fcnn_timed *timed, const fcnn_rounds *rounds, double flops_per_row,
                            fcnn_benchmark_result *out)
{
    out->isa = timed->kernels->isa;
    out->bits = timed->kernels->bits;
    out->threads = fcnn_team_threads(timed->team);
    out->steps = rounds->steps * rounds->count;
    out->step_seconds = fcnn_rounds_median(rounds);
    out->samples_per_second = (double)out->workload->batch / out->step_seconds;
    out->gflops = flops_per_row * out->samples_per_second * 1e-9;
    out->peak_gflops = rounds->flops_per_second * 1e-9;
    out->efficiency = out->gflops / out->peak_gflops;
    out->flop_per_cycle = rounds->flops_per_cycle;
}
