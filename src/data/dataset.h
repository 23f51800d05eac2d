/* src/data/dataset.h — the rows of a source that belong to this rank, in memory or in their files. */
#ifndef FCNN_DATA_DATASET_H
#define FCNN_DATA_DATASET_H

#include "data/cursor.h"
#include "data/row_hashes.h"
#include "data/source.h"

#include <fcnn/dataset.h>

#include <stdbool.h>

struct fcnn_dataset {
    fcnn_source source;
    int64_t first, own_rows; /* rows first … first + own_rows − 1 of the source belong to this rank */
    bool streams;            /* rows stay in the files */
    fcnn_rows rows; /* rows in memory; if they stay in the files or are not read yet, only types and widths are set */
    /* numbers of missing values that were replaced, and of their rows, over all ranks */
    uint64_t filled_values, filled_rows;
    /* numbers of targets that are missing, and of rows of which all are; 0 unless the source keeps such targets */
    uint64_t missing_targets, rows_without_targets;
    /* checksums of the rows of the source over all ranks */
    uint64_t inputs_fingerprint, targets_fingerprint, weights_fingerprint;
};

/* Opens a source for a dataset, without reading rows. Collective; fails as fcnn_source_open(). */
fcnn_status fcnn_dataset_open(fcnn_comm *comm, const fcnn_dataset_names *names, const fcnn_source_reference *reference,
                              fcnn_dataset **out);

/* Reads rows first … first + count − 1 of the source on this rank and checks that they are finite. If `streams`, they
 * are not kept in memory.
 *   hashes  all rows are added to them; NULL: no hashes
 * Collective; all ranks return the same status. Fails: FCNN_EDATA for NaN and Inf, FCNN_ENOMEM, and as reading. */
fcnn_status fcnn_dataset_read(fcnn_dataset *dataset, fcnn_comm *comm, int64_t first, int64_t count, bool streams,
                              fcnn_row_hashes *hashes);

/* Does the same for an even share of the rows on each rank. */
fcnn_status fcnn_dataset_read_evenly(fcnn_dataset *dataset, fcnn_comm *comm, bool streams, fcnn_row_hashes *hashes);

/* Makes a cursor over this rank's rows. Borrows the dataset until the cursor is closed. */
fcnn_cursor fcnn_dataset_cursor(const fcnn_dataset *dataset);

/* Describes what identifies the data at resume (types, shapes and fingerprints) in one line, to be freed by the caller.
 * Called after read. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_dataset_describe_content(const fcnn_dataset *dataset, char **out);

/* Returns the file of one of this rank's rows, borrowed, and sets *file_row to the row in this file; for messages. */
const char *fcnn_dataset_place(const fcnn_dataset *dataset, int64_t own_row, int64_t *file_row);

#endif
