/* tests/test_column_names.c — what files call their columns: found where tools write it, and left where it is odd. */
#include "harness.h"
#include "read_once.h"

#include "formats.h"

#include "data/column_attributes.h"
#include "data/describe_columns.h"

#include <hdf5.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 2, MARKED = 73, OTHER = 1, FIXED_BYTES = 12, HUGE_BYTES = 600000 };

/* ---- files made with HDF5 itself ---- */

static hid_t made;

static void put(const char *name, hid_t type, int rank, hsize_t columns)
{
    const hsize_t dims[] = {ROWS, columns};
    const hid_t space = H5Screate_simple(rank, dims, NULL);
    const hid_t dataset = H5Dcreate2(made, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT_FATAL(dataset >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
}

/* Gives a dataset an attribute of a type; count 0: one value, as netCDF writes it. */
static void put_attribute(const char *dataset, const char *name, hid_t type, hsize_t count, const void *values)
{
    const hid_t space = count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);
    const hid_t attribute = H5Acreate_by_name(made, dataset, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT_FATAL(attribute >= 0);
    CU_ASSERT(H5Awrite(attribute, type, values) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
}

/* As h5py writes a list of strings. */
static void put_variable(const char *dataset, const char *name, hsize_t count, const char *const *texts)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    put_attribute(dataset, name, type, count, texts);
    H5Tclose(type);
}

/* As C or Fortran writes them; padding: what a string's rest is filled with. */
static void put_fixed(const char *dataset, const char *name, hsize_t count, const char *const *texts, hid_t base)
{
    char bytes[4][FIXED_BYTES];
    const hid_t type = H5Tcopy(base);
    H5Tset_size(type, FIXED_BYTES);
    if (base == H5T_C_S1) {
        H5Tset_strpad(type, H5T_STR_NULLPAD);
    }
    memset(bytes, base == H5T_C_S1 ? '\0' : ' ', sizeof bytes);
    for (hsize_t i = 0; i < (count == 0 ? 1 : count); i++) {
        memcpy(bytes[i], texts[i], strlen(texts[i]));
    }
    put_attribute(dataset, name, type, count, bytes);
    H5Tclose(type);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__})

static const char *start(void)
{
    const char *path = harness_path("columns.h5");
    made = formats_create(path, false);
    CU_ASSERT_FATAL(made >= 0);
    return path;
}

static fcnn_hdf5_file *reopen(const char *path)
{
    fcnn_hdf5_file *file = NULL;
    H5Fclose(made);
    HARNESS_OK(fcnn_hdf5_open(path, &file));
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    return file;
}

static void end(fcnn_hdf5_file *file)
{
    fcnn_hdf5_close(file);
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static hid_t next_space(void)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    H5Sclose(space);
    return space;
}

/* Nothing but the file is open.  HDF5 counts no spaces; their ids rise, so that all since `first` can be tried. */
static void expect_all_closed(hid_t first)
{
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 1);
    const hid_t last = next_space();
    for (hid_t space = first; space < last; space++) {
        CU_ASSERT(H5Iis_valid(space) <= 0);
    }
}

/* A list's columns are called so, each as "name" or "name|unit". */
static void expect(fcnn_hdf5_file *file, const char *list, const char *const *labels, int64_t count)
{
    fcnn_columns columns;
    fcnn_open_columns open;
    const hid_t first_space = next_space();
    HARNESS_OK(fcnn_columns_parse(list, &columns));
    HARNESS_OK(fcnn_describe_columns(&columns, file, &open));
    fcnn_open_columns_close(&open);
    expect_all_closed(first_space);
    const fcnn_column_names *names = &columns.names;
    CU_ASSERT_EQUAL_FATAL(names->count, count);
    for (int64_t i = 0; i < count; i++) {
        char label[FCNN_COLUMN_LABEL_BYTES];
        snprintf(label, sizeof label, "%s%s%s", names->names[i], names->units[i][0] != '\0' ? "|" : "",
                 names->units[i]);
        if (strcmp(label, labels[i]) != 0) {
            fprintf(stderr, "%s: column %d is '%s', not '%s'\n", list, (int)i, label, labels[i]);
            CU_FAIL("a column's name");
        }
    }
    fcnn_columns_clear(&columns);
}

#define EXPECT(file, list, ...) \
    expect(file, list, TEXTS(__VA_ARGS__), (int64_t)(sizeof TEXTS(__VA_ARGS__) / sizeof(char *)))

/* Where these names come from: d datasets of one column, p places in datasets, g given. */
static void expect_origins(fcnn_hdf5_file *file, const char *list, const char *origins)
{
    fcnn_columns columns;
    fcnn_open_columns open;
    char found[16] = "";
    HARNESS_OK(fcnn_columns_parse(list, &columns));
    HARNESS_OK(fcnn_describe_columns(&columns, file, &open));
    fcnn_open_columns_close(&open);
    for (int64_t i = 0; i < columns.names.count; i++) {
        const int origin = columns.names.origins[i];
        found[i] = origin == FCNN_NAME_DATASET ? 'd' : origin == FCNN_NAME_PLACE ? 'p' : 'g';
    }
    CU_ASSERT_STRING_EQUAL(found, origins);
    fcnn_columns_clear(&columns);
}

/* ---- where names come from ---- */

static void columns_are_named_by_their_dataset(void)
{
    const hsize_t deep[] = {ROWS, 2, 2};
    const char *path = start();
    H5Gclose(H5Gcreate2(made, "/fields", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    put("/fields/pressure", H5T_NATIVE_DOUBLE, 1, 0);
    put("/fields/one", H5T_NATIVE_INT, 2, 1);
    put("/x", H5T_NATIVE_FLOAT, 2, 4);
    const hid_t space = H5Screate_simple(3, deep, NULL);
    H5Dclose(H5Dcreate2(made, "/deep", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    put("/odd:name", H5T_NATIVE_DOUBLE, 1, 0);
    fcnn_hdf5_file *file = reopen(path);
    EXPECT(file, "/fields/pressure, /fields/one, x[2:], /deep[3], /odd:name", "pressure", "one", "x[2]", "x[3]",
           "deep[3]", "odd:name");
    expect_origins(file, "/fields/pressure, /fields/one, x[2:], /deep[3], /odd:name", "ddpppd");
    end(file);
}

static void attributes_of_every_kind_name_columns(void)
{
    const char *path = start();
    for (int i = 0; i < 4; i++) {
        put(TEXTS("/variable", "/fixed", "/fortran", "/two")[i], H5T_NATIVE_DOUBLE, 2, 3);
    }
    put("/y", H5T_NATIVE_DOUBLE, 1, 0);
    put_variable("/variable", "columns", 3, TEXTS("Größe", "b ", "c"));
    put_variable("/variable", "units", 0, TEXTS("m s-1"));
    put_fixed("/fixed", "names", 3, TEXTS("time", "twelve bytes", "c"), H5T_C_S1);
    put_fixed("/fixed", "unit", 3, TEXTS("s", "", "K"), H5T_C_S1);
    put_fixed("/fortran", "column_names", 3, TEXTS("a", "b", "c"), H5T_FORTRAN_S1);
    put_fixed("/fortran", "units", 0, TEXTS("K"), H5T_FORTRAN_S1);
    put_variable("/two", "names", 3, TEXTS("no", "no", "no"));
    put_variable("/two", "columns", 3, TEXTS("these", "are", "first"));
    put_variable("/y", "columns", 1, TEXTS("label"));
    fcnn_hdf5_file *file = reopen(path);
    EXPECT(file, "/variable", "Größe|m s-1", "b|m s-1", "c|m s-1");
    EXPECT(file, "/fixed[1:], /fortran[0], /y", "twelve bytes", "c|K", "a|K", "label");
    EXPECT(file, "/two", "these", "are", "first");
    expect_origins(file, "/fixed[1:], /fortran[0], /y", "gggg");
    end(file);
}

static void members_have_their_own_names(void)
{
    const char *path = start();
    const hid_t type = H5Tcreate(H5T_COMPOUND, 16), pair = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(type, "time", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "heat", 8, H5T_NATIVE_DOUBLE);
    H5Tinsert(pair, "re", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(pair, "im", 8, H5T_NATIVE_DOUBLE);
    put("/table", type, 1, 0);
    put_variable("/table", "units", 2, TEXTS("s", "K"));
    put_variable("/table", "names", 2, TEXTS("not", "these"));
    put("/wide", pair, 2, 3);
    put_variable("/wide", "names", 3, TEXTS("a", "b", "c"));
    H5Tclose(type);
    H5Tclose(pair);
    fcnn_hdf5_file *file = reopen(path);
    EXPECT(file, "/table:heat, /table:time", "heat|K", "time|s");
    EXPECT(file, "/wide:im[1:]", "b", "c");
    expect_origins(file, "/table:heat, /wide:im[1:]", "ggg");
    end(file);
}

/* ---- what is not used ---- */

static void odd_attributes_are_left_alone(void)
{
    const char *path = start();
    char *huge = malloc(HUGE_BYTES), endless[300] = "";
    memset(huge, 'h', HUGE_BYTES - 1);
    huge[HUGE_BYTES - 1] = '\0';
    memset(endless, 'e', 256);
    const char *const names[] = {"/count", "/type", "/huge", "/control", "/empty", "/null"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        put(names[i], H5T_NATIVE_DOUBLE, 2, 2);
    }
    put_variable("/count", "columns", 3, TEXTS("a", "b", "c"));
    put_variable("/count", "names", 0, TEXTS("a, b"));
    put_variable("/count", "units", 3, TEXTS("a", "b", "c"));
    put_attribute("/type", "columns", H5T_NATIVE_INT, 2, (const int[]){1, 2});
    put_attribute("/type", "units", H5T_NATIVE_DOUBLE, 0, (const double[]){1});
    put_variable("/huge", "columns", 2, TEXTS(huge, huge));
    put_variable("/huge", "units", 0, TEXTS(endless));
    put_variable("/control", "columns", 2, TEXTS("\33[31mred", "a\nb"));
    put_variable("/control", "units", 2, TEXTS("\xb0\x43", "\xc2\x9b"));
    put_variable("/empty", "columns", 2, TEXTS("", "second"));
    put_variable("/empty", "units", 0, TEXTS(NULL));
    const hid_t null = H5Screate(H5S_NULL);
    H5Aclose(H5Acreate_by_name(made, "/null", "columns", H5T_C_S1, null, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(null);
    free(huge);
    fcnn_hdf5_file *file = reopen(path);
    EXPECT(file, "/count", "count[0]", "count[1]");
    EXPECT(file, "/type", "type[0]", "type[1]");
    EXPECT(file, "/huge", "huge[0]", "huge[1]");
    EXPECT(file, "/control", "control[0]", "control[1]");
    EXPECT(file, "/empty", "empty[0]", "second");
    expect_origins(file, "/empty", "pg");
    EXPECT(file, "/null", "null[0]", "null[1]");
    end(file);
}

/* What a file claims is counted before it is read: few bytes of it can stand for very many in memory. */
static void no_more_than_a_mebibyte_is_read(void)
{
    enum { COUNT = 4000, MOST = FCNN_HDF5_ATTRIBUTE_TEXT_BYTES };
    const char *path = start();
    const char *texts[COUNT];
    char text[MOST + 1] = "", *huge = calloc(HUGE_BYTES, 1);
    memset(text, 't', MOST);
    memset(huge, 'h', HUGE_BYTES - 1);
    for (int i = 0; i < COUNT; i++) {
        texts[i] = text;
    }
    put("/fits", H5T_NATIVE_FLOAT, 2, COUNT);
    put("/huge", H5T_NATIVE_FLOAT, 2, 3);
    put_variable("/fits", "columns", COUNT, texts);
    put_variable("/huge", "columns", 3, TEXTS(huge, huge, "small"));
    put_variable("/huge", "names", 3, TEXTS("a", huge, "c"));
    free(huge);
    fcnn_hdf5_file *file = reopen(path);
    char *out[COUNT] = {NULL};
    HARNESS_OK(read_once_labels(file, "/fits", "columns", COUNT, out));
    for (int i = 0; i < COUNT; i++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(out[i]);
        CU_ASSERT_STRING_EQUAL(out[i], text);
        free(out[i]);
        out[i] = NULL;
    }
    HARNESS_OK(read_once_labels(file, "/huge", "columns", 3, out));
    CU_ASSERT_PTR_NULL(out[2]);
    EXPECT(file, "/huge", "a", "huge[1]", "c");
    end(file);
}

/* Changes bytes of the reference to the string of MARKED bytes, wherever it lies in the file. */
static void spoil_reference(const char *path, size_t first, uint64_t value, size_t count)
{
    static unsigned char bytes[1 << 16];
    FILE *stream = fopen(path, "r+b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    const size_t size = fread(bytes, 1, sizeof bytes, stream);
    const unsigned char length[] = {MARKED, 0, 0, 0};
    size_t at = 0;
    while (at + 16 < size && (memcmp(bytes + at, length, 4) != 0 || memcmp(bytes + at + 8, "\0\0\0\0", 4) != 0 ||
                              memcmp(bytes + at + 13, "\0\0\0", 3) != 0)) {
        at++; /* until such a length, an address, and a small number there */
    }
    CU_ASSERT_FATAL(at + 16 < size);
    fseek(stream, (long)(at + first), SEEK_SET);
    for (size_t i = 0; i < count; i++) {
        fputc((int)(value >> (8 * i)) & 0xff, stream);
    }
    fclose(stream);
}

/* libhdf5 would copy all of a string to where there is room for the length that is claimed. */
static void references_that_lie_lead_to_nothing(void)
{
    const struct {
        size_t first, count;
        uint64_t value;
        const char *name;
    } cases[] = {{0, 4, MARKED, "a string of more bytes than other numbers have, so that it is found again"},
                 {0, 4, 8, "a string"},          /* shorter than it is */
                 {0, 4, MARKED + 1, "x[0]"},     /* longer */
                 {0, 4, UINT32_MAX, "x[0]"},     /* than all */
                 {4, 8, 1 << 30, "x[0]"},        /* behind the file */
                 {4, 8, UINT64_MAX - 8, "x[0]"}, /* nowhere */
                 {4, 8, 8, "x[0]"},              /* no heap */
                 {12, 4, OTHER, "x[0]"},         /* the other string, which is shorter */
                 {12, 4, 77, "x[0]"}};           /* no string at all */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = start();
        put("/x", H5T_NATIVE_DOUBLE, 2, 2);
        CU_ASSERT_EQUAL_FATAL(strlen(cases[0].name), MARKED);
        put_variable("/x", "columns", 2, TEXTS(cases[0].name, "second"));
        H5Fclose(made);
        spoil_reference(path, cases[i].first, cases[i].value, cases[i].count);
        fcnn_hdf5_file *file = NULL;
        HARNESS_OK(fcnn_hdf5_open(path, &file));
        EXPECT(file, "/x", cases[i].name, cases[i].value == UINT32_MAX ? "x[1]" : "second");
        end(file);
    }
}

static void too_many_columns_have_no_names(void)
{
    const char *path = start();
    put("/x", H5T_NATIVE_INT8, 2, FCNN_COLUMN_NAMES_MOST);
    put("/many", H5T_NATIVE_INT8, 2, FCNN_COLUMN_NAMES_MOST + 1);
    fcnn_hdf5_file *file = reopen(path);
    fcnn_columns columns;
    fcnn_open_columns open;
    const int64_t counts[] = {FCNN_COLUMN_NAMES_MOST, 0, 1};
    for (int i = 0; i < 3; i++) {
        HARNESS_OK(fcnn_columns_parse(TEXTS("/x", "/many", "/many[7]")[i], &columns));
        HARNESS_OK(fcnn_describe_columns(&columns, file, &open));
        fcnn_open_columns_close(&open);
        CU_ASSERT_EQUAL(columns.names.count, counts[i]);
        fcnn_columns_clear(&columns);
    }
    end(file);
}

/* ---- classes ---- */

/* How many classes an attribute names that is given to a dataset. */
static int64_t count_classes(hid_t type, hsize_t count, const char *const *texts)
{
    const char *path = start();
    fcnn_columns columns;
    fcnn_classes classes;
    fcnn_open_columns open;
    put("/y", type, 1, 0);
    put_variable("/y", "classes", count, texts);
    fcnn_hdf5_file *file = reopen(path);
    const hid_t first_space = next_space();
    HARNESS_OK(fcnn_columns_parse("/y", &columns));
    HARNESS_OK(fcnn_describe_columns(&columns, file, &open));
    HARNESS_OK(fcnn_column_attributes_classes(&open, &classes));
    fcnn_open_columns_close(&open);
    expect_all_closed(first_space);
    const int64_t found = classes.count;
    fcnn_classes_clear(&classes);
    fcnn_columns_clear(&columns);
    end(file);
    return found;
}

static void numbers_of_classes_have_names(void)
{
    CU_ASSERT_EQUAL(count_classes(H5T_NATIVE_INT, 3, TEXTS("air", "sea", "soil")), 3);
    CU_ASSERT_EQUAL(count_classes(H5T_NATIVE_INT, 0, TEXTS("air")), 1);
    CU_ASSERT_EQUAL(count_classes(H5T_NATIVE_INT, 3, TEXTS("sea", "air", "soil")), 0);
    CU_ASSERT_EQUAL(count_classes(H5T_NATIVE_INT, 2, TEXTS("air", "air")), 0);
    CU_ASSERT_EQUAL(count_classes(H5T_NATIVE_INT, 3, TEXTS("air", "", "soil")), 0);
    CU_ASSERT_EQUAL(count_classes(H5T_NATIVE_INT, 2, TEXTS("air", "\33[31m")), 0);
    CU_ASSERT_EQUAL(count_classes(H5T_NATIVE_DOUBLE, 2, TEXTS("air", "sea")), 0);
}

static void classes_differ_where_both_have_names(void)
{
    char *ab[] = {"a", "b"}, *abc[] = {"a", "b", "c"}, *ac[] = {"a", "c"};
    const fcnn_classes first = {.count = 2, .names = ab}, longer = {.count = 3, .names = abc},
                       other = {.count = 2, .names = ac}, none = {0};
    CU_ASSERT_EQUAL(fcnn_classes_differ(&first, &longer), -1);
    CU_ASSERT_EQUAL(fcnn_classes_differ(&longer, &first), -1);
    CU_ASSERT_EQUAL(fcnn_classes_differ(&longer, &other), 1);
    CU_ASSERT_EQUAL(fcnn_classes_differ(&none, &other), -1);
}

HARNESS_MAIN("column_names", {"columns are named by their dataset", columns_are_named_by_their_dataset},
             {"attributes of every kind name columns", attributes_of_every_kind_name_columns},
             {"members have their own names", members_have_their_own_names},
             {"odd attributes are left alone", odd_attributes_are_left_alone},
             {"no more than a mebibyte is read", no_more_than_a_mebibyte_is_read},
             {"references that lie lead to nothing", references_that_lie_lead_to_nothing},
             {"too many columns have no names", too_many_columns_have_no_names},
             {"numbers of classes have names", numbers_of_classes_have_names},
             {"classes differ where both have names", classes_differ_where_both_have_names})
