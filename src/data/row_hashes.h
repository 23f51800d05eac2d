/* src/data/row_hashes.h — hashes of rows, to find rows that occur in two datasets. */
#ifndef FCNN_DATA_ROW_HASHES_H
#define FCNN_DATA_ROW_HASHES_H

#include "data/table.h"
#include "parallel/comm.h"

#include <stdint.h>

typedef struct fcnn_row_hash {
    uint64_t hash;
    int64_t rows; /* number of rows with this hash */
} fcnn_row_hash;

/* The hashes of this rank's rows. */
typedef struct fcnn_row_hashes {
    uint64_t mask; /* only hashes in which all of these bits are 0 are kept; the same for both datasets */
    int64_t count, capacity;
    fcnn_row_hash *kept; /* [count] */
    double *row;         /* work array for the values of one row */
} fcnn_row_hashes;

/* Returns the mask for this number of rows over all ranks and datasets: 0 if all hashes are kept; otherwise a mask that
 * keeps about FCNN_SIZE_HASHED_ROWS of them. */
uint64_t fcnn_row_hashes_mask(int64_t rows);

/* Makes an empty object for rows with `width` inputs and targets in total. Fails: FCNN_ENOMEM, as add. */
fcnn_status fcnn_row_hashes_create(int64_t width, uint64_t mask, fcnn_row_hashes *out);
void fcnn_row_hashes_clear(fcnn_row_hashes *hashes);

/* Adds the hashes of rows. Values are converted to double precision, so the stored types do not matter. */
fcnn_status fcnn_row_hashes_add(fcnn_row_hashes *hashes, const fcnn_table *inputs, const fcnn_table *targets);

/* Counts, over all ranks, the rows of `others` that occur in `known`, and the rows of `others` that were compared. Both
 * must have the same mask; their contents change. Collective; all ranks return the same status. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_row_hashes_find(fcnn_row_hashes *known, fcnn_row_hashes *others, fcnn_comm *comm, int64_t *again,
                                 int64_t *compared);

#endif
