/* src/formats/idx.c — the IDX format of MNIST and its relatives. */
#include "formats/idx.h"

#include "core/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { UNSIGNED_BYTE = 0x08, PREFIX_BYTES = 4, DIMENSION_BYTES = 4 };

/* Puts exactly bytes into data. */
static fcnn_status read_bytes(FILE *stream, const char *name, void *data, size_t bytes)
{
    errno = 0;
    if (fread(data, 1, bytes, stream) == bytes) {
        return FCNN_OK;
    }
    if (ferror(stream)) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", name, strerror(errno));
    }
    return fcnn_fail(FCNN_EDATA, "%s: is cut short, no whole IDX file", name);
}

/* The length of the stream, which then stands at its start. */
static fcnn_status measure(FILE *stream, const char *name, int64_t *out)
{
    if (fseeko(stream, 0, SEEK_END) != 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", name, strerror(errno));
    }
    *out = (int64_t)ftello(stream);
    if (*out < 0 || fseeko(stream, 0, SEEK_SET) != 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", name, strerror(errno));
    }
    return FCNN_OK;
}

static const char *element_name(int code)
{
    switch (code) {
    case 0x09:
        return "signed bytes";
    case 0x0B:
        return "16-bit integers";
    case 0x0C:
        return "32-bit integers";
    case 0x0D:
        return "32-bit floats";
    case 0x0E:
        return "64-bit floats";
    default:
        return NULL;
    }
}

static fcnn_status check_prefix(const char *name, const uint8_t prefix[PREFIX_BYTES])
{
    if (prefix[0] == 0x1F && prefix[1] == 0x8B) {
        return fcnn_fail(FCNN_EDATA, "%s: is compressed; unpack it with gunzip first", name);
    }
    const bool is_idx = prefix[0] == 0 && prefix[1] == 0;
    if (is_idx && element_name(prefix[2]) != NULL) {
        return fcnn_fail(FCNN_EDATA, "%s: holds %s; of IDX files only those of unsigned bytes are read", name,
                         element_name(prefix[2]));
    }
    if (!is_idx || prefix[2] != UNSIGNED_BYTE) {
        return fcnn_fail(FCNN_EDATA, "%s: is not an IDX file (it begins with %02x %02x %02x %02x)", name, prefix[0],
                         prefix[1], prefix[2], prefix[3]);
    }
    if (prefix[3] < 1 || prefix[3] > FCNN_IDX_RANK_MAX) {
        return fcnn_fail(FCNN_EDATA, "%s: claims %d dimensions; 1 to %d are read", name, prefix[3], FCNN_IDX_RANK_MAX);
    }
    return FCNN_OK;
}

/* Reads what stands before the elements, and compares it with the length of the stream. */
static fcnn_status read_header(FILE *stream, const char *name, int64_t length, fcnn_idx *array)
{
    uint8_t prefix[PREFIX_BYTES], size[DIMENSION_BYTES];
    FCNN_TRY(read_bytes(stream, name, prefix, sizeof prefix));
    FCNN_TRY(check_prefix(name, prefix));
    array->rank = prefix[3];
    array->count = 1;
    for (int d = 0; d < array->rank; d++) {
        FCNN_TRY(read_bytes(stream, name, size, sizeof size));
        array->dims[d] = (int64_t)size[0] << 24 | (int64_t)size[1] << 16 | (int64_t)size[2] << 8 | size[3];
        if (array->dims[d] == 0) {
            return fcnn_fail(FCNN_EDATA, "%s: dimension %d is 0: there is nothing in it", name, d + 1);
        }
        if (array->dims[d] > length / array->count) {
            return fcnn_fail(FCNN_EDATA,
                             "%s: is cut short or damaged: %" PRId64 " bytes are too few for its dimensions", name,
                             length);
        }
        array->count *= array->dims[d];
    }
    const int64_t there = length - PREFIX_BYTES - (int64_t)array->rank * DIMENSION_BYTES;
    if (there != array->count) {
        return fcnn_fail(FCNN_EDATA, "%s: %s: its dimensions make %" PRId64 " elements, but %" PRId64 " bytes follow",
                         name, there < array->count ? "is cut short" : "is too long", array->count, there);
    }
    return FCNN_OK;
}

fcnn_status fcnn_idx_read(FILE *stream, const char *name, fcnn_idx *out)
{
    fcnn_idx array = {0};
    int64_t length = 0;
    FCNN_TRY(measure(stream, name, &length));
    FCNN_TRY(read_header(stream, name, length, &array));
    FCNN_TRY(fcnn_memory_create("an IDX file", array.count, 1, &array.values));
    const fcnn_status status = read_bytes(stream, name, array.values, (size_t)array.count);
    if (status != FCNN_OK) {
        fcnn_idx_clear(&array);
        return status;
    }
    *out = array;
    return FCNN_OK;
}

void fcnn_idx_clear(fcnn_idx *array)
{
    free(array->values);
    *array = (fcnn_idx){0};
}
