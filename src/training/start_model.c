/* src/training/start_model.c — creates the initial model of a training. */
#include "training/start_model.h"

#include "config/layers.h"
#include "config/normalization.h"
#include "core/memory.h"
#include "data/describe_columns.h"
#include "data/sentinels.h"
#include "model/column_statistics.h"
#include "model/initializer.h"
#include "model/losses.h"
#include "model/normalizer.h"
#include "model/output_weights.h"
#include "training/choose_architecture.h"
#include "training/given_normalization.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

fcnn_status fcnn_start_model_read(const fcnn_config *config, fcnn_comm *comm, fcnn_model **out)
{
    fcnn_init_kind kind;
    *out = NULL;
    if (fcnn_config_init(config, 0, &kind)) {
        return FCNN_OK;
    }
    fcnn_model *init = NULL;
    const fcnn_status status = fcnn_comm_agree(comm, fcnn_model_read(config->model_init, &init));
    if (status != FCNN_OK) {
        fcnn_model_destroy(init); /* other ranks may have failed to read it */
        return status;
    }
    *out = init;
    return FCNN_OK;
}

static fcnn_status copy_decoded(const fcnn_columns *columns, char **out)
{
    fcnn_text lines = {0};
    const fcnn_status status = fcnn_describe_columns_say_decoded(columns, &lines);
    *out = lines.data;
    return status;
}

/* Copies the names of columns and classes; an attribute may name more classes than the network has. */
static fcnn_status copy_names(const fcnn_dataset *train, fcnn_model *model)
{
    FCNN_TRY(fcnn_column_names_copy(&train->source.inputs.names, &model->inputs_names));
    FCNN_TRY(fcnn_column_names_copy(&train->source.targets.names, &model->targets_names));
    FCNN_TRY(copy_decoded(&train->source.inputs, &model->inputs_decoded));
    FCNN_TRY(copy_decoded(&train->source.targets, &model->targets_decoded));
    if (train->source.targets.is_text || train->source.targets.has_classes) {
        return fcnn_classes_copy(&train->source.classes, &model->classes);
    }
    const int64_t classes = fcnn_architecture_classes(&model->shape);
    for (int64_t i = 0; i < train->source.classes.count && i < classes; i++) {
        FCNN_TRY(fcnn_classes_append(&model->classes, train->source.classes.names[i]));
    }
    return FCNN_OK;
}

/* Warns of values that may be codes for missing values.  Collective. */
static fcnn_status warn_of_codes(fcnn_dataset *train, fcnn_comm *comm, const fcnn_model *model)
{
    const fcnn_column_statistics *inputs = &model->inputs_statistics, *targets = &model->targets_statistics;
    FCNN_TRY(fcnn_sentinels_warn(train, comm, false, inputs->smallest, inputs->largest));
    return targets->count == 0 ? FCNN_OK : fcnn_sentinels_warn(train, comm, true, targets->smallest, targets->largest);
}

/* Sets the normalization of the inputs or targets as a key says.  Collective. */
static fcnn_status fit_side(const fcnn_config *config, fcnn_comm *comm, fcnn_dataset *train, fcnn_side side,
                            fcnn_model *model)
{
    const bool is_inputs = side == FCNN_SIDE_INPUTS;
    const char *text = is_inputs ? config->data_normalize : config->data_normalize_targets;
    const char *key = is_inputs ? "data.normalize" : "data.normalize_targets";
    const fcnn_column_statistics *statistics = is_inputs ? &model->inputs_statistics : &model->targets_statistics;
    fcnn_normalizer *normalizer = is_inputs ? &model->inputs : &model->targets;
    fcnn_normalization words;
    if (strcmp(text, "none") == 0) {
        return FCNN_OK;
    }
    fcnn_status status = fcnn_comm_agree(comm, fcnn_normalization_assign(text, key, normalizer->count, &words));
    if (status == FCNN_OK && fcnn_normalization_is_used(text)) { /* also none must fit the columns */
        status = fcnn_normalizer_fit(normalizer, words.kinds, config->data_scale, train, side, statistics, comm);
    }
    if (status == FCNN_OK) {
        status = fcnn_given_normalization_apply(config, comm, train, side, &words, normalizer);
    }
    fcnn_normalization_clear(&words);
    return status;
}

/* Targets can be normalized if their output is linear; another one would limit them to another range. */
static fcnn_status check_outputs(const fcnn_config *config, const fcnn_model *model)
{
    const int64_t columns = model->targets.count;
    fcnn_normalization words;
    if (model->shape.columns.count == 0 || !fcnn_normalization_is_used(config->data_normalize_targets)) {
        return FCNN_OK;
    }
    fcnn_status status =
        fcnn_normalization_assign(config->data_normalize_targets, "data.normalize_targets", columns, &words);
    for (int64_t i = 0; i < columns && status == FCNN_OK; i++) {
        const fcnn_output output = fcnn_architecture_column(&model->shape, i);
        if (output != FCNN_OUTPUT_LINEAR && words.kinds[i] != FCNN_NORMALIZE_NONE) {
            status = fcnn_fail(FCNN_ECONFIG,
                               "data.normalize_targets of column %" PRId64 " is %s, but its model.output is %s, which "
                               "requires none: give each range of columns its own word",
                               i, fcnn_normalize_name(words.kinds[i]), fcnn_output_name(output));
        }
    }
    fcnn_normalization_clear(&words);
    return status;
}

/* Collective. */
static fcnn_status fit_normalization(const fcnn_config *config, fcnn_comm *comm, const fcnn_data_part *train,
                                     fcnn_model *model)
{
    FCNN_TRY(fit_side(config, comm, train->dataset, FCNN_SIDE_INPUTS, model));
    FCNN_TRY(fcnn_comm_agree(comm, check_outputs(config, model)));
    if (model->shape.output != FCNN_OUTPUT_SOFTMAX) { /* labels have no columns that could be normalized */
        FCNN_TRY(fit_side(config, comm, train->dataset, FCNN_SIDE_TARGETS, model));
    }
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_given_normalization_check(config, model)));
    const bool is_given = fcnn_normalization_has(config->data_normalize, FCNN_NORMALIZE_FILE) ||
                          fcnn_normalization_has(config->data_normalize_targets, FCNN_NORMALIZE_FILE);
    return is_given ? fcnn_data_part_check_domain(train, comm, model) : FCNN_OK;
}

/* Computes the statistics of the columns of the training rows and their normalization.  Collective. */
static fcnn_status find_statistics(const fcnn_config *config, fcnn_comm *comm, const fcnn_training_data *data,
                                   const fcnn_origin *origin, fcnn_model *model)
{
    fcnn_dataset *train = data->train.dataset;
    fcnn_column_statistics *targets = model->shape.output == FCNN_OUTPUT_SOFTMAX ? NULL : &model->targets_statistics;
    FCNN_TRY(fcnn_column_statistics_find(train, comm, &model->inputs_statistics, targets));
    if (fcnn_origin_gives_normalization(origin, config)) {
        FCNN_TRY(fcnn_comm_agree(comm, fcnn_origin_give_normalization(origin, model)));
        FCNN_TRY(fcnn_data_part_check_domain(&data->train, comm, model));
    } else {
        FCNN_TRY(fit_normalization(config, comm, &data->train, model));
    }
    if (train->source.missing.means != NULL) {
        /* means over all rows, including replaced values, would differ from these in the last bits */
        memcpy(model->inputs_statistics.mean, train->source.missing.means,
               (size_t)model->inputs_statistics.count * sizeof(double));
    }
    model->fills_missing = config->data_missing == FCNN_MISSING_MEAN;
    model->ignores_missing_targets = config->train_missing_targets == FCNN_MISSING_TARGETS_IGNORE;
    fcnn_loss_rule_of(model->shape.loss)->settings(config, model->loss_settings);
    FCNN_TRY(fcnn_output_weights_find(config, comm, train, model));
    fcnn_column_statistics_warn_of_constants(&model->inputs_statistics, train);
    FCNN_TRY(warn_of_codes(train, comm, model));
    return FCNN_OK;
}

/* Draws initial weights as the config says, or takes those of its file. */
static fcnn_status find_weights(const fcnn_config *config, const fcnn_origin *origin, fcnn_model *model)
{
    const int64_t layers = model->shape.layers;
    fcnn_layer_start *starts;
    FCNN_TRY(fcnn_memory_create("the initial weights", layers, sizeof *starts, &starts));
    bool is_drawn = true;
    for (int64_t layer = 0; layer < layers && is_drawn; layer++) {
        is_drawn = fcnn_config_init(config, layer, &starts[layer].kind);
        starts[layer].scale = fcnn_config_init_scale(config, layer);
        starts[layer].bias = fcnn_config_bias_init(config, layer);
    }
    const fcnn_status status = is_drawn ? fcnn_initializer_draw(model, starts, (uint64_t)config->train_seed)
                                        : fcnn_origin_give_weights(origin, config, model);
    free(starts);
    return status;
}

static fcnn_status make(const fcnn_config *config, fcnn_comm *comm, const fcnn_training_data *data,
                        const fcnn_architecture *shape, const fcnn_origin *origin, fcnn_model **out)
{
    fcnn_model *model = NULL;
    fcnn_status status = fcnn_comm_agree(comm, fcnn_model_create(shape, &model));
    if (status == FCNN_OK) {
        status = find_statistics(config, comm, data, origin, model);
    }
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, copy_names(data->train.dataset, model));
    }
    if (status != FCNN_OK) {
        fcnn_model_destroy(model);
        return status;
    }
    status = fcnn_comm_agree(comm, find_weights(config, origin, model));
    if (status != FCNN_OK) {
        fcnn_model_destroy(model);
        return status;
    }
    *out = model;
    return FCNN_OK;
}

/* Determines the shape of the network from config, data and origin. */
static fcnn_status resolve(const fcnn_config *config, fcnn_training_data *data, fcnn_origin *origin,
                           fcnn_architecture *out)
{
    const fcnn_dataset *train = data->train.dataset;
    const fcnn_target_summary *targets = &data->targets;
    fcnn_config own; /* its texts are borrowed */
    FCNN_TRY(fcnn_origin_task(origin, config, train, targets, &own));
    data->targets_as_before = strcmp(own.model_output, config->model_output) != 0;
    FCNN_TRY(fcnn_architecture_choose(&own, fcnn_dataset_features(train), fcnn_dataset_outputs(train), targets, out));
    return fcnn_origin_check(origin, config, out);
}

fcnn_status fcnn_start_model_prepare(const fcnn_config *config, fcnn_comm *comm, fcnn_training_data *data,
                                     fcnn_origin *origin, fcnn_model **model)
{
    fcnn_architecture shape = {0};
    fcnn_status status = fcnn_comm_agree(comm, resolve(config, data, origin, &shape));
    if (status == FCNN_OK) {
        status = fcnn_training_data_check(data, comm, &shape);
    }
    if (status == FCNN_OK && fcnn_origin_gives_normalization(origin, config)) {
        status = fcnn_given_normalization_compare(config, comm, data->train.dataset, origin);
    }
    if (status == FCNN_OK && *model == NULL) {
        status = make(config, comm, data, &shape, origin, model);
    }
    if (status == FCNN_OK) {
        status = fcnn_data_part_check_domain(&data->validation, comm, *model);
    }
    if (status == FCNN_OK) {
        status = fcnn_data_part_check_domain(&data->test, comm, *model);
    }
    fcnn_architecture_clear(&shape);
    return status;
}
