/* src/training/footprint.c — a formula for the memory that training uses on a rank. */
#include "training/footprint.h"

#include "config/normalization.h"
#include "core/sizes.h"
#include "model/normalizer.h"
#include "predict/metrics.h"

static int64_t part_bytes(const fcnn_data_part *part)
{
    const fcnn_dataset *dataset = part->dataset;
    if (dataset == NULL) {
        return 0;
    }
    const int64_t rows =
        dataset->streams ? fcnn_cursor_block_rows(&dataset->rows, dataset->own_rows) : dataset->own_rows;
    return rows * fcnn_rows_bytes(&dataset->rows);
}

static int64_t data_bytes(const fcnn_training_data *data)
{
    const int64_t rows = data->rows->inputs.rows;
    const int64_t numbers =
        rows + 2 * fcnn_sampler_capacity(data->sampler) + fcnn_sampler_leaf_capacity(data->sampler) + 1;
    const int64_t windows = data->stream != NULL ? rows * fcnn_rows_bytes(data->rows) : 0;
    return windows + part_bytes(&data->train) + part_bytes(&data->validation) + part_bytes(&data->test) +
           (data->labels != NULL ? rows * (int64_t)sizeof(int32_t) : 0) +
           (data->row_weights != NULL ? rows * (int64_t)sizeof(double) : 0) + numbers * (int64_t)sizeof(int64_t);
}

int64_t fcnn_footprint_of_model(const fcnn_architecture *shape)
{
    return fcnn_architecture_parameters(shape) * (int64_t)fcnn_architecture_size(shape);
}

/* The normalization in the model and in the network, whose map has three numbers for each column. */
static int64_t normalizer_bytes(const fcnn_normalizer *normalizer)
{
    int64_t landmarks = 0;
    for (int64_t column = 0; normalizer->transforms != NULL && column < normalizer->count; column++) {
        landmarks += normalizer->transforms[column].kind == FCNN_TRANSFORM_QUANTILE ? normalizer->landmark_count : 0;
    }
    const int64_t column = 2 * sizeof(double) + (normalizer->transforms != NULL ? sizeof(fcnn_transform) : 0);
    return 2 * (normalizer->count * column + landmarks * (int64_t)sizeof(double)) +
           3 * normalizer->count * (int64_t)sizeof(double);
}

static int64_t network_bytes(const fcnn_step *step)
{
    const fcnn_network *network = step->network;
    const fcnn_architecture *shape = &network->shape;
    const int64_t model = fcnn_footprint_of_model(shape);
    const int64_t thread = (int64_t)(sizeof *step->notes + sizeof *step->times) +
                           2 * fcnn_architecture_tensors(shape) * (int64_t)sizeof(uint64_t);
    return model + fcnn_optimizer_bytes(step->optimizer, network) +
           fcnn_network_bytes(shape, network->all.rows, FCNN_NETWORK_TRAINING, network->threads) +
           normalizer_bytes(&network->input_map.own) + normalizer_bytes(&network->target_map.own) +
           fcnn_team_threads(step->team) * thread;
}

static int64_t gradient_bytes(const fcnn_step *step)
{
    const int64_t buffer = fcnn_exchange_bytes(step->exchange);
    const int64_t own =
        step->gradient->threads * fcnn_gradient_buffer_bytes(step->gradient) + fcnn_gradient_pair_bytes(step->gradient);
    if (step->comm->size == 1) {
        return own + buffer;
    }
    const bool shared = fcnn_exchange_kind_used(step->exchange) == FCNN_EXCHANGE_SHARED;
    return own + buffer + (shared ? buffer - buffer / step->comm->size : buffer / 2);
}

void fcnn_footprint_find(const fcnn_training_data *data, const fcnn_step *step, fcnn_footprint *out)
{
    *out = (fcnn_footprint){
        .data = data_bytes(data),
        .network = network_bytes(step),
        .gradients = gradient_bytes(step),
    };
}

void fcnn_footprint_add_metrics(const fcnn_config *config, const fcnn_comm *comm, const fcnn_training_data *data,
                                const fcnn_step *step, fcnn_footprint *out)
{
    const fcnn_metric_choice choice = fcnn_metric_choice_of(config);
    const fcnn_data_part *parts[] = {&data->validation, &data->test};
    const int64_t most = fcnn_size(FCNN_SIZE_EVALUATION_ROWS);
    for (int i = 0; i < 2; i++) {
        const fcnn_dataset *dataset = parts[i]->dataset;
        if (dataset != NULL) {
            const fcnn_metric_rows rows = {.all = dataset->source.rows,
                                           .own = dataset->own_rows,
                                           .room = dataset->own_rows < most ? dataset->own_rows : most,
                                           .weighs = parts[i]->weights != NULL};
            out->metrics +=
                fcnn_metrics_bytes(comm, fcnn_team_threads(step->team), &step->network->shape, &choice, &rows);
        }
    }
}

void fcnn_footprint_add_start(const fcnn_config *config, const fcnn_training_data *data, const fcnn_step *step,
                              fcnn_footprint *out)
{
    const int64_t rows = data->train.dataset->source.rows;
    const int64_t inputs = fcnn_normalizer_fit_bytes(
        &step->network->input_map.own, fcnn_normalization_has(config->data_normalize, FCNN_NORMALIZE_ROBUST), rows);
    const int64_t targets =
        fcnn_normalizer_fit_bytes(&step->network->target_map.own,
                                  fcnn_normalization_has(config->data_normalize_targets, FCNN_NORMALIZE_ROBUST), rows);
    out->start = inputs > targets ? inputs : targets;
}

int64_t fcnn_footprint_bytes(const fcnn_footprint *footprint)
{
    const int64_t training = footprint->network + footprint->gradients + footprint->metrics;
    return footprint->data + (training > footprint->start ? training : footprint->start);
}
