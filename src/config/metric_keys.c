/* src/config/metric_keys.c — what the keys of [metrics] have to do with each other and with the network. */
#include "config/metric_keys.h"

#include "config/output_columns.h"
#include "config/outputs.h"

#include <inttypes.h>
#include <stdio.h>

fcnn_metric_use fcnn_metric_use_of(fcnn_metric_kind kind)
{
#define USE_ENTRY(constant, word, name, use) [constant] = (use),
    static const fcnn_metric_use uses[FCNN_METRICS_END] = {FCNN_METRICS(USE_ENTRY)};
#undef USE_ENTRY
    return uses[kind];
}

/* What a metric is for, and whether an output and a loss are that. */
static const char *purpose_of(fcnn_metric_use use, fcnn_output output, fcnn_loss loss, int64_t outputs, bool *fits)
{
    const bool classifies = fcnn_loss_classifies(loss);
    switch (use) {
    case FCNN_METRIC_FOR_LABELS:
        *fits = classifies;
        return "classifiers (train.loss = cross_entropy or binary_cross_entropy)";
    case FCNN_METRIC_FOR_CLASSES:
        *fits = classifies && (output == FCNN_OUTPUT_SOFTMAX || outputs <= 1);
        return "classifiers with one class for each row (model.output = softmax, or sigmoid with one output)";
    case FCNN_METRIC_FOR_SOFTMAX:
        *fits = classifies && output == FCNN_OUTPUT_SOFTMAX;
        return "classifiers with model.output = softmax";
    case FCNN_METRIC_FOR_NUMBERS:
        *fits = !classifies;
        return "regressions";
    case FCNN_METRIC_FOR_QUANTILES:
        *fits = loss == FCNN_LOSS_QUANTILE;
        return "train.loss = quantile";
    case FCNN_METRIC_FOR_DENSITIES:
        *fits = loss == FCNN_LOSS_GAUSSIAN_NLL;
        return "train.loss = gaussian_nll";
    }
    *fits = false;
    return "";
}

fcnn_status fcnn_metric_check_use(fcnn_metric_kind kind, fcnn_output output, fcnn_loss loss, int64_t outputs, int64_t k)
{
    bool fits;
    const char *name = fcnn_metric_kind_name(kind);
    const char *purpose = purpose_of(fcnn_metric_use_of(kind), output, loss, outputs, &fits);
    if (!fits) {
        char count[32] = "";
        if (outputs > 0) {
            snprintf(count, sizeof count, "%" PRId64 " ", outputs);
        }
        return fcnn_fail(FCNN_ECONFIG,
                         "metrics.list: %s is for %s, but this network has %s%s output%s and the loss %s: remove it "
                         "from the list",
                         name, purpose, count, fcnn_output_columns_name(output), outputs == 1 ? "" : "s",
                         fcnn_loss_name(loss));
    }
    if (kind == FCNN_METRIC_TOP_K && outputs > 0 && k >= outputs) {
        return fcnn_fail(FCNN_ECONFIG,
                         "metrics.list: top_k would be 1 in any case, because metrics.k = %" PRId64
                         " and there are %" PRId64 " classes: set a smaller metrics.k, or remove top_k",
                         k, outputs);
    }
    if (kind == FCNN_METRIC_CONFUSION && outputs > FCNN_CONFUSION_CLASSES_MOST) {
        return fcnn_fail(FCNN_ECONFIG,
                         "metrics.list: confusion is for at most %d classes, but there are %" PRId64
                         ": remove it from the list",
                         FCNN_CONFUSION_CLASSES_MOST, outputs);
    }
    return FCNN_OK;
}

/* Fails if a metric is listed twice, or auto with others. */
static fcnn_status check_list(const fcnn_int_list *list)
{
    for (int64_t i = 0; i < list->count; i++) {
        const char *name = fcnn_metric_kind_name((fcnn_metric_kind)list->values[i]);
        if (list->values[i] == FCNN_METRIC_AUTO && list->count > 1) {
            return fcnn_fail(FCNN_ECONFIG, "metrics.list: auto cannot be combined with other metrics");
        }
        for (int64_t k = 0; k < i; k++) {
            if (list->values[k] == list->values[i]) {
                return fcnn_fail(FCNN_ECONFIG, "metrics.list contains %s twice", name);
            }
        }
    }
    return FCNN_OK;
}

bool fcnn_config_lists_metric(const fcnn_config *config, fcnn_metric_kind kind)
{
    const fcnn_int_list *list = &config->metrics_list;
    bool found = false;
    for (int64_t i = 0; i < list->count; i++) {
        found = found || list->values[i] == (int64_t)kind;
    }
    return found;
}

static fcnn_status check_owner(const fcnn_config *config, const char *key, bool is_set, fcnn_metric_kind owner)
{
    return !is_set || fcnn_config_lists_metric(config, owner)
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG, "metrics.%s is for the metric %s, which metrics.list does not contain", key,
                           fcnn_metric_kind_name(owner));
}

fcnn_status fcnn_config_check_metrics(const fcnn_config *config)
{
    const fcnn_int_list *list = &config->metrics_list;
    FCNN_TRY(check_list(list));
    FCNN_TRY(check_owner(config, "k", config->metrics_k != 5, FCNN_METRIC_TOP_K));
    FCNN_TRY(check_owner(config, "bins", config->metrics_bins != 10, FCNN_METRIC_CALIBRATION_ERROR));
    fcnn_output output = fcnn_output_columns_word(config->model_output);
    fcnn_loss loss = config->train_loss;
    loss = loss == FCNN_LOSS_AUTO ? fcnn_output_usual_loss(output) : loss;
    output = output == FCNN_OUTPUT_AUTO ? fcnn_loss_usual_output(loss) : output;
    for (int64_t i = 0; loss != FCNN_LOSS_AUTO && i < list->count; i++) {
        if (list->values[i] != FCNN_METRIC_AUTO) {
            FCNN_TRY(fcnn_metric_check_use((fcnn_metric_kind)list->values[i], output, loss, 0, config->metrics_k));
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_config_metric_resume_check(const fcnn_config *stored, const fcnn_config *current,
                                            const char *checkpoint)
{
    const struct {
        fcnn_metric_kind metric;
        const char *key;
        int64_t before, after;
    } settings[] = {
        {FCNN_METRIC_TOP_K, "k", stored->metrics_k, current->metrics_k},
        {FCNN_METRIC_CALIBRATION_ERROR, "bins", stored->metrics_bins, current->metrics_bins},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (current->train_stop_metric == settings[i].metric && settings[i].before != settings[i].after) {
            return fcnn_fail(FCNN_ECONFIG,
                             "metrics.%s cannot change on resume while train.stop_metric = %s: %s was trained with "
                             "%" PRId64 ", but the config now has %" PRId64 "; restore the old value",
                             settings[i].key, fcnn_stop_metric_name(settings[i].metric), checkpoint, settings[i].before,
                             settings[i].after);
        }
    }
    return FCNN_OK;
}
