/* src/formats/input.c — sequential reading of the bytes of a file, which are decompressed if necessary. */
#include "formats/input.h"

#include "core/memory.h"
#include "core/sizes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    GZIP_WINDOW = 16 + MAX_WBITS /* windowBits of zlib: the gzip format with any window size */
};

struct fcnn_input {
    const char *name;
    fcnn_input_draw draw;
    void *source;
    bool is_packed;
    bool is_between; /* if compressed: the last member has ended, and the next one has not begun */
    bool is_over;    /* the end of the source has been reached */
    z_stream unpacker;
    size_t room;         /* size of each of the two buffers, in bytes */
    uint8_t *packed;     /* [room] compressed bytes, of which unpacker.avail_in have not been decompressed */
    uint8_t *bytes;      /* [FCNN_INPUT_UNREAD_MAX + room] decompressed bytes, after those that are put back */
    size_t first, count; /* bytes[first … first+count−1] have not been read */
    char *line;
    int64_t line_capacity, line_number;
};

/* ---- opening ---- */

static fcnn_status draw_from_stream(void *source, const char *name, void *data, size_t bytes, size_t *got)
{
    FILE *stream = source;
    errno = 0;
    *got = fread(data, 1, bytes, stream);
    if (*got < bytes && ferror(stream)) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", name, strerror(errno));
    }
    return FCNN_OK;
}

static fcnn_status start_unpacking(fcnn_input *input)
{
    if (inflateInit2(&input->unpacker, GZIP_WINDOW) != Z_OK) {
        return fcnn_fail(FCNN_ENOMEM, "out of memory: decompressing %s", input->name);
    }
    input->is_packed = true;
    return FCNN_OK;
}

/* Fills the empty buffer with bytes of the source. */
static fcnn_status draw_bytes(fcnn_input *input)
{
    input->first = FCNN_INPUT_UNREAD_MAX;
    return input->draw(input->source, input->name, input->bytes + input->first, input->room, &input->count);
}

/* Reads the first bytes of a stream, and starts decompression if they are the magic number of gzip. */
static fcnn_status detect_packing(fcnn_input *input)
{
    FCNN_TRY(draw_bytes(input));
    const uint8_t *bytes = input->bytes + input->first;
    if (input->count < 2 || bytes[0] != 0x1F || bytes[1] != 0x8B) {
        return FCNN_OK;
    }
    FCNN_TRY(start_unpacking(input));
    memcpy(input->packed, bytes, input->count);
    input->unpacker.next_in = input->packed;
    input->unpacker.avail_in = (uInt)input->count;
    input->count = 0;
    return FCNN_OK;
}

fcnn_status fcnn_input_open_source(fcnn_input_draw draw, void *source, const char *name, fcnn_input **out)
{
    fcnn_input *input;
    FCNN_TRY(fcnn_memory_create("an input", 1, sizeof *input, &input));
    input->name = name;
    input->draw = draw;
    input->source = source;
    input->room = (size_t)fcnn_size(FCNN_SIZE_INPUT_BYTES);
    fcnn_status status = fcnn_memory_create("an input", (int64_t)input->room, 1, &input->packed);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("an input", FCNN_INPUT_UNREAD_MAX + (int64_t)input->room, 1, &input->bytes);
    }
    if (status != FCNN_OK) {
        fcnn_input_close(input);
        return status;
    }
    *out = input;
    return FCNN_OK;
}

fcnn_status fcnn_input_open(FILE *stream, const char *name, fcnn_input **out)
{
    fcnn_input *input;
    FCNN_TRY(fcnn_input_open_source(draw_from_stream, stream, name, &input));
    const fcnn_status status = detect_packing(input);
    if (status != FCNN_OK) {
        fcnn_input_close(input);
        return status;
    }
    *out = input;
    return FCNN_OK;
}

void fcnn_input_close(fcnn_input *input)
{
    if (input == NULL) {
        return;
    }
    if (input->is_packed) {
        inflateEnd(&input->unpacker);
    }
    free(input->packed);
    free(input->bytes);
    free(input->line);
    free(input);
}

const char *fcnn_input_name(const fcnn_input *input)
{
    return input->name;
}

/* ---- decompression ---- */

/* Reads more compressed bytes if there are none; sets is_over at the end of the source. */
static fcnn_status draw_packed(fcnn_input *input)
{
    size_t got;
    if (input->unpacker.avail_in > 0) {
        return FCNN_OK;
    }
    FCNN_TRY(input->draw(input->source, input->name, input->packed, input->room, &got));
    input->unpacker.next_in = input->packed;
    input->unpacker.avail_in = (uInt)got;
    input->is_over = got == 0;
    return FCNN_OK;
}

/* After the end of a member: skips zero bytes, and starts the next member if there is one. */
static void pass_between(fcnn_input *input)
{
    z_stream *unpacker = &input->unpacker;
    while (unpacker->avail_in > 0 && *unpacker->next_in == 0) {
        unpacker->next_in++;
        unpacker->avail_in--;
    }
    if (unpacker->avail_in > 0) {
        inflateReset(unpacker);
        input->is_between = false;
    }
}

static fcnn_status check_unpacked(const fcnn_input *input, int code)
{
    if (code == Z_OK || code == Z_STREAM_END) {
        return FCNN_OK;
    }
    if (code == Z_MEM_ERROR) {
        return fcnn_fail(FCNN_ENOMEM, "out of memory: decompressing %s", input->name);
    }
    return fcnn_fail(FCNN_EDATA, "%s: the compressed data is damaged (%s); check the file with gzip -t", input->name,
                     input->unpacker.msg != NULL ? input->unpacker.msg : "not in gzip format");
}

/* Decompresses into the empty buffer: at least one byte, except at the end. */
static fcnn_status unpack(fcnn_input *input)
{
    z_stream *unpacker = &input->unpacker;
    input->first = FCNN_INPUT_UNREAD_MAX;
    unpacker->next_out = input->bytes + input->first;
    unpacker->avail_out = (uInt)input->room;
    while (unpacker->avail_out == input->room) {
        FCNN_TRY(draw_packed(input));
        if (input->is_over) {
            return input->is_between
                       ? FCNN_OK
                       : fcnn_fail(FCNN_EDATA, "%s: is truncated: the compressed data has no end", input->name);
        }
        if (input->is_between) {
            pass_between(input);
            continue;
        }
        const int code = inflate(unpacker, Z_NO_FLUSH);
        FCNN_TRY(check_unpacked(input, code));
        input->is_between = code == Z_STREAM_END;
        input->count = input->room - unpacker->avail_out;
    }
    return FCNN_OK;
}

/* ---- reading ---- */

/* Fills the buffer if it is empty; afterwards it is empty only at the end of the input. */
static fcnn_status fill(fcnn_input *input)
{
    if (input->count > 0 || input->is_over) {
        return FCNN_OK;
    }
    if (input->is_packed) {
        return unpack(input);
    }
    FCNN_TRY(draw_bytes(input));
    input->is_over = input->count == 0;
    return FCNN_OK;
}

fcnn_status fcnn_input_read(fcnn_input *input, void *data, size_t bytes, size_t *got)
{
    *got = 0;
    while (*got < bytes) {
        FCNN_TRY(fill(input));
        if (input->count == 0) {
            return FCNN_OK;
        }
        const size_t part = input->count < bytes - *got ? input->count : bytes - *got;
        memcpy((uint8_t *)data + *got, input->bytes + input->first, part);
        input->first += part;
        input->count -= part;
        *got += part;
    }
    return FCNN_OK;
}

void fcnn_input_unread(fcnn_input *input, const void *data, size_t bytes)
{
    /* if the buffer has been filled since the bytes were read, none of its bytes has been read yet */
    input->first -= bytes;
    input->count += bytes;
    memcpy(input->bytes + input->first, data, bytes);
}

fcnn_status fcnn_input_read_all(fcnn_input *input, const char *what, int64_t bytes, void *out, int64_t *got)
{
    uint8_t *data = NULL;
    int64_t capacity = 0;
    size_t part = 0;
    fcnn_status status = FCNN_OK;
    *got = 0;
    do {
        const int64_t doubled = *got == 0 ? fcnn_size(FCNN_SIZE_ARRAY_BYTES) : 2 * *got;
        const int64_t wanted = doubled < bytes ? doubled : bytes;
        status = fcnn_memory_grow(what, wanted > 0 ? wanted : 1, 1, &data, &capacity);
        if (status == FCNN_OK) {
            status = fcnn_input_read(input, data + *got, (size_t)(wanted - *got), &part);
            *got += (int64_t)part;
        }
    } while (status == FCNN_OK && part > 0 && *got < bytes);
    if (status != FCNN_OK) {
        free(data);
        data = NULL;
    }
    memcpy(out, &data, sizeof data);
    return status;
}

/* ---- lines ---- */

/* Appends the first `part` bytes of the buffer to the line [length], and a zero byte. */
static fcnn_status extend_line(fcnn_input *input, int64_t length, size_t part)
{
    if (length + (int64_t)part > FCNN_INPUT_LINE_MAX) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: line %" PRId64 " is longer than %d MiB: the file is not a table in plain text",
                         input->name, input->line_number, FCNN_INPUT_LINE_MAX >> 20);
    }
    FCNN_TRY(fcnn_memory_grow("a line", length + (int64_t)part + 1, 1, &input->line, &input->line_capacity));
    memcpy(input->line + length, input->bytes + input->first, part);
    input->line[length + (int64_t)part] = '\0';
    return FCNN_OK;
}

fcnn_status fcnn_input_line(fcnn_input *input, char **line, int64_t *length)
{
    bool is_complete = false;
    *line = NULL;
    *length = 0;
    input->line_number++;
    while (!is_complete) {
        FCNN_TRY(fill(input));
        if (input->count == 0) {
            return FCNN_OK;
        }
        const uint8_t *start = input->bytes + input->first;
        const uint8_t *end = memchr(start, '\n', input->count);
        const size_t part = end != NULL ? (size_t)(end - start) : input->count;
        FCNN_TRY(extend_line(input, *length, part));
        is_complete = end != NULL;
        input->first += part + is_complete;
        input->count -= part + is_complete;
        *length += (int64_t)part;
        *line = input->line;
    }
    return FCNN_OK;
}
