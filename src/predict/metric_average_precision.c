/* src/predict/metric_average_precision.c — the average precision of each class against the others, or of each output
 * (predict/ranking.h), and the means over those that have one. */
#include "predict/metric.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void finish(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result)
{
    if (facts->outputs == 1) {
        fcnn_metric_put(result, "", totals->ranked[0].average_precision);
    } else {
        for (int64_t i = 0; i < facts->outputs; i++) {
            result->parts[i] = totals->ranked[i].average_precision;
        }
        result->has_parts = true;
        fcnn_metric_put_class_means(result, facts, totals->parts, false);
    }
    double error = 0;
    int64_t undefined = 0;
    for (int64_t i = 0; i < facts->outputs; i++) {
        const double own = totals->ranked[i].average_precision_error;
        error = own > error ? own : error;
        undefined += isnan(totals->ranked[i].average_precision);
    }
    if (undefined > 0) {
        snprintf(result->note, sizeof result->note,
                 "average_precision is - without rows, as for %" PRId64 " of %" PRId64
                 "; the means do not include them",
                 undefined, facts->outputs);
    }
    if (totals->bins > 0) {
        const size_t used = strlen(result->note);
        snprintf(result->note + used, sizeof result->note - used,
                 "%saverage_precision is from %" PRId64 " bins of the probability, with an error of at most %.2g",
                 used > 0 ? "; " : "", totals->bins, 1.05 * error);
    }
}

const fcnn_metric fcnn_metric_average_precision = {
    .name = "average_precision", .needs = FCNN_METRIC_NEEDS_PARTS | FCNN_METRIC_NEEDS_RANKING, .finish = finish};
