/* tests/test_hdf5_elements.c — what lies within the elements of datasets: arrays, records in records, strings among
 * numbers, packed or not; compared with the values that HDF5 itself was given. */
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

enum { ROWS = 11, WORDS = 3, LONG_BYTES = 3 << 20 };

/* A record as a C program has it in memory. */
typedef struct point {
    double x;
    float y;
} point;

typedef struct record {
    char *word;
    double mass;
    int32_t place[2][3];
    point ends[2];
    uint8_t flags[2];
    char code[4];
    hvl_t list;
    int16_t last;
} record;

static double mass_of(int row)
{
    return row * 0.25 - 1;
}

static int32_t place_of(int row, int i)
{
    return 100 * row + i;
}

static double end_of(int row, int i)
{
    return row + 0.5 * i;
}

/* Words that are long and short, in turns. */
static const char *word_of(int row)
{
    static char buffers[WORDS][40];
    char *word = buffers[row % WORDS];
    snprintf(word, sizeof buffers[0], "%s%d", row % 2 == 0 ? "short" : "a much longer one, number ", row % WORDS);
    return word;
}

static hid_t word_type(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    return type;
}

/* The type of records. */
static hid_t record_type(void)
{
    const hsize_t six[] = {2, 3}, two = 2;
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(record)), ends = H5Tcreate(H5T_COMPOUND, sizeof(point));
    const hid_t word = word_type(), code = H5Tcopy(H5T_C_S1), list = H5Tvlen_create(H5T_NATIVE_INT);
    H5Tset_size(code, 4);
    H5Tset_strpad(code, H5T_STR_NULLPAD);
    H5Tinsert(ends, "x", HOFFSET(point, x), H5T_NATIVE_DOUBLE);
    H5Tinsert(ends, "y:m/s", HOFFSET(point, y), H5T_NATIVE_FLOAT);
    const hid_t place = H5Tarray_create2(H5T_NATIVE_INT32, 2, six), both = H5Tarray_create2(ends, 1, &two);
    const hid_t flags = H5Tarray_create2(H5T_NATIVE_B8, 1, &two);
    H5Tinsert(type, "last", HOFFSET(record, last), H5T_NATIVE_INT16);
    H5Tinsert(type, "word", HOFFSET(record, word), word);
    H5Tinsert(type, "ends", HOFFSET(record, ends), both);
    H5Tinsert(type, "mass", HOFFSET(record, mass), H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "list", HOFFSET(record, list), list);
    H5Tinsert(type, "place", HOFFSET(record, place), place);
    H5Tinsert(type, "flags", HOFFSET(record, flags), flags);
    H5Tinsert(type, "code", HOFFSET(record, code), code);
    const hid_t parts[] = {ends, word, code, list, place, both, flags};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        H5Tclose(parts[i]);
    }
    return type;
}

static void fill_records(record *rows)
{
    static int numbers[] = {1, 2, 3, 4};
    for (int row = 0; row < ROWS; row++) {
        record *own = &rows[row];
        *own = (record){.word = strdup(word_of(row)),
                        .mass = mass_of(row),
                        .flags = {(uint8_t)(row % 2), 1},
                        .list = {.len = (size_t)(row % 4), .p = numbers},
                        .last = (int16_t)-row};
        for (int i = 0; i < 6; i++) {
            own->place[i / 3][i % 3] = place_of(row, i);
        }
        for (int i = 0; i < 2; i++) {
            own->ends[i] = (point){end_of(row, i), (float)-end_of(row, i)};
        }
        snprintf(own->code, sizeof own->code, "c%d", row);
    }
}

/* How a dataset lies in its file. */
typedef enum way { WHOLE, CHUNKED, PACKED, CHECKED, WAYS } way;

static const char *const way_names[] = {"/whole", "/chunked", "/packed", "/checked"};

static hid_t creation_of(way how, hsize_t rows)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (how != WHOLE) {
        H5Pset_chunk(creation, 1, &rows);
    }
    if (how == PACKED) {
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, 6);
    } else if (how == CHECKED) {
        H5Pset_fletcher32(creation);
    }
    return creation;
}

/* The file of records, laid in each way. */
static const char *records_path(void)
{
    static char path[1024];
    const hsize_t dims = ROWS;
    record rows[ROWS];
    if (path[0] != '\0') {
        return path;
    }
    snprintf(path, sizeof path, "%s", harness_path("elements.h5"));
    const hid_t file = formats_create_any(path), type = record_type();
    fill_records(rows);
    for (way how = WHOLE; how < WAYS; how++) {
        const hid_t creation = creation_of(how, 4);
        hdf5_files_put(file, way_names[how], type, 1, &dims, type, rows, creation);
        H5Pclose(creation);
    }
    for (int row = 0; row < ROWS; row++) {
        free(rows[row].word);
    }
    H5Tclose(type);
    H5Fclose(file);
    return path;
}

/* ---- members ---- */

/* "/whole:mass", or the same of another way; valid until the fourth call from here. */
static const char *member_of(way how, const char *member)
{
    static char names[4][64];
    static int next;
    char *name = names[next++ % 4];
    snprintf(name, sizeof names[0], "%s:%s", way_names[how], member);
    return name;
}

static void expect_info(fcnn_hdf5_file *file, const char *name, fcnn_type type, int rank, const int64_t *dims)
{
    fcnn_hdf5_info info = {0};
    HARNESS_OK(fcnn_hdf5_describe(file, name, &info));
    CU_ASSERT_EQUAL(info.type, type);
    CU_ASSERT_EQUAL(info.rank, rank);
    CU_ASSERT_EQUAL(info.array_rank, rank - 1);
    CU_ASSERT_STRING_EQUAL(name + info.member_at, strchr(name, ':') + 1);
    for (int d = 0; d < rank; d++) {
        CU_ASSERT_EQUAL(info.dims[d], dims[d]);
    }
}

static void expect_numbers(fcnn_hdf5_file *file, way how)
{
    double mass[ROWS], x[ROWS][2];
    float y[ROWS][2];
    int32_t place[ROWS][6];
    uint8_t flags[ROWS][2];
    int16_t last[ROWS];
    expect_info(file, member_of(how, "place"), FCNN_TYPE_INT32, 3, (const int64_t[]){ROWS, 2, 3});
    expect_info(file, member_of(how, "ends:x"), FCNN_TYPE_FLOAT64, 2, (const int64_t[]){ROWS, 2});
    expect_info(file, member_of(how, "ends:y:m/s"), FCNN_TYPE_FLOAT32, 2, (const int64_t[]){ROWS, 2});
    HARNESS_OK(fcnn_hdf5_read_rows(file, member_of(how, "mass"), 0, ROWS, mass));
    HARNESS_OK(fcnn_hdf5_read_rows(file, member_of(how, "place"), 0, 5, place));
    HARNESS_OK(fcnn_hdf5_read_rows(file, member_of(how, "place"), 5, ROWS - 5, place[5]));
    HARNESS_OK(fcnn_hdf5_read_rows(file, member_of(how, "ends:x"), 0, ROWS, x));
    HARNESS_OK(fcnn_hdf5_read_rows(file, member_of(how, "ends:y:m/s"), 0, ROWS, y));
    HARNESS_OK(fcnn_hdf5_read_rows(file, member_of(how, "flags"), 0, ROWS, flags));
    HARNESS_OK(fcnn_hdf5_read_rows(file, member_of(how, "last"), 0, ROWS, last));
    for (int row = 0; row < ROWS; row++) {
        CU_ASSERT_EQUAL(mass[row], mass_of(row));
        CU_ASSERT(flags[row][0] == row % 2 && flags[row][1] == 1);
        CU_ASSERT_EQUAL(last[row], -row);
        for (int i = 0; i < 6; i++) {
            CU_ASSERT_EQUAL(place[row][i], place_of(row, i));
        }
        for (int i = 0; i < 2; i++) {
            CU_ASSERT(x[row][i] == end_of(row, i) && y[row][i] == (float)-end_of(row, i));
        }
    }
}

static void members_of_every_kind_are_numbers(void)
{
    fcnn_hdf5_file *file = hdf5_files_open(records_path());
    for (way how = WHOLE; how < WAYS; how++) {
        expect_numbers(file, how);
    }
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

static void expect_words(fcnn_hdf5_file *file, const char *name, int64_t first, bool is_code)
{
    char *words[ROWS] = {NULL};
    HARNESS_OK(read_once_strings(file, name, first, ROWS - first, words));
    for (int row = (int)first; row < ROWS; row++) {
        char code[8];
        snprintf(code, sizeof code, "c%d", row);
        CU_ASSERT_STRING_EQUAL(words[row - first], is_code ? code : word_of(row));
        free(words[row - first]);
    }
}

static void members_that_are_strings_are_labels(void)
{
    fcnn_hdf5_file *file = hdf5_files_open(records_path());
    fcnn_hdf5_info info;
    for (way how = WHOLE; how < WAYS; how++) {
        HARNESS_OK(fcnn_hdf5_describe(file, member_of(how, "word"), &info));
        CU_ASSERT(info.is_text && info.rank == 1);
        expect_words(file, member_of(how, "word"), 0, false);
        expect_words(file, member_of(how, "word"), 3, false);
        expect_words(file, member_of(how, "code"), 2, true);
    }
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

static void records_say_how_their_members_are_named(void)
{
    static const struct {
        const char *name, *message;
    } cases[] = {
        {"/whole", "dataset /whole contains compound records: use the names of their members: /whole:word, "
                   "/whole:mass, /whole:place, "},
        {"/whole:ends",
         "/whole:ends contains compound records: use the names of their members: /whole:ends:x, /whole:ends:y:m/s"},
        {"/whole:list", "dataset /whole:list contains lists of variable length, not numbers"},
        {"/whole:heat", "there is no member /whole:heat; the members are :word, :mass, :place, :ends, :flags"},
        {"/whole:ends:z", "there is no member /whole:ends:z; the members are :x, :y:m/s"},
        {"/whole:mass:x", "there is no dataset /whole:mass:x, and the dataset before the ':' has no members"},
        {"/nowhere:mass", "there is no dataset /nowhere; the file has "},
    };
    fcnn_hdf5_file *file = hdf5_files_open(records_path());
    fcnn_hdf5_info info;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        HARNESS_STATUS(fcnn_hdf5_describe(file, cases[i].name, &info), FCNN_EDATA);
        HARNESS_ERROR_HAS(cases[i].message);
    }
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

/* ---- arrays as elements ---- */

static void arrays_are_further_dimensions(void)
{
    const char *path = harness_path("arrays.h5");
    const hsize_t dims[] = {2, ROWS}, three = 3, one = 1;
    const hid_t made = formats_create_any(path);
    const hid_t type = H5Tarray_create2(H5T_STD_I16BE, 1, &three),
                memory = H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &three);
    const hid_t words = word_type(), single = H5Tarray_create2(words, 1, &one);
    double values[2][ROWS][3];
    char *texts[ROWS];
    for (int i = 0; i < 2 * ROWS * 3; i++) {
        values[i / (3 * ROWS)][i / 3 % ROWS][i % 3] = i - 7;
    }
    for (int row = 0; row < ROWS; row++) {
        texts[row] = strdup(word_of(row));
    }
    hdf5_files_put(made, "/x", type, 2, dims, memory, values, H5P_DEFAULT);
    hdf5_files_put(made, "/words", single, 1, dims + 1, single, texts, H5P_DEFAULT);
    for (int row = 0; row < ROWS; row++) {
        free(texts[row]);
    }
    H5Tclose(type);
    H5Tclose(memory);
    H5Tclose(words);
    H5Tclose(single);
    H5Fclose(made);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    fcnn_hdf5_info info = {0};
    int16_t rows[2][ROWS][3], columns[ROWS - 1][2][3];
    HARNESS_OK(fcnn_hdf5_describe(file, "/x", &info));
    CU_ASSERT(info.rank == 3 && info.array_rank == 1 && info.dims[1] == ROWS && info.dims[2] == 3);
    CU_ASSERT(info.type == FCNN_TYPE_INT16 && !info.is_member);
    CU_ASSERT(fcnn_hdf5_info_rows(&info, false) == 0 && fcnn_hdf5_info_rows(&info, true) == 1);
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/x", 0, 2, rows));
    HARNESS_OK(read_once_columns(file, "/x", 1, ROWS - 1, columns));
    for (int i = 0; i < 2 * ROWS * 3; i++) {
        const int a = i / (3 * ROWS), row = i / 3 % ROWS, c = i % 3;
        CU_ASSERT_EQUAL(rows[a][row][c], i - 7);
        CU_ASSERT(row == 0 || columns[row - 1][a][c] == i - 7);
    }
    HARNESS_STATUS(read_once_columns(file, "/x", 1, ROWS, columns), FCNN_ESHAPE);
    expect_words(file, "/words", 0, false);
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

/* ---- strings ---- */

/* Rows that an edit wrote anew lie behind all others; a long string has a part of the heap for itself. */
static void strings_are_found_wherever_they_lie(void)
{
    enum { COUNT = 3000, STRIDE = 7 };
    static char text[COUNT][16], *out[COUNT], large[LONG_BYTES + 1];
    const char *path = harness_path("bouncing.h5");
    const hsize_t dims = COUNT, one = 1;
    const hid_t made = formats_create_any(path), words = word_type();
    const hid_t space = H5Screate_simple(1, &dims, NULL), single = H5Screate_simple(1, &one, NULL);
    const hid_t dataset = H5Dcreate2(made, "/words", words, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    memset(large, 'w', LONG_BYTES);
    for (hsize_t i = 0; i < COUNT; i++) {
        const hsize_t row = (i * STRIDE * STRIDE) % COUNT;
        snprintf(text[row], sizeof text[row], "word %d", (int)row);
        const char *word = row == 77 ? large : text[row];
        H5Sselect_hyperslab(space, H5S_SELECT_SET, &row, NULL, &one, NULL);
        CU_ASSERT(H5Dwrite(dataset, words, single, space, H5P_DEFAULT, &word) >= 0);
    }
    H5Dclose(dataset);
    H5Sclose(single);
    H5Sclose(space);
    H5Tclose(words);
    H5Fclose(made);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    HARNESS_OK(read_once_strings(file, "/words", 0, COUNT, out));
    for (int row = 0; row < COUNT; row++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(out[row]);
        CU_ASSERT(row == 77 ? strlen(out[row]) == LONG_BYTES : strcmp(out[row], text[row]) == 0);
        free(out[row]);
    }
    fcnn_hdf5_close(file);
}

/* A word that is itself like a part of the heap, to which another row's reference is led. */
static void parts_of_the_heap_that_overlap_are_refused(void)
{
    enum { LENGTH = 171, FAKE = 64 };
    static char word[LENGTH + 1], content[1 << 16];
    static const unsigned char fake[FAKE] = {'G', 'C', 'O', 'L', 1, 0, 0, 0, FAKE, 0, 0, 0, 0, 0, 0,   0,   1,   0,
                                             0,   0,   0,   0,   0, 0, 4, 0, 0,    0, 0, 0, 0, 0, 'f', 'a', 'k', 'e'};
    const char *path = harness_path("overlap.h5"), *const words[] = {word, "true"};
    const hsize_t dims = 2;
    const hid_t made = formats_create_any(path), type = word_type();
    memset(word, 'w', LENGTH);
    hdf5_files_put(made, "/words", type, 1, &dims, type, words, H5P_DEFAULT);
    H5Tclose(type);
    H5Fclose(made);
    FILE *stream = fopen(path, "r+b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    const size_t size = fread(content, 1, sizeof content, stream);
    char *place = memmem(content, size, "wwwwwwww", 8), *heap = memmem(content, size, "GCOL", 4);
    CU_ASSERT_FATAL(place != NULL && heap != NULL);
    unsigned char reference[12] = {4}; /* the length and the address; the number follows */
    formats_store(reference + 4, (uint64_t)(heap - content), 8);
    char *second = memmem(content, size, reference, sizeof reference);
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    memcpy(place, fake, sizeof fake);
    formats_store(second + 4, (uint64_t)(place - content), 8);
    second[12] = 1;
    for (int with_first = 0; with_first < 2; with_first++) {
        char *texts[2] = {NULL};
        rewind(stream);
        fwrite(content, 1, size, stream);
        fflush(stream);
        fcnn_hdf5_file *file = hdf5_files_open(path);
        /* alone it is a part of the heap like any other */
        HARNESS_STATUS(read_once_strings(file, "/words", 1 - with_first, 1 + with_first, texts),
                       with_first ? FCNN_EDATA : FCNN_OK);
        if (with_first) {
            HARNESS_ERROR_HAS("the string of row 1 (counting from 0) is not in the file");
        } else {
            CU_ASSERT_STRING_EQUAL(texts[0], "fake");
        }
        free(texts[0]);
        fcnn_hdf5_close(file);
        hdf5_files_expect_closed();
    }
    fclose(stream);
}

/* netCDF writes each character as an element. */
static void characters_are_joined_to_strings(void)
{
    const char *path = harness_path("characters.h5");
    const hsize_t dims[] = {3, 4}, chunk[] = {2, 3}, turned[] = {1, 3};
    const hid_t made = formats_create_any(path), character = H5Tcopy(H5T_C_S1);
    const hid_t packed = H5Pcreate(H5P_DATASET_CREATE), words = H5Tcopy(H5T_C_S1);
    H5Tset_size(words, 5);
    H5Pset_chunk(packed, 2, chunk);
    H5Pset_deflate(packed, 6);
    hdf5_files_put(made, "/plain", character, 2, dims, character, "cat\0dog horse", H5P_DEFAULT);
    hdf5_files_put(made, "/packed", character, 2, dims, character, "cat\0dog horse", packed);
    hdf5_files_put(made, "/turned", words, 2, turned, words, "cat\0\0dog  horse", H5P_DEFAULT);
    H5Pclose(packed);
    H5Tclose(character);
    H5Tclose(words);
    H5Fclose(made);
    fcnn_hdf5_file *file = hdf5_files_open(path);
    const char *const names[] = {"/plain", "/packed", "/turned"};
    for (int i = 0; i < 3; i++) {
        fcnn_hdf5_info info = {0};
        char *texts[2] = {NULL};
        HARNESS_OK(fcnn_hdf5_describe(file, names[i], &info));
        CU_ASSERT(info.is_text && info.rank == (i < 2 ? 1 : 2) && info.joined == (i < 2 ? 4 : 0));
        CU_ASSERT(info.dims[fcnn_hdf5_info_rows(&info, false)] == 3);
        HARNESS_OK(read_once_strings(file, names[i], 1, 2, texts));
        CU_ASSERT_STRING_EQUAL(texts[0], "dog");
        CU_ASSERT_STRING_EQUAL(texts[1], i < 2 ? "hors" : "horse");
        free(texts[0]);
        free(texts[1]);
    }
    fcnn_hdf5_close(file);
    hdf5_files_expect_closed();
}

HARNESS_MAIN("hdf5_elements", {"members of every kind are numbers", members_of_every_kind_are_numbers},
             {"members that are strings are labels", members_that_are_strings_are_labels},
             {"records say how their members are named", records_say_how_their_members_are_named},
             {"arrays are further dimensions", arrays_are_further_dimensions},
             {"strings are found wherever they lie", strings_are_found_wherever_they_lie},
             {"parts of the heap that overlap are refused", parts_of_the_heap_that_overlap_are_refused},
             {"characters are joined to strings", characters_are_joined_to_strings})
