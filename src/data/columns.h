/* src/data/columns.h — which columns of which datasets make the inputs, or the targets: "/x", or a list such as
 * "/fields/state[0:12], /t[3], /table:temperature". */
#ifndef FCNN_DATA_COLUMNS_H
#define FCNN_DATA_COLUMNS_H

#include "data/column_names.h"
#include "storage/hdf5.h"

/* Some neighbouring columns of one dataset, whose further dimensions count as columns in C order. */
typedef struct fcnn_column_part {
    char *dataset;       /* with ":member" where it holds compound records */
    int64_t first, last; /* columns first … last−1; last −1: up to the end */
    fcnn_hdf5_info info; /* of the first file; the number of rows means nothing */
    int64_t all;         /* columns of the dataset */
} fcnn_column_part;

typedef struct fcnn_columns {
    char *text; /* as given, for messages */
    int64_t count;
    fcnn_column_part *parts; /* [count] */
    bool is_text;            /* one column of strings */
    fcnn_type stored;        /* in the files: that of all parts, or one that holds them all */
    fcnn_type type;          /* in memory */
    int64_t width;           /* columns of all parts */
    fcnn_column_names names; /* of the first file, where there are not too many */
} fcnn_columns;

/* How the columns lie in one open file. */
typedef struct fcnn_columns_in_file {
    int64_t count;         /* 0: nothing is read by it */
    fcnn_hdf5_info *parts; /* [count]: what this file has of each part */
} fcnn_columns_in_file;

/* Takes a list apart: items are separated by commas; [k] is one column, [a:b] those from a up to b−1, [a:] and [:b] as
 * in Python, without negative numbers.  The shapes are not known yet.  text is borrowed.
 * Fails: FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_columns_parse(const char *text, fcnn_columns *out);
void fcnn_columns_clear(fcnn_columns *columns);

/* Reads a range such as 0:12, 4: or :4; last is −1 where it is left open.  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_columns_range(const char *text, int64_t *first, int64_t *last);

/* Columns of a part whose shape is known. */
int64_t fcnn_column_part_width(const fcnn_column_part *part);

/* Reads the shapes from a file, and what it calls the columns; rows is set to the number of rows, which is the same in
 * all parts.
 *   by_columns  the datasets lie as [features…][rows]
 * Fails: FCNN_EDATA if a dataset is missing, has no such columns or no rows, or if the rows differ;
 * FCNN_ENOMEM. */
fcnn_status fcnn_columns_describe(fcnn_columns *columns, fcnn_hdf5_file *file, const char *path, bool by_columns,
                                  int64_t *rows);

/* Another file must have datasets of the same types and columns.  Fails: as describe. */
fcnn_status fcnn_columns_compare(const fcnn_columns *columns, fcnn_hdf5_file *file, const char *path, bool by_columns,
                                 int64_t *rows);

/* Looks at a file that has passed these, for fcnn_columns_read(): each has its own way to store what it has.
 * *out is to be cleared, also on failure; columns of strings leave it empty.  Not collective, whatever the file.
 * Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_columns_look(const fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_columns_in_file *out);
void fcnn_columns_in_file_clear(fcnn_columns_in_file *here);

/* Reads rows first … first+count−1 of a file.
 *   here  what fcnn_columns_look() has found there
 *   out   [count][width]  caller-owned, of columns->type
 * Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_columns_read(const fcnn_columns *columns, fcnn_hdf5_file *file, const fcnn_columns_in_file *here,
                              bool by_columns, int64_t first, int64_t count, void *out);

#endif
