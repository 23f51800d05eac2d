/* src/predict/metric_pinball.c — the pinball loss of the quantiles of each target, in its unit: the mean of q·(t − y)
 * where t ≥ y, and (1 − q)·(y − t) otherwise, over rows and quantiles; and the mean over targets.  (R. Koenker and
 * G. Bassett, Regression quantiles, Econometrica 46, 1978.) */
#include "predict/metric.h"

#include <math.h>

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    return (fcnn_metric_sizes){.counts = facts->targets, .sums = facts->targets};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    for (int64_t target = 0; target < facts->targets; target++) {
        double sum = 0;
        for (int64_t i = target * facts->per_target; i < (target + 1) * facts->per_target; i++) {
            double quantile = NAN;
            const double error = row->targets[target] - row->values[i];
            fcnn_architecture_output(facts->shape, i, &quantile);
            sum = fma(error >= 0 ? quantile : quantile - 1, error, sum);
        }
        if (!isnan(row->targets[target])) {
            fcnn_metric_count(cells, target, row);
            fcnn_metric_add(cells, target, row, sum);
        }
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    for (int64_t target = 0; target < facts->parts; target++) {
        result->parts[target] = fcnn_metric_mean(totals->cells, target, target) / (double)facts->per_target;
    }
    result->has_parts = true;
    fcnn_metric_put_mean(result, "", facts);
}

const fcnn_metric fcnn_metric_pinball = {
    .name = "pinball", .is_error = true, .sizes = sizes, .row = add_row, .finish = finish};
