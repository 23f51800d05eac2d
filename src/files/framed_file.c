/* src/files/framed_file.c — files with a header that contains their length and checksum. */
#include "files/framed_file.h"

#include "core/file.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "files/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

enum {
    MARK_BYTES = 24, /* including the zeros after the text */
    MARK_AGAIN = FCNN_FRAME_BYTES - MARK_BYTES,
    VERSION_AT = 24,
    LENGTH_AT = 32,
    CHECKSUM_AT = 40,
    VERSION = 1
};

static const char mark[MARK_BYTES] = "fcnn framed file\n";

/* ---- the header ---- */

static void put_number(unsigned char *head, int at, int size, uint64_t number)
{
    for (int i = 0; i < size; i++) {
        head[at + i] = (unsigned char)(number >> (8 * i));
    }
}

static uint64_t get_number(const unsigned char *head, int at, int size)
{
    uint64_t number = 0;
    for (int i = 0; i < size; i++) {
        number |= (uint64_t)head[at + i] << (8 * i);
    }
    return number;
}

static void make_head(uint64_t version, uint64_t length, uint64_t checksum, unsigned char head[FCNN_FRAME_BYTES])
{
    memset(head, 0, FCNN_FRAME_BYTES);
    memcpy(head, mark, sizeof mark);
    memcpy(head + MARK_AGAIN, mark, sizeof mark);
    put_number(head, VERSION_AT, 4, version);
    put_number(head, LENGTH_AT, 8, length);
    put_number(head, CHECKSUM_AT, 8, checksum);
}

/* Whether a file is framed; one of the two marks may be damaged, since a file without a frame would not be verified.
 *   head [bytes]  the first bytes of the file */
static bool looks_framed(const unsigned char *head, size_t bytes)
{
    if (bytes < FCNN_FRAME_BYTES) {
        return memcmp(head, mark, bytes < sizeof mark ? bytes : sizeof mark) == 0;
    }
    return memcmp(head, mark, sizeof mark) == 0 || memcmp(head + MARK_AGAIN, mark, sizeof mark) == 0;
}

static fcnn_status damaged(const char *path, const char *what)
{
    return fcnn_fail(FCNN_EDATA, "%s: damaged: %s; copy the file again, or use another one", path, what);
}

/* Checks the header except for the checksum.  size is the size of the file. */
static fcnn_status check_head(const char *path, const unsigned char *head, int64_t size)
{
    unsigned char expected[FCNN_FRAME_BYTES];
    const uint64_t version = get_number(head, VERSION_AT, 4), length = get_number(head, LENGTH_AT, 8);
    make_head(version, length, get_number(head, CHECKSUM_AT, 8), expected);
    if (memcmp(head, expected, sizeof expected) != 0) {
        return damaged(path, "its header of 512 bytes is not one that fcnn writes");
    }
    if (version != VERSION) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: damaged, or written by a newer fcnn: the version of its header is %" PRIu64
                         ", but this fcnn reads version %d",
                         path, version, VERSION);
    }
    const uint64_t payload = (uint64_t)size - FCNN_FRAME_BYTES;
    if (payload != length) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: damaged: %s: %" PRIu64 " bytes follow its header, which says %" PRIu64
                         "; copy the file again, or use another one",
                         path, payload < length ? "the end is missing" : "bytes follow the end", payload, length);
    }
    return FCNN_OK;
}

/* ---- writing ---- */

fcnn_status fcnn_framed_file_write(const char *path, const void *image, int64_t bytes)
{
    unsigned char head[FCNN_FRAME_BYTES];
    make_head(VERSION, (uint64_t)bytes, XXH3_64bits(image, (size_t)bytes), head);
    return fcnn_atomic_file_write(path, head, sizeof head, image, (size_t)bytes);
}

/* ---- reading ---- */

static fcnn_status cannot_read(const char *path, const char *reason)
{
    return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", path, reason);
}

/* Opens a regular file and sets *size to its size in bytes. */
static fcnn_status open_regular(const char *path, int *descriptor, int64_t *size)
{
    struct stat info;
    *descriptor = fcnn_file_open(path, O_RDONLY | O_NONBLOCK); /* opening a named pipe must not block */
    if (*descriptor < 0) {
        return cannot_read(path, strerror(errno));
    }
    fcnn_status status = FCNN_OK;
    if (fstat(*descriptor, &info) != 0) {
        status = cannot_read(path, strerror(errno));
    } else if (!S_ISREG(info.st_mode)) {
        status = cannot_read(path, S_ISDIR(info.st_mode) ? "it is a folder" : "it is not a regular file");
    }
    if (status != FCNN_OK) {
        close(*descriptor);
        return status;
    }
    *size = info.st_size;
    return FCNN_OK;
}

/* Reads exactly `bytes` bytes. */
static fcnn_status read_bytes(const char *path, int descriptor, unsigned char *out, size_t bytes)
{
    const size_t most = (size_t)fcnn_size(FCNN_SIZE_CALL_BYTES);
    while (bytes > 0) {
        const ssize_t got = read(descriptor, out, bytes < most ? bytes : most);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return cannot_read(path, got < 0 ? strerror(errno) : "the file has become shorter while it was read");
        }
        out += got;
        bytes -= (size_t)got;
    }
    return FCNN_OK;
}

static fcnn_status read_image(const char *path, int descriptor, const unsigned char *head, int64_t bytes, void **image)
{
    void *payload;
    FCNN_TRY(fcnn_memory_create("a file's content", bytes, 1, &payload));
    fcnn_status status = read_bytes(path, descriptor, payload, (size_t)bytes);
    if (status == FCNN_OK && XXH3_64bits(payload, (size_t)bytes) != get_number(head, CHECKSUM_AT, 8)) {
        status = damaged(path, "its checksum does not match");
    }
    if (status != FCNN_OK) {
        free(payload);
        return status;
    }
    *image = payload;
    return FCNN_OK;
}

/* Reads the header, or the whole file if it is shorter. */
static fcnn_status read_head(const char *path, int descriptor, int64_t size, unsigned char head[FCNN_FRAME_BYTES],
                             size_t *head_bytes, bool *is_framed)
{
    *head_bytes = size < FCNN_FRAME_BYTES ? (size_t)size : FCNN_FRAME_BYTES;
    if (size == 0) {
        return damaged(path, "it is empty");
    }
    FCNN_TRY(read_bytes(path, descriptor, head, *head_bytes));
    *is_framed = looks_framed(head, *head_bytes);
    return FCNN_OK;
}

static fcnn_status read_file(const char *path, int descriptor, int64_t size, bool *is_framed, void **image,
                             int64_t *bytes)
{
    unsigned char head[FCNN_FRAME_BYTES];
    size_t head_bytes;
    FCNN_TRY(read_head(path, descriptor, size, head, &head_bytes, is_framed));
    if (!*is_framed) {
        *image = NULL;
        *bytes = 0;
        return FCNN_OK;
    }
    if (head_bytes < FCNN_FRAME_BYTES) {
        return damaged(path, "it ends within its header of 512 bytes");
    }
    FCNN_TRY(check_head(path, head, size));
    FCNN_TRY(read_image(path, descriptor, head, size - FCNN_FRAME_BYTES, image));
    *bytes = size - FCNN_FRAME_BYTES;
    return FCNN_OK;
}

fcnn_status fcnn_framed_file_read(const char *path, bool *is_framed, void **image, int64_t *bytes)
{
    int descriptor;
    int64_t size = 0;
    FCNN_TRY(open_regular(path, &descriptor, &size));
    const fcnn_status status = read_file(path, descriptor, size, is_framed, image, bytes);
    close(descriptor);
    return status;
}

fcnn_status fcnn_framed_file_detect(const char *path, bool *is_framed)
{
    unsigned char head[FCNN_FRAME_BYTES];
    size_t head_bytes;
    int descriptor;
    int64_t size = 0;
    FCNN_TRY(open_regular(path, &descriptor, &size));
    const fcnn_status status = read_head(path, descriptor, size, head, &head_bytes, is_framed);
    close(descriptor);
    return status;
}

fcnn_status fcnn_framed_file_verify(const char *path, const void *image, int64_t bytes)
{
    bool is_framed;
    void *read = NULL;
    int64_t count = 0;
    const fcnn_status status = fcnn_framed_file_read(path, &is_framed, &read, &count);
    if (status != FCNN_OK) {
        return status == FCNN_ENOMEM
                   ? status
                   : fcnn_fail(FCNN_EOUTPUT, "%s: was written, but cannot be read back: %s", path, fcnn_error_text());
    }
    const bool same = is_framed && count == bytes && memcmp(read, image, (size_t)bytes) == 0;
    free(read);
    return same ? FCNN_OK : fcnn_fail(FCNN_EOUTPUT, "%s: was written, but other bytes are read back", path);
}
