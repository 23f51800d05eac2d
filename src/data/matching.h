/* src/data/matching.h — the columns of a dataset's files, compared with those that they have to be, one file after the
 * other. */
#ifndef FCNN_DATA_MATCHING_H
#define FCNN_DATA_MATCHING_H

#include "data/column_match.h"
#include "data/columns.h"

/* One side of a dataset: its inputs, or its targets. */
typedef struct fcnn_matching {
    fcnn_columns *columns; /* borrowed */
    fcnn_match_columns how;
    fcnn_column_reference wanted; /* its names are those below */
    fcnn_column_names known;      /* what is known of the columns: by the reference, and the files so far */
    fcnn_text left_out;     /* by name: the file that was the first to have columns that nobody wants, and these */
    int64_t files_left_out; /* files that have some */
} fcnn_matching;

/* Begins with what is wanted, or, where reference is NULL or knows nothing, with what the first file has.  The
 * reference's text `where` is borrowed.  fcnn_matching_end() follows, also on failure.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_matching_start(fcnn_columns *columns, fcnn_match_columns how, const fcnn_column_reference *reference,
                                fcnn_matching *out);

/* Compares what the first file calls the columns.  By name, names and number of the columns become those that are
 * wanted, and their order in the file is added to columns->orders.  Fails: FCNN_EDATA where they are others,
 * FCNN_ENOMEM. */
fcnn_status fcnn_matching_first(fcnn_matching *matching, const char *path);

/* The same for a further file, which calls its columns by these names.
 *   lies_otherwise  it has as many columns as are wanted, but a dataset of them has more beside them, or fewer */
fcnn_status fcnn_matching_file(fcnn_matching *matching, const fcnn_column_names *names, bool lies_otherwise,
                               const char *path);

/* Warns of columns that are left out. */
void fcnn_matching_warn(const fcnn_matching *matching);

void fcnn_matching_end(fcnn_matching *matching);

#endif
