/* src/hdf5/dataset.c — opens datasets of HDF5 files for reading, and joins them for collective reading. */
#include "hdf5/dataset.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "hdf5/check.h"
#include "hdf5/element.h"
#include "hdf5/holes.h"
#include "hdf5/read_attributes.h"
#include "hdf5/reading.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- types in memory ---- */

static hid_t bit_field(size_t size)
{
    return size == 1 ? H5T_NATIVE_B8 : size == 2 ? H5T_NATIVE_B16 : size == 4 ? H5T_NATIVE_B32 : H5T_NATIVE_B64;
}

/* Whether the values of an enumeration use only some of the bits of its elements.  hdf5r declares 2 bits for values up
 * to 3, and writes NA as eight ones, which HDF5 would convert to the value 3.  Such elements are therefore read without
 * conversion. */
static bool leaves_bits_out(hid_t element, fcnn_type type)
{
    const hid_t base = H5Tget_class(element) == H5T_ENUM ? H5Tget_super(element) : -1;
    const bool leaves = base >= 0 && H5Tget_precision(base) < 8 * H5Tget_size(base) &&
                        H5Tget_size(base) == fcnn_type_size(type) &&
                        H5Tget_order(base) == H5Tget_order(fcnn_hdf5_native_type(type));
    H5Tclose(base);
    return leaves;
}

/* The type in memory; to be closed.  HDF5 does not convert bit fields to integers. */
static hid_t memory_type(const fcnn_hdf5_dataset *dataset)
{
    fcnn_hdf5_element element;
    const fcnn_type wanted = dataset->info.type;
    if (fcnn_hdf5_element_find(&dataset->source, &element) != FCNN_OK) {
        return -1;
    }
    const hid_t leaf = H5Tget_class(element.type) == H5T_BITFIELD ? bit_field(fcnn_type_size(wanted))
                       : leaves_bits_out(element.type, wanted)    ? element.type
                                                                  : fcnn_hdf5_native_type(wanted);
    const hid_t type = fcnn_hdf5_element_memory(&dataset->source, leaf);
    H5Tclose(element.type);
    return type;
}

/* ---- the chunk cache ---- */

/* The size in bytes of a chunk that HDF5 must keep in its cache, because it is not decompressed by hdf5/unpack.c and
 * its rows are read in parts or are not contiguous.  0: there are no such chunks. */
static size_t chunk_to_keep(const fcnn_hdf5_dataset *dataset)
{
    hsize_t chunk[FCNN_HDF5_RANK_MAX + 1] = {0}, dims[FCNN_HDF5_RANK_MAX] = {0};
    const hid_t creation = H5Dget_create_plist(dataset->source.dataset);
    const bool is_chunked = H5Pget_layout(creation) == H5D_CHUNKED;
    const int rank = is_chunked ? H5Pget_chunk(creation, FCNN_HDF5_RANK_MAX, chunk) : 0;
    size_t bytes = is_chunked && !dataset->is_packed ? fcnn_hdf5_stored_size(dataset->source.dataset) : 0;
    bool runs = dataset->along == 0 && dataset->columns < 0;
    H5Sget_simple_extent_dims(dataset->space, dims, NULL);
    for (int d = 0; d < rank; d++) {
        bytes *= (size_t)chunk[d]; /* no overflow: hdf5/check.c has checked the size */
        runs = runs && (d == 0 || chunk[d] >= dims[d] || dataset->info.is_packed);
    }
    H5Pclose(creation);
    return runs ? 0 : bytes;
}

/* Sets a chunk cache for HDF5 if it would otherwise read chunks in small pieces.  The datasets that are open at the
 * same time share the size of the cache, but each can keep at least one chunk. */
static fcnn_status make_room(fcnn_hdf5_dataset *dataset)
{
    const size_t all = (size_t)fcnn_size(FCNN_SIZE_CHUNK_CACHE_BYTES), chunk = chunk_to_keep(dataset);
    const size_t share = all / (size_t)(dataset->file->datasets + 1);
    return chunk == 0 ? FCNN_OK
                      : fcnn_hdf5_source_open_again(dataset->file, chunk > share && chunk <= all ? chunk : share,
                                                    &dataset->source);
}

/* ---- opening and closing ---- */

/* Refuses datasets that some programs write as placeholders. */
static fcnn_status require_values(const fcnn_hdf5_source *source)
{
    const char *what;
    FCNN_TRY(fcnn_hdf5_placeholder(source->dataset, &what));
    return what == NULL ? FCNN_OK
                        : fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is %s: it contains no data", source->path,
                                    source->name, what);
}

/* Opens the parts of a dataset; on failure the caller closes them. */
static fcnn_status open_parts(fcnn_hdf5_dataset *dataset)
{
    const fcnn_status status = fcnn_hdf5_source_open(dataset->file, dataset->name, &dataset->source);
    if (status != FCNN_OK) {
        dataset->source = (fcnn_hdf5_source){.dataset = -1};
        return status;
    }
    fcnn_hdf5_info *info = &dataset->info;
    FCNN_TRY(require_values(&dataset->source));
    FCNN_TRY(fcnn_hdf5_source_check(dataset->file, &dataset->source));
    FCNN_TRY(fcnn_hdf5_source_describe(&dataset->source, info));
    dataset->along = info->rank == info->array_rank ? 0 : fcnn_hdf5_info_rows(info, dataset->by_columns);
    dataset->is_packed = fcnn_hdf5_packing_find(dataset->source.dataset, &dataset->packing);
    dataset->space = H5Dget_space(dataset->source.dataset);
    dataset->type = info->is_text ? -1 : memory_type(dataset);
    if (dataset->space < 0 || (dataset->type < 0 && !info->is_text)) {
        return fcnn_hdf5_unreadable(dataset);
    }
    return make_room(dataset);
}

static void close_parts(fcnn_hdf5_dataset *dataset)
{
    if (dataset->together >= 0) {
        H5Dclose(dataset->together);
    }
    if (dataset->is_packed) {
        fcnn_hdf5_packing_close(&dataset->packing);
    }
    H5Sclose(dataset->space);
    H5Tclose(dataset->type);
    fcnn_hdf5_source_close(&dataset->source);
    dataset->file->datasets--;
}

fcnn_status fcnn_hdf5_dataset_open(fcnn_hdf5_file *file, const char *name, bool by_columns, fcnn_hdf5_dataset **out)
{
    fcnn_hdf5_dataset *dataset;
    FCNN_TRY(fcnn_memory_create("an open dataset", 1, sizeof *dataset, &dataset));
    *dataset = (fcnn_hdf5_dataset){.file = file,
                                   .source.dataset = -1,
                                   .by_columns = by_columns,
                                   .columns = -1,
                                   .together = -1,
                                   .space = -1,
                                   .type = -1};
    fcnn_status status = fcnn_memory_copy_text(name, &dataset->name);
    if (status != FCNN_OK) {
        free(dataset);
        return status;
    }
    fcnn_hdf5_enter();
    status = open_parts(dataset);
    file->datasets++;
    fcnn_hdf5_leave();
    if (status != FCNN_OK) {
        fcnn_hdf5_dataset_close(dataset);
        return status;
    }
    *out = dataset;
    return FCNN_OK;
}

void fcnn_hdf5_dataset_close(fcnn_hdf5_dataset *dataset)
{
    if (dataset == NULL) {
        return;
    }
    fcnn_hdf5_enter();
    close_parts(dataset);
    fcnn_hdf5_leave();
    free(dataset->name);
    free(dataset);
}

const fcnn_hdf5_info *fcnn_hdf5_dataset_info(const fcnn_hdf5_dataset *dataset)
{
    return &dataset->info;
}

const char *fcnn_hdf5_dataset_path(const fcnn_hdf5_dataset *dataset)
{
    return dataset->file->path;
}

const char *fcnn_hdf5_dataset_name(const fcnn_hdf5_dataset *dataset)
{
    return dataset->name;
}

fcnn_status fcnn_hdf5_dataset_pick(fcnn_hdf5_dataset *dataset, int64_t first, int64_t count, bool *picks)
{
    const fcnn_hdf5_info *info = &dataset->info;
    *picks = !info->is_text && !dataset->by_columns && info->rank == 2 && info->array_rank == 0;
    if (!*picks) {
        return FCNN_OK;
    }
    if (first < 0 || count < 0 || count > info->dims[1] - first) {
        return fcnn_fail(FCNN_ESHAPE, "%s: dataset %.200s has no columns %" PRId64 " to %" PRId64, dataset->file->path,
                         dataset->name, first, first + count - 1);
    }
    dataset->first_column = first;
    dataset->columns = count;
    fcnn_hdf5_enter();
    const fcnn_status status = make_room(dataset);
    fcnn_hdf5_leave();
    return status;
}

/* ---- collective reading ---- */

/* Determines on rank 0 whether the dataset was written completely, and informs all ranks.  (For a chunk that was never
 * written, HDF5 1.10 passes an undefined address to MPI-IO and fails.)  Collective; all ranks fail with the same
 * status. */
static fcnn_status find_unwritten(const fcnn_hdf5_dataset *dataset, bool *out)
{
    fcnn_comm *comm = dataset->file->comm;
    fcnn_hdf5_holes holes = {0};
    fcnn_status status = FCNN_OK;
    hsize_t start[FCNN_HDF5_RANK_MAX], extent[FCNN_HDF5_RANK_MAX];
    fcnn_hdf5_whole_box(&dataset->info, start, extent);
    if (comm->rank == 0) {
        status = fcnn_hdf5_holes_find(&dataset->source, dataset->along, start, extent, true, &holes);
    }
    *out = holes.count > 0;
    fcnn_hdf5_holes_clear(&holes);
    FCNN_TRY(fcnn_comm_agree(comm, status));
    fcnn_comm_broadcast(comm, out, sizeof *out);
    return FCNN_OK;
}

/* Opens the dataset in the file that is open on all ranks.  Only elements are read from this file, because HDF5 reads
 * all metadata of such a file collectively, whatever its property lists say. */
static fcnn_status open_shared(fcnn_hdf5_dataset *dataset)
{
    char name[FCNN_HDF5_NAME_BYTES];
    const hid_t access = H5Dget_access_plist(dataset->source.dataset);
    H5Iget_name(dataset->source.dataset, name, sizeof name);
    dataset->together = H5Dopen2(dataset->file->together, name, access);
    const fcnn_status status = dataset->together < 0 ? fcnn_hdf5_unreadable(dataset) : FCNN_OK;
    H5Pclose(access);
    return status;
}

static fcnn_status join(fcnn_hdf5_dataset *dataset)
{
    fcnn_comm *comm = dataset->file->comm;
    bool is_apart;
    FCNN_TRY(find_unwritten(dataset, &is_apart));
    if (is_apart) {
        return FCNN_OK;
    }
    const fcnn_status status =
        !dataset->is_packed
            ? FCNN_OK
            : fcnn_fail(FCNN_EDATA,
                        "%s: dataset %.200s is compressed, but not in the first file: set data.read = independent",
                        dataset->file->path, dataset->name);
    FCNN_TRY(fcnn_comm_agree_named(comm, status));
    return fcnn_comm_agree_named(comm, open_shared(dataset));
}

fcnn_status fcnn_hdf5_dataset_join(fcnn_hdf5_dataset *dataset)
{
    fcnn_hdf5_enter();
    const fcnn_status status = join(dataset);
    fcnn_hdf5_leave();
    return status;
}

bool fcnn_hdf5_dataset_is_joined(const fcnn_hdf5_dataset *dataset)
{
    return dataset->together >= 0;
}

/* ---- open, read and close in one call ---- */

fcnn_status fcnn_hdf5_describe(fcnn_hdf5_file *file, const char *name, fcnn_hdf5_info *out)
{
    fcnn_hdf5_dataset *dataset;
    FCNN_TRY(fcnn_hdf5_dataset_open(file, name, false, &dataset));
    *out = dataset->info;
    fcnn_hdf5_dataset_close(dataset);
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_read_rows(fcnn_hdf5_file *file, const char *name, int64_t first, int64_t count, void *out)
{
    fcnn_hdf5_dataset *dataset;
    FCNN_TRY(fcnn_hdf5_dataset_open(file, name, false, &dataset));
    const fcnn_status status = fcnn_hdf5_dataset_read(dataset, first, count, out);
    fcnn_hdf5_dataset_close(dataset);
    return status;
}
