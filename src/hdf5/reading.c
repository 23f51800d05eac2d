/* src/hdf5/reading.c — a dataset while rows, columns or strings of it are read. */
#include "hdf5/reading.h"

#include "core/memory.h"
#include "hdf5/check.h"
#include "hdf5/element.h"
#include "hdf5/holes.h"
#include "hdf5/unpack.h"

#include <inttypes.h>
#include <string.h>

fcnn_status fcnn_hdf5_unreadable(const fcnn_hdf5_reading *from)
{
    return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", from->source.path, from->source.name);
}

void fcnn_hdf5_reading_close(fcnn_hdf5_reading *from)
{
    if (from->together >= 0) {
        H5Dclose(from->together);
    }
    H5Sclose(from->space);
    H5Tclose(from->type);
    fcnn_hdf5_source_close(&from->source);
}

static hid_t bit_field(size_t size)
{
    return size == 1 ? H5T_NATIVE_B8 : size == 2 ? H5T_NATIVE_B16 : size == 4 ? H5T_NATIVE_B32 : H5T_NATIVE_B64;
}

/* Does an enumeration leave bits of its elements out?  hdf5r takes 2 bits for values up to 3, and writes NA as eight
 * ones: converted it would become the value 3, so these elements are read as they lie. */
static bool leaves_bits_out(hid_t element, fcnn_type type)
{
    const hid_t base = H5Tget_class(element) == H5T_ENUM ? H5Tget_super(element) : -1;
    const bool leaves = base >= 0 && H5Tget_precision(base) < 8 * H5Tget_size(base) &&
                        H5Tget_size(base) == fcnn_type_size(type) &&
                        H5Tget_order(base) == H5Tget_order(fcnn_hdf5_native_type(type));
    H5Tclose(base);
    return leaves;
}

/* The type in memory; to be closed.  HDF5 converts bit fields to nothing else. */
static hid_t memory_type(const fcnn_hdf5_reading *from)
{
    fcnn_hdf5_element element;
    if (fcnn_hdf5_element_find(&from->source, &element) != FCNN_OK) {
        return -1;
    }
    const hid_t leaf = H5Tget_class(element.type) == H5T_BITFIELD       ? bit_field(fcnn_type_size(from->info.type))
                       : leaves_bits_out(element.type, from->info.type) ? element.type
                                                                        : fcnn_hdf5_native_type(from->info.type);
    const hid_t type = fcnn_hdf5_element_memory(&from->source, leaf);
    H5Tclose(element.type);
    return type;
}

static fcnn_status check_rows(const fcnn_hdf5_reading *from, int64_t first, int64_t count)
{
    if (from->info.rank == from->info.array_rank) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is a single value, without rows", from->source.path,
                         from->source.name);
    }
    const int64_t rows = from->info.dims[from->along];
    if (first < 0 || count < 0 || first > rows || count > rows - first) {
        return fcnn_fail(FCNN_ESHAPE, "%s: dataset %.200s has %" PRId64 " rows, not %" PRId64 " from %" PRId64 " on",
                         from->source.path, from->source.name, rows, count, first);
    }
    return FCNN_OK;
}

/* What of that this rank can do alone; closes nothing. */
static fcnn_status open_parts(const fcnn_hdf5_file *file, const char *name, int along, bool whole, int64_t first,
                              int64_t count, fcnn_hdf5_reading *out)
{
    const fcnn_status status = fcnn_hdf5_source_open(file, name, whole && along == 0, &out->source);
    if (status != FCNN_OK) {
        out->source.dataset = -1;
        return status;
    }
    FCNN_TRY(fcnn_hdf5_source_describe(&out->source, &out->info));
    out->along = along < 0 || out->info.is_text ? fcnn_hdf5_info_rows(&out->info, along < 0) : along;
    FCNN_TRY(check_rows(out, first, count));
    out->space = H5Dget_space(out->source.dataset);
    out->type = memory_type(out);
    return out->space < 0 || out->type < 0 ? fcnn_hdf5_unreadable(out) : FCNN_OK;
}

void fcnn_hdf5_whole_box(const fcnn_hdf5_info *info, hsize_t *start, hsize_t *extent)
{
    for (int d = 0; d < info->rank; d++) {
        start[d] = 0;
        extent[d] = (hsize_t)info->dims[d];
    }
    if (info->joined > 0) { /* it is a dimension of the dataset, or lies within its elements */
        start[info->rank] = 0;
        extent[info->rank] = (hsize_t)info->joined;
    }
}

/* Notes what is known of a dataset. */
static fcnn_status note_apart(fcnn_hdf5_file *file, const char *name, bool is_apart)
{
    fcnn_hdf5_apart *known;
    FCNN_TRY(fcnn_memory_create("an open file", 1, sizeof *known + strlen(name) + 1, &known));
    known->next = file->apart;
    known->is_apart = is_apart;
    strcpy(known->name, name);
    file->apart = known;
    return FCNN_OK;
}

/* Rank 0 looks, for all, whether something of the dataset was never written: HDF5 1.10 gives MPI-IO an address that is
 * none for each such chunk, and fails.  The first time collective; all ranks fail alike. */
static fcnn_status find_apart(fcnn_hdf5_file *file, const fcnn_hdf5_reading *from, bool *out)
{
    for (const fcnn_hdf5_apart *known = file->apart; known != NULL; known = known->next) {
        if (strcmp(known->name, from->source.name) == 0) {
            *out = known->is_apart;
            return FCNN_OK;
        }
    }
    fcnn_hdf5_holes holes = {0};
    fcnn_status status = FCNN_OK;
    hsize_t start[FCNN_HDF5_RANK_MAX], extent[FCNN_HDF5_RANK_MAX];
    fcnn_hdf5_whole_box(&from->info, start, extent);
    if (file->comm->rank == 0) {
        status = fcnn_hdf5_holes_find(&from->source, from->along, start, extent, true, &holes);
    }
    *out = holes.count > 0;
    fcnn_hdf5_holes_clear(&holes);
    FCNN_TRY(fcnn_comm_agree(file->comm, status));
    fcnn_comm_broadcast(file->comm, out, sizeof *out);
    return fcnn_comm_agree(file->comm, note_apart(file, from->source.name, *out));
}

/* Opens the dataset, which is open on each rank, once more on all, unless ranks have to read it each for itself.
 * Collective; all ranks fail alike.  HDF5 reads what is in a file beside elements on one rank, for all, whatever its
 * property lists say: nothing else is asked of a file that is open on all. */
static fcnn_status open_shared(fcnn_hdf5_file *file, fcnn_hdf5_reading *out)
{
    bool is_apart;
    char name[FCNN_HDF5_NAME_BYTES];
    FCNN_TRY(find_apart(file, out, &is_apart));
    if (is_apart) {
        return FCNN_OK;
    }
    const hid_t access = H5Dget_access_plist(out->source.dataset);
    H5Iget_name(out->source.dataset, name, sizeof name);
    out->together = H5Dopen2(file->together, name, access);
    const fcnn_status status = out->together < 0 ? fcnn_hdf5_unreadable(out) : FCNN_OK;
    H5Pclose(access);
    return fcnn_comm_agree(file->comm, fcnn_comm_name_rank(file->comm, status));
}

fcnn_status fcnn_hdf5_reading_open(fcnn_hdf5_file *file, const char *name, int along, bool whole, int64_t first,
                                   int64_t count, fcnn_hdf5_reading *out)
{
    *out = (fcnn_hdf5_reading){.source.dataset = -1, .together = -1, .space = -1, .type = -1};
    fcnn_status status = open_parts(file, name, along, whole, first, count, out);
    if (file->comm != NULL) {
        status = fcnn_comm_agree(file->comm, fcnn_comm_name_rank(file->comm, status));
        if (status == FCNN_OK) {
            status = open_shared(file, out);
        }
    }
    if (status != FCNN_OK) {
        fcnn_hdf5_reading_close(out);
    }
    return status;
}

/* There are rows in a box that were never written, and nothing stands for them: counts those of the whole dataset. */
static fcnn_status refuse(const fcnn_hdf5_reading *from)
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

/* Fails where something of a box was never written, and nothing stands for it. */
static fcnn_status look_for_holes(const fcnn_hdf5_reading *from, const hsize_t *start, const hsize_t *extent)
{
    fcnn_hdf5_holes holes = {0};
    fcnn_status status = fcnn_hdf5_holes_find(&from->source, from->along, start, extent, true, &holes);
    if (status == FCNN_OK && holes.count > 0 && holes.filling == FCNN_HDF5_UNFILLED) {
        status = refuse(from);
    }
    fcnn_hdf5_holes_clear(&holes);
    return status;
}

/* Makes memory ready for a box: what was never written is left there as it is, where HDF5 does not fill it. */
static fcnn_status prepare(const fcnn_hdf5_reading *from, const hsize_t *start, const hsize_t *extent, void *out)
{
    if (from->info.filling == FCNN_HDF5_UNFILLED || from->source.is_bare) {
        FCNN_TRY(look_for_holes(from, start, extent));
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

/* Reads a box, or nothing (start NULL), with all other ranks. */
static fcnn_status read_together(const fcnn_hdf5_reading *from, const hsize_t *start, const hsize_t *extent, void *out)
{
#ifdef H5_HAVE_PARALLEL
    char nothing[sizeof(hvl_t)];
    fcnn_hdf5_packing packing;
    if (fcnn_hdf5_packing_find(from->source.dataset, &packing)) {
        fcnn_hdf5_packing_close(&packing);
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s is packed, in the first file it is not: ranks cannot read it together",
                         from->source.path, from->source.name);
    }
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
    /* no rank stays away, whatever has failed here */
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

fcnn_status fcnn_hdf5_read_box(const fcnn_hdf5_reading *from, const hsize_t *start, const hsize_t *extent, void *out)
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
    fcnn_hdf5_packing packing;
    if (fcnn_hdf5_packing_find(from->source.dataset, &packing)) {
        const fcnn_status status = fcnn_hdf5_unpack_box(&from->source, &packing, start, extent, from->type, out);
        fcnn_hdf5_packing_close(&packing);
        return status;
    }
    /* of the same rank: HDF5 goes element by element through chunks where ranks differ */
    const hid_t memory = H5Screate_simple(H5Sget_simple_extent_ndims(from->space), extent, NULL);
    const bool failed = memory < 0 || H5Sselect_hyperslab(from->space, H5S_SELECT_SET, start, NULL, extent, NULL) < 0 ||
                        H5Dread(from->source.dataset, from->type, memory, from->space, H5P_DEFAULT, out) < 0;
    const fcnn_status status = failed ? fcnn_hdf5_unreadable(from) : FCNN_OK;
    H5Sclose(memory);
    return status;
}

fcnn_status fcnn_hdf5_read_slab(const fcnn_hdf5_reading *from, int along, int64_t first, int64_t count, void *out)
{
    hsize_t start[FCNN_HDF5_RANK_MAX], extent[FCNN_HDF5_RANK_MAX];
    fcnn_hdf5_whole_box(&from->info, start, extent);
    start[along] = (hsize_t)first;
    extent[along] = (hsize_t)count;
    return fcnn_hdf5_read_box(from, start, extent, out);
}
