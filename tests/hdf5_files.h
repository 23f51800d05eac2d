/* tests/hdf5_files.h — files that tests make with HDF5 itself, and read with the library. */
#ifndef FCNN_TESTS_HDF5_FILES_H
#define FCNN_TESTS_HDF5_FILES_H

#include "harness.h"

#include "formats.h"

#include "hdf5/file.h"

#include <stdio.h>

/* Makes a dataset of the stored type; values, of the type in memory, may be NULL. */
static inline void hdf5_files_put(hid_t file, const char *name, hid_t stored, int rank, const hsize_t *dims,
                                  hid_t memory, const void *values, hid_t creation)
{
    const hid_t space = rank >= 0 ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_NULL);
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    const hid_t dataset = H5Dcreate2(file, name, stored, space, links, creation, H5P_DEFAULT);
    CU_ASSERT(dataset >= 0);
    if (values != NULL) {
        CU_ASSERT(H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    }
    H5Dclose(dataset);
    H5Pclose(links);
    H5Sclose(space);
}

/* Nothing of HDF5 is left open. */
static inline void hdf5_files_expect_closed(void)
{
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

/* Opens a file, and asserts that it can. */
static inline fcnn_hdf5_file *hdf5_files_open(const char *path)
{
    fcnn_hdf5_file *file = NULL;
    HARNESS_OK(fcnn_hdf5_open(path, &file));
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    return file;
}

#endif
