/* src/bench/json.c — writes the results of a benchmark as JSON. */
#include "bench/benchmark.h"

#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Appends "key": number, or null if the number is not finite. */
static fcnn_status put_number(fcnn_text *out, const char *before, const char *key, double value)
{
    char number[32] = "null";
    if (isfinite(value)) {
        fcnn_text_from_double(value, number);
    }
    return fcnn_text_append(out, "%s\"%s\": %s", before, key, number);
}

static fcnn_status put_integer(fcnn_text *out, const char *before, const char *key, int64_t value)
{
    return value < 0 ? fcnn_text_append(out, "%s\"%s\": null", before, key)
                     : fcnn_text_append(out, "%s\"%s\": %" PRId64, before, key, value);
}

/* Appends "key": "value".  The values are names of fcnn that need no escapes. */
static fcnn_status put_word(fcnn_text *out, const char *before, const char *key, const char *value)
{
    return fcnn_text_append(out, "%s\"%s\": \"%s\"", before, key, value);
}

#define LINE ",\n  "              /* between members of the object */
#define WORKLOAD_LINE ",\n      " /* between members of a workload */

/* Appends what all workloads have in common. */
static fcnn_status put_run(const fcnn_benchmark_findings *findings, fcnn_text *out)
{
    const fcnn_benchmark_plan *plan = findings->plan;
    FCNN_TRY(put_word(out, "{\n  ", "version", PACKAGE_VERSION));
    FCNN_TRY(put_integer(out, LINE, "numerics_version", FCNN_NUMERICS_VERSION));
    FCNN_TRY(put_integer(out, LINE, "ranks", findings->ranks));
    FCNN_TRY(put_word(out, LINE, "precision", fcnn_precision_name(plan->precision)));
    FCNN_TRY(put_word(out, LINE, "reduction", fcnn_reduction_name(plan->reduction)));
    FCNN_TRY(put_word(out, LINE, "optimizer", fcnn_optimizer_kind_name(plan->optimizer)));
    FCNN_TRY(fcnn_text_append(out, LINE "\"forward\": %s", plan->forward ? "true" : "false"));
    FCNN_TRY(fcnn_text_append(out, LINE "\"layer_norm\": %s", plan->layer_norm ? "true" : "false"));
    return put_number(out, LINE, "dropout", plan->dropout);
}

static fcnn_status put_what(const fcnn_benchmark_result *result, fcnn_text *out)
{
    const fcnn_workload *workload = result->workload;
    char *network;
    FCNN_TRY(put_word(out, "\n      ", "workload", workload->name));
    FCNN_TRY(fcnn_architecture_text(&workload->shape, &network));
    const fcnn_status status = put_word(out, WORKLOAD_LINE, "network", network);
    free(network);
    FCNN_TRY(status);
    FCNN_TRY(put_word(out, WORKLOAD_LINE, "activation", fcnn_activation_name(workload->activation)));
    FCNN_TRY(put_word(out, WORKLOAD_LINE, "loss", fcnn_loss_name(workload->shape.loss)));
    FCNN_TRY(put_integer(out, WORKLOAD_LINE, "batch", workload->batch));
    FCNN_TRY(put_word(out, WORKLOAD_LINE, "exchange", result->exchange));
    FCNN_TRY(put_word(out, WORKLOAD_LINE, "isa", result->isa));
    FCNN_TRY(put_integer(out, WORKLOAD_LINE, "threads", result->threads));
    return put_integer(out, WORKLOAD_LINE, "blocks", result->blocks);
}

static fcnn_status put_speed(const fcnn_benchmark_result *result, fcnn_text *out)
{
    const fcnn_split *split = &result->split;
    FCNN_TRY(put_integer(out, WORKLOAD_LINE, "rows", result->rows));
    FCNN_TRY(put_integer(out, WORKLOAD_LINE, "steps", result->steps));
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "step_seconds", result->step_seconds));
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "samples_per_second", result->samples_per_second));
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "gflops", result->gflops));
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "peak_gflops", result->peak_gflops));
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "efficiency", result->efficiency));
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "flop_per_cycle", result->flop_per_cycle));
    FCNN_TRY(put_number(out, WORKLOAD_LINE "\"split\": {", "multiply", split->multiply));
    FCNN_TRY(put_number(out, ", ", "elementwise", split->elementwise));
    FCNN_TRY(put_number(out, ", ", "exchange", split->exchange));
    FCNN_TRY(put_number(out, ", ", "waiting", split->waiting));
    FCNN_TRY(put_number(out, ", ", "other", split->other));
    FCNN_TRY(put_number(out, "}" WORKLOAD_LINE, "check_seconds", result->check_seconds));
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "check_part", result->check_part));
    FCNN_TRY(put_integer(out, WORKLOAD_LINE, "memory_base", result->memory_base));
    FCNN_TRY(put_integer(out, WORKLOAD_LINE, "memory_predicted", result->memory_predicted));
    return put_integer(out, WORKLOAD_LINE, "memory_measured", result->memory_measured);
}

static fcnn_status put_fit(const fcnn_benchmark_findings *findings, fcnn_text *out)
{
    if (!findings->has_fit) {
        return fcnn_text_append(out, LINE "\"fit\": null" LINE "\"sums\": []");
    }
    FCNN_TRY(put_number(out, LINE "\"fit\": {", "latency_seconds", findings->fit.sum.latency));
    FCNN_TRY(put_number(out, ", ", "bytes_per_second", findings->fit.sum.bandwidth));
    FCNN_TRY(put_number(out, ", ", "worst_error", findings->fit.worst));
    for (int i = 0; i < findings->fit.count; i++) {
        FCNN_TRY(put_number(out, i > 0 ? ", {" : "}" LINE "\"sums\": [{", "bytes", findings->fit.bytes[i]));
        FCNN_TRY(put_number(out, ", ", "seconds", findings->fit.seconds[i]));
        FCNN_TRY(fcnn_text_append(out, "}"));
    }
    return fcnn_text_append(out, "]");
}

static fcnn_status put_link(const fcnn_benchmark_findings *findings, fcnn_text *out)
{
    fcnn_link link;
    if (!fcnn_benchmark_link(findings, &link)) {
        return fcnn_text_append(out, LINE "\"link\": null");
    }
    FCNN_TRY(put_number(out, LINE "\"link\": {", "latency_seconds", link.latency));
    FCNN_TRY(put_number(out, ", ", "bytes_per_second", link.bandwidth));
    FCNN_TRY(put_word(out, ", ", "source", findings->plan->has_link ? "given" : "measured"));
    return fcnn_text_append(out, "}");
}

static fcnn_status put_predictions(const fcnn_benchmark_findings *findings, const fcnn_benchmark_result *result,
                                   fcnn_text *out)
{
    fcnn_link link;
    if (!fcnn_benchmark_link(findings, &link)) {
        return fcnn_text_append(out, WORKLOAD_LINE "\"predicted\": []");
    }
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "shared_seconds", result->model.shared_seconds));
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "fixed_seconds", result->model.fixed_seconds));
    FCNN_TRY(put_number(out, WORKLOAD_LINE, "exchange_bytes", result->model.bytes));
    FCNN_TRY(fcnn_text_append(out, WORKLOAD_LINE "\"predicted\": ["));
    for (int i = 0; i < FCNN_PREDICTIONS; i++) {
        const int64_t ranks = (int64_t)2 << i;
        FCNN_TRY(put_integer(out, i > 0 ? ", {" : "{", "ranks", ranks));
        FCNN_TRY(put_number(out, ", ", "samples_per_second", fcnn_step_model_speed(&result->model, &link, ranks)));
        FCNN_TRY(fcnn_text_append(out, "}"));
    }
    return fcnn_text_append(out, "]");
}

fcnn_status fcnn_benchmark_json(const fcnn_benchmark_findings *findings, fcnn_text *out)
{
    FCNN_TRY(put_run(findings, out));
    FCNN_TRY(put_fit(findings, out));
    FCNN_TRY(put_link(findings, out));
    FCNN_TRY(fcnn_text_append(out, LINE "\"workloads\": ["));
    for (int64_t i = 0; i < findings->count; i++) {
        const fcnn_benchmark_result *result = &findings->results[i];
        FCNN_TRY(fcnn_text_append(out, i > 0 ? ",\n    {" : "\n    {"));
        FCNN_TRY(put_what(result, out));
        FCNN_TRY(put_speed(result, out));
        FCNN_TRY(put_predictions(findings, result, out));
        FCNN_TRY(fcnn_text_append(out, "\n    }"));
    }
    return fcnn_text_append(out, "\n  ]\n}\n");
}
