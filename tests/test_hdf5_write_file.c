/* tests/test_hdf5_write_file.c — HDF5 files written beside their place and renamed. */
#include "harness.h"
#include "hdf5_files.h"

#include "hdf5/dataset.h"

#include <hdf5.h>

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ROWS = 6 };

static const fcnn_hdf5_info pairs = {.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {ROWS, 2}};

/* Writes a dataset of rows first + 0, first + 1, … in two parts, with an attribute. */
static fcnn_status write_pairs(fcnn_hdf5_writer *output, const char *name, double first)
{
    static const char *const titles[] = {"one", "zweiundö"};
    double values[ROWS * 2];
    for (int k = 0; k < ROWS * 2; k++) {
        values[k] = first + k;
    }
    fcnn_status status = fcnn_hdf5_writer_dataset(output, name, &pairs);
    status = status != FCNN_OK ? status : fcnn_hdf5_writer_rows(output, name, 4, 2, values + 8);
    status = status != FCNN_OK ? status : fcnn_hdf5_writer_rows(output, name, 0, 4, values);
    status = status != FCNN_OK ? status : fcnn_hdf5_writer_rows(output, name, 3, 0, NULL);
    return status != FCNN_OK ? status : fcnn_hdf5_writer_strings(output, name, "columns", 2, titles);
}

static void write_file(const char *path, const char *name, double first)
{
    fcnn_hdf5_writer *output = NULL;
    HARNESS_OK(fcnn_hdf5_writer_create(path, &output));
    CU_ASSERT_PTR_NOT_NULL_FATAL(output);
    HARNESS_OK(write_pairs(output, name, first));
    HARNESS_OK(fcnn_hdf5_writer_commit(output));
}

/* The sum of a dataset that write_pairs made, or −1 if there is none. */
static double sum_of(const char *path, const char *name)
{
    fcnn_hdf5_file *file = NULL;
    double values[ROWS * 2] = {0}, sum = 0;
    if (fcnn_hdf5_open(path, &file) != FCNN_OK) {
        return -1;
    }
    const fcnn_status status = fcnn_hdf5_read_rows(file, name, 0, ROWS, values);
    fcnn_hdf5_close(file);
    for (int k = 0; k < ROWS * 2; k++) {
        sum += values[k] * (k + 1);
    }
    return status == FCNN_OK ? sum : -1;
}

/* Σ (first + k)(k + 1) over k = 0 … 11 */
static double expected_sum(double first)
{
    return first * 78 + 572;
}

static void a_file_appears_at_the_commit(void)
{
    const char *path = harness_path("new.h5");
    fcnn_hdf5_writer *output = NULL;
    HARNESS_OK(fcnn_hdf5_writer_create(path, &output));
    HARNESS_OK(write_pairs(output, "/train/deep/x", 5));
    CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
    CU_ASSERT_EQUAL(harness_temporaries(), 1);
    HARNESS_OK(fcnn_hdf5_writer_commit(output));
    CU_ASSERT_EQUAL(sum_of(path, "/train/deep/x"), expected_sum(5));
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
    hdf5_files_expect_closed();
}

static void a_file_is_replaced_at_the_commit(void)
{
    const char *path = harness_path("old.h5");
    fcnn_hdf5_writer *output = NULL;
    write_file(path, "/x", 1);
    HARNESS_OK(fcnn_hdf5_writer_create(path, &output));
    HARNESS_OK(write_pairs(output, "/y", 2));
    CU_ASSERT_EQUAL(sum_of(path, "/x"), expected_sum(1));
    fcnn_hdf5_writer_abandon(output);
    CU_ASSERT_EQUAL(sum_of(path, "/x"), expected_sum(1));
    write_file(path, "/y", 2);
    CU_ASSERT_EQUAL(sum_of(path, "/x"), -1);
    CU_ASSERT_EQUAL(sum_of(path, "/y"), expected_sum(2));
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
    fcnn_hdf5_writer_abandon(NULL);
    hdf5_files_expect_closed();
}

static void a_group_is_appended(void)
{
    const char *path = harness_path("append.h5");
    for (int part = 0; part < 3; part++) { /* the first makes the file */
        char name[32];
        snprintf(name, sizeof name, "/part%d/x", part);
        fcnn_hdf5_writer *output = NULL;
        HARNESS_OK(fcnn_hdf5_writer_append(path, &output));
        HARNESS_OK(fcnn_hdf5_writer_require_absent(output, name));
        HARNESS_OK(write_pairs(output, name, part));
        HARNESS_OK(fcnn_hdf5_writer_commit(output));
    }
    for (int part = 0; part < 3; part++) {
        char name[32];
        snprintf(name, sizeof name, "/part%d/x", part);
        CU_ASSERT_EQUAL(sum_of(path, name), expected_sum(part));
    }
    hdf5_files_expect_closed();
}

static void what_exists_is_kept(void)
{
    const char *path = harness_path("exists.h5");
    fcnn_hdf5_writer *output = NULL;
    write_file(path, "/train/x", 1);
    HARNESS_OK(fcnn_hdf5_writer_append(path, &output));
    HARNESS_STATUS(fcnn_hdf5_writer_require_absent(output, "/train"), FCNN_EDATA);
    HARNESS_ERROR_HAS("exists.h5: /train already exists");
    HARNESS_STATUS(fcnn_hdf5_writer_dataset(output, "/train/x", &pairs), FCNN_EDATA);
    HARNESS_ERROR_HAS("exists.h5: /train/x already exists");
    HARNESS_STATUS(fcnn_hdf5_writer_dataset(output, "/train/x/y", &pairs), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("/train/x/y cannot be created");
    fcnn_hdf5_writer_abandon(output);
    HARNESS_ERROR_HAS("/train/x/y cannot be created"); /* abandoning keeps the text */
    CU_ASSERT_EQUAL(sum_of(path, "/train/x"), expected_sum(1));
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
    hdf5_files_expect_closed();
}

static void rows_outside_are_refused(void)
{
    const double values[ROWS * 2] = {0};
    fcnn_hdf5_writer *output = NULL;
    HARNESS_OK(fcnn_hdf5_writer_create(harness_path("rows.h5"), &output));
    HARNESS_OK(fcnn_hdf5_writer_dataset(output, "/x", &pairs));
    HARNESS_STATUS(fcnn_hdf5_writer_rows(output, "/x", 5, 2, values), FCNN_ESHAPE);
    HARNESS_STATUS(fcnn_hdf5_writer_rows(output, "/x", 7, 0, values), FCNN_ESHAPE);
    HARNESS_STATUS(fcnn_hdf5_writer_rows(output, "/x", 1, INT64_MAX, values), FCNN_ESHAPE);
    HARNESS_STATUS(fcnn_hdf5_writer_rows(output, "/y", 0, 1, values), FCNN_EOUTPUT);
    fcnn_hdf5_writer_abandon(output);
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
    hdf5_files_expect_closed();
}

static void only_hdf5_files_are_appended_to(void)
{
    const char *path = harness_path("no.h5");
    fcnn_hdf5_writer *output = NULL;
    FILE *file = fopen(path, "wb");
    fputs("1,2,3\n", file);
    fclose(file);
    HARNESS_STATUS(fcnn_hdf5_writer_append(path, &output), FCNN_EDATA);
    HARNESS_ERROR_HAS("no.h5: is not an HDF5 file");
    HARNESS_STATUS(fcnn_hdf5_writer_append("/", &output), FCNN_EINPUT);
    HARNESS_STATUS(fcnn_hdf5_writer_create("/", &output), FCNN_EOUTPUT);
    HARNESS_STATUS(fcnn_hdf5_writer_append(harness_path("absent/a.h5"), &output), FCNN_EOUTPUT);
    CU_ASSERT_PTR_NULL(output);
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
}

/* Two processes that append to one file: the later one is told, and the earlier one's group stays. */
static void a_change_meanwhile_is_noticed(void)
{
    const char *path = harness_path("shared.h5");
    fcnn_hdf5_writer *one = NULL, *two = NULL;
    write_file(path, "/x", 1);
    HARNESS_OK(fcnn_hdf5_writer_append(path, &one));
    HARNESS_OK(fcnn_hdf5_writer_append(path, &two));
    HARNESS_OK(write_pairs(one, "/one", 2));
    HARNESS_OK(write_pairs(two, "/two", 3));
    HARNESS_OK(fcnn_hdf5_writer_commit(two));
    HARNESS_STATUS(fcnn_hdf5_writer_commit(one), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("shared.h5: has been changed by another program");
    CU_ASSERT_EQUAL(sum_of(path, "/two"), expected_sum(3));
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
    hdf5_files_expect_closed();
}

static size_t bytes_of(const char *path, char *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    const size_t length = fread(bytes, 1, size, file);
    fclose(file);
    return length;
}

/* No time of day in the file. */
static void equal_content_makes_equal_bytes(void)
{
    static char first[65536], second[65536];
    const char *one = harness_path("one.h5"), *two = harness_path("two.h5");
    write_file(one, "/train/x", 1);
    sleep(1);
    write_file(two, "/train/x", 1);
    const size_t length = bytes_of(one, first, sizeof first);
    CU_ASSERT(length > 96 && length < sizeof first);
    CU_ASSERT_EQUAL(bytes_of(two, second, sizeof second), length);
    CU_ASSERT_EQUAL(memcmp(first, second, length), 0);
}

/* The rows of a chunk of a dataset that was written; 0 if it lies in one piece. */
static int64_t chunk_rows(const fcnn_hdf5_info *info)
{
    const char *path = harness_path("chunks.h5");
    fcnn_hdf5_writer *output = NULL;
    hsize_t chunk[FCNN_HDF5_RANK_MAX] = {0};
    HARNESS_OK(fcnn_hdf5_writer_create(path, &output));
    HARNESS_OK(fcnn_hdf5_writer_dataset(output, "/x", info));
    HARNESS_OK(fcnn_hdf5_writer_commit(output));
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t dataset = H5Dopen2(file, "/x", H5P_DEFAULT);
    const hid_t creation = H5Dget_create_plist(dataset);
    const bool is_chunked = H5Pget_layout(creation) == H5D_CHUNKED;
    if (is_chunked) {
        CU_ASSERT_EQUAL(H5Pget_chunk(creation, FCNN_HDF5_RANK_MAX, chunk), info->rank);
        for (int d = 1; d < info->rank; d++) {
            CU_ASSERT_EQUAL((int64_t)chunk[d], info->dims[d]); /* whole rows */
        }
    } else {
        CU_ASSERT_EQUAL(H5Pget_layout(creation), H5D_CONTIGUOUS);
    }
    H5Pclose(creation);
    H5Dclose(dataset);
    H5Fclose(file);
    return is_chunked ? (int64_t)chunk[0] : 0;
}

static void chunks_are_of_whole_rows(void)
{
    enum { FITTING = 1048576 / 784 }; /* 28 x 28 bytes a row */
    const fcnn_hdf5_info cases[] = {
        {.type = FCNN_TYPE_UINT8, .rank = 3, .dims = {60000, 28, 28}},
        {.type = FCNN_TYPE_UINT8, .rank = 3, .dims = {FITTING + 1, 28, 28}},
        {.type = FCNN_TYPE_UINT8, .rank = 3, .dims = {FITTING, 28, 28}},
        {.type = FCNN_TYPE_INT32, .rank = 1, .dims = {262145}},
        {.type = FCNN_TYPE_INT32, .rank = 1, .dims = {262144}},
        {.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {3, 200000}},
        {.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {1, 200000}},
        {.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {0, 4}},
    };
    const int64_t rows[] = {FITTING, FITTING, 0, 262144, 0, 1, 0, 0};
    harness_sizes("hdf5_chunk_bytes=1048576");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CU_ASSERT_EQUAL(chunk_rows(&cases[i]), rows[i]);
    }
    hdf5_files_expect_closed();
}

/* On every machine; what is read is what was written. */
static void numbers_are_stored_little_endian(void)
{
    const char *path = harness_path("order.h5");
    fcnn_hdf5_writer *output = NULL;
    fcnn_hdf5_file *file = NULL;
    HARNESS_OK(fcnn_hdf5_writer_create(path, &output));
#define PUT(kind, element, text)                                                        \
    {                                                                                   \
        const fcnn_hdf5_info info = {.type = kind, .rank = 1, .dims = {2}};             \
        HARNESS_OK(fcnn_hdf5_writer_dataset(output, "/" text, &info));                  \
        HARNESS_OK(fcnn_hdf5_writer_rows(output, "/" text, 0, 2, (element[]){100, 3})); \
    }
    FCNN_TYPE_TABLE(PUT)
#undef PUT
    HARNESS_OK(fcnn_hdf5_writer_commit(output));
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
#define CHECK(kind, element, text) CU_ASSERT_TRUE(formats_is_little_endian(id, text));
    FCNN_TYPE_TABLE(CHECK)
#undef CHECK
    H5Fclose(id);
    HARNESS_OK(fcnn_hdf5_open(path, &file));
#define READ(kind, element, text)                                    \
    {                                                                \
        element read[2] = {0};                                       \
        HARNESS_OK(fcnn_hdf5_read_rows(file, "/" text, 0, 2, read)); \
        CU_ASSERT(read[0] == (element)100 && read[1] == (element)3); \
    }
    FCNN_TYPE_TABLE(READ)
#undef READ
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

/* So many names take more than the 64 KB that an attribute had in HDF5's first format. */
static void many_names_are_stored(void)
{
    enum { NAMES = 20000, WIDTH = 7 };
    const char *path = harness_path("names.h5");
    fcnn_hdf5_info named = pairs;
    char(*texts)[WIDTH + 1] = malloc(NAMES * sizeof *texts);
    const char **names = malloc(NAMES * sizeof *names);
    for (int i = 0; i < NAMES; i++) {
        snprintf(texts[i], sizeof *texts, "c%d", i % 100000);
        names[i] = texts[i];
    }
    snprintf(texts[7], sizeof *texts, "größe"); /* the widest, in bytes */
    fcnn_hdf5_writer *output = NULL;
    HARNESS_OK(fcnn_hdf5_writer_create(path, &output));
    named.label_bytes = fcnn_hdf5_attribute_bytes(NAMES, names);
    CU_ASSERT_EQUAL(named.label_bytes, NAMES * (WIDTH));
    HARNESS_OK(fcnn_hdf5_writer_dataset(output, "/x", &named));
    HARNESS_OK(fcnn_hdf5_writer_strings(output, "/x", "columns", NAMES, names));
    HARNESS_OK(fcnn_hdf5_writer_dataset(output, "/y", &pairs)); /* in the earliest format again, without the room */
    HARNESS_STATUS(fcnn_hdf5_writer_strings(output, "/y", "columns", NAMES, names), FCNN_EOUTPUT);
    HARNESS_OK(fcnn_hdf5_writer_commit(output));
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t attribute = H5Aopen_by_name(file, "/x", "columns", H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute);
    char *stored = calloc(NAMES + 1, 16);
    CU_ASSERT_EQUAL(H5Aget_storage_size(attribute), NAMES * H5Tget_size(type));
    CU_ASSERT_EQUAL(H5Tget_cset(type), H5T_CSET_UTF8);
    CU_ASSERT(H5Tget_size(type) <= 16 && H5Aread(attribute, type, stored) >= 0);
    int wrong = 0;
    for (size_t i = 0; i < NAMES; i++) {
        wrong += strncmp(stored + i * H5Tget_size(type), names[i], H5Tget_size(type)) != 0;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    H5Tclose(type);
    H5Aclose(attribute);
    H5Fclose(file);
    free(stored);
    free(names);
    free(texts);
    hdf5_files_expect_closed();
}

/* Writes some megabytes, in chunks, under a limit of bytes a file; the status of the first step that failed. */
static fcnn_status write_under_limit(const char *path, bool append, rlim_t limit)
{
    enum { BYTES = 3000000 };
    harness_sizes("hdf5_chunk_bytes=100003");
    const fcnn_hdf5_info info = {.type = FCNN_TYPE_UINT8, .rank = 1, .dims = {BYTES}};
    static const char *const titles[] = {"a"};
    static char bytes[BYTES];
    struct rlimit before, tight;
    getrlimit(RLIMIT_FSIZE, &before);
    tight = before;
    tight.rlim_cur = limit;
    setrlimit(RLIMIT_FSIZE, &tight);
    fcnn_hdf5_writer *output = NULL;
    fcnn_status status = append ? fcnn_hdf5_writer_append(path, &output) : fcnn_hdf5_writer_create(path, &output);
    if (status == FCNN_OK) {
        status = fcnn_hdf5_writer_dataset(output, "/b", &info);
        status = status != FCNN_OK ? status : fcnn_hdf5_writer_rows(output, "/b", 0, BYTES, bytes);
        status = status != FCNN_OK ? status : fcnn_hdf5_writer_strings(output, "/b", "columns", 1, titles);
        if (status == FCNN_OK) {
            status = fcnn_hdf5_writer_commit(output);
        } else {
            fcnn_hdf5_writer_abandon(output);
        }
    }
    setrlimit(RLIMIT_FSIZE, &before);
    return status;
}

/* Wherever the disk is full, the answer is a message; HDF5 alone would crash when the process ends. */
static void a_full_disk_is_survived(void)
{
    const char *path = harness_path("full.h5");
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    write_file(path, "/x", 1);
    for (int append = 0; append < 2; append++) {
        for (rlim_t limit = 0; limit < 3000000; limit = limit * 5 / 4 + 64) {
            const fcnn_status status = write_under_limit(path, append != 0, limit);
            HARNESS_STATUS(status, FCNN_EOUTPUT);
            HARNESS_ERROR_HAS("full.h5: cannot be written: File too large");
            CU_ASSERT_EQUAL(harness_temporaries(), 0);
        }
        CU_ASSERT_EQUAL(sum_of(path, "/x"), expected_sum(1));
    }
    HARNESS_OK(write_under_limit(path, true, 4 << 20));
    CU_ASSERT_EQUAL(sum_of(path, "/x"), expected_sum(1));
    signal(SIGXFSZ, before);
    hdf5_files_expect_closed();
}

HARNESS_MAIN("hdf5_write_file", {"a file appears at the commit", a_file_appears_at_the_commit},
             {"a file is replaced at the commit", a_file_is_replaced_at_the_commit},
             {"a group is appended", a_group_is_appended}, {"what exists is kept", what_exists_is_kept},
             {"rows outside are refused", rows_outside_are_refused},
             {"only HDF5 files are appended to", only_hdf5_files_are_appended_to},
             {"a change meanwhile is noticed", a_change_meanwhile_is_noticed},
             {"equal content makes equal bytes", equal_content_makes_equal_bytes},
             {"chunks are of whole rows", chunks_are_of_whole_rows},
             {"numbers are stored little-endian", numbers_are_stored_little_endian},
             {"many names are stored", many_names_are_stored}, {"a full disk is survived", a_full_disk_is_survived})
