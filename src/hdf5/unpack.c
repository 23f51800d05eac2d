/* src/hdf5/unpack.c — decompression of chunks by zlib and code of this room. */
#include "hdf5/unpack.h"

#include "core/memory.h"
#include "hdf5/check.h"
#include "hdf5/element.h"
#include "hdf5/holes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { CHECKSUM_BYTES = 4, CHECKSUM_BLOCK = 360 }; /* number of words after which 32-bit sums must be reduced */

/* ---- the filters of a dataset ---- */

static bool is_known(H5Z_filter_t filter)
{
    return filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
}

static bool find_filters(hid_t creation, fcnn_hdf5_packing *out)
{
    out->filters = H5Pget_nfilters(creation);
    bool known = out->filters > 0 && out->filters <= H5Z_MAX_NFILTERS;
    for (int i = 0; known && i < out->filters; i++) {
        unsigned flags, config, values[8] = {0};
        size_t count = sizeof values / sizeof *values;
        out->filter[i] = H5Pget_filter2(creation, (unsigned)i, &flags, &count, values, 0, NULL, &config);
        out->parameter[i] = values[0];
        known = is_known(out->filter[i]);
    }
    return known;
}

bool fcnn_hdf5_packing_find(hid_t dataset, fcnn_hdf5_packing *out)
{
    *out = (fcnn_hdf5_packing){.type = -1};
    const hid_t creation = H5Dget_create_plist(dataset), space = H5Dget_space(dataset);
    bool found = H5Pget_layout(creation) == H5D_CHUNKED && find_filters(creation, out);
    if (found) {
        unsigned options = 0;
        H5Pget_chunk_opts(creation, &options);
        out->plain_edges = (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
        out->rank = H5Pget_chunk(creation, FCNN_HDF5_RANK_MAX, out->chunk);
        found = H5Sget_simple_extent_dims(space, out->dims, NULL) == out->rank;
    }
    if (found) {
        out->type = fcnn_hdf5_stored_type(dataset);
        out->element = out->bytes = out->type >= 0 ? H5Tget_size(out->type) : 0;
        out->filling = fcnn_hdf5_filling_find(creation);
        for (int d = 0; d < out->rank; d++) {
            out->bytes *= (size_t)out->chunk[d]; /* no overflow: hdf5/check.c has checked the size */
        }
    }
    H5Sclose(space);
    H5Pclose(creation);
    return found;
}

void fcnn_hdf5_packing_close(const fcnn_hdf5_packing *packing)
{
    H5Tclose(packing->type);
}

/* ---- inverse filters ---- */

/* The bytes of a chunk, and a second buffer for the output of a filter. */
typedef struct chunk_bytes {
    unsigned char *now, *next;
    size_t count, room; /* number of bytes; size of each buffer */
} chunk_bytes;

static void swap(chunk_bytes *bytes, size_t count)
{
    unsigned char *old = bytes->now;
    bytes->now = bytes->next;
    bytes->next = old;
    bytes->count = count;
}

static bool undo_deflate(chunk_bytes *bytes)
{
    z_stream stream = {
        .next_in = bytes->now, .avail_in = (uInt)bytes->count, .next_out = bytes->next, .avail_out = (uInt)bytes->room};
    if (inflateInit(&stream) != Z_OK) {
        return false;
    }
    const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    const size_t count = stream.total_out;
    inflateEnd(&stream);
    swap(bytes, count);
    return whole;
}

/* Inverts shuffle, which moves byte b of element e to offset b·elements + e; the remaining bytes at the end are not
 * moved. */
static void undo_shuffle(chunk_bytes *bytes, size_t size)
{
    const size_t elements = size > 1 ? bytes->count / size : 0;
    if (elements < 2) {
        return;
    }
    for (size_t b = 0; b < size; b++) {
        const unsigned char *from = bytes->now + b * elements;
        for (size_t e = 0; e < elements; e++) {
            bytes->next[e * size + b] = from[e];
        }
    }
    memcpy(bytes->next + elements * size, bytes->now + elements * size, bytes->count - elements * size);
    swap(bytes, bytes->count);
}

static uint32_t fold(uint32_t sum)
{
    return (sum & 0xFFFF) + (sum >> 16);
}

/* The Fletcher32 checksum of 16-bit big-endian words, as the HDF5 File Format Specification defines it. */
static uint32_t fletcher32(const unsigned char *bytes, size_t count)
{
    uint32_t sum = 0, sum_of_sums = 0;
    size_t words = 0;
    for (size_t i = 0; i < count; i += 2) {
        sum += (uint32_t)bytes[i] << 8 | (i + 1 < count ? bytes[i + 1] : 0);
        sum_of_sums += sum;
        if (++words == CHECKSUM_BLOCK || i + 2 >= count) {
            sum = fold(sum);
            sum_of_sums = fold(sum_of_sums);
            words = 0;
        }
    }
    return fold(sum_of_sums) << 16 | fold(sum);
}

/* A checksum with the bytes of each half exchanged, as early versions of HDF5 wrote it. */
static uint32_t turned(uint32_t sum)
{
    return (sum & 0x00FF00FF) << 8 | (sum & 0xFF00FF00) >> 8;
}

static bool undo_checksum(chunk_bytes *bytes)
{
    if (bytes->count < CHECKSUM_BYTES) {
        return false;
    }
    bytes->count -= CHECKSUM_BYTES;
    const unsigned char *end = bytes->now + bytes->count;
    const uint32_t stored = (uint32_t)end[0] | (uint32_t)end[1] << 8 | (uint32_t)end[2] << 16 | (uint32_t)end[3] << 24;
    const uint32_t sum = fletcher32(bytes->now, bytes->count);
    return stored == sum || stored == turned(sum);
}

/* Applies the inverse of all filters except those of the mask.  False if the bytes are damaged. */
static bool undo_filters(const fcnn_hdf5_packing *packing, uint32_t mask, chunk_bytes *bytes)
{
    bool good = true;
    for (int i = packing->filters - 1; good && i >= 0; i--) {
        if (mask >> i & 1) {
            continue;
        }
        if (packing->filter[i] == H5Z_FILTER_DEFLATE) {
            good = undo_deflate(bytes);
        } else if (packing->filter[i] == H5Z_FILTER_SHUFFLE) {
            undo_shuffle(bytes, packing->parameter[i]);
        } else {
            good = undo_checksum(bytes);
        }
    }
    return good;
}

/* ---- a chunk ---- */

static fcnn_status damaged(const fcnn_hdf5_source *source, const char *what)
{
    return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read: a chunk %s: the file is damaged", source->path,
                     source->name, what);
}

static fcnn_status grow(size_t room, chunk_bytes *bytes)
{
    if (room <= bytes->room) {
        return FCNN_OK;
    }
    free(bytes->now);
    free(bytes->next);
    *bytes = (chunk_bytes){.room = room};
    FCNN_TRY(fcnn_memory_create("a chunk", (int64_t)room, 1, &bytes->now));
    return fcnn_memory_create("a chunk", (int64_t)room, 1, &bytes->next);
}

static bool sticks_out(const fcnn_hdf5_packing *packing, const hsize_t *offset)
{
    bool out = false;
    for (int d = 0; d < packing->rank; d++) {
        out = out || packing->chunk[d] > packing->dims[d] - offset[d];
    }
    return out;
}

/* Reads the bytes->count bytes of a chunk as stored. */
static bool read_stored(const fcnn_hdf5_source *source, const hsize_t *offset, uint32_t *mask, chunk_bytes *bytes)
{
#if H5_VERSION_GE(2, 0, 0)
    size_t size = bytes->room; /* in: the size of the buffer; out: the size of the chunk */
    return H5Dread_chunk2(source->dataset, H5P_DEFAULT, offset, mask, bytes->now, &size) >= 0 && size == bytes->count;
#else
    return H5Dread_chunk(source->dataset, H5P_DEFAULT, offset, mask, bytes->now) >= 0;
#endif
}

/* Reads and decompresses the chunk at `offset`; sets bytes->count to 0 if it was never written. */
static fcnn_status read_chunk(const fcnn_hdf5_source *source, const fcnn_hdf5_packing *packing, const hsize_t *offset,
                              chunk_bytes *bytes)
{
    hsize_t stored = 0;
    uint32_t mask = 0;
    const fcnn_hdf5_place place = fcnn_hdf5_chunk_find(source->dataset, offset, &stored);
    bytes->count = 0;
    if (place == FCNN_HDF5_UNKNOWN) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", source->path, source->name);
    }
    if (place == FCNN_HDF5_ABSENT) {
        return FCNN_OK;
    }
    if (stored == 0) {
        return damaged(source, "has no bytes");
    }
    if (stored > fcnn_hdf5_bytes_of_file(source->dataset)) {
        return damaged(source, "is longer than the file");
    }
    const size_t unpacked = packing->bytes + packing->bytes / 64 + 1024; /* between two filters, with checksums */
    FCNN_TRY(grow(stored > unpacked ? (size_t)stored : unpacked, bytes));
    bytes->count = (size_t)stored;
    if (!read_stored(source, offset, &mask, bytes)) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", source->path, source->name);
    }
    if (!undo_filters(packing, packing->plain_edges && sticks_out(packing, offset) ? UINT32_MAX : mask, bytes)) {
        return damaged(source, "cannot be decompressed");
    }
    return bytes->count == packing->bytes
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA,
                           "%s: dataset %.200s cannot be read: a chunk has %zu bytes after decompression, "
                           "but its shape requires %zu: the file is damaged",
                           source->path, source->name, bytes->count, packing->bytes);
}

/* ---- boxes ---- */

/* The box to be read, and its destination. */
typedef struct box {
    const fcnn_hdf5_source *source;
    const fcnn_hdf5_packing *packing;
    const hsize_t *start, *extent;
    hid_t type;
    size_t element; /* size of an element in memory, in bytes */
    char *out;
    chunk_bytes bytes;
    char *run, *background; /* buffers for the conversion of a run of elements */
} box;

/* The intersection of a chunk and the box, in coordinates of the dataset. */
typedef struct part {
    hsize_t offset[FCNN_HDF5_RANK_MAX]; /* first element of the chunk */
    hsize_t first[FCNN_HDF5_RANK_MAX], count[FCNN_HDF5_RANK_MAX];
} part;

/* The index of an element in a row-major array whose first element has the coordinates `origin`. */
static hsize_t place(int rank, const hsize_t *at, const hsize_t *origin, const hsize_t *extent)
{
    hsize_t index = 0;
    for (int d = 0; d < rank; d++) {
        index = index * extent[d] + (at[d] - origin[d]);
    }
    return index;
}

/* Moves to the next coordinates in row-major order, of dimensions 0 … dimensions − 1; false after the end. */
static bool advance(int dimensions, const hsize_t *first, const hsize_t *count, hsize_t *at)
{
    for (int d = dimensions - 1; d >= 0; d--) {
        if (++at[d] < first[d] + count[d]) {
            return true;
        }
        at[d] = first[d];
    }
    return false;
}

/* The first of the last dimensions that are complete in both the chunk and the box, so that their elements are
 * contiguous. */
static int first_whole_dimension(const box *wanted, const part *own)
{
    int d = wanted->packing->rank;
    while (d > 1 && own->count[d - 1] == wanted->packing->chunk[d - 1] && own->count[d - 1] == wanted->extent[d - 1]) {
        d--;
    }
    return d;
}

static bool convert_run(const box *wanted, const char *from, hsize_t elements, char *out)
{
    const size_t bytes = (size_t)elements * wanted->packing->element;
    memcpy(wanted->run, from, bytes);
    memset(wanted->background, 0, (size_t)elements * wanted->element);
    if (H5Tconvert(wanted->packing->type, wanted->type, (size_t)elements, wanted->run, wanted->background,
                   H5P_DEFAULT) < 0) {
        return false;
    }
    memcpy(out, wanted->run, (size_t)elements * wanted->element);
    return true;
}

/* Converts the elements of a chunk, run by run. */
static fcnn_status take_part(const box *wanted, const part *own)
{
    const fcnn_hdf5_packing *packing = wanted->packing;
    const int whole = first_whole_dimension(wanted, own);
    hsize_t at[FCNN_HDF5_RANK_MAX], elements = 1;
    memcpy(at, own->first, sizeof at);
    for (int d = whole - 1; d < packing->rank; d++) {
        elements *= own->count[d];
    }
    do {
        const hsize_t from = place(packing->rank, at, own->offset, packing->chunk);
        const hsize_t to = place(packing->rank, at, wanted->start, wanted->extent);
        if (!convert_run(wanted, (const char *)wanted->bytes.now + from * packing->element, elements,
                         wanted->out + to * wanted->element)) {
            return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", wanted->source->path,
                                  wanted->source->name);
        }
    } while (advance(whole - 1, own->first, own->count, at));
    return FCNN_OK;
}

/* Reads a chunk that was never written through HDF5, which applies the fill value. */
static fcnn_status take_fill_value(const box *wanted, const part *own)
{
    hsize_t to[FCNN_HDF5_RANK_MAX];
    const int rank = wanted->packing->rank;
    for (int d = 0; d < rank; d++) {
        to[d] = own->first[d] - wanted->start[d];
    }
    const hid_t file = H5Dget_space(wanted->source->dataset), memory = H5Screate_simple(rank, wanted->extent, NULL);
    const bool failed = H5Sselect_hyperslab(file, H5S_SELECT_SET, own->first, NULL, own->count, NULL) < 0 ||
                        H5Sselect_hyperslab(memory, H5S_SELECT_SET, to, NULL, own->count, NULL) < 0 ||
                        H5Dread(wanted->source->dataset, wanted->type, memory, file, H5P_DEFAULT, wanted->out) < 0;
    const fcnn_status status = failed ? fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read",
                                                       wanted->source->path, wanted->source->name)
                                      : FCNN_OK;
    H5Sclose(memory);
    H5Sclose(file);
    return status;
}

/* Computes the intersection of a chunk and the box. */
static void cut(const box *wanted, const hsize_t *chunk_number, part *out)
{
    for (int d = 0; d < wanted->packing->rank; d++) {
        const hsize_t begin = chunk_number[d] * wanted->packing->chunk[d], end = begin + wanted->packing->chunk[d];
        const hsize_t last = wanted->start[d] + wanted->extent[d];
        out->offset[d] = begin;
        out->first[d] = begin > wanted->start[d] ? begin : wanted->start[d];
        out->count[d] = (end < last ? end : last) - out->first[d];
    }
}

static fcnn_status take_chunks(box *wanted)
{
    const fcnn_hdf5_packing *packing = wanted->packing;
    hsize_t first[FCNN_HDF5_RANK_MAX], count[FCNN_HDF5_RANK_MAX], at[FCNN_HDF5_RANK_MAX];
    for (int d = 0; d < packing->rank; d++) {
        first[d] = at[d] = wanted->start[d] / packing->chunk[d];
        count[d] = (wanted->start[d] + wanted->extent[d] - 1) / packing->chunk[d] + 1 - first[d];
    }
    do {
        part own = {0};
        cut(wanted, at, &own);
        FCNN_TRY(read_chunk(wanted->source, packing, own.offset, &wanted->bytes));
        if (wanted->out != NULL && wanted->bytes.count > 0) {
            FCNN_TRY(take_part(wanted, &own));
        } else if (wanted->out != NULL && packing->filling == FCNN_HDF5_FILLED) {
            FCNN_TRY(take_fill_value(wanted, &own));
        }
    } while (advance(packing->rank, first, count, at));
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_unpack_box(const fcnn_hdf5_source *source, const fcnn_hdf5_packing *packing, const hsize_t *start,
                                 const hsize_t *extent, hid_t memory_type, void *out)
{
    box wanted = {.source = source,
                  .packing = packing,
                  .start = start,
                  .extent = extent,
                  .type = memory_type,
                  .element = H5Tget_size(memory_type),
                  .out = out};
    if (packing->type < 0 || packing->element == 0) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", source->path, source->name);
    }
    const size_t element = wanted.element > packing->element ? wanted.element : packing->element;
    const int64_t elements = (int64_t)(packing->bytes / packing->element);
    fcnn_status status = fcnn_memory_create("a chunk", elements, element, &wanted.run);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("a chunk", elements, element, &wanted.background);
    }
    if (status == FCNN_OK) {
        status = take_chunks(&wanted);
    }
    free(wanted.bytes.now);
    free(wanted.bytes.next);
    free(wanted.run);
    free(wanted.background);
    return status;
}
