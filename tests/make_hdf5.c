/* tests/make_hdf5.c — makes the HDF5 files that the system tests feed to the programs.
 *   make_hdf5 odd FILE      good data, /x [40][3] and /y [40], and beside it all that may be wrong with data
 *   make_hdf5 broken FILE   the same data, of which a byte on disk is not what HDF5's checksum says
 *   make_hdf5 words FILE    the good data, with the strings /words [40] in place of the numbers of /y
 *   make_hdf5 named FILE    the good data, and /z [40][2], with names and units of columns
 *   make_hdf5 turned FILE   the same with two names in each other's place
 *   make_hdf5 given FILE    offsets, scales and names for the columns of these
 *   make_hdf5 tables FILE   tables of all kinds that fcnn-info describes, some of them slow to read
 *   make_hdf5 slow FILE     a table that is slow to read, and whose name a shell would take for a command
 *   make_hdf5 many FILE     more tables than fcnn-info lists
 *   make_hdf5 deep FILE     a table in each of 12 groups, one within the other
 *   make_hdf5 model FILE    weights that lie in another file
 *   make_hdf5 hostile FOLDER  files that break one rule each (hostile.h); also the seeds of the fuzzers
 * All are of HDF5's earliest format; with `latest` behind them of its latest. */
#include "formats.h"
#include "hostile.h"

#include <hdf5.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 40
#define FEATURES 3
#define MARK 1234.56789 /* a number that is nowhere else in the file */

static hid_t file;

static void check(hid_t result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "make_hdf5: %s fails\n", what);
        exit(1);
    }
}

/* Writes doubles as a dataset of any type; dims ends with −1. */
static void put(const char *name, hid_t type, const int *dims, hid_t creation, const double *values)
{
    hsize_t extent[4];
    int rank = 0;
    while (dims[rank] >= 0) {
        extent[rank] = (hsize_t)dims[rank];
        rank++;
    }
    const hid_t space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, extent, NULL);
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    check(dataset, name);
    if (values != NULL) {
        check(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), name);
    }
    H5Dclose(dataset);
    H5Sclose(space);
}

#define DIMS(...) ((const int[]){__VA_ARGS__, -1})

static double x[ROWS * FEATURES], y[ROWS];

static void fill(void)
{
    for (int row = 0; row < ROWS; row++) {
        y[row] = row % 3;
        for (int column = 0; column < FEATURES; column++) {
            x[row * FEATURES + column] = row % 3 + 0.25 * column + 0.01 * row;
        }
    }
}

static void put_inputs(void)
{
    const struct {
        const char *name;
        double value;
        int row, column;
    } bad[] = {{"/x_nan", NAN, 17, 2}, {"/x_inf", -INFINITY, ROWS - 1, 0}, {"/x_large", 1e300, 3, 1}};
    put("/x", H5T_IEEE_F64LE, DIMS(ROWS, FEATURES), H5P_DEFAULT, x);
    put("/x_transposed", H5T_IEEE_F32BE, DIMS(FEATURES, ROWS), H5P_DEFAULT, x);
    put("/x_big_endian", H5T_STD_I16BE, DIMS(ROWS, FEATURES), H5P_DEFAULT, x);
    put("/x_deep", H5T_IEEE_F32LE, DIMS(ROWS / 2, 3, 2), H5P_DEFAULT, x);
    put("/x_no_rows", H5T_IEEE_F32LE, DIMS(0, FEATURES), H5P_DEFAULT, NULL);
    put("/x_no_columns", H5T_IEEE_F32LE, DIMS(ROWS, 0), H5P_DEFAULT, NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const int place = bad[i].row * FEATURES + bad[i].column;
        const double good = x[place];
        x[place] = bad[i].value;
        put(bad[i].name, bad[i].value > 1e200 ? H5T_IEEE_F64LE : H5T_IEEE_F32LE, DIMS(ROWS, FEATURES), H5P_DEFAULT, x);
        x[place] = good;
    }
}

static void put_targets(void)
{
    const struct {
        const char *name;
        double value;
        int row;
    } bad[] = {
        {"/y_negative", -1, 7}, {"/y_past", 9, 11}, {"/y_fraction", 1.5, 3}, {"/y_many", 5000, 2}, {"/y_nan", NAN, 5}};
    put("/y", H5T_STD_I32LE, DIMS(ROWS), H5P_DEFAULT, y);
    put("/y_column", H5T_STD_U8LE, DIMS(ROWS, 1), H5P_DEFAULT, y);
    put("/y_half", H5T_STD_I32LE, DIMS(ROWS / 2), H5P_DEFAULT, y);
    put("/y_short", H5T_STD_I32LE, DIMS(ROWS - 1), H5P_DEFAULT, y);
    put("/y_no_rows", H5T_STD_I32LE, DIMS(0), H5P_DEFAULT, NULL);
    put("/y_wide", H5T_IEEE_F64LE, DIMS(ROWS, FEATURES), H5P_DEFAULT, x);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const double good = y[bad[i].row];
        const int whole = bad[i].value == floor(bad[i].value);
        y[bad[i].row] = bad[i].value;
        put(bad[i].name, whole ? H5T_STD_I32LE : H5T_IEEE_F64LE, DIMS(ROWS), H5P_DEFAULT, y);
        y[bad[i].row] = good;
    }
}

/* What is no table of numbers at all. */
static void put_oddities(void)
{
    put("/scalar", H5T_IEEE_F64LE, DIMS(-1), H5P_DEFAULT, x);
    const hid_t group = H5Gcreate2(file, "/group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    check(group, "/group");
    H5Gclose(group);
    const hid_t null = H5Screate(H5S_NULL), text = H5Tcopy(H5T_C_S1), pair = H5Tcreate(H5T_COMPOUND, 16);
    H5Tset_size(text, 8);
    H5Tinsert(pair, "re", 0, H5T_IEEE_F64LE);
    H5Tinsert(pair, "im", 8, H5T_IEEE_F64LE);
    check(H5Dcreate2(file, "/null", H5T_IEEE_F64LE, null, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "/null");
    put("/text", text, DIMS(ROWS, FEATURES), H5P_DEFAULT, NULL);
    put("/pair", pair, DIMS(ROWS, FEATURES), H5P_DEFAULT, NULL);
    check(H5Lcreate_soft("/nowhere", file, "/dangling", H5P_DEFAULT, H5P_DEFAULT), "/dangling");
    check(H5Lcreate_external("absent.h5", "/x", file, "/elsewhere", H5P_DEFAULT, H5P_DEFAULT), "/elsewhere");
    const hid_t outside = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(outside, "absent.raw", 0, H5F_UNLIMITED);
    put("/outside", H5T_IEEE_F64LE, DIMS(ROWS, FEATURES), outside, NULL);
}

/* Data in chunks with checksums, one of which shall not hold. */
static void put_checked(void)
{
    const hid_t checked = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {ROWS, FEATURES};
    H5Pset_chunk(checked, 2, chunk);
    H5Pset_fletcher32(checked);
    x[20] = MARK;
    put("/x", H5T_IEEE_F64LE, DIMS(ROWS, FEATURES), checked, x);
    put("/y", H5T_STD_I32LE, DIMS(ROWS), H5P_DEFAULT, y);
}

/* Changes a byte of the mark, where it lies in the file. */
static void damage(const char *path)
{
    static char bytes[1 << 20];
    const double number = MARK;
    uint64_t bits;
    unsigned char mark[sizeof bits];
    memcpy(&bits, &number, sizeof bits);
    formats_store(mark, bits, sizeof mark);
    FILE *stream = fopen(path, "r+b");
    const size_t count = stream == NULL ? 0 : fread(bytes, 1, sizeof bytes, stream);
    for (size_t at = 0; at + sizeof mark <= count; at++) {
        if (memcmp(bytes + at, mark, sizeof mark) == 0) {
            fseek(stream, (long)at, SEEK_SET);
            fputc(bytes[at] ^ 1, stream);
            fclose(stream);
            return;
        }
    }
    check(-1, "damaging");
}

/* Labels as strings, whose order is that of the numbers. */
static void put_words(void)
{
    static const char *const words[] = {"air", "sea, deep", "soil"};
    const char *rows[ROWS];
    const hsize_t extent[] = {ROWS};
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, extent, NULL);
    H5Tset_size(type, H5T_VARIABLE);
    for (int row = 0; row < ROWS; row++) {
        rows[row] = words[(int)y[row]];
    }
    const hid_t dataset = H5Dcreate2(file, "/words", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows), "/words");
    put("/x", H5T_IEEE_F64LE, DIMS(ROWS, FEATURES), H5P_DEFAULT, x);
    put("/y", H5T_STD_I32LE, DIMS(ROWS), H5P_DEFAULT, y);
}

/* Gives a dataset an attribute of strings: of variable length, as h5py writes them, or of 12 bytes. */
static void put_strings(const char *dataset, const char *name, int count, const char *const *texts, int is_variable)
{
    const hsize_t extent = (hsize_t)count;
    char fixed[4][12] = {""};
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &extent, NULL);
    H5Tset_size(type, is_variable ? H5T_VARIABLE : sizeof fixed[0]);
    for (int i = 0; i < count; i++) {
        memcpy(fixed[i], texts[i], strlen(texts[i]));
    }
    const hid_t attribute = H5Acreate_by_name(file, dataset, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    check(H5Awrite(attribute, type, is_variable ? (const void *)texts : fixed), name);
}

static void put_table_named(const char *const *names)
{
    put("/x", H5T_IEEE_F64LE, DIMS(ROWS, FEATURES), H5P_DEFAULT, x);
    put("/y", H5T_STD_I32LE, DIMS(ROWS), H5P_DEFAULT, y);
    put("/z", H5T_IEEE_F32LE, DIMS(ROWS, 2), H5P_DEFAULT, x);
    put_strings("/x", "columns", FEATURES, names, 1);
    put_strings("/x", "units", FEATURES, (const char *const[]){"K", "m s-1", ""}, 1);
    put_strings("/z", "names", 2, (const char *const[]){"yield", "loss"}, 0);
    put_strings("/z", "unit", 1, (const char *const[]){"kg"}, 0);
}

static void put_named(void)
{
    put_table_named((const char *const[]){"temperature", "wind speed", "depth"});
}

/* The same with two names in each other's place. */
static void put_turned(void)
{
    put_table_named((const char *const[]){"temperature", "depth", "wind speed"});
}

static void put_given(void)
{
    const char *const names[] = {"temperature", "wind speed", "depth"};
    const hsize_t extent = FEATURES;
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &extent, NULL);
    put("/offset", H5T_IEEE_F64LE, DIMS(FEATURES), H5P_DEFAULT, (const double[]){1.2, 1.45, -1});
    put("/scale", H5T_IEEE_F32LE, DIMS(FEATURES), H5P_DEFAULT, (const double[]){0.75, -2, 5});
    H5Tset_size(type, H5T_VARIABLE);
    const hid_t dataset = H5Dcreate2(file, "/names", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, names), "/names");
}

/* The same labels with a column for each; and with a row that has two of them. */
static void put_hot(void)
{
    double hot[ROWS * 3] = {0};
    for (int row = 0; row < ROWS; row++) {
        hot[row * 3 + (int)y[row]] = 1;
    }
    put("/hot", H5T_IEEE_F32LE, DIMS(ROWS, 3), H5P_DEFAULT, hot);
    hot[21 * 3 + 1] = 1;
    put("/hot_twice", H5T_STD_U8LE, DIMS(ROWS, 3), H5P_DEFAULT, hot);
}

/* Rows of quarters, whose sums are exact, without some values, with their means there, and without those rows. */
static void put_missing(void)
{
    static const int rows[] = {3, 17, 17, ROWS - 1}, columns[] = {1, 0, 2, 1};
    enum { COUNT = sizeof rows / sizeof *rows };
    double whole[ROWS * FEATURES], means[FEATURES], kept_x[ROWS * FEATURES], kept_y[ROWS];
    int kept = 0;
    for (int i = 0; i < ROWS * FEATURES; i++) {
        whole[i] = i % 5 + 0.25 * (i % 7);
    }
    for (int i = 0; i < COUNT; i++) {
        whole[rows[i] * FEATURES + columns[i]] = NAN;
    }
    put("/x_missing", H5T_IEEE_F64LE, DIMS(ROWS, FEATURES), H5P_DEFAULT, whole);
    put("/x_empty", H5T_IEEE_F32LE, DIMS(ROWS, 1), H5P_DEFAULT, (double[ROWS]){[0 ... ROWS - 1] = NAN});
    for (int row = 0; row < ROWS; row++) {
        if (row != 3 && row != 17 && row != ROWS - 1) {
            memcpy(kept_x + kept * FEATURES, whole + row * FEATURES, FEATURES * sizeof *whole);
            kept_y[kept++] = y[row];
        }
    }
    put("/x_kept", H5T_IEEE_F64LE, DIMS(kept, FEATURES), H5P_DEFAULT, kept_x);
    put("/y_kept", H5T_STD_I32LE, DIMS(kept), H5P_DEFAULT, kept_y);
    for (int column = 0; column < FEATURES; column++) {
        int known = 0;
        means[column] = 0;
        for (int row = 0; row < ROWS; row++) {
            const double value = whole[row * FEATURES + column];
            known += !isnan(value);
            means[column] += isnan(value) ? 0 : value;
        }
        means[column] /= known;
    }
    for (int i = 0; i < COUNT; i++) {
        whole[rows[i] * FEATURES + columns[i]] = means[columns[i]];
    }
    put("/x_completed", H5T_IEEE_F64LE, DIMS(ROWS, FEATURES), H5P_DEFAULT, whole);
}

/* How much rows count, and what should come to the same. */
static void put_weights(void)
{
    double w[ROWS], by_class[ROWS], balanced[ROWS], x_twice[2 * ROWS * FEATURES], y_twice[2 * ROWS];
    int counts[3] = {0}, rows = 0;
    for (int row = 0; row < ROWS; row++) {
        counts[(int)y[row]]++;
    }
    for (int row = 0; row < ROWS; row++) {
        w[row] = row < 15 ? 2 : 1;
        by_class[row] = (double[]){0.5, 3, 1}[(int)y[row]];
        balanced[row] = (double)ROWS / (3.0 * counts[(int)y[row]]);
        for (int copy = 0; copy < (int)w[row]; copy++) {
            memcpy(x_twice + rows * FEATURES, x + row * FEATURES, FEATURES * sizeof *x);
            y_twice[rows++] = y[row];
        }
    }
    put("/w", H5T_STD_U8LE, DIMS(ROWS), H5P_DEFAULT, w);
    put("/x_twice", H5T_IEEE_F64LE, DIMS(rows, FEATURES), H5P_DEFAULT, x_twice);
    put("/y_twice", H5T_STD_I32LE, DIMS(rows), H5P_DEFAULT, y_twice);
    put("/w_class", H5T_IEEE_F64LE, DIMS(ROWS, 1), H5P_DEFAULT, by_class);
    put("/w_balanced", H5T_IEEE_F64LE, DIMS(ROWS), H5P_DEFAULT, balanced);
    for (int row = 0; row < ROWS; row++) {
        w[row] = 3;
    }
    put("/w_alike", H5T_IEEE_F32LE, DIMS(ROWS), H5P_DEFAULT, w);
    put("/w_zero", H5T_IEEE_F32LE, DIMS(ROWS), H5P_DEFAULT, (double[ROWS]){0});
    w[23] = -1;
    put("/w_negative", H5T_IEEE_F32LE, DIMS(ROWS), H5P_DEFAULT, w);
}

static void put_everyday(void)
{
    put_words();
    put_hot();
    put_missing();
    put_weights();
}

/* ---- tables to be described ---- */

/* Gives a dataset an attribute that is one string. */
static void put_attribute(const char *dataset, const char *name, const char *text)
{
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, strlen(text));
    const hid_t attribute = H5Acreate_by_name(file, dataset, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    check(attribute, name);
    check(H5Awrite(attribute, type, text), name);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

/* A list of properties for chunks, packed by deflate of that level, if it is not 0. */
static hid_t chunks(int rank, hsize_t rows, hsize_t columns, unsigned level)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t extent[] = {rows, columns};
    H5Pset_chunk(creation, rank, extent);
    if (level > 0) {
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, level);
    }
    return creation;
}

static void put_records(void)
{
    const hid_t type = H5Tcreate(H5T_COMPOUND, 22), name = H5Tcopy(H5T_C_S1);
    H5Tset_size(name, 8);
    H5Tinsert(type, "temperature", 0, H5T_IEEE_F64LE);
    H5Tinsert(type, "count", 8, H5T_STD_I32BE);
    H5Tinsert(type, "bad\033[31m", 12, formats_half_float());
    H5Tinsert(type, "name", 14, name);
    put("/records/table", type, DIMS(ROWS), chunks(1, 16, 0, 0), NULL);
}

static void put_tables(void)
{
    const hid_t flag = H5Tenum_create(H5T_STD_I8LE), odd = H5Tcopy(H5T_STD_U16LE),
                compact = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t color = H5Tenum_create(H5T_STD_U8LE);
    H5Tenum_insert(flag, "FALSE", (const int8_t[]){0});
    H5Tenum_insert(flag, "TRUE", (const int8_t[]){1});
    H5Tenum_insert(color, "red", (const uint8_t[]){7});
    H5Tset_precision(odd, 12);
    H5Pset_layout(compact, H5D_COMPACT);
    H5Gclose(H5Gcreate2(file, "/records", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    put("/big", H5T_IEEE_F64BE, DIMS(ROWS, FEATURES), H5P_DEFAULT, x);
    put("/bits", H5T_STD_B8LE, DIMS(ROWS), H5P_DEFAULT, NULL);
    put("/bool", flag, DIMS(ROWS), H5P_DEFAULT, NULL);
    put("/color", color, DIMS(ROWS), H5P_DEFAULT, NULL);
    put("/half", formats_half_float(), DIMS(ROWS, FEATURES), compact, x);
    put("/odd", odd, DIMS(ROWS), H5P_DEFAULT, y);
    put("/packed", H5T_IEEE_F32LE, DIMS(ROWS, FEATURES), chunks(2, ROWS, 1, 4), x);
    put("/single", H5T_STD_I64LE, DIMS(-1), H5P_DEFAULT, x);
    put("/x", H5T_IEEE_F32LE, DIMS(FEATURES, ROWS), H5P_DEFAULT, x);
    put("/y", H5T_STD_U8LE, DIMS(ROWS), H5P_DEFAULT, y);
    put_records();
    put_attribute("/big", "units", "m/s");
    put_attribute("/x", "unit", "K\033[31m");
    put_attribute("/y", "units", "a text of so many words that nobody would take it for the units of anything at all");
}

static void put_slow(void)
{
    put("/slow;reboot", H5T_IEEE_F32LE, DIMS(100000), chunks(1, 1, 0, 0), NULL);
    put("/columns", H5T_IEEE_F32LE, DIMS(3, 100000), chunks(2, 3, 1, 0), NULL);
    put("/slow", H5T_IEEE_F32LE, DIMS(100000), chunks(1, 1, 0, 0), NULL);
}

static void put_many(void)
{
    for (int i = 0; i < 250; i++) {
        char name[16];
        snprintf(name, sizeof name, "/%03d", i);
        put(name, H5T_STD_U8LE, DIMS(1), H5P_DEFAULT, NULL);
    }
}

static void put_deep(void)
{
    char name[64] = "";
    for (int depth = 0; depth < 12; depth++) {
        const size_t length = strlen(name);
        snprintf(name + length, sizeof name - length, "/g");
        H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        snprintf(name + length + 2, sizeof name - length - 2, "/x");
        put(name, H5T_STD_U8LE, DIMS(1), H5P_DEFAULT, NULL);
        name[length + 2] = '\0';
    }
}

static const struct {
    const char *name;
    void (*put)(void);
} kinds[] = {{"words", put_everyday}, {"named", put_named}, {"turned", put_turned}, {"given", put_given},
             {"tables", put_tables},  {"slow", put_slow},   {"many", put_many},     {"deep", put_deep}};

int main(int argc, char **argv)
{
    const bool latest = argc == 4 && strcmp(argv[3], "latest") == 0;
    if (argc != 3 && !latest) {
        fprintf(stderr, "usage: make_hdf5 odd|words|broken|named|turned|given|tables|slow|many|deep|model FILE "
                        "[latest], make_hdf5 hostile FOLDER [latest]\n");
        return 64;
    }
    if (strcmp(argv[1], "hostile") == 0) {
        return hostile_make(argv[2], latest) == 0 ? 0 : 1;
    }
    file = formats_create(argv[2], latest);
    check(file, argv[2]);
    fill();
    if (strcmp(argv[1], "odd") == 0) {
        put_inputs();
        put_targets();
        put_oddities();
        H5close();
        return 0;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(argv[1], kinds[i].name) == 0) {
            kinds[i].put();
            H5close();
            return 0;
        }
    }
    if (strcmp(argv[1], "model") == 0) {
        check(H5Lcreate_external("secret.h5", "/W1", file, "/W1", H5P_DEFAULT, H5P_DEFAULT), "/W1");
        put("/b1", H5T_IEEE_F32LE, DIMS(FEATURES), H5P_DEFAULT, y);
        H5close();
        return 0;
    }
    put_checked();
    H5close();
    damage(argv[2]);
    return 0;
}
