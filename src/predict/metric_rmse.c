/* src/predict/metric_rmse.c — √(Σ(y − t)²/rows) of each output, in its unit, and the mean over outputs. */
#include "predict/metric.h"
#include "predict/scores.h"

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    for (int64_t i = 0; i < facts->parts; i++) {
        result->parts[i] = totals->scores->rmse[i];
    }
    result->has_parts = true;
    fcnn_metric_put_mean(result, "", facts);
}

const fcnn_metric fcnn_metric_rmse = {.name = "rmse", .is_error = true, .finish = finish};
