/* src/import/import.h — what the parts of the import share: the readers of each format, and the writer. */
#ifndef FCNN_IMPORT_IMPORT_H
#define FCNN_IMPORT_IMPORT_H

#include <fcnn/import.h>

#include "hdf5/file.h"

#include <stdio.h>

/* One dataset to be: a row at a time, from wherever its values lie. */
typedef struct fcnn_import_field {
    const char *name;    /* "x" or "y" */
    fcnn_hdf5_info info; /* of all rows: dims[0] counts them */
    const void *values;
    int64_t columns_all;   /* CSV: the table's columns */
    int64_t *columns;      /* CSV: which of them, counted from 0; owned */
    int64_t columns_count; /* CSV */
    const char **titles;   /* CSV with a header: [columns_count] names of these columns; owned, the texts borrowed */
    const char **classes;  /* CSV with names of classes: [classes_count]; owned, the texts borrowed */
    int64_t classes_count;

    /* Puts row `row` into out, as info.type. */
    void (*gather)(const struct fcnn_import_field *field, int64_t row, void *out);
} fcnn_import_field;

/* Opens an input, which must not be what is to be replaced.  Fails: FCNN_EINPUT, FCNN_EUSAGE. */
fcnn_status fcnn_import_open(const char *path, const char *output, FILE **out);

/* Read what the options name, check it and write it: tables in CSV; images and labels in IDX; arrays, each in a file of
 * any format of formats/formats.def; arrays in an archive of numpy. */
fcnn_status fcnn_import_tables(const fcnn_import_options *options, char *summary, size_t size);
fcnn_status fcnn_import_images(const fcnn_import_options *options, char *summary, size_t size);
fcnn_status fcnn_import_files(const fcnn_import_options *options, char *summary, size_t size);
fcnn_status fcnn_import_archive(const fcnn_import_options *options, char *summary, size_t size);

/* Bytes of one row of a dataset. */
size_t fcnn_import_row_bytes(const fcnn_hdf5_info *info);

/* Writes 1 or 2 fields as the options say, and puts what was written into summary [size]. */
fcnn_status fcnn_import_write(const fcnn_import_options *options, int count, const fcnn_import_field *fields,
                              char *summary, size_t size);

#endif
