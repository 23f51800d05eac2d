/* src/data/row_hashes.c — hashes of rows, to find rows that occur in two datasets.
 *
 * 64 bits are sufficient: between 10^7 rows on one side and 10^6 on the other, the probability that two different rows
 * have the same hash is 10^13 / 2^64, less than one in a million. */
#include "data/row_hashes.h"

#include "core/memory.h"
#include "core/sizes.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

uint64_t fcnn_row_hashes_mask(int64_t rows)
{
    uint64_t mask = 0;
    while (rows > fcnn_size(FCNN_SIZE_HASHED_ROWS)) {
        rows /= 2;
        mask = 2 * mask + 1;
    }
    return mask;
}

fcnn_status fcnn_row_hashes_create(int64_t width, uint64_t mask, fcnn_row_hashes *out)
{
    *out = (fcnn_row_hashes){.mask = mask};
    return fcnn_memory_create("a row", width, sizeof *out->row, &out->row);
}

void fcnn_row_hashes_clear(fcnn_row_hashes *hashes)
{
    free(hashes->kept);
    free(hashes->row);
    *hashes = (fcnn_row_hashes){0};
}

/* ---- adding ---- */

/* Converts the values of a row to doubles, and −0 to +0. */
static void take_values(const fcnn_table *table, int64_t row, double *out)
{
    const int64_t width = table->width;
    switch (table->type) {
#define TAKE_VALUES(name, element, text)                                      \
    case name: {                                                              \
        const element *values = (const element *)table->values + row * width; \
        for (int64_t i = 0; i < width; i++) {                                 \
            out[i] = (double)values[i] + 0.0;                                 \
        }                                                                     \
        break;                                                                \
    }
        FCNN_TYPE_TABLE(TAKE_VALUES)
#undef TAKE_VALUES
    }
}

static int compare(const void *a, const void *b)
{
    const uint64_t left = ((const fcnn_row_hash *)a)->hash, right = ((const fcnn_row_hash *)b)->hash;
    return (left > right) - (left < right);
}

/* Sorts the hashes and merges equal ones. */
static void compress(fcnn_row_hashes *hashes)
{
    fcnn_row_hash *kept = hashes->kept;
    int64_t last = -1;
    if (hashes->count > 0) {
        qsort(kept, (size_t)hashes->count, sizeof *kept, compare);
    }
    for (int64_t i = 0; i < hashes->count; i++) {
        if (last >= 0 && kept[last].hash == kept[i].hash) {
            kept[last].rows += kept[i].rows;
        } else {
            kept[++last] = kept[i];
        }
    }
    hashes->count = last + 1;
}

/* Adds a hash. Equal hashes are merged before more memory is allocated. */
static fcnn_status add_hash(fcnn_row_hashes *hashes, uint64_t hash)
{
    if (hashes->count == hashes->capacity) {
        compress(hashes);
        if (hashes->count >= hashes->capacity - hashes->capacity / 4) {
            FCNN_TRY(fcnn_memory_grow("the hashes of rows", hashes->capacity + 1, sizeof *hashes->kept, &hashes->kept,
                                      &hashes->capacity));
        }
    }
    hashes->kept[hashes->count++] = (fcnn_row_hash){hash, 1};
    return FCNN_OK;
}

fcnn_status fcnn_row_hashes_add(fcnn_row_hashes *hashes, const fcnn_table *inputs, const fcnn_table *targets)
{
    const size_t bytes = (size_t)(inputs->width + targets->width) * sizeof *hashes->row;
    for (int64_t row = 0; row < inputs->rows; row++) {
        take_values(inputs, row, hashes->row);
        take_values(targets, row, hashes->row + inputs->width);
        fcnn_table_turn(hashes->row, inputs->width + targets->width, sizeof *hashes->row);
        const uint64_t hash = XXH3_64bits(hashes->row, bytes); /* the mask selects the same rows on every machine */
        if ((hash & hashes->mask) == 0) {
            FCNN_TRY(add_hash(hashes, hash));
        }
    }
    return FCNN_OK;
}

/* ---- comparing ---- */

/* Sends the hashes of all ranks to rank 0. Collective. */
static fcnn_status gather(fcnn_row_hashes *hashes, fcnn_comm *comm)
{
    int64_t *sizes = NULL, total = 0;
    fcnn_row_hashes all = {0};
    compress(hashes);
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the hashes of rows", comm->size, sizeof *sizes, &sizes)));
    fcnn_comm_share_integers(comm, hashes->count * (int64_t)sizeof *hashes->kept, sizes);
    for (int rank = 0; comm->rank == 0 && rank < comm->size; rank++) {
        total += sizes[rank] / (int64_t)sizeof *hashes->kept;
    }
    const fcnn_status status =
        fcnn_comm_agree(comm, fcnn_memory_create("the hashes of rows", total, sizeof *all.kept, &all.kept));
    if (status == FCNN_OK) {
        fcnn_comm_gather(comm, hashes->kept, sizes, all.kept);
        free(hashes->kept);
        hashes->kept = all.kept;
        hashes->count = hashes->capacity = total;
        compress(hashes);
    }
    free(sizes);
    return status;
}

fcnn_status fcnn_row_hashes_find(fcnn_row_hashes *known, fcnn_row_hashes *others, fcnn_comm *comm, int64_t *again,
                                 int64_t *compared)
{
    int64_t counts[2] = {0, 0};
    FCNN_TRY(gather(known, comm));
    FCNN_TRY(gather(others, comm));
    for (int64_t i = 0, at = 0; i < others->count; i++) {
        while (at < known->count && known->kept[at].hash < others->kept[i].hash) {
            at++;
        }
        const bool is_known = at < known->count && known->kept[at].hash == others->kept[i].hash;
        counts[0] += is_known ? others->kept[i].rows : 0;
        counts[1] += others->kept[i].rows;
    }
    fcnn_comm_broadcast(comm, counts, sizeof counts);
    *again = counts[0];
    *compared = counts[1];
    return FCNN_OK;
}
