/* src/predict/metric_accuracy.c — the fraction of rows whose class is predicted, or all of whose outputs are on the
 * right side of 1/2, but for those whose target is missing. */
#include "predict/metric.h"

#include <math.h>

enum { ALL, RIGHT, COUNTS };

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    (void)facts;
    return (fcnn_metric_sizes){.counts = COUNTS};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    bool right = row->label == row->taken, counts = facts->classes > 0;
    for (int64_t i = 0; facts->classes == 0 && i < facts->outputs; i++) {
        const bool is_missing = isnan(row->targets[i]);
        right = right && (is_missing || (row->values[i] > 0.5) == (row->targets[i] > 0.5));
        counts = counts || !is_missing;
    }
    if (counts) {
        fcnn_metric_count(cells, ALL, row);
    }
    if (counts && right) {
        fcnn_metric_count(cells, RIGHT, row);
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    (void)facts;
    fcnn_metric_put(result, "", fcnn_metric_total(totals->cells, RIGHT) / fcnn_metric_total(totals->cells, ALL));
}

const fcnn_metric fcnn_metric_accuracy = {.name = "accuracy", .sizes = sizes, .row = add_row, .finish = finish};
