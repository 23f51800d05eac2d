/* src/predict/metric_choice.h — which metrics to compute, and which of them the progress table shows.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_PREDICT_METRIC_CHOICE_H
#define FCNN_PREDICT_METRIC_CHOICE_H

#include "config/config.h"
#include "predict/scores.h"

/* What to compute: the section [metrics] of a config. */
typedef struct fcnn_metric_choice {
    fcnn_int_list list; /* of fcnn_metric_kind, borrowed from the config; empty: none */
    int64_t k, bins;
} fcnn_metric_choice;

/* That of a config, which is borrowed; empty for metrics.list = auto. */
fcnn_metric_choice fcnn_metric_choice_of(const fcnn_config *config);

/* Fails with FCNN_ECONFIG if a metric cannot be computed for a network of this shape, and says what it is for.
 * Not collective. */
fcnn_status fcnn_metrics_check(const fcnn_metric_choice *choice, const fcnn_architecture *shape);

/* Sets names to those of the numbers of fcnn_scores_show() for a network of this shape, with "weighted " before them if
 * is_weighted; empty if there are no more. */
void fcnn_scores_show_names(const fcnn_metric_choice *choice, const fcnn_architecture *shape, bool is_weighted,
                            char names[FCNN_SCORES_SHOWN][FCNN_METRIC_NAME_BYTES]);

#endif
