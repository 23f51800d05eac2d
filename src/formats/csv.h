/* src/formats/csv.h — tables of numbers in CSV: bytes in, values out. */
#ifndef FCNN_FORMATS_CSV_H
#define FCNN_FORMATS_CSV_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A table of finite doubles. */
typedef struct fcnn_csv {
    int64_t rows, columns; /* rows ≥ 1, columns ≥ 1 */
    double *values;        /* [rows][columns] */
    char **names;          /* [columns] from the header; NULL without one */
} fcnn_csv;

/* Reads a stream to its end, which must hold at least one row of numbers: cells separated by commas, lines ended
 * by LF or CR LF (the last one perhaps not), blanks around cells ignored, a UTF-8 byte order mark skipped, empty
 * lines at the end only, every row with as many cells as the first line.  Cells are decimal numbers.
 *   stream  borrowed, open for reading; read from where it stands
 *   name    borrowed; what messages call it
 *   header  the first line holds the names of the columns: non-empty and all different, quoted or not
 * Fails: FCNN_EDATA naming line and column, both counted from 1; FCNN_EINPUT if reading fails; FCNN_ENOMEM. */
fcnn_status fcnn_csv_read(FILE *stream, const char *name, bool header, fcnn_csv *out);

/* Releases what reading made; takes an empty table, {0}, too. */
void fcnn_csv_clear(fcnn_csv *table);

#endif
