/* src/model/normalizer.c — statistics of the training rows. */
#include "model/normalizer.h"

#include "compute/exact_sum.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

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

/* Mean over all ranks of (x − centre)^power of each column, into out. */
static void mean_powers(sums *all, const fcnn_table *table, int64_t rows, const double *centre, int power,
                        fcnn_comm *comm, double *out)
{
    for (int64_t column = 0; column < table->width; column++) {
        all->columns[column] = (fcnn_exact_sum){0};
    }
    for (int64_t row = 0; row < table->rows; row++) {
        for (int64_t column = 0; column < table->width; column++) {
            const double value = fcnn_table_value(table, row, column) - centre[column];
            fcnn_exact_sum_add(&all->columns[column], power == 1 ? value : value * value);
        }
    }
    fcnn_exact_sum_over_ranks(comm, table->width, all->columns, all->work);
    for (int64_t column = 0; column < table->width; column++) {
        out[column] = fcnn_exact_sum_value(&all->columns[column]) / (double)rows;
    }
}

static fcnn_status standardize(fcnn_normalizer *normalizer, const fcnn_table *table, int64_t rows, fcnn_comm *comm)
{
    sums all = {0};
    const fcnn_status status = fcnn_comm_agree(comm, create_sums(table->width, &all));
    if (status == FCNN_OK) {
        mean_powers(&all, table, rows, normalizer->shift, 1, comm, normalizer->shift);
        mean_powers(&all, table, rows, normalizer->shift, 2, comm, normalizer->scale);
        for (int64_t column = 0; column < table->width; column++) {
            const double deviation = sqrt(normalizer->scale[column]);
            normalizer->scale[column] = deviation > 0 ? deviation : 1;
        }
    }
    clear_sums(&all);
    return status;
}

static void minmax(fcnn_normalizer *normalizer, const fcnn_table *table, fcnn_comm *comm)
{
    double *smallest = normalizer->shift, *largest = normalizer->scale;
    for (int64_t column = 0; column < table->width; column++) {
        smallest[column] = -INFINITY; /* of −x, so that one maximum serves both */
        largest[column] = -INFINITY;
        for (int64_t row = 0; row < table->rows; row++) {
            const double value = fcnn_table_value(table, row, column);
            smallest[column] = -value > smallest[column] ? -value : smallest[column];
            largest[column] = value > largest[column] ? value : largest[column];
        }
    }
    fcnn_comm_max_doubles(comm, table->width, smallest);
    fcnn_comm_max_doubles(comm, table->width, largest);
    for (int64_t column = 0; column < table->width; column++) {
        const double range = largest[column] + smallest[column];
        smallest[column] = 0 - smallest[column];
        normalizer->scale[column] = range > 0 ? range : 1;
    }
}

fcnn_status fcnn_normalizer_fit(fcnn_normalizer *normalizer, fcnn_normalize kind, double divisor,
                                const fcnn_table *table, int64_t rows, fcnn_comm *comm)
{
    switch (kind) {
    case FCNN_NORMALIZE_STANDARDIZE:
        return standardize(normalizer, table, rows, comm);
    case FCNN_NORMALIZE_MINMAX:
        minmax(normalizer, table, comm);
        break;
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
