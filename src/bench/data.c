/* src/bench/data.c — creates synthetic rows for a benchmark in memory. */
#include "core/memory.h"
#include "core/random.h"
#include "data/shard.h"
#include "bench/benchmark.h"
#include "config/outputs.h"

#include <math.h>
#include <stdlib.h>

enum { SEED = 1, INPUTS = 0, TARGETS = 1 }; /* the last two: purposes of random numbers */

#define MOST_INPUT_BYTES ((int64_t)1 << 26) /* limit for the inputs, unless four batches need more */

int64_t fcnn_benchmark_rows(const fcnn_workload *workload)
{
    const int64_t fitting = MOST_INPUT_BYTES / (fcnn_architecture_inputs(&workload->shape) * (int64_t)sizeof(float));
    const int64_t rows = fitting < 8192 ? fitting : 8192;
    return rows > 4 * workload->batch ? rows : 4 * workload->batch;
}

/* Converts 32 random bits to a float in −1 … 1. */
static float between(uint64_t word, int half)
{
    const int32_t whole = (int32_t)(uint32_t)(word >> (32 * half)) >> 8;
    return (float)whole * 0x1p-23F;
}

/* Fills a table with random rows, starting with row number `first`. */
static fcnn_status draw_table(int64_t rows, int64_t width, int64_t first, uint32_t what, fcnn_table *out)
{
    float *values;
    FCNN_TRY(fcnn_memory_create("the rows", rows * width, sizeof *values, &values));
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t column = 0; column < width; column += 4) {
            const fcnn_random_pair pair =
                fcnn_random_draw(SEED, FCNN_RANDOM_MADE_UP, (uint32_t)(column / 4), (uint32_t)(first + row), what);
            for (int64_t i = 0; i < 4 && column + i < width; i++) {
                values[row * width + column + i] = between(i < 2 ? pair.first : pair.second, (int)(i % 2));
            }
        }
    }
    *out = (fcnn_table){FCNN_TYPE_FLOAT32, rows, width, values};
    return FCNN_OK;
}

/* Makes targets of losses that require numbers of at least 0, or from 0 to 1. */
static void take_magnitudes(fcnn_table *table)
{
    float *values = table->values;
    for (int64_t i = 0; i < table->rows * table->width; i++) {
        values[i] = fabsf(values[i]);
    }
}

static fcnn_status draw_labels(int64_t rows, int64_t classes, int64_t first, int32_t **out)
{
    FCNN_TRY(fcnn_memory_create("the labels", rows, sizeof **out, out));
    for (int64_t row = 0; row < rows; row++) {
        const fcnn_random_pair pair = fcnn_random_draw(SEED, FCNN_RANDOM_MADE_UP, 0, (uint32_t)(first + row), TARGETS);
        (*out)[row] = (int32_t)(pair.first % (uint64_t)classes);
    }
    return FCNN_OK;
}

static fcnn_status fill(const fcnn_architecture *shape, int64_t rows, const fcnn_comm *comm, fcnn_training_data *data)
{
    const fcnn_sampler_plan plan = {.rows = rows, .batch = data->batch, .blocks = data->blocks, .seed = SEED};
    FCNN_TRY(fcnn_sampler_create(&plan, true, comm->rank, comm->size, &data->sampler));
    FCNN_TRY(fcnn_memory_create("the rows", 1, sizeof *data->train.dataset, &data->train.dataset));
    fcnn_dataset *dataset = data->train.dataset;
    const int64_t outputs = fcnn_architecture_outputs(shape);
    const int64_t first = data->sampler->first_row;
    const int64_t own = fcnn_shard_first(rows, data->blocks, data->sampler->last_shard) - first;
    dataset->source.rows = rows;
    dataset->first = first;
    dataset->own_rows = own;
    data->rows = &dataset->rows;
    FCNN_TRY(draw_table(own, fcnn_architecture_inputs(shape), first, INPUTS, &dataset->rows.inputs));
    if (shape->output == FCNN_OUTPUT_SOFTMAX) {
        FCNN_TRY(draw_labels(own, outputs, first, &data->own_labels));
        data->labels = data->own_labels;
        return FCNN_OK;
    }
    FCNN_TRY(draw_table(own, fcnn_architecture_targets(shape), first, TARGETS, &dataset->rows.targets));
    if (fcnn_loss_targets(shape->loss) != FCNN_TARGETS_NUMBERS) {
        take_magnitudes(&dataset->rows.targets);
    }
    return FCNN_OK;
}

fcnn_status fcnn_benchmark_data_create(const fcnn_architecture *shape, int64_t rows, int64_t batch, int64_t blocks,
                                       const fcnn_comm *comm, fcnn_training_data **out)
{
    fcnn_training_data *data;
    FCNN_TRY(fcnn_memory_create("the data", 1, sizeof *data, &data));
    data->batch = batch;
    data->blocks = blocks;
    const fcnn_status status = fill(shape, (rows + batch - 1) / batch * batch, comm, data);
    if (status != FCNN_OK) {
        fcnn_training_data_destroy(data);
        return status;
    }
    fcnn_sampler_start_epoch(data->sampler, 0);
    *out = data;
    return FCNN_OK;
}
