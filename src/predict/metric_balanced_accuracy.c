/* src/predict/metric_balanced_accuracy.c — the mean over the classes that have rows of the fraction of their rows that
 * is predicted correctly. */
#include "predict/metric.h"

#include <math.h>

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    double sum = 0, count = 0;
    for (int64_t i = 0; i < facts->parts; i++) {
        const fcnn_metric_part *part = &totals->parts[i];
        sum += part->rows != 0 ? part->right / part->rows : 0;
        count += part->rows != 0;
    }
    fcnn_metric_put(result, "", count > 0 ? sum / count : NAN);
}

const fcnn_metric fcnn_metric_balanced_accuracy = {
    .name = "balanced_accuracy", .needs = FCNN_METRIC_NEEDS_PARTS, .finish = finish};
