/* tests/test_framed_file.c — a damaged file is never taken for a good one. */
#include "files/framed_file.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAYLOAD = 300, WHOLE = FCNN_FRAME_BYTES + PAYLOAD };

static const char *payload(void)
{
    static char bytes[PAYLOAD];
    for (int i = 0; i < PAYLOAD; i++) {
        bytes[i] = (char)(i * 7 + i / 256);
    }
    return bytes;
}

static void write_raw(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

/* Reads all of a file of exactly `count` bytes. */
static void read_raw(const char *path, void *bytes, size_t count)
{
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fread(bytes, 1, count, file), count);
    CU_ASSERT_EQUAL(fgetc(file), EOF);
    fclose(file);
}

/* A framed file of the payload, and its bytes. */
static const char *framed_file(unsigned char whole[WHOLE])
{
    const char *path = harness_path("framed");
    HARNESS_OK(fcnn_framed_file_write(path, payload(), PAYLOAD));
    read_raw(path, whole, WHOLE);
    return path;
}

static fcnn_status read_and_free(const char *path, bool *is_framed)
{
    void *image = NULL;
    int64_t bytes;
    const fcnn_status status = fcnn_framed_file_read(path, is_framed, &image, &bytes);
    free(status == FCNN_OK ? image : NULL);
    return status;
}

static void what_is_written_is_read(void)
{
    const char *path = harness_path("framed");
    for (int64_t length = 0; length <= PAYLOAD; length += 1 + length / 3) {
        void *image = NULL;
        int64_t bytes = -1;
        bool is_framed = false;
        HARNESS_OK(fcnn_framed_file_write(path, payload(), length));
        HARNESS_OK(fcnn_framed_file_read(path, &is_framed, &image, &bytes));
        CU_ASSERT_TRUE(is_framed);
        CU_ASSERT_EQUAL_FATAL(bytes, length);
        CU_ASSERT_EQUAL(memcmp(image, payload(), (size_t)length), 0);
        free(image);
    }
}

static void the_head_is_as_documented(void)
{
    const char *path = harness_path("empty");
    unsigned char head[FCNN_FRAME_BYTES], expected[FCNN_FRAME_BYTES] = {0};
    /* XXH3 of nothing, as the authors of xxHash give it: 2d06800538d394c2 */
    static const unsigned char checksum[] = {0xc2, 0x94, 0xd3, 0x38, 0x05, 0x80, 0x06, 0x2d};
    memcpy(expected, "fcnn framed file\n", 17);
    memcpy(expected + 488, "fcnn framed file\n", 17);
    expected[24] = 1;
    memcpy(expected + 40, checksum, sizeof checksum);
    HARNESS_OK(fcnn_framed_file_write(path, "", 0));
    read_raw(path, head, sizeof head);
    CU_ASSERT_EQUAL(memcmp(head, expected, sizeof head), 0);

    unsigned char whole[WHOLE];
    framed_file(whole);
    static const unsigned char length[] = {PAYLOAD & 255, PAYLOAD >> 8, 0, 0, 0, 0, 0, 0};
    CU_ASSERT_EQUAL(memcmp(whole + 32, length, sizeof length), 0);
    CU_ASSERT_EQUAL(memcmp(whole + FCNN_FRAME_BYTES, payload(), PAYLOAD), 0);
}

static void every_cut_is_found(void)
{
    unsigned char whole[WHOLE];
    bool is_framed;
    const char *path = framed_file(whole);
    for (int length = WHOLE - 1; length >= 0; length--) {
        CU_ASSERT_EQUAL(truncate(path, length), 0);
        HARNESS_STATUS(read_and_free(path, &is_framed), FCNN_EDATA);
        HARNESS_ERROR_HAS(path);
        HARNESS_ERROR_HAS("damaged: ");
        HARNESS_ERROR_HAS(length >= FCNN_FRAME_BYTES ? "the end is missing"
                          : length > 0               ? "it ends within its header of 512 bytes"
                                                     : "it is empty");
    }
}

static void every_flipped_bit_is_found(void)
{
    unsigned char whole[WHOLE];
    bool is_framed;
    const char *path = framed_file(whole);
    for (int i = 0; i < WHOLE; i++) {
        for (int bit = 0; bit < 8; bit++) {
            whole[i] ^= (unsigned char)(1 << bit);
            write_raw(path, whole, sizeof whole);
            HARNESS_STATUS(read_and_free(path, &is_framed), FCNN_EDATA);
            HARNESS_ERROR_HAS("damaged");
            whole[i] ^= (unsigned char)(1 << bit);
        }
    }
    write_raw(path, whole, sizeof whole);
    HARNESS_OK(read_and_free(path, &is_framed));
}

static void bytes_too_many_are_found(void)
{
    unsigned char whole[WHOLE + 1];
    bool is_framed;
    const char *path = framed_file(whole);
    whole[WHOLE] = 0;
    write_raw(path, whole, sizeof whole);
    HARNESS_STATUS(read_and_free(path, &is_framed), FCNN_EDATA);
    HARNESS_ERROR_HAS("damaged: bytes follow the end: 301 bytes follow its header, which says 300");
}

/* What the head claims is compared with the file before memory is asked for. */
static void an_absurd_length_is_found(void)
{
    unsigned char whole[WHOLE];
    bool is_framed;
    const char *path = framed_file(whole);
    memset(whole + 32, 0xff, 8);
    write_raw(path, whole, sizeof whole);
    HARNESS_STATUS(read_and_free(path, &is_framed), FCNN_EDATA);
    HARNESS_ERROR_HAS("which says 18446744073709551615");
}

static void a_newer_frame_is_told(void)
{
    unsigned char whole[WHOLE];
    bool is_framed;
    const char *path = framed_file(whole);
    whole[24] = 2;
    write_raw(path, whole, sizeof whole);
    HARNESS_STATUS(read_and_free(path, &is_framed), FCNN_EDATA);
    HARNESS_ERROR_HAS("newer fcnn: the version of its header is 2, but this fcnn reads version 1");
}

static void other_files_are_told_by_the_flag(void)
{
    static const char *const contents[] = {"x", "\211HDF\r\n\032\n", "fcnx", "fcnn framed\nfile"};
    const char *path = harness_path("other");
    char large[2000] = "MATLAB 7.3 MAT-file";
    for (size_t i = 0; i <= sizeof contents / sizeof *contents; i++) {
        const bool is_large = i == sizeof contents / sizeof *contents;
        bool is_framed = true;
        int local = 0;
        void *image = &local;
        int64_t bytes = -1;
        write_raw(path, is_large ? large : contents[i], is_large ? sizeof large : strlen(contents[i]));
        HARNESS_OK(fcnn_framed_file_read(path, &is_framed, &image, &bytes));
        CU_ASSERT_FALSE(is_framed);
        CU_ASSERT_PTR_NULL(image);
        CU_ASSERT_EQUAL(bytes, 0);
    }
}

static void what_cannot_be_read_is_said(void)
{
    bool is_framed;
    HARNESS_STATUS(read_and_free(harness_path("nothing"), &is_framed), FCNN_EINPUT);
    HARNESS_ERROR_HAS("nothing: cannot be read: No such file or directory");
    const char *folder = harness_path("folder");
    CU_ASSERT_EQUAL(mkdir(folder, 0777), 0);
    HARNESS_STATUS(read_and_free(folder, &is_framed), FCNN_EINPUT);
    HARNESS_ERROR_HAS("folder: cannot be read: it is a folder");
    const char *pipe_path = harness_path("pipe");
    CU_ASSERT_EQUAL(mkfifo(pipe_path, 0666), 0);
    HARNESS_STATUS(read_and_free(pipe_path, &is_framed), FCNN_EINPUT);
    HARNESS_ERROR_HAS("pipe: cannot be read: it is not a regular file");
}

static void what_cannot_be_written_is_said(void)
{
    HARNESS_STATUS(fcnn_framed_file_write("/nonexistent/model.h5", payload(), PAYLOAD), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("/nonexistent/model.h5");
}

HARNESS_MAIN("framed_file", {"what is written is read", what_is_written_is_read},
             {"the head is as documented", the_head_is_as_documented}, {"every cut is found", every_cut_is_found},
             {"every flipped bit is found", every_flipped_bit_is_found},
             {"bytes too many are found", bytes_too_many_are_found},
             {"an absurd length is found", an_absurd_length_is_found}, {"a newer frame is told", a_newer_frame_is_told},
             {"other files are told by the flag", other_files_are_told_by_the_flag},
             {"what cannot be read is said", what_cannot_be_read_is_said},
             {"what cannot be written is said", what_cannot_be_written_is_said})
