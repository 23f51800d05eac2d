/* src/predict/metric.c — what several metrics do in the same way. */
#include "predict/metric.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* ---- cells ---- */

void fcnn_metric_count(const fcnn_metric_cells *cells, int64_t place, const fcnn_metric_row *row)
{
    if (cells->weighted == NULL) {
        cells->counts[place]++;
    } else {
        fcnn_exact_sum_add(&cells->weighted[place], row->weight);
    }
}

void fcnn_metric_add(const fcnn_metric_cells *cells, int64_t place, const fcnn_metric_row *row, double value)
{
    fcnn_exact_sum_add(&cells->sums[place], value * row->weight);
}

double fcnn_metric_total(const fcnn_metric_cells *cells, int64_t place)
{
    return cells->weighted == NULL ? (double)cells->counts[place] : fcnn_exact_sum_value(&cells->weighted[place]);
}

double fcnn_metric_mean(const fcnn_metric_cells *cells, int64_t sum, int64_t count)
{
    const double all = fcnn_metric_total(cells, count);
    if (all == 0) {
        return NAN;
    }
    const double mean = fcnn_exact_sum_value(&cells->sums[sum]) / all;
    /* a sum may exceed the range of a double where the mean does not */
    return isinf(mean) && cells->weighted == NULL
               ? fcnn_exact_sum_mean(&cells->sums[sum], (int64_t)cells->counts[count], -DBL_MAX, DBL_MAX)
               : mean;
}

/* ---- results ---- */

void fcnn_metric_put(fcnn_metric_result *result, const char *suffix, double value)
{
    fcnn_metric_number *number = &result->number[result->numbers++];
    snprintf(number->name, sizeof number->name, "%s%s", result->metric->name, suffix);
    number->value = value;
}

void fcnn_metric_put_mean(fcnn_metric_result *result, const char *suffix, const fcnn_metric_facts *facts)
{
    double sum = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < facts->parts; i++) {
        sum += isnan(result->parts[i]) ? 0 : result->parts[i];
        count += !isnan(result->parts[i]);
    }
    fcnn_metric_put(result, suffix, count > 0 ? sum / (double)count : NAN);
}

void fcnn_metric_put_class_means(fcnn_metric_result *result, const fcnn_metric_facts *facts,
                                 const fcnn_metric_part *parts, bool none_is_zero)
{
    double sum = 0, count = 0, weighted = 0, rows = 0;
    for (int64_t i = 0; i < facts->parts; i++) {
        const bool none = isnan(result->parts[i]);
        if (none && !(none_is_zero && (parts[i].rows != 0 || parts[i].taken != 0))) {
            continue;
        }
        const double value = none ? 0 : result->parts[i];
        sum += value;
        count++;
        weighted += parts[i].rows * value;
        rows += parts[i].rows;
    }
    fcnn_metric_put(result, "_macro", count > 0 ? sum / count : NAN);
    fcnn_metric_put(result, "_weighted", rows != 0 ? weighted / rows : NAN);
}
