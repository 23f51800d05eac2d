/* tests/test_npy.c — numpy's format of one array: what numpy.save() writes, byte by byte, and what it never would. */
#include "harness.h"

#include "formats/array.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 4096 };

/* A file of that version, header and data. */
static size_t make(char *out, int version, const char *header, const void *data, size_t bytes)
{
    const size_t length = strlen(header), before = version == 1 ? 10 : 12;
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (char)version;
    out[7] = 0;
    out[8] = (char)(length & 0xFF);
    out[9] = (char)(length >> 8);
    out[10] = out[11] = 0;
    memcpy(out + before, header, length);
    memcpy(out + before + length, data, bytes);
    return before + length + bytes;
}

static fcnn_status read_bytes(const void *bytes, size_t length, fcnn_array *out)
{
    FILE *stream = fmemopen((void *)(uintptr_t)bytes, length, "rb");
    const fcnn_status status = fcnn_array_read(stream, "t.npy", &fcnn_format_npy, out);
    fclose(stream);
    return status;
}

static fcnn_status read_array(const char *header, const void *data, size_t bytes, fcnn_array *out)
{
    char file[MOST];
    return read_bytes(file, make(file, 1, header, data, bytes), out);
}

/* data: a literal, of which the zero byte at its end does not count; expected: an array */
#define EXPECT(header, data, type_of, expected)                                                 \
    do {                                                                                        \
        fcnn_array npy = {0};                                                                   \
        HARNESS_OK(read_array((header), (data), sizeof(data) - 1, &npy));                       \
        CU_ASSERT_EQUAL(npy.type, (type_of));                                                   \
        CU_ASSERT_EQUAL(fcnn_type_size(npy.type), sizeof(expected)[0]);                         \
        CU_ASSERT_EQUAL(npy.count, sizeof(expected) / sizeof(expected)[0]);                     \
        CU_ASSERT(npy.values != NULL && memcmp(npy.values, (expected), sizeof(expected)) == 0); \
        fcnn_array_clear(&npy);                                                                 \
    } while (0)

#define EXPECT_ERROR(header, data, message)                                               \
    do {                                                                                  \
        fcnn_array npy = {0};                                                             \
        HARNESS_STATUS(read_array((header), (data), sizeof(data) - 1, &npy), FCNN_EDATA); \
        CU_ASSERT(harness_same_text(fcnn_error_text(), (message)));                       \
        CU_ASSERT_PTR_NULL(npy.values);                                                   \
    } while (0)

#define HEADER(type, order, shape) "{'descr': '" type "', 'fortran_order': " order ", 'shape': " shape ", }   \n"
#define TWO(type) HEADER(type, "False", "(2,)")

static void whole_numbers_are_read(void)
{
    EXPECT(TWO("|i1"), "\xFE\x05", FCNN_TYPE_INT8, ((int8_t[]){-2, 5}));
    EXPECT(TWO("|u1"), "\xFE\x05", FCNN_TYPE_UINT8, ((uint8_t[]){254, 5}));
    EXPECT(TWO("<i2"), "\xFE\xFF\x05\x01", FCNN_TYPE_INT16, ((int16_t[]){-2, 261}));
    EXPECT(TWO(">i2"), "\xFF\xFE\x01\x05", FCNN_TYPE_INT16, ((int16_t[]){-2, 261}));
    EXPECT(TWO("<u2"), "\xFE\xFF\x05\x01", FCNN_TYPE_UINT16, ((uint16_t[]){65534, 261}));
    EXPECT(TWO("<i4"), "\xFE\xFF\xFF\xFF\x05\x01\0\0", FCNN_TYPE_INT32, ((int32_t[]){-2, 261}));
    EXPECT(TWO(">u4"), "\x80\0\0\x01\0\0\x01\x05", FCNN_TYPE_UINT32, ((uint32_t[]){2147483649U, 261}));
    EXPECT(TWO("<i8"), "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x05\x01\0\0\0\0\0\x01", FCNN_TYPE_INT64,
           ((int64_t[]){-2, 261 + ((int64_t)1 << 56)}));
    EXPECT(TWO(">i8"), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE\x01\0\0\0\0\0\x01\x05", FCNN_TYPE_INT64,
           ((int64_t[]){-2, 261 + ((int64_t)1 << 56)}));
    EXPECT(TWO(">u8"), "\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07", FCNN_TYPE_UINT64, ((uint64_t[]){(uint64_t)1 << 63, 7}));
}

static void floats_are_read(void)
{
    EXPECT(TWO("<f4"), "\0\0\xC0\x3F\0\0\0\xC0", FCNN_TYPE_FLOAT32, ((float[]){1.5F, -2}));
    EXPECT(TWO(">f4"), "\x3F\xC0\0\0\xC0\0\0\0", FCNN_TYPE_FLOAT32, ((float[]){1.5F, -2}));
    EXPECT(TWO("<f8"), "\0\0\0\0\0\0\xF8\x3F\0\0\0\0\0\0\0\xC0", FCNN_TYPE_FLOAT64, ((double[]){1.5, -2}));
    EXPECT(TWO(">f8"), "\x3F\xF8\0\0\0\0\0\0\xC0\0\0\0\0\0\0\0", FCNN_TYPE_FLOAT64, ((double[]){1.5, -2}));
}

/* 1, -2, the largest, the smallest normal, the smallest at all, -0 (table of binary16 in IEEE 754) */
static void half_floats_become_floats(void)
{
    const float expected[] = {1, -2, 65504, 0x1p-14F, 0x1p-24F, -0.0F};
    EXPECT(HEADER("<f2", "False", "(6,)"), "\x00\x3C\x00\xC0\xFF\x7B\x00\x04\x01\x00\x00\x80", FCNN_TYPE_FLOAT32,
           expected);
    EXPECT(HEADER(">f2", "False", "(6,)"), "\x3C\x00\xC0\x00\x7B\xFF\x04\x00\x00\x01\x80\x00", FCNN_TYPE_FLOAT32,
           expected);
    fcnn_array npy = {0};
    HARNESS_OK(read_array(HEADER("<f2", "False", "(3,)"), "\x00\x7C\x00\xFC\x01\x7C", 6, &npy));
    const float *values = npy.values;
    CU_ASSERT(values != NULL && isinf(values[0]) && values[0] > 0 && isinf(values[1]) && values[1] < 0);
    CU_ASSERT(values != NULL && isnan(values[2]));
    fcnn_array_clear(&npy);
}

static void bools_become_0_and_1(void)
{
    EXPECT(HEADER("|b1", "False", "(4,)"), "\x01\x00\x07\xFF", FCNN_TYPE_UINT8, ((uint8_t[]){1, 0, 1, 1}));
}

static void shapes_are_kept(void)
{
    fcnn_array npy = {0};
    HARNESS_OK(read_array(HEADER("|u1", "False", "(2, 1, 3)"), "abcdef", 6, &npy));
    CU_ASSERT(npy.rank == 3 && npy.dims[0] == 2 && npy.dims[1] == 1 && npy.dims[2] == 3);
    CU_ASSERT(npy.values != NULL && memcmp(npy.values, "abcdef", 6) == 0);
    fcnn_array_clear(&npy);
}

/* Element [i][j][k] is 100 i + 10 j + k, the first index fastest in the file. */
static void orders_of_fortran_are_turned(void)
{
    enum { I = 2, J = 3, K = 4 };
    uint8_t bytes[I * J * K], expected[I * J * K], swapped[2 * I * J * K] = {0};
    int16_t turned[I * J * K];
    for (int i = 0; i < I; i++) {
        for (int j = 0; j < J; j++) {
            for (int k = 0; k < K; k++) {
                const int value = 100 * i + 10 * j + k;
                bytes[i + I * j + I * J * k] = (uint8_t)value;
                expected[(i * J + j) * K + k] = (uint8_t)value;
                swapped[2 * (i + I * j + I * J * k) + 1] = (uint8_t)value;
                turned[(i * J + j) * K + k] = (int16_t)value;
            }
        }
    }
    fcnn_array npy = {0};
    HARNESS_OK(read_array(HEADER("|u1", "True", "(2, 3, 4)"), bytes, sizeof bytes, &npy));
    CU_ASSERT(npy.values != NULL && memcmp(npy.values, expected, sizeof expected) == 0);
    fcnn_array_clear(&npy);
    HARNESS_OK(read_array(HEADER(">i2", "True", "(2, 3, 4)"), swapped, sizeof swapped, &npy));
    CU_ASSERT(npy.values != NULL && memcmp(npy.values, turned, sizeof turned) == 0);
    fcnn_array_clear(&npy);
    HARNESS_OK(read_array(HEADER("|u1", "True", "(3,)"), "abc", 3, &npy));
    CU_ASSERT(npy.values != NULL && memcmp(npy.values, "abc", 3) == 0);
    fcnn_array_clear(&npy);
}

/* As other writers of the format have it. */
static void headers_may_look_otherwise(void)
{
    const uint8_t expected[] = {97, 98};
    EXPECT("{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"|u1\"}", "ab", FCNN_TYPE_UINT8, expected);
    EXPECT("{ 'fortran_order' : True , 'descr' : '|u1' , 'shape' : ( 2L , 1 ) , }  \t\n", "ab", FCNN_TYPE_UINT8,
           expected);
    EXPECT(HEADER("|u1", "False", "(2, 1)"), "ab", FCNN_TYPE_UINT8, expected);
    for (int version = 2; version < 4; version++) {
        char file[MOST];
        fcnn_array npy = {0};
        HARNESS_OK(read_bytes(file, make(file, version, TWO("|u1"), "ab", 2), &npy));
        CU_ASSERT(npy.count == 2 && memcmp(npy.values, "ab", 2) == 0);
        fcnn_array_clear(&npy);
    }
}

static void other_types_are_refused(void)
{
    const char rest[] = "; only whole numbers, floats of 2, 4 and 8 bytes, and bool can be read";
    const char *const cases[][2] = {
        {TWO("|O"), "Python objects (pickled) of type '|O'"},
        {TWO("<U5"), "texts of type '<U5'"},
        {TWO("|S3"), "texts of type '|S3'"},
        {TWO("<c16"), "complex numbers of type '<c16'"},
        {TWO("<M8[ns]"), "dates or times of type '<M8[ns]'"},
        {TWO("|V8"), "records of type '|V8'"},
        {TWO("<f16"), "elements of type '<f16'"},
        {TWO("<i3"), "elements of type '<i3'"},
        {TWO(""), "elements of type ''"},
        {TWO("<"), "elements of type '<'"},
        {TWO("<<f8"), "elements of type '<<f8'"},
        {TWO("|b8"), "elements of type '|b8'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char message[200];
        fcnn_array npy = {0};
        snprintf(message, sizeof message, "t.npy: contains %s%s", cases[i][1], rest);
        HARNESS_STATUS(read_array(cases[i][0], "0123456789abcdef", 16, &npy), FCNN_EDATA);
        CU_ASSERT(harness_same_text(fcnn_error_text(), message));
    }
    EXPECT_ERROR("{'descr': [('a', '<f8'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,)}", "012345678901",
                 "t.npy: contains records of several fields; save each field as a separate array");
}

static void shapes_are_checked(void)
{
    const char huge[] = "t.npy: is damaged: its dimensions are larger than any file";
    EXPECT_ERROR(HEADER("<f8", "False", "(4294967296, 4294967296)"), "", huge);
    EXPECT_ERROR(HEADER("<f8", "False", "(1152921504606846976,)"), "", huge);
    EXPECT_ERROR(HEADER("|u1", "False", "(1099511627776,)"), "ab",
                 "t.npy: is truncated: its shape requires 1099511627776 bytes, but only 2 follow");
    EXPECT_ERROR(HEADER("<i2", "False", "(2, 2)"), "abcdefg",
                 "t.npy: is truncated: its shape requires 8 bytes, but only 7 follow");
    EXPECT_ERROR(HEADER("<i2", "False", "(2, 2)"), "abcdefghi",
                 "t.npy: is too long: its shape requires 8 bytes, but more follow");
    EXPECT_ERROR(HEADER("<f8", "False", "()"), "01234567", "t.npy: contains a single value, not an array");
    EXPECT_ERROR(HEADER("<f8", "False", "(3, 0)"), "", "t.npy: dimension 2 is 0: the array has no elements");
    EXPECT_ERROR(HEADER("|u1", "False", "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"), "a",
                 "t.npy: has more than 32 dimensions");
}

static void damaged_headers_are_refused(void)
{
    static const char *const headers[] = {
        "",
        "{",
        "[]",
        "{}",
        HEADER("<f8", "False", "(-1,)"),
        HEADER("<f8", "False", "(99999999999999999999,)"),
        HEADER("<f8", "False", "(2 2)"),
        HEADER("<f8", "False", "(2,"),
        HEADER("<f8", "False", "[2]"),
        HEADER("<f8", "False", "2"),
        HEADER("<f8", "False", "(2.0,)"),
        HEADER("<f8", "false", "(2,)"),
        HEADER("<f8", "1", "(2,)"),
        HEADER("<f8'", "False", "(2,)"),
        HEADER("<f\\x38", "False", "(2,)"),
        HEADER("0123456789012345678901234567890123456789012345678901234567890123456789", "False", "(2,)"),
        "{'descr': '<f8', 'fortran_order': False}",
        "{'descr': '<f8', 'shape': (2,)}",
        "{'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'more': 1}",
        "{'descr': '<f8' 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)} x",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)",
        "{'descr': 8, 'fortran_order': False, 'shape': (2,)}",
        "{descr: '<f8', 'fortran_order': False, 'shape': (2,)}",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        fcnn_array npy = {0};
        HARNESS_STATUS(read_array(headers[i], "0123456789abcdef", 16, &npy), FCNN_EDATA);
        CU_ASSERT(harness_same_text(fcnn_error_text(), "t.npy: the header of the .npy file is damaged"));
    }
}

static void other_files_are_refused(void)
{
    fcnn_array npy = {0};
    HARNESS_STATUS(read_bytes("1,2,3,4,5\n", 10, &npy), FCNN_EDATA);
    CU_ASSERT(harness_same_text(fcnn_error_text(), "t.npy: is not a .npy file (it begins with 31 2c 32 2c)"));
    HARNESS_STATUS(read_bytes("PK\3\4\0\0\0\0", 8, &npy), FCNN_EDATA);
    CU_ASSERT(harness_same_text(fcnn_error_text(), "t.npy: is an archive of arrays (.npz); use --npz to import it"));
    HARNESS_STATUS(read_bytes("\x93NUMPY\4\0  ", 10, &npy), FCNN_EDATA);
    HARNESS_ERROR_HAS("t.npy: has version 4.0 of the .npy format");
    HARNESS_STATUS(read_bytes("\x93NUMPY\1\1  ", 10, &npy), FCNN_EDATA);
    HARNESS_STATUS(read_bytes("\x93NUMPY\2\0\xFF\xFF\xFF\xFF{", 13, &npy), FCNN_EDATA);
    HARNESS_ERROR_HAS("t.npy: the header of the .npy file is damaged");
    /* a zero byte in the header, and any piece of a file */
    char file[MOST];
    const size_t length = make(file, 1, TWO("|u1"), "ab", 2);
    file[30] = '\0';
    HARNESS_STATUS(read_bytes(file, length, &npy), FCNN_EDATA);
    make(file, 1, TWO("|u1"), "ab", 2);
    for (size_t part = 1; part < length; part++) {
        HARNESS_STATUS(read_bytes(file, part, &npy), FCNN_EDATA);
        HARNESS_ERROR_HAS("t.npy: is truncated");
    }
    CU_ASSERT_PTR_NULL(npy.values);
}

/* Whatever bytes are changed, the answer is an array or a message, and no sanitizer complains. */
static void changed_bytes_do_no_harm(void)
{
    static const char alphabet[] = "{}()[]'\",: 0123456789<>|=fiubOUFalseTrue\\L-";
    char file[MOST];
    const size_t length = make(file, 1, HEADER(">i2", "True", "(2, 3)"), "abcdefghijkl", 12);
    uint32_t state = 99;
    int arrays = 0;
    for (int round = 0; round < 20000; round++) {
        char changed[MOST];
        memcpy(changed, file, length);
        for (int change = 0; change < 1 + round % 3; change++) {
            state = state * 1664525U + 1013904223U;
            changed[6 + (state >> 8) % (length - 6)] = alphabet[(state >> 20) % (sizeof alphabet - 1)];
        }
        fcnn_array npy = {0};
        const fcnn_status status = read_bytes(changed, length, &npy);
        CU_ASSERT(status == FCNN_OK || status == FCNN_EDATA);
        arrays += status == FCNN_OK;
        fcnn_array_clear(&npy);
    }
    CU_ASSERT(arrays > 100);
}

HARNESS_MAIN("npy", {"whole numbers are read", whole_numbers_are_read}, {"floats are read", floats_are_read},
             {"half floats become floats", half_floats_become_floats}, {"bools become 0 and 1", bools_become_0_and_1},
             {"shapes are kept", shapes_are_kept}, {"orders of Fortran are turned", orders_of_fortran_are_turned},
             {"headers may look otherwise", headers_may_look_otherwise},
             {"other types are refused", other_types_are_refused}, {"shapes are checked", shapes_are_checked},
             {"damaged headers are refused", damaged_headers_are_refused},
             {"other files are refused", other_files_are_refused},
             {"changed bytes do no harm", changed_bytes_do_no_harm})
