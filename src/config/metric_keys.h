/* src/config/metric_keys.h — what the keys of [metrics] have to do with each other and with the network.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_METRIC_KEYS_H
#define FCNN_CONFIG_METRIC_KEYS_H

#include "config/config.h"
#include "core/status.h"

#include <stdint.h>

enum { FCNN_CONFUSION_CLASSES_MOST = 1000 }; /* largest number of classes of the metric confusion */

/* Checks that a metric other than auto can be computed for an output and a loss, which are not auto.
 *   outputs  their number; 0: not known yet
 *   k        metrics.k
 * Fails: FCNN_ECONFIG; the message says what the metric is for. */
fcnn_status fcnn_metric_check_use(fcnn_metric_kind kind, fcnn_output output, fcnn_loss loss, int64_t outputs,
                                  int64_t k);

/* What a metric other than auto is for. */
fcnn_metric_use fcnn_metric_use_of(fcnn_metric_kind kind);

/* Whether metrics.list contains a metric. */
bool fcnn_config_lists_metric(const fcnn_config *config, fcnn_metric_kind kind);

/* Checks that a run can be resumed: the settings of a metric cannot change if epochs are compared by it.
 *   checkpoint  borrowed; path of the checkpoint, for the message
 * Fails: FCNN_ECONFIG. */
fcnn_status fcnn_config_metric_resume_check(const fcnn_config *stored, const fcnn_config *current,
                                            const char *checkpoint);

/* Checks [metrics], as far as output and loss are known.  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_config_check_metrics(const fcnn_config *config);

#endif
