/* src/predict/metric_confusion.c — how many rows of each class are predicted as each class.  The evaluation counts them
 * for all threads together, whatever the weights of the rows. */
#include "predict/metric.h"

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    (void)facts;
    (void)totals;
    (void)result;
}

const fcnn_metric fcnn_metric_confusion = {
    .name = "confusion", .is_table = true, .needs = FCNN_METRIC_NEEDS_CONFUSION, .finish = finish};
