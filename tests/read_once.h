/* tests/read_once.h — single reads of HDF5 files: a dataset is opened, read and closed. */
#ifndef FCNN_TESTS_READ_ONCE_H
#define FCNN_TESTS_READ_ONCE_H

#include "hdf5/dataset.h"

#include <stdlib.h>

/* Opens a dataset, and picks some of its columns; columns −1: all of them. */
static inline fcnn_status read_once_open(fcnn_hdf5_file *file, const char *name, bool by_columns, int64_t column,
                                         int64_t columns, fcnn_hdf5_dataset **out)
{
    bool picks;
    FCNN_TRY(fcnn_hdf5_dataset_open(file, name, by_columns, out));
    const fcnn_status status = columns >= 0 ? fcnn_hdf5_dataset_pick(*out, column, columns, &picks) : FCNN_OK;
    if (status != FCNN_OK) {
        fcnn_hdf5_dataset_close(*out);
    }
    return status;
}

/* Rows of a dataset [features…][rows]. */
static inline fcnn_status read_once_columns(fcnn_hdf5_file *file, const char *name, int64_t first, int64_t count,
                                            void *out)
{
    fcnn_hdf5_dataset *dataset;
    FCNN_TRY(read_once_open(file, name, true, 0, -1, &dataset));
    const fcnn_status status = fcnn_hdf5_dataset_read(dataset, first, count, out);
    fcnn_hdf5_dataset_close(dataset);
    return status;
}

/* Some columns of rows of a dataset [rows][columns]; with all ranks, where the file is open on all of them. */
static inline fcnn_status read_once_block(fcnn_hdf5_file *file, const char *name, int64_t first, int64_t count,
                                          int64_t column, int64_t columns, bool joins, void *out)
{
    fcnn_hdf5_dataset *dataset;
    FCNN_TRY(read_once_open(file, name, false, column, columns, &dataset));
    fcnn_status status = joins ? fcnn_hdf5_dataset_join(dataset) : FCNN_OK;
    if (status == FCNN_OK) {
        status = fcnn_hdf5_dataset_read(dataset, first, count, out);
    }
    fcnn_hdf5_dataset_close(dataset);
    return status;
}

static inline fcnn_status read_once_strings(fcnn_hdf5_file *file, const char *name, int64_t first, int64_t count,
                                            char **out)
{
    fcnn_hdf5_dataset *dataset;
    FCNN_TRY(fcnn_hdf5_dataset_open(file, name, false, &dataset));
    const fcnn_status status = fcnn_hdf5_dataset_read_strings(dataset, first, count, out);
    fcnn_hdf5_dataset_close(dataset);
    return status;
}

static inline fcnn_status read_once_labels(fcnn_hdf5_file *file, const char *name, const char *attribute,
                                           int64_t columns, char **out)
{
    fcnn_hdf5_dataset *dataset;
    FCNN_TRY(fcnn_hdf5_dataset_open(file, name, false, &dataset));
    const fcnn_status status = fcnn_hdf5_dataset_read_column_attribute(dataset, attribute, columns, false, out);
    fcnn_hdf5_dataset_close(dataset);
    return status;
}

/* Rows that were never written; columns −1: of all columns. */
static inline fcnn_status read_once_unwritten(fcnn_hdf5_file *file, const char *name, bool by_columns, int64_t first,
                                              int64_t count, int64_t column, int64_t columns, fcnn_hdf5_unwritten *out)
{
    fcnn_hdf5_dataset *dataset;
    FCNN_TRY(read_once_open(file, name, by_columns, column, columns, &dataset));
    const fcnn_status status = fcnn_hdf5_dataset_find_unwritten(dataset, first, count, out);
    fcnn_hdf5_dataset_close(dataset);
    return status;
}

#endif
