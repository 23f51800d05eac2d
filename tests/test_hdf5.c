/* tests/test_hdf5.c — datasets read as they are stored, and files written whole or not at all. */
#include "harness.h"
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

/* ---- files made with HDF5 itself ---- */

static hid_t make_file(const char *path)
{
    return formats_create_any(path);
}

/* Makes a dataset of the stored type; values, of the type in memory, may be NULL. */
static void put(hid_t file, const char *name, hid_t stored, int rank, const hsize_t *dims, hid_t memory,
                const void *values, hid_t creation)
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

static hid_t changed_type(hid_t base, size_t bytes, H5T_order_t order)
{
    const hid_t type = H5Tcopy(base);
    if (bytes > 0) {
        H5Tset_size(type, bytes);
    }
    H5Tset_order(type, order);
    return type;
}

static hid_t half_float(void)
{
    const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

/* Nothing of HDF5 is left open. */
static void expect_all_closed(void)
{
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static fcnn_hdf5_file *open_fatal(const char *path)
{
    fcnn_hdf5_file *file = NULL;
    HARNESS_OK(fcnn_hdf5_open(path, &file));
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    return file;
}

/* ---- reading ---- */

static void every_type_is_read(void)
{
    static const struct {
        const char *name;
        fcnn_type type;
    } expected[] = {{"int8", FCNN_TYPE_INT8},       {"uint8", FCNN_TYPE_UINT8},   {"int16", FCNN_TYPE_INT16},
                    {"uint16", FCNN_TYPE_UINT16},   {"int32", FCNN_TYPE_INT32},   {"uint32", FCNN_TYPE_UINT32},
                    {"int64", FCNN_TYPE_INT64},     {"uint64", FCNN_TYPE_UINT64}, {"float32", FCNN_TYPE_FLOAT32},
                    {"float64", FCNN_TYPE_FLOAT64}, {"three", FCNN_TYPE_INT32},   {"half", FCNN_TYPE_FLOAT32},
                    {"long", FCNN_TYPE_FLOAT64}};
    const hid_t bases[] = {H5T_NATIVE_INT8,   H5T_NATIVE_UINT8, H5T_NATIVE_INT16,  H5T_NATIVE_UINT16, H5T_NATIVE_INT32,
                           H5T_NATIVE_UINT32, H5T_NATIVE_INT64, H5T_NATIVE_UINT64, H5T_NATIVE_FLOAT,  H5T_NATIVE_DOUBLE,
                           H5T_NATIVE_INT32,  half_float(),     H5T_NATIVE_LDOUBLE};
    const double values[] = {0, 1, 2.5, 100};
    const hsize_t dims[] = {2, 2};
    const int count = (int)(sizeof expected / sizeof *expected);
    const char *path = harness_path("types.h5");
    hid_t made = make_file(path);
    for (int t = 0; t < 2 * count; t++) {
        char name[32];
        snprintf(name, sizeof name, "%s/%s", t < count ? "little" : "big", expected[t % count].name);
        const size_t bytes = strcmp(expected[t % count].name, "three") == 0 ? 3 : 0;
        const hid_t type = changed_type(bases[t % count], bytes, t < count ? H5T_ORDER_LE : H5T_ORDER_BE);
        put(made, name, type, 2, dims, H5T_NATIVE_DOUBLE, values, H5P_DEFAULT);
        H5Tclose(type);
    }
    H5Tclose(bases[11]);
    H5Fclose(made);
    fcnn_hdf5_file *file = open_fatal(path);
    for (int t = 0; t < 2 * count; t++) {
        fcnn_hdf5_info info = {0};
        char name[32], out[64];
        double first = 0, third = 0;
        snprintf(name, sizeof name, "/%s/%s", t < count ? "little" : "big", expected[t % count].name);
        HARNESS_OK(fcnn_hdf5_describe(file, name, &info));
        CU_ASSERT_EQUAL(info.type, expected[t % count].type);
        CU_ASSERT(info.rank == 2 && info.dims[0] == 2 && info.dims[1] == 2);
        HARNESS_OK(fcnn_hdf5_read_rows(file, name, 0, 2, out));
        switch (info.type) {
#define WIDEN(type_name, type, text)              \
    case type_name:                               \
        first = (double)((type *)(void *)out)[1]; \
        third = (double)((type *)(void *)out)[2]; \
        break;
            FCNN_TYPE_TABLE(WIDEN)
#undef WIDEN
        }
        CU_ASSERT_EQUAL(first, 1);
        CU_ASSERT_EQUAL(third, fcnn_type_is_integer(info.type) ? 2 : 2.5);
    }
    fcnn_hdf5_close(file);
    expect_all_closed();
}

static void types_have_sizes_and_names(void)
{
    CU_ASSERT_EQUAL(fcnn_type_size(FCNN_TYPE_UINT16), 2);
    CU_ASSERT_EQUAL(fcnn_type_size(FCNN_TYPE_FLOAT64), 8);
    CU_ASSERT(harness_same_text(fcnn_type_name(FCNN_TYPE_FLOAT32), "float32"));
    CU_ASSERT(fcnn_type_is_integer(FCNN_TYPE_UINT64) && !fcnn_type_is_integer(FCNN_TYPE_FLOAT32));
    char shape[24];
    const fcnn_hdf5_info info = {.rank = 3, .dims = {60000, 28, 28}};
    fcnn_hdf5_info_shape(&info, shape, sizeof shape);
    CU_ASSERT(harness_same_text(shape, "[60000][28][28]"));
    fcnn_hdf5_info_shape(&info, shape, 14);
    CU_ASSERT(harness_same_text(shape, "[60000]..."));
}

/* x [5][2][3], x[r][i][j] = 100 r + 10 i + j, contiguous and in compressed chunks that fit nothing */
static void rows_are_read_in_parts(void)
{
    const char *path = harness_path("rows.h5");
    const hsize_t dims[] = {5, 2, 3}, chunk[] = {2, 2, 2};
    int values[5 * 2 * 3];
    for (int k = 0; k < 30; k++) {
        values[k] = 100 * (k / 6) + 10 * (k / 3 % 2) + k % 3;
    }
    hid_t made = make_file(path), chunked = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(chunked, 3, chunk);
    H5Pset_shuffle(chunked);
    if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
        H5Pset_deflate(chunked, 6);
    }
    put(made, "plain", H5T_STD_I32BE, 3, dims, H5T_NATIVE_INT, values, H5P_DEFAULT);
    put(made, "packed", H5T_STD_I32BE, 3, dims, H5T_NATIVE_INT, values, chunked);
    H5Pclose(chunked);
    H5Fclose(made);
    fcnn_hdf5_file *file = open_fatal(path);
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
        HARNESS_ERROR_HAS("has 5 rows, not 3 from 3 on");
        HARNESS_STATUS(fcnn_hdf5_read_rows(file, name, 6, 0, out), FCNN_ESHAPE);
        HARNESS_STATUS(fcnn_hdf5_read_rows(file, name, -1, 1, out), FCNN_ESHAPE);
        HARNESS_STATUS(fcnn_hdf5_read_rows(file, name, 1, INT64_MAX, out), FCNN_ESHAPE);
    }
    fcnn_hdf5_close(file);
    expect_all_closed();
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
    hid_t made = make_file(path);
    for (int t = 0; t < 4; t++) {
        const char name[] = {(char)('a' + t), '\0'};
        put(made, name, types[t], 3, dims, H5T_NATIVE_INT, values, H5P_DEFAULT);
    }
    H5Fclose(made);
    fcnn_hdf5_file *file = open_fatal(path);
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
    expect_all_closed();
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
    hid_t made = make_file(path);
    put(made, "x", H5T_STD_U8LE, 2, dims, H5T_NATIVE_UINT8, values, H5P_DEFAULT);
    H5Fclose(made);
    fcnn_hdf5_file *file = open_fatal(path);
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

static void missing_datasets_are_named(void)
{
    const char *path = harness_path("missing.h5");
    const hsize_t dims[] = {4, 3};
    hid_t made = make_file(path);
    fcnn_hdf5_info info;
    H5Fclose(made);
    fcnn_hdf5_file *file = open_fatal(path);
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/x", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("there is no dataset /x; the file has no datasets");
    fcnn_hdf5_close(file);
    made = make_file(path);
    put(made, "/a/b/x", H5T_STD_U8LE, 2, dims, 0, NULL, H5P_DEFAULT);
    put(made, "/y", H5T_STD_U8LE, 1, dims, 0, NULL, H5P_DEFAULT);
    put(made, "/z", H5T_STD_U8LE, 0, dims, 0, NULL, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", made, "dangling", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(made);
    file = open_fatal(path);
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
    HARNESS_ERROR_HAS("/dangling is a soft link, to /nowhere, and");
    HARNESS_STATUS(fcnn_hdf5_describe(file, "", &info), FCNN_EDATA);
    char out[1];
    HARNESS_OK(fcnn_hdf5_describe(file, "/z", &info));
    CU_ASSERT_EQUAL(info.rank, 0);
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, "/z", 0, 1, out), FCNN_EDATA);
    HARNESS_ERROR_HAS("/z is a single value, without rows");
    HARNESS_STATUS(read_once_columns(file, "/z", 0, 1, out), FCNN_EDATA);
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, "/x", 0, 1, out), FCNN_EDATA);
    fcnn_hdf5_close(file);
    expect_all_closed();
}

static void at_most_ten_datasets_are_listed(void)
{
    const char *path = harness_path("dozen.h5");
    const hsize_t dims[] = {1};
    hid_t made = make_file(path);
    for (char c = 'a'; c <= 'l'; c++) {
        const char name[] = {c, '\0'};
        put(made, name, H5T_STD_U8LE, 1, dims, 0, NULL, H5P_DEFAULT);
    }
    H5Fclose(made);
    fcnn_hdf5_info info;
    fcnn_hdf5_file *file = open_fatal(path);
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/x", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("/i [1], /j [1], ...");
    CU_ASSERT_PTR_NULL(strstr(fcnn_error_text(), "/k"));
    fcnn_hdf5_close(file);
}

static void booleans_are_numbers(void)
{
    const char *path = harness_path("booleans.h5");
    const hsize_t dims[] = {3};
    const int8_t yes = 1, no = 0;
    const int8_t values[] = {1, 0, 1};
    const uint16_t bits[] = {513, 0, 65535};
    const hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8);
    H5Tenum_insert(boolean, "FALSE", &no);
    H5Tenum_insert(boolean, "TRUE", &yes);
    hid_t made = make_file(path);
    put(made, "boolean", boolean, 1, dims, boolean, values, H5P_DEFAULT);
    put(made, "bits", H5T_STD_B16BE, 1, dims, H5T_NATIVE_B16, bits, H5P_DEFAULT);
    H5Tclose(boolean);
    H5Fclose(made);
    fcnn_hdf5_file *file = open_fatal(path);
    fcnn_hdf5_info info;
    HARNESS_OK(fcnn_hdf5_describe(file, "/boolean", &info));
    CU_ASSERT_EQUAL(info.type, FCNN_TYPE_INT8);
    int8_t read[3];
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/boolean", 0, 3, read));
    CU_ASSERT(read[0] == 1 && read[1] == 0 && read[2] == 1);
    HARNESS_OK(fcnn_hdf5_describe(file, "/bits", &info));
    CU_ASSERT_EQUAL(info.type, FCNN_TYPE_UINT16);
    uint16_t wide[2];
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/bits", 1, 2, wide));
    CU_ASSERT(wide[0] == 0 && wide[1] == 65535);
    fcnn_hdf5_close(file);
    expect_all_closed();
}

typedef struct table_row {
    double time;
    int16_t count;
    int8_t is_hot;
} table_row;

static void members_of_records_are_read(void)
{
    const char *path = harness_path("records.h5");
    const hsize_t dims[] = {4};
    const table_row rows[] = {{0.5, -1, 0}, {1.5, 300, 1}, {2.5, 7, 0}, {3.5, 9, 1}};
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(table_row));
    H5Tinsert(type, "time", HOFFSET(table_row, time), H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "count", HOFFSET(table_row, count), H5T_NATIVE_INT16);
    H5Tinsert(type, "is_hot", HOFFSET(table_row, is_hot), H5T_NATIVE_B8);
    hid_t made = make_file(path);
    put(made, "table", type, 1, dims, type, rows, H5P_DEFAULT);
    put(made, "odd:name", H5T_NATIVE_DOUBLE, 1, dims, H5T_NATIVE_DOUBLE, (const double[]){1, 2, 3, 4}, H5P_DEFAULT);
    H5Tclose(type);
    H5Fclose(made);
    fcnn_hdf5_file *file = open_fatal(path);
    fcnn_hdf5_info info;
    int16_t counts[2];
    double times[4];
    uint8_t hot[4];
    HARNESS_OK(fcnn_hdf5_describe(file, "/table:count", &info));
    CU_ASSERT(info.type == FCNN_TYPE_INT16 && info.rank == 1 && info.dims[0] == 4);
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/table:count", 1, 2, counts));
    CU_ASSERT(counts[0] == 300 && counts[1] == 7);
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/table:time", 0, 4, times));
    CU_ASSERT(times[0] == 0.5 && times[3] == 3.5);
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/table:is_hot", 0, 4, hot));
    CU_ASSERT(hot[0] == 0 && hot[1] == 1 && hot[3] == 1);
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/odd:name", 0, 4, times));
    CU_ASSERT_EQUAL(times[1], 2);
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/table:heat", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("there is no such member; the records have :time, :count, :is_hot");
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/nowhere:time", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("there is no dataset /nowhere");
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/table", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("name their members: /table:time, /table:count, /table:is_hot");
    fcnn_hdf5_close(file);
    expect_all_closed();
}

static void expect_texts(fcnn_hdf5_file *file, const char *name)
{
    char *texts[2] = {NULL};
    fcnn_hdf5_info info;
    HARNESS_OK(fcnn_hdf5_describe(file, name, &info));
    CU_ASSERT_TRUE(info.is_text);
    HARNESS_OK(read_once_strings(file, name, 1, 2, texts));
    CU_ASSERT_STRING_EQUAL(texts[0], "dog");
    CU_ASSERT_STRING_EQUAL(texts[1], "horse");
    free(texts[0]);
    free(texts[1]);
    HARNESS_STATUS(read_once_strings(file, name, 2, 2, texts), FCNN_ESHAPE);
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, name, 0, 1, texts), FCNN_EDATA);
    HARNESS_ERROR_HAS("holds strings, not numbers");
}

static void strings_of_every_kind_are_read(void)
{
    const char *path = harness_path("texts.h5");
    const hsize_t dims[] = {3, 1};
    const char *const words[] = {"cat", "dog ", "horse"};
    const hid_t variable = H5Tcopy(H5T_C_S1), fixed = H5Tcopy(H5T_C_S1), blanks = H5Tcopy(H5T_FORTRAN_S1);
    H5Tset_size(variable, H5T_VARIABLE);
    H5Tset_size(fixed, 5); /* no room for a zero behind "horse" */
    H5Tset_strpad(fixed, H5T_STR_NULLPAD);
    H5Tset_size(blanks, 7);
    hid_t made = make_file(path);
    put(made, "variable", variable, 2, dims, variable, words, H5P_DEFAULT);
    put(made, "fixed", fixed, 1, dims, fixed, "cat\0\0dog\0\0horse", H5P_DEFAULT);
    put(made, "blanks", blanks, 1, dims, blanks, "cat    dog    horse  ", H5P_DEFAULT);
    H5Tclose(variable);
    H5Tclose(fixed);
    H5Tclose(blanks);
    H5Fclose(made);
    fcnn_hdf5_file *file = open_fatal(path);
    expect_texts(file, "/variable");
    expect_texts(file, "/fixed");
    expect_texts(file, "/blanks");
    fcnn_hdf5_close(file);
    expect_all_closed();
}

/* libhdf5 1.10 would copy all of a string to where there is room for the length that is claimed. */
static void strings_that_are_not_there_are_refused(void)
{
    enum { LENGTH = 171 };
    static char word[LENGTH + 1];
    const char *path = harness_path("claims.h5"), *const words[] = {"cat", word, ""};
    const hsize_t dims[] = {3};
    static unsigned char bytes[1 << 16];
    const unsigned char claims[] = {LENGTH, 0, 0, 0};
    const hid_t variable = H5Tcopy(H5T_C_S1);
    H5Tset_size(variable, H5T_VARIABLE);
    memset(word, 'w', LENGTH);
    hid_t made = formats_create(path, false); /* the reference is spoilt, which newer formats have sums over */
    put(made, "words", variable, 1, dims, variable, words, H5P_DEFAULT);
    H5Tclose(variable);
    H5Fclose(made);
    FILE *stream = fopen(path, "r+b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    const size_t size = fread(bytes, 1, sizeof bytes, stream);
    size_t at = 0; /* of the reference: a length, and an address of few bytes */
    while (at + 12 < size && (memcmp(bytes + at, claims, 4) != 0 || memcmp(bytes + at + 8, "\0\0\0\0", 4) != 0)) {
        at++;
    }
    for (int longer = -1; longer <= 1; longer++) {
        char *texts[3] = {NULL};
        fcnn_hdf5_file *file = NULL;
        fseek(stream, (long)at, SEEK_SET);
        fputc(LENGTH + longer, stream);
        fflush(stream);
        file = open_fatal(path);
        HARNESS_STATUS(read_once_strings(file, "/words", 0, 3, texts), longer == 1 ? FCNN_EDATA : FCNN_OK);
        if (longer == 1) {
            HARNESS_ERROR_HAS("the string of row 1 (counting from 0) is not in the file");
            CU_ASSERT_PTR_NULL(texts[0]);
        } else {
            CU_ASSERT_STRING_EQUAL(texts[0], "cat");
            CU_ASSERT_EQUAL(strlen(texts[1]), (size_t)(LENGTH + longer));
            CU_ASSERT_STRING_EQUAL(texts[2], "");
        }
        for (int i = 0; i < 3; i++) {
            free(texts[i]);
        }
        fcnn_hdf5_close(file);
        expect_all_closed();
    }
    fclose(stream);
}

static void other_classes_are_refused(void)
{
    const char *path = harness_path("classes.h5");
    const hsize_t dims[] = {3}, huge[] = {(hsize_t)1 << 40, (hsize_t)1 << 40}, empty[] = {0, (hsize_t)1 << 40};
    const hid_t record = H5Tcreate(H5T_COMPOUND, 16), opaque = H5Tcreate(H5T_OPAQUE, 8);
    const hid_t list = H5Tvlen_create(H5T_NATIVE_INT);
    const hid_t wide = changed_type(H5T_NATIVE_INT64, 16, H5T_ORDER_LE);
    const hid_t chunked = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {16, 16};
    H5Pset_chunk(chunked, 2, chunk);
    H5Tinsert(record, "a", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(record, "b", 8, H5T_NATIVE_DOUBLE);
    H5Tset_tag(opaque, "NUMPY:<M8[D]");
    const struct {
        const char *name, *message;
        hid_t type;
    } cases[] = {{"/record", "/record holds compound records", record},
                 {"/opaque",
                  "/opaque holds opaque bytes, which the program that wrote them alone can read (NUMPY:<M8[D])",
                  opaque},
                 {"/list", "/list holds lists of variable length, not numbers", list},
                 {"/time", "/time holds times of HDF5's class of times, which no HDF5 can convert", H5T_UNIX_D32LE},
                 {"/reference", "/reference holds references to other datasets", H5T_STD_REF_OBJ},
                 {"/wide", "/wide holds integers of 16 bytes; at most 8 can be read", wide}};
    const size_t count = sizeof cases / sizeof *cases;
    hid_t made = make_file(path);
    for (size_t k = 0; k < count; k++) {
        put(made, cases[k].name, cases[k].type, 1, dims, 0, NULL, H5P_DEFAULT);
    }
    put(made, "/nothing", H5T_NATIVE_INT, -1, NULL, 0, NULL, H5P_DEFAULT);
    put(made, "/huge", H5T_NATIVE_INT, 2, huge, 0, NULL, chunked);
    put(made, "/empty", H5T_NATIVE_INT, 2, empty, 0, NULL, H5P_DEFAULT);
    H5Tclose(record);
    H5Tclose(opaque);
    H5Tclose(list);
    H5Tclose(wide);
    H5Pclose(chunked);
    H5Fclose(made);
    fcnn_hdf5_file *file = open_fatal(path);
    fcnn_hdf5_info info;
    for (size_t k = 0; k < count; k++) {
        HARNESS_STATUS(fcnn_hdf5_describe(file, cases[k].name, &info), FCNN_EDATA);
        HARNESS_ERROR_HAS(cases[k].message);
    }
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/nothing", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("/nothing has no data");
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/huge", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("/huge claims more elements than can be counted");
    HARNESS_OK(fcnn_hdf5_describe(file, "/empty", &info));
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/empty", 0, 0, &info));
    HARNESS_OK(read_once_columns(file, "/empty", 0, 5, &info));
    fcnn_hdf5_close(file);
    expect_all_closed();
}

/* ---- bad files ---- */

static char *bytes_of(const char *path, size_t *length)
{
    struct stat info = {0};
    stat(path, &info);
    char *bytes = malloc((size_t)info.st_size + 1);
    FILE *file = fopen(path, "rb");
    *length = file != NULL ? fread(bytes, 1, (size_t)info.st_size, file) : 0;
    fclose(file);
    return bytes;
}

static void put_bytes(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    fwrite(bytes, 1, length, file);
    fclose(file);
}

static void files_that_are_not_hdf5_are_refused(void)
{
    fcnn_hdf5_file *file = NULL;
    HARNESS_STATUS(fcnn_hdf5_open(harness_path("absent.h5"), &file), FCNN_EINPUT);
    HARNESS_ERROR_HAS("absent.h5: cannot be read: No such file or directory");
    HARNESS_STATUS(fcnn_hdf5_open("/", &file), FCNN_EINPUT);
    HARNESS_ERROR_HAS("/: is a folder, not an HDF5 file");
    HARNESS_STATUS(fcnn_hdf5_open("/dev/null", &file), FCNN_EINPUT);
    HARNESS_ERROR_HAS("/dev/null: is no regular file, not an HDF5 file");
    const char *path = harness_path("text.h5");
    put_bytes(path, "", 0);
    HARNESS_STATUS(fcnn_hdf5_open(path, &file), FCNN_EDATA);
    HARNESS_ERROR_HAS("is empty, not an HDF5 file");
    put_bytes(path, "1,2,3\n", 6);
    HARNESS_STATUS(fcnn_hdf5_open(path, &file), FCNN_EDATA);
    HARNESS_ERROR_HAS("is not an HDF5 file");
    if (geteuid() != 0) {
        chmod(path, 0);
        HARNESS_STATUS(fcnn_hdf5_open(path, &file), FCNN_EINPUT);
        HARNESS_ERROR_HAS("Permission denied");
    }
    CU_ASSERT_PTR_NULL(file);
    fcnn_hdf5_close(NULL);
    expect_all_closed();
}

/* A file cut anywhere is refused when it is opened. */
static void truncated_files_are_refused(void)
{
    const char *path = harness_path("whole.h5"), *cut = harness_path("cut.h5");
    const hsize_t dims[] = {20, 3};
    static const double values[60];
    hid_t made = make_file(path);
    put(made, "/x", H5T_IEEE_F64LE, 2, dims, H5T_NATIVE_DOUBLE, values, H5P_DEFAULT);
    H5Fclose(made);
    size_t length;
    char *bytes = bytes_of(path, &length);
    for (size_t kept = 0; kept < length; kept += 7) {
        fcnn_hdf5_file *file = NULL;
        put_bytes(cut, bytes, kept);
        HARNESS_STATUS(fcnn_hdf5_open(cut, &file), FCNN_EDATA);
        HARNESS_ERROR_HAS(cut);
        CU_ASSERT_PTR_NULL(strchr(fcnn_error_text(), '\n'));
    }
    free(bytes);
    expect_all_closed();
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
        put(made, "x", H5T_IEEE_F64LE, 2, dims, 0, NULL, filled);
        H5Pclose(filled);
        H5Pclose(creation);
        H5Fclose(made);
        double out[10] = {0};
        fcnn_hdf5_file *file = open_fatal(path);
        HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, 5, out));
        CU_ASSERT_EQUAL(out[0], 7);
        CU_ASSERT_EQUAL(out[9], 7);
        fcnn_hdf5_close(file);
    }
    expect_all_closed();
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
    hid_t made = make_file(path), chunked = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(chunked, 2, wide);
    put(made, "wide", H5T_IEEE_F32LE, 2, dims, H5T_NATIVE_FLOAT, values, chunked);
    H5Pset_chunk(chunked, 2, narrow);
    put(made, "narrow", H5T_IEEE_F32LE, 2, dims, H5T_NATIVE_FLOAT, values, chunked);
    H5Pclose(chunked);
    H5Fclose(made);

    fcnn_hdf5_file *file = open_fatal(path);
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
    expect_all_closed();
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

        fcnn_hdf5_file *file = open_fatal(path);
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
    expect_all_closed();
}

/* A chunk whose checksum is wrong gives a message, not other values. */
static void a_damaged_chunk_is_an_error(void)
{
    const char *path = harness_path("damaged.h5");
    const hsize_t dims[] = {4, 8}, chunk[] = {2, 8};
    char values[33] = "abcdefghijklmnopqrstuvwxyz012345", out[33] = "";
    hid_t made = make_file(path), checked = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(checked, 2, chunk);
    H5Pset_fletcher32(checked);
    put(made, "/x", H5T_STD_I8LE, 2, dims, H5T_NATIVE_INT8, values, checked);
    H5Pclose(checked);
    H5Fclose(made);
    size_t length;
    char *bytes = bytes_of(path, &length);
    char *second = memmem(bytes, length, "qrstuvwx", 8);
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    second[3] ^= 1;
    put_bytes(path, bytes, length);
    free(bytes);
    fcnn_hdf5_file *file = open_fatal(path);
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, 2, out));
    CU_ASSERT(harness_same_text(out, "abcdefghijklmnop"));
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, "/x", 1, 2, out), FCNN_EDATA);
    HARNESS_ERROR_HAS("dataset /x cannot be read: ");
    HARNESS_STATUS(read_once_columns(file, "/x", 0, 8, out), FCNN_EDATA);
    fcnn_hdf5_close(file);
    expect_all_closed();
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
    H5Fclose(make_file(path));
    H5E_auto2_t before, after;
    void *before_data, *after_data;
    H5Eget_auto2(H5E_DEFAULT, &before, &before_data);
    H5Eset_auto2(H5E_DEFAULT, callers_printer, &printed);
    fcnn_hdf5_file *file = open_fatal(path);
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/x", &info), FCNN_EDATA);
    CU_ASSERT_EQUAL(printed, 0);
    fcnn_hdf5_close(file);
    H5Eget_auto2(H5E_DEFAULT, &after, &after_data);
    CU_ASSERT(after == callers_printer && after_data == &printed);
    H5Eset_auto2(H5E_DEFAULT, before, before_data);
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
    expect_all_closed();
}

HARNESS_MAIN("hdf5", {"every type is read", every_type_is_read},
             {"types have sizes and names", types_have_sizes_and_names},
             {"rows are read in parts", rows_are_read_in_parts}, {"columns become rows", columns_become_rows},
             {"many columns become rows", many_columns_become_rows},
             {"missing datasets are named", missing_datasets_are_named},
             {"at most ten datasets are listed", at_most_ten_datasets_are_listed},
             {"booleans are numbers", booleans_are_numbers},
             {"members of records are read", members_of_records_are_read},
             {"strings of every kind are read", strings_of_every_kind_are_read},
             {"strings that are not there are refused", strings_that_are_not_there_are_refused},
             {"other classes are refused", other_classes_are_refused},
             {"files that are not HDF5 are refused", files_that_are_not_hdf5_are_refused},
             {"truncated files are refused", truncated_files_are_refused},
             {"what was never written is filled", what_was_never_written_is_filled},
             {"packed chunks are those of HDF5", packed_chunks_are_those_of_hdf5},
             {"little is read for little", little_is_read_for_little},
             {"a damaged chunk is an error", a_damaged_chunk_is_an_error},
             {"the caller's error printing is kept", the_callers_error_printing_is_kept},
             {"threads take turns", threads_take_turns})
