/* src/bench/report.c — prints the results of a benchmark as tables. */
#include "bench/benchmark.h"

#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

bool fcnn_benchmark_link(const fcnn_benchmark_findings *findings, fcnn_link *out)
{
    if (findings->plan->forward) {
        return false;
    }
    if (findings->plan->has_link) {
        *out = findings->plan->link;
    } else if (findings->has_fit) {
        *out = fcnn_link_of_sum(&findings->fit.sum, findings->ranks);
    }
    return findings->plan->has_link || findings->has_fit;
}

void fcnn_benchmark_print_head(const fcnn_benchmark_findings *findings, FILE *out)
{
    const fcnn_benchmark_plan *plan = findings->plan;
    fprintf(out, "fcnn %s, %s kernels, %s precision, ", PACKAGE_VERSION, findings->isa,
            fcnn_precision_name(plan->precision));
    if (plan->forward) {
        fprintf(out, "forward passes only, ");
    } else {
        fprintf(out, "%s sums, %s, ", fcnn_reduction_name(plan->reduction), fcnn_optimizer_kind_name(plan->optimizer));
    }
    if (plan->layer_norm) {
        fprintf(out, "layer norm, ");
    }
    if (plan->dropout > 0) {
        fprintf(out, "dropout %g, ", plan->dropout);
    }
    fprintf(out, "%s", findings->where);
    fprintf(out, "  %-6s %-20s %-13s %6s %13s %11s %9s %9s %6s\n", "name", "network", "activation",
            plan->forward ? "rows" : "batch", plan->forward ? "pass" : "step", "rows/s", "GFLOP/s", "peak", "part");
    fflush(out);
}

static void print_memory(const fcnn_benchmark_result *result, FILE *out)
{
    char predicted[32], measured[32], base[32];
    fcnn_text_from_bytes((double)result->memory_predicted, predicted);
    if (result->memory_measured < 0) {
        fprintf(out, "         memory %s per rank by the formula; this system does not report the memory in use\n",
                predicted);
        return;
    }
    fcnn_text_from_bytes((double)result->memory_measured, measured);
    fcnn_text_from_bytes((double)result->memory_base, base);
    fprintf(out, "         memory %s per rank (%s before the workload, plus the formula), measured %s, %+.1f %%\n",
            predicted, base, measured, 100 * ((double)result->memory_measured / (double)result->memory_predicted - 1));
}

static void print_parts(const fcnn_benchmark_result *result, FILE *out)
{
    const fcnn_split *split = &result->split;
    fprintf(out,
            "         multiply %.1f %%, elementwise %.1f %%, exchange %.1f %%, waiting %.1f %%, other %.1f %%; "
            "exchange: %s\n",
            100 * split->multiply, 100 * split->elementwise, 100 * split->exchange, 100 * split->waiting,
            100 * split->other, result->exchange);
    if (result->check_seconds > 0) {
        fprintf(out, "         comparing the parameters of all ranks takes %.1f us, %.2f %% of the training time\n",
                result->check_seconds * 1e6, 100 * result->check_part);
    }
}

void fcnn_benchmark_print_result(const fcnn_benchmark_plan *plan, const fcnn_benchmark_result *result, FILE *out)
{
    const fcnn_workload *workload = result->workload;
    char *network = NULL;
    if (fcnn_architecture_text(&workload->shape, &network) != FCNN_OK) {
        return;
    }
    fprintf(out, "  %-6s %-20s %-13s %6" PRId64 " %10.1f us %11.0f %9.1f %9.1f %4.0f %%\n", workload->name, network,
            fcnn_activation_name(workload->activation), workload->batch, result->step_seconds * 1e6,
            result->samples_per_second, result->gflops, result->peak_gflops, 100 * result->efficiency);
    if (!plan->forward) {
        print_parts(result, out);
        print_memory(result, out);
    }
    fflush(out);
    free(network);
}

/* ---- the end ---- */

static void print_cycles(const fcnn_benchmark_findings *findings, FILE *out)
{
    const double measured = findings->results[0].flop_per_cycle;
    if (isfinite(measured)) {
        fprintf(out, "peak: %.1f FLOP per cycle and core\n", measured);
    } else {
        fprintf(out, "peak: there is no cycle counter, so FLOP per cycle are unknown\n");
    }
}

static void print_fit(const fcnn_benchmark_findings *findings, FILE *out)
{
    if (!findings->has_fit) {
        fprintf(out, "exchange: one rank has none; start at least 2 ranks to measure it\n");
        return;
    }
    fprintf(out,
            "exchange: a sum over %d ranks by %s takes %.2f us + bytes / %.3f GB/s, with an error of at most %.0f %%\n",
            findings->ranks, fcnn_exchange_kind_name(findings->fit.kind), findings->fit.sum.latency * 1e6,
            findings->fit.sum.bandwidth * 1e-9, 100 * findings->fit.worst);
    fprintf(out, "  measured:");
    for (int i = 0; i < findings->fit.count; i++) {
        char bytes[32];
        fcnn_text_from_bytes(findings->fit.bytes[i], bytes);
        fprintf(out, "%s %s %.1f us", i > 0 ? "," : "", bytes, findings->fit.seconds[i] * 1e6);
    }
    fprintf(out, "\n");
}

static void print_predictions(const fcnn_benchmark_findings *findings, FILE *out)
{
    fcnn_link link;
    if (!fcnn_benchmark_link(findings, &link)) {
        return;
    }
    fprintf(out,
            "predicted rows/s on more ranks of %d thread%s each, for the same batch (strong scaling) and a link of "
            "%.2f us and %.3f GB/s (%s):\n",
            findings->threads, findings->threads == 1 ? "" : "s", link.latency * 1e6, link.bandwidth * 1e-9,
            findings->plan->has_link
                ? "as given"
                : "as measured between the ranks of this run; ranks on one host communicate through memory");
    fprintf(out,
            "  time of a step: fixed work of a rank + work of ceil(B/R) blocks + 2 log2(R) latency + "
            "2 (R-1)/R bytes / bandwidth;\n"
            "  more ranks than the B blocks of a batch have no work; other traffic and waiting are not included\n");
    fprintf(out, "  %-6s %5s", "ranks", "B");
    for (int i = 0; i < FCNN_PREDICTIONS; i++) {
        fprintf(out, " %10d", 2 << i);
    }
    for (int64_t k = 0; k < findings->count; k++) {
        const fcnn_benchmark_result *result = &findings->results[k];
        fprintf(out, "\n  %-6s %5" PRId64, result->workload->name, result->blocks);
        for (int i = 0; i < FCNN_PREDICTIONS; i++) {
            fprintf(out, " %10.0f", fcnn_step_model_speed(&result->model, &link, (int64_t)2 << i));
        }
    }
    fprintf(out, "\n");
}

/* Prints the predicted time of the exchange of a step on the given number of ranks. */
static void print_cost(const fcnn_benchmark_findings *findings, long ranks, FILE *out)
{
    fcnn_link link;
    if (ranks > 1 && fcnn_benchmark_link(findings, &link)) {
        fprintf(out, "    exchange of a step over this link:");
        for (int64_t k = 0; k < findings->count; k++) {
            const fcnn_benchmark_result *result = &findings->results[k];
            fprintf(out, "%s %s %.1f us", k > 0 ? "," : "", result->workload->name,
                    fcnn_link_sum_seconds(&link, ranks, result->model.bytes) * 1e6);
        }
        fprintf(out, "\n");
    }
}

/* Prints other numbers of ranks to try on this node, which divide its processors and the blocks of a workload. */
static void print_advice(const fcnn_benchmark_findings *findings, FILE *out)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    fprintf(
        out,
        "this node has %ld processors; this run used %d x %d (ranks x threads).  A number of ranks that divides the "
        "blocks shares the work evenly.  To compare, with the options of this run for '…':\n",
        processors, findings->ranks, findings->threads);
    for (long ranks = 1; ranks <= processors; ranks++) {
        const long threads = processors / ranks;
        bool fits = false;
        for (int64_t k = 0; k < findings->count; k++) {
            fits = fits || findings->results[k].blocks % ranks == 0;
        }
        if (fits && processors % ranks == 0 && (ranks != findings->ranks || threads != findings->threads)) {
            fprintf(out, "  OMP_NUM_THREADS=%ld mpirun -np %ld --map-by slot:pe=%ld fcnn-bench …\n", threads, ranks,
                    threads);
            print_cost(findings, ranks, out);
        }
    }
}

void fcnn_benchmark_print_end(const fcnn_benchmark_findings *findings, FILE *out)
{
    print_cycles(findings, out);
    if (!findings->plan->forward) {
        print_fit(findings, out);
        print_predictions(findings, out);
        print_advice(findings, out);
    }
    fflush(out);
}
