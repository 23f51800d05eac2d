/* src/hdf5/read_image.c — reads HDF5 files in memory, and what models need in addition to rows: texts, attributes, and
 * sizes that are checked. */
#include "hdf5/image.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "files/framed_file.h"
#include "hdf5/check.h"
#include "hdf5/check_groups.h"
#include "hdf5/unpack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- files ---- */

/* Callbacks of HDF5 for the memory of an image.  HDF5 borrows the bytes, which are also their argument. */

static void *image_lend(size_t size, H5FD_file_image_op_t operation, void *bytes)
{
    (void)size;
    (void)operation;
    return bytes;
}

static void *image_keep(void *to, const void *from, size_t size, H5FD_file_image_op_t operation, void *bytes)
{
    (void)size;
    (void)operation;
    (void)bytes;
    return to == from ? to : NULL;
}

static void *image_refuse_growth(void *old, size_t size, H5FD_file_image_op_t operation, void *bytes)
{
    (void)old;
    (void)size;
    (void)operation;
    (void)bytes;
    return NULL;
}

static herr_t image_leave(void *lent, H5FD_file_image_op_t operation, void *bytes)
{
    (void)lent;
    (void)operation;
    (void)bytes;
    return 0;
}

static void *data_share(void *bytes)
{
    return bytes;
}

static herr_t data_leave(void *bytes)
{
    (void)bytes;
    return 0;
}

static fcnn_status open_image(fcnn_hdf5_file *file, int64_t count)
{
    char name[64];
    fcnn_hdf5_image_name(name, sizeof name);
    H5FD_file_image_callbacks_t callbacks = {
        image_lend, image_keep, image_refuse_growth, image_leave, data_share, data_leave, file->image,
    };
    fcnn_status status = FCNN_OK;
    const hid_t access = fcnn_hdf5_access_list();
    file->id = file->together = -1;
    if (access >= 0 && H5Pset_fapl_core(access, (size_t)fcnn_size(FCNN_SIZE_IMAGE_GROWTH_BYTES), false) >= 0 &&
        H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
        H5Pset_file_image(access, file->image, (size_t)count) >= 0) {
        file->id = H5Fopen(name, H5F_ACC_RDONLY, access);
    }
    if (file->id < 0) {
        status = fcnn_hdf5_fail(FCNN_EDATA, "%s: cannot be opened as HDF5", file->path);
    }
    H5Pclose(access);
    return status;
}

fcnn_status fcnn_hdf5_image_open(const char *name, void *bytes, int64_t count, fcnn_hdf5_file **out)
{
    fcnn_hdf5_file *file;
    const fcnn_status status = fcnn_hdf5_file_create(name, &file);
    if (status != FCNN_OK) {
        free(bytes);
        return status;
    }
    file->image = bytes;
    file->image_bytes = count;
    fcnn_hdf5_enter();
    return fcnn_hdf5_file_opened(file, open_image(file, count), out);
}

fcnn_status fcnn_hdf5_open_verified(const char *path, bool *is_framed, fcnn_hdf5_file **out)
{
    void *image;
    int64_t bytes;
    FCNN_TRY(fcnn_framed_file_read(path, is_framed, &image, &bytes));
    return *is_framed ? fcnn_hdf5_image_open(path, image, bytes, out) : fcnn_hdf5_open(path, out);
}

/* ---- objects and sizes ---- */

bool fcnn_hdf5_has(fcnn_hdf5_file *file, const char *name)
{
    bool exists;
    fcnn_hdf5_enter();
    const fcnn_status status = fcnn_hdf5_check_path(file, name, &exists);
    fcnn_hdf5_leave();
    return status != FCNN_OK || exists;
}

bool fcnn_hdf5_has_attribute(fcnn_hdf5_file *file, const char *object, const char *name)
{
    bool exists;
    fcnn_hdf5_enter();
    const bool has = fcnn_hdf5_check_path(file, object, &exists) != FCNN_OK ||
                     (exists && H5Aexists_by_name(file->id, object, name, H5P_DEFAULT) != 0);
    fcnn_hdf5_leave();
    return has;
}

int64_t fcnn_hdf5_bytes(fcnn_hdf5_file *file)
{
    hsize_t size = 0;
    fcnn_hdf5_enter();
    H5Fget_filesize(file->id, &size);
    fcnn_hdf5_leave();
    return (int64_t)size;
}

/* Determines the storage size of a dataset, as the file states it. */
static fcnn_status measure_stored(fcnn_hdf5_file *file, const char *name, hsize_t *out)
{
    hid_t dataset;
    fcnn_hdf5_enter();
    const fcnn_status status = fcnn_hdf5_check_open(file, name, H5P_DEFAULT, &dataset);
    if (status == FCNN_OK) {
        *out = H5Dget_storage_size(dataset);
        H5Dclose(dataset);
    }
    fcnn_hdf5_leave();
    return status;
}

static fcnn_status find_unwritten(fcnn_hdf5_file *file, const char *name, int64_t rows, fcnn_hdf5_unwritten *out)
{
    fcnn_hdf5_dataset *dataset;
    FCNN_TRY(fcnn_hdf5_dataset_open(file, name, false, &dataset));
    const fcnn_status status = fcnn_hdf5_dataset_find_unwritten(dataset, 0, rows, out);
    fcnn_hdf5_dataset_close(dataset);
    return status;
}

fcnn_status fcnn_hdf5_describe_whole(fcnn_hdf5_file *file, const char *dataset, int64_t *budget, fcnn_hdf5_info *out)
{
    FCNN_TRY(fcnn_hdf5_describe(file, dataset, out));
    hsize_t bytes = fcnn_type_size(out->type);
    for (int d = 0; d < out->rank; d++) {
        bytes *= (hsize_t)out->dims[d];
    }
    hsize_t stored;
    FCNN_TRY(measure_stored(file, dataset, &stored));
    if (bytes > 0 && stored == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s was never written", file->path, dataset);
    }
    if (out->rank > 0 && bytes > 0) {
        fcnn_hdf5_unwritten unwritten;
        FCNN_TRY(find_unwritten(file, dataset, out->dims[0], &unwritten));
        if (unwritten.rows > 0) {
            return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s: %" PRId64 " of %" PRId64 " rows were never written",
                             file->path, dataset, unwritten.rows, out->dims[0]);
        }
    }
    if (stored > (hsize_t)*budget || bytes / FCNN_HDF5_UNPACKING > stored) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s has %" PRIu64 " bytes according to its shape, too many for the file",
                         file->path, dataset, (uint64_t)bytes);
    }
    *budget -= (int64_t)stored;
    return FCNN_OK;
}

/* ---- single values ---- */

/* A dataset or an attribute that is open for reading. */
typedef struct item {
    char label[512]; /* file and object, for messages */
    bool is_attribute;
    hid_t id, type, space;
} item;

static void item_close(const item *from)
{
    if (from->is_attribute) {
        H5Aclose(from->id);
    } else {
        H5Dclose(from->id);
    }
    H5Tclose(from->type);
    H5Sclose(from->space);
}

/* Opens a dataset, and checks its compressed chunks before HDF5 decompresses them. */
static fcnn_status open_checked(const fcnn_hdf5_file *file, const char *name, hid_t *out)
{
    fcnn_hdf5_packing packing;
    FCNN_TRY(fcnn_hdf5_check_open(file, name, H5P_DEFAULT, out));
    if (H5Dget_storage_size(*out) == 0) { /* HDF5 might leave memory unchanged */
        H5Dclose(*out);
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s was never written", file->path, name);
    }
    if (!fcnn_hdf5_packing_find(*out, &packing)) {
        return FCNN_OK;
    }
    const fcnn_hdf5_source source = {.path = file->path, .name = name, .dataset = *out};
    const hsize_t start[FCNN_HDF5_RANK_MAX] = {0};
    const fcnn_status status = fcnn_hdf5_unpack_box(&source, &packing, start, packing.dims, packing.type, NULL);
    fcnn_hdf5_packing_close(&packing);
    if (status != FCNN_OK) {
        H5Dclose(*out);
    }
    return status;
}

/* Opens an attribute of an object, or the object itself if attribute is NULL; it must be a single value. */
static fcnn_status item_open(const fcnn_hdf5_file *file, const char *object, const char *attribute, item *out)
{
    out->is_attribute = attribute != NULL;
    if (out->is_attribute) {
        bool exists;
        FCNN_TRY(fcnn_hdf5_check_path(file, object, &exists));
        snprintf(out->label, sizeof out->label, "%.250s: attribute %.100s of %.100s", file->path, attribute, object);
        out->id = exists ? H5Aopen_by_name(file->id, object, attribute, H5P_DEFAULT, H5P_DEFAULT) : -1;
    } else {
        snprintf(out->label, sizeof out->label, "%.250s: dataset %.100s", file->path, object);
        FCNN_TRY(open_checked(file, object, &out->id));
    }
    if (out->id < 0) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s is missing or damaged", out->label);
    }
    out->type = out->is_attribute ? H5Aget_type(out->id) : H5Dget_type(out->id);
    out->space = out->is_attribute ? H5Aget_space(out->id) : H5Dget_space(out->id);
    if (out->type < 0 || out->space < 0 || H5Sget_simple_extent_npoints(out->space) != 1) {
        item_close(out);
        return fcnn_fail(FCNN_EDATA, "%s is not a single value", out->label);
    }
    if (!fcnn_hdf5_type_is_sound(out->type)) {
        item_close(out);
        return fcnn_fail(FCNN_EDATA, "%s has an invalid type: the file is damaged", out->label);
    }
    return FCNN_OK;
}

static fcnn_status item_read(const item *from, hid_t type, void *out)
{
    const herr_t failed =
        from->is_attribute ? H5Aread(from->id, type, out) : H5Dread(from->id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
    return failed < 0 ? fcnn_hdf5_fail(FCNN_EDATA, "%s cannot be read", from->label) : FCNN_OK;
}

fcnn_status fcnn_hdf5_read_integer_attribute(fcnn_hdf5_file *file, const char *object, const char *name, int64_t *out)
{
    item from;
    fcnn_hdf5_enter();
    fcnn_status status = item_open(file, object, name, &from);
    if (status == FCNN_OK) {
        status = H5Tget_class(from.type) == H5T_INTEGER ? item_read(&from, H5T_NATIVE_INT64, out)
                                                        : fcnn_fail(FCNN_EDATA, "%s is not a whole number", from.label);
        item_close(&from);
    }
    fcnn_hdf5_leave();
    return status;
}

fcnn_status fcnn_hdf5_read_double_attribute(fcnn_hdf5_file *file, const char *object, const char *name, double *out)
{
    item from;
    fcnn_hdf5_enter();
    fcnn_status status = item_open(file, object, name, &from);
    if (status == FCNN_OK) {
        const H5T_class_t class = H5Tget_class(from.type);
        status = class == H5T_FLOAT || class == H5T_INTEGER ? item_read(&from, H5T_NATIVE_DOUBLE, out)
                                                            : fcnn_fail(FCNN_EDATA, "%s is not a number", from.label);
        item_close(&from);
    }
    fcnn_hdf5_leave();
    return status;
}

/* ---- texts ---- */

static fcnn_status too_long(const item *from, int64_t limit)
{
    return fcnn_fail(FCNN_EDATA, "%s is longer than %" PRId64 " bytes", from->label, limit);
}

/* Removes the padding of a string, which is blanks in Fortran and zero bytes in C. */
static void cut_padding(hid_t type, char *text)
{
    size_t length = strlen(text);
    while (H5Tget_strpad(type) == H5T_STR_SPACEPAD && length > 0 && text[length - 1] == ' ') {
        text[--length] = '\0';
    }
}

static fcnn_status read_fixed(const item *from, int64_t limit, char **out)
{
    const size_t size = H5Tget_size(from->type);
    if (size > (uint64_t)limit + 1) { /* the size may include the zero byte */
        return too_long(from, limit);
    }
    char *text;
    FCNN_TRY(fcnn_memory_create("a text", (int64_t)size + 1, 1, &text));
    const fcnn_status status = item_read(from, from->type, text);
    if (status != FCNN_OK) {
        free(text);
        return status;
    }
    cut_padding(from->type, text);
    *out = text;
    return FCNN_OK;
}

static fcnn_status read_variable(const item *from, int64_t limit, char **out)
{
    char *text = NULL; /* allocated by HDF5 */
    FCNN_TRY(item_read(from, from->type, &text));
    fcnn_status status = FCNN_OK;
    if (text != NULL && strlen(text) > (uint64_t)limit) {
        status = too_long(from, limit);
    } else {
        status = fcnn_memory_copy_text(text != NULL ? text : "", out);
    }
    H5Dvlen_reclaim(from->type, from->space, H5P_DEFAULT, &text);
    return status;
}

static fcnn_status read_text(fcnn_hdf5_file *file, const char *object, const char *attribute, int64_t limit, char **out)
{
    item from;
    fcnn_hdf5_enter();
    fcnn_status status = item_open(file, object, attribute, &from);
    if (status == FCNN_OK) {
        if (H5Tget_class(from.type) != H5T_STRING) {
            status = fcnn_fail(FCNN_EDATA, "%s is not a text", from.label);
        } else if (H5Tis_variable_str(from.type) > 0) {
            status = read_variable(&from, limit, out);
        } else {
            status = read_fixed(&from, limit, out);
        }
        item_close(&from);
    }
    fcnn_hdf5_leave();
    return status;
}

fcnn_status fcnn_hdf5_read_text(fcnn_hdf5_file *file, const char *dataset, int64_t limit, char **out)
{
    return read_text(file, dataset, NULL, limit, out);
}

fcnn_status fcnn_hdf5_read_text_attribute(fcnn_hdf5_file *file, const char *object, const char *name, int64_t limit,
                                          char **out)
{
    return read_text(file, object, name, limit, out);
}
