/* src/predict/metric_table.c — the metrics, by their words in the config. */
#include "predict/metric.h"

const fcnn_metric *fcnn_metric_of(fcnn_metric_kind kind)
{
#define TABLE_ENTRY(constant, word, name, use) [constant] = &fcnn_metric_##name,
    static const fcnn_metric *const table[FCNN_METRICS_END] = {FCNN_METRICS(TABLE_ENTRY)};
#undef TABLE_ENTRY
    return table[kind];
}
