/* tests/test_hdf5_holes.c — storage that no one has written: every way of reading gives the fill value there, or fails
 * and counts the rows.  Memory is full of other numbers before each read. */
#include "harness.h"
#include "hdf5_files.h"
#include "read_once.h"

#include "formats.h"

#include "hdf5/dataset.h"
#include "hdf5/image.h"

#include <hdf5.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 44, COLUMNS = 5, CHUNK_ROWS = 8, CHUNK_COLUMNS = 2, JUNK = 0x55 };

/* Chunks of rows and of columns are numbered from 0; the last ones stick out. */
static bool is_written(int row, int column)
{
    static const bool written[6][3] = {{1, 1, 1}, {1, 0, 1}, {0, 0, 0}, {1, 1, 1}, {1, 1, 0}, {0, 1, 1}};
    return written[row / CHUNK_ROWS][column / CHUNK_COLUMNS];
}

/* By hand: rows 8 to 23 and 32 to 43, and of the columns 0 and 1 alone 16 to 23 and 40 to 43. */
enum { HOLES = 28, FIRST = 8, HOLES_LEFT = 12, FIRST_LEFT = 16 };

static double value_at(int row, int column)
{
    return 1 + 100 * row + column;
}

/* ---- files ---- */

typedef enum filters { PLAIN, PACKED, FILTERS } filters;

/* What is asked of HDF5, and what has to come of it. */
static const struct filling {
    const char *name;
    bool has_value, is_never, is_undefined;
    double value;
    bool is_refused;
} fillings[] = {
    {"default", false, false, false, 0, false},
    {"user", true, false, false, -7, false},
    {"nan", true, false, false, NAN, false},
    {"never with a value", true, true, false, -7, false},
    {"never", false, true, false, 0, true},
    {"undefined", false, false, true, 0, true},
    {"never and undefined", false, true, true, 0, true},
};
enum { FILLINGS = sizeof fillings / sizeof *fillings };

static hid_t creation_of(const struct filling *filling, filters packed, hid_t type, const void *value)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (packed == PACKED) {
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, 4);
    }
    if (filling->has_value || filling->is_undefined) {
        H5Pset_fill_value(creation, type, filling->is_undefined ? NULL : value);
    }
    if (filling->is_never) {
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    }
    return creation;
}

static hid_t create(hid_t file, const char *name, hid_t type, int rank, const hsize_t *dims, hid_t creation)
{
    const hid_t space = H5Screate_simple(rank, dims, NULL);
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    CU_ASSERT_FATAL(dataset >= 0);
    H5Sclose(space);
    return dataset;
}

static void write_box(hid_t dataset, hid_t type, int rank, const hsize_t *start, const hsize_t *count,
                      const void *values)
{
    const hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(rank, count, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
    CU_ASSERT(H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, values) >= 0);
    H5Sclose(memory);
    H5Sclose(space);
}

/* Writes those chunks of [ROWS][COLUMNS], or turned round, that are to be. */
static void write_chunks(hid_t dataset, bool is_turned)
{
    for (int row = 0; row < ROWS; row += CHUNK_ROWS) {
        for (int column = 0; column < COLUMNS; column += CHUNK_COLUMNS) {
            const int rows = ROWS - row < CHUNK_ROWS ? ROWS - row : CHUNK_ROWS;
            const int columns = COLUMNS - column < CHUNK_COLUMNS ? COLUMNS - column : CHUNK_COLUMNS;
            double values[CHUNK_ROWS * CHUNK_COLUMNS];
            for (int i = 0; i < rows * columns; i++) {
                values[i] = is_turned ? value_at(row + i % rows, column + i / rows)
                                      : value_at(row + i / columns, column + i % columns);
            }
            const hsize_t start[] = {(hsize_t)(is_turned ? column : row), (hsize_t)(is_turned ? row : column)};
            const hsize_t count[] = {(hsize_t)(is_turned ? columns : rows), (hsize_t)(is_turned ? rows : columns)};
            if (is_written(row, column)) {
                write_box(dataset, H5T_NATIVE_DOUBLE, 2, start, count, values);
            }
        }
    }
}

/* Big-endian /x [ROWS][COLUMNS], /turned [COLUMNS][ROWS], and /run [ROWS][COLUMNS] of which nothing is written. */
static void make_tables(const char *path, const struct filling *filling, filters packed)
{
    const hid_t file = formats_create_any(path);
    const hsize_t dims[] = {ROWS, COLUMNS}, chunk[] = {CHUNK_ROWS, CHUNK_COLUMNS};
    const hsize_t turned_dims[] = {COLUMNS, ROWS}, turned_chunk[] = {CHUNK_COLUMNS, CHUNK_ROWS};
    for (int i = 0; i < 2; i++) {
        const hid_t creation = creation_of(filling, packed, H5T_NATIVE_DOUBLE, &filling->value);
        H5Pset_chunk(creation, 2, i == 0 ? chunk : turned_chunk);
        const hid_t dataset =
            create(file, i == 0 ? "x" : "turned", H5T_IEEE_F64BE, 2, i == 0 ? dims : turned_dims, creation);
        write_chunks(dataset, i == 1);
        H5Dclose(dataset);
        H5Pclose(creation);
    }
    const hid_t creation = creation_of(filling, PLAIN, H5T_NATIVE_DOUBLE, &filling->value);
    H5Dclose(create(file, "run", H5T_IEEE_F64LE, 2, dims, creation));
    H5Pclose(creation);
    H5Fclose(file);
}

/* ---- numbers ---- */

static bool same(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b;
}

/* Compares rows first … of columns `column` … with what has to be there. */
static void expect_values(const struct filling *filling, bool nothing, int first, int rows, int column, int columns,
                          const double *out)
{
    int wrong = 0;
    for (int i = 0; i < rows * columns; i++) {
        const int row = first + i / columns, at = column + i % columns;
        const double wanted = !nothing && is_written(row, at) ? value_at(row, at) : filling->value;
        wrong += !same(out[i], wanted);
    }
    if (wrong > 0) {
        fprintf(stderr, "%s: %d of %d values from row %d, column %d on are wrong\n", filling->name, wrong,
                rows * columns, first, column);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void expect_refused(fcnn_status status, const char *name, int holes, int all, int first)
{
    char text[200];
    snprintf(text, sizeof text,
             "dataset %s: %d of %d rows were never written, the first is row %d (counting from 0), and it has no fill "
             "value",
             name, holes, all, first);
    HARNESS_STATUS(status, FCNN_EDATA);
    HARNESS_ERROR_HAS(text);
}

static bool has_hole(int first, int rows, int column, int columns)
{
    for (int i = 0; i < rows * columns; i++) {
        if (!is_written(first + i / columns, column + i % columns)) {
            return true;
        }
    }
    return false;
}

/* Reads every box of rows, and of columns, of an open file. */
static void read_all_ways(fcnn_hdf5_file *file, const struct filling *filling)
{
    double out[ROWS * COLUMNS];
    for (int first = 0; first < ROWS; first += 3) {
        for (int rows = 1; rows <= ROWS - first; rows += 7) {
            memset(out, JUNK, sizeof out);
            fcnn_status status = fcnn_hdf5_read_rows(file, "/x", first, rows, out);
            if (filling->is_refused && has_hole(first, rows, 0, COLUMNS)) {
                expect_refused(status, "/x", HOLES, ROWS, FIRST);
            } else {
                HARNESS_OK(status);
                expect_values(filling, false, first, rows, 0, COLUMNS, out);
            }
            const int column = first % COLUMNS, columns = 1 + rows % (COLUMNS - column);
            memset(out, JUNK, sizeof out);
            status = read_once_block(file, "/x", first, rows, column, columns, false, out);
            if (filling->is_refused && has_hole(first, rows, column, columns)) {
                expect_refused(status, "/x", HOLES, ROWS, FIRST);
            } else {
                HARNESS_OK(status);
                expect_values(filling, false, first, rows, column, columns, out);
            }
            memset(out, JUNK, sizeof out);
            status = read_once_columns(file, "/turned", first, rows, out);
            if (filling->is_refused && has_hole(first, rows, 0, COLUMNS)) {
                expect_refused(status, "/turned", HOLES, ROWS, FIRST);
            } else {
                HARNESS_OK(status);
                expect_values(filling, false, first, rows, 0, COLUMNS, out);
            }
        }
    }
    memset(out, JUNK, sizeof out);
    const fcnn_status status = fcnn_hdf5_read_rows(file, "/run", 3, 20, out);
    if (filling->is_refused) {
        expect_refused(status, "/run", ROWS, ROWS, 0);
    } else {
        HARNESS_OK(status);
        expect_values(filling, true, 3, 20, 0, COLUMNS, out);
    }
}

static void every_way_of_reading_gives_the_fill_value(void)
{
    for (int f = 0; f < FILLINGS; f++) {
        for (filters packed = PLAIN; packed < FILTERS; packed++) {
            const char *path = harness_path("holes.h5");
            make_tables(path, &fillings[f], packed);
            fcnn_hdf5_file *file = hdf5_files_open(path);
            read_all_ways(file, &fillings[f]);
            fcnn_hdf5_close(file);
        }
    }
}

static void rows_are_counted(void)
{
    static const char *const values[] = {"0", "-7", "nan", "-7"};
    for (int f = 0; f < FILLINGS; f++) {
        for (filters packed = PLAIN; packed < FILTERS; packed++) {
            const char *path = harness_path("counted.h5");
            make_tables(path, &fillings[f], packed);
            fcnn_hdf5_file *file = hdf5_files_open(path);
            const struct {
                const char *name;
                bool by_columns;
                int64_t first, count, column, columns, rows, first_hole;
            } cases[] = {{"/x", false, 0, ROWS, 0, -1, HOLES, FIRST},
                         {"/turned", true, 0, ROWS, 0, -1, HOLES, FIRST},
                         {"/x", false, 0, ROWS, 0, 2, HOLES_LEFT, FIRST_LEFT},
                         {"/x", false, 12, 8, 2, 3, 8, 12},
                         {"/x", false, 20, 13, 0, 1, 4, 20},
                         {"/x", false, 24, 8, 0, -1, 0, 0},
                         {"/x", false, 0, 8, 0, -1, 0, 0},
                         {"/run", false, 5, 9, 0, -1, 9, 5}};
            for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                fcnn_hdf5_unwritten found;
                const fcnn_status status =
                    read_once_unwritten(file, cases[i].name, cases[i].by_columns, cases[i].first, cases[i].count,
                                        cases[i].column, cases[i].columns, &found);
                if (fillings[f].is_refused && cases[i].rows > 0) {
                    expect_refused(status, cases[i].name, (int)cases[i].rows, (int)cases[i].count,
                                   (int)cases[i].first_hole);
                    continue;
                }
                HARNESS_OK(status);
                CU_ASSERT_EQUAL(found.rows, cases[i].rows);
                CU_ASSERT_EQUAL(found.first, cases[i].first_hole);
                CU_ASSERT(harness_same_text(found.value, cases[i].rows > 0 ? values[f] : ""));
            }
            fcnn_hdf5_close(file);
        }
    }
}

/* ---- members of records, and strings ---- */

typedef struct record {
    double first;
    int16_t second;
} record;

static hid_t record_type(void)
{
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(record));
    H5Tinsert(type, "first", HOFFSET(record, first), H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "second", HOFFSET(record, second), H5T_NATIVE_INT16);
    return type;
}

/* Rows 10 to 19 of 30 are not written. */
static void make_records(const char *path, const struct filling *filling, filters packed)
{
    const hid_t file = formats_create_any(path), type = record_type();
    const record fill = {filling->value, -3};
    const hsize_t dims = 30, chunk = 10;
    const hid_t creation = creation_of(filling, packed, type, &fill);
    record rows[10] = {{0, 0}};
    H5Pset_chunk(creation, 1, &chunk);
    const hid_t dataset = create(file, "t", type, 1, &dims, creation);
    for (hsize_t start = 0; start < 30; start += 20) {
        for (int i = 0; i < 10; i++) {
            rows[i] = (record){value_at((int)start + i, 0), (int16_t)(start + (hsize_t)i)};
        }
        write_box(dataset, type, 1, &start, &chunk, rows);
    }
    H5Dclose(dataset);
    H5Pclose(creation);
    H5Tclose(type);
    H5Fclose(file);
}

static void members_have_the_fill_value_of_their_records(void)
{
    for (int f = 0; f < FILLINGS; f++) {
        for (filters packed = PLAIN; packed < FILTERS; packed++) {
            const char *path = harness_path("records.h5");
            double first[30];
            int16_t second[30];
            make_records(path, &fillings[f], packed);
            fcnn_hdf5_file *file = hdf5_files_open(path);
            memset(first, JUNK, sizeof first);
            memset(second, JUNK, sizeof second);
            if (fillings[f].is_refused) {
                expect_refused(fcnn_hdf5_read_rows(file, "/t:first", 0, 30, first), "/t:first", 10, 30, 10);
                HARNESS_OK(fcnn_hdf5_read_rows(file, "/t:second", 20, 10, second));
                CU_ASSERT_EQUAL(second[9], 29);
            } else {
                HARNESS_OK(fcnn_hdf5_read_rows(file, "/t:first", 0, 30, first));
                HARNESS_OK(fcnn_hdf5_read_rows(file, "/t:second", 5, 20, second));
                for (int i = 0; i < 30; i++) {
                    CU_ASSERT(same(first[i], i / 10 == 1 ? fillings[f].value : value_at(i, 0)));
                    CU_ASSERT(i < 5 || i >= 25 || second[i - 5] == (i / 10 != 1 ? i : fillings[f].has_value ? -3 : 0));
                }
            }
            fcnn_hdf5_close(file);
        }
    }
}

/* Rows 10 to 19 of 30 are not written; of fixed or variable length. */
static void make_words(const char *path, const struct filling *filling, filters packed, bool is_variable)
{
    const hid_t file = formats_create_any(path), type = H5Tcopy(H5T_C_S1);
    const hsize_t dims = 30, chunk = 10;
    const char *variable[10], *none = "none";
    char fixed[10][6];
    H5Tset_size(type, is_variable ? H5T_VARIABLE : sizeof *fixed);
    const hid_t creation =
        creation_of(filling, packed, type, is_variable ? (const void *)&none : (const void *)"none\0");
    H5Pset_chunk(creation, 1, &chunk);
    const hid_t dataset = create(file, "w", type, 1, &dims, creation);
    for (hsize_t start = 0; start < 30; start += 20) {
        for (int i = 0; i < 10; i++) {
            variable[i] = i % 2 ? "one" : "two";
            memcpy(fixed[i], i % 2 ? "one\0\0" : "two\0\0", sizeof *fixed);
        }
        write_box(dataset, type, 1, &start, &chunk, is_variable ? (const void *)variable : (const void *)fixed);
    }
    H5Dclose(dataset);
    H5Pclose(creation);
    H5Tclose(type);
    H5Fclose(file);
}

static void expect_words(char *const *texts, const char *fill)
{
    for (int i = 0; i < 30; i++) {
        CU_ASSERT(harness_same_text(texts[i], i / 10 == 1 ? fill : i % 2 ? "one" : "two"));
        free(texts[i]);
    }
}

static void strings_have_the_fill_value(void)
{
    for (int f = 0; f < FILLINGS; f++) {
        for (int kind = 0; kind < 4; kind++) {
            const bool is_variable = kind >= 2;
            if (is_variable && (fillings[f].is_never || fillings[f].is_undefined)) {
                continue; /* HDF5 makes no such dataset */
            }
            const char *path = harness_path("words.h5");
            char *texts[30] = {NULL};
            fcnn_hdf5_unwritten found;
            make_words(path, &fillings[f], kind % 2 == 1 ? PACKED : PLAIN, is_variable);
            fcnn_hdf5_file *file = hdf5_files_open(path);
            if (fillings[f].is_refused) {
                expect_refused(read_once_strings(file, "/w", 0, 30, texts), "/w", 10, 30, 10);
                CU_ASSERT_PTR_NULL(texts[0]);
            } else {
                const char *fill = fillings[f].has_value ? "none" : "";
                HARNESS_OK(read_once_strings(file, "/w", 0, 30, texts));
                expect_words(texts, fill);
                HARNESS_OK(read_once_unwritten(file, "/w", false, 0, 30, 0, -1, &found));
                CU_ASSERT_EQUAL(found.rows, 10);
                CU_ASSERT(harness_same_text(found.value, fillings[f].has_value ? "'none'" : "''"));
            }
            fcnn_hdf5_close(file);
        }
    }
}

/* ---- models ---- */

/* What a model is made of must be there, whatever the fill value. */
static void models_have_no_holes(void)
{
    const char *path = harness_path("model.h5");
    make_tables(path, &fillings[0], PLAIN);
    const hid_t made = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), type = H5Tcopy(H5T_C_S1);
    const hid_t creation = creation_of(&fillings[4], PLAIN, type, NULL);
    const hsize_t one = 1;
    H5Tset_size(type, 8);
    H5Dclose(create(made, "text", type, 1, &one, creation));
    H5Pclose(creation);
    H5Tclose(type);
    H5Fclose(made);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    fcnn_hdf5_info info;
    int64_t budget = 1 << 20;
    char *text = NULL;
    HARNESS_STATUS(fcnn_hdf5_describe_whole(file, "/x", &budget, &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("dataset /x: 28 of 44 rows were never written");
    HARNESS_STATUS(fcnn_hdf5_read_text(file, "/text", 100, &text), FCNN_EDATA);
    HARNESS_ERROR_HAS("dataset /text was never written");
    fcnn_hdf5_close(file);
}

/* ---- together ---- */

static void ranks_that_read_together_get_the_same(void)
{
#ifdef H5_HAVE_PARALLEL
    fcnn_comm *comm = harness_comm();
    const char *path = harness_shared_path("together.h5");
    for (int f = 0; f < FILLINGS; f++) {
        fcnn_hdf5_file *file = NULL;
        double out[ROWS * COLUMNS];
        if (comm->rank == 0) {
            make_tables(path, &fillings[f], PLAIN);
        }
        HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
        HARNESS_OK(fcnn_hdf5_open_together(comm, path, &file));
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        /* the last rank reads nothing along, if there are several */
        const int ranks = comm->size > 1 ? comm->size - 1 : 1;
        const int first = comm->rank < ranks ? (int)fcnn_comm_first_item(ROWS, comm->rank, ranks) : 0;
        const int rows = comm->rank < ranks ? (int)fcnn_comm_first_item(ROWS, comm->rank + 1, ranks) - first : 0;
        for (int i = 0; i < 3; i++) {
            static const char *const names[] = {"/x", "/x", "/run"};
            const int column = i == 1 ? 1 : 0, columns = i == 1 ? 3 : COLUMNS;
            memset(out, JUNK, sizeof out);
            const fcnn_status status =
                read_once_block(file, names[i], first, rows, column, i == 1 ? columns : -1, true, out);
            if (fillings[f].is_refused && rows > 0 && (i == 2 || has_hole(first, rows, column, columns))) {
                expect_refused(status, names[i], i == 2 ? ROWS : HOLES, ROWS, i == 2 ? 0 : FIRST);
            } else {
                HARNESS_OK(status);
                expect_values(&fillings[f], i == 2, first, rows, column, columns, out);
            }
        }
        fcnn_hdf5_close(file);
    }
#else
    harness_skip("this HDF5 was built without MPI");
#endif
}

HARNESS_MAIN("hdf5 holes", {"every way of reading gives the fill value", every_way_of_reading_gives_the_fill_value},
             {"rows are counted", rows_are_counted},
             {"members have the fill value of their records", members_have_the_fill_value_of_their_records},
             {"strings have the fill value", strings_have_the_fill_value},
             {"models have no holes", models_have_no_holes},
             {"ranks that read together get the same", ranks_that_read_together_get_the_same})
