/* src/predict/metric_quantile_crossing.c — the fraction of the rows in which a predicted quantile is below one of a
 * lower probability; of each target, and of any target, which is the first number.  Missing targets do not matter. */
#include "predict/metric.h"

/* Cells: rows, rows that count, and for each target the rows that count for it. */
static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    return (fcnn_metric_sizes){.counts = 2 + facts->targets};
}

static bool crosses(const double *quantiles, int64_t count)
{
    bool found = false;
    for (int64_t i = 1; i < count; i++) {
        found = found || quantiles[i] < quantiles[i - 1];
    }
    return found;
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    bool any = false;
    for (int64_t target = 0; target < facts->targets; target++) {
        if (crosses(row->values + target * facts->per_target, facts->per_target)) {
            fcnn_metric_count(cells, 2 + target, row);
            any = true;
        }
    }
    fcnn_metric_count(cells, 0, row);
    if (any) {
        fcnn_metric_count(cells, 1, row);
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    const double rows = fcnn_metric_total(totals->cells, 0);
    for (int64_t target = 0; target < facts->parts; target++) {
        result->parts[target] = fcnn_metric_total(totals->cells, 2 + target) / rows;
    }
    result->has_parts = true;
    fcnn_metric_put(result, "", fcnn_metric_total(totals->cells, 1) / rows);
}

const fcnn_metric fcnn_metric_quantile_crossing = {
    .name = "quantile_crossing", .is_error = true, .sizes = sizes, .row = add_row, .finish = finish};
