/* src/model/outside.c — finds rows with values outside of the range of the training rows. */
#include "model/outside.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

fcnn_status fcnn_outside_create(int64_t count, fcnn_outside *out)
{
    fcnn_outside outside = {.count = count};
    fcnn_status status = fcnn_memory_create("the counts", count, sizeof *outside.column_rows, &outside.column_rows);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the ranges", count, sizeof(double), &outside.minus_least);
    }
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the ranges", count, sizeof(double), &outside.most);
    }
    if (status != FCNN_OK) {
        fcnn_outside_clear(&outside);
        return status;
    }
    for (int64_t column = 0; column < count; column++) {
        outside.minus_least[column] = outside.most[column] = -INFINITY;
    }
    *out = outside;
    return FCNN_OK;
}

void fcnn_outside_clear(fcnn_outside *outside)
{
    free(outside->column_rows);
    free(outside->minus_least);
    free(outside->most);
    *outside = (fcnn_outside){0};
}

/* Returns the distance from the range above which a value is far outside. */
static double margin(const fcnn_column_statistics *statistics, int64_t column)
{
    const double smallest = statistics->smallest[column], largest = statistics->largest[column];
    return smallest == largest ? 1e-6 * fabs(largest) : 0.5 * (largest - smallest);
}

/* Returns the distance of a value from the range; 0 if it is inside. */
static double distance(const fcnn_column_statistics *statistics, int64_t column, double value)
{
    return value < statistics->smallest[column]  ? statistics->smallest[column] - value
           : value > statistics->largest[column] ? value - statistics->largest[column]
                                                 : 0;
}

void fcnn_outside_add(const fcnn_column_statistics *statistics, const fcnn_table *table, fcnn_outside *outside)
{
    for (int64_t row = 0; row < table->rows; row++) {
        bool is_outside = false, is_far = false;
        for (int64_t column = 0; column < table->width; column++) {
            const double value = fcnn_table_value(table, row, column);
            const double by = distance(statistics, column, value);
            if (by > 0) {
                double *const farthest =
                    value < statistics->smallest[column] ? &outside->minus_least[column] : &outside->most[column];
                const double signed_value = value < statistics->smallest[column] ? -value : value;
                *farthest = signed_value > *farthest ? signed_value : *farthest;
                outside->column_rows[column]++;
                is_outside = true;
                is_far = is_far || by > margin(statistics, column);
            }
        }
        outside->rows += is_outside;
        outside->far_rows += is_far;
    }
}

void fcnn_outside_join(fcnn_outside *outside, fcnn_comm *comm)
{
    uint64_t rows[] = {outside->rows, outside->far_rows};
    fcnn_comm_sum_integers(comm, 2, rows);
    outside->rows = rows[0];
    outside->far_rows = rows[1];
    fcnn_comm_sum_integers(comm, outside->count, outside->column_rows);
    fcnn_comm_max_doubles(comm, outside->count, outside->minus_least);
    fcnn_comm_max_doubles(comm, outside->count, outside->most);
}

double fcnn_outside_value(const fcnn_column_statistics *statistics, const fcnn_outside *outside, int64_t column)
{
    const double least = -outside->minus_least[column], most = outside->most[column];
    return most - statistics->largest[column] > statistics->smallest[column] - least ? most : least;
}

/* Returns the distance of a column's most distant value in margins; 0 if all are inside. */
static double margins(const fcnn_column_statistics *statistics, const fcnn_outside *outside, int64_t column)
{
    if (outside->column_rows[column] == 0) {
        return 0;
    }
    return distance(statistics, column, fcnn_outside_value(statistics, outside, column)) / margin(statistics, column);
}

bool fcnn_outside_matters(const fcnn_column_statistics *statistics, const fcnn_outside *outside, int64_t rows,
                          int64_t *most, int64_t *farthest)
{
    *most = *farthest = 0;
    for (int64_t column = 1; column < outside->count; column++) {
        *most = outside->column_rows[column] > outside->column_rows[*most] ? column : *most;
        *farthest = margins(statistics, outside, column) > margins(statistics, outside, *farthest) ? column : *farthest;
    }
    return outside->count > 0 && (100 * outside->column_rows[*most] > (uint64_t)rows || outside->far_rows > 0);
}
