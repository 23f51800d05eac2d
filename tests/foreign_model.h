/* tests/foreign_model.h — a model file of another program, and what is put into it.  For one source, as it has the
 * functions themselves.  Failures of HDF5 are failures of the test. */
#ifndef FCNN_TESTS_FOREIGN_MODEL_H
#define FCNN_TESTS_FOREIGN_MODEL_H

#include "harness.h"
#include "hdf5_files.h"

#include <stdio.h>
#include <string.h>

#include <hdf5.h>

static const char *foreign_path(void)
{
    return harness_path("foreign.h5");
}

static hid_t foreign_create(void)
{
    const hid_t file = formats_create_any(foreign_path());
    CU_ASSERT_TRUE_FATAL(file >= 0);
    return file;
}

static hid_t foreign_open(void)
{
    const hid_t file = H5Fopen(foreign_path(), H5F_ACC_RDWR, H5P_DEFAULT);
    CU_ASSERT_TRUE_FATAL(file >= 0);
    return file;
}

static void put_group(hid_t file, const char *name)
{
    H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

/* Makes a dataset [rows][columns], or [rows] if columns is 0, of 0.5, 1.5, …; replaces one that is there. */
static void put_array(hid_t file, const char *name, hid_t type, hsize_t rows, hsize_t columns)
{
    const hsize_t dims[] = {rows, columns};
    double values[256];
    for (int i = 0; i < 256; i++) {
        values[i] = i + 0.5;
    }
    if (H5Lexists(file, name, H5P_DEFAULT) > 0) {
        H5Ldelete(file, name, H5P_DEFAULT);
    }
    const hid_t space = H5Screate_simple(columns > 0 ? 2 : 1, dims, NULL);
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT_TRUE(dataset >= 0);
    CU_ASSERT_TRUE(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
}

/* Writes one number into a dataset of the file. */
static void put_number(hid_t file, const char *name, hsize_t at, double value)
{
    const hsize_t count = 1;
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(1, &count, NULL);
    H5Sselect_elements(space, H5S_SELECT_SET, 1, &at);
    CU_ASSERT_TRUE(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &value) >= 0);
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(dataset);
}

static void put_word(hid_t file, const char *object, const char *name, const char *word)
{
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const hid_t attribute = H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT_TRUE(H5Awrite(attribute, type, &word) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

/* A dataset that is one text. */
static void put_text(hid_t file, const char *name, const char *text)
{
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, strlen(text) + 1);
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Tclose(type);
}

static void put_integer(hid_t file, const char *object, const char *name, int64_t value)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute =
        H5Acreate_by_name(file, object, name, H5T_STD_I32BE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT_TRUE(H5Awrite(attribute, H5T_NATIVE_INT64, &value) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
}

/* A model 3-4-2 of another program. */
static void write_foreign(const char *group, hid_t type)
{
    static const char *const arrays[] = {"W1", "b1", "W2", "b2"};
    static const hsize_t dims[][2] = {{4, 3}, {4, 0}, {2, 4}, {2, 0}};
    const hid_t file = foreign_create();
    if (group[0] != '\0') {
        put_group(file, group);
    }
    for (int i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s/%s", group, arrays[i]);
        put_array(file, name, type, dims[i][0], dims[i][1]);
    }
    H5Fclose(file);
}

#endif
