/* src/hdf5/write_file.c — writes HDF5 files to a temporary file, which is renamed at the end. */
#include "hdf5/file.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "files/atomic_file.h"
#include "hdf5/driver.h"
#include "hdf5/library.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ROW_BYTES_MAX ((hsize_t)1 << 31) /* the format has 32 bits for the size of a chunk */
#define LABEL_BYTES_MAX 60000            /* the earliest format has 16 bits for the size of an attribute */

struct fcnn_hdf5_writer {
    char *path;
    fcnn_atomic_file *file;
    hid_t id; /* −1 once closed */
    hid_t driver;
    int error; /* errno of the first failed write */
    bool is_copy;
    struct stat origin; /* status of the file that was copied */
};

/* Returns the status of an operation on the file, or the failure of a write that the driver has recorded.  Called
 * between enter and leave. */
static fcnn_status settle(const fcnn_hdf5_writer *writer, fcnn_status status)
{
    if (writer->error != 0) {
        return fcnn_fail(FCNN_EOUTPUT, "%s: cannot be written: %s", writer->path, strerror(writer->error));
    }
    return status;
}

/* ---- start ---- */

static fcnn_status open_temporary(fcnn_hdf5_writer *writer)
{
    const char *temporary = fcnn_atomic_file_temporary(writer->file);
    fcnn_status status = FCNN_OK;
    const hid_t access = writer->is_copy ? fcnn_hdf5_access_list() : fcnn_hdf5_creation_access_list();
    const hid_t creation = fcnn_hdf5_timeless_list(H5P_FILE_CREATE);
    if (access >= 0 && creation >= 0 && fcnn_hdf5_driver_use(access, &writer->error, &writer->driver) >= 0) {
        writer->id = writer->is_copy ? H5Fopen(temporary, H5F_ACC_RDWR, access)
                                     : H5Fcreate(temporary, H5F_ACC_TRUNC, creation, access);
    }
    if (writer->id < 0) {
        status = fcnn_hdf5_fail(writer->is_copy ? FCNN_EDATA : FCNN_EOUTPUT, "%s: cannot be written through HDF5",
                                writer->path);
    }
    H5Pclose(creation);
    H5Pclose(access);
    return settle(writer, status);
}

static fcnn_status start(const char *path, bool is_copy, fcnn_hdf5_writer *writer)
{
    writer->id = writer->driver = -1;
    writer->is_copy = is_copy;
    FCNN_TRY(fcnn_memory_copy_text(path, &writer->path));
    if (is_copy && stat(path, &writer->origin) != 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    FCNN_TRY(fcnn_atomic_file_begin(path, &writer->file));
    if (is_copy) {
        FCNN_TRY(fcnn_atomic_file_copy(writer->file, path));
    }
    fcnn_hdf5_enter();
    const fcnn_status status = open_temporary(writer);
    fcnn_hdf5_leave();
    return status;
}

static fcnn_status create(const char *path, bool is_copy, fcnn_hdf5_writer **out)
{
    fcnn_hdf5_writer *writer;
    FCNN_TRY(fcnn_memory_create("an output file", 1, sizeof *writer, &writer));
    const fcnn_status status = start(path, is_copy, writer);
    if (status != FCNN_OK) {
        fcnn_hdf5_writer_abandon(writer);
        return status;
    }
    *out = writer;
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_writer_create(const char *path, fcnn_hdf5_writer **out)
{
    return create(path, false, out);
}

fcnn_status fcnn_hdf5_writer_append(const char *path, fcnn_hdf5_writer **out)
{
    struct stat info;
    if (stat(path, &info) != 0 && errno == ENOENT) {
        return create(path, false, out);
    }
    fcnn_hdf5_file *file;
    FCNN_TRY(fcnn_hdf5_open(path, &file)); /* says what is wrong with it */
    fcnn_hdf5_close(file);
    return create(path, true, out);
}

/* ---- datasets ---- */

static fcnn_status require_absent(const fcnn_hdf5_writer *writer, const char *name)
{
    if (fcnn_hdf5_link_exists(writer->id, name) == 1) {
        return fcnn_fail(FCNN_EDATA, "%s: %.200s already exists in the file", writer->path, name);
    }
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_writer_require_absent(fcnn_hdf5_writer *writer, const char *name)
{
    fcnn_hdf5_enter();
    const fcnn_status status = require_absent(writer, name);
    fcnn_hdf5_leave();
    return status;
}

static fcnn_status make_group(const fcnn_hdf5_writer *writer, const char *name)
{
    if (fcnn_hdf5_link_exists(writer->id, name) == 1) {
        return FCNN_OK;
    }
    const hid_t creation = fcnn_hdf5_timeless_list(H5P_GROUP_CREATE);
    const hid_t group = H5Gcreate2(writer->id, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    fcnn_status status = FCNN_OK;
    if (group < 0) {
        status = fcnn_hdf5_fail(FCNN_EOUTPUT, "%s: group %.200s cannot be created", writer->path, name);
    }
    H5Gclose(group);
    H5Pclose(creation);
    return status;
}

/* Creates the groups above a name that do not exist yet. */
static fcnn_status make_groups_above(const fcnn_hdf5_writer *writer, const char *name)
{
    char *part;
    FCNN_TRY(fcnn_memory_copy_text(name, &part));
    fcnn_status status = FCNN_OK;
    for (char *slash = strchr(part + 1, '/'); slash != NULL && status == FCNN_OK; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        status = make_group(writer, part);
        *slash = '/';
    }
    free(part);
    return status;
}

/* Sets chunks of whole rows, so that a rank reads few rows of other ranks.  A dataset that fits into one chunk, or
 * whose rows are too large for a chunk, is contiguous. */
static herr_t set_chunks(hid_t creation, const fcnn_hdf5_info *info)
{
    hsize_t chunk[FCNN_HDF5_RANK_MAX];
    hsize_t row_bytes = fcnn_type_size(info->type);
    for (int d = 1; d < info->rank; d++) {
        chunk[d] = (hsize_t)info->dims[d];
        row_bytes *= chunk[d];
    }
    if (info->rank < 1 || row_bytes == 0 || row_bytes > ROW_BYTES_MAX) {
        return 0;
    }
    const hsize_t most = (hsize_t)fcnn_size(FCNN_SIZE_HDF5_CHUNK_BYTES);
    chunk[0] = row_bytes < most ? most / row_bytes : 1;
    return chunk[0] < (hsize_t)info->dims[0] ? H5Pset_chunk(creation, info->rank, chunk) : 0;
}

static hid_t create_dataset(const fcnn_hdf5_writer *writer, const char *name, const fcnn_hdf5_info *info, hid_t space,
                            hid_t creation)
{
    const bool is_long = info->label_bytes > LABEL_BYTES_MAX;
    if (is_long && fcnn_hdf5_allow_long_headers(writer->id, true) < 0) {
        return -1;
    }
    const hid_t dataset =
        H5Dcreate2(writer->id, name, fcnn_hdf5_written_type(info->type), space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (is_long) {
        fcnn_hdf5_allow_long_headers(writer->id, false);
    }
    return dataset;
}

static fcnn_status make_dataset(const fcnn_hdf5_writer *writer, const char *name, const fcnn_hdf5_info *info)
{
    hsize_t dims[FCNN_HDF5_RANK_MAX];
    for (int d = 0; d < info->rank; d++) {
        dims[d] = (hsize_t)info->dims[d];
    }
    fcnn_status status = FCNN_OK;
    const hid_t creation = fcnn_hdf5_timeless_list(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(info->rank, dims, NULL);
    hid_t dataset = -1;
    if (creation >= 0 && space >= 0 && H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER) >= 0 &&
        H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) >=
            0 && /* chunks are stored in their order, independent of the order of writing */
        set_chunks(creation, info) >= 0) {
        dataset = create_dataset(writer, name, info, space, creation);
    }
    if (dataset < 0) {
        status = fcnn_hdf5_fail(FCNN_EOUTPUT, "%s: dataset %.200s cannot be created", writer->path, name);
    }
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(creation);
    return status;
}

fcnn_status fcnn_hdf5_writer_dataset(fcnn_hdf5_writer *writer, const char *dataset, const fcnn_hdf5_info *info)
{
    fcnn_hdf5_enter();
    fcnn_status status = require_absent(writer, dataset);
    if (status == FCNN_OK) {
        status = make_groups_above(writer, dataset);
    }
    if (status == FCNN_OK) {
        status = make_dataset(writer, dataset, info);
    }
    status = settle(writer, status);
    fcnn_hdf5_leave();
    return status;
}

/* ---- rows ---- */

/* Selects rows in the dataspace of the dataset; sets *elements to the number of their elements. */
static fcnn_status select_rows(const fcnn_hdf5_writer *writer, const char *name, hid_t space, int64_t first,
                               int64_t count, hsize_t *elements)
{
    hsize_t start_at[FCNN_HDF5_RANK_MAX] = {0}, extent[FCNN_HDF5_RANK_MAX];
    const int rank = H5Sget_simple_extent_dims(space, extent, NULL);
    if (rank < 1 || first < 0 || count < 0 || (hsize_t)first > extent[0] ||
        (hsize_t)count > extent[0] - (hsize_t)first) {
        return fcnn_fail(FCNN_ESHAPE, "%s: dataset %.200s does not have %" PRId64 " rows from row %" PRId64,
                         writer->path, name, count, first);
    }
    start_at[0] = (hsize_t)first;
    extent[0] = (hsize_t)count;
    *elements = 1;
    for (int d = 0; d < rank; d++) {
        *elements *= extent[d];
    }
    if (*elements > 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start_at, NULL, extent, NULL) < 0) {
        return fcnn_hdf5_fail(FCNN_EOUTPUT, "%s: dataset %.200s cannot be written", writer->path, name);
    }
    return FCNN_OK;
}

static fcnn_status write_rows(const fcnn_hdf5_writer *writer, const char *name, hid_t dataset, int64_t first,
                              int64_t count, const void *rows)
{
    const hid_t space = H5Dget_space(dataset);
    const hid_t stored = H5Dget_type(dataset), type = H5Tget_native_type(stored, H5T_DIR_ASCEND);
    hsize_t elements = 0;
    fcnn_status status = select_rows(writer, name, space, first, count, &elements);
    if (status == FCNN_OK && elements > 0) {
        const hid_t memory = H5Screate_simple(1, &elements, NULL);
        if (H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, rows) < 0) {
            status = fcnn_hdf5_fail(FCNN_EOUTPUT, "%s: dataset %.200s cannot be written", writer->path, name);
        }
        H5Sclose(memory);
    }
    H5Tclose(type);
    H5Tclose(stored);
    H5Sclose(space);
    return status;
}

static fcnn_status open_dataset(const fcnn_hdf5_writer *writer, const char *name, hid_t *out)
{
    *out = H5Dopen2(writer->id, name, H5P_DEFAULT);
    if (*out < 0) {
        return fcnn_hdf5_fail(FCNN_EOUTPUT, "%s: dataset %.200s cannot be written", writer->path, name);
    }
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_writer_rows(fcnn_hdf5_writer *writer, const char *dataset, int64_t first, int64_t count,
                                  const void *rows)
{
    hid_t id;
    fcnn_hdf5_enter();
    fcnn_status status = open_dataset(writer, dataset, &id);
    if (status == FCNN_OK) {
        status = write_rows(writer, dataset, id, first, count, rows);
        H5Dclose(id);
    }
    status = settle(writer, status);
    fcnn_hdf5_leave();
    return status;
}

/* ---- attributes ---- */

/* Writes bytes [count][width], strings padded with zeros, as an attribute. */
static fcnn_status write_strings(const fcnn_hdf5_writer *writer, hid_t dataset, const char *name, int64_t count,
                                 size_t width, const char *bytes)
{
    const hsize_t extent = (hsize_t)count;
    const hid_t space = H5Screate_simple(1, &extent, NULL);
    const hid_t type = H5Tcopy(H5T_C_S1);
    hid_t attribute = -1;
    if (H5Tset_size(type, width) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0 &&
        H5Tset_cset(type, H5T_CSET_UTF8) >= 0) {
        attribute = H5Acreate2(dataset, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    }
    fcnn_status status = FCNN_OK;
    if (attribute < 0 || H5Awrite(attribute, type, bytes) < 0) {
        status = fcnn_hdf5_fail(FCNN_EOUTPUT, "%s: attribute %.200s cannot be written", writer->path, name);
    }
    H5Aclose(attribute);
    H5Tclose(type);
    H5Sclose(space);
    return status;
}

/* The number of bytes of the longest string, at least one. */
static size_t width_of(int64_t count, const char *const *strings)
{
    size_t width = 1;
    for (int64_t i = 0; i < count; i++) {
        const size_t length = strlen(strings[i]);
        width = length > width ? length : width;
    }
    return width;
}

int64_t fcnn_hdf5_attribute_bytes(int64_t count, const char *const *strings)
{
    return count * (int64_t)width_of(count, strings);
}

fcnn_status fcnn_hdf5_writer_strings(fcnn_hdf5_writer *writer, const char *dataset, const char *name, int64_t count,
                                     const char *const *strings)
{
    const size_t width = width_of(count, strings);
    char *bytes;
    FCNN_TRY(fcnn_memory_create("an attribute", count, width, &bytes));
    for (int64_t i = 0; i < count; i++) {
        memcpy(bytes + (size_t)i * width, strings[i], strlen(strings[i]));
    }
    hid_t id;
    fcnn_hdf5_enter();
    fcnn_status status = open_dataset(writer, dataset, &id);
    if (status == FCNN_OK) {
        status = write_strings(writer, id, name, count, width, bytes);
        H5Dclose(id);
    }
    status = settle(writer, status);
    fcnn_hdf5_leave();
    free(bytes);
    return status;
}

/* ---- end ---- */

/* Closes the file; called between enter and leave. */
static herr_t close_id(fcnn_hdf5_writer *writer)
{
    const herr_t result = writer->id >= 0 ? H5Fclose(writer->id) : 0;
    if (writer->driver >= 0) {
        H5FDunregister(writer->driver); /* after closing, because HDF5 uses the driver class while it closes the file */
    }
    writer->id = writer->driver = -1;
    return result;
}

static fcnn_status close_file(fcnn_hdf5_writer *writer)
{
    fcnn_status status = FCNN_OK;
    fcnn_hdf5_enter();
    if (close_id(writer) < 0) {
        status = fcnn_hdf5_fail(FCNN_EOUTPUT, "%s: cannot be written", writer->path);
    }
    status = settle(writer, status);
    fcnn_hdf5_leave();
    return status;
}

/* Checks that the file has not changed since it was copied, because another program may have appended to it. */
static fcnn_status check_origin(const fcnn_hdf5_writer *writer)
{
    struct stat now;
    const struct stat *then = &writer->origin;
    if (writer->is_copy && (stat(writer->path, &now) != 0 || now.st_dev != then->st_dev || now.st_ino != then->st_ino ||
                            now.st_size != then->st_size || now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
                            now.st_mtim.tv_nsec != then->st_mtim.tv_nsec)) {
        return fcnn_fail(FCNN_EOUTPUT, "%s: has been changed by another program; start this program again",
                         writer->path);
    }
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_writer_commit(fcnn_hdf5_writer *writer)
{
    fcnn_status status = close_file(writer);
    if (status == FCNN_OK) {
        status = check_origin(writer);
    }
    if (status == FCNN_OK) {
        status = fcnn_atomic_file_commit(writer->file);
        writer->file = NULL;
    }
    fcnn_hdf5_writer_abandon(writer);
    return status;
}

void fcnn_hdf5_writer_abandon(fcnn_hdf5_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    if (writer->id >= 0 || writer->driver >= 0) {
        writer->error = ECANCELED; /* the driver ignores all further writes */
        fcnn_hdf5_enter();
        close_id(writer);
        fcnn_hdf5_leave();
    }
    fcnn_atomic_file_abandon(writer->file);
    free(writer->path);
    free(writer);
}
