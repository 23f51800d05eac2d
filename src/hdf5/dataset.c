/* src/hdf5/dataset.c — a dataset of an HDF5 file that is open for reading. */
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

/* ---- room for chunks ---- */

/* Bytes of a chunk that HDF5 has to keep whole: it is not unpacked here, and of its rows only parts are read, or they
 * do not lie one after the other.  0: there are no such chunks. */
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
        bytes *= (size_t)chunk[d]; /* which hdf5/check.c has found to fit */
        runs = runs && (d == 0 || chunk[d] >= dims[d] || dataset->info.is_packed);
    }
    H5Pclose(creation);
    return runs ? 0 : bytes;
}

/* Lets HDF5 keep chunks where that spares it reading them piece by piece.  Datasets that are open at the same time
 * share the room, but each may keep one chunk. */
static fcnn_status make_room(fcnn_hdf5_dataset *dataset)
{
    const size_t all = (size_t)fcnn_size(FCNN_SIZE_CHUNK_CACHE_BYTES), chunk = chunk_to_keep(dataset);
    const size_t share = all / (size_t)(dataset->file->datasets + 1);
    return chunk == 0 ? FCNN_OK
                      : fcnn_hdf5_source_open_again(dataset->file, chunk > share && chunk <= all ? chunk : share,
                                                    &dataset->source);
}

/* ---- opening and closing ---- */

/* Some programs make datasets that stand for something else. */
static fcnn_status require_values(const fcnn_hdf5_source *source)
{
    const char *what;
    FCNN_TRY(fcnn_hdf5_placeholder(source->dataset, &what));
    return what == NULL
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is %s: it holds no data", source->path, source->name, what);
}

/* Closes nothing. */
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

/* ---- together ---- */

/* Rank 0 looks, for all, whether something of the dataset was never written: HDF5 1.10 gives MPI-IO an address that is
 * none for each such chunk, and fails.  Collective; all ranks fail alike. */
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

/* HDF5 reads what is in a file beside elements on one rank, for all, whatever its property lists say: nothing else is
 * asked of a file that is open on all. */
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
                        "%s: dataset %.200s is packed, in the first file it is not: ranks cannot read it together",
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

/* ---- all at once ---- */

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
