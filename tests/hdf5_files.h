/* tests/hdf5_files.h — files that tests make with HDF5 itself, and read with the library. */
#ifndef FCNN_TESTS_HDF5_FILES_H
#define FCNN_TESTS_HDF5_FILES_H

#include "harness.h"

#include "formats.h"

#include "hdf5/file.h"

#include <stdint.h>
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

/* Three marks in the order in which HDF5 numbers its spaces, property lists and types. */
typedef struct hdf5_files_marks {
    hid_t ids[3];
} hdf5_files_marks;

static inline hdf5_files_marks hdf5_files_set_marks(void)
{
    return (hdf5_files_marks){{H5Screate(H5S_SCALAR), H5Pcreate(H5P_DATASET_CREATE), H5Tcopy(H5T_C_S1)}};
}

/* Counts what was opened between the two, removing them, and is open still. */
static inline int64_t hdf5_files_left_open(hdf5_files_marks from, hdf5_files_marks to)
{
    int64_t count = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_FILE | H5F_OBJ_DATASET | H5F_OBJ_GROUP | H5F_OBJ_ATTR);
    for (int i = 0; i < 3; i++) {
        for (hid_t id = from.ids[i] + 1; id < to.ids[i]; id++) {
            count += H5Iis_valid(id) > 0;
        }
        H5Idec_ref(from.ids[i]);
        H5Idec_ref(to.ids[i]);
    }
    return count;
}

#endif
