/* src/formats/csv.h — tables of numbers in CSV: bytes in, values out. */
#ifndef FCNN_FORMATS_CSV_H
#define FCNN_FORMATS_CSV_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A table of doubles, finite but where a cell was missing. */
typedef struct fcnn_csv {
    int64_t rows, columns; /* rows ≥ 1, columns ≥ 1 */
    double *values;        /* [rows][columns] */
    char **names;          /* [columns] from the header; NULL without one */
    char *origin;          /* what the first stream is called */
    int64_t class_column;  /* whose cells are names of classes, stored as numbers from 0 on; −1: none */
    char **classes;        /* [classes_count] these names, in the order of their appearance */
    int64_t *class_order;  /* [classes_count] their numbers, in the order of the names' bytes */
    int64_t classes_count;
    int64_t values_capacity, classes_capacity; /* for reading alone */
} fcnn_csv;

/* How to read. */
typedef struct fcnn_csv_options {
    bool header;    /* the first line holds the names of the columns: non-empty and all different */
    bool missing;   /* cells may be missing; they become NaN */
    char delimiter; /* ',', ';' or '\t'; 0: the one that the first line has most of outside quotes, else a comma */

    /* NULL, or what is called once the columns are known, before the first row: may refuse the table, and says which
     * column holds the names of classes, from 0; −1: none.  context is passed on. */
    fcnn_status (*choose)(const fcnn_csv *table, void *context, int64_t *class_column);
    void *context;
} fcnn_csv_options;

/* Reads a stream to its end and appends its rows to a table, {0} at first: cells parted by the delimiter, lines ended
 * by LF or CR LF (the last one perhaps not), blanks around cells ignored, a UTF-8 byte order mark skipped, empty lines
 * at the end only, every row with as many cells as the first line, at least one row.  A cell is a decimal number, and
 * may be quoted, with "" for a quote, but not hold a line's end.  A missing one is empty, or, in any case of the
 * letters, na, n/a, <na>, nan, nat, null, none or ?.  A stream that gzip has packed is unpacked on the way.
 *   stream  borrowed, open for reading; read from where it stands
 *   name    borrowed; what messages call it
 *   table   caller-owned; the streams of one table have the same columns, by number and by name.  Cleared on failure
 * Fails: FCNN_EDATA naming line and column, both counted from 1; FCNN_EINPUT if reading fails; FCNN_ENOMEM. */
fcnn_status fcnn_csv_read(FILE *stream, const char *name, const fcnn_csv_options *options, fcnn_csv *table);

/* Releases what reading made; takes an empty table, {0}, too. */
void fcnn_csv_clear(fcnn_csv *table);

#endif
