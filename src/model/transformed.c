/* src/model/transformed.c — statistics of transformed columns. */
#include "model/transformed.h"

#include "core/memory.h"
#include "data/column_sums.h"

#include <math.h>
#include <stdlib.h>

typedef struct sums {
    fcnn_column_sums values;
    fcnn_square_sum *squares; /* [count] */
    double *work;             /* scratch memory for sums over ranks */
    const double *mean;       /* [count]; NULL: the values are summed, otherwise the squares of their deviations */
} sums;

static fcnn_status create(int64_t count, sums *out)
{
    FCNN_TRY(fcnn_column_sums_create(count, FCNN_TYPE_FLOAT64, &out->values));
    FCNN_TRY(fcnn_memory_create("the column sums", count, sizeof *out->squares, &out->squares));
    return fcnn_memory_create("the column sums", count * FCNN_SQUARE_PARTS * (FCNN_EXACT_LIMBS + 1), sizeof *out->work,
                              &out->work);
}

static void clear(sums *all)
{
    fcnn_column_sums_clear(&all->values);
    free(all->squares);
    free(all->work);
}

/* Adds a column of a table. */
static void add_column(const fcnn_table *table, int64_t column, const fcnn_transform *transform, sums *out)
{
    for (int64_t row = 0; row < table->rows; row++) {
        const double value = fcnn_transform_apply(transform, fcnn_table_value(table, row, column));
        if (out->mean == NULL) {
            fcnn_column_sums_add_value(&out->values, column, value);
        } else if (!isnan(value)) { /* missing targets are not counted */
            fcnn_square_sum_add(&out->squares[column], value, out->mean[column], 1);
        }
    }
}

static fcnn_status add_rows(fcnn_dataset *dataset, fcnn_side side, const fcnn_normalizer *normalizer, sums *out)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        const fcnn_table *table = side == FCNN_SIDE_INPUTS ? &block.inputs : &block.targets;
        for (int64_t column = 0; column < table->width; column++) {
            const fcnn_transform *transform = fcnn_normalizer_transform(normalizer, column);
            if (transform != NULL) {
                add_column(table, column, transform, out);
            }
        }
    }
    fcnn_cursor_close(&cursor);
    return status;
}

/* Both passes over the rows.  Collective. */
static fcnn_status find(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side, const fcnn_normalizer *normalizer,
                        double *mean, double *deviation, sums *all)
{
    FCNN_TRY(fcnn_comm_agree_named(comm, add_rows(dataset, side, normalizer, all)));
    fcnn_column_sums_over_ranks(&all->values, comm);
    for (int64_t column = 0; column < normalizer->count; column++) {
        if (fcnn_normalizer_transform(normalizer, column) != NULL) {
            mean[column] = fcnn_column_sums_mean(&all->values, column);
        }
    }
    all->mean = mean;
    FCNN_TRY(fcnn_comm_agree_named(comm, add_rows(dataset, side, normalizer, all)));
    fcnn_square_sum_over_ranks(comm, normalizer->count, all->squares, all->work);
    for (int64_t column = 0; column < normalizer->count; column++) {
        if (fcnn_normalizer_transform(normalizer, column) != NULL) {
            deviation[column] = fcnn_square_sum_root_mean(&all->squares[column], (double)all->values.counts[column]);
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_transformed_moments(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side,
                                     const fcnn_normalizer *normalizer, double *mean, double *deviation)
{
    sums all = {.mean = NULL};
    fcnn_status status = fcnn_comm_agree(comm, create(normalizer->count, &all));
    if (status == FCNN_OK) {
        status = find(dataset, comm, side, normalizer, mean, deviation, &all);
    }
    clear(&all);
    return status;
}
