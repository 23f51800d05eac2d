/* src/storage/hdf5_read.c — rows and columns of datasets of HDF5 files, read. */
#include "core/memory.h"
#include "storage/hdf5_check.h"
#include "storage/hdf5_heap.h"
#include "storage/hdf5_unpack.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_BYTES = 16 << 20, TILE = 32 };

/* A dataset of rank ≥ 1, and how its elements lie in memory. */
typedef struct reading {
    fcnn_hdf5_source source;
    fcnn_hdf5_info info;
    hid_t space, type;
} reading;

static fcnn_status unreadable(const reading *from)
{
    return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", from->source.path, from->source.name);
}

static void reading_close(reading *from)
{
    H5Sclose(from->space);
    H5Tclose(from->type);
    fcnn_hdf5_source_close(&from->source);
}

static hid_t bit_field(size_t size)
{
    return size == 1 ? H5T_NATIVE_B8 : size == 2 ? H5T_NATIVE_B16 : size == 4 ? H5T_NATIVE_B32 : H5T_NATIVE_B64;
}

/* Whether the elements, or the member, are bit fields, which HDF5 converts to nothing else. */
static bool is_bit_field(hid_t file_type, const char *member)
{
    const int place = member == NULL ? -1 : H5Tget_member_index(file_type, member);
    return (place < 0 ? H5Tget_class(file_type) : H5Tget_member_class(file_type, (unsigned)place)) == H5T_BITFIELD;
}

/* The type in memory; to be closed. */
static hid_t memory_type(const reading *from)
{
    const hid_t file_type = H5Dget_type(from->source.dataset);
    const hid_t element = is_bit_field(file_type, from->source.member) ? bit_field(fcnn_type_size(from->info.type))
                                                                       : fcnn_hdf5_native_type(from->info.type);
    H5Tclose(file_type);
    if (from->source.member == NULL) {
        return H5Tcopy(element);
    }
    const hid_t record = H5Tcreate(H5T_COMPOUND, fcnn_type_size(from->info.type));
    H5Tinsert(record, from->source.member, 0, element);
    return record;
}

static fcnn_status check_rows(const reading *from, int along, int64_t first, int64_t count)
{
    if (from->info.rank == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is a single value, without rows", from->source.path,
                         from->source.name);
    }
    const int64_t rows = from->info.dims[along < 0 ? from->info.rank - 1 : along];
    if (first < 0 || count < 0 || first > rows || count > rows - first) {
        return fcnn_fail(FCNN_ESHAPE, "%s: dataset %.200s has %" PRId64 " rows, not %" PRId64 " from %" PRId64 " on",
                         from->source.path, from->source.name, rows, count, first);
    }
    return FCNN_OK;
}

/* Opens a dataset and checks that dimension `along` (−1: the last) has the rows first … first+count−1, of which all
 * is going to be read, or (whole false) some. */
static fcnn_status reading_open(const fcnn_hdf5_file *file, const char *name, int along, bool whole, int64_t first,
                                int64_t count, reading *out)
{
    *out = (reading){.space = -1, .type = -1};
    FCNN_TRY(fcnn_hdf5_source_open(file, name, whole && along == 0, &out->source));
    fcnn_status status = fcnn_hdf5_source_describe(&out->source, &out->info);
    if (status == FCNN_OK) {
        status = check_rows(out, along, first, count);
    }
    if (status == FCNN_OK) {
        out->space = H5Dget_space(out->source.dataset);
        out->type = memory_type(out);
        if (out->space < 0 || out->type < 0) {
            status = unreadable(out);
        }
    }
    if (status != FCNN_OK) {
        reading_close(out);
    }
    return status;
}

/* Reads a box, or nothing (start NULL), with all other ranks. */
static fcnn_status read_together(const reading *from, const hsize_t *start, const hsize_t *extent, void *out)
{
#ifdef H5_HAVE_PARALLEL
    char nothing[sizeof(hvl_t)];
    fcnn_hdf5_packing packing;
    if (fcnn_hdf5_packing_find(from->source.dataset, &packing)) {
        fcnn_hdf5_packing_close(&packing);
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s is packed, which ranks cannot read together: use data.read = "
                         "independent, or unpack it by 'h5repack -f NONE IN.h5 OUT.h5'",
                         from->source.path, from->source.name);
    }
    const hsize_t one[FCNN_HDF5_RANK_MAX] = {1};
    const hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    const hid_t memory =
        start != NULL ? H5Screate_simple(from->info.rank, extent, NULL) : H5Screate_simple(1, one, NULL);
    herr_t failed = H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
    if (start != NULL) {
        failed |= H5Sselect_hyperslab(from->space, H5S_SELECT_SET, start, NULL, extent, NULL);
    } else {
        failed |= H5Sselect_none(from->space) | H5Sselect_none(memory);
    }
    /* no rank stays away, whatever has failed here */
    failed |= H5Dread(from->source.dataset, from->type, memory, from->space, transfer, start != NULL ? out : nothing);
    const fcnn_status status = failed < 0 ? unreadable(from) : FCNN_OK;
    H5Sclose(memory);
    H5Pclose(transfer);
    return status;
#else
    (void)start;
    (void)extent;
    (void)out;
    return unreadable(from);
#endif
}

/* Reads a box. */
static fcnn_status read_box(const reading *from, const hsize_t *start, const hsize_t *extent, void *out)
{
    for (int d = 0; d < from->info.rank; d++) {
        if (extent[d] == 0) {
            return from->source.together ? read_together(from, NULL, NULL, NULL) : FCNN_OK;
        }
    }
    if (from->source.together) {
        return read_together(from, start, extent, out);
    }
    fcnn_hdf5_packing packing;
    if (fcnn_hdf5_packing_find(from->source.dataset, &packing)) {
        /* texts of variable length lie outside of their chunks, where HDF5 finds them */
        const bool is_here = H5Tis_variable_str(packing.type) <= 0;
        const fcnn_status status =
            fcnn_hdf5_unpack_box(&from->source, &packing, start, extent, from->type, is_here ? out : NULL);
        fcnn_hdf5_packing_close(&packing);
        if (status != FCNN_OK || is_here) {
            return status;
        }
    }
    /* of the same rank: HDF5 goes element by element through chunks where ranks differ */
    const hid_t memory = H5Screate_simple(from->info.rank, extent, NULL);
    const bool failed = memory < 0 || H5Sselect_hyperslab(from->space, H5S_SELECT_SET, start, NULL, extent, NULL) < 0 ||
                        H5Dread(from->source.dataset, from->type, memory, from->space, H5P_DEFAULT, out) < 0;
    const fcnn_status status = failed ? unreadable(from) : FCNN_OK;
    H5Sclose(memory);
    return status;
}

/* Reads count indices of dimension `along` from first on, and all of the other dimensions. */
static fcnn_status read_slab(const reading *from, int along, int64_t first, int64_t count, void *out)
{
    hsize_t start[FCNN_HDF5_RANK_MAX] = {0}, extent[FCNN_HDF5_RANK_MAX];
    for (int d = 0; d < from->info.rank; d++) {
        extent[d] = (hsize_t)(d == along ? count : from->info.dims[d]);
    }
    start[along] = (hsize_t)first;
    return read_box(from, start, extent, out);
}

/* ---- rows ---- */

static fcnn_status require_numbers(const reading *from)
{
    return !from->info.is_text ? FCNN_OK
                               : fcnn_fail(FCNN_EDATA, "%s: dataset %.200s holds strings, not numbers",
                                           from->source.path, from->source.name);
}

fcnn_status fcnn_hdf5_read_rows(fcnn_hdf5_file *file, const char *dataset, int64_t first, int64_t count, void *out)
{
    reading from;
    fcnn_hdf5_enter();
    fcnn_status status = reading_open(file, dataset, 0, true, first, count, &from);
    if (status == FCNN_OK) {
        status = require_numbers(&from);
        if (status == FCNN_OK) {
            status = read_slab(&from, 0, first, count, out);
        }
        reading_close(&from);
    }
    fcnn_hdf5_leave();
    return status;
}

static fcnn_status read_columns_of(const reading *from, int64_t first, int64_t count, int64_t column, int64_t columns,
                                   void *out)
{
    FCNN_TRY(require_numbers(from));
    if (from->info.rank != 2 || column < 0 || columns < 0 || columns > from->info.dims[1] - column) {
        return fcnn_fail(FCNN_ESHAPE, "%s: dataset %.200s has no columns %" PRId64 " to %" PRId64, from->source.path,
                         from->source.name, column, column + columns - 1);
    }
    const hsize_t start[2] = {(hsize_t)first, (hsize_t)column}, extent[2] = {(hsize_t)count, (hsize_t)columns};
    return read_box(from, start, extent, out);
}

fcnn_status fcnn_hdf5_read_block(fcnn_hdf5_file *file, const char *dataset, int64_t first, int64_t count,
                                 int64_t column, int64_t columns, void *out)
{
    reading from;
    fcnn_hdf5_enter();
    fcnn_status status = reading_open(file, dataset, 0, false, first, count, &from);
    if (status == FCNN_OK) {
        status = read_columns_of(&from, first, count, column, columns, out);
        reading_close(&from);
    }
    fcnn_hdf5_leave();
    return status;
}

/* ---- rows that lie as columns ---- */

/* in [features][rows] → out [rows][features], tile by tile */
#define TRANSPOSE(type)                                                                 \
    for (int64_t r0 = 0; r0 < rows; r0 += TILE) {                                       \
        for (int64_t f0 = 0; f0 < features; f0 += TILE) {                               \
            for (int64_t r = r0; r < rows && r < r0 + TILE; r++) {                      \
                for (int64_t f = f0; f < features && f < f0 + TILE; f++) {              \
                    ((type *)out)[r * features + f] = ((const type *)in)[f * rows + r]; \
                }                                                                       \
            }                                                                           \
        }                                                                               \
    }

static void transpose(size_t size, int64_t features, int64_t rows, const void *in, void *out)
{
    switch (size) {
    case 1:
        TRANSPOSE(uint8_t)
        break;
    case 2:
        TRANSPOSE(uint16_t)
        break;
    case 4:
        TRANSPOSE(uint32_t)
        break;
    default:
        TRANSPOSE(uint64_t)
        break;
    }
}

static fcnn_status read_transposed(const reading *from, int64_t first, int64_t count, char *out)
{
    const int along = from->info.rank - 1;
    const size_t size = fcnn_type_size(from->info.type);
    int64_t features = 1;
    for (int d = 0; d < along; d++) {
        features *= from->info.dims[d];
    }
    if (features == 0 || count == 0) {
        return FCNN_OK;
    }
    const int64_t fitting = COLUMN_BYTES / (int64_t)size / features;
    const int64_t most = fitting < 1 ? 1 : fitting < count ? fitting : count;
    char *block; /* [features][most] */
    FCNN_TRY(fcnn_memory_create("columns to be turned into rows", features * most, size, &block));
    fcnn_status status = FCNN_OK;
    for (int64_t done = 0; done < count && status == FCNN_OK; done += most) {
        const int64_t rows = most < count - done ? most : count - done;
        status = read_slab(from, along, first + done, rows, block);
        if (status == FCNN_OK) {
            transpose(size, features, rows, block, out + (size_t)(done * features) * size);
        }
    }
    free(block);
    return status;
}

fcnn_status fcnn_hdf5_read_columns(fcnn_hdf5_file *file, const char *dataset, int64_t first, int64_t count, void *out)
{
    reading from;
    fcnn_hdf5_enter();
    fcnn_status status = reading_open(file, dataset, -1, true, first, count, &from);
    if (status == FCNN_OK) {
        status = require_numbers(&from);
        if (status == FCNN_OK) {
            status = read_transposed(&from, first, count, out);
        }
        reading_close(&from);
    }
    fcnn_hdf5_leave();
    return status;
}

/* ---- strings ---- */

/* A copy of at most `most` bytes, without blanks and zeros at the end. */
static fcnn_status copy_trimmed(const char *text, size_t most, char **out)
{
    size_t length = text == NULL ? 0 : strnlen(text, most);
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    FCNN_TRY(fcnn_memory_create("a label", (int64_t)length + 1, 1, out));
    memcpy(*out, text != NULL ? text : "", length);
    return FCNN_OK;
}

/* Strings of one size: [count][size]. */
static fcnn_status read_fixed(const reading *from, hid_t type, int64_t first, int64_t count, char **out)
{
    const size_t size = H5Tget_size(type);
    char *bytes;
    FCNN_TRY(fcnn_memory_create("the labels", count, size, &bytes));
    fcnn_status status = read_slab(from, 0, first, count, bytes);
    for (int64_t i = 0; status == FCNN_OK && i < count; i++) {
        status = copy_trimmed(bytes + (size_t)i * size, size, &out[i]);
    }
    free(bytes);
    return status;
}

/* Strings of other files, which the user has let in: only HDF5 knows where they are. */
static fcnn_status read_elsewhere(const reading *from, int64_t first, int64_t count, char **out)
{
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", count, sizeof *texts, &texts));
    fcnn_status status = read_slab(from, 0, first, count, texts);
    for (int64_t i = 0; status == FCNN_OK && i < count; i++) {
        status = copy_trimmed(texts[i], SIZE_MAX, &out[i]);
    }
    for (int64_t i = 0; i < count; i++) {
        H5free_memory(texts[i]);
    }
    free(texts);
    return status;
}

/* Finds the strings of references [count]. */
static fcnn_status find_texts(const reading *from, const unsigned char *references, int64_t first, int64_t count,
                              char **out)
{
    fcnn_hdf5_heap heap;
    if (!fcnn_hdf5_heap_open(from->source.dataset, &heap)) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s: its addresses have not 8 bytes", from->source.path,
                         from->source.name);
    }
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; status == FCNN_OK && i < count; i++) {
        const unsigned char *reference = references + i * FCNN_HDF5_REFERENCE_BYTES;
        const char *text;
        status = fcnn_hdf5_heap_find(&heap, reference, &text);
        if (status == FCNN_OK && text == NULL) {
            status = fcnn_fail(FCNN_EDATA,
                               "%s: dataset %.200s: the string of row %" PRId64
                               " (counting from 0) is not in the file, or has more than 1 MB",
                               from->source.path, from->source.name, first + i);
        } else if (status == FCNN_OK) {
            status = copy_trimmed(text, fcnn_hdf5_reference_length(reference), &out[i]);
        }
    }
    fcnn_hdf5_heap_close(&heap);
    return status;
}

static fcnn_status read_variable(reading *from, int64_t first, int64_t count, char **out)
{
    if (fcnn_hdf5_is_virtual(from->source.dataset)) {
        return read_elsewhere(from, first, count, out);
    }
    unsigned char *references;
    FCNN_TRY(fcnn_memory_create("the labels", count, FCNN_HDF5_REFERENCE_BYTES, &references));
    const hid_t strings = from->type;
    from->type = fcnn_hdf5_references_begin(strings);
    fcnn_status status = from->type < 0 ? unreadable(from) : read_slab(from, 0, first, count, references);
    if (from->type >= 0) {
        fcnn_hdf5_references_end(from->type);
    }
    from->type = strings;
    if (status == FCNN_OK) {
        status = find_texts(from, references, first, count, out);
    }
    free(references);
    return status;
}

/* The strings' type in memory is that of the file. */
static fcnn_status read_texts(reading *from, int64_t first, int64_t count, char **out)
{
    if (!from->info.is_text || from->source.member != NULL || (from->info.rank > 1 && from->info.dims[1] != 1) ||
        from->info.rank > 2) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is not one string a row", from->source.path,
                         from->source.name);
    }
    H5Tclose(from->type);
    from->type = H5Dget_type(from->source.dataset);
    if (from->type < 0) {
        return unreadable(from);
    }
    return H5Tis_variable_str(from->type) > 0 ? read_variable(from, first, count, out)
                                              : read_fixed(from, from->type, first, count, out);
}

fcnn_status fcnn_hdf5_read_texts(fcnn_hdf5_file *file, const char *dataset, int64_t first, int64_t count, char **out)
{
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", count, sizeof *texts, &texts));
    reading from;
    fcnn_hdf5_enter();
    fcnn_status status = reading_open(file, dataset, 0, true, first, count, &from);
    if (status == FCNN_OK) {
        status = read_texts(&from, first, count, texts);
        reading_close(&from);
    }
    fcnn_hdf5_leave();
    for (int64_t i = 0; i < count; i++) {
        if (status == FCNN_OK) {
            out[i] = texts[i];
        } else {
            free(texts[i]);
        }
    }
    free(texts);
    return status;
}
