/* src/training/best.c — which epoch is the best so far, and when training ends early. */
#include "training/best.h"

#include "config/outputs.h"
#include "config/stop_keys.h"
#include "parallel/comm.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

fcnn_status fcnn_best_check(const fcnn_config *config, const fcnn_architecture *shape)
{
    const fcnn_stop_metric metric = config->train_stop_metric;
    const bool classifies = fcnn_loss_classifies(shape->loss);
    if ((metric == FCNN_METRIC_ACCURACY && !classifies) || (metric == FCNN_METRIC_R2 && classifies)) {
        return fcnn_fail(FCNN_ECONFIG,
                         "train.stop_metric = %s is for %s, but this network is a %s: set train.stop_metric to loss "
                         "or %s",
                         fcnn_stop_metric_name(metric), classifies ? "regressions" : "classifiers",
                         classifies ? "classifier" : "regression",
                         fcnn_stop_metric_name(classifies ? FCNN_METRIC_ACCURACY : FCNN_METRIC_R2));
    }
    if (metric == FCNN_METRIC_R2 && fcnn_architecture_prediction(shape, 0) < 0) {
        return fcnn_fail(FCNN_ECONFIG,
                         "train.stop_metric = r2 requires a prediction of the target, but its median, 0.5, is not "
                         "among train.quantiles: add it there, or set train.stop_metric to loss");
    }
    return FCNN_OK;
}

/* ---- comparing epochs ---- */

static fcnn_status refuse_nan(const fcnn_config *config, int64_t epoch, double loss)
{
    const char *name = fcnn_scores_value_name(config->train_stop_metric);
    if (!isnan(loss)) {
        return fcnn_fail(FCNN_EDATA,
                         "the %s after epoch %" PRId64 " is not defined%s, and epochs cannot be compared by it: set "
                         "train.stop_metric = loss",
                         name, epoch,
                         config->train_stop_metric == FCNN_METRIC_R2
                             ? ", because no target varies in the validation rows"
                             : " for the validation rows");
    }
    return fcnn_fail(FCNN_EDIVERGED,
                     "the validation loss after epoch %" PRId64 " is NaN, and epochs cannot be compared by train."
                     "stop_metric = %s: training has diverged, start again with a lower optimizer.learning_rate",
                     epoch, fcnn_stop_metric_name(config->train_stop_metric));
}

/* Whether a value is better than another by more than a distance. */
static bool is_better(const fcnn_config *config, double value, double other, double distance)
{
    return fcnn_scores_is_higher_better(config->train_stop_metric) ? value > other + distance
                                                                   : value < other - distance;
}

fcnn_status fcnn_best_count(const fcnn_config *config, int64_t epoch, int64_t step, double loss, double value,
                            fcnn_best *best, bool *is_best)
{
    *is_best = false;
    if (isnan(loss) || (isnan(value) && !fcnn_scores_may_lack(config->train_stop_metric))) {
        return fcnn_config_needs_best(config) ? refuse_nan(config, epoch, loss) : FCNN_OK;
    }
    const bool first = best->begun == 0, counts = isfinite(value);
    const bool ends_row = counts && (first || is_better(config, value, best->reference, config->train_stop_min_delta));
    *is_best = counts && (first || is_better(config, value, best->value, 0));
    if (ends_row) {
        best->reference = value;
    }
    best->bad_epochs = ends_row ? 0 : best->bad_epochs + 1;
    if (*is_best) {
        best->begun = 1;
        best->epoch = epoch;
        best->step = step;
        best->value = value;
    }
    return FCNN_OK;
}

bool fcnn_best_stops(const fcnn_config *config, const fcnn_best *best)
{
    return config->train_stop_patience > 0 && best->bad_epochs >= config->train_stop_patience;
}

/* ---- parameters ---- */

static fcnn_status create_parameters(const fcnn_architecture *shape, fcnn_best *best)
{
    return best->parameters.count > 0
               ? FCNN_OK
               : fcnn_optimizer_state_create(shape, 1, (const char *const[]){"parameters"}, &best->parameters);
}

fcnn_status fcnn_best_keep(const fcnn_network *network, void *const *panels, const char *advice, fcnn_best *best)
{
    FCNN_TRY(create_parameters(&network->shape, best));
    fcnn_state_array *to = &best->parameters.arrays[0];
    fcnn_network_store_panels(network, panels, to->weights, to->biases);
    const int64_t layer = fcnn_parameters_find_nonfinite(&network->shape, to->weights, to->biases);
    return layer < 0 ? FCNN_OK
                     : fcnn_fail(FCNN_EDIVERGED,
                                 "training diverged: after step %" PRId64 " layer %" PRId64 " contains NaN or Inf; %s",
                                 best->step, layer + 1, advice);
}

fcnn_status fcnn_best_restore(fcnn_comm *comm, fcnn_best *best, const fcnn_network *network, void *const *panels)
{
    const fcnn_architecture *shape = &network->shape;
    FCNN_TRY(fcnn_comm_agree(comm, create_parameters(shape, best)));
    fcnn_state_array *from = &best->parameters.arrays[0];
    const int64_t size = (int64_t)fcnn_architecture_size(shape);
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        if (tensor.inputs > 0) {
            fcnn_comm_broadcast(comm, from->weights[i], tensor.inputs * tensor.outputs * size);
        }
        fcnn_comm_broadcast(comm, from->biases[i], tensor.outputs * size);
    }
    fcnn_network_load_panels(network, from->weights, from->biases, panels);
    return FCNN_OK;
}

/* ---- words ---- */

void fcnn_best_say(const fcnn_config *config, const fcnn_best *best, char out[FCNN_BEST_TEXT])
{
    const fcnn_stop_metric metric = config->train_stop_metric;
    snprintf(out, FCNN_BEST_TEXT, "the %s %s, %.8g", fcnn_scores_is_higher_better(metric) ? "highest" : "lowest",
             fcnn_scores_value_name(metric), best->value);
}

void fcnn_best_say_stop(const fcnn_config *config, char out[FCNN_BEST_TEXT])
{
    snprintf(out, FCNN_BEST_TEXT, "training ended early, after %" PRId64 " epoch%s in a row without a better %s",
             config->train_stop_patience, config->train_stop_patience == 1 ? "" : "s",
             fcnn_scores_value_name(config->train_stop_metric));
}
