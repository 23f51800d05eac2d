/* src/formats/npy.c — NumPy's .npy format of one array. */
#include "formats/npy.h"

#include "core/memory.h"
#include "formats/npy_header.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAGIC_BYTES = 6,
    PREFIX_BYTES = MAGIC_BYTES + 2, /* magic number and version */
    HEADER_MAX = 1 << 20,           /* bytes; NumPy writes about a hundred */
    ELEMENT_MAX = 8
};

static const uint8_t magic[MAGIC_BYTES] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

/* ---- header ---- */

static fcnn_status read_bytes(fcnn_input *input, void *data, size_t bytes)
{
    size_t got;
    FCNN_TRY(fcnn_input_read(input, data, bytes, &got));
    if (got < bytes) {
        return fcnn_fail(FCNN_EDATA, "%s: is truncated: the header of the .npy file is not complete",
                         fcnn_input_name(input));
    }
    return FCNN_OK;
}

static fcnn_status check_prefix(const char *name, const uint8_t prefix[PREFIX_BYTES])
{
    if (memcmp(prefix, "PK", 2) == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: is an archive of arrays (.npz); use --npz to import it", name);
    }
    if (memcmp(prefix, magic, MAGIC_BYTES) != 0) {
        return fcnn_fail(FCNN_EDATA, "%s: is not a .npy file (it begins with %02x %02x %02x %02x)", name, prefix[0],
                         prefix[1], prefix[2], prefix[3]);
    }
    if (prefix[6] < 1 || prefix[6] > 3 || prefix[7] != 0) {
        return fcnn_fail(FCNN_EDATA, "%s: has version %d.%d of the .npy format; 1.0, 2.0 and 3.0 are supported", name,
                         prefix[6], prefix[7]);
    }
    return FCNN_OK;
}

/* Reads the length of the header, which has 2 bytes in version 1 and 4 bytes in later versions. */
static fcnn_status read_length(fcnn_input *input, int version, size_t *out)
{
    uint8_t bytes[4] = {0};
    FCNN_TRY(read_bytes(input, bytes, version == 1 ? 2 : 4));
    *out = (size_t)bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
    if (*out > HEADER_MAX) {
        return fcnn_fail(FCNN_EDATA, "%s: the header of the .npy file is damaged", fcnn_input_name(input));
    }
    return FCNN_OK;
}

static fcnn_status read_header(fcnn_input *input, fcnn_npy_header *out)
{
    const char *name = fcnn_input_name(input);
    uint8_t prefix[PREFIX_BYTES];
    size_t length;
    char *text;
    FCNN_TRY(read_bytes(input, prefix, sizeof prefix));
    FCNN_TRY(check_prefix(name, prefix));
    FCNN_TRY(read_length(input, prefix[6], &length));
    FCNN_TRY(fcnn_memory_create("a header", (int64_t)length + 1, 1, &text));
    fcnn_status status = read_bytes(input, text, length);
    if (status == FCNN_OK && strlen(text) != length) {
        status = fcnn_fail(FCNN_EDATA, "%s: the header of the .npy file is damaged", name);
    }
    if (status == FCNN_OK) {
        status = fcnn_npy_header_parse(text, name, out);
    }
    free(text);
    return status;
}

/* ---- elements ---- */

/* Converts a number of IEEE 754's binary16 format; the conversion is exact. */
static float from_half(uint16_t bits)
{
    const int exponent = bits >> 10 & 0x1F, fraction = bits & 0x3FF;
    float magnitude = exponent == 0 ? ldexpf((float)fraction, -24) : ldexpf((float)(fraction + 0x400), exponent - 25);
    if (exponent == 0x1F) {
        magnitude = fraction != 0 ? NAN : INFINITY;
    }
    return bits >> 15 != 0 ? -magnitude : magnitude;
}

static void convert_element(const fcnn_npy_header *header, const uint8_t *in, uint8_t *out)
{
    uint8_t native[ELEMENT_MAX];
    const bool is_swapped = header->is_big != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    for (size_t b = 0; b < header->size; b++) {
        native[b] = in[is_swapped ? header->size - 1 - b : b];
    }
    if (header->kind == 'b') {
        native[0] = native[0] != 0;
    } else if (header->kind == 'f' && header->size == 2) {
        uint16_t bits;
        memcpy(&bits, native, sizeof bits);
        const float value = from_half(bits);
        memcpy(native, &value, sizeof value);
        memcpy(out, native, sizeof value);
        return;
    }
    memcpy(out, native, header->size);
}

/* Converts the elements of the file, in [header->count], to the order and type of the array. */
static void convert(const fcnn_npy_header *header, const uint8_t *in, const fcnn_array *array)
{
    const size_t size = fcnn_type_size(array->type);
    int64_t steps[FCNN_ARRAY_RANK_MAX], index[FCNN_ARRAY_RANK_MAX] = {0};
    int64_t step = 1, place = 0;
    for (int k = 0; k < header->rank; k++) {
        const int d = header->is_first ? k : header->rank - 1 - k; /* begins with the fastest dimension in the file */
        steps[d] = step;
        step *= header->dims[d];
    }
    for (int64_t i = 0; i < header->count; i++) {
        convert_element(header, in + (size_t)place * header->size, (uint8_t *)array->values + (size_t)i * size);
        int d = header->rank - 1;
        for (; d > 0 && index[d] == header->dims[d] - 1; d--) {
            place -= index[d] * steps[d];
            index[d] = 0;
        }
        index[d]++;
        place += steps[d];
    }
}

/* Whether the elements in the file have the order and type of the array, so that nothing must be converted. */
static bool is_plain(const fcnn_npy_header *header)
{
    const bool is_native = header->size == 1 || header->is_big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    return is_native && (!header->is_first || header->rank == 1) && header->kind != 'b' &&
           !(header->kind == 'f' && header->size == 2);
}

static fcnn_status read_elements(fcnn_input *input, const fcnn_npy_header *header, uint8_t **out)
{
    const char *name = fcnn_input_name(input);
    const int64_t bytes = header->count * (int64_t)header->size;
    int64_t there;
    size_t more;
    char next;
    FCNN_TRY(fcnn_input_read_all(input, "an array", bytes, out, &there));
    if (there < bytes) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: is truncated: its shape requires %" PRId64 " bytes, but only %" PRId64 " follow", name,
                         bytes, there);
    }
    FCNN_TRY(fcnn_input_read(input, &next, 1, &more));
    if (more > 0) {
        return fcnn_fail(FCNN_EDATA, "%s: is too long: its shape requires %" PRId64 " bytes, but more follow", name,
                         bytes);
    }
    return FCNN_OK;
}

static fcnn_type type_of(const fcnn_npy_header *header)
{
    static const fcnn_type whole[2][4] = {{FCNN_TYPE_INT8, FCNN_TYPE_INT16, FCNN_TYPE_INT32, FCNN_TYPE_INT64},
                                          {FCNN_TYPE_UINT8, FCNN_TYPE_UINT16, FCNN_TYPE_UINT32, FCNN_TYPE_UINT64}};
    if (header->kind == 'f') {
        return header->size == sizeof(double) ? FCNN_TYPE_FLOAT64 : FCNN_TYPE_FLOAT32;
    }
    int place = 0; /* index of the size among 1, 2, 4 and 8 bytes */
    while ((size_t)1 << place < header->size) {
        place++;
    }
    return whole[header->kind != 'i'][place];
}

/* Makes an array of the elements, which it takes or releases, also on failure. */
static fcnn_status finish(const fcnn_npy_header *header, uint8_t *elements, fcnn_array *array)
{
    array->type = type_of(header);
    array->rank = header->rank;
    array->count = header->count;
    memcpy(array->dims, header->dims, sizeof array->dims);
    if (is_plain(header)) {
        array->values = elements;
        return FCNN_OK;
    }
    const fcnn_status status =
        fcnn_memory_create("an array", array->count, fcnn_type_size(array->type), &array->values);
    if (status == FCNN_OK) {
        convert(header, elements, array);
    }
    free(elements);
    return status;
}

fcnn_status fcnn_npy_read(fcnn_input *input, fcnn_array *out)
{
    fcnn_npy_header header;
    fcnn_array array = {0};
    uint8_t *elements = NULL;
    FCNN_TRY(read_header(input, &header));
    fcnn_status status = read_elements(input, &header, &elements);
    if (status != FCNN_OK) {
        free(elements);
        return status;
    }
    status = finish(&header, elements, &array);
    if (status == FCNN_OK) {
        *out = array;
    }
    return status;
}

static bool recognizes(const uint8_t *bytes, size_t count)
{
    return count >= MAGIC_BYTES && memcmp(bytes, magic, MAGIC_BYTES) == 0;
}

const fcnn_format fcnn_format_npy = {.recognizes = recognizes, .read = fcnn_npy_read};
