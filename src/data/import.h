/* src/data/import.h — what the two halves of the import share: the table that was read, and its writer. */
#ifndef FCNN_DATA_IMPORT_H
#define FCNN_DATA_IMPORT_H

#include <fcnn/import.h>

#include "storage/hdf5.h"

/* One dataset to be: a row at a time, from wherever its values lie. */
typedef struct fcnn_import_field {
    const char *name;    /* "x" or "y" */
    fcnn_hdf5_info info; /* of all rows: dims[0] counts them */
    const void *values;
    int64_t columns_all;   /* CSV: the table's columns */
    int64_t *columns;      /* CSV: which of them, counted from 0; owned */
    int64_t columns_count; /* CSV */
    const char **titles;   /* CSV with a header: [columns_count] names of these columns; owned, the texts borrowed */

    /* Puts row `row` into out, as info.type. */
    void (*gather)(const struct fcnn_import_field *field, int64_t row, void *out);
} fcnn_import_field;

/* Writes both fields as the options say, and puts what was written into summary [size]. */
fcnn_status fcnn_import_write(const fcnn_import_options *options, const fcnn_import_field fields[2], char *summary,
                              size_t size);

#endif
