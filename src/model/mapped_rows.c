/* src/model/mapped_rows.c — converts rows whose columns have transforms. */
#include "model/mapped_rows.h"

#include "compute/panels.h"
#include "core/sizes.h"

/* Computes the nonlinear part of some rows of a panel, from column `left` on; out is [rows][columns]. */
static void transform_rows(const fcnn_column_map *map, const fcnn_table *table, const int64_t *index, int64_t rows,
                           int64_t left, int64_t columns, double *out)
{
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t column = 0; column < columns; column++) {
            *out++ = fcnn_column_map_first(map, left + column, fcnn_table_value(table, index[row], left + column));
        }
    }
}

/* Converts some rows of a panel. */
static uint64_t take_panel(const fcnn_kernels *kernels, const fcnn_column_map *map, const fcnn_table *table,
                           const fcnn_rows_job *job, int64_t panel, int64_t first, int64_t rows)
{
    double values[FCNN_SIZE_TRANSFORM_ROWS_MOST * FCNN_PANEL];
    int64_t index[FCNN_SIZE_TRANSFORM_ROWS_MOST];
    const int64_t left = panel * FCNN_PANEL, rest = job->width - left;
    const int64_t columns = rest < FCNN_PANEL ? rest : FCNN_PANEL;
    transform_rows(map, table, job->index + first, rows, left, columns, values);
    for (int64_t row = 0; row < rows; row++) {
        index[row] = row;
    }
    const fcnn_rows_job part = {
        .values = values,
        .type = FCNN_TYPE_FLOAT64,
        .width = columns,
        .index = index,
        .factor = job->factor + left,
        .shift = job->shift + left,
        .out = (char *)job->out + (size_t)fcnn_panel_offset(job->rows, panel) * kernels->size,
        .rows = job->rows,
        .first = job->first + first,
        .last = job->first + first + rows,
    };
    return kernels->take_rows(&part);
}

uint64_t fcnn_mapped_rows_take(const fcnn_kernels *kernels, const fcnn_column_map *map, const fcnn_table *table,
                               const fcnn_rows_job *job)
{
    const int64_t rows = job->last - job->first, most = fcnn_size(FCNN_SIZE_TRANSFORM_ROWS);
    uint64_t magnitude = 0;
    for (int64_t first = 0; first < rows; first += most) {
        for (int64_t panel = 0; panel < fcnn_panel_count(job->width); panel++) {
            const uint64_t own =
                take_panel(kernels, map, table, job, panel, first, rows - first < most ? rows - first : most);
            magnitude = own > magnitude ? own : magnitude;
        }
    }
    return magnitude;
}
