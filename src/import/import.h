/* src/import/import.h — shared by the parts of the import: readers of each format, and the writer. Not collective. */
#ifndef FCNN_IMPORT_IMPORT_H
#define FCNN_IMPORT_IMPORT_H

#include <fcnn/import.h>

#include "hdf5/file.h"

#include <stdio.h>

/* A dataset to be written; its rows are gathered one at a time. */
typedef struct fcnn_import_field {
    const char *name;    /* "x" or "y" */
    fcnn_hdf5_info info; /* of all rows: dims[0] is their number */
    const void *values;
    int64_t columns_all;   /* CSV: number of columns of the table */
    int64_t *columns;      /* CSV: numbers of the columns of this dataset, counting from 0; owned */
    int64_t columns_count; /* CSV: number of these columns */
    const char **titles;   /* CSV with a header: [columns_count] names of the columns; owned, texts are borrowed */
    const char **classes;  /* CSV with class names: [classes_count]; owned, texts are borrowed */
    int64_t classes_count;

    /* Copies row `row` to out, as elements of info.type. */
    void (*gather)(const struct fcnn_import_field *field, int64_t row, void *out);
} fcnn_import_field;

/* Opens an input file, which must not be the output file. *out is to be closed by the caller. Fails: FCNN_EINPUT,
 * FCNN_EUSAGE. */
fcnn_status fcnn_import_open(const char *path, const char *output, FILE **out);

/* Read the inputs that the options specify, check them and write the output: tables in CSV; images and labels in IDX;
 * arrays, each in a file of any format of formats/formats.def; arrays in an .npz archive. summary [size] is set to a
 * description of what was written. Fail: FCNN_EUSAGE, FCNN_EINPUT, FCNN_EDATA, FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_import_tables(const fcnn_import_options *options, char *summary, size_t size);
fcnn_status fcnn_import_images(const fcnn_import_options *options, char *summary, size_t size);
fcnn_status fcnn_import_files(const fcnn_import_options *options, char *summary, size_t size);
fcnn_status fcnn_import_archive(const fcnn_import_options *options, char *summary, size_t size);

/* Returns the bytes of one row of a dataset. */
size_t fcnn_import_row_bytes(const fcnn_hdf5_info *info);

/* Writes 1 or 2 fields as the options specify, and sets summary [size] to a description of what was written. Fails:
 * FCNN_EUSAGE, FCNN_EDATA, FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_import_write(const fcnn_import_options *options, int count, const fcnn_import_field *fields,
                              char *summary, size_t size);

#endif
