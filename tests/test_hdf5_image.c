/* tests/test_hdf5_image.c — HDF5 files in memory: what goes in comes out, and nothing else. */
#include "hdf5/image.h"

#include "harness.h"
#include "hdf5_files.h"

#include "formats.h"
#include "files/framed_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hdf5.h>

static fcnn_hdf5_image *create(void)
{
    fcnn_hdf5_image *image = NULL;
    HARNESS_OK(fcnn_hdf5_image_create(&image));
    CU_ASSERT_PTR_NOT_NULL_FATAL(image);
    return image;
}

/* Finishes an image and opens it. */
static fcnn_hdf5_file *reopen(fcnn_hdf5_image *image)
{
    void *bytes = NULL;
    int64_t count = 0;
    fcnn_hdf5_file *file = NULL;
    HARNESS_OK(fcnn_hdf5_image_finish(image, &bytes, &count));
    HARNESS_OK(fcnn_hdf5_image_open("an image", bytes, count, &file));
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    return file;
}

static void every_type_comes_back(void)
{
    static const int64_t dims[] = {2, 3};
    fcnn_hdf5_image *image = create();
    HARNESS_OK(fcnn_hdf5_image_group(image, "/a"));
    HARNESS_OK(fcnn_hdf5_image_group(image, "/a/b"));
    char name[32];
#define PUT(type, ctype, text)                                                   \
    {                                                                            \
        const ctype values[] = {(ctype)-1, 0, 1, 2, (ctype)((ctype)-1 / 2), 99}; \
        snprintf(name, sizeof name, "/a/b/%s", text);                            \
        HARNESS_OK(fcnn_hdf5_image_dataset(image, name, type, 2, dims, values)); \
    }
    FCNN_TYPE_TABLE(PUT)
#undef PUT
    fcnn_hdf5_file *file = reopen(image);
#define GET(kind, ctype, text)                                                     \
    {                                                                              \
        const ctype expected[] = {(ctype)-1, 0, 1, 2, (ctype)((ctype)-1 / 2), 99}; \
        ctype values[6] = {0};                                                     \
        fcnn_hdf5_info info = {0};                                                 \
        snprintf(name, sizeof name, "/a/b/%s", text);                              \
        HARNESS_OK(fcnn_hdf5_describe(file, name, &info));                         \
        CU_ASSERT_EQUAL(info.type, kind);                                          \
        CU_ASSERT_EQUAL(info.rank, 2);                                             \
        CU_ASSERT_EQUAL(info.dims[0], 2);                                          \
        CU_ASSERT_EQUAL(info.dims[1], 3);                                          \
        HARNESS_OK(fcnn_hdf5_read_rows(file, name, 0, 2, values));                 \
        CU_ASSERT_EQUAL(memcmp(values, expected, sizeof values), 0);               \
    }
    FCNN_TYPE_TABLE(GET)
#undef GET
    fcnn_hdf5_close(file);
}

static void empty_and_single_datasets_work(void)
{
    const int64_t none = 0;
    const double one = 1.5;
    fcnn_hdf5_image *image = create();
    HARNESS_OK(fcnn_hdf5_image_dataset(image, "/none", FCNN_TYPE_FLOAT64, 1, &none, NULL));
    HARNESS_OK(fcnn_hdf5_image_dataset(image, "/one", FCNN_TYPE_FLOAT64, 0, NULL, &one));
    fcnn_hdf5_file *file = reopen(image);
    fcnn_hdf5_info info;
    int64_t budget = fcnn_hdf5_bytes(file);
    HARNESS_OK(fcnn_hdf5_describe_whole(file, "/none", &budget, &info));
    CU_ASSERT_EQUAL(info.rank, 1);
    CU_ASSERT_EQUAL(info.dims[0], 0);
    HARNESS_OK(fcnn_hdf5_describe_whole(file, "/one", &budget, &info));
    CU_ASSERT_EQUAL(info.rank, 0);
    CU_ASSERT_EQUAL(budget, fcnn_hdf5_bytes(file) - 8);
    fcnn_hdf5_close(file);
}

static void texts_and_attributes_come_back(void)
{
    fcnn_hdf5_image *image = create();
    HARNESS_OK(fcnn_hdf5_image_text(image, "/text", "two lines\nof µ text\n"));
    HARNESS_OK(fcnn_hdf5_image_text(image, "/empty", ""));
    HARNESS_OK(fcnn_hdf5_image_integer_attribute(image, "/", "whole", INT64_MIN));
    HARNESS_OK(fcnn_hdf5_image_text_attribute(image, "/text", "word", "tanh"));
    fcnn_hdf5_file *file = reopen(image);
    char *text = NULL;
    HARNESS_OK(fcnn_hdf5_read_text(file, "/text", 100, &text));
    CU_ASSERT_STRING_EQUAL(text, "two lines\nof µ text\n");
    free(text);
    HARNESS_OK(fcnn_hdf5_read_text(file, "/empty", 0, &text));
    CU_ASSERT_STRING_EQUAL(text, "");
    free(text);
    int64_t whole = 0;
    HARNESS_OK(fcnn_hdf5_read_integer_attribute(file, "/", "whole", &whole));
    CU_ASSERT_EQUAL(whole, INT64_MIN);
    HARNESS_OK(fcnn_hdf5_read_text_attribute(file, "/text", "word", 4, &text));
    CU_ASSERT_STRING_EQUAL(text, "tanh");
    free(text);
    fcnn_hdf5_close(file);
}

static void what_is_there_is_told(void)
{
    const int64_t one = 1;
    fcnn_hdf5_image *image = create();
    HARNESS_OK(fcnn_hdf5_image_group(image, "/a"));
    HARNESS_OK(fcnn_hdf5_image_dataset(image, "/a/x", FCNN_TYPE_INT64, 1, &one, &one));
    HARNESS_OK(fcnn_hdf5_image_integer_attribute(image, "/a/x", "n", 1));
    fcnn_hdf5_file *file = reopen(image);
    CU_ASSERT_TRUE(fcnn_hdf5_has(file, "/a"));
    CU_ASSERT_TRUE(fcnn_hdf5_has(file, "/a/x"));
    CU_ASSERT_FALSE(fcnn_hdf5_has(file, "/a/y"));
    CU_ASSERT_FALSE(fcnn_hdf5_has(file, "/b/x"));
    CU_ASSERT_TRUE(fcnn_hdf5_has_attribute(file, "/a/x", "n"));
    CU_ASSERT_FALSE(fcnn_hdf5_has_attribute(file, "/a/x", "m"));
    CU_ASSERT_FALSE(fcnn_hdf5_has_attribute(file, "/", "n"));
    fcnn_hdf5_close(file);
}

static void wrong_kinds_are_refused(void)
{
    const int64_t two = 2, values[] = {1, 2};
    fcnn_hdf5_image *image = create();
    HARNESS_OK(fcnn_hdf5_image_dataset(image, "/x", FCNN_TYPE_INT64, 1, &two, values));
    HARNESS_OK(fcnn_hdf5_image_text(image, "/text", "12345"));
    HARNESS_OK(fcnn_hdf5_image_integer_attribute(image, "/", "whole", 1));
    HARNESS_OK(fcnn_hdf5_image_text_attribute(image, "/", "word", "tanh"));
    fcnn_hdf5_file *file = reopen(image);
    char *text;
    int64_t whole;
    HARNESS_STATUS(fcnn_hdf5_read_text(file, "/x", 100, &text), FCNN_EDATA);
    HARNESS_ERROR_HAS("an image: dataset /x is not a single value");
    HARNESS_STATUS(fcnn_hdf5_read_text(file, "/text", 4, &text), FCNN_EDATA);
    HARNESS_ERROR_HAS("an image: dataset /text is longer than 4 bytes");
    HARNESS_STATUS(fcnn_hdf5_read_text(file, "/none", 100, &text), FCNN_EDATA);
    HARNESS_ERROR_HAS("an image: there is no dataset /none; the file has /text, /x [2]");
    HARNESS_STATUS(fcnn_hdf5_read_text_attribute(file, "/", "whole", 100, &text), FCNN_EDATA);
    HARNESS_ERROR_HAS("an image: attribute whole of / is not a text");
    HARNESS_STATUS(fcnn_hdf5_read_text_attribute(file, "/", "word", 3, &text), FCNN_EDATA);
    HARNESS_ERROR_HAS("is longer than 3 bytes");
    HARNESS_STATUS(fcnn_hdf5_read_integer_attribute(file, "/", "word", &whole), FCNN_EDATA);
    HARNESS_ERROR_HAS("attribute word of / is not a whole number");
    HARNESS_STATUS(fcnn_hdf5_read_integer_attribute(file, "/", "none", &whole), FCNN_EDATA);
    HARNESS_ERROR_HAS("attribute none of / is missing");
    fcnn_hdf5_close(file);
}

static void what_cannot_be_made_is_said(void)
{
    const int64_t one = 1;
    fcnn_hdf5_image *image = create();
    HARNESS_OK(fcnn_hdf5_image_dataset(image, "/x", FCNN_TYPE_INT64, 1, &one, &one));
    HARNESS_STATUS(fcnn_hdf5_image_dataset(image, "/x", FCNN_TYPE_INT64, 1, &one, &one), FCNN_EINTERNAL);
    HARNESS_ERROR_HAS("dataset /x of an HDF5 file in memory cannot be created");
    HARNESS_STATUS(fcnn_hdf5_image_group(image, "/none/group"), FCNN_EINTERNAL);
    HARNESS_STATUS(fcnn_hdf5_image_text_attribute(image, "/none", "word", "x"), FCNN_EINTERNAL);
    fcnn_hdf5_image_abandon(image);
    fcnn_hdf5_image_abandon(NULL);
}

static void bytes_that_are_no_hdf5_are_refused(void)
{
    for (int64_t count = 0; count <= 4096; count += 512) {
        fcnn_hdf5_file *file;
        void *bytes = calloc(4096, 1);
        HARNESS_STATUS(fcnn_hdf5_image_open("zeros", bytes, count, &file), FCNN_EDATA);
        HARNESS_ERROR_HAS("zeros: cannot be opened as HDF5");
    }
}

/* HDF5 takes two files in memory of the same name for one file. */
static void images_do_not_mix(void)
{
    fcnn_hdf5_image *images[3];
    fcnn_hdf5_file *files[3];
    for (int64_t i = 0; i < 3; i++) {
        images[i] = create();
        HARNESS_OK(fcnn_hdf5_image_integer_attribute(images[i], "/", "n", i));
    }
    for (int64_t i = 0; i < 3; i++) {
        files[i] = reopen(images[i]);
    }
    for (int64_t i = 0; i < 3; i++) {
        int64_t n = -1;
        HARNESS_OK(fcnn_hdf5_read_integer_attribute(files[i], "/", "n", &n));
        CU_ASSERT_EQUAL(n, i);
        fcnn_hdf5_close(files[i]);
    }
}

static void build(fcnn_hdf5_image *image)
{
    double values[3000];
    const int64_t count = 3000;
    for (int i = 0; i < 3000; i++) {
        values[i] = i;
    }
    HARNESS_OK(fcnn_hdf5_image_group(image, "/g"));
    HARNESS_OK(fcnn_hdf5_image_dataset(image, "/g/x", FCNN_TYPE_FLOAT64, 1, &count, values));
    HARNESS_OK(fcnn_hdf5_image_text(image, "/text", "text"));
    HARNESS_OK(fcnn_hdf5_image_text_attribute(image, "/g/x", "word", "tanh"));
}

/* Also in the gaps: the second image is built in memory that is not all zeros, in another second. */
static void the_same_calls_give_the_same_bytes(void)
{
    void *bytes[2] = {NULL, NULL};
    int64_t counts[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        fcnn_hdf5_image *image = create();
        build(image);
        HARNESS_OK(fcnn_hdf5_image_finish(image, &bytes[i], &counts[i]));
        void *dirt = malloc(1 << 20);
        memset(dirt, 0xa5, 1 << 20);
        free(dirt);
        const time_t now = time(NULL);
        while (i == 0 && time(NULL) == now) {
        }
    }
    CU_ASSERT_EQUAL_FATAL(counts[0], counts[1]);
    CU_ASSERT_EQUAL(memcmp(bytes[0], bytes[1], (size_t)counts[0]), 0);
    free(bytes[0]);
    free(bytes[1]);
}

static void framed_and_unframed_files_open(void)
{
    const char *path = harness_path("image.h5");
    for (int framed = 0; framed < 2; framed++) {
        fcnn_hdf5_image *image = create();
        build(image);
        void *bytes = NULL;
        int64_t count = 0;
        HARNESS_OK(fcnn_hdf5_image_finish(image, &bytes, &count));
        if (framed) {
            HARNESS_OK(fcnn_framed_file_write(path, bytes, count));
        } else {
            FILE *out = fopen(path, "wb");
            CU_ASSERT_EQUAL(fwrite(bytes, 1, (size_t)count, out), (size_t)count);
            fclose(out);
        }
        free(bytes);
        bool is_framed = !framed;
        fcnn_hdf5_file *file = NULL;
        HARNESS_OK(fcnn_hdf5_open_verified(path, &is_framed, &file));
        CU_ASSERT_EQUAL(is_framed, framed == 1);
        double value = 0;
        HARNESS_OK(fcnn_hdf5_read_rows(file, "/g/x", 2999, 1, &value));
        CU_ASSERT_EQUAL(value, 2999);
        fcnn_hdf5_close(file);
    }
    /* HDF5 finds the image behind the frame by itself */
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    CU_ASSERT_TRUE(id >= 0);
    CU_ASSERT_TRUE(H5Lexists(id, "/g/x", H5P_DEFAULT) > 0);
    H5Fclose(id);
}

static void numbers_are_stored_little_endian(void)
{
    const char *path = harness_path("order.h5");
    const int64_t zeros[] = {0, 0};
    const int64_t two = 2;
    fcnn_hdf5_image *image = create();
    HARNESS_OK(fcnn_hdf5_image_integer_attribute(image, "/", "whole", 1));
#define PUT(type, ctype, text) HARNESS_OK(fcnn_hdf5_image_dataset(image, "/" text, type, 1, &two, zeros));
    FCNN_TYPE_TABLE(PUT)
#undef PUT
    void *bytes = NULL;
    int64_t count = 0;
    HARNESS_OK(fcnn_hdf5_image_finish(image, &bytes, &count));
    HARNESS_OK(fcnn_framed_file_write(path, bytes, count));
    free(bytes);
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
#define CHECK(kind, element, text) CU_ASSERT_TRUE(formats_is_little_endian(id, text));
    FCNN_TYPE_TABLE(CHECK)
#undef CHECK
    const hid_t attribute = H5Aopen(id, "whole", H5P_DEFAULT), type = H5Aget_type(attribute);
    CU_ASSERT_EQUAL(H5Tget_order(type), H5T_ORDER_LE);
    H5Tclose(type);
    H5Aclose(attribute);
    H5Fclose(id);
}

/* ---- files that other programs made ---- */

static const char *foreign_path(void)
{
    return harness_path("foreign.h5");
}

static hid_t foreign_create(void)
{
    const hid_t id = formats_create_any(foreign_path());
    CU_ASSERT_TRUE_FATAL(id >= 0);
    return id;
}

static fcnn_hdf5_file *foreign_open(hid_t id)
{
    fcnn_hdf5_file *file = NULL;
    bool is_framed;
    H5Fclose(id);
    HARNESS_OK(fcnn_hdf5_open_verified(foreign_path(), &is_framed, &file));
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    return file;
}

static void put_string(hid_t id, const char *name, size_t size, H5T_str_t padding, const void *data)
{
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, size);
    if (size != H5T_VARIABLE) {
        H5Tset_strpad(type, padding);
    }
    H5Tset_cset(type, size == H5T_VARIABLE ? H5T_CSET_UTF8 : H5T_CSET_ASCII);
    const hid_t attribute = H5Acreate2(id, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t dataset = H5Dcreate2(id, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, data);
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Aclose(attribute);
    H5Dclose(dataset);
    H5Tclose(type);
    H5Sclose(space);
}

/* As h5py (variable length), Fortran (blanks) and others (no zero at the end) write them. */
static void strings_of_every_kind_are_read(void)
{
    static const char *const names[] = {"variable", "blanks", "zeros", "full"};
    const char *variable = "tanh";
    const hid_t id = foreign_create();
    put_string(id, "variable", H5T_VARIABLE, H5T_STR_NULLTERM, &variable);
    put_string(id, "blanks", 8, H5T_STR_SPACEPAD, "tanh    ");
    put_string(id, "zeros", 8, H5T_STR_NULLPAD, "tanh\0\0\0\0");
    put_string(id, "full", 4, H5T_STR_NULLPAD, "tanh");
    fcnn_hdf5_file *file = foreign_open(id);
    for (int i = 0; i < 4; i++) {
        char name[16];
        char *text = NULL;
        snprintf(name, sizeof name, "/%s", names[i]);
        HARNESS_OK(fcnn_hdf5_read_text_attribute(file, "/", names[i], 8, &text));
        CU_ASSERT_STRING_EQUAL(text, "tanh");
        free(text);
        HARNESS_OK(fcnn_hdf5_read_text(file, name, 8, &text));
        CU_ASSERT_STRING_EQUAL(text, "tanh");
        free(text);
    }
    char *text;
    HARNESS_STATUS(fcnn_hdf5_read_text(file, "/variable", 3, &text), FCNN_EDATA);
    HARNESS_ERROR_HAS("dataset /variable is longer than 3 bytes");
    fcnn_hdf5_close(file);
}

static void put_chunked(hid_t id, const char *name, hsize_t extent, bool written)
{
    const hid_t space = H5Screate_simple(1, &extent, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk = 65536;
    H5Pset_chunk(list, 1, &chunk);
    H5Pset_deflate(list, 9);
    const hid_t dataset = H5Dcreate2(id, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    if (written) {
        const double one = 1;
        const hsize_t at = 0, count = 1;
        const hid_t memory = H5Screate_simple(1, &count, NULL);
        H5Sselect_hyperslab(space, H5S_SELECT_SET, &at, NULL, &count, NULL);
        H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &one);
        H5Sclose(memory);
    }
    H5Dclose(dataset);
    H5Pclose(list);
    H5Sclose(space);
}

static void claims_beyond_the_file_are_refused(void)
{
    const hid_t id = foreign_create();
    put_chunked(id, "unwritten", 65536, false);
    put_chunked(id, "sparse", (hsize_t)1 << 40, true);
    put_chunked(id, "dense", 65536, true);
    H5Lcreate_hard(id, "dense", id, "again", H5P_DEFAULT, H5P_DEFAULT);
    fcnn_hdf5_file *file = foreign_open(id);
    fcnn_hdf5_info info;
    int64_t budget = fcnn_hdf5_bytes(file);
    HARNESS_STATUS(fcnn_hdf5_describe_whole(file, "/unwritten", &budget, &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("dataset /unwritten was never written");
    HARNESS_STATUS(fcnn_hdf5_describe_whole(file, "/sparse", &budget, &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("dataset /sparse has 8796093022208 bytes according to its shape, too many for a file");
    budget = 800; /* all zeros but one number: 524288 bytes take some 540 */
    HARNESS_OK(fcnn_hdf5_describe_whole(file, "/dense", &budget, &info));
    CU_ASSERT_EQUAL(info.dims[0], 65536);
    HARNESS_STATUS(fcnn_hdf5_describe_whole(file, "/again", &budget, &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("dataset /again has 524288 bytes according to its shape, too many for the file");
    fcnn_hdf5_close(file);
}

static void nothing_stays_open(void)
{
    every_type_comes_back(); /* HDF5 has set itself up */
    const hdf5_files_marks before = hdf5_files_set_marks();
    every_type_comes_back();
    empty_and_single_datasets_work();
    texts_and_attributes_come_back();
    wrong_kinds_are_refused();
    what_cannot_be_made_is_said();
    bytes_that_are_no_hdf5_are_refused();
    framed_and_unframed_files_open();
    strings_of_every_kind_are_read();
    claims_beyond_the_file_are_refused();
    CU_ASSERT_EQUAL(hdf5_files_left_open(before, hdf5_files_set_marks()), 0);
}

HARNESS_MAIN("hdf5_image", {"every type comes back", every_type_comes_back},
             {"empty and single datasets work", empty_and_single_datasets_work},
             {"texts and attributes come back", texts_and_attributes_come_back},
             {"what is there is told", what_is_there_is_told}, {"wrong kinds are refused", wrong_kinds_are_refused},
             {"what cannot be made is said", what_cannot_be_made_is_said},
             {"bytes that are no HDF5 are refused", bytes_that_are_no_hdf5_are_refused},
             {"images do not mix", images_do_not_mix},
             {"the same calls give the same bytes", the_same_calls_give_the_same_bytes},
             {"framed and unframed files open", framed_and_unframed_files_open},
             {"numbers are stored little-endian", numbers_are_stored_little_endian},
             {"strings of every kind are read", strings_of_every_kind_are_read},
             {"claims beyond the file are refused", claims_beyond_the_file_are_refused},
             {"nothing stays open", nothing_stays_open})
