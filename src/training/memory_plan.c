/* src/training/memory_plan.c — decides which rows are kept in memory and which are streamed from their files. */
#include "training/memory_plan.h"

#include "core/memory_limit.h"
#include "core/resident.h"
#include "data/shard.h"

#include <inttypes.h>

/* Returns the part of the free memory that rows may use: a quarter is reserved for the network, gradients and MPI. */
static int64_t for_rows(int64_t bytes)
{
    return bytes / 4 * 3;
}

/* Bytes that this rank may use, including those that it uses now. */
static int64_t own_limit(const fcnn_config *config, fcnn_comm *comm)
{
    int64_t limit;
    fcnn_config_memory_limit(config, &limit);
    if (limit != FCNN_AUTO) {
        return limit;
    }
    const int64_t resident = fcnn_resident_bytes();
    const int64_t share = fcnn_memory_available() / fcnn_comm_node_size(comm);
    return resident > 0 && share < INT64_MAX - resident ? share + resident : share;
}

/* Largest number of bytes on a rank if the rows are distributed evenly. */
static int64_t even_bytes(const fcnn_dataset *dataset, const fcnn_comm *comm)
{
    return dataset == NULL ? 0 : (dataset->source.rows + comm->size - 1) / comm->size * fcnn_rows_bytes(&dataset->rows);
}

/* Whether training rows have weights. */
static bool has_weights(const fcnn_config *config)
{
    return config->data_weights[0] != '\0' || config->data_class_weight[0] != '\0';
}

/* Largest number of bytes of training rows on a rank, including their order, labels and weights. */
static int64_t train_bytes(const fcnn_config *config, const fcnn_training_data *data, const fcnn_comm *comm)
{
    const fcnn_dataset *train = data->train.dataset;
    const int64_t shards = (data->blocks + comm->size - 1) / comm->size;
    const int64_t rows = shards * ((train->source.rows + data->blocks - 1) / data->blocks);
    const size_t beside = sizeof(int64_t) + sizeof(int32_t) + (has_weights(config) ? sizeof(double) : 0);
    return rows * (fcnn_rows_bytes(&train->rows) + (int64_t)beside);
}

/* Whether a part of `bytes` is streamed; if it is kept in memory, its bytes are subtracted from *room. */
static bool streams(const fcnn_config *config, int64_t bytes, int64_t *room)
{
    switch (config->data_memory) {
    case FCNN_MEMORY_RESIDENT:
        return false;
    case FCNN_MEMORY_STREAM:
        return true;
    case FCNN_MEMORY_AUTO:
        break;
    }
    if (bytes > *room) {
        return true;
    }
    *room -= bytes;
    return false;
}

void fcnn_memory_plan_make(const fcnn_config *config, fcnn_comm *comm, const fcnn_training_data *data,
                           fcnn_memory_plan *out)
{
    const int64_t resident = fcnn_resident_bytes();
    int64_t least[2] = {-own_limit(config, comm), resident > 0 ? resident : 0};
    fcnn_comm_max_integers(comm, 2, least);
    *out = (fcnn_memory_plan){.limit = -least[0], .has_weights = has_weights(config)};
    out->available = out->limit > least[1] ? for_rows(out->limit - least[1]) : 0;
    int64_t room = out->available;
    out->streams_validation = streams(config, even_bytes(data->validation.dataset, comm), &room);
    out->streams_test = streams(config, even_bytes(data->test.dataset, comm), &room);
    out->streams_train = streams(config, train_bytes(config, data, comm), &room);
}

fcnn_status fcnn_memory_plan_check(const fcnn_memory_plan *plan, fcnn_comm *comm, const fcnn_training_data *data)
{
    if (!plan->streams_train) {
        return FCNN_OK;
    }
    int64_t bytes = fcnn_stream_bytes(data->train.dataset, data->sampler, true, plan->has_weights);
    fcnn_comm_max_integers(comm, 1, &bytes);
    if (bytes <= plan->available) {
        return FCNN_OK;
    }
    const int64_t window = fcnn_sampler_window_rows(data->sampler);
    if (plan->available == 0) {
        return fcnn_fail(
            FCNN_ECONFIG,
            "data.memory_limit = %" PRId64
            " MB is less than the memory of a rank without any rows: set a higher limit, or use nodes with more memory",
            plan->limit >> 20);
    }
    /* reduced by a tenth, because the memory of a process without rows varies from run to run */
    const int64_t fitting = (int64_t)(0.9 * (double)window * (double)plan->available / (double)bytes);
    if (fitting < fcnn_sampler_least_window(data->sampler)) {
        return fcnn_fail(FCNN_ECONFIG,
                         "windows of %" PRId64 " rows need %" PRId64
                         " MB on a rank, but data.memory_limit leaves %" PRId64 " MB for rows (of %" PRId64
                         " MB): use more memory or more ranks",
                         window, bytes >> 20, plan->available >> 20, plan->limit >> 20);
    }
    return fcnn_fail(FCNN_ECONFIG,
                     "windows of %" PRId64 " rows need %" PRId64 " MB on a rank, but data.memory_limit leaves %" PRId64
                     " MB for rows (of %" PRId64 " MB): set data.shuffle_window = %" PRId64
                     " or less (which changes the "
                     "order of the rows), or use more memory or more ranks",
                     window, bytes >> 20, plan->available >> 20, plan->limit >> 20, fitting);
}
