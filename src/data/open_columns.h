/* src/data/open_columns.h — columns in one open file. Their datasets are opened and described, and their decoding is
 * found, once; they stay open while rows are read. One thread at a time uses an object. */
#ifndef FCNN_DATA_OPEN_COLUMNS_H
#define FCNN_DATA_OPEN_COLUMNS_H

#include "data/columns.h"
#include "data/decoding.h"
#include "hdf5/dataset.h"

typedef struct fcnn_open_part {
    fcnn_hdf5_dataset *dataset;
    int64_t rows, all;    /* number of rows and columns of the dataset in this file */
    int64_t first, width; /* the columns of the part: first … first + width − 1 */
    bool picks;           /* only these columns are read; otherwise whole rows, from which the columns are copied */
    fcnn_decoding decoding;
} fcnn_open_part;

typedef struct fcnn_open_columns {
    const fcnn_columns *columns; /* borrowed; NULL: not open */
    int64_t count;
    fcnn_open_part *parts; /* [count] */
    int64_t width;         /* number of columns of all parts */
    /* [selected columns]: the position of each among all columns; NULL: all columns in their order */
    const int64_t *order;
    bool is_joined;
} fcnn_open_columns;

/* Opens the datasets, checks their shapes and finds their decoding. Borrows the resolved columns, and the file, which
 * must be closed after out. out is to be closed, also after a failure.
 * Not collective, even for a file that all ranks have open. Fails: FCNN_EDATA if a dataset is missing, lacks columns or
 * has no rows; FCNN_ENOMEM. */
fcnn_status fcnn_open_columns_open(const fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_open_columns *out);

/* Sets the order of the selected columns, which is borrowed; NULL: all columns in their order. */
void fcnn_open_columns_set_order(fcnn_open_columns *open, const int64_t *order);

/* Makes reading of numbers collective over all ranks that have the file open: the ranks must then make the same calls
 * of read and close. Strings are still read by each rank independently. Collective; all ranks return the same status.
 * Fails: FCNN_EDATA. */
fcnn_status fcnn_open_columns_join(fcnn_open_columns *open);

/* Accepts objects that were never opened, and {0}. */
void fcnn_open_columns_close(fcnn_open_columns *open);

/* Reads rows first … first+count−1 of the file.
 *   out  [count][columns->width], owned by the caller, of type columns->type; NaN for missing values
 * Collective after join. Fails: FCNN_EDATA, also for an unknown class name; FCNN_ENOMEM. */
fcnn_status fcnn_open_columns_read(const fcnn_open_columns *open, int64_t first, int64_t count, void *out);

/* Reads the strings of a column of strings. Never collective.
 *   out  [count], owned by the caller, each string to be released with free(); unchanged on failure
 * Fails: as above. */
fcnn_status fcnn_open_columns_read_strings(const fcnn_open_columns *open, int64_t first, int64_t count, char **out);

/* Appends why a value is missing, such as "-32767, which is a missing value according to _FillValue"; nothing if NaN is
 * stored. Must not be called after join. Fails: as read. */
fcnn_status fcnn_open_columns_explain(const fcnn_open_columns *open, int64_t row, int64_t column, fcnn_text *out);

#endif
