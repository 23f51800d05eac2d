/* src/predict/metric_mae.c — the mean |y − t| of each output, in its unit, and the mean over outputs. */
#include "predict/metric.h"

#include <math.h>

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    return (fcnn_metric_sizes){.counts = facts->targets, .sums = facts->targets};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    for (int64_t i = 0; i < facts->targets; i++) {
        if (!isnan(row->targets[i])) {
            fcnn_metric_count(cells, i, row);
            fcnn_metric_add(cells, i, row, fabs(fcnn_metric_prediction(facts, row, i) - row->targets[i]));
        }
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    for (int64_t i = 0; i < facts->parts; i++) {
        result->parts[i] = fcnn_metric_mean(totals->cells, i, i);
    }
    result->has_parts = true;
    fcnn_metric_put_mean(result, "", facts);
}

const fcnn_metric fcnn_metric_mae = {.name = "mae", .is_error = true, .sizes = sizes, .row = add_row, .finish = finish};
