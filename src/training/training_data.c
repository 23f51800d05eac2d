/* src/training/training_data.c — the rows that a run trains on, watches and is tested by. */
#include "training/training_data.h"

#include "core/memory.h"
#include "data/selection.h"
#include "data/shard.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static const char *or_else(const char *name, const char *fallback)
{
    return name[0] != '\0' ? name : fallback;
}

static fcnn_status open_part(const fcnn_config *config, const char *file, const char *inputs, const char *targets,
                             fcnn_data_part *part)
{
    const fcnn_dataset_names names = {
        .file = file,
        .inputs = or_else(inputs, config->data_inputs),
        .targets = or_else(targets, config->data_targets),
        .columns = config->data_order == FCNN_ORDER_COLUMNS,
    };
    return fcnn_dataset_open(&names, &part->dataset);
}

/* Another part must have the training set's columns. */
static fcnn_status check_columns(const fcnn_data_part *train, const fcnn_data_part *other)
{
    const fcnn_dataset *a = train->dataset, *b = other->dataset;
    if (b == NULL || (a->inputs.width == b->inputs.width && a->targets.width == b->targets.width)) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s and %s have %" PRId64 " and %" PRId64 " columns, but the training rows in %s have %" PRId64
                     " and %" PRId64,
                     b->file, b->inputs_name, b->targets_name, b->inputs.width, b->targets.width, a->file,
                     a->inputs.width, a->targets.width);
}

/* Takes a fraction of the training rows out for validation. */
static fcnn_status split(const fcnn_config *config, double fraction, fcnn_training_data *data)
{
    fcnn_dataset *train = data->train.dataset;
    const int64_t count = (int64_t)rint(fraction * (double)train->rows);
    if (count < 1 || count >= train->rows) {
        return fcnn_fail(FCNN_ECONFIG,
                         "data.validation = %g of %" PRId64 " rows leaves %" PRId64 " for validation and %" PRId64
                         " for training",
                         fraction, train->rows, count, train->rows - count);
    }
    FCNN_TRY(fcnn_selection_draw(train->rows, count, (uint64_t)config->train_seed, &data->chosen));
    FCNN_TRY(open_part(config, config->data_train, "", "", &data->validation));
    fcnn_dataset_select(train, data->chosen, count, false);
    fcnn_dataset_select(data->validation.dataset, data->chosen, count, true);
    return FCNN_OK;
}

static fcnn_status choose_batch(const fcnn_config *config, fcnn_training_data *data)
{
    const int64_t rows = data->train.dataset->rows;
    const int64_t wanted = config->train_batch_size;
    data->batch = wanted == 0 || wanted > rows ? rows : wanted;
    if (config->train_blocks == FCNN_AUTO) {
        data->blocks = fcnn_shard_default_blocks(data->batch);
        return FCNN_OK;
    }
    data->blocks = config->train_blocks;
    if (data->blocks > data->batch) {
        return fcnn_fail(FCNN_ECONFIG,
                         "train.blocks = %" PRId64 ", but a batch has only %" PRId64
                         " rows: set train.blocks to at most that, "
                         "or to auto",
                         data->blocks, data->batch);
    }
    return FCNN_OK;
}

static fcnn_status open_all(const fcnn_config *config, fcnn_training_data *data)
{
    FCNN_TRY(open_part(config, config->data_train, "", "", &data->train));
    double fraction;
    if (fcnn_config_validation_fraction(config, &fraction)) {
        FCNN_TRY(split(config, fraction, data));
    } else if (config->data_validation[0] != '\0') {
        FCNN_TRY(open_part(config, config->data_validation, config->data_validation_inputs,
                           config->data_validation_targets, &data->validation));
    }
    if (config->data_test[0] != '\0') {
        FCNN_TRY(
            open_part(config, config->data_test, config->data_test_inputs, config->data_test_targets, &data->test));
    }
    FCNN_TRY(check_columns(&data->train, &data->validation));
    FCNN_TRY(check_columns(&data->train, &data->test));
    return choose_batch(config, data);
}

/* Reads an even part of the rows. */
static fcnn_status read_evenly(fcnn_data_part *part, fcnn_comm *comm)
{
    if (part->dataset == NULL) {
        return FCNN_OK;
    }
    const int64_t first = fcnn_comm_first_item(part->dataset->rows, comm->rank, comm->size);
    const int64_t after = fcnn_comm_first_item(part->dataset->rows, comm->rank + 1, comm->size);
    return fcnn_dataset_read(part->dataset, comm, first, after - first);
}

static fcnn_status load_all(const fcnn_config *config, fcnn_comm *comm, fcnn_training_data *data)
{
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, open_all(config, data))));
    fcnn_dataset *train = data->train.dataset;
    FCNN_TRY(
        fcnn_comm_agree(comm, fcnn_sampler_create(train->rows, data->batch, data->blocks, (uint64_t)config->train_seed,
                                                  config->train_shuffle, comm->rank, comm->size, &data->sampler)));
    const fcnn_sampler *sampler = data->sampler;
    const int64_t after = fcnn_shard_first(train->rows, data->blocks, sampler->last_shard);
    FCNN_TRY(fcnn_dataset_read(train, comm, sampler->first_row, after - sampler->first_row));
    FCNN_TRY(read_evenly(&data->validation, comm));
    return read_evenly(&data->test, comm);
}

fcnn_status fcnn_training_data_load(const fcnn_config *config, fcnn_comm *comm, fcnn_training_data **out)
{
    fcnn_training_data *data = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the data", 1, sizeof *data, &data)));
    const fcnn_status status = load_all(config, comm, data);
    if (status != FCNN_OK) {
        fcnn_training_data_destroy(data);
        return status;
    }
    *out = data;
    return FCNN_OK;
}

fcnn_status fcnn_data_part_prepare(fcnn_data_part *part, fcnn_comm *comm, const fcnn_architecture *shape)
{
    if (part->dataset == NULL) {
        return FCNN_OK;
    }
    if (shape->output == FCNN_OUTPUT_SOFTMAX) {
        return fcnn_targets_labels(part->dataset, comm, shape->widths[shape->layers], &part->labels);
    }
    if (shape->loss == FCNN_LOSS_BINARY_CROSS_ENTROPY) {
        return fcnn_targets_check_unit(part->dataset, comm);
    }
    return FCNN_OK;
}

fcnn_status fcnn_training_data_prepare(fcnn_training_data *data, fcnn_comm *comm, const fcnn_architecture *shape)
{
    FCNN_TRY(fcnn_data_part_prepare(&data->train, comm, shape));
    FCNN_TRY(fcnn_data_part_prepare(&data->validation, comm, shape));
    return fcnn_data_part_prepare(&data->test, comm, shape);
}

static void clear_part(fcnn_data_part *part)
{
    fcnn_dataset_destroy(part->dataset);
    free(part->labels);
}

void fcnn_training_data_destroy(fcnn_training_data *data)
{
    if (data == NULL) {
        return;
    }
    clear_part(&data->train);
    clear_part(&data->validation);
    clear_part(&data->test);
    fcnn_sampler_destroy(data->sampler);
    free(data->chosen);
    free(data);
}
