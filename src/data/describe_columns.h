/* src/data/describe_columns.h — what columns are in the files of a dataset: shapes, types, names, and how they are
 * decoded; found on one rank, file after file. */
#ifndef FCNN_DATA_DESCRIBE_COLUMNS_H
#define FCNN_DATA_DESCRIBE_COLUMNS_H

#include "data/open_columns.h"

/* Settles the columns, opens them in the first file, and takes what that has: shapes, names of the columns, and how
 * they are decoded.  All parts have the same number of rows.
 *   open  to be closed, also on failure
 * Fails: FCNN_EDATA if a dataset is missing, has no such columns or no rows, or if the rows differ;
 * FCNN_ENOMEM. */
fcnn_status fcnn_describe_columns(fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_open_columns *open);

/* The same for a further file, which may have other columns: types and decoding are joined with those of the files
 * before, so that the type in memory holds its values, too.
 *   names  what it calls its columns; to be cleared
 * Fails: as above, and where only one of the files has strings. */
fcnn_status fcnn_describe_columns_again(fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_open_columns *open,
                                        fcnn_column_names *names);

/* The first part of which a further file has another number of columns; −1: there is none. */
int64_t fcnn_describe_columns_other_part(const fcnn_open_columns *open);

/* Only the rows of such a part may differ: FCNN_EDATA. */
fcnn_status fcnn_describe_columns_fail_other_part(const fcnn_open_columns *open, int64_t part);

/* Appends what is done to the values, "/t: value*0.1, -1 (_FillValue) is missing", a line for each part to which
 * something is done.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_describe_columns_say_decoded(const fcnn_columns *columns, fcnn_text *out);

/* Warns of numbers that stand for names which other files may number in another way. */
void fcnn_describe_columns_warn_of_names(const fcnn_columns *columns, const char *path);

/* Sets *rows to the most rows that one of the datasets has in a file: one with 0 of them adds nothing to others.
 * Fails: FCNN_EDATA if a dataset is missing or cannot be described. */
fcnn_status fcnn_describe_columns_count_rows(const fcnn_columns *columns, fcnn_hdf5_file *file, int64_t *rows);

#endif
