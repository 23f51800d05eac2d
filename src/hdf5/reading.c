/* src/hdf5/reading.c — reads boxes of elements of an open dataset. */
#include "hdf5/reading.h"

#include "hdf5/check.h"
#include "hdf5/holes.h"

#include <inttypes.h>

fcnn_status fcnn_hdf5_unreadable(const fcnn_hdf5_dataset *from)
{
    return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", from->source.path, from->source.name);
}

fcnn_status fcnn_hdf5_require_rows(const fcnn_hdf5_dataset *from, int64_t first, int64_t count)
{
    if (from->info.rank == from->info.array_rank) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is a single value and has no rows", from->source.path,
                         from->source.name);
    }
    const int64_t rows = from->info.dims[from->along];
    if (first < 0 || count < 0 || first > rows || count > rows - first) {
        return fcnn_fail(FCNN_ESHAPE,
                         "%s: dataset %.200s has %" PRId64 " rows, but %" PRId64 " from row %" PRId64 " are requested",
                         from->source.path, from->source.name, rows, count, first);
    }
    return FCNN_OK;
}

void fcnn_hdf5_whole_box(const fcnn_hdf5_info *info, hsize_t *start, hsize_t *extent)
{
    for (int d = 0; d < info->rank; d++) {
        start[d] = 0;
        extent[d] = (hsize_t)info->dims[d];
    }
    if (info->joined > 0) { /* the characters are a dimension of the dataset or of its elements */
        start[info->rank] = 0;
        extent[info->rank] = (hsize_t)info->joined;
    }
}

void fcnn_hdf5_rows_box(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, hsize_t *start, hsize_t *extent)
{
    fcnn_hdf5_whole_box(&from->info, start, extent);
    start[from->along] = (hsize_t)first;
    extent[from->along] = (hsize_t)count;
    if (from->columns >= 0) {
        start[1] = (hsize_t)from->first_column;
        extent[1] = (hsize_t)from->columns;
    }
}

/* Fails because rows were never written and have no fill value; the message counts those of the whole dataset. */
static fcnn_status refuse(const fcnn_hdf5_dataset *from)
{
    hsize_t start[FCNN_HDF5_RANK_MAX], extent[FCNN_HDF5_RANK_MAX];
    fcnn_hdf5_holes holes = {0};
    fcnn_hdf5_whole_box(&from->info, start, extent);
    fcnn_status status = fcnn_hdf5_holes_find(&from->source, from->along, start, extent, false, &holes);
    if (status == FCNN_OK) {
        status = fcnn_hdf5_refuse_holes(&from->source, &holes, from->info.dims[from->along]);
    }
    fcnn_hdf5_holes_clear(&holes);
    return status;
}

/* Fails if elements of a box were never written and have no fill value. */
static fcnn_status require_no_holes(const fcnn_hdf5_dataset *from, const hsize_t *start, const hsize_t *extent)
{
    fcnn_hdf5_holes holes = {0};
    fcnn_status status = fcnn_hdf5_holes_find(&from->source, from->along, start, extent, true, &holes);
    if (status == FCNN_OK && holes.count > 0 && holes.filling == FCNN_HDF5_UNFILLED) {
        status = refuse(from);
    }
    fcnn_hdf5_holes_clear(&holes);
    return status;
}

/* Prepares memory for a box: sets it to the fill value if HDF5 would leave it unchanged. */
static fcnn_status prepare(const fcnn_hdf5_dataset *from, const hsize_t *start, const hsize_t *extent, void *out)
{
    if (from->info.filling == FCNN_HDF5_UNFILLED || from->source.is_bare) {
        FCNN_TRY(require_no_holes(from, start, extent));
    }
    if (from->info.filling != FCNN_HDF5_LEFT) {
        return FCNN_OK;
    }
    int64_t elements = 1;
    for (int d = 0; d < H5Sget_simple_extent_ndims(from->space); d++) {
        elements *= (int64_t)extent[d];
    }
    return fcnn_hdf5_fill(&from->source, from->type, elements, out);
}

/* Reads a box, or nothing if start is NULL, together with all other ranks.  Collective. */
static fcnn_status read_together(const fcnn_hdf5_dataset *from, const hsize_t *start, const hsize_t *extent, void *out)
{
#ifdef H5_HAVE_PARALLEL
    char nothing[sizeof(hvl_t)];
    const hsize_t one[FCNN_HDF5_RANK_MAX] = {1};
    const hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    const int rank = H5Sget_simple_extent_ndims(from->space);
    const hid_t memory = start != NULL ? H5Screate_simple(rank, extent, NULL) : H5Screate_simple(1, one, NULL);
    fcnn_status status = start != NULL ? prepare(from, start, extent, out) : FCNN_OK;
    herr_t failed = H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
    if (start != NULL) {
        failed |= H5Sselect_hyperslab(from->space, H5S_SELECT_SET, start, NULL, extent, NULL);
    } else {
        failed |= H5Sselect_none(from->space) | H5Sselect_none(memory);
    }
    /* every rank makes this collective call, even if it has failed before */
    failed |= H5Dread(from->together, from->type, memory, from->space, transfer, start != NULL ? out : nothing);
    if (status == FCNN_OK && failed < 0) {
        status = fcnn_hdf5_unreadable(from);
    }
    H5Sclose(memory);
    H5Pclose(transfer);
    return status;
#else
    (void)start;
    (void)extent;
    (void)out;
    return fcnn_hdf5_unreadable(from);
#endif
}

/* Reads a box.  Arrays within elements are read completely; start and extent are ignored for their dimensions.
 * Collective if the dataset is joined.
 *   out  [extent…], caller-owned, of the type in memory */
static fcnn_status read_box(const fcnn_hdf5_dataset *from, const hsize_t *start, const hsize_t *extent, void *out)
{
    for (int d = 0; d < from->info.rank; d++) {
        if (extent[d] == 0) {
            return from->together >= 0 ? read_together(from, NULL, NULL, NULL) : FCNN_OK;
        }
    }
    if (from->together >= 0) {
        return read_together(from, start, extent, out);
    }
    FCNN_TRY(prepare(from, start, extent, out));
    if (from->is_packed) {
        return fcnn_hdf5_unpack_box(&from->source, &from->packing, start, extent, from->type, out);
    }
    /* of the same rank as the dataset, because HDF5 reads chunks element by element if the ranks differ */
    const hid_t memory = H5Screate_simple(H5Sget_simple_extent_ndims(from->space), extent, NULL);
    const bool failed = memory < 0 || H5Sselect_hyperslab(from->space, H5S_SELECT_SET, start, NULL, extent, NULL) < 0 ||
                        H5Dread(from->source.dataset, from->type, memory, from->space, H5P_DEFAULT, out) < 0;
    const fcnn_status status = failed ? fcnn_hdf5_unreadable(from) : FCNN_OK;
    H5Sclose(memory);
    return status;
}

fcnn_status fcnn_hdf5_read_slab(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, void *out)
{
    hsize_t start[FCNN_HDF5_RANK_MAX], extent[FCNN_HDF5_RANK_MAX];
    fcnn_hdf5_rows_box(from, first, count, start, extent);
    return read_box(from, start, extent, out);
}

fcnn_status fcnn_hdf5_release_sources(fcnn_hdf5_dataset *from)
{
    return from->info.is_virtual ? fcnn_hdf5_source_open_again(from->file, 0, &from->source) : FCNN_OK;
}
