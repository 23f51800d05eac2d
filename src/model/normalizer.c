/* src/model/normalizer.c — statistics of the training rows. */
#include "model/normalizer.h"

#include "compute/exact_sum.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One of the two tables of a dataset. */
typedef struct side_of {
    fcnn_dataset *dataset;
    fcnn_side side;
    int64_t width;
} side_of;

typedef struct sums {
    fcnn_exact_sum *columns; /* [width] */
    double *work;            /* for the exchange */
} sums;

static fcnn_status create_sums(int64_t width, sums *out)
{
    FCNN_TRY(fcnn_memory_create("the column sums", width, sizeof *out->columns, &out->columns));
    return fcnn_memory_create("the column sums", width * (FCNN_EXACT_LIMBS + 1), sizeof(double), &out->work);
}

static void clear_sums(sums *all)
{
    free(all->columns);
    free(all->work);
}

static const fcnn_table *table_of(const fcnn_block *block, fcnn_side side)
{
    return side == FCNN_SIDE_INPUTS ? &block->inputs : &block->targets;
}

/* Mean over all ranks of (x − centre)^power of each column, into out. */
static fcnn_status mean_powers(sums *all, const side_of *from, const double *centre, int power, fcnn_comm *comm,
                               double *out)
{
    const int64_t width = from->width;
    memset(all->columns, 0, (size_t)width * sizeof *all->columns);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(from->dataset, 0, &block, &status);) {
        const fcnn_table *table = table_of(&block, from->side);
        for (int64_t row = 0; row < table->rows; row++) {
            for (int64_t column = 0; column < width; column++) {
                const double value = fcnn_table_value(table, row, column) - centre[column];
                fcnn_exact_sum_add(&all->columns[column], power == 1 ? value : value * value);
            }
        }
    }
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, status)));
    fcnn_exact_sum_over_ranks(comm, width, all->columns, all->work);
    for (int64_t column = 0; column < width; column++) {
        out[column] = fcnn_exact_sum_value(&all->columns[column]) / (double)from->dataset->rows;
    }
    return FCNN_OK;
}

static fcnn_status standardize(fcnn_normalizer *normalizer, const side_of *from, fcnn_comm *comm)
{
    sums all = {0};
    fcnn_status status = fcnn_comm_agree(comm, create_sums(from->width, &all));
    if (status == FCNN_OK) {
        status = mean_powers(&all, from, normalizer->shift, 1, comm, normalizer->shift);
    }
    if (status == FCNN_OK) {
        status = mean_powers(&all, from, normalizer->shift, 2, comm, normalizer->scale);
    }
    for (int64_t column = 0; status == FCNN_OK && column < from->width; column++) {
        const double deviation = sqrt(normalizer->scale[column]);
        normalizer->scale[column] = deviation > 0 ? deviation : 1;
    }
    clear_sums(&all);
    return status;
}

static fcnn_status minmax(fcnn_normalizer *normalizer, const side_of *from, fcnn_comm *comm)
{
    double *smallest = normalizer->shift, *largest = normalizer->scale;
    for (int64_t column = 0; column < from->width; column++) {
        smallest[column] = -INFINITY; /* of −x, so that one maximum serves both */
        largest[column] = -INFINITY;
    }
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(from->dataset, 0, &block, &status);) {
        const fcnn_table *table = table_of(&block, from->side);
        for (int64_t row = 0; row < table->rows; row++) {
            for (int64_t column = 0; column < from->width; column++) {
                const double value = fcnn_table_value(table, row, column);
                smallest[column] = -value > smallest[column] ? -value : smallest[column];
                largest[column] = value > largest[column] ? value : largest[column];
            }
        }
    }
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, status)));
    fcnn_comm_max_doubles(comm, from->width, smallest);
    fcnn_comm_max_doubles(comm, from->width, largest);
    for (int64_t column = 0; column < from->width; column++) {
        const double range = largest[column] + smallest[column];
        smallest[column] = 0 - smallest[column];
        normalizer->scale[column] = range > 0 ? range : 1;
    }
    return FCNN_OK;
}

fcnn_status fcnn_normalizer_fit(fcnn_normalizer *normalizer, fcnn_normalize kind, double divisor, fcnn_dataset *dataset,
                                fcnn_side side, fcnn_comm *comm)
{
    const side_of from = {
        .dataset = dataset,
        .side = side,
        .width = side == FCNN_SIDE_INPUTS ? dataset->inputs.width : dataset->targets.width,
    };
    switch (kind) {
    case FCNN_NORMALIZE_STANDARDIZE:
        return standardize(normalizer, &from, comm);
    case FCNN_NORMALIZE_MINMAX:
        return minmax(normalizer, &from, comm);
    case FCNN_NORMALIZE_SCALE:
        for (int64_t column = 0; column < normalizer->count; column++) {
            normalizer->scale[column] = divisor;
        }
        break;
    case FCNN_NORMALIZE_NONE:
        break;
    }
    return FCNN_OK;
}

void fcnn_normalizer_as_line(const fcnn_normalizer *normalizer, double *factor, double *offset)
{
    for (int64_t column = 0; column < normalizer->count; column++) {
        factor[column] = 1 / normalizer->scale[column];
        offset[column] = 0 - normalizer->shift[column] * factor[column];
    }
}
