/* tests/test_idx.c — arrays in IDX. */
#include "harness.h"

#include "formats/array.h"

#include <stdint.h>
#include <string.h>

static fcnn_status read_bytes(const char *bytes, size_t length, fcnn_array *out)
{
    FILE *stream = fmemopen((void *)(uintptr_t)bytes, length, "rb");
    const fcnn_status status = fcnn_array_read(stream, "t.idx", &fcnn_format_idx, out);
    fclose(stream);
    return status;
}

/* bytes: a literal, of which the zero byte at its end does not count */
#define EXPECT_ERROR(bytes, message)                                              \
    do {                                                                          \
        fcnn_array idx = {0};                                                     \
        HARNESS_STATUS(read_bytes((bytes), sizeof(bytes) - 1, &idx), FCNN_EDATA); \
        CU_ASSERT(harness_same_text(fcnn_error_text(), (message)));               \
        CU_ASSERT_PTR_NULL(idx.values);                                           \
    } while (0)

static void images_are_read(void)
{
    fcnn_array idx = {0};
    HARNESS_OK(read_bytes("\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\3abcdef", 22, &idx));
    CU_ASSERT_EQUAL(idx.rank, 3);
    CU_ASSERT(idx.dims[0] == 2 && idx.dims[1] == 1 && idx.dims[2] == 3);
    CU_ASSERT_EQUAL(idx.count, 6);
    CU_ASSERT(idx.values != NULL && memcmp(idx.values, "abcdef", 6) == 0);
    fcnn_array_clear(&idx);
}

static void labels_are_read(void)
{
    fcnn_array idx = {0};
    char bytes[8 + 300] = "\0\0\x08\1\0\0\1\x2C"; /* 300 of them */
    memset(bytes + 8, 7, 300);
    HARNESS_OK(read_bytes(bytes, sizeof bytes, &idx));
    CU_ASSERT(idx.rank == 1 && idx.dims[0] == 300 && ((const uint8_t *)idx.values)[299] == 7);
    CU_ASSERT_EQUAL(idx.type, FCNN_TYPE_UINT8);
    fcnn_array_clear(&idx);
}

static void other_files_are_refused(void)
{
    EXPECT_ERROR("1,2,3\n", "t.idx: is not an IDX file (it begins with 31 2c 32 2c)");
    EXPECT_ERROR("\0\0\x0D\1\0\0\0\1abcd",
                 "t.idx: contains 32-bit floats; only IDX files of unsigned bytes can be read");
    EXPECT_ERROR("\0\0\x0A\1\0\0\0\1a", "t.idx: is not an IDX file (it begins with 00 00 0a 01)");
    EXPECT_ERROR("\0\0\x08\0abcd", "t.idx: has 0 dimensions according to its header; 1 to 32 are supported");
    EXPECT_ERROR("\0\0\x08\xFFzzzz", "t.idx: has 255 dimensions according to its header; 1 to 32 are supported");
}

static void lengths_are_checked(void)
{
    EXPECT_ERROR("\0\0\x08", "t.idx: is truncated: the header of the IDX file is not complete");
    EXPECT_ERROR("\0\0\x08\2\0\0\0\1\0\0", "t.idx: is truncated: the header of the IDX file is not complete");
    EXPECT_ERROR("\0\0\x08\1\0\0\0\4abc", "t.idx: is truncated: its dimensions require 4 bytes, but only 3 follow");
    EXPECT_ERROR("\0\0\x08\1\0\0\0\2abc", "t.idx: is too long: its dimensions require 2 bytes, but more follow");
    EXPECT_ERROR("\0\0\x08\1\0\0\0\0", "t.idx: dimension 1 is 0: the array has no elements");
}

/* The dimensions would need 2^128 bytes, and wrap around to something small in 64 bits. */
static void huge_dimensions_take_no_memory(void)
{
    EXPECT_ERROR("\0\0\x08\4\x80\0\0\0\x80\0\0\0\x80\0\0\0\x80\0\0\0abcd",
                 "t.idx: is damaged: its dimensions are larger than any file");
    EXPECT_ERROR("\0\0\x08\3\0\1\0\0\0\1\0\0\0\1\0\0ab",
                 "t.idx: is truncated: its dimensions require 281474976710656 bytes, but only 2 follow");
}

HARNESS_MAIN("idx", {"images are read", images_are_read}, {"labels are read", labels_are_read},
             {"other files are refused", other_files_are_refused}, {"lengths are checked", lengths_are_checked},
             {"huge dimensions take no memory", huge_dimensions_take_no_memory})
