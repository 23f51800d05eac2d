/* src/predict/metric_mape.c — the mean |y − t|/|t| of each output, over the rows whose target is not 0, and the mean
 * over outputs.  It is a fraction: 0.05 is five percent. */
#include "predict/metric.h"

#include <math.h>
#include <stdio.h>

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    return (fcnn_metric_sizes){.counts = 2 * facts->targets, .sums = facts->targets};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    for (int64_t i = 0; i < facts->targets; i++) {
        const double target = row->targets[i];
        if (target == 0) {
            fcnn_metric_count(cells, facts->targets + i, row);
        } else if (!isnan(target)) {
            fcnn_metric_count(cells, i, row);
            fcnn_metric_add(cells, i, row, fabs(fcnn_metric_prediction(facts, row, i) - target) / fabs(target));
        }
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    double zeros = 0;
    for (int64_t i = 0; i < facts->parts; i++) {
        result->parts[i] = fcnn_metric_mean(totals->cells, i, i);
        zeros += fcnn_metric_total(totals->cells, facts->targets + i);
    }
    result->has_parts = true;
    fcnn_metric_put_mean(result, "", facts);
    if (zeros > 0) {
        snprintf(result->note, sizeof result->note, "mape does not count %.10g target%s of 0", zeros,
                 zeros == 1 ? "" : "s");
    }
}

const fcnn_metric fcnn_metric_mape = {
    .name = "mape", .is_error = true, .sizes = sizes, .row = add_row, .finish = finish};
