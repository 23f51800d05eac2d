/* src/data/row_hashes.h — hashes of rows, by which rows that occur in two data sets are found. */
#ifndef FCNN_DATA_ROW_HASHES_H
#define FCNN_DATA_ROW_HASHES_H

#include "data/table.h"
#include "parallel/comm.h"

#include <stdint.h>

typedef struct fcnn_row_hash {
    uint64_t hash;
    int64_t rows; /* that have it */
} fcnn_row_hash;

/* Of this rank's rows. */
typedef struct fcnn_row_hashes {
    uint64_t mask; /* only rows whose hash has none of these bits are kept: the same ones on both sides */
    int64_t count, capacity;
    fcnn_row_hash *kept; /* [count] */
    double *row;         /* the values of one */
} fcnn_row_hashes;

/* The mask for so many rows, over all ranks and data sets: 0 if all of their hashes are kept; else one by which about
 * FCNN_SIZE_HASHED_ROWS are. */
uint64_t fcnn_row_hashes_mask(int64_t rows);

/* For rows of so many inputs and targets.  Fails: FCNN_ENOMEM, as add. */
fcnn_status fcnn_row_hashes_create(int64_t width, uint64_t mask, fcnn_row_hashes *out);
void fcnn_row_hashes_clear(fcnn_row_hashes *hashes);

/* Adds rows, by their values as doubles: inputs and targets alike, whatever their types. */
fcnn_status fcnn_row_hashes_add(fcnn_row_hashes *hashes, const fcnn_table *inputs, const fcnn_table *targets);

/* Counts, over all ranks, the rows of others that occur in known, and all rows that were compared.  Both have the same
 * mask.  Collective; all ranks fail alike. */
fcnn_status fcnn_row_hashes_find(fcnn_row_hashes *known, fcnn_row_hashes *others, fcnn_comm *comm, int64_t *again,
                                 int64_t *compared);

#endif
