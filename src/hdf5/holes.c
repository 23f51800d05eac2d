/* src/hdf5/holes.c — finds elements of a dataset that were never written. */
#include "hdf5/holes.h"

#include "core/memory.h"
#include "core/pulse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- chunks ---- */

/* H5E_walk2_t that sets *absent if the error is the one by which HDF5 1.10 reports that a chunk has no storage. */
static herr_t note_absent(unsigned level, const H5E_error2_t *error, void *data)
{
    (void)level;
    bool *absent = data;
    *absent = *absent || (error->desc != NULL && strcmp(error->desc, "chunk storage is not allocated") == 0);
    return 0;
}

/* Determines whether a chunk has an address.  HDF5 iterates over all chunks for this; it is used only if there is no
 * other way. */
static fcnn_hdf5_place find_address(hid_t dataset, const hsize_t *offset)
{
#if H5_VERSION_GE(1, 10, 5)
    unsigned mask;
    haddr_t address = HADDR_UNDEF;
    hsize_t bytes;
    return H5Dget_chunk_info_by_coord(dataset, offset, &mask, &address, &bytes) < 0 ? FCNN_HDF5_UNKNOWN
           : address != HADDR_UNDEF                                                 ? FCNN_HDF5_PRESENT
                                                                                    : FCNN_HDF5_ABSENT;
#else
    (void)dataset;
    (void)offset;
    return FCNN_HDF5_UNKNOWN;
#endif
}

fcnn_hdf5_place fcnn_hdf5_chunk_find(hid_t dataset, const hsize_t *offset, hsize_t *stored)
{
    *stored = 0;
    if (H5Dget_chunk_storage_size(dataset, offset, stored) >= 0) {
        if (*stored > 0) {
            return FCNN_HDF5_PRESENT;
        }
        const fcnn_hdf5_place place = find_address(dataset, offset);
        return place == FCNN_HDF5_UNKNOWN ? FCNN_HDF5_ABSENT : place;
    }
    bool absent = false;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_absent, &absent);
    return absent ? FCNN_HDF5_ABSENT : find_address(dataset, offset);
}

/* ---- runs of rows ---- */

void fcnn_hdf5_holes_clear(fcnn_hdf5_holes *holes)
{
    free(holes->runs);
    *holes = (fcnn_hdf5_holes){0};
}

int64_t fcnn_hdf5_holes_rows(const fcnn_hdf5_holes *holes)
{
    int64_t rows = 0;
    for (int64_t i = 0; i < holes->count; i++) {
        rows += holes->runs[i].end - holes->runs[i].first;
    }
    return rows;
}

/* Adds rows first … end−1, none of which precedes the last row that was added. */
static fcnn_status add_run(fcnn_hdf5_holes *holes, hsize_t first, hsize_t end)
{
    fcnn_hdf5_run *last = holes->count > 0 ? &holes->runs[holes->count - 1] : NULL;
    if (last != NULL && last->end == (int64_t)first) {
        last->end = (int64_t)end;
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_grow("rows that were never written", holes->count + 1, sizeof *holes->runs, &holes->runs,
                              &holes->capacity));
    holes->runs[holes->count++] = (fcnn_hdf5_run){.first = (int64_t)first, .end = (int64_t)end};
    return FCNN_OK;
}

/* The state of a search. */
typedef struct search {
    const fcnn_hdf5_source *source;
    int rank, along;
    const hsize_t *start, *extent; /* of the box */
    hsize_t dims[FCNN_HDF5_RANK_MAX], chunk[FCNN_HDF5_RANK_MAX];
    bool is_packed, one_is_enough;
    fcnn_hdf5_holes *out;
} search;

static fcnn_status add_box(const search *in)
{
    const hsize_t first = in->start[in->along];
    return add_run(in->out, first, first + in->extent[in->along]);
}

static bool is_whole(const search *in)
{
    bool whole = true;
    for (int d = 0; d < in->rank; d++) {
        whole = whole && in->start[d] == 0 && in->extent[d] == in->dims[d];
    }
    return whole;
}

/* Determines whether all chunks of the dataset were written, or none, by the number of chunks, which is much faster
 * than a search for each chunk.  It is not reliable for a file with chunks outside of the dataset; reading checks each
 * chunk. */
static void count_chunks(const search *in, bool *all, bool *none)
{
    const hid_t dataset = in->source->dataset, type = H5Dget_type(dataset);
    hsize_t wanted = 1, there = H5Dget_storage_size(dataset), bytes = H5Tget_size(type);
    H5Tclose(type);
    for (int d = 0; d < in->rank; d++) {
        wanted *= (in->dims[d] - 1) / in->chunk[d] + 1;
        bytes *= in->chunk[d];
    }
    *none = there == 0;
    *all = !in->is_packed && there == wanted * bytes;
#if H5_VERSION_GE(1, 10, 5)
    const hid_t space = H5Dget_space(dataset);
    hsize_t count = 0;
    if (in->is_packed && !*none && H5Dget_num_chunks(dataset, space, &count) >= 0) {
        *all = count == wanted;
    }
    H5Sclose(space);
#endif
}

/* Moves to the next chunk with the same rows; false after the last one. */
static bool next_across(const search *in, hsize_t *offset)
{
    for (int d = in->rank - 1; d >= 0; d--) {
        if (d == in->along) {
            continue;
        }
        offset[d] += in->chunk[d];
        if (offset[d] < in->start[d] + in->extent[d]) {
            return true;
        }
        offset[d] = in->start[d] / in->chunk[d] * in->chunk[d];
    }
    return false;
}

/* Sets *absent to whether one of the chunks of the box with the same rows was never written. */
static fcnn_status find_absent_across(const search *in, hsize_t *offset, bool *absent)
{
    hsize_t stored;
    fcnn_pulse_continue();
    do {
        const fcnn_hdf5_place place = fcnn_hdf5_chunk_find(in->source->dataset, offset, &stored);
        if (place == FCNN_HDF5_UNKNOWN) {
            return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", in->source->path, in->source->name);
        }
        *absent = place == FCNN_HDF5_ABSENT;
    } while (!*absent && next_across(in, offset));
    return FCNN_OK;
}

static fcnn_status look_at_chunks(const search *in)
{
    const int along = in->along;
    const hsize_t chunk = in->chunk[along], end = in->start[along] + in->extent[along];
    hsize_t offset[FCNN_HDF5_RANK_MAX];
    for (hsize_t row = in->start[along] / chunk * chunk; row < end; row += chunk) {
        bool absent;
        for (int d = 0; d < in->rank; d++) {
            offset[d] = in->start[d] / in->chunk[d] * in->chunk[d];
        }
        offset[along] = row;
        FCNN_TRY(find_absent_across(in, offset, &absent));
        if (absent) {
            const hsize_t first = row > in->start[along] ? row : in->start[along];
            FCNN_TRY(add_run(in->out, first, end - row > chunk ? row + chunk : end));
            if (in->one_is_enough) {
                return FCNN_OK;
            }
        }
    }
    return FCNN_OK;
}

static fcnn_status search_chunks(const search *in)
{
    bool all = false, none = false;
    if (is_whole(in)) {
        count_chunks(in, &all, &none);
    }
    return all ? FCNN_OK : none ? add_box(in) : look_at_chunks(in);
}

fcnn_status fcnn_hdf5_holes_find_own(const fcnn_hdf5_source *source, int along, const hsize_t *start,
                                     const hsize_t *extent, bool one_is_enough, fcnn_hdf5_holes *out)
{
    search in = {
        .source = source, .along = along, .start = start, .extent = extent, .one_is_enough = one_is_enough, .out = out};
    const hid_t space = H5Dget_space(source->dataset), creation = H5Dget_create_plist(source->dataset);
    const H5D_layout_t layout = H5Pget_layout(creation);
    in.rank = H5Sget_simple_extent_dims(space, in.dims, NULL);
    in.is_packed = H5Pget_nfilters(creation) > 0;
    bool is_empty = in.rank < 1;
    for (int d = 0; d < in.rank; d++) {
        is_empty = is_empty || extent[d] == 0;
    }
    fcnn_status status = FCNN_OK;
    out->filling = fcnn_hdf5_filling_find(creation);
    if (is_empty) {
        /* the box is empty */
    } else if (layout == H5D_CHUNKED) {
        H5Pget_chunk(creation, FCNN_HDF5_RANK_MAX, in.chunk);
        status = search_chunks(&in);
    } else if (layout == H5D_CONTIGUOUS && H5Pget_external_count(creation) == 0 &&
               H5Dget_storage_size(source->dataset) == 0) {
        status = add_box(&in);
    }
    H5Pclose(creation);
    H5Sclose(space);
    return status;
}

fcnn_status fcnn_hdf5_refuse_holes(const fcnn_hdf5_source *source, const fcnn_hdf5_holes *holes, int64_t all)
{
    return fcnn_fail(FCNN_EDATA,
                     "%s: dataset %.200s: %" PRId64 " of %" PRId64 " rows were never written, the first is row %" PRId64
                     " (counting from 0), and it has no fill value: write these rows, or exclude them by "
                     "data.rows (fcnn-predict: --rows)",
                     source->path, source->name, fcnn_hdf5_holes_rows(holes), all,
                     holes->count > 0 ? holes->runs[0].first : 0);
}
