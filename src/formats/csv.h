/* src/formats/csv.h — tables of numbers in CSV.
 * Not collective; any thread may call any function, but one table is used by one thread at a time. */
#ifndef FCNN_FORMATS_CSV_H
#define FCNN_FORMATS_CSV_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A table of finite numbers; missing cells are NaN.  Initialize it with {0} and release it with fcnn_csv_clear(). */
typedef struct fcnn_csv {
    int64_t rows, columns; /* rows ≥ 1, columns ≥ 1 */
    double *values;        /* [rows][columns] */
    char **names;          /* [columns] names of the columns from the header; NULL: there is no header */
    char *origin;          /* name of the first stream */
    int64_t class_column;  /* column of class names, which are stored as numbers ≥ 0; −1: none */
    char **classes;        /* [classes_count] class names by number, in the order of their first occurrence */
    int64_t *class_order;  /* [classes_count] numbers of the classes, sorted by the bytes of their names */
    int64_t classes_count;
    int64_t values_capacity, classes_capacity; /* used while reading */
} fcnn_csv;

/* Options for reading. */
typedef struct fcnn_csv_options {
    bool header;  /* the first line contains the names of the columns, which are non-empty and distinct */
    bool missing; /* missing cells are allowed and become NaN */
    char
        delimiter; /* ',', ';' or '\t'; 0: the most frequent one in the first line outside quotes, by default a comma */

    /* Called once the columns are known, before the first row is read; may be NULL.  Sets *class_column to the column
     * of class names, counted from 0, or to −1, or fails to refuse the table.  context is its argument, borrowed. */
    fcnn_status (*choose)(const fcnn_csv *table, void *context, int64_t *class_column);
    void *context;
} fcnn_csv_options;

/* Reads a stream to its end and appends its rows to a table.  Cells are separated by the delimiter, lines end with LF
 * or CR LF (optional in the last line).  Blanks around cells and a UTF-8 byte order mark are ignored.  Empty lines are
 * allowed only at the end.  There is at least one row, and all rows have the same number of cells as the first line.  A
 * cell is a decimal number.  It may be quoted, with "" for a quote, but cannot contain a line break.  A missing cell is
 * empty or one of na, n/a, <na>, nan, nat, null, none and ?, in upper or lower case.  A stream that was compressed by
 * gzip is decompressed.
 *   stream  borrowed, open for reading; read from its current position
 *   name    borrowed; the name of the file in messages
 *   table   caller-owned; all streams of a table have the same number and names of columns.  Cleared on failure
 * Fails: FCNN_EDATA, the message contains line and column, counted from 1; FCNN_EINPUT if reading fails;
 * FCNN_ENOMEM. */
fcnn_status fcnn_csv_read(FILE *stream, const char *name, const fcnn_csv_options *options, fcnn_csv *table);

/* Releases the memory of a table and sets it to {0}; an empty table, {0}, is allowed. */
void fcnn_csv_clear(fcnn_csv *table);

#endif
