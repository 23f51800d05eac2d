/* src/hdf5/write_image.c — builds HDF5 files in memory. */
#include "hdf5/image.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "hdf5/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fcnn_hdf5_image {
    hid_t id;
};

static fcnn_status cannot_make(const char *kind, const char *name)
{
    return fcnn_hdf5_fail(FCNN_EINTERNAL, "%s %.200s of an HDF5 file in memory cannot be created", kind, name);
}

/* ---- start ---- */

static fcnn_status create_file(hid_t *out)
{
    char name[64];
    fcnn_hdf5_image_name(name, sizeof name);
    fcnn_status status = FCNN_OK;
    /* in the earliest format, because in newer ones H5Fget_file_image() clears a flag without updating the checksum of
     * the superblock (HDF5 1.10.8), so that the image cannot be opened */
    const hid_t access = fcnn_hdf5_creation_access_list();
    const hid_t creation = fcnn_hdf5_timeless_list(H5P_FILE_CREATE);
    *out = -1;
    if (access >= 0 && creation >= 0 &&
        H5Pset_fapl_core(access, (size_t)fcnn_size(FCNN_SIZE_IMAGE_GROWTH_BYTES), false) >= 0) {
        *out = H5Fcreate(name, H5F_ACC_EXCL, creation, access);
    }
    if (*out < 0) {
        status = cannot_make("the file", "");
    }
    H5Pclose(creation);
    H5Pclose(access);
    return status;
}

fcnn_status fcnn_hdf5_image_create(fcnn_hdf5_image **out)
{
    fcnn_hdf5_image *image;
    FCNN_TRY(fcnn_memory_create("an HDF5 file in memory", 1, sizeof *image, &image));
    fcnn_hdf5_enter();
    const fcnn_status status = create_file(&image->id);
    fcnn_hdf5_leave();
    if (status != FCNN_OK) {
        free(image);
        return status;
    }
    *out = image;
    return FCNN_OK;
}

/* ---- groups and datasets ---- */

fcnn_status fcnn_hdf5_image_group(fcnn_hdf5_image *image, const char *group)
{
    fcnn_hdf5_enter();
    fcnn_status status = FCNN_OK;
    const hid_t creation = fcnn_hdf5_timeless_list(H5P_GROUP_CREATE);
    const hid_t id = H5Gcreate2(image->id, group, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (id < 0) {
        status = cannot_make("group", group);
    }
    H5Gclose(id);
    H5Pclose(creation);
    fcnn_hdf5_leave();
    return status;
}

/* Creates and writes a dataset; space is the dataspace of the whole dataset. */
static fcnn_status make_dataset(const fcnn_hdf5_image *image, const char *name, hid_t stored, hid_t memory, hid_t space,
                                const void *data)
{
    fcnn_status status = FCNN_OK;
    const hid_t creation = fcnn_hdf5_timeless_list(H5P_DATASET_CREATE);
    hid_t id = -1;
    if (H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER) >= 0) {
        id = H5Dcreate2(image->id, name, stored, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    }
    if (id < 0 || H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        status = cannot_make("dataset", name);
    }
    H5Dclose(id);
    H5Pclose(creation);
    return status;
}

fcnn_status fcnn_hdf5_image_dataset(fcnn_hdf5_image *image, const char *dataset, fcnn_type type, int rank,
                                    const int64_t *dims, const void *data)
{
    hsize_t extent[FCNN_HDF5_RANK_MAX];
    for (int d = 0; d < rank; d++) {
        extent[d] = (hsize_t)dims[d];
    }
    fcnn_hdf5_enter();
    const hid_t space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, extent, NULL);
    const fcnn_status status =
        make_dataset(image, dataset, fcnn_hdf5_written_type(type), fcnn_hdf5_native_type(type), space, data);
    H5Sclose(space);
    fcnn_hdf5_leave();
    return status;
}

/* A string type of the length of a text with its zero byte; to be closed.  −1 on failure. */
static hid_t text_type(const char *text)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(type, strlen(text) + 1) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

fcnn_status fcnn_hdf5_image_text(fcnn_hdf5_image *image, const char *dataset, const char *text)
{
    fcnn_hdf5_enter();
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t type = text_type(text);
    const fcnn_status status = make_dataset(image, dataset, type, type, space, text);
    H5Tclose(type);
    H5Sclose(space);
    fcnn_hdf5_leave();
    return status;
}

/* ---- attributes ---- */

static fcnn_status make_attribute(const fcnn_hdf5_image *image, const char *object, const char *name, hid_t stored,
                                  hid_t memory, const void *value)
{
    fcnn_status status = FCNN_OK;
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t id = H5Acreate_by_name(image->id, object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Awrite(id, memory, value) < 0) {
        status = cannot_make("attribute", name);
    }
    H5Aclose(id);
    H5Sclose(space);
    return status;
}

fcnn_status fcnn_hdf5_image_integer_attribute(fcnn_hdf5_image *image, const char *object, const char *name,
                                              int64_t value)
{
    fcnn_hdf5_enter();
    const fcnn_status status = make_attribute(image, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
    fcnn_hdf5_leave();
    return status;
}

fcnn_status fcnn_hdf5_image_double_attribute(fcnn_hdf5_image *image, const char *object, const char *name, double value)
{
    fcnn_hdf5_enter();
    const fcnn_status status = make_attribute(image, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
    fcnn_hdf5_leave();
    return status;
}

fcnn_status fcnn_hdf5_image_text_attribute(fcnn_hdf5_image *image, const char *object, const char *name,
                                           const char *text)
{
    fcnn_hdf5_enter();
    const hid_t type = text_type(text);
    const fcnn_status status = make_attribute(image, object, name, type, type, text);
    H5Tclose(type);
    fcnn_hdf5_leave();
    return status;
}

/* ---- end ---- */

static fcnn_status copy_bytes(hid_t id, void **bytes, int64_t *count)
{
    if (H5Fflush(id, H5F_SCOPE_LOCAL) < 0) {
        return cannot_make("the file", "");
    }
    const ssize_t size = H5Fget_file_image(id, NULL, 0);
    if (size < 0) {
        return cannot_make("the file", "");
    }
    void *copy;
    FCNN_TRY(fcnn_memory_create("an HDF5 file in memory", size, 1, &copy));
    if (H5Fget_file_image(id, copy, (size_t)size) != size) {
        free(copy);
        return cannot_make("the file", "");
    }
    *bytes = copy;
    *count = size;
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_image_finish(fcnn_hdf5_image *image, void **bytes, int64_t *count)
{
    fcnn_hdf5_enter();
    const fcnn_status status = copy_bytes(image->id, bytes, count);
    fcnn_hdf5_leave();
    fcnn_hdf5_image_abandon(image);
    return status;
}

void fcnn_hdf5_image_abandon(fcnn_hdf5_image *image)
{
    if (image != NULL) {
        fcnn_hdf5_enter();
        H5Fclose(image->id);
        fcnn_hdf5_leave();
        free(image);
    }
}
