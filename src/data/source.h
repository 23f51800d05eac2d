/* src/data/source.h — where rows come from: which files, datasets and columns, which of their rows, and what stands for
 * missing values.  It holds no rows; data/reader.h reads them. */
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
    fcnn_comm *together; /* borrowed: ranks read what stays in memory, and windows, together; NULL: each for itself */
    fcnn_files files;
    fcnn_classes classes;  /* of targets that are strings, whose table holds their places here, or that an attribute
                            * of numbers names */
    int64_t first_row;     /* of the joined files' range that the rows are from; others may follow the last */
    int64_t range_rows;    /* of that range */
    fcnn_missing missing;  /* which of them are left out, and what is completed */
    int64_t kept_rows;     /* without those that are left out; chosen counts these */
    const int64_t *chosen; /* validation rows, borrowed; NULL: all rows */
    int64_t chosen_count;
    bool inside;  /* the rows are the chosen ones, not the others */
    int64_t rows; /* over all ranks */
} fcnn_source;

/* What columns are compared with. */
typedef struct fcnn_source_reference {
    fcnn_column_reference inputs, targets;
} fcnn_source_reference;

/* Finds the files and reads the shapes, on rank 0 for all.  names is borrowed for the call.
 *   reference  columns have to be those of other rows, or of a model; borrowed, but the same on all ranks; NULL: those
 *              of the first file
 *   out        to be cleared, also on failure
 * Collective; all ranks fail alike. */
fcnn_status fcnn_source_open(fcnn_comm *comm, const fcnn_dataset_names *names, const fcnn_source_reference *reference,
                             fcnn_source *out);
void fcnn_source_clear(fcnn_source *source);

/* Narrows it to the chosen rows (inside), or to the others.  chosen is borrowed for the source's life. */
void fcnn_source_select(fcnn_source *source, const int64_t *chosen, int64_t count, bool inside);

/* Leaves out rows of the files' range, ascending, which are taken.  Before a selection. */
void fcnn_source_drop(fcnn_source *source, int64_t *dropped, int64_t drops);

/* Leaves out the same rows as another source of the same files and rows.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_source_drop_as(fcnn_source *source, const fcnn_source *other);

/* NaN among the inputs becomes these means [columns], which are copied.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_source_take_means(fcnn_source *source, const double *means);

/* The types and widths of its rows in memory, as tables without rows; of no targets, or weights, the width is 0. */
fcnn_rows fcnn_source_shapes(const fcnn_source *source);

/* Bytes of a row in the files. */
int64_t fcnn_source_stored_row_bytes(const fcnn_source *source);

/* What the targets are stored as, for people; the places of classes that strings name are int32. */
const char *fcnn_source_targets_type(const fcnn_source *source);

/* Numbers that count different classes cannot be trained on, or scored, together: fails with FCNN_EDATA if these names,
 * of a file, differ from others, and says where those are. */
fcnn_status fcnn_source_check_classes(const fcnn_source *source, const char *path, const fcnn_classes *names,
                                      const fcnn_classes *others, const char *where);

/* Is a string taken for a label that is missing? */
bool fcnn_source_is_missing(const fcnn_source *source, const char *text);

/* The joined files' row of a row. */
int64_t fcnn_source_joined_row(const fcnn_source *source, int64_t row);

/* The file of a row, borrowed, and its row there, for messages. */
const char *fcnn_source_place(const fcnn_source *source, int64_t row, int64_t *file_row);

#endif
