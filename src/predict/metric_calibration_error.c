/* src/predict/metric_calibration_error.c — the expected calibration error: probabilities are divided into equal ranges
 * from b/B, without it, to (b + 1)/B; the sum over ranges of |Σ probability − Σ outcome|, divided by the number of
 * rows.  With classes, the probability is that of the predicted class, and the outcome is 1 if it is right.  For each
 * output that is a decision, they are the output and its target.  (C. Guo et al., On calibration of modern neural
 * networks, arXiv 1706.04599, section 2.) */
#include "predict/metric.h"

#include <math.h>

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    return (fcnn_metric_sizes){.counts = 1, .sums = facts->bins};
}

static void add(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells,
                double probability, double outcome)
{
    /* !(… > 0) is true for NaN too, which makes the sum NaN */
    const double place = ceil(probability * (double)facts->bins) - 1;
    const int64_t bin = !(place > 0) ? 0 : place < (double)facts->bins ? (int64_t)place : facts->bins - 1;
    fcnn_metric_count(cells, 0, row);
    fcnn_metric_add(cells, bin, row, probability - outcome);
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    if (row->targets == NULL) {
        add(facts, row, cells, row->values[row->taken], row->taken == row->label);
        return;
    }
    for (int64_t i = 0; i < facts->outputs; i++) {
        if (!isnan(row->targets[i])) {
            add(facts, row, cells, row->values[i], row->targets[i]);
        }
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    fcnn_exact_sum all = {0};
    for (int64_t bin = 0; bin < facts->bins; bin++) {
        fcnn_exact_sum_add(&all, fabs(fcnn_exact_sum_value(&totals->cells->sums[bin])));
    }
    fcnn_metric_put(result, "", fcnn_exact_sum_value(&all) / fcnn_metric_total(totals->cells, 0));
}

const fcnn_metric fcnn_metric_calibration_error = {
    .name = "calibration_error", .is_error = true, .sizes = sizes, .row = add_row, .finish = finish};
