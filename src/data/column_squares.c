/* src/data/column_squares.c — sums of squared deviations of the values of each column. */
#include "data/column_squares.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Adds the squares of this rank's rows. */
static fcnn_status add_squares(fcnn_dataset *dataset, fcnn_side side, const double *means, fcnn_square_sum *sums,
                               uint64_t *counts)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        const fcnn_table *table = side == FCNN_SIDE_INPUTS ? &block.inputs : &block.targets;
        for (int64_t row = 0; row < table->rows; row++) {
            for (int64_t column = 0; column < table->width; column++) {
                const double value = fcnn_table_value(table, row, column);
                if (!isnan(value)) {
                    fcnn_square_sum_add(&sums[column], value, means[column], 1);
                    counts[column]++;
                }
            }
        }
    }
    fcnn_cursor_close(&cursor);
    return status;
}

fcnn_status fcnn_column_squares_find(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side, const double *means,
                                     fcnn_square_sum *sums, uint64_t *counts)
{
    const int64_t columns = side == FCNN_SIDE_INPUTS ? dataset->rows.inputs.width : dataset->rows.targets.width;
    double *work;
    FCNN_TRY(fcnn_comm_agree(comm,
                             fcnn_memory_create("the column sums", columns * FCNN_SQUARE_PARTS * (FCNN_EXACT_LIMBS + 1),
                                                sizeof *work, &work)));
    memset(counts, 0, (size_t)columns * sizeof *counts);
    const fcnn_status status = fcnn_comm_agree_named(comm, add_squares(dataset, side, means, sums, counts));
    if (status == FCNN_OK) {
        fcnn_comm_sum_integers(comm, columns, counts);
        fcnn_square_sum_over_ranks(comm, columns, sums, work);
    }
    free(work);
    return status;
}
