/* src/predict/metric_quantile_coverage.c — of each quantile, the fraction of the targets that are at most the
 * prediction: that of the quantile itself is best.  The value of a target, and the first number, is the mean magnitude
 * of the differences. */
#include "predict/metric.h"

#include <math.h>
#include <stdio.h>

/* Cells of each output: rows, and rows whose target is at most the prediction. */
static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    return (fcnn_metric_sizes){.counts = 2 * facts->outputs};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    for (int64_t i = 0; i < facts->outputs; i++) {
        const double target = row->targets[i / facts->per_target];
        if (!isnan(target)) {
            fcnn_metric_count(cells, 2 * i, row);
        }
        if (target <= row->values[i]) {
            fcnn_metric_count(cells, 2 * i + 1, row);
        }
    }
}

/* The mean difference of a target. */
static double error_of(const fcnn_metric_facts *facts, const fcnn_metric_cells *cells, int64_t target)
{
    double sum = 0;
    for (int64_t i = target * facts->per_target; i < (target + 1) * facts->per_target; i++) {
        double quantile = NAN;
        fcnn_architecture_output(facts->shape, i, &quantile);
        sum += fabs(fcnn_metric_total(cells, 2 * i + 1) / fcnn_metric_total(cells, 2 * i) - quantile);
    }
    return sum / (double)facts->per_target;
}

/* The coverage of a quantile over all targets. */
static void put_quantile(const fcnn_metric_facts *facts, const fcnn_metric_cells *cells, int64_t quantile,
                         fcnn_metric_result *result)
{
    double rows = 0, covered = 0, value = NAN;
    char suffix[FCNN_METRIC_NAME_BYTES];
    for (int64_t i = quantile; i < facts->outputs; i += facts->per_target) {
        rows += fcnn_metric_total(cells, 2 * i);
        covered += fcnn_metric_total(cells, 2 * i + 1);
    }
    fcnn_architecture_output(facts->shape, quantile, &value);
    snprintf(suffix, sizeof suffix, "_%.6g", value);
    fcnn_metric_put(result, suffix, covered / rows);
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    for (int64_t target = 0; target < facts->parts; target++) {
        result->parts[target] = error_of(facts, totals->cells, target);
    }
    result->has_parts = true;
    fcnn_metric_put_mean(result, "_error", facts);
    for (int64_t quantile = 0; quantile < facts->per_target; quantile++) {
        put_quantile(facts, totals->cells, quantile, result);
    }
}

const fcnn_metric fcnn_metric_quantile_coverage = {
    .name = "quantile_coverage", .is_error = true, .sizes = sizes, .row = add_row, .finish = finish};
