/* src/predict/metric_brier.c — the mean squared difference of probability and target: the sum over classes, or the
 * square itself for one output, or the mean of the squares if each of several outputs is a decision.  (G. W. Brier,
 * Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, 1950.) */
#include "predict/metric.h"

#include <math.h>

enum { ALL, COUNTS };
enum { SQUARES, SUMS };

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    (void)facts;
    return (fcnn_metric_sizes){.counts = COUNTS, .sums = SUMS};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    double sum = 0;
    for (int64_t i = 0; row->targets == NULL && i < facts->outputs; i++) {
        const double difference = row->values[i] - (i == row->label);
        sum = fma(difference, difference, sum);
    }
    if (row->targets == NULL) {
        fcnn_metric_count(cells, ALL, row);
        fcnn_metric_add(cells, SQUARES, row, sum);
        return;
    }
    for (int64_t i = 0; i < facts->outputs; i++) {
        const double difference = row->values[i] - row->targets[i];
        if (!isnan(row->targets[i])) {
            fcnn_metric_count(cells, ALL, row);
            fcnn_metric_add(cells, SQUARES, row, difference * difference);
        }
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    (void)facts;
    fcnn_metric_put(result, "", fcnn_metric_mean(totals->cells, SQUARES, ALL));
}

const fcnn_metric fcnn_metric_brier = {
    .name = "brier", .is_error = true, .sizes = sizes, .row = add_row, .finish = finish};
