/* src/bench/measure.c — runs the steps of a workload and measures their time. */
#include "core/resident.h"
#include "data/shard.h"
#include "bench/benchmark.h"
#include "training/footprint.h"
#include "run/rank_check.h"

#include <string.h>

enum { TWIN_ROUNDS = 2 };
enum { CHECKS = 20, CHECK_EVERY = 100 /* steps: train.check_every by default */ };

#define RATE 0x1p-20 /* learning rate, so small that the parameters hardly change */

/* ---- a network and its training rows ---- */

typedef struct subject {
    fcnn_comm *comm;
    fcnn_training_data *data;
    fcnn_model *model;
    fcnn_step *step;
    int64_t number; /* number of the next step */
    fcnn_exact_sum loss;
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
    FCNN_TRY(fcnn_benchmark_model_create(plan, workload, &out->model));
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

/* Rounds of training steps. */
typedef struct measurement {
    fcnn_rounds rounds;
    fcnn_split sums;          /* seconds of all rounds, sum over ranks */
    double shortest_exchange; /* minimum over ranks, in seconds */
    double compute;           /* seconds of all rounds without the exchange, on the slowest rank */
    double total;             /* seconds of all rounds, mean over ranks */
} measurement;

static fcnn_status run_step(void *owner)
{
    subject *given = owner;
    const int64_t number = given->number++, batches = fcnn_sampler_batches(given->data->sampler);
    return fcnn_step_run(given->step, number, number % batches, RATE, NULL, &given->loss);
}

static fcnn_timed timed_of(subject *given)
{
    const fcnn_step *step = given->step;
    const bool mixed = step->network->shape.precision == FCNN_PRECISION_MIXED;
    return (fcnn_timed){given->comm, step->team, step->network->kernels, mixed, run_step, given};
}

/* Collects the times of all rounds from the timers of the step.  Collective. */
static void take_split(const subject *given, double exchange, measurement *out)
{
    const double seconds = out->rounds.own_seconds;
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
static fcnn_status run_rounds(subject *given, int count, double round_seconds, bool with_peak, measurement *out)
{
    fcnn_step *step = given->step;
    const fcnn_timed timed = timed_of(given);
    *out = (measurement){.rounds.count = count};
    FCNN_TRY(fcnn_rounds_warm_up(&timed, round_seconds, &out->rounds));
    memset(step->times, 0, (size_t)fcnn_team_threads(step->team) * sizeof *step->times);
    const double before = fcnn_exchange_seconds(step->exchange);
    FCNN_TRY(fcnn_rounds_run(&timed, with_peak, &out->rounds));
    take_split(given, fcnn_exchange_seconds(step->exchange) - before, out);
    return FCNN_OK;
}

/* Seconds of a step without the exchange, on the slowest rank, in the median round. */
static double compute_of_step(const measurement *given)
{
    return fcnn_rounds_median(&given->rounds) * given->compute / given->total;
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

static void take_speed(subject *given, const measurement *measured, fcnn_benchmark_result *out)
{
    const fcnn_workload *workload = out->workload;
    const fcnn_timed timed = timed_of(given);
    out->exchange =
        given->comm->size == 1 ? "none" : fcnn_exchange_kind_name(fcnn_exchange_kind_used(given->step->exchange));
    out->rows = given->data->train.dataset->source.rows;
    fcnn_rounds_take_speed(&timed, &measured->rounds, fcnn_architecture_flops(&workload->shape), out);
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
                               const variant *how, int threads, int count, measurement *out)
{
    subject given;
    fcnn_status status = create(comm, plan, workload, how, threads, &given);
    if (status == FCNN_OK) {
        status = run_rounds(&given, count, plan->seconds / (double)FCNN_ROUNDS, false, out);
    }
    destroy(&given);
    return status;
}

/* Measures the workload itself.  Collective. */
static fcnn_status run_itself(fcnn_comm *comm, const fcnn_benchmark_plan *plan, const variant *how, int threads,
                              measurement *measured, fcnn_benchmark_result *out)
{
    const bool counts = fcnn_resident_reset();
    const int64_t base = fcnn_resident_bytes();
    subject given;
    fcnn_status status = create(comm, plan, out->workload, how, threads, &given);
    if (status == FCNN_OK) {
        status = run_rounds(&given, FCNN_ROUNDS, plan->seconds / (double)FCNN_ROUNDS, true, measured);
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
                             const measurement *measured, fcnn_benchmark_result *out)
{
    const fcnn_workload *workload = out->workload;
    double linear_multiply = -1;
    measurement twin;
    if (workload->shape.layers > 1 && workload->activation != FCNN_ACTIVATION_LINEAR) {
        variant linear = *how;
        linear.linear = true;
        FCNN_TRY(run_variant(comm, plan, workload, &linear, threads, TWIN_ROUNDS, &twin));
        linear_multiply = twin.sums.multiply / (double)(twin.rounds.steps * twin.rounds.count) *
                          (double)(measured->rounds.steps * measured->rounds.count) / comm->size;
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
    measurement measured;
    FCNN_TRY(run_itself(comm, plan, &itself, threads, &measured, out));
    return run_twins(comm, plan, &itself, threads, &measured, out);
}
