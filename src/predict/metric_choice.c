/* src/predict/metric_choice.c — which metrics to compute, and which of them the progress table shows. */
#include "predict/metric_choice.h"

#include "config/metric_keys.h"
#include "config/outputs.h"

#include <stdio.h>
#include <string.h>

fcnn_metric_choice fcnn_metric_choice_of(const fcnn_config *config)
{
    fcnn_metric_choice choice = {.list = config->metrics_list, .k = config->metrics_k, .bins = config->metrics_bins};
    if (choice.list.count == 1 && choice.list.values[0] == FCNN_METRIC_AUTO) {
        choice.list.count = 0;
    }
    return choice;
}

/* Quantiles predict a target only if its median is one of them. */
static fcnn_status check_prediction(fcnn_metric_kind kind, const fcnn_architecture *shape)
{
    if (kind == FCNN_METRIC_QUANTILE_CROSSING && shape->quantiles < 2) {
        return fcnn_fail(FCNN_ECONFIG, "metrics.list: quantile_crossing requires at least two of train.quantiles: "
                                       "remove it from the list");
    }
    if (fcnn_metric_use_of(kind) != FCNN_METRIC_FOR_NUMBERS || fcnn_architecture_prediction(shape, 0) >= 0) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_ECONFIG,
                     "metrics.list: %s requires a prediction of the target, but its median, 0.5, is not among "
                     "train.quantiles: remove it from the list",
                     fcnn_metric_kind_name(kind));
}

fcnn_status fcnn_metrics_check(const fcnn_metric_choice *choice, const fcnn_architecture *shape)
{
    for (int64_t i = 0; i < choice->list.count; i++) {
        const fcnn_metric_kind kind = (fcnn_metric_kind)choice->list.values[i];
        FCNN_TRY(fcnn_metric_check_use(kind, shape->output, shape->loss, fcnn_architecture_outputs(shape), choice->k));
        FCNN_TRY(check_prediction(kind, shape));
    }
    return FCNN_OK;
}

void fcnn_scores_show_names(const fcnn_metric_choice *choice, const fcnn_architecture *shape, bool is_weighted,
                            char names[FCNN_SCORES_SHOWN][FCNN_METRIC_NAME_BYTES])
{
    const char *weighted = is_weighted ? "weighted " : "";
    int count = 0;
    memset(names, 0, FCNN_SCORES_SHOWN * sizeof *names);
    if (choice->list.count == 0) {
        snprintf(names[0], sizeof names[0], "%s%s", weighted, fcnn_loss_classifies(shape->loss) ? "accuracy" : "R2");
    }
    for (int64_t i = 0; i < choice->list.count && count < FCNN_SCORES_SHOWN; i++) {
        const fcnn_metric *metric = fcnn_metric_of((fcnn_metric_kind)choice->list.values[i]);
        if (!metric->is_table) {
            snprintf(names[count++], sizeof names[0], "%s%s", weighted, metric->name);
        }
    }
}
