/* tests/test_input.c — bytes in their order, packed by gzip or not.  The packed ones were made by Python's gzip. */
#include "harness.h"

#include "formats/array.h"
#include "formats/input.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* "1,2\n3,4\n", and "5,6\n" */
#define FIRST_MEMBER \
    "\x1F\x8B\x08\x00\x00\x00\x00\x00\x02\x03\x33\xD4\x31\xE2\x32\xD6\x31\xE1\x02\x00\x47\x93\x6C\xAF\x08\x00\x00\x00"
#define SECOND_MEMBER "\x1F\x8B\x08\x00\x00\x00\x00\x00\x02\x03\x33\xD5\x31\xE3\x02\x00\x60\x10\x2F\xBE\x04\x00\x00\x00"

enum { LARGE = 300000 };

static FILE *open_bytes(const void *bytes, size_t length)
{
    return fmemopen((void *)(uintptr_t)bytes, length, "rb");
}

/* Reads all of a stream at once, as text; it is closed. */
static fcnn_status read_text(FILE *stream, size_t most, char *out)
{
    fcnn_input *input = NULL;
    size_t got = 0;
    fcnn_status status = fcnn_input_open(stream, "t.gz", &input);
    if (status == FCNN_OK) {
        status = fcnn_input_read(input, out, most - 1, &got);
    }
    out[got] = '\0';
    fcnn_input_close(input);
    fclose(stream);
    return status;
}

static void expect_text(const char *bytes, size_t length, const char *expected)
{
    char text[64];
    HARNESS_OK(read_text(open_bytes(bytes, length), sizeof text, text));
    CU_ASSERT(harness_same_text(text, expected));
}

static void expect_error(const char *bytes, size_t length, const char *message)
{
    char text[64];
    HARNESS_STATUS(read_text(open_bytes(bytes, length), sizeof text, text), FCNN_EDATA);
    HARNESS_ERROR_HAS(message);
}

/* bytes: a literal, of which the zero byte at its end does not count */
#define EXPECT_TEXT(bytes, expected) expect_text((bytes), sizeof(bytes) - 1, (expected))
#define EXPECT_ERROR(bytes, message) expect_error((bytes), sizeof(bytes) - 1, (message))

static void plain_bytes_are_themselves(void)
{
    EXPECT_TEXT("abc", "abc");
    EXPECT_TEXT("\x1F", "\x1F");
    EXPECT_TEXT("\x1F\x8C!", "\x1F\x8C!");
}

static void packed_bytes_are_unpacked(void)
{
    EXPECT_TEXT(FIRST_MEMBER, "1,2\n3,4\n");
    EXPECT_TEXT(FIRST_MEMBER SECOND_MEMBER, "1,2\n3,4\n5,6\n");
    EXPECT_TEXT(FIRST_MEMBER "\0\0\0\0\0\0\0\0", "1,2\n3,4\n");
}

static void damage_is_noticed(void)
{
    char bytes[] = FIRST_MEMBER;
    EXPECT_ERROR(FIRST_MEMBER "rest",
                 "t.gz: the compressed data is damaged (incorrect header check); check the file with gzip -t");
    EXPECT_ERROR("\x1F\x8B\x07\0\0\0\0\0\0\0", "t.gz: the compressed data is damaged (unknown compression method)");
    bytes[sizeof bytes - 1 - 8] ^= 1; /* the checksum */
    expect_error(bytes, sizeof bytes - 1, "damaged (incorrect data check)");
    bytes[sizeof bytes - 1 - 8] ^= 1;
    bytes[sizeof bytes - 1 - 4] ^= 1; /* the length */
    expect_error(bytes, sizeof bytes - 1, "damaged (incorrect length check)");
    for (size_t length = 2; length < sizeof bytes - 1; length++) {
        expect_error(FIRST_MEMBER, length, "t.gz: is truncated: the compressed data has no end");
    }
}

/* Writes LARGE lines of numbers, by zlib's own writer of gzip files. */
static const char *large_file(void)
{
    const char *path = harness_path("large.gz");
    gzFile file = gzopen(path, "wb");
    for (int i = 0; i < LARGE; i++) {
        gzprintf(file, "%d\n", i);
    }
    gzclose(file);
    return path;
}

static void many_lines_are_read(void)
{
    fcnn_input *input = NULL;
    FILE *stream = fopen(large_file(), "rb");
    HARNESS_OK(fcnn_input_open(stream, "t.gz", &input));
    int wrong = 0;
    for (int i = 0; i < LARGE; i++) {
        char expected[16], *line;
        int64_t length;
        snprintf(expected, sizeof expected, "%d", i);
        const fcnn_status status = fcnn_input_line(input, &line, &length);
        wrong +=
            status != FCNN_OK || line == NULL || strcmp(line, expected) != 0 || length != (int64_t)strlen(expected);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    char *line;
    int64_t length;
    HARNESS_OK(fcnn_input_line(input, &line, &length));
    CU_ASSERT_PTR_NULL(line);
    fcnn_input_close(input);
    fclose(stream);
}

static void lines_end_as_they_may(void)
{
    fcnn_input *input = NULL;
    FILE *stream = open_bytes("a\n\nb", 4);
    const char *const expected[] = {"a", "", "b", NULL, NULL};
    HARNESS_OK(fcnn_input_open(stream, "t", &input));
    for (int i = 0; i < 5; i++) {
        char *line;
        int64_t length;
        HARNESS_OK(fcnn_input_line(input, &line, &length));
        CU_ASSERT(expected[i] == NULL ? line == NULL : line != NULL && strcmp(line, expected[i]) == 0);
    }
    fcnn_input_close(input);
    fclose(stream);
}

/* A claim of 2^60 bytes costs no more than what there is. */
static void memory_grows_as_bytes_come(void)
{
    const int64_t claims[] = {0, 1, 8, 9, (int64_t)1 << 60};
    for (int i = 0; i < 5; i++) {
        FILE *stream = open_bytes(FIRST_MEMBER, sizeof(FIRST_MEMBER) - 1);
        fcnn_input *input = NULL;
        char *data = NULL;
        int64_t got = -1;
        HARNESS_OK(fcnn_input_open(stream, "t.gz", &input));
        HARNESS_OK(fcnn_input_read_all(input, "an array", claims[i], &data, &got));
        CU_ASSERT_EQUAL(got, claims[i] < 8 ? claims[i] : 8);
        CU_ASSERT(data != NULL && memcmp(data, "1,2\n3,4\n", (size_t)got) == 0);
        free(data);
        fcnn_input_close(input);
        fclose(stream);
    }
}

/* More than is taken at once. */
static void large_arrays_are_read(void)
{
    const char *path = harness_path("large.idx.gz");
    uint8_t bytes[256];
    for (int i = 0; i < 256; i++) {
        bytes[i] = (uint8_t)i;
    }
    gzFile file = gzopen(path, "wb");
    gzwrite(file, "\0\0\x08\2\0\0\x40\0\0\0\1\0", 12); /* [16384][256] */
    for (int i = 0; i < 16384; i++) {
        gzwrite(file, bytes, sizeof bytes);
    }
    gzclose(file);
    FILE *stream = fopen(path, "rb");
    fcnn_array array = {0};
    HARNESS_OK(fcnn_array_read(stream, path, &fcnn_format_idx, &array));
    fclose(stream);
    int64_t wrong = array.count != 1 << 22;
    for (int64_t i = 0; i < array.count; i++) {
        wrong += ((const uint8_t *)array.values)[i] != (uint8_t)i;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    fcnn_array_clear(&array);
}

/* 70 MB of blanks in 70 kB: a line without end. */
static void a_bomb_is_defused(void)
{
    static char blanks[1 << 20];
    memset(blanks, ' ', sizeof blanks);
    const char *path = harness_path("bomb.gz");
    gzFile file = gzopen(path, "wb1");
    for (int i = 0; i < 70; i++) {
        gzwrite(file, blanks, sizeof blanks);
    }
    gzclose(file);
    FILE *stream = fopen(path, "rb");
    fcnn_input *input = NULL;
    char *line;
    int64_t length;
    HARNESS_OK(fcnn_input_open(stream, "bomb.gz", &input));
    HARNESS_STATUS(fcnn_input_line(input, &line, &length), FCNN_EDATA);
    CU_ASSERT(harness_same_text(fcnn_error_text(),
                                "bomb.gz: line 1 is longer than 64 MiB: the file is not a table in plain text"));
    fcnn_input_close(input);
    fclose(stream);
}

static void a_folder_cannot_be_read(void)
{
    FILE *stream = fopen("/", "rb");
    fcnn_input *input = NULL;
    HARNESS_STATUS(fcnn_input_open(stream, "/", &input), FCNN_EINPUT);
    HARNESS_ERROR_HAS("/: cannot be read: Is a directory");
    CU_ASSERT_PTR_NULL(input);
    fcnn_input_close(NULL);
    fclose(stream);
}

HARNESS_MAIN("input", {"plain bytes are themselves", plain_bytes_are_themselves},
             {"packed bytes are unpacked", packed_bytes_are_unpacked}, {"damage is noticed", damage_is_noticed},
             {"many lines are read", many_lines_are_read}, {"lines end as they may", lines_end_as_they_may},
             {"memory grows as bytes come", memory_grows_as_bytes_come},
             {"large arrays are read", large_arrays_are_read}, {"a bomb is defused", a_bomb_is_defused},
             {"a folder cannot be read", a_folder_cannot_be_read})
