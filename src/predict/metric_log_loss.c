/* src/predict/metric_log_loss.c — the mean of −log of the probability that the network gives the target, from the
 * logits (model/log_losses.h), so that a probability that rounds to 0 has its finite logarithm. */
#include "predict/metric.h"

enum { ALL, COUNTS };
enum { LOSS, SUMS };

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    (void)facts;
    return (fcnn_metric_sizes){.counts = COUNTS, .sums = SUMS};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    (void)facts;
    fcnn_metric_count(cells, ALL, row);
    fcnn_metric_add(cells, LOSS, row, row->log_loss);
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    const double decisions = facts->classes > 0 ? 1 : (double)facts->outputs;
    fcnn_metric_put(result, "", fcnn_metric_mean(totals->cells, LOSS, ALL) / decisions);
}

const fcnn_metric fcnn_metric_log_loss = {.name = "log_loss",
                                          .is_error = true,
                                          .needs = FCNN_METRIC_NEEDS_LOG_LOSS,
                                          .sizes = sizes,
                                          .row = add_row,
                                          .finish = finish};
