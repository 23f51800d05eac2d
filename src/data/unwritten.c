/* src/data/unwritten.c — counts rows that were never written. */
#include "data/unwritten.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- counting ---- */

/* Returns whether HDF5 reads only the columns of a part; otherwise it reads whole rows. */
static bool picks_columns(const fcnn_source *source, const fcnn_column_part *part)
{
    return !source->inputs.by_columns && part->info.rank == 2 && part->info.array_rank == 0 &&
           fcnn_column_part_width(part) < part->all;
}

static fcnn_status find_in_part(const fcnn_open_part *open, int64_t place, int64_t first, int64_t count,
                                fcnn_column_part *part)
{
    fcnn_hdf5_unwritten here;
    FCNN_TRY(fcnn_hdf5_dataset_find_unwritten(open->dataset, first, count, &here));
    if (part->unwritten.rows == 0) {
        part->unwritten = here;
        part->unwritten_place = place;
    } else {
        part->unwritten.rows += here.rows;
    }
    return FCNN_OK;
}

fcnn_status fcnn_unwritten_find(fcnn_source *source, const char *range, int64_t place, const fcnn_open_columns open[3])
{
    fcnn_columns *columns[] = {&source->inputs, &source->targets, &source->weights};
    const int64_t start = source->files.starts[place], after = source->files.starts[place + 1];
    int64_t first = 0, last = -1;
    if (range != NULL && range[0] != '\0') {
        FCNN_TRY(fcnn_columns_range(range, &first, &last));
    }
    first = first > start ? first : start;
    last = last >= 0 && last < after ? last : after;
    for (int i = 0; i < 3 && first < last; i++) {
        for (int64_t k = 0; k < columns[i]->count; k++) {
            FCNN_TRY(find_in_part(&open[i].parts[k], place, first - start, last - first, &columns[i]->parts[k]));
        }
    }
    return FCNN_OK;
}

/* ---- descriptions ---- */

/* Returns part number `at` of all parts; NULL after the last one. */
static const fcnn_column_part *part_at(const fcnn_source *source, int64_t at)
{
    const fcnn_columns *columns[] = {&source->inputs, &source->targets, &source->weights};
    for (int i = 0; i < 3; i++) {
        if (at < columns[i]->count) {
            return &columns[i]->parts[at];
        }
        at -= columns[i]->count;
    }
    return NULL;
}

static void describe(const fcnn_source *source, const fcnn_column_part *part, fcnn_unwritten_text out)
{
    const fcnn_hdf5_unwritten *unwritten = &part->unwritten;
    char columns[64] = "";
    if (picks_columns(source, part)) {
        snprintf(columns, sizeof columns, "[%" PRId64 ":%" PRId64 "]", part->first,
                 part->first + fcnn_column_part_width(part));
    }
    snprintf(out, sizeof(fcnn_unwritten_text),
             "%" PRId64 " of %" PRId64 " rows of %.200s%s, the first is row %" PRId64
             " of %.300s; they are read as the fill value%s%s",
             unwritten->rows, source->range_rows, part->dataset, columns, unwritten->first,
             source->files.paths[part->unwritten_place], unwritten->value[0] != '\0' ? " " : "", unwritten->value);
}

bool fcnn_unwritten_next(const fcnn_source *source, int64_t *at, fcnn_unwritten_text out)
{
    for (const fcnn_column_part *part; (part = part_at(source, *at)) != NULL;) {
        ++*at;
        if (part->unwritten.rows > 0) {
            describe(source, part, out);
            return true;
        }
    }
    return false;
}
