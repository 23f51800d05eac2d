/* src/predict/metric_nll.c — the mean of −log of the normal density that the network gives each target, in physical
 * units: log σ + ½·((t − μ)/σ)² + ½·log 2π; and the mean over targets. */
#include "predict/metric.h"

#include "compute/math.h"

#include <math.h>

#define HALF_LOG_TWO_PI 0x1.d67f1c864beb5p-1

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    return (fcnn_metric_sizes){.counts = facts->targets, .sums = facts->targets};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    for (int64_t target = 0; target < facts->targets; target++) {
        double mean = NAN, deviation = NAN;
        for (int64_t i = target * facts->per_target; i < (target + 1) * facts->per_target; i++) {
            double none;
            const fcnn_output_meaning meaning = fcnn_architecture_output(facts->shape, i, &none);
            mean = meaning == FCNN_MEANS_MEAN ? row->values[i] : mean;
            deviation = meaning == FCNN_MEANS_DEVIATION ? fabs(row->values[i]) : deviation;
        }
        if (!isnan(row->targets[target])) {
            const double distance = (row->targets[target] - mean) / deviation;
            fcnn_metric_count(cells, target, row);
            fcnn_metric_add(cells, target, row, fma(distance / 2, distance, fcnn_log(deviation)) + HALF_LOG_TWO_PI);
        }
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    for (int64_t target = 0; target < facts->parts; target++) {
        result->parts[target] = fcnn_metric_mean(totals->cells, target, target);
    }
    result->has_parts = true;
    fcnn_metric_put_mean(result, "", facts);
}

const fcnn_metric fcnn_metric_nll = {.name = "nll", .is_error = true, .sizes = sizes, .row = add_row, .finish = finish};
