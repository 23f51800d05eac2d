/* src/data/describe_columns.h — shapes, types, names and decoding of columns in the files of a source. One rank, which
 * has the files open, calls these functions, file by file; none is collective. */
#ifndef FCNN_DATA_DESCRIBE_COLUMNS_H
#define FCNN_DATA_DESCRIBE_COLUMNS_H

#include "data/open_columns.h"

/* Resolves the columns, opens them in the first file, and records their shapes, names and decoding. Checks that all
 * parts have the same number of rows.
 *   open  to be closed by the caller, also after a failure
 * Fails: FCNN_EDATA if a dataset is missing, lacks columns or has no rows, or if the numbers of rows differ;
 * FCNN_ENOMEM. */
fcnn_status fcnn_describe_columns(fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_open_columns *open);

/* Does the same for a further file, which may have other columns. Its types and decoding are merged with those of the
 * previous files, so that the type in memory can represent the values of all files.
 *   names  names of its columns; to be cleared by the caller
 * Fails: as above, and if only some of the files have strings. */
fcnn_status fcnn_describe_columns_again(fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_open_columns *open,
                                        fcnn_column_names *names);

/* Returns the first part with another number of columns in a further file than in the first, or −1. */
int64_t fcnn_describe_columns_other_part(const fcnn_open_columns *open);

/* Fails with FCNN_EDATA, because files may differ only in the number of rows of such a part. */
fcnn_status fcnn_describe_columns_fail_other_part(const fcnn_open_columns *open, int64_t part);

/* Appends a line for each part whose values are decoded, such as "/t: value*0.1, -1 (_FillValue) is missing". Fails:
 * FCNN_ENOMEM. */
fcnn_status fcnn_describe_columns_say_decoded(const fcnn_columns *columns, fcnn_text *out);

/* Warns of numbers that represent names, because other files may number the names differently. */
void fcnn_describe_columns_warn_of_names(const fcnn_columns *columns, const char *path);

/* Sets *rows to the largest number of rows of the datasets in a file, so that a file counts as empty only if all of its
 * datasets are.
 * Fails: FCNN_EDATA if a dataset is missing or cannot be described. */
fcnn_status fcnn_describe_columns_count_rows(const fcnn_columns *columns, fcnn_hdf5_file *file, int64_t *rows);

#endif
