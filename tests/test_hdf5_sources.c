/* tests/test_hdf5_sources.c — datasets that are put together from other files: what is missing there is named, and what
 * was never written there counts. */
#include "harness.h"
#include "read_once.h"

#include "formats.h"

#include "hdf5/dataset.h"

#include <hdf5.h>

#include <math.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 10, COLUMNS = 3, JUNK = 0x55 };

/* A path of this test that stays, unlike the harness's, which are borrowed. */
static const char *path_of(const char *name, char out[512])
{
    snprintf(out, 512, "%s", harness_path(name));
    return out;
}

static double value_at(int source, int row, int column)
{
    return 1000 * source + 10 * row + column + 1;
}

/* Makes /x [rows][COLUMNS] in chunks of 5 rows, of which those from row `written` on are missing. */
static void make_source(const char *name, int source, int rows, int written, bool is_never)
{
    char path[512];
    const hsize_t dims[] = {(hsize_t)rows, COLUMNS}, chunk[] = {5, COLUMNS}, start[] = {0, 0};
    const hsize_t count[] = {(hsize_t)written, COLUMNS};
    double values[ROWS * COLUMNS];
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        values[i] = value_at(source, i / COLUMNS, i % COLUMNS);
    }
    const hid_t file = formats_create_any(path_of(name, path));
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, dims, NULL);
    H5Pset_chunk(creation, 2, chunk);
    if (is_never) {
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    } else {
        H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &(double){-7});
    }
    const hid_t dataset = H5Dcreate2(file, "x", H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const hid_t memory = H5Screate_simple(2, count, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
    CU_ASSERT(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values) >= 0);
    H5Sclose(memory);
    H5Sclose(space);
    H5Pclose(creation);
    H5Dclose(dataset);
    H5Fclose(file);
}

/* Maps ROWS rows of /x of a file to those from `first` on. */
static void map(hid_t creation, hid_t space, int first, const char *file)
{
    const hsize_t dims[] = {ROWS, COLUMNS}, start[] = {(hsize_t)first, 0};
    const hid_t taken = H5Screate_simple(2, dims, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, dims, NULL);
    if (first > 0) { /* the first time the source is taken as a whole */
        H5Sselect_hyperslab(taken, H5S_SELECT_SET, (const hsize_t[]){0, 0}, NULL, dims, NULL);
    }
    CU_ASSERT(H5Pset_virtual(creation, space, file, "x", taken) >= 0);
    H5Sclose(taken);
}

/* Makes /x [rows][COLUMNS] of the files, 10 rows each; NULL: these rows are mapped to nothing. */
static void make_virtual(const char *name, int count, const char *const *files, double fill)
{
    char path[512];
    const hsize_t dims[] = {(hsize_t)(count * ROWS), COLUMNS};
    const hid_t file = formats_create_any(path_of(name, path));
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, dims, NULL);
    H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &fill);
    for (int i = 0; i < count; i++) {
        if (files[i] != NULL) {
            map(creation, space, i * ROWS, files[i]);
        }
    }
    H5Sselect_all(space);
    H5Dclose(H5Dcreate2(file, "x", H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(creation);
    H5Fclose(file);
}

static fcnn_hdf5_file *open_fatal(const char *name)
{
    char path[512];
    fcnn_hdf5_file *file = NULL;
    HARNESS_OK(fcnn_hdf5_open(path_of(name, path), &file));
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fcnn_hdf5_allow_external(file, true);
    return file;
}

static void expect_failure(const char *name, const char *dataset, const char *first, const char *second)
{
    fcnn_hdf5_file *file = open_fatal(name);
    fcnn_hdf5_info info;
    double out[4 * ROWS * COLUMNS];
    HARNESS_STATUS(fcnn_hdf5_describe(file, dataset, &info), FCNN_EDATA);
    HARNESS_ERROR_HAS(first);
    HARNESS_ERROR_HAS(second);
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, dataset, 0, 1, out), FCNN_EDATA);
    fcnn_hdf5_close(file);
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static void expect_unwritten(const char *name, int64_t first, int64_t count, int64_t column, int64_t columns,
                             int64_t rows, int64_t first_hole)
{
    fcnn_hdf5_file *file = open_fatal(name);
    fcnn_hdf5_unwritten found = {0};
    HARNESS_OK(read_once_unwritten(file, "/x", false, first, count, column, columns, &found));
    CU_ASSERT_EQUAL(found.rows, rows);
    CU_ASSERT_EQUAL(found.first, first_hole);
    fcnn_hdf5_close(file);
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static void virtual_datasets_are_filled_and_counted(void)
{
    make_source("a.h5", 0, ROWS, ROWS, false);
    make_source("b.h5", 1, ROWS, 5, false); /* rows 5 to 9 of it are missing */
    make_virtual("v.h5", 3, (const char *const[]){"a.h5", NULL, "b.h5"}, -3);
    fcnn_hdf5_file *file = open_fatal("v.h5");
    double out[3 * ROWS * COLUMNS];
    memset(out, JUNK, sizeof out);
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, 3 * ROWS, out));
    for (int i = 0; i < 3 * ROWS * COLUMNS; i++) {
        const int row = i / COLUMNS, column = i % COLUMNS;
        CU_ASSERT_EQUAL(out[i], row < 10   ? value_at(0, row, column)
                                : row < 20 ? -3
                                : row < 25 ? value_at(1, row - 20, column)
                                           : -7);
    }
    fcnn_hdf5_close(file);
    expect_unwritten("v.h5", 0, 30, 0, -1, 15, 10);
    expect_unwritten("v.h5", 12, 16, 1, 1, 11, 12);
    expect_unwritten("v.h5", 20, 5, 0, -1, 0, 0);
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count;
}

static void sources_are_closed_behind_each_read(void)
{
    make_source("a.h5", 0, ROWS, ROWS, false);
    make_source("b.h5", 1, ROWS, ROWS, false);
    make_virtual("v.h5", 2, (const char *const[]){"a.h5", "b.h5"}, -3);
    fcnn_hdf5_file *file = open_fatal("v.h5");
    fcnn_hdf5_dataset *dataset = NULL;
    HARNESS_OK(fcnn_hdf5_dataset_open(file, "/x", false, &dataset));
    CU_ASSERT_PTR_NOT_NULL_FATAL(dataset);
    const int before = count_descriptors();
    for (int row = 0; row < 2 * ROWS; row++) {
        double out[COLUMNS];
        HARNESS_OK(fcnn_hdf5_dataset_read(dataset, row, 1, out));
        CU_ASSERT_EQUAL(out[1], value_at(row / ROWS, row % ROWS, 1));
        CU_ASSERT_EQUAL(count_descriptors(), before);
    }
    fcnn_hdf5_dataset_close(dataset);
    fcnn_hdf5_close(file);
}

static void sources_that_hdf5_does_not_fill_are_refused(void)
{
    make_source("a.h5", 0, ROWS, ROWS, false);
    make_source("never.h5", 1, ROWS, 5, true);
    make_virtual("v.h5", 2, (const char *const[]){"a.h5", "never.h5"}, 0);
    make_virtual("inner.h5", 1, (const char *const[]){"never.h5"}, 0);
    make_virtual("nested.h5", 2, (const char *const[]){"a.h5", "inner.h5"}, 0);
    fcnn_hdf5_file *file = open_fatal("v.h5");
    fcnn_hdf5_unwritten found;
    double out[2 * ROWS * COLUMNS];
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, 15, out));
    CU_ASSERT_EQUAL(out[14 * COLUMNS], value_at(1, 4, 0));
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, "/x", 10, 6, out), FCNN_EDATA);
    HARNESS_ERROR_HAS("dataset /x: 5 of 20 rows were never written, the first is row 15 ");
    HARNESS_STATUS(read_once_unwritten(file, "/x", false, 0, 20, 0, -1, &found), FCNN_EDATA);
    HARNESS_ERROR_HAS("5 of 20 rows were never written, the first is row 15 ");
    fcnn_hdf5_close(file);
    file = open_fatal("nested.h5");
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, 15, out));
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, "/x", 10, 6, out), FCNN_EDATA);
    fcnn_hdf5_close(file);
}

static void missing_and_short_sources_are_named(void)
{
    char path[512];
    make_source("a.h5", 0, ROWS, ROWS, false);
    make_source("short.h5", 1, 7, 7, false);
    make_virtual("gone.h5", 2, (const char *const[]){"a.h5", "absent.h5"}, 0);
    expect_failure("gone.h5", "/x", "dataset /x is virtual", "absent.h5");
    make_virtual("less.h5", 2, (const char *const[]){"a.h5", "short.h5"}, 0);
    expect_failure("less.h5", "/x", "short.h5, is too short", "dimension 0 has 7 indices, but 10 are required");
    make_virtual("less.h5", 1, (const char *const[]){"short.h5"}, 0);
    expect_failure("less.h5", "/x", "short.h5, has 21 elements", "but 30 are required");
    make_virtual("nested.h5", 2, (const char *const[]){"a.h5", "half.h5"}, 0);
    make_virtual("half.h5", 1, (const char *const[]){"absent.h5"}, 0);
    expect_failure("nested.h5", "/x", "half.h5", "absent.h5");
    const hid_t file = formats_create_any(path_of("empty.h5", path));
    H5Fclose(file);
    make_virtual("without.h5", 1, (const char *const[]){"empty.h5"}, 0);
    expect_failure("without.h5", "/x", "dataset x of", "empty.h5");
    make_virtual("self.h5", 1, (const char *const[]){"."}, 0);
    expect_failure("self.h5", "/x", "its sources are virtual", "a depth of more than");
}

/* /x [unlimited][COLUMNS]: rows 10 b to 10 b + 9 are those of part-b.h5. */
static void make_numbered(const char *name)
{
    char path[512];
    const hsize_t dims[] = {2 * ROWS, COLUMNS}, most[] = {H5S_UNLIMITED, COLUMNS};
    const hsize_t start[2] = {0, 0}, stride[] = {ROWS, 1}, count[] = {H5S_UNLIMITED, 1}, block[] = {ROWS, COLUMNS};
    const hsize_t taken_dims[] = {ROWS, COLUMNS};
    const hid_t file = formats_create_any(path_of(name, path));
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, dims, most);
    const hid_t taken = H5Screate_simple(2, taken_dims, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, stride, count, block);
    CU_ASSERT(H5Pset_virtual(creation, space, "part-%b.h5", "x", taken) >= 0);
    H5Sselect_all(space);
    H5Dclose(H5Dcreate2(file, "x", H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Sclose(taken);
    H5Sclose(space);
    H5Pclose(creation);
    H5Fclose(file);
}

static void names_with_numbers_are_followed(void)
{
    make_source("part-0.h5", 0, ROWS, ROWS, false);
    make_source("part-1.h5", 1, ROWS, 5, false);
    make_numbered("numbered.h5");
    fcnn_hdf5_file *file = open_fatal("numbered.h5");
    double out[2 * ROWS * COLUMNS];
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, 2 * ROWS, out));
    CU_ASSERT_EQUAL(out[14 * COLUMNS + 1], value_at(1, 4, 1));
    CU_ASSERT_EQUAL(out[15 * COLUMNS + 1], -7);
    fcnn_hdf5_close(file);
    expect_unwritten("numbered.h5", 0, 2 * ROWS, 0, -1, 5, 15);
    make_source("part-1.h5", 1, 7, 7, false);
    expect_failure("numbered.h5", "/x", "part-1.h5, has 21 elements", "but 30 are required");
}

/* ---- raw files ---- */

static void make_raw(const char *name, const char *raw, int64_t bytes)
{
    char path[512];
    const hsize_t dims[] = {ROWS, COLUMNS};
    const hid_t file = formats_create_any(path_of(name, path));
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, dims, NULL);
    H5Pset_external(creation, path_of(raw, path), 16, (hsize_t)sizeof(double) * ROWS * COLUMNS);
    H5Dclose(H5Dcreate2(file, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(creation);
    H5Fclose(file);
    FILE *stream = bytes < 0 ? NULL : fopen(path, "wb");
    for (int64_t i = 0; i < bytes; i++) {
        fputc(1, stream);
    }
    if (stream != NULL) {
        fclose(stream);
    }
}

static void raw_files_must_be_whole(void)
{
    double out[ROWS * COLUMNS];
    make_raw("whole.h5", "whole.raw", 16 + 240);
    fcnn_hdf5_file *file = open_fatal("whole.h5");
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, ROWS, out));
    CU_ASSERT_EQUAL(((const char *)out)[239], 1);
    fcnn_hdf5_close(file);
    make_raw("less.h5", "less.raw", 16 + 239);
    expect_failure("less.h5", "/x", "less.raw, which has 255 bytes, but 256 are required", "raw file");
    make_raw("none.h5", "none.raw", -1);
    expect_failure("none.h5", "/x", "none.raw, which cannot be read: No such file", "raw file");
}

HARNESS_MAIN("hdf5 sources", {"virtual datasets are filled and counted", virtual_datasets_are_filled_and_counted},
             {"sources are closed behind each read", sources_are_closed_behind_each_read},
             {"sources that HDF5 does not fill are refused", sources_that_hdf5_does_not_fill_are_refused},
             {"missing and short sources are named", missing_and_short_sources_are_named},
             {"names with numbers are followed", names_with_numbers_are_followed},
             {"raw files must be whole", raw_files_must_be_whole})
