/* src/predict/metric_max_error.c — the largest |y − t| of each output, in its unit, and the largest of all outputs. */
#include "predict/metric.h"
#include "predict/scores.h"

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    double most = 0;
    for (int64_t i = 0; i < facts->parts; i++) {
        result->parts[i] = totals->scores->max_error[i];
        most = result->parts[i] > most ? result->parts[i] : most;
    }
    result->has_parts = true;
    fcnn_metric_put(result, "", most);
}

const fcnn_metric fcnn_metric_max_error = {.name = "max_error", .is_error = true, .finish = finish};
