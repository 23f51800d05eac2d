/* tests/columns_in_memory.h — columns of a test as the rows of ranks, and their normalization. */
#ifndef FCNN_TESTS_COLUMNS_IN_MEMORY_H
#define FCNN_TESTS_COLUMNS_IN_MEMORY_H

#include "harness.h"

#include "data/dataset.h"
#include "model/column_statistics.h"
#include "model/normalizer.h"

/* The rows of this rank of a table [rows][columns], as inputs and as targets. */
static inline fcnn_dataset columns_part(const double *values, int64_t rows, int64_t columns)
{
    const fcnn_comm *comm = harness_comm();
    const int64_t first = fcnn_comm_first_item(rows, comm->rank, comm->size);
    const int64_t own = fcnn_comm_first_item(rows, comm->rank + 1, comm->size) - first;
    const fcnn_table table = {FCNN_TYPE_FLOAT64, own, columns, (double *)(uintptr_t)values + first * columns};
    return (fcnn_dataset){.source = {.file = (char *)(uintptr_t) "t.h5",
                                     .inputs_name = (char *)(uintptr_t) "/x",
                                     .targets_name = (char *)(uintptr_t) "/y",
                                     .rows = rows},
                          .first = first,
                          .own_rows = own,
                          .rows = {.inputs = table, .targets = table}};
}

/* Fits all columns, of which there are at most 8, in one way; *out is to be cleared.  Returns the status.
 * Collective. */
static inline fcnn_status columns_fit(const double *values, int64_t rows, int64_t columns, fcnn_normalize kind,
                                      fcnn_normalizer *out)
{
    fcnn_dataset dataset = columns_part(values, rows, columns);
    fcnn_column_statistics statistics;
    fcnn_normalize kinds[8];
    for (int64_t column = 0; column < columns; column++) {
        kinds[column] = kind;
    }
    HARNESS_OK(fcnn_column_statistics_find(&dataset, harness_comm(), &statistics, NULL));
    HARNESS_OK(fcnn_normalizer_create(columns, out));
    const fcnn_status status =
        fcnn_normalizer_fit(out, kinds, 1, &dataset, FCNN_SIDE_INPUTS, &statistics, harness_comm());
    fcnn_column_statistics_clear(&statistics);
    return status;
}

#endif
