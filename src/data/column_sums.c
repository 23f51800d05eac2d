/* src/data/column_sums.c — exact sums of the values of each column over rows and ranks. */
#include "data/column_sums.h"

#include "core/memory.h"

#include <stdlib.h>

static fcnn_status create_sums(fcnn_type type, fcnn_column_sums *sums)
{
    const int64_t columns = sums->columns;
    FCNN_TRY(fcnn_memory_create("the column sums", columns, sizeof *sums->counts, &sums->counts));
    FCNN_TRY(fcnn_memory_create("the column sums", columns, sizeof *sums->smallest, &sums->smallest));
    FCNN_TRY(fcnn_memory_create("the column sums", columns, sizeof *sums->largest, &sums->largest));
    for (int64_t column = 0; column < columns; column++) {
        sums->smallest[column] = sums->largest[column] = -INFINITY;
    }
    sums->is_small = fcnn_type_is_integer(type) && fcnn_type_size(type) <= 4;
    if (sums->is_small) {
        return fcnn_memory_create("the column sums", columns, sizeof *sums->whole, &sums->whole);
    }
    FCNN_TRY(fcnn_memory_create("the column sums", columns, sizeof *sums->exact, &sums->exact));
    return fcnn_memory_create("the column sums", columns * (FCNN_EXACT_LIMBS + 1), sizeof *sums->work, &sums->work);
}

fcnn_status fcnn_column_sums_create(int64_t columns, fcnn_type type, fcnn_column_sums *out)
{
    *out = (fcnn_column_sums){.columns = columns};
    const fcnn_status status = create_sums(type, out);
    if (status != FCNN_OK) {
        fcnn_column_sums_clear(out);
    }
    return status;
}

void fcnn_column_sums_clear(fcnn_column_sums *sums)
{
    free(sums->counts);
    free(sums->smallest);
    free(sums->largest);
    free(sums->whole);
    free(sums->exact);
    free(sums->work);
    *sums = (fcnn_column_sums){0};
}

void fcnn_column_sums_add(fcnn_column_sums *sums, const fcnn_table *table)
{
    for (int64_t row = 0; row < table->rows; row++) {
        for (int64_t column = 0; column < sums->columns; column++) {
            fcnn_column_sums_add_value(sums, column, fcnn_table_value(table, row, column));
        }
    }
}

void fcnn_column_sums_over_ranks(fcnn_column_sums *sums, fcnn_comm *comm)
{
    fcnn_comm_sum_integers(comm, sums->columns, sums->counts);
    fcnn_comm_max_doubles(comm, sums->columns, sums->smallest);
    fcnn_comm_max_doubles(comm, sums->columns, sums->largest);
    for (int64_t column = 0; column < sums->columns; column++) {
        sums->smallest[column] = 0 - sums->smallest[column];
        sums->largest[column] += 0; /* both are 0 and never -0, of which the maximum takes any */
    }
    if (sums->is_small) {
        fcnn_comm_sum_integers(comm, sums->columns, sums->whole);
    } else {
        fcnn_exact_sum_over_ranks(comm, sums->columns, sums->exact, sums->work);
    }
}

/* Converts a 64-bit whole number to an exact sum, in two parts that a double can represent exactly. */
static fcnn_exact_sum sum_of_whole(uint64_t whole)
{
    fcnn_exact_sum sum = {0};
    const uint64_t low = whole & UINT32_MAX;
    fcnn_exact_sum_add(&sum, (double)(int64_t)(whole - low));
    fcnn_exact_sum_add(&sum, (double)low);
    return sum;
}

double fcnn_column_sums_mean(const fcnn_column_sums *sums, int64_t column)
{
    fcnn_exact_sum whole;
    if (sums->is_small) {
        whole = sum_of_whole(sums->whole[column]);
    }
    return fcnn_exact_sum_mean(sums->is_small ? &whole : &sums->exact[column], (int64_t)sums->counts[column],
                               sums->smallest[column], sums->largest[column]);
}
