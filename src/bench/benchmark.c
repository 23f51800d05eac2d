/* src/bench/benchmark.c — runs a benchmark: options, workloads, reports. */
#include "bench/benchmark.h"

#include "compute/peak.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/log.h"
#include "core/memory.h"
#include "files/atomic_file.h"
#include "run/threads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define CYCLE_TOLERANCE 0.05

typedef struct benchmark {
    fcnn_comm *comm;
    const fcnn_benchmark_options *options;
    fcnn_benchmark_plan plan;
    fcnn_threads threads;
    fcnn_team *team; /* for the measurement of the exchange */
    fcnn_text where;
    fcnn_benchmark_findings findings;
} benchmark;

static bool speaks(const benchmark *bench)
{
    return bench->comm->rank == 0 && bench->options->report != NULL;
}

/* ---- preparation ---- */

/* Checks before the measurements that the JSON file can be written. */
static fcnn_status check_file(const benchmark *bench)
{
    fcnn_atomic_file *file;
    if (bench->comm->rank != 0 || bench->options->json_path == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_atomic_file_begin(bench->options->json_path, &file));
    fcnn_atomic_file_abandon(file);
    return FCNN_OK;
}

static fcnn_status prepare(benchmark *bench)
{
    fcnn_comm *comm = bench->comm;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_benchmark_plan_make(bench->options, &bench->plan)));
    FCNN_TRY(fcnn_comm_agree(comm, check_file(bench)));
    const fcnn_kernels *kernels;
    const fcnn_precision precision = bench->plan.precision;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_kernels_choose(precision != FCNN_PRECISION_DOUBLE ? 32 : 64,
                                                       precision == FCNN_PRECISION_MIXED, &kernels)));
    FCNN_TRY(fcnn_threads_choose(comm, bench->options->threads, &bench->threads));
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_team_create(fcnn_threads_wanted(&bench->threads), &bench->team)));
    FCNN_TRY(fcnn_threads_settle(&bench->threads, comm, bench->team));
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_topology_describe(bench->threads.topology, &bench->where)));
    bench->findings = (fcnn_benchmark_findings){
        .plan = &bench->plan,
        .where = bench->where.data,
        .isa = kernels->isa,
        .ranks = comm->size,
        .threads = fcnn_team_threads(bench->team),
        .has_fit = comm->size > 1 && !bench->plan.forward,
    };
    return fcnn_comm_agree(comm, fcnn_memory_create("the results", bench->plan.count, sizeof(fcnn_benchmark_result),
                                                    &bench->findings.results));
}

/* ---- the workloads ---- */

/* Multiply-adds of pairs have no such peak: without an instruction of their own they are several. */
static void warn_of_cycles(const fcnn_benchmark_result *result)
{
    if (result->workload->shape.precision == FCNN_PRECISION_MIXED) {
        return;
    }
    const double whole = fcnn_peak_nearest(result->flop_per_cycle, result->bits);
    if (isfinite(result->flop_per_cycle) && fabs(result->flop_per_cycle / whole - 1) > CYCLE_TOLERANCE) {
        fcnn_log_warning("the multiply-add units reach %.1f FLOP per cycle instead of %.0f: threads share cores, or "
                         "other programs are running, so the measured peak is too low",
                         result->flop_per_cycle, whole);
    }
}

static fcnn_status run_all(benchmark *bench)
{
    fcnn_benchmark_findings *findings = &bench->findings;
    if (findings->has_fit) {
        FCNN_TRY(fcnn_link_measure(bench->comm, bench->team, bench->plan.exchange, &findings->fit));
    }
    if (speaks(bench)) {
        fcnn_benchmark_print_head(findings, bench->options->report);
    }
    for (int64_t i = 0; i < bench->plan.count; i++) {
        fcnn_benchmark_result *result = &findings->results[i];
        FCNN_TRY((bench->plan.forward ? fcnn_benchmark_measure_forward : fcnn_benchmark_measure)(
            bench->comm, &bench->plan, &bench->plan.workloads[i], findings->threads, result));
        findings->count++;
        if (speaks(bench)) {
            fcnn_benchmark_print_result(&bench->plan, result, bench->options->report);
        }
    }
    warn_of_cycles(&findings->results[0]);
    if (speaks(bench)) {
        fcnn_benchmark_print_end(findings, bench->options->report);
    }
    return FCNN_OK;
}

/* ---- reports ---- */

static fcnn_status write_json(const benchmark *bench)
{
    const fcnn_benchmark_options *options = bench->options;
    if (bench->comm->rank != 0 || (options->json == NULL && options->json_path == NULL)) {
        return FCNN_OK;
    }
    fcnn_text text = {0};
    fcnn_status status = fcnn_benchmark_json(&bench->findings, &text);
    if (status == FCNN_OK && options->json != NULL) {
        fputs(text.data, options->json);
        fflush(options->json); /* the caller, who owns the stream, checks it for errors */
    }
    if (status == FCNN_OK && options->json_path != NULL) {
        status = fcnn_atomic_file_write(options->json_path, "", 0, text.data, (size_t)text.length);
    }
    fcnn_text_clear(&text);
    return status;
}

static void clear(benchmark *bench)
{
    free(bench->findings.results);
    fcnn_text_clear(&bench->where);
    fcnn_team_destroy(bench->team);
    fcnn_threads_clear(&bench->threads);
    fcnn_benchmark_plan_clear(&bench->plan);
}

fcnn_status fcnn_benchmark(fcnn_comm *comm, const fcnn_benchmark_options *options)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    benchmark bench = {.comm = comm, .options = options};
    fcnn_status status = prepare(&bench);
    if (status == FCNN_OK) {
        status = run_all(&bench);
    }
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, write_json(&bench));
    }
    clear(&bench);
    return status;
}
