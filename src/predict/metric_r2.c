/* src/predict/metric_r2.c — 1 − Σ(y − t)²/Σ(t − mean)² of each output, and the mean over outputs.  A target that
 * is the same in all rows has none. */
#include "predict/metric.h"
#include "predict/scores.h"

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    for (int64_t i = 0; i < facts->parts; i++) {
        result->parts[i] = totals->scores->r2[i];
    }
    result->has_parts = true;
    fcnn_metric_put_mean(result, "", facts);
}

const fcnn_metric fcnn_metric_r2 = {.name = "r2", .finish = finish};
