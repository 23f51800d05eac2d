/* src/predict/metric_precision.c — of the rows that are predicted as a class, the fraction that is of this class.
 * (C. J. van Rijsbergen, Information Retrieval, 1979, chapter 7.) */
#include "predict/metric.h"

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    for (int64_t i = 0; i < facts->parts; i++) {
        const fcnn_metric_part *part = &totals->parts[i];
        result->parts[i] = part->right / part->taken; /* 0/0: NaN */
    }
    result->has_parts = true;
    if (facts->outputs == 1) {
        fcnn_metric_put(result, "", result->parts[1]);
    }
    fcnn_metric_put_class_means(result, facts, totals->parts, true);
}

const fcnn_metric fcnn_metric_precision = {
    .name = "precision",
    .may_lack = true,
    .needs = FCNN_METRIC_NEEDS_PARTS,
    .finish = finish,
};
