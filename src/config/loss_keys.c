/* src/config/loss_keys.c — what the keys about the loss have to do with each other. */
#include "config/loss_keys.h"

#include "config/normalization.h"
#include "config/output_columns.h"
#include "config/outputs.h"
#include "core/list.h"
#include "core/status.h"
#include "core/text.h"

#include <string.h>

#include <inttypes.h>

static fcnn_status check_output(const fcnn_config *config)
{
    const fcnn_output output = fcnn_output_columns_word(config->model_output);
    const fcnn_loss loss = config->train_loss;
    if (loss == FCNN_LOSS_AUTO || fcnn_output_takes_loss(output, loss)) {
        return FCNN_OK;
    }
    char outputs[FCNN_OUTPUTS_TEXT];
    fcnn_loss_outputs_text(loss, outputs);
    return fcnn_fail(FCNN_ECONFIG,
                     "model.output = %s cannot be combined with train.loss = %s: this loss requires model.output = %s",
                     config->model_output, fcnn_loss_name(loss), outputs);
}

static fcnn_status check_normalization(const fcnn_config *config)
{
    const fcnn_output given = fcnn_output_columns_word(config->model_output);
    const fcnn_output output = given == FCNN_OUTPUT_AUTO ? FCNN_OUTPUT_LINEAR : given;
    const fcnn_loss loss = config->train_loss == FCNN_LOSS_AUTO ? FCNN_LOSS_MSE : config->train_loss;
    if (loss == FCNN_LOSS_GAUSSIAN_NLL && !fcnn_normalization_is_linear(config->data_normalize_targets)) {
        return fcnn_fail(FCNN_ECONFIG,
                         "data.normalize_targets = %s cannot be combined with train.loss = gaussian_nll: a standard "
                         "deviation of transformed targets has no unit of the data; use standardize, or train.loss = "
                         "quantile, whose predictions are transformed back",
                         config->data_normalize_targets);
    }
    if (!fcnn_normalization_is_used(config->data_normalize_targets) || fcnn_loss_normalizes_targets(output, loss)) {
        return FCNN_OK;
    }
    const char *normalize = config->data_normalize_targets;
    if (loss == FCNN_LOSS_RELATIVE) {
        return fcnn_fail(FCNN_ECONFIG,
                         "data.normalize_targets = %s cannot be combined with train.loss = relative: errors relative "
                         "to normalized targets would depend on where their zero is, and relative errors do not depend "
                         "on the scale of the targets; set data.normalize_targets = none",
                         normalize);
    }
    return fcnn_fail(FCNN_ECONFIG,
                     "data.normalize_targets = %s requires a regression (model.output = linear and a loss such as "
                     "mse), but model.output is %s and train.loss is %s",
                     normalize, config->model_output, fcnn_loss_name(config->train_loss));
}

static fcnn_status check_owner(const fcnn_config *config, const char *key, bool is_set, fcnn_loss owner)
{
    return !is_set || config->train_loss == owner
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG, "train.%s is for train.loss = %s, but train.loss is %s: change one of them",
                           key, fcnn_loss_name(owner), fcnn_loss_name(config->train_loss));
}

static fcnn_status check_focal(const fcnn_config *config)
{
    const fcnn_loss loss = config->train_loss;
    if (config->train_focal_gamma == 0) {
        return FCNN_OK;
    }
    if (loss != FCNN_LOSS_CROSS_ENTROPY && loss != FCNN_LOSS_BINARY_CROSS_ENTROPY) {
        return fcnn_fail(FCNN_ECONFIG,
                         "train.focal_gamma is for train.loss = cross_entropy or binary_cross_entropy, but train.loss "
                         "is %s: change one of them",
                         fcnn_loss_name(loss));
    }
    return config->train_label_smoothing == 0
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG, "train.focal_gamma cannot be combined with train.label_smoothing: the focal "
                                         "loss is defined for one class of each row");
}

static bool has_usual_quantiles(const fcnn_config *config)
{
    static const double usual[] = {0.05, 0.5, 0.95};
    const fcnn_double_list *given = &config->train_quantiles;
    bool is_usual = given->count == 3;
    for (int64_t i = 0; is_usual && i < 3; i++) {
        is_usual = given->values[i] == usual[i];
    }
    return is_usual;
}

static fcnn_status check_quantiles(const fcnn_config *config)
{
    const fcnn_double_list *given = &config->train_quantiles;
    FCNN_TRY(check_owner(config, "quantiles", !has_usual_quantiles(config), FCNN_LOSS_QUANTILE));
    if (given->count > FCNN_QUANTILES_MOST) {
        return fcnn_fail(FCNN_ECONFIG, "train.quantiles has %" PRId64 " numbers; it can have at most %d", given->count,
                         (int)FCNN_QUANTILES_MOST);
    }
    for (int64_t i = 1; i < given->count; i++) {
        if (!(given->values[i - 1] < given->values[i])) {
            char first[32], second[32];
            fcnn_text_from_double(given->values[i - 1], first);
            fcnn_text_from_double(given->values[i], second);
            return fcnn_fail(FCNN_ECONFIG, "train.quantiles must ascend, but %s stands before %s", first, second);
        }
    }
    return FCNN_OK;
}

static fcnn_status check_settings(const fcnn_config *config)
{
    FCNN_TRY(check_owner(config, "huber_delta", config->train_huber_delta != 1, FCNN_LOSS_HUBER));
    FCNN_TRY(check_owner(config, "relative_floor", config->train_relative_floor != 0, FCNN_LOSS_RELATIVE));
    FCNN_TRY(check_owner(config, "label_smoothing", config->train_label_smoothing != 0, FCNN_LOSS_CROSS_ENTROPY));
    FCNN_TRY(check_focal(config));
    FCNN_TRY(check_owner(config, "variance_floor", config->train_variance_floor != 1e-6, FCNN_LOSS_GAUSSIAN_NLL));
    FCNN_TRY(check_quantiles(config));
    if (config->train_loss == FCNN_LOSS_RELATIVE && config->train_relative_floor == 0) {
        return fcnn_fail(FCNN_ECONFIG, "train.loss = relative requires train.relative_floor, the magnitude in units of "
                                       "the targets below which a target counts as if it had this magnitude");
    }
    return FCNN_OK;
}

/* ---- weights of outputs ---- */

bool fcnn_config_takes_inverse_variance(const fcnn_config *config)
{
    return strcmp(config->train_output_weights, "inverse_variance") == 0;
}

fcnn_status fcnn_config_output_weights(const fcnn_config *config, int64_t most, double *out, int64_t *count)
{
    char **items;
    double sum = 0;
    FCNN_TRY(fcnn_list_split(config->train_output_weights, count, &items));
    bool good = true;
    for (int64_t i = 0; good && i < *count; i++) {
        double value = 0;
        good = fcnn_text_to_double(items[i], &value) && value >= 0 && value <= 1e30;
        sum += good ? value : 0;
        if (good && i < most) {
            out[i] = value;
        }
    }
    fcnn_list_free(*count, items);
    return good && sum > 0
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG,
                           "train.output_weights = %.100s is neither inverse_variance nor a list of numbers "
                           "from 0 to 1e30, not all 0, such as 1, 2.5",
                           config->train_output_weights);
}

static fcnn_status check_output_weights(const fcnn_config *config)
{
    int64_t count;
    if (config->train_output_weights[0] == '\0') {
        return FCNN_OK;
    }
    if (config->train_loss == FCNN_LOSS_CROSS_ENTROPY || strcmp(config->model_output, "softmax") == 0) {
        return fcnn_fail(FCNN_ECONFIG, "train.output_weights is for losses that are a mean over the outputs, not for "
                                       "cross_entropy: data.class_weight gives weights to classes");
    }
    if (!fcnn_config_takes_inverse_variance(config)) {
        return fcnn_config_output_weights(config, 0, NULL, &count);
    }
    if (!fcnn_normalization_is_linear(config->data_normalize_targets)) {
        return fcnn_fail(FCNN_ECONFIG, "train.output_weights = inverse_variance requires targets that are normalized "
                                       "by a linear function, such as minmax: give numbers");
    }
    if (strcmp(config->data_normalize_targets, "standardize") == 0) {
        return fcnn_fail(FCNN_ECONFIG, "train.output_weights = inverse_variance means nothing with "
                                       "data.normalize_targets = standardize, which gives all targets the variance 1");
    }
    return config->train_loss != FCNN_LOSS_RELATIVE
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG, "train.output_weights = inverse_variance means nothing with train.loss = "
                                         "relative, which does not depend on the scale of the targets: give numbers");
}

static fcnn_status check_missing_targets(const fcnn_config *config)
{
    if (config->train_missing_targets == FCNN_MISSING_TARGETS_ERROR) {
        return FCNN_OK;
    }
    if (config->train_loss == FCNN_LOSS_CROSS_ENTROPY || strcmp(config->model_output, "softmax") == 0) {
        return fcnn_fail(FCNN_ECONFIG,
                         "train.missing_targets = ignore is for targets that are numbers, not for class labels: set "
                         "data.missing = drop_row, which leaves out rows without a label");
    }
    if (fcnn_normalization_has(config->data_normalize_targets, FCNN_NORMALIZE_ROBUST) ||
        fcnn_normalization_has(config->data_normalize_targets, FCNN_NORMALIZE_POWER) ||
        fcnn_normalization_has(config->data_normalize_targets, FCNN_NORMALIZE_QUANTILE)) {
        return fcnn_fail(FCNN_ECONFIG, "train.missing_targets = ignore cannot be combined with "
                                       "data.normalize_targets = robust, power or quantile: use another word, such as "
                                       "standardize");
    }
    return config->data_class_weight[0] == '\0'
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG, "train.missing_targets = ignore cannot be combined with data.class_weight: a "
                                         "row without a target has no class; set data.missing = drop_row instead");
}

fcnn_status fcnn_config_check_loss(const fcnn_config *config)
{
    FCNN_TRY(fcnn_output_columns_check(config->model_output));
    FCNN_TRY(check_output_weights(config));
    FCNN_TRY(check_missing_targets(config));
    FCNN_TRY(check_output(config));
    FCNN_TRY(check_normalization(config));
    return check_settings(config);
}
