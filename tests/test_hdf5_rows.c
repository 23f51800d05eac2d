/* tests/test_hdf5_rows.c — rows read in parts, from every storage. */
#include "harness.h"
#include "hdf5_files.h"
#include "read_once.h"

#include "formats.h"

#include "hdf5/dataset.h"

#include <hdf5.h>

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* x [5][2][3], x[r][i][j] = 100 r + 10 i + j, contiguous and in compressed chunks that fit nothing */
static void rows_are_read_in_parts(void)
{
    const char *path = harness_path("rows.h5");
    const hsize_t dims[] = {5, 2, 3}, chunk[] = {2, 2, 2};
    int values[5 * 2 * 3];
    for (int k = 0; k < 30; k++) {
        values[k] = 100 * (k / 6) + 10 * (k / 3 % 2) + k % 3;
    }
    hid_t made = formats_create_any(path), chunked = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(chunked, 3, chunk);
    H5Pset_shuffle(chunked);
    if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
        H5Pset_deflate(chunked, 6);
    }
    hdf5_files_put(made, "plain", H5T_STD_I32BE, 3, dims, H5T_NATIVE_INT, values, H5P_DEFAULT);
    hdf5_files_put(made, "packed", H5T_STD_I32BE, 3, dims, H5T_NATIVE_INT, values, chunked);
    H5Pclose(chunked);
    H5Fclose(made);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    for (int n = 0; n < 2; n++) {
        const char *name = n == 0 ? "/plain" : "packed";
        for (int64_t first = 0; first <= 5; first++) {
            for (int64_t count = 0; count <= 5 - first; count++) {
                int out[31];
                memset(out, 0x55, sizeof out);
                HARNESS_OK(fcnn_hdf5_read_rows(file, name, first, count, out));
                CU_ASSERT_EQUAL(memcmp(out, values + 6 * first, (size_t)(6 * count) * sizeof *out), 0);
                CU_ASSERT_EQUAL(out[6 * count], 0x55555555);
            }
        }
        int out[1];
        HARNESS_STATUS(fcnn_hdf5_read_rows(file, name, 3, 3, out), FCNN_ESHAPE);
        HARNESS_ERROR_HAS("has 5 rows, but 3 from row 3 are requested");
        HARNESS_STATUS(fcnn_hdf5_read_rows(file, name, 6, 0, out), FCNN_ESHAPE);
        HARNESS_STATUS(fcnn_hdf5_read_rows(file, name, -1, 1, out), FCNN_ESHAPE);
        HARNESS_STATUS(fcnn_hdf5_read_rows(file, name, 1, INT64_MAX, out), FCNN_ESHAPE);
    }
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

/* For each size of element, [features][rows], in an odd shape that needs partial tiles. */
static void columns_become_rows(void)
{
    enum { FEATURES = 35, ROWS = 70 };
    const char *path = harness_path("columns.h5");
    const hsize_t dims[] = {5, 7, ROWS};
    const hid_t types[] = {H5T_STD_I8LE, H5T_STD_I16BE, H5T_STD_I32LE, H5T_IEEE_F64BE};
    int values[FEATURES * ROWS];
    for (int k = 0; k < FEATURES * ROWS; k++) {
        values[k] = (k * 31) % 127;
    }
    hid_t made = formats_create_any(path);
    for (int t = 0; t < 4; t++) {
        const char name[] = {(char)('a' + t), '\0'};
        hdf5_files_put(made, name, types[t], 3, dims, H5T_NATIVE_INT, values, H5P_DEFAULT);
    }
    H5Fclose(made);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    const int64_t first = 3, count = 66;
    for (int t = 0; t < 4; t++) {
        const char name[] = {'/', (char)('a' + t), '\0'};
        static double out[FEATURES * ROWS];
        int wrong = 0;
        HARNESS_OK(read_once_columns(file, name, first, count, out));
        for (int64_t k = 0; k < FEATURES * count; k++) {
            const int64_t r = k / FEATURES, f = k % FEATURES;
            const void *bytes = out;
            const double got = t == 0   ? ((const int8_t *)bytes)[k]
                               : t == 1 ? ((const int16_t *)bytes)[k]
                               : t == 2 ? ((const int32_t *)bytes)[k]
                                        : out[k];
            wrong += got != values[f * ROWS + first + r];
        }
        CU_ASSERT_EQUAL(wrong, 0);
        HARNESS_STATUS(read_once_columns(file, name, 10, ROWS, out), FCNN_ESHAPE);
    }
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

/* 20 MB: more than is turned at once. */
static void many_columns_become_rows(void)
{
    enum { FEATURES = 100, ROWS = 200000 };
    harness_sizes("columns_bytes=1000003"); /* in some parts, the last of them shorter */
    const char *path = harness_path("many.h5");
    const hsize_t dims[] = {FEATURES, ROWS};
    uint8_t *values = malloc(FEATURES * ROWS), *out = malloc(FEATURES * ROWS);
    for (int k = 0; k < FEATURES * ROWS; k++) {
        values[k] = (uint8_t)((unsigned)k * 2654435761U >> 24);
    }
    hid_t made = formats_create_any(path);
    hdf5_files_put(made, "x", H5T_STD_U8LE, 2, dims, H5T_NATIVE_UINT8, values, H5P_DEFAULT);
    H5Fclose(made);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    HARNESS_OK(read_once_columns(file, "x", 0, ROWS, out));
    int wrong = 0;
    for (int k = 0; k < FEATURES * ROWS; k++) {
        wrong += out[k] != values[k % FEATURES * ROWS + k / FEATURES];
    }
    CU_ASSERT_EQUAL(wrong, 0);
    fcnn_hdf5_close(file);
    free(out);
    free(values);
}

/* A dataset that was never written is read as its fill value, with bytes before the file proper as well. */
static void what_was_never_written_is_filled(void)
{
    const hsize_t dims[] = {5, 2};
    for (int block = 0; block < 2; block++) {
        const char *path = harness_path("filled.h5");
        const hid_t creation = H5Pcreate(H5P_FILE_CREATE), filled = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_userblock(creation, block ? 2048 : 0);
        H5Pset_fill_value(filled, H5T_NATIVE_DOUBLE, &(double){7});
        const hid_t made = H5Fcreate(path, H5F_ACC_TRUNC, creation, H5P_DEFAULT);
        hdf5_files_put(made, "x", H5T_IEEE_F64LE, 2, dims, 0, NULL, filled);
        H5Pclose(filled);
        H5Pclose(creation);
        H5Fclose(made);
        double out[10] = {0};
        fcnn_hdf5_file *file = hdf5_files_open(path);
        HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, 5, out));
        CU_ASSERT_EQUAL(out[0], 7);
        CU_ASSERT_EQUAL(out[9], 7);
        fcnn_hdf5_close(file);
    }
    hdf5_files_expect_closed();
}

/* Bytes and calls of read(2) and the like, of this process so far; false where the system does not count. */
static bool count_reads(long long *bytes, long long *calls)
{
    FILE *counts = fopen("/proc/self/io", "r");
    const bool counted = counts != NULL && fscanf(counts, "rchar: %lld wchar: %*d syscr: %lld", bytes, calls) == 2;
    if (counts != NULL) {
        fclose(counts);
    }
    return counted;
}

/* Rows of a chunk of 1.25 MiB that is not packed cost neither all of it, nor a call each. */
static void little_is_read_for_little(void)
{
    enum { ROWS = 20480, WIDTH = 16, FIRST = 5000, COUNT = 1000 };
    harness_sizes("chunk_cache_bytes=33554432,chunk_cache_slots=12421");
    char path[1024];
    snprintf(path, sizeof path, "%s", harness_path("little.h5"));
    float *values = malloc(ROWS * WIDTH * sizeof *values), *out = malloc(COUNT * WIDTH * sizeof *out);
    for (int i = 0; i < ROWS * WIDTH; i++) {
        values[i] = (float)i;
    }
    const hsize_t dims[] = {ROWS, WIDTH}, wide[] = {ROWS, WIDTH}, narrow[] = {ROWS, 4};
    hid_t made = formats_create_any(path), chunked = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(chunked, 2, wide);
    hdf5_files_put(made, "wide", H5T_IEEE_F32LE, 2, dims, H5T_NATIVE_FLOAT, values, chunked);
    H5Pset_chunk(chunked, 2, narrow);
    hdf5_files_put(made, "narrow", H5T_IEEE_F32LE, 2, dims, H5T_NATIVE_FLOAT, values, chunked);
    H5Pclose(chunked);
    H5Fclose(made);

    fcnn_hdf5_file *file = hdf5_files_open(path);
    for (int i = 0; i < 3; i++) {
        long long bytes[2] = {0}, calls[2] = {0};
        const bool counted = count_reads(&bytes[0], &calls[0]);
        if (i < 2) {
            HARNESS_OK(fcnn_hdf5_read_rows(file, i == 0 ? "/wide" : "/narrow", FIRST, COUNT, out));
            CU_ASSERT(memcmp(out, values + FIRST * WIDTH, COUNT * WIDTH * sizeof *out) == 0);
        } else {
            HARNESS_OK(read_once_block(file, "/wide", FIRST, COUNT, 3, 1, false, out));
            CU_ASSERT_EQUAL(out[COUNT - 1], (float)((FIRST + COUNT - 1) * WIDTH + 3));
        }
        if (counted && count_reads(&bytes[1], &calls[1])) {
            CU_ASSERT(i != 0 || bytes[1] - bytes[0] < 4 * COUNT * WIDTH * (int)sizeof *out);
            CU_ASSERT(calls[1] - calls[0] < 100);
        }
    }
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
    free(values);
    free(out);
}

/* Filters in one of several orders. */
static void set_filters(hid_t creation, int kind)
{
    if (kind == 5) {
        H5Pset_chunk_opts(creation, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
    }
    if (kind == 3) {
        H5Pset_fletcher32(creation);
    }
    if (kind != 1 && kind != 4) {
        H5Pset_shuffle(creation);
    }
    if (kind != 2) {
        H5Pset_deflate(creation, 6);
    }
    if (kind == 0 || kind == 4) {
        H5Pset_fletcher32(creation);
    }
}

/* Boxes of packed chunks are what HDF5 itself makes of them: for filters in several orders, chunks that fit nothing,
 * chunks that were never written, edges that are not packed, and types that are converted. */
static void packed_chunks_are_those_of_hdf5(void)
{
    enum { ROWS = 37, A = 5, B = 4, COUNT = ROWS * A * B, KINDS = 6 };
    static const hsize_t dims[] = {ROWS, A, B}, chunks[][3] = {{1, 1, 1}, {8, 5, 4}, {5, 2, 3}, {64, 3, 4}, {37, 5, 1}};
    char path[1024];
    snprintf(path, sizeof path, "%s", harness_path("packed.h5"));
    const hid_t stored[] = {H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_STD_I16BE};
    const hid_t native[] = {H5T_NATIVE_DOUBLE, H5T_NATIVE_FLOAT, H5T_NATIVE_SHORT};
    double values[COUNT];
    for (int i = 0; i < COUNT; i++) {
        values[i] = i % 1009 - 300;
    }
    for (int run = 0; run < 5 * KINDS * 3; run++) {
        const int kind = run % KINDS, type = run / KINDS % 3, chunk = run / KINDS / 3;
        const hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
        H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &(double){7});
        hsize_t own_chunk[3];
        for (int d = 0; d < 3; d++) {
            own_chunk[d] = chunks[chunk][d];
        }
        H5Pset_chunk(creation, 3, own_chunk);
        set_filters(creation, kind);
        const hid_t made = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
        const hsize_t slab[] = {ROWS, A, chunk % 2 == 0 ? B : 1}, extents[] = {64, 8, 8};
        const hid_t space = H5Screate_simple(3, dims, chunk == 3 ? extents : NULL);
        const hid_t dataset = H5Dcreate2(made, "x", stored[type], space, H5P_DEFAULT, creation, H5P_DEFAULT);
        H5Sselect_hyperslab(space, H5S_SELECT_SET, (hsize_t[3]){0}, NULL, slab, NULL);
        const hid_t memory = H5Screate_simple(3, slab, NULL);
        CU_ASSERT(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values) >= 0);
        double expected[COUNT], out[COUNT];
        CU_ASSERT(H5Dread(dataset, native[type], H5S_ALL, H5S_ALL, H5P_DEFAULT, expected) >= 0);
        H5Sclose(memory);
        H5Dclose(dataset);
        H5Sclose(space);
        H5Fclose(made);
        H5Pclose(creation);
        H5Pclose(access);

        fcnn_hdf5_file *file = hdf5_files_open(path);
        const size_t row = A * B * H5Tget_size(native[type]);
        for (int first = 0; first < ROWS; first += 9) {
            for (int count = 0; first + count <= ROWS; count += 5) {
                memset(out, 1, sizeof out);
                HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", first, count, out));
                CU_ASSERT(memcmp(out, (char *)expected + (size_t)first * row, (size_t)count * row) == 0);
                CU_ASSERT(((char *)out)[(size_t)count * row] == 1 || (size_t)count * row == sizeof out);
            }
        }
        fcnn_hdf5_close(file);
    }
    hdf5_files_expect_closed();
}

/* A chunk whose checksum is wrong gives a message, not other values. */
static void a_damaged_chunk_is_an_error(void)
{
    const char *path = harness_path("damaged.h5");
    const hsize_t dims[] = {4, 8}, chunk[] = {2, 8};
    char values[33] = "abcdefghijklmnopqrstuvwxyz012345", out[33] = "";
    hid_t made = formats_create_any(path), checked = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(checked, 2, chunk);
    H5Pset_fletcher32(checked);
    hdf5_files_put(made, "/x", H5T_STD_I8LE, 2, dims, H5T_NATIVE_INT8, values, checked);
    H5Pclose(checked);
    H5Fclose(made);
    size_t length;
    char *bytes = harness_read_bytes(path, &length);
    char *second = memmem(bytes, length, "qrstuvwx", 8);
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    second[3] ^= 1;
    harness_write_bytes(path, bytes, length);
    free(bytes);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, 2, out));
    CU_ASSERT(harness_same_text(out, "abcdefghijklmnop"));
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, "/x", 1, 2, out), FCNN_EDATA);
    HARNESS_ERROR_HAS("dataset /x cannot be read: ");
    HARNESS_STATUS(read_once_columns(file, "/x", 0, 8, out), FCNN_EDATA);
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

static void *read_often(void *data)
{
    const char *path = data;
    for (int round = 0; round < 200; round++) {
        fcnn_hdf5_file *file = NULL;
        fcnn_hdf5_info info = {0};
        int out[30] = {0};
        if (fcnn_hdf5_open(path, &file) != FCNN_OK || fcnn_hdf5_describe(file, "/plain", &info) != FCNN_OK ||
            fcnn_hdf5_read_rows(file, "/packed", 0, 5, out) != FCNN_OK || out[29] != 412 ||
            fcnn_hdf5_describe(file, "/absent", &info) != FCNN_EDATA || strstr(fcnn_error_text(), path) == NULL) {
            return data;
        }
        fcnn_hdf5_close(file);
    }
    return NULL;
}

static void threads_take_turns(void)
{
    enum { THREADS = 4 };
    rows_are_read_in_parts(); /* makes the file */
    char path[1024];
    snprintf(path, sizeof path, "%s", harness_path("rows.h5"));
    pthread_t threads[THREADS];
    for (int t = 0; t < THREADS; t++) {
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[t], NULL, read_often, path), 0);
    }
    for (int t = 0; t < THREADS; t++) {
        void *failed;
        pthread_join(threads[t], &failed);
        CU_ASSERT_PTR_NULL(failed);
    }
    hdf5_files_expect_closed();
}

HARNESS_MAIN("hdf5_rows", {"rows are read in parts", rows_are_read_in_parts},
             {"columns become rows", columns_become_rows}, {"many columns become rows", many_columns_become_rows},
             {"what was never written is filled", what_was_never_written_is_filled},
             {"packed chunks are those of HDF5", packed_chunks_are_those_of_hdf5},
             {"little is read for little", little_is_read_for_little},
             {"a damaged chunk is an error", a_damaged_chunk_is_an_error}, {"threads take turns", threads_take_turns})
