/* src/predict/metric_log_loss.c — the mean of −log of the probability that the network gives the target, from the
 * logits (model/log_losses.h), so that a probability that rounds to 0 has its finite logarithm. */
#include "predict/metric.h"

#include <math.h>

enum { ALL, COUNTS };
enum { LOSS, SUMS };

static fcnn_metric_sizes sizes(const fcnn_metric_facts *facts)
{
    (void)facts;
    return (fcnn_metric_sizes){.counts = COUNTS, .sums = SUMS};
}

static void add_row(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    bool counts = row->targets == NULL;
    if (counts) {
        fcnn_metric_count(cells, ALL, row);
    }
    for (int64_t i = 0; row->targets != NULL && i < facts->outputs; i++) {
        if (!isnan(row->targets[i])) {
            fcnn_metric_count(cells, ALL, row);
            counts = true;
        }
    }
    if (counts) {
        fcnn_metric_add(cells, LOSS, row, row->log_loss);
    }
}

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    (void)facts;
    fcnn_metric_put(result, "", fcnn_metric_mean(totals->cells, LOSS, ALL));
}

const fcnn_metric fcnn_metric_log_loss = {.name = "log_loss",
                                          .is_error = true,
                                          .needs = FCNN_METRIC_NEEDS_LOG_LOSS,
                                          .sizes = sizes,
                                          .row = add_row,
                                          .finish = finish};
