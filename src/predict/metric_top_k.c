/* src/predict/metric_top_k.c — the fraction of rows whose class is among the k most probable ones.  Of classes with the
 * same probability the first comes first, as in the prediction of one class, so that k = 1 would be the accuracy. */
#include "predict/metric.h"

#include <inttypes.h>
#include <stdio.h>

enum { ALL, RIGHT, COUNTS };

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    (void)facts;
    return (fcnn_metric_sizes){.counts = COUNTS};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    const double own = row->values[row->label];
    int64_t before = 0;
    for (int64_t i = 0; i < facts->outputs; i++) {
        before += row->values[i] > own || (row->values[i] == own && i < row->label);
    }
    fcnn_metric_count(cells, ALL, row);
    if (before < facts->k) {
        fcnn_metric_count(cells, RIGHT, row);
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    fcnn_metric_put(result, "", fcnn_metric_total(totals->cells, RIGHT) / fcnn_metric_total(totals->cells, ALL));
    snprintf(result->number[0].name, sizeof result->number[0].name, "top_%" PRId64, facts->k);
}

const fcnn_metric fcnn_metric_top_k = {.name = "top_k", .sizes = sizes, .row = add_row, .finish = finish};
