/* src/bench/measure.c — runs the steps of a workload and measures their time. */
#include "compute/peak.h"
#include "core/resident.h"
#include "data/shard.h"
#include "model/initializer.h"
#include "model/losses.h"
#include "bench/benchmark.h"
#include "training/footprint.h"
#include "run/rank_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 7, TWIN_ROUNDS = 2, WARM_STEPS = 3, MOST_STEPS = 1000000, SEED = 1 };
enum { CHECKS = 20, CHECK_EVERY = 100 /* steps: train.check_every by default */ };

#define WARM_SECONDS 0.2
#define BURST_SECONDS 0.02 /* duration of the measurement of the peak before each round */
#define RATE 0x1p-20       /* learning rate, so small that the parameters hardly change */

/* ---- a network and its training rows ---- */

typedef struct subject {
    fcnn_comm *comm;
    fcnn_training_data *data;
    fcnn_model *model;
    fcnn_step *step;
    int64_t number; /* number of the next step */
} subject;

static void destroy(subject *given)
{
    fcnn_step_destroy(given->step);
    fcnn_model_destroy(given->model);
    fcnn_training_data_destroy(given->data);
    *given = (subject){0};
}

/* A variant of a workload. */
typedef struct variant {
    int64_t rows, batch, blocks;
    bool linear; /* all activations are linear; the weights are the same */
} variant;

static fcnn_status create_model(const fcnn_benchmark_plan *plan, const fcnn_workload *workload, const variant *how,
                                subject *out)
{
    FCNN_TRY(fcnn_benchmark_data_create(&workload->shape, how->rows, how->batch, how->blocks, out->comm, &out->data));
    FCNN_TRY(fcnn_model_create(&workload->shape, &out->model));
    FCNN_TRY(fcnn_initializer_draw(out->model, NULL, SEED));
    fcnn_loss_rule_of(workload->shape.loss)->settings(plan->settings, out->model->loss_settings);
    for (int64_t layer = 0; how->linear && layer + 1 < workload->shape.layers; layer++) {
        out->model->shape.layer[layer].activation = FCNN_ACTIVATION_LINEAR;
    }
    return FCNN_OK;
}

/* Creates network and rows.  The caller destroys them also after an error.  Collective; errors are the same on all
 * ranks. */
static fcnn_status create(fcnn_comm *comm, const fcnn_benchmark_plan *plan, const fcnn_workload *workload,
                          const variant *how, int threads, subject *out)
{
    *out = (subject){.comm = comm};
    FCNN_TRY(fcnn_comm_agree(comm, create_model(plan, workload, how, out)));
    const fcnn_step_options options = {
        .exact = plan->reduction == FCNN_REDUCTION_EXACT,
        .exchange = plan->exchange,
        .optimizer = fcnn_optimizer_rule_of(plan->optimizer),
        .config = plan->settings,
        .threads = threads,
    };
    return fcnn_comm_agree(comm, fcnn_step_create(comm, out->model, out->data, &options, &out->step));
}

/* ---- rounds ---- */

typedef struct rounds {
    int64_t steps; /* steps per round */
    int count;
    double seconds[ROUNDS];   /* [count] seconds of each round on the slowest rank */
    double flops_per_second;  /* of the best burst, sum over ranks */
    double flops_per_cycle;   /* mean over bursts and ranks; NaN: no cycle counter */
    fcnn_split sums;          /* seconds of all rounds, sum over ranks */
    double shortest_exchange; /* minimum over ranks, in seconds */
    double compute;           /* seconds of all rounds without the exchange, on the slowest rank */
    double total;             /* seconds of all rounds, mean over ranks */
} rounds;

/* The call of several steps inside fcnn_team_keep(). */
typedef struct run_of_steps {
    subject *given;
    int64_t count;
    double seconds;
    fcnn_status status;
} run_of_steps;

static void run_with_team(void *data)
{
    run_of_steps *call = data;
    subject *given = call->given;
    const int64_t batches = fcnn_sampler_batches(given->data->sampler);
    fcnn_exact_sum loss = {0};
    fcnn_comm_agree(given->comm, FCNN_OK); /* all ranks start at the same time */
    const double begin = fcnn_comm_seconds();
    for (int64_t i = 0; i < call->count && call->status == FCNN_OK; i++) {
        call->status = fcnn_step_run(given->step, given->number, given->number % batches, RATE, NULL, &loss);
        given->number++;
    }
    call->seconds = fcnn_comm_seconds() - begin;
}

static fcnn_status run_steps(subject *given, int64_t count, double *seconds)
{
    run_of_steps call = {.given = given, .count = count};
    fcnn_team_keep(given->step->team, run_with_team, &call);
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

/* Runs steps to warm up, and returns the number of steps of a round of the given length.  Collective. */
static fcnn_status warm_up(subject *given, double round_seconds, int64_t *steps)
{
    double seconds;
    FCNN_TRY(run_steps(given, WARM_STEPS, &seconds));
    double step = seconds / (double)WARM_STEPS;
    const int64_t more = fitting_steps(given->comm, WARM_SECONDS - seconds, step);
    FCNN_TRY(run_steps(given, more, &seconds));
    step = seconds / (double)more;
    *steps = fitting_steps(given->comm, round_seconds, step);
    return FCNN_OK;
}

/* Measures the peak on all threads of all ranks at the same time.  Collective. */
static fcnn_status burst(const subject *given, rounds *out)
{
    fcnn_peak peak = {0};
    fcnn_comm_agree(given->comm, FCNN_OK);
    FCNN_TRY(fcnn_comm_agree(
        given->comm, fcnn_peak_measure(given->step->team, given->step->network->kernels, BURST_SECONDS, &peak)));
    double sums[2] = {peak.flops_per_second, peak.flops_per_cycle};
    fcnn_comm_sum_doubles(given->comm, 2, sums);
    out->flops_per_second = sums[0] > out->flops_per_second ? sums[0] : out->flops_per_second;
    out->flops_per_cycle += sums[1] / given->comm->size / (double)ROUNDS;
    return FCNN_OK;
}

/* Collects the times of all rounds from the timers of the step.  Collective. */
static void take_split(const subject *given, double seconds, double exchange, rounds *out)
{
    const fcnn_split own = fcnn_split_of_rank(given->step->times, fcnn_team_threads(given->step->team), seconds);
    double sums[] = {own.multiply, own.elementwise, own.exchange, own.waiting, own.other, seconds};
    double largest[] = {-own.exchange, seconds - exchange};
    fcnn_comm_sum_doubles(given->comm, sizeof sums / sizeof *sums, sums);
    fcnn_comm_max_doubles(given->comm, 2, largest);
    out->sums = (fcnn_split){sums[0], sums[1], sums[2], sums[3], sums[4]};
    out->shortest_exchange = -largest[0];
    out->compute = largest[1];
    out->total = sums[5] / given->comm->size;
}

/* Warms up and runs rounds of the given length, each after a measurement of the peak if with_peak.  Collective. */
static fcnn_status run_rounds(subject *given, int count, double round_seconds, bool with_peak, rounds *out)
{
    fcnn_step *step = given->step;
    *out = (rounds){.count = count};
    FCNN_TRY(warm_up(given, round_seconds, &out->steps));
    memset(step->times, 0, (size_t)fcnn_team_threads(step->team) * sizeof *step->times);
    const double before = fcnn_exchange_seconds(step->exchange);
    double seconds = 0;
    for (int round = 0; round < count; round++) {
        if (with_peak) {
            FCNN_TRY(burst(given, out));
        }
        FCNN_TRY(run_steps(given, out->steps, &out->seconds[round]));
        seconds += out->seconds[round];
    }
    take_split(given, seconds, fcnn_exchange_seconds(step->exchange) - before, out);
    fcnn_comm_max_doubles(given->comm, count, out->seconds);
    return FCNN_OK;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_step(const rounds *given)
{
    double sorted[ROUNDS];
    memcpy(sorted, given->seconds, sizeof sorted);
    qsort(sorted, (size_t)given->count, sizeof *sorted, compare);
    return sorted[given->count / 2] / (double)given->steps;
}

/* Seconds of a step without the exchange, on the slowest rank, in the median round. */
static double compute_of_step(const rounds *given)
{
    return median_step(given) * given->compute / given->total;
}

/* Measures the time of a comparison of the parameters over ranks, on the slowest rank.  Collective. */
static fcnn_status take_checks(const subject *given, fcnn_benchmark_result *out)
{
    fcnn_topology *topology;
    FCNN_TRY(fcnn_topology_create(given->comm, NULL, &topology));
    fcnn_status status = FCNN_OK;
    const double begin = fcnn_comm_seconds();
    for (int i = 0; i < CHECKS && status == FCNN_OK; i++) {
        status = fcnn_rank_check(given->comm, topology, given->step->network, given->step->optimizer, given->number);
    }
    double seconds = given->comm->size > 1 ? (fcnn_comm_seconds() - begin) / (double)CHECKS : 0;
    fcnn_comm_max_doubles(given->comm, 1, &seconds);
    fcnn_topology_destroy(topology);
    out->check_seconds = seconds;
    out->check_part = seconds / (seconds + (double)CHECK_EVERY * out->step_seconds);
    return status;
}

/* ---- memory ---- */

/* Sets the memory of the result.  base is the memory of the process before the workload; counts is true if the peak of
 * the process was reset at that time. */
static void take_memory(const subject *given, int64_t base, bool counts, fcnn_benchmark_result *out)
{
    fcnn_footprint footprint;
    fcnn_footprint_find(given->data, given->step, &footprint);
    const int64_t formula = fcnn_footprint_bytes(&footprint);
    int64_t largest[] = {base, base + formula, fcnn_resident_peak(), formula, !counts || base < 0};
    fcnn_comm_max_integers(given->comm, sizeof largest / sizeof *largest, largest);
    const bool known = largest[4] == 0;
    out->memory_base = known ? largest[0] : -1;
    out->memory_predicted = known ? largest[1] : largest[3];
    out->memory_measured = known ? largest[2] : -1;
}

/* ---- a workload ---- */

static void take_speed(const subject *given, const rounds *measured, fcnn_benchmark_result *out)
{
    const fcnn_workload *workload = out->workload;
    out->isa = given->step->network->kernels->isa;
    out->bits = given->step->network->kernels->bits;
    out->exchange =
        given->comm->size == 1 ? "none" : fcnn_exchange_kind_name(fcnn_exchange_kind_used(given->step->exchange));
    out->threads = fcnn_team_threads(given->step->team);
    out->rows = given->data->train.dataset->source.rows;
    out->steps = measured->steps * measured->count;
    out->step_seconds = median_step(measured);
    out->samples_per_second = (double)workload->batch / out->step_seconds;
    out->gflops = fcnn_architecture_flops(&workload->shape) * out->samples_per_second * 1e-9;
    out->peak_gflops = measured->flops_per_second * 1e-9;
    out->efficiency = out->gflops / out->peak_gflops;
    out->flop_per_cycle = measured->flops_per_cycle;
    out->model = (fcnn_step_model){
        .batch = workload->batch,
        .blocks = given->data->blocks,
        .ranks = given->comm->size,
        .shared_seconds = compute_of_step(measured),
        .bytes = (double)fcnn_exchange_bytes(given->step->exchange),
    };
}

/* Creates a variant of the workload, runs it and releases it.  Collective. */
static fcnn_status run_variant(fcnn_comm *comm, const fcnn_benchmark_plan *plan, const fcnn_workload *workload,
                               const variant *how, int threads, int count, rounds *out)
{
    subject given;
    fcnn_status status = create(comm, plan, workload, how, threads, &given);
    if (status == FCNN_OK) {
        status = run_rounds(&given, count, plan->seconds / (double)ROUNDS, false, out);
    }
    destroy(&given);
    return status;
}

/* Measures the workload itself.  Collective. */
static fcnn_status run_itself(fcnn_comm *comm, const fcnn_benchmark_plan *plan, const variant *how, int threads,
                              rounds *measured, fcnn_benchmark_result *out)
{
    const bool counts = fcnn_resident_reset();
    const int64_t base = fcnn_resident_bytes();
    subject given;
    fcnn_status status = create(comm, plan, out->workload, how, threads, &given);
    if (status == FCNN_OK) {
        status = run_rounds(&given, ROUNDS, plan->seconds / (double)ROUNDS, true, measured);
    }
    if (status == FCNN_OK) {
        take_memory(&given, base, counts, out);
        take_speed(&given, measured, out);
        status = take_checks(&given, out);
    }
    destroy(&given);
    return status;
}

/* Measures two variants: linear activations, which shows the time of the activations, and batches of one row, which
 * shows the time that does not depend on the rows.  Collective. */
static fcnn_status run_twins(fcnn_comm *comm, const fcnn_benchmark_plan *plan, const variant *how, int threads,
                             const rounds *measured, fcnn_benchmark_result *out)
{
    const fcnn_workload *workload = out->workload;
    double linear_multiply = -1;
    rounds twin;
    if (workload->shape.layers > 1 && workload->activation != FCNN_ACTIVATION_LINEAR) {
        variant linear = *how;
        linear.linear = true;
        FCNN_TRY(run_variant(comm, plan, workload, &linear, threads, TWIN_ROUNDS, &twin));
        linear_multiply = twin.sums.multiply / (double)(twin.steps * twin.count) *
                          (double)(measured->steps * measured->count) / comm->size;
    }
    out->split = fcnn_split_of_ranks(&measured->sums, comm->size, measured->shortest_exchange, linear_multiply);
    const variant single = {.rows = 16, .batch = 1, .blocks = 1};
    FCNN_TRY(run_variant(comm, plan, workload, &single, threads, 1, &twin));
    const double fixed = compute_of_step(&twin), whole = out->model.shared_seconds;
    out->model.fixed_seconds = fixed < whole ? fixed : whole;
    out->model.shared_seconds = whole - out->model.fixed_seconds;
    return FCNN_OK;
}

fcnn_status fcnn_benchmark_measure(fcnn_comm *comm, const fcnn_benchmark_plan *plan, const fcnn_workload *workload,
                                   int threads, fcnn_benchmark_result *out)
{
    *out = (fcnn_benchmark_result){.workload = workload, .blocks = fcnn_shard_default_blocks(workload->batch)};
    const variant itself = {.rows = fcnn_benchmark_rows(workload), .batch = workload->batch, .blocks = out->blocks};
    rounds measured;
    FCNN_TRY(run_itself(comm, plan, &itself, threads, &measured, out));
    return run_twins(comm, plan, &itself, threads, &measured, out);
}
