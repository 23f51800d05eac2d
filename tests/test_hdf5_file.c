/* tests/test_hdf5_file.c — files and names that are there or not, and what else is done with HDF5 meanwhile. */
#include "harness.h"
#include "hdf5_files.h"
#include "read_once.h"

#include "formats.h"

#include "hdf5/dataset.h"

#include <hdf5.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ---- */

static void missing_datasets_are_named(void)
{
    const char *path = harness_path("missing.h5");
    const hsize_t dims[] = {4, 3};
    hid_t made = formats_create_any(path);
    fcnn_hdf5_info info;
    H5Fclose(made);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/x", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("there is no dataset /x; the file has no datasets");
    fcnn_hdf5_close(file);
    made = formats_create_any(path);
    hdf5_files_put(made, "/a/b/x", H5T_STD_U8LE, 2, dims, 0, NULL, H5P_DEFAULT);
    hdf5_files_put(made, "/y", H5T_STD_U8LE, 1, dims, 0, NULL, H5P_DEFAULT);
    hdf5_files_put(made, "/z", H5T_STD_U8LE, 0, dims, 0, NULL, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", made, "dangling", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(made);
    file = hdf5_files_open(path);
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/a/x", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS(path);
    HARNESS_ERROR_HAS("there is no dataset /a/x; the file has /a/b/x [4][3], /y [4], /z");
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/c/d/x", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("there is no dataset /c/d/x; the file has");
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/a", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("/a is a group, not a dataset; the file has /a/b/x [4][3]");
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/y/x", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("/y/x cannot be opened");
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/dangling", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("/dangling is a soft link to /nowhere, but");
    HARNESS_STATUS(fcnn_hdf5_describe(file, "", &info), FCNN_EDATA);
    char out[1];
    HARNESS_OK(fcnn_hdf5_describe(file, "/z", &info));
    CU_ASSERT_EQUAL(info.rank, 0);
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, "/z", 0, 1, out), FCNN_EDATA);
    HARNESS_ERROR_HAS("/z is a single value and has no rows");
    HARNESS_STATUS(read_once_columns(file, "/z", 0, 1, out), FCNN_EDATA);
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, "/x", 0, 1, out), FCNN_EDATA);
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

static void at_most_ten_datasets_are_listed(void)
{
    const char *path = harness_path("dozen.h5");
    const hsize_t dims[] = {1};
    hid_t made = formats_create_any(path);
    for (char c = 'a'; c <= 'l'; c++) {
        const char name[] = {c, '\0'};
        hdf5_files_put(made, name, H5T_STD_U8LE, 1, dims, 0, NULL, H5P_DEFAULT);
    }
    H5Fclose(made);
    fcnn_hdf5_info info;
    fcnn_hdf5_file *file = hdf5_files_open(path);
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/x", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("/i [1], /j [1], ...");
    CU_ASSERT_PTR_NULL(strstr(fcnn_error_text(), "/k"));
    fcnn_hdf5_close(file);
}

/* ---- bad files ---- */

static void files_that_are_not_hdf5_are_refused(void)
{
    fcnn_hdf5_file *file = NULL;
    HARNESS_STATUS(fcnn_hdf5_open(harness_path("absent.h5"), &file), FCNN_EINPUT);
    HARNESS_ERROR_HAS("absent.h5: cannot be read: No such file or directory");
    HARNESS_STATUS(fcnn_hdf5_open("/", &file), FCNN_EINPUT);
    HARNESS_ERROR_HAS("/: cannot be read as HDF5: it is a folder");
    HARNESS_STATUS(fcnn_hdf5_open("/dev/null", &file), FCNN_EINPUT);
    HARNESS_ERROR_HAS("/dev/null: cannot be read as HDF5: it is not a regular file");
    const char *path = harness_path("text.h5");
    harness_write_bytes(path, "", 0);
    HARNESS_STATUS(fcnn_hdf5_open(path, &file), FCNN_EDATA);
    HARNESS_ERROR_HAS("is not an HDF5 file: it is empty");
    harness_write_bytes(path, "1,2,3\n", 6);
    HARNESS_STATUS(fcnn_hdf5_open(path, &file), FCNN_EDATA);
    HARNESS_ERROR_HAS("is not an HDF5 file");
    if (geteuid() != 0) {
        chmod(path, 0);
        HARNESS_STATUS(fcnn_hdf5_open(path, &file), FCNN_EINPUT);
        HARNESS_ERROR_HAS("Permission denied");
    }
    CU_ASSERT_PTR_NULL(file);
    fcnn_hdf5_close(NULL);
    hdf5_files_expect_closed();
}

/* A file cut anywhere is refused when it is opened. */
static void truncated_files_are_refused(void)
{
    const char *path = harness_path("whole.h5"), *cut = harness_path("cut.h5");
    const hsize_t dims[] = {20, 3};
    static const double values[60];
    hid_t made = formats_create_any(path);
    hdf5_files_put(made, "/x", H5T_IEEE_F64LE, 2, dims, H5T_NATIVE_DOUBLE, values, H5P_DEFAULT);
    H5Fclose(made);
    size_t length;
    char *bytes = harness_read_bytes(path, &length);
    for (size_t kept = 0; kept < length; kept += 7) {
        fcnn_hdf5_file *file = NULL;
        harness_write_bytes(cut, bytes, kept);
        HARNESS_STATUS(fcnn_hdf5_open(cut, &file), FCNN_EDATA);
        HARNESS_ERROR_HAS(cut);
        CU_ASSERT_PTR_NULL(strchr(fcnn_error_text(), '\n'));
    }
    free(bytes);
    hdf5_files_expect_closed();
}

static herr_t callers_printer(hid_t stack, void *data)
{
    (void)stack;
    ++*(int *)data;
    return 0;
}

/* HDF5 does not print our errors, and goes on printing the caller's. */
static void the_callers_error_printing_is_kept(void)
{
    int printed = 0;
    fcnn_hdf5_info info;
    const char *path = harness_path("quiet.h5");
    H5Fclose(formats_create_any(path));
    H5E_auto2_t before, after;
    void *before_data, *after_data;
    H5Eget_auto2(H5E_DEFAULT, &before, &before_data);
    H5Eset_auto2(H5E_DEFAULT, callers_printer, &printed);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/x", &info), FCNN_EDATA);
    CU_ASSERT_EQUAL(printed, 0);
    fcnn_hdf5_close(file);
    H5Eget_auto2(H5E_DEFAULT, &after, &after_data);
    CU_ASSERT(after == callers_printer && after_data == &printed);
    H5Eset_auto2(H5E_DEFAULT, before, before_data);
}

HARNESS_MAIN("hdf5_file", {"missing datasets are named", missing_datasets_are_named},
             {"at most ten datasets are listed", at_most_ten_datasets_are_listed},
             {"files that are not HDF5 are refused", files_that_are_not_hdf5_are_refused},
             {"truncated files are refused", truncated_files_are_refused},
             {"the caller's error printing is kept", the_callers_error_printing_is_kept})
