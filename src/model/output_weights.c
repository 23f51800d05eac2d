/* src/model/output_weights.c — weights of the targets in the loss. */
#include "model/output_weights.h"

#include "config/loss_keys.h"
#include "core/memory.h"
#include "data/column_squares.h"
#include "model/losses.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static fcnn_status take_list(const fcnn_config *config, int64_t targets, double *out)
{
    int64_t count = 0;
    FCNN_TRY(fcnn_config_output_weights(config, targets, out, &count));
    return count == targets
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG,
                           "train.output_weights has %" PRId64 " numbers, but there are %" PRId64 " target columns",
                           count, targets);
}

static fcnn_status bad_variance(const fcnn_dataset *train, int64_t column, const char *what)
{
    char label[FCNN_COLUMN_LABEL_BYTES];
    if (!fcnn_column_names_label(&train->source.targets.names, column, label)) {
        snprintf(label, sizeof label, "%" PRId64 " (counting from 0)", column);
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: column %s has a variance that is %s, by which train.output_weights = inverse_variance "
                     "cannot divide: give numbers, or remove the column from data.targets",
                     train->source.file, train->source.targets_name, label, what);
}

/* Sets out to 1/variance of each target, whose values have been divided by `scale`. */
static fcnn_status invert(const fcnn_dataset *train, const fcnn_square_sum *sums, const uint64_t *counts,
                          const double *scale, int64_t targets, double *out)
{
    for (int64_t column = 0; column < targets; column++) {
        const double deviation = fcnn_square_sum_root_mean(&sums[column], (double)counts[column]) / scale[column];
        out[column] = 1 / (deviation * deviation);
        if (deviation == 0 || !isfinite(out[column]) || out[column] == 0) {
            return bad_variance(train, column, deviation == 0 ? "0" : "too small or too large");
        }
    }
    return FCNN_OK;
}

/* Collective. */
static fcnn_status take_variances(fcnn_comm *comm, fcnn_dataset *train, const fcnn_model *model, double *out)
{
    const int64_t targets = fcnn_architecture_targets(&model->shape);
    fcnn_square_sum *sums = NULL;
    uint64_t *counts = NULL;
    fcnn_status status = fcnn_memory_create("the column sums", targets, sizeof *sums, &sums);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the column sums", targets, sizeof *counts, &counts);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        status = fcnn_column_squares_find(train, comm, FCNN_SIDE_TARGETS, model->targets_statistics.mean, sums, counts);
    }
    if (status == FCNN_OK) {
        status = invert(train, sums, counts, model->targets.scale, targets, out);
    }
    free(sums);
    free(counts);
    return status;
}

static void scale_to_mean(int64_t count, double *weights)
{
    double most = 0, sum = 0;
    bool equal = true;
    for (int64_t i = 0; i < count; i++) {
        most = weights[i] > most ? weights[i] : most;
        equal = equal && weights[i] == weights[0];
    }
    for (int64_t i = 0; i < count; i++) {
        sum += weights[i] / most;
    }
    for (int64_t i = 0; i < count; i++) {
        weights[i] = equal ? 1 : weights[i] / most * ((double)count / sum);
    }
}

fcnn_status fcnn_output_weights_find(const fcnn_config *config, fcnn_comm *comm, fcnn_dataset *train, fcnn_model *model)
{
    const int64_t targets = fcnn_architecture_targets(&model->shape);
    if (config->train_output_weights[0] == '\0') {
        return FCNN_OK;
    }
    if (!fcnn_loss_rule_of(model->shape.loss)->is_mean_of_outputs) {
        return fcnn_fail(FCNN_ECONFIG,
                         "train.output_weights is for losses that are a mean over the outputs, not for %s",
                         fcnn_loss_name(model->shape.loss));
    }
    FCNN_TRY(fcnn_comm_agree(
        comm, fcnn_memory_create("the weights of outputs", targets, sizeof(double), &model->output_weights)));
    FCNN_TRY(fcnn_config_takes_inverse_variance(config) ? take_variances(comm, train, model, model->output_weights)
                                                        : take_list(config, targets, model->output_weights));
    scale_to_mean(targets, model->output_weights);
    return FCNN_OK;
}

fcnn_status fcnn_output_weights_check(const double *weights, int64_t count, const char *path)
{
    for (int64_t i = 0; i < count; i++) {
        if (!(weights[i] >= 0) || !isfinite(weights[i])) {
            return fcnn_fail(FCNN_EDATA, "%s: /output_weights contains a number that is negative, NaN or Inf", path);
        }
    }
    return FCNN_OK;
}
