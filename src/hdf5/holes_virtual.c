/* src/hdf5/holes_virtual.c — holes of virtual datasets: elements without a source, and the holes of the sources. */
#include "core/memory.h"
#include "hdf5/check.h"
#include "hdf5/holes.h"
#include "hdf5/sources.h"

#include <stdlib.h>

/* From a row on, the number of mapped elements per row changes by a difference. */
typedef struct change {
    hsize_t row;
    int64_t elements;
} change;

typedef struct gathering {
    int rank, along;
    const hsize_t *start, *extent; /* the box that is searched */
    change *changes;
    int64_t changes_count, changes_capacity;
    fcnn_hdf5_holes rows; /* rows with holes of sources, in any order */
    bool is_unfilled;
} gathering;

static fcnn_status add_change(gathering *all, hsize_t row, int64_t elements)
{
    FCNN_TRY(fcnn_memory_grow("parts of a dataset", all->changes_count + 1, sizeof *all->changes, &all->changes,
                              &all->changes_capacity));
    all->changes[all->changes_count++] = (change){row, elements};
    return FCNN_OK;
}

static fcnn_status add_rows(gathering *all, hsize_t first, hsize_t end)
{
    FCNN_TRY(fcnn_memory_grow("rows that were never written", all->rows.count + 1, sizeof *all->rows.runs,
                              &all->rows.runs, &all->rows.capacity));
    all->rows.runs[all->rows.count++] = (fcnn_hdf5_run){.first = (int64_t)first, .end = (int64_t)end};
    return FCNN_OK;
}

/* Adds the runs of indices first … end−1 of slots; each run is within one block. */
static fcnn_status add_slots(gathering *all, const fcnn_hdf5_slots *slots, hsize_t first, hsize_t end, int64_t elements)
{
    const bool is_one = slots->block == slots->stride || slots->count <= slots->block;
    for (hsize_t k = first; k < end;) {
        const hsize_t left = is_one ? end - k : slots->block - k % slots->block;
        const hsize_t count = left < end - k ? left : end - k, row = fcnn_hdf5_slots_at(slots, k);
        if (elements == 0) {
            FCNN_TRY(add_rows(all, row, row + count));
        } else {
            FCNN_TRY(add_change(all, row, elements));
            FCNN_TRY(add_change(all, row + count, -elements));
        }
        k += count;
    }
    return FCNN_OK;
}

/* Adds the elements of an irregular selection, block by block. */
static fcnn_status add_blocks(gathering *all, hid_t selection)
{
    const hssize_t count = H5Sget_select_hyper_nblocks(selection);
    hsize_t *blocks; /* [count][2][rank] first and last index of each dimension */
    FCNN_TRY(fcnn_memory_create("parts of a dataset", count > 0 ? count : 0, 2 * (size_t)all->rank * sizeof *blocks,
                                &blocks));
    fcnn_status status = FCNN_OK;
    if (count > 0) {
        H5Sget_select_hyper_blocklist(selection, 0, (hsize_t)count, blocks);
    }
    for (hssize_t i = 0; i < count && status == FCNN_OK; i++) {
        const hsize_t *first = blocks + 2 * i * all->rank, *last = first + all->rank;
        hsize_t row[2] = {0};
        int64_t others = 1;
        for (int d = 0; d < all->rank; d++) {
            const hsize_t box_end = all->start[d] + all->extent[d];
            const hsize_t from = first[d] > all->start[d] ? first[d] : all->start[d];
            const hsize_t end = last[d] + 1 < box_end ? last[d] + 1 : box_end;
            others *= from >= end ? 0 : d == all->along ? 1 : (int64_t)(end - from);
            row[0] = d == all->along ? from : row[0];
            row[1] = d == all->along ? end : row[1];
        }
        if (others > 0) {
            status = add_change(all, row[0], others);
        }
        if (others > 0 && status == FCNN_OK) {
            status = add_change(all, row[1], -others);
        }
    }
    free(blocks);
    return status;
}

/* Finds the dimension of the source that corresponds to each dimension of the part, by their numbers of indices; −1 for
 * dimensions with one index.  False if the correspondence is not unique. */
static bool match_dimensions(const fcnn_hdf5_mapping *mapping, int *partner)
{
    int d = 0, s = 0;
    for (; d < mapping->rank; d++) {
        partner[d] = -1;
        if (mapping->part[d].count == 1) {
            continue;
        }
        while (s < mapping->source_rank && mapping->taken[s].count == 1) {
            s++;
        }
        if (s == mapping->source_rank || mapping->taken[s].count != mapping->part[d].count) {
            return false;
        }
        partner[d] = s++;
    }
    while (s < mapping->source_rank && mapping->taken[s].count == 1) {
        s++;
    }
    return mapping->is_regular && s == mapping->source_rank;
}

/* The box of the source that corresponds to indices first … end−1 of each dimension of the part. */
static void find_box(const fcnn_hdf5_mapping *mapping, bool is_clear, const int *partner, const hsize_t *first,
                     const hsize_t *end, hsize_t *start, hsize_t *extent)
{
    for (int s = 0; s < mapping->source_rank; s++) {
        const fcnn_hdf5_slots *taken = &mapping->taken[s];
        start[s] = taken->start;
        extent[s] = fcnn_hdf5_slots_at(taken, taken->count - 1) + 1 - start[s];
    }
    for (int d = 0; d < mapping->rank && is_clear; d++) {
        if (partner[d] >= 0) {
            const fcnn_hdf5_slots *taken = &mapping->taken[partner[d]];
            start[partner[d]] = fcnn_hdf5_slots_at(taken, first[d]);
            extent[partner[d]] = fcnn_hdf5_slots_at(taken, end[d] - 1) + 1 - start[partner[d]];
        }
    }
}

/* Adds the rows for which a source has holes, or all rows of the part if they cannot be determined. */
static fcnn_status add_holes_of_source(gathering *all, const fcnn_hdf5_mapping *mapping, const hsize_t *first,
                                       const hsize_t *end)
{
    int partner[FCNN_HDF5_RANK_MAX];
    hsize_t start[FCNN_HDF5_RANK_MAX], extent[FCNN_HDF5_RANK_MAX];
    fcnn_hdf5_holes holes = {0};
    const fcnn_hdf5_slots *rows = &mapping->part[all->along];
    const bool is_clear = match_dimensions(mapping, partner);
    const int along = is_clear && partner[all->along] >= 0 ? partner[all->along] : -1;
    find_box(mapping, is_clear, partner, first, end, start, extent);
    fcnn_status status =
        fcnn_hdf5_holes_find(&mapping->source, along >= 0 ? along : 0, start, extent, along < 0, &holes);
    for (int64_t i = 0; i < holes.count && status == FCNN_OK; i++) {
        if (along < 0) {
            status = add_slots(all, rows, first[all->along], end[all->along], 0);
        } else {
            const fcnn_hdf5_slots *taken = &mapping->taken[along];
            status = add_slots(all, rows, fcnn_hdf5_slots_below(taken, (hsize_t)holes.runs[i].first),
                               fcnn_hdf5_slots_below(taken, (hsize_t)holes.runs[i].end), 0);
        }
    }
    all->is_unfilled = all->is_unfilled || (holes.count > 0 && holes.filling != FCNN_HDF5_FILLED);
    fcnn_hdf5_holes_clear(&holes);
    return status;
}

/* A fcnn_hdf5_meet_mapping: adds the mapped elements and the holes of one mapping. */
static fcnn_status meet(void *data, const fcnn_hdf5_mapping *mapping)
{
    gathering *all = data;
    hsize_t first[FCNN_HDF5_RANK_MAX], end[FCNN_HDF5_RANK_MAX];
    int64_t others = 1;
    for (int d = 0; d < all->rank; d++) {
        first[d] = fcnn_hdf5_slots_below(&mapping->part[d], all->start[d]);
        end[d] = fcnn_hdf5_slots_below(&mapping->part[d], all->start[d] + all->extent[d]);
        if (first[d] >= end[d]) {
            return FCNN_OK;
        }
        others *= d == all->along ? 1 : (int64_t)(end[d] - first[d]);
    }
    FCNN_TRY(mapping->selection >= 0
                 ? add_blocks(all, mapping->selection)
                 : add_slots(all, &mapping->part[all->along], first[all->along], end[all->along], others));
    return add_holes_of_source(all, mapping, first, end);
}

static int by_row(const void *a, const void *b)
{
    const change *left = a, *right = b;
    return (left->row > right->row) - (left->row < right->row);
}

/* Adds the rows that have fewer mapped elements than the box. */
static fcnn_status add_unmapped(gathering *all)
{
    const hsize_t end = all->start[all->along] + all->extent[all->along];
    int64_t others = 1, mapped = 0;
    for (int d = 0; d < all->rank; d++) {
        others *= d == all->along ? 1 : (int64_t)all->extent[d];
    }
    FCNN_TRY(add_change(all, end, 0));
    qsort(all->changes, (size_t)all->changes_count, sizeof *all->changes, by_row);
    hsize_t row = all->start[all->along];
    for (int64_t i = 0; i < all->changes_count; i++) {
        if (all->changes[i].row > row && mapped < others) {
            FCNN_TRY(add_rows(all, row, all->changes[i].row));
        }
        row = all->changes[i].row;
        mapped += all->changes[i].elements;
    }
    return FCNN_OK;
}

static int by_first(const void *a, const void *b)
{
    const fcnn_hdf5_run *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

/* Sorts runs, and merges runs that touch each other. */
static void join(fcnn_hdf5_holes *holes)
{
    int64_t kept = 0;
    if (holes->count == 0) {
        return;
    }
    qsort(holes->runs, (size_t)holes->count, sizeof *holes->runs, by_first);
    for (int64_t i = 1; i < holes->count; i++) {
        if (holes->runs[i].first > holes->runs[kept].end) {
            holes->runs[++kept] = holes->runs[i];
        } else if (holes->runs[i].end > holes->runs[kept].end) {
            holes->runs[kept].end = holes->runs[i].end;
        }
    }
    holes->count = kept + 1;
}

static fcnn_status find_virtual(const fcnn_hdf5_source *source, int along, int rank, const hsize_t *start,
                                const hsize_t *extent, fcnn_hdf5_filling filling, fcnn_hdf5_holes *out)
{
    gathering all = {.rank = rank, .along = along, .start = start, .extent = extent};
    fcnn_status status = fcnn_hdf5_sources_walk(source, meet, &all);
    const int64_t of_sources = all.rows.count;
    if (status == FCNN_OK) {
        status = add_unmapped(&all);
    }
    out->filling = all.is_unfilled ? FCNN_HDF5_UNFILLED : all.rows.count > of_sources ? filling : FCNN_HDF5_FILLED;
    join(&all.rows);
    out->runs = all.rows.runs;
    out->count = all.rows.count;
    out->capacity = all.rows.capacity;
    free(all.changes);
    return status;
}

fcnn_status fcnn_hdf5_holes_find(const fcnn_hdf5_source *source, int along, const hsize_t *start, const hsize_t *extent,
                                 bool one_is_enough, fcnn_hdf5_holes *out)
{
    if (!fcnn_hdf5_is_virtual(source->dataset)) {
        return fcnn_hdf5_holes_find_own(source, along, start, extent, one_is_enough, out);
    }
    const hid_t space = H5Dget_space(source->dataset), creation = H5Dget_create_plist(source->dataset);
    const int rank = H5Sget_simple_extent_ndims(space);
    out->filling = fcnn_hdf5_filling_find(creation);
    H5Pclose(creation);
    H5Sclose(space);
    bool is_empty = rank < 1;
    for (int d = 0; d < rank; d++) {
        is_empty = is_empty || extent[d] == 0;
    }
    return is_empty ? FCNN_OK : find_virtual(source, along, rank, start, extent, out->filling, out);
}
