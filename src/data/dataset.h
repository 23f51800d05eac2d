/* src/data/dataset.h — the rows of a source that this rank holds: in memory, or in their files. */
#ifndef FCNN_DATA_DATASET_H
#define FCNN_DATA_DATASET_H

#include "data/cursor.h"
#include "data/row_hashes.h"
#include "data/source.h"

#include <fcnn/dataset.h>

#include <stdbool.h>

struct fcnn_dataset {
    fcnn_source source;
    int64_t first, own_rows; /* this rank holds rows first … first + own_rows − 1 of the source */
    bool streams;            /* they stay in the files */
    fcnn_rows rows; /* these rows in memory; of a dataset that streams, or is not read, types and widths alone */
    uint64_t filled_values, filled_rows; /* that were completed, over all ranks */
    uint64_t inputs_fingerprint, targets_fingerprint,
        weights_fingerprint; /* over all ranks, of the rows of the source */
};

/* Opens a source for a dataset; its rows are read when it is known who holds which of them.  As fcnn_source_open(). */
fcnn_status fcnn_dataset_open(fcnn_comm *comm, const fcnn_dataset_names *names, const fcnn_source_reference *reference,
                              fcnn_dataset **out);

/* Reads rows first … first + count − 1 of the source on this rank and checks that they are finite.  With streams they
 * are not kept.
 *   hashes  all rows are added to them; NULL: there are none
 * Collective: all ranks fail alike. */
fcnn_status fcnn_dataset_read(fcnn_dataset *dataset, fcnn_comm *comm, int64_t first, int64_t count, bool streams,
                              fcnn_row_hashes *hashes);

/* The same for an even part of the rows on each rank. */
fcnn_status fcnn_dataset_read_evenly(fcnn_dataset *dataset, fcnn_comm *comm, bool streams, fcnn_row_hashes *hashes);

/* A cursor over this rank's rows.  dataset is borrowed until it is closed. */
fcnn_cursor fcnn_dataset_cursor(const fcnn_dataset *dataset);

/* What identifies the data on resume: types, shapes and fingerprints, in one line; after read. */
fcnn_status fcnn_dataset_describe_content(const fcnn_dataset *dataset, char **out);

/* The file of a row that this rank holds, borrowed, and its row there, for messages. */
const char *fcnn_dataset_place(const fcnn_dataset *dataset, int64_t own_row, int64_t *file_row);

#endif
