/* tests/test_array.c — arrays in files whose format is recognized by their first bytes. */
#include "harness.h"

#include "formats/array.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* two bytes, 5 and 6, in each format */
static const char idx[] = "\0\0\x08\1\0\0\0\2\5\6";
static const char npy[] = "\x93NUMPY\1\0\x47\0"
                          "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }             \n"
                          "\5\6";
static const char packed[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x63\x60\xe0\x60\x64"
                             "\x60\x60\x60\x62\x65\x03\x00\x69\xfd\x88\x01\x0a\x00\x00\x00";

static fcnn_status read_bytes(const char *bytes, size_t length, const fcnn_format *usual, fcnn_array *out)
{
    FILE *stream = fmemopen((void *)(uintptr_t)bytes, length, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    const fcnn_status status = fcnn_array_read(stream, "t.bin", usual, out);
    fclose(stream);
    return status;
}

static void expect_bytes(const char *bytes, size_t length, const fcnn_format *usual)
{
    fcnn_array array = {0};
    HARNESS_OK(read_bytes(bytes, length, usual, &array));
    CU_ASSERT(array.type == FCNN_TYPE_UINT8 && array.rank == 1 && array.dims[0] == 2 && array.count == 2);
    CU_ASSERT(array.values != NULL && memcmp(array.values, "\5\6", 2) == 0);
    fcnn_array_clear(&array);
}

static void expect_all(void)
{
    const fcnn_format *const usual[] = {&fcnn_format_idx, &fcnn_format_npy};
    for (int i = 0; i < 2; i++) {
        expect_bytes(idx, sizeof idx - 1, usual[i]);
        expect_bytes(npy, sizeof npy - 1, usual[i]);
        expect_bytes(packed, sizeof packed - 1, usual[i]);
    }
}

static void a_format_is_recognized_whatever_is_usual(void)
{
    expect_all();
}

/* The bytes that it is recognized by do not fit into a buffer of two. */
static void what_was_looked_at_is_read_again(void)
{
    harness_sizes("input_bytes=2");
    expect_all();
}

static void what_none_recognizes_is_refused_by_the_usual_one(void)
{
    fcnn_array array = {0};
    HARNESS_STATUS(read_bytes("1,2,3\n", 6, &fcnn_format_idx, &array), FCNN_EDATA);
    HARNESS_ERROR_HAS("t.bin: is not an IDX file");
    HARNESS_STATUS(read_bytes("1,2,3\n4,5,6\n", 12, &fcnn_format_npy, &array), FCNN_EDATA);
    HARNESS_ERROR_HAS("t.bin: is not a .npy file (it begins with 31 2c 32 2c)");
    HARNESS_STATUS(read_bytes("\x93NUM", 4, &fcnn_format_npy, &array), FCNN_EDATA);
    HARNESS_ERROR_HAS("t.bin: is truncated");
    CU_ASSERT_PTR_NULL(array.values);
}

HARNESS_MAIN("array", {"a format is recognized whatever is usual", a_format_is_recognized_whatever_is_usual},
             {"what was looked at is read again", what_was_looked_at_is_read_again},
             {"what none recognizes is refused by the usual one", what_none_recognizes_is_refused_by_the_usual_one})
