/* src/config/stop_keys.c — which epoch is the best, and when training ends early: keys of [train]. */
#include "config/stop_keys.h"

#include "config/metric_keys.h"
#include "core/status.h"

#include <stddef.h>

static bool has_validation(const fcnn_config *config)
{
    return config->data_validation[0] != '\0';
}

bool fcnn_config_keeps_best(const fcnn_config *config)
{
    return config->train_keep_best != FCNN_KEEP_BEST_NO && has_validation(config);
}

bool fcnn_config_compares_epochs(const fcnn_config *config)
{
    return fcnn_config_keeps_best(config) || config->train_stop_patience > 0;
}

bool fcnn_config_needs_best(const fcnn_config *config)
{
    return config->train_keep_best == FCNN_KEEP_BEST_YES || config->train_stop_patience > 0 ||
           config->train_restore_best || config->train_stop_metric != FCNN_STOP_LOSS;
}

static fcnn_status check_validation(const fcnn_config *config)
{
    const struct {
        bool is_set;
        const char *text;
    } keys[] = {
        {config->train_stop_patience > 0, "train.stop_patience ends training"},
        {config->train_keep_best == FCNN_KEEP_BEST_YES, "train.keep_best = yes chooses the best epoch"},
        {config->train_restore_best, "train.restore_best = yes chooses the best epoch"},
        {config->train_stop_metric != FCNN_STOP_LOSS, "train.stop_metric compares epochs"},
    };
    for (size_t i = 0; !has_validation(config) && i < sizeof keys / sizeof *keys; i++) {
        if (keys[i].is_set) {
            return fcnn_fail(FCNN_ECONFIG,
                             "%s by validation rows, but there are none: set data.validation, for example to 0.2",
                             keys[i].text);
        }
    }
    return FCNN_OK;
}

/* Fails if a metric is not computed, or has no number to be compared. */
static fcnn_status check_metric(const fcnn_config *config)
{
    const fcnn_stop_metric metric = config->train_stop_metric;
    const bool is_always_there = metric == FCNN_STOP_LOSS || metric == FCNN_METRIC_ACCURACY || metric == FCNN_METRIC_R2;
    if (metric == FCNN_METRIC_CONFUSION) {
        return fcnn_fail(FCNN_ECONFIG, "train.stop_metric = confusion is a table, by which epochs cannot be compared: "
                                       "set another metric");
    }
    if (!is_always_there && !fcnn_config_lists_metric(config, metric)) {
        return fcnn_fail(FCNN_ECONFIG,
                         "train.stop_metric = %s requires this metric in metrics.list, which does not contain it: add "
                         "it there",
                         fcnn_stop_metric_name(metric));
    }
    return FCNN_OK;
}

fcnn_status fcnn_config_check_stop(const fcnn_config *config)
{
    FCNN_TRY(check_validation(config));
    FCNN_TRY(check_metric(config));
    if (config->train_restore_best && config->train_keep_best == FCNN_KEEP_BEST_NO) {
        return fcnn_fail(FCNN_ECONFIG, "train.restore_best = yes needs the best model, but train.keep_best is no: "
                                       "remove one of them");
    }
    if (config->train_stop_min_delta > 0 && config->train_stop_patience == 0) {
        return fcnn_fail(FCNN_ECONFIG, "train.stop_min_delta is for train.stop_patience, which is 0: set it too");
    }
    if (config->train_stop_metric != FCNN_STOP_LOSS && !fcnn_config_compares_epochs(config)) {
        return fcnn_fail(FCNN_ECONFIG,
                         "train.stop_metric = %s has no effect: train.keep_best is no and train.stop_patience is 0",
                         fcnn_stop_metric_name(config->train_stop_metric));
    }
    return FCNN_OK;
}
