/* src/data/source.h — the source of rows: files, datasets, columns, the rows that are used, and the handling of missing
 * values. A source contains no rows; data/reader.h reads them. */
#ifndef FCNN_DATA_SOURCE_H
#define FCNN_DATA_SOURCE_H

#include "data/classes.h"
#include "data/column_match.h"
#include "data/columns.h"
#include "data/files.h"
#include "data/missing.h"
#include "data/table.h"
#include "parallel/comm.h"

#include <fcnn/dataset.h>

#include <stdbool.h>

typedef struct fcnn_source {
    char *file, *inputs_name;
    char *targets_name, *weights_name; /* as given; NULL: none */
    fcnn_columns inputs, targets, weights;
    fcnn_match_columns match;
    bool allow_external;
    int read_retries;
    /* borrowed: ranks read rows that stay in memory, and windows, together; NULL: each rank reads independently */
    fcnn_comm *together;
    fcnn_files files;
    /* of targets that are strings (the table contains class numbers), or that an attribute names */
    fcnn_classes classes;
    int64_t first_row;     /* first row of the range in the joined files */
    int64_t range_rows;    /* number of rows of the range */
    fcnn_missing missing;  /* rows of the range that are left out, and means for missing values */
    int64_t kept_rows;     /* number of rows of the range that are not left out; chosen counts only these */
    const int64_t *chosen; /* validation rows, borrowed; NULL: all rows */
    int64_t chosen_count;
    bool inside;  /* true: the source has the chosen rows; false: the others */
    int64_t rows; /* number of rows of the source, over all ranks */
} fcnn_source;

/* The columns that a source must have. */
typedef struct fcnn_source_reference {
    fcnn_column_reference inputs, targets;
} fcnn_source_reference;

/* Finds the files and reads the shapes on rank 0, which sends them to all ranks. names is borrowed for the call.
 *   reference  the columns of other rows or of a model, with which columns are compared; borrowed, the same on all
 *              ranks; NULL: the columns of the first file
 *   out        to be cleared by the caller, also after a failure
 * Collective; all ranks return the same status. */
fcnn_status fcnn_source_open(fcnn_comm *comm, const fcnn_dataset_names *names, const fcnn_source_reference *reference,
                             fcnn_source *out);
void fcnn_source_clear(fcnn_source *source);

/* Restricts the source to the chosen rows (inside), or to the others. chosen is borrowed as long as the source
 * exists. */
void fcnn_source_select(fcnn_source *source, const int64_t *chosen, int64_t count, bool inside);

/* Leaves out rows of the range, in ascending order; takes ownership of dropped. Called before select. */
void fcnn_source_drop(fcnn_source *source, int64_t *dropped, int64_t drops);

/* Leaves out the same rows as another source with the same files and range. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_source_drop_as(fcnn_source *source, const fcnn_source *other);

/* Sets the means [columns] that replace NaN in the inputs; they are copied. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_source_take_means(fcnn_source *source, const double *means);

/* Returns the types and widths of the rows in memory, as tables without rows. Without targets or weights, the width is
 * 0. */
fcnn_rows fcnn_source_shapes(const fcnn_source *source);

/* Returns the bytes of a row in the files. */
int64_t fcnn_source_stored_row_bytes(const fcnn_source *source);

/* Returns the stored type of the targets, for messages, static; the class numbers of strings are int32. */
const char *fcnn_source_targets_type(const fcnn_source *source);

/* Fails with FCNN_EDATA if the class names of a file differ from others, because the same class number must not have
 * two meanings. `where` says in the message where the others come from. */
fcnn_status fcnn_source_check_classes(const fcnn_source *source, const char *path, const fcnn_classes *names,
                                      const fcnn_classes *others, const char *where);

/* Returns whether a string is a missing label. */
bool fcnn_source_is_missing(const fcnn_source *source, const char *text);

/* Returns the row of the joined files that a row of the source is. */
int64_t fcnn_source_joined_row(const fcnn_source *source, int64_t row);

/* Returns the file of a row, borrowed, and sets *file_row to the row in this file; for messages. */
const char *fcnn_source_place(const fcnn_source *source, int64_t row, int64_t *file_row);

#endif
