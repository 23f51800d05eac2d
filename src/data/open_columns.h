/* src/data/open_columns.h — columns in one file: their datasets are opened, described, and asked how they are decoded
 * once, and stay open while rows are read. */
#ifndef FCNN_DATA_OPEN_COLUMNS_H
#define FCNN_DATA_OPEN_COLUMNS_H

#include "data/columns.h"
#include "data/decoding.h"
#include "hdf5/dataset.h"

typedef struct fcnn_open_part {
    fcnn_hdf5_dataset *dataset;
    int64_t rows, all;    /* rows, and columns, of the dataset in this file */
    int64_t first, width; /* the columns of the part: first … first + width − 1 */
    bool picks;           /* these alone are read; else all, and they are taken out */
    fcnn_decoding decoding;
} fcnn_open_part;

typedef struct fcnn_open_columns {
    const fcnn_columns *columns; /* borrowed; NULL: nothing is open */
    int64_t count;
    fcnn_open_part *parts; /* [count] */
    int64_t width;         /* columns of all parts */
    const int64_t *order;  /* [columns wanted]: the place of each among these; NULL: they stand as they are wanted */
    bool is_joined;
} fcnn_open_columns;

/* Opens the datasets, checks their shapes and finds how they are decoded.  columns, settled, is borrowed until close,
 * and so is file, which is closed after that.  out is to be closed, also on failure.
 * Not collective, whatever the file.  Fails: FCNN_EDATA if a dataset is missing, has no such columns or no rows;
 * FCNN_ENOMEM. */
fcnn_status fcnn_open_columns_open(const fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_open_columns *out);

/* Takes the order in which the columns are wanted, borrowed; NULL: as they stand. */
void fcnn_open_columns_set_order(fcnn_open_columns *open, const int64_t *order);

/* Lets all ranks that have the file open read numbers together: reading and closing are collective then, and the ranks
 * make the same calls.  Strings are not read together.  Collective; all ranks fail alike: FCNN_EDATA. */
fcnn_status fcnn_open_columns_join(fcnn_open_columns *open);

/* Takes what was never opened, {0}, too. */
void fcnn_open_columns_close(fcnn_open_columns *open);

/* Reads rows first … first+count−1 of the file.
 *   out  [count][columns->width]  caller-owned, of columns->type; NaN for what is missing
 * Fails: FCNN_EDATA, also for the name of a class that there is not, FCNN_ENOMEM. */
fcnn_status fcnn_open_columns_read(const fcnn_open_columns *open, int64_t first, int64_t count, void *out);

/* Reads the strings of a column of such.  Each rank reads for itself.
 *   out [count]  caller-owned; each is to be released with free(); untouched on failure
 * Fails: as above. */
fcnn_status fcnn_open_columns_read_strings(const fcnn_open_columns *open, int64_t first, int64_t count, char **out);

/* Appends why a value is missing, such as "-32767, which _FillValue says is missing"; nothing where NaN is stored.
 * Not for columns that are joined.  Fails as read. */
fcnn_status fcnn_open_columns_explain(const fcnn_open_columns *open, int64_t row, int64_t column, fcnn_text *out);

#endif
