/* src/formats/idx.c — the IDX format (Y. LeCun, "The MNIST database of handwritten digits").  A file contains two zero
 * bytes, the type of the elements (only 0x08, unsigned byte, is supported), the number of dimensions, each dimension as
 * a big-endian 32-bit number, and the elements. */
#include "formats/array.h"

#include <inttypes.h>
#include <stdlib.h>

enum { UNSIGNED_BYTE = 0x08, PREFIX_BYTES = 4, DIMENSION_BYTES = 4 };

/* Reads exactly `bytes` bytes into data. */
static fcnn_status read_bytes(fcnn_input *input, void *data, size_t bytes)
{
    size_t got;
    FCNN_TRY(fcnn_input_read(input, data, bytes, &got));
    if (got < bytes) {
        return fcnn_fail(FCNN_EDATA, "%s: is truncated: the header of the IDX file is not complete",
                         fcnn_input_name(input));
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
    const bool is_idx = prefix[0] == 0 && prefix[1] == 0;
    if (is_idx && element_name(prefix[2]) != NULL) {
        return fcnn_fail(FCNN_EDATA, "%s: contains %s; only IDX files of unsigned bytes can be read", name,
                         element_name(prefix[2]));
    }
    if (!is_idx || prefix[2] != UNSIGNED_BYTE) {
        return fcnn_fail(FCNN_EDATA, "%s: is not an IDX file (it begins with %02x %02x %02x %02x)", name, prefix[0],
                         prefix[1], prefix[2], prefix[3]);
    }
    if (prefix[3] < 1 || prefix[3] > FCNN_ARRAY_RANK_MAX) {
        return fcnn_fail(FCNN_EDATA, "%s: has %d dimensions according to its header; 1 to %d are supported", name,
                         prefix[3], FCNN_ARRAY_RANK_MAX);
    }
    return FCNN_OK;
}

/* Reads the header. */
static fcnn_status read_header(fcnn_input *input, fcnn_array *array)
{
    const char *name = fcnn_input_name(input);
    uint8_t prefix[PREFIX_BYTES], size[DIMENSION_BYTES];
    FCNN_TRY(read_bytes(input, prefix, sizeof prefix));
    FCNN_TRY(check_prefix(name, prefix));
    array->rank = prefix[3];
    array->count = 1;
    for (int d = 0; d < array->rank; d++) {
        FCNN_TRY(read_bytes(input, size, sizeof size));
        array->dims[d] = (int64_t)size[0] << 24 | (int64_t)size[1] << 16 | (int64_t)size[2] << 8 | size[3];
        if (array->dims[d] == 0) {
            return fcnn_fail(FCNN_EDATA, "%s: dimension %d is 0: the array has no elements", name, d + 1);
        }
        if (array->dims[d] > INT64_MAX / array->count) {
            return fcnn_fail(FCNN_EDATA, "%s: is damaged: its dimensions are larger than any file", name);
        }
        array->count *= array->dims[d];
    }
    return FCNN_OK;
}

static fcnn_status read_elements(fcnn_input *input, fcnn_array *array)
{
    const char *name = fcnn_input_name(input);
    int64_t there;
    size_t more;
    char next;
    FCNN_TRY(fcnn_input_read_all(input, "an IDX file", array->count, &array->values, &there));
    if (there < array->count) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: is truncated: its dimensions require %" PRId64 " bytes, but only %" PRId64 " follow",
                         name, array->count, there);
    }
    FCNN_TRY(fcnn_input_read(input, &next, 1, &more));
    if (more > 0) {
        return fcnn_fail(FCNN_EDATA, "%s: is too long: its dimensions require %" PRId64 " bytes, but more follow", name,
                         array->count);
    }
    return FCNN_OK;
}

static bool recognizes(const uint8_t *bytes, size_t count)
{
    return count >= PREFIX_BYTES && bytes[0] == 0 && bytes[1] == 0 &&
           (bytes[2] == UNSIGNED_BYTE || element_name(bytes[2]) != NULL);
}

static fcnn_status read_array(fcnn_input *input, fcnn_array *out)
{
    fcnn_array array = {.type = FCNN_TYPE_UINT8};
    FCNN_TRY(read_header(input, &array));
    const fcnn_status status = read_elements(input, &array);
    if (status != FCNN_OK) {
        fcnn_array_clear(&array);
        return status;
    }
    *out = array;
    return FCNN_OK;
}

const fcnn_format fcnn_format_idx = {.recognizes = recognizes, .read = read_array};
