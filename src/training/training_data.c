/* src/training/training_data.c — the training, validation and test rows of a run. */
#include "training/training_data.h"

#include "config/stages.h"
#include "core/log.h"
#include "core/memory.h"
#include "data/find_classes.h"
#include "data/find_missing.h"
#include "data/selection.h"
#include "data/shard.h"
#include "training/memory_plan.h"
#include "model/model_data.h"
#include "training/repeats.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static const char *or_else(const char *name, const char *fallback)
{
    return name[0] != '\0' ? name : fallback;
}

/* Fails if a dataset cannot be read collectively: it has filters, which each rank must apply itself, or it is virtual,
 * which HDF5 does not support. */
static fcnn_status check_together(const fcnn_dataset *dataset)
{
    const fcnn_columns *columns[] = {&dataset->source.inputs, &dataset->source.targets, &dataset->source.weights};
    for (int i = 0; i < 3; i++) {
        for (int64_t k = 0; k < columns[i]->count && !columns[i]->is_text; k++) {
            if (columns[i]->parts[k].info.is_packed) {
                return fcnn_fail(FCNN_EDATA,
                                 "%s: dataset %s is compressed or has other filters, which collective reading does not "
                                 "support: set data.read = independent, or "
                                 "remove the filters by 'h5repack -f NONE IN.h5 OUT.h5'",
                                 dataset->source.files.paths[0], columns[i]->parts[k].dataset);
            }
            if (columns[i]->parts[k].info.is_virtual) {
                return fcnn_fail(
                    FCNN_EDATA,
                    "%s: dataset %s is virtual, which collective reading does not support: set data.read = independent",
                    dataset->source.files.paths[0], columns[i]->parts[k].dataset);
            }
        }
    }
    return FCNN_OK;
}

/* The columns of the training rows, which the other parts must also have. */
static fcnn_source_reference columns_of(const fcnn_dataset *train)
{
    return (fcnn_source_reference){
        .inputs = {.names = &train->source.inputs.names, .where = "the training rows"},
        .targets = {.names = &train->source.targets.names, .where = "the training rows"},
    };
}

/* Opens the files of a part.  known_drops: the caller determines which rows are left out. */
static fcnn_status open_part(const fcnn_config *config, fcnn_comm *comm, const char *file, const char *inputs,
                             const char *targets, const char *weights, const char *rows, bool known_drops,
                             const fcnn_source_reference *reference, fcnn_data_part *part)
{
    const fcnn_dataset_names names = {
        .file = file,
        .inputs = or_else(inputs, config->data_inputs),
        .targets = or_else(targets, config->data_targets),
        .weights = weights,
        .columns = config->data_order == FCNN_ORDER_COLUMNS,
        .rows = rows,
        .read_retries = (int)config->data_read_retries,
        .allow_external = config->data_allow_external,
        .as_stored = config->data_decode == FCNN_DECODE_NO,
        .missing_values = config->data_missing_values,
        .match_columns = fcnn_match_columns_name(config->data_match_columns),
    };
    FCNN_TRY(fcnn_dataset_open(comm, &names, reference, &part->dataset));
    part->dataset->source.missing.keeps_targets = config->train_missing_targets == FCNN_MISSING_TARGETS_IGNORE;
    if (config->data_read == FCNN_READ_COLLECTIVE) {
        FCNN_TRY(check_together(part->dataset));
        part->dataset->source.together = comm;
    }
    return config->data_missing == FCNN_MISSING_DROP_ROW && !known_drops
               ? fcnn_find_missing_rows(&part->dataset->source, comm)
               : FCNN_OK;
}

/* Fails if another part has other numbers of columns than the training rows. */
static fcnn_status check_columns(const fcnn_data_part *train, const fcnn_data_part *other)
{
    const fcnn_dataset *a = train->dataset, *b = other->dataset;
    if (b == NULL || (a->rows.inputs.width == b->rows.inputs.width && a->rows.targets.width == b->rows.targets.width)) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: inputs %s and targets %s have %" PRId64 " and %" PRId64
                     " columns, but those of the training rows in %s have %" PRId64 " and %" PRId64,
                     b->source.file, b->source.inputs_name, b->source.targets_name, b->rows.inputs.width,
                     b->rows.targets.width, a->source.file, a->rows.inputs.width, a->rows.targets.width);
}

/* The dataset of the weights of validation and test rows; "" for none. */
static const char *other_weights(const fcnn_config *config)
{
    return config->data_weights_in_evaluation ? config->data_weights : "";
}

/* Moves a fraction of the training rows to the validation rows. */
static fcnn_status split(const fcnn_config *config, fcnn_comm *comm, double fraction, fcnn_training_data *data)
{
    fcnn_dataset *train = data->train.dataset;
    const int64_t count = (int64_t)rint(fraction * (double)train->source.rows);
    if (count < 1 || count >= train->source.rows) {
        return fcnn_fail(FCNN_ECONFIG,
                         "data.validation = %g of %" PRId64 " rows leaves %" PRId64 " for validation and %" PRId64
                         " for training: both need at least one row",
                         fraction, train->source.rows, count, train->source.rows - count);
    }
    FCNN_TRY(fcnn_comm_agree(
        comm, fcnn_selection_draw(train->source.rows, count, (uint64_t)config->train_seed, &data->chosen)));
    const fcnn_source_reference reference = columns_of(train);
    FCNN_TRY(open_part(config, comm, config->data_train, "", "", other_weights(config), config->data_rows, true,
                       &reference, &data->validation));
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_source_drop_as(&data->validation.dataset->source, &train->source)));
    fcnn_source_select(&train->source, data->chosen, count, false);
    fcnn_source_select(&data->validation.dataset->source, data->chosen, count, true);
    return FCNN_OK;
}

/* The rows of a batch of a stage. */
static int64_t batch_of(const fcnn_config *config, int64_t stage, int64_t rows)
{
    const int64_t wanted = fcnn_config_stage_batch_size(config, stage);
    return wanted == 0 || wanted > rows ? rows : wanted;
}

/* The rows of the largest batch of all stages. */
static int64_t largest_batch(const fcnn_config *config, int64_t rows)
{
    int64_t most = 0;
    for (int64_t stage = 0; stage < fcnn_config_stages(config); stage++) {
        const int64_t batch = batch_of(config, stage, rows);
        most = batch > most ? batch : most;
    }
    return most;
}

static fcnn_status check_batch(const fcnn_config *config, int64_t stage, const fcnn_training_data *data)
{
    const int64_t rows = data->train.dataset->source.rows, wanted = fcnn_config_stage_batch_size(config, stage);
    const int64_t batch = batch_of(config, stage, rows);
    if (wanted > rows) {
        fcnn_log_warning("train.batch_size = %" PRId64 ", but there are only %" PRId64
                         " training rows: each batch contains all of "
                         "them, and an epoch is one step; 0 selects this without a warning",
                         wanted, rows);
    }
    if (data->blocks <= batch) {
        return FCNN_OK;
    }
    const fcnn_status status = fcnn_fail(FCNN_ECONFIG,
                                         "train.blocks = %s%" PRId64 ", but a batch has only %" PRId64
                                         " rows: set train.blocks = %" PRId64 " or less%s",
                                         config->train_blocks == FCNN_AUTO ? "auto, which is " : "", data->blocks,
                                         batch, batch, config->train_blocks == FCNN_AUTO ? "" : ", or auto");
    return config->stage_count > 0 ? fcnn_stages_name(config, stage, status) : status;
}

/* The blocks are those of the first stage, because they determine which rows a rank has. */
static fcnn_status choose_batch(const fcnn_config *config, fcnn_training_data *data)
{
    data->batch = batch_of(config, 0, data->train.dataset->source.rows);
    data->blocks = config->train_blocks == FCNN_AUTO ? fcnn_shard_default_blocks(data->batch) : config->train_blocks;
    for (int64_t stage = 0; stage < fcnn_config_stages(config); stage++) {
        FCNN_TRY(check_batch(config, stage, data));
    }
    return FCNN_OK;
}

static fcnn_status open_all(const fcnn_config *config, fcnn_comm *comm, const fcnn_source_reference *reference,
                            fcnn_training_data *data)
{
    FCNN_TRY(fcnn_weights_check_text(config->data_class_weight));
    FCNN_TRY(open_part(config, comm, config->data_train, "", "", config->data_weights, config->data_rows, false,
                       reference, &data->train));
    const fcnn_source_reference train = columns_of(data->train.dataset);
    double fraction;
    if (fcnn_config_validation_fraction(config, &fraction)) {
        FCNN_TRY(split(config, comm, fraction, data));
    } else if (config->data_validation[0] != '\0') {
        FCNN_TRY(open_part(config, comm, config->data_validation, config->data_validation_inputs,
                           config->data_validation_targets, other_weights(config), config->data_validation_rows, false,
                           &train, &data->validation));
    }
    if (config->data_test[0] != '\0') {
        FCNN_TRY(open_part(config, comm, config->data_test, config->data_test_inputs, config->data_test_targets,
                           other_weights(config), config->data_test_rows, false, &train, &data->test));
    }
    FCNN_TRY(check_columns(&data->train, &data->validation));
    FCNN_TRY(check_columns(&data->train, &data->test));
    return choose_batch(config, data);
}

/* Numbers class labels that are strings in the same way in all parts. */
static fcnn_status find_classes(const fcnn_config *config, fcnn_comm *comm, fcnn_origin *origin,
                                fcnn_training_data *data)
{
    const fcnn_data_part *others[] = {&data->validation, &data->test};
    fcnn_dataset *train = data->train.dataset;
    FCNN_TRY(fcnn_find_classes(&train->source, comm, NULL));
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_origin_match_classes(origin, config, train)));
    for (int i = 0; i < 2; i++) {
        if (others[i]->dataset != NULL) {
            FCNN_TRY(fcnn_find_classes(&others[i]->dataset->source, comm, &train->source.classes));
        }
    }
    return FCNN_OK;
}

/* Determines the means that replace missing inputs in all parts: those of the training rows, or of the origin. */
static fcnn_status fill_missing(const fcnn_config *config, fcnn_comm *comm, const fcnn_origin *origin,
                                fcnn_training_data *data)
{
    if (config->data_missing != FCNN_MISSING_MEAN) {
        return FCNN_OK;
    }
    const fcnn_data_part *others[] = {&data->validation, &data->test};
    fcnn_dataset *train = data->train.dataset;
    const double *means = fcnn_origin_means(origin, config, train);
    FCNN_TRY(means != NULL ? fcnn_comm_agree(comm, fcnn_source_take_means(&train->source, means))
                           : fcnn_find_missing_means(&train->source, comm));
    for (int i = 0; i < 2; i++) {
        if (others[i]->dataset != NULL) {
            FCNN_TRY(fcnn_comm_agree(comm,
                                     fcnn_source_take_means(&others[i]->dataset->source, train->source.missing.means)));
        }
    }
    return FCNN_OK;
}

/* Reads a part whose rows are distributed evenly over ranks; does nothing if the part does not exist. */
static fcnn_status read_evenly(fcnn_data_part *part, fcnn_comm *comm, bool streams, fcnn_row_hashes *hashes)
{
    return part->dataset == NULL ? FCNN_OK : fcnn_dataset_read_evenly(part->dataset, comm, streams, hashes);
}

/* Makes the sampler of batches of `batch` rows. */
static fcnn_status create_sampler(const fcnn_config *config, const fcnn_comm *comm, bool streams, int64_t batch,
                                  fcnn_training_data *data)
{
    fcnn_sampler_destroy(data->sampler);
    data->sampler = NULL;
    data->batch = batch;
    const fcnn_dataset *train = data->train.dataset;
    const bool is_auto = config->data_shuffle_window == FCNN_AUTO;
    const int64_t standard =
        fcnn_sampler_default_window(train->source.rows, data->blocks, fcnn_source_stored_row_bytes(&train->source));
    const fcnn_sampler_plan plan = {
        .rows = train->source.rows,
        .batch = batch,
        .blocks = data->blocks,
        .window = is_auto ? standard : config->data_shuffle_window,
        .seed = (uint64_t)config->train_seed,
        .shuffle = config->train_shuffle,
    };
    return fcnn_sampler_create(&plan, !streams, comm->rank, comm->size, &data->sampler);
}

/* Checks the memory of the batches of the stage that has the largest ones, and makes those of the first stage. */
static fcnn_status make_batches(const fcnn_config *config, fcnn_comm *comm, const fcnn_memory_plan *plan,
                                fcnn_training_data *data)
{
    const int64_t first = data->batch, largest = largest_batch(config, data->train.dataset->source.rows);
    FCNN_TRY(fcnn_comm_agree(comm, create_sampler(config, comm, plan->streams_train, largest, data)));
    FCNN_TRY(fcnn_memory_plan_check(plan, comm, data));
    data->most_rows = fcnn_sampler_capacity(data->sampler);
    return first == largest ? FCNN_OK
                            : fcnn_comm_agree(comm, create_sampler(config, comm, plan->streams_train, first, data));
}

static fcnn_status load_all(const fcnn_config *config, fcnn_comm *comm, fcnn_origin *origin, fcnn_training_data *data)
{
    fcnn_source_reference reference;
    if (origin->model != NULL) {
        reference = fcnn_model_data_reference(origin->model, origin->path);
    }
    FCNN_TRY(open_all(config, comm, origin->model != NULL ? &reference : NULL, data));
    FCNN_TRY(find_classes(config, comm, origin, data));
    FCNN_TRY(fill_missing(config, comm, origin, data));
    fcnn_memory_plan plan;
    fcnn_memory_plan_make(config, comm, data, &plan);
    FCNN_TRY(make_batches(config, comm, &plan, data));
    const fcnn_sampler *sampler = data->sampler;
    fcnn_dataset *train = data->train.dataset;
    const int64_t after = fcnn_shard_first(train->source.rows, data->blocks, sampler->last_shard);
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_repeats_begin(data)));
    fcnn_row_hashes *hashes[3];
    for (int i = 0; i < 3; i++) {
        hashes[i] = data->hashes[i].row != NULL ? &data->hashes[i] : NULL;
    }
    FCNN_TRY(
        fcnn_dataset_read(train, comm, sampler->first_row, after - sampler->first_row, plan.streams_train, hashes[0]));
    FCNN_TRY(read_evenly(&data->validation, comm, plan.streams_validation, hashes[1]));
    FCNN_TRY(read_evenly(&data->test, comm, plan.streams_test, hashes[2]));
    FCNN_TRY(fcnn_repeats_report(data, comm));
    return fcnn_targets_summarize(train, comm, &data->targets);
}

fcnn_status fcnn_training_data_load(const fcnn_config *config, fcnn_comm *comm, fcnn_origin *origin,
                                    fcnn_training_data **out)
{
    fcnn_training_data *data = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the data", 1, sizeof *data, &data)));
    const fcnn_status status = load_all(config, comm, origin, data);
    if (status != FCNN_OK) {
        fcnn_training_data_destroy(data);
        return status;
    }
    *out = data;
    return FCNN_OK;
}

fcnn_status fcnn_training_data_check(fcnn_training_data *data, fcnn_comm *comm, const fcnn_architecture *shape)
{
    FCNN_TRY(fcnn_data_part_check(&data->train, comm, shape));
    FCNN_TRY(fcnn_data_part_check(&data->validation, comm, shape));
    return fcnn_data_part_check(&data->test, comm, shape);
}

/* Makes the windows of streamed rows. */
static fcnn_status create_stream(fcnn_training_data *data, bool has_labels)
{
    FCNN_TRY(fcnn_stream_create(data->train.dataset, data->sampler, has_labels, &data->weights, &data->stream));
    data->rows = fcnn_stream_rows(data->stream);
    data->labels = fcnn_stream_labels(data->stream);
    data->row_weights = fcnn_stream_weights(data->stream);
    return FCNN_OK;
}

static fcnn_status prepare(fcnn_training_data *data, bool has_labels)
{
    const fcnn_dataset *train = data->train.dataset;
    data->rows = &train->rows;
    if (train->streams) {
        return create_stream(data, has_labels);
    }
    if (has_labels) {
        FCNN_TRY(fcnn_memory_create("the labels", train->own_rows, sizeof(int32_t), &data->own_labels));
        fcnn_targets_labels(&train->rows.targets, data->own_labels);
        data->labels = data->own_labels;
    }
    if (data->weights.used) {
        FCNN_TRY(fcnn_memory_create("the weights", train->own_rows, sizeof(double), &data->own_weights));
        fcnn_weights_of_rows(&data->weights, &train->rows.targets, &train->rows.weights, data->own_weights);
        data->row_weights = data->own_weights;
    }
    return FCNN_OK;
}

static fcnn_status find_other_weights(const fcnn_config *config, fcnn_comm *comm, fcnn_training_data *data)
{
    fcnn_data_part *others[] = {&data->validation, &data->test};
    for (int i = 0; i < 2; i++) {
        if (config->data_weights_in_evaluation && others[i]->dataset != NULL) {
            FCNN_TRY(fcnn_weights_find_as(others[i]->dataset, &data->weights, comm, &data->other_weights[i]));
            others[i]->weights = &data->other_weights[i];
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_training_data_prepare(const fcnn_config *config, fcnn_training_data *data, fcnn_comm *comm,
                                       const fcnn_architecture *shape)
{
    FCNN_TRY(fcnn_weights_find(data->train.dataset, config->data_class_weight, config->data_negative_weights,
                               fcnn_architecture_classes(shape), comm, &data->weights));
    data->train.weights = data->weights.used ? &data->weights : NULL;
    FCNN_TRY(find_other_weights(config, comm, data));
    return fcnn_comm_agree(comm, prepare(data, shape->output == FCNN_OUTPUT_SOFTMAX));
}

static fcnn_status set_batch(const fcnn_config *config, fcnn_training_data *data, const fcnn_comm *comm,
                             bool has_labels, int64_t batch)
{
    const bool streams = data->train.dataset->streams;
    FCNN_TRY(create_sampler(config, comm, streams, batch, data));
    return streams ? create_stream(data, has_labels) : FCNN_OK;
}

fcnn_status fcnn_training_data_set_stage(const fcnn_config *config, fcnn_training_data *data, fcnn_comm *comm,
                                         const fcnn_architecture *shape, int64_t stage)
{
    const int64_t batch = batch_of(config, stage, data->train.dataset->source.rows);
    if (batch == data->batch) {
        return FCNN_OK;
    }
    fcnn_stream_destroy(data->stream);
    data->stream = NULL;
    return fcnn_comm_agree(comm, set_batch(config, data, comm, shape->output == FCNN_OUTPUT_SOFTMAX, batch));
}

void fcnn_training_data_start_epoch(fcnn_training_data *data, int64_t epoch)
{
    fcnn_sampler_start_epoch(data->sampler, epoch);
}

fcnn_status fcnn_training_data_take(const fcnn_training_data *data, int64_t batch, int64_t *index, int64_t *row_numbers,
                                    int64_t *leaves, int64_t *leaf_count)
{
    const int64_t first = data->train.dataset->first;
    if (data->stream == NULL) {
        const int64_t rows = fcnn_sampler_take(data->sampler, batch, index, leaves, leaf_count);
        for (int64_t i = 0; i < rows; i++) {
            row_numbers[i] = first + index[i];
        }
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_stream_take(data->stream, data->sampler->epoch, batch, index, leaves, leaf_count));
    for (int64_t i = 0; i < leaves[*leaf_count]; i++) {
        row_numbers[i] = first + fcnn_stream_own_row(data->stream, index[i]);
    }
    return FCNN_OK;
}

void fcnn_training_data_destroy(fcnn_training_data *data)
{
    if (data == NULL) {
        return;
    }
    fcnn_stream_destroy(data->stream);
    for (int i = 0; i < 3; i++) {
        fcnn_row_hashes_clear(&data->hashes[i]);
    }
    fcnn_dataset_destroy(data->train.dataset);
    fcnn_dataset_destroy(data->validation.dataset);
    fcnn_dataset_destroy(data->test.dataset);
    fcnn_sampler_destroy(data->sampler);
    free(data->chosen);
    free(data->own_labels);
    free(data->own_weights);
    fcnn_weights_clear(&data->weights);
    fcnn_weights_clear(&data->other_weights[0]);
    fcnn_weights_clear(&data->other_weights[1]);
    free(data);
}
