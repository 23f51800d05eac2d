/* src/data/matching.h — compares the columns of a source's files with the expected ones, file by file. Called on the
 * rank that has the files open; not collective. */
#ifndef FCNN_DATA_MATCHING_H
#define FCNN_DATA_MATCHING_H

#include "data/column_match.h"
#include "data/columns.h"

/* The state of the comparison for the inputs or the targets. */
typedef struct fcnn_matching {
    fcnn_columns *columns; /* borrowed */
    fcnn_match_columns how;
    fcnn_column_reference wanted; /* the expected columns; its names are `known` */
    fcnn_column_names known;      /* names and units from the reference and from the files so far */
    fcnn_text left_out;     /* by_name: columns of the first file with columns that are not selected, for a message */
    int64_t files_left_out; /* number of files with such columns */
} fcnn_matching;

/* Starts with the columns of a reference, or, if reference is NULL or has no names, with those of the first file.
 * Borrows the columns and the reference's text `where`. The caller calls fcnn_matching_end(), also after a failure.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_matching_start(fcnn_columns *columns, fcnn_match_columns how, const fcnn_column_reference *reference,
                                fcnn_matching *out);

/* Compares the names of the columns in the first file. With by_name, the names and the number of the columns become the
 * expected ones, and their order in the file is added to columns->orders. Fails: FCNN_EDATA if columns differ,
 * FCNN_ENOMEM. */
fcnn_status fcnn_matching_first(fcnn_matching *matching, const char *path);

/* Does the same for a further file, whose columns have these names.
 *   lies_otherwise  the file has as many columns as expected, but one of its datasets has more or fewer columns */
fcnn_status fcnn_matching_file(fcnn_matching *matching, const fcnn_column_names *names, bool lies_otherwise,
                               const char *path);

/* Warns of columns that are left out. */
void fcnn_matching_warn(const fcnn_matching *matching);

/* Frees the memory. The columns stay as they are. */
void fcnn_matching_end(fcnn_matching *matching);

#endif
