/* src/hdf5/check_dense.c — checks of dense storage: links and attributes in a fractal heap with an index.
 *
 * HDF5 File Format Specification, version 3: III.A.2 (B-trees, version 2), III.G (fractal heaps), IV.A.2.g and m (link
 * and attribute messages). */
#include "hdf5/check_dense.h"

#include <string.h>

enum {
    TREE_BYTES = 34,     /* header of a tree, without the checksum */
    NODE_BYTES = 6,      /* bytes before the records of a node */
    NODE_AROUND = 10,    /* bytes before and after the records of a node */
    DEPTH_MOST = 8,      /* largest depth of a tree */
    HEAP_BYTES = 142,    /* header of a heap, without the checksum */
    RECORD_MOST = 17,    /* largest size of a record */
    LINK_HEAD_MOST = 20, /* largest number of bytes before the name of a link */
    HUGE_OBJECT = 0x10,  /* flag in the heap ID of an object that is stored outside the heap */
    SHARED = 2           /* flag of a message that is stored in another place */
};

/* The records of the index, by kind. */
static const struct {
    int type, bytes;  /* type of the tree; size of a record */
    int id, id_bytes; /* offset and size of the heap ID in a record */
} kinds[] = {[FCNN_HDF5_DENSE_LINKS] = {5, 11, 4, 7}, [FCNN_HDF5_DENSE_ATTRIBUTES] = {8, 17, 0, 8}};

/* An index and its heap.  All rows of blocks of the heap have the same number of blocks; the blocks of the first two
 * rows have 2^start_bits bytes, those of each further row twice as many. */
typedef struct lookup {
    fcnn_hdf5_check_bytes *bytes;
    fcnn_hdf5_dense_kind kind;
    /* the tree */
    uint64_t most[DEPTH_MOST + 1];     /* largest number of records of a node, by its height above the leaves */
    int pointer_bytes[DEPTH_MOST + 1]; /* size of a pointer to another node, by height */
    int count_bytes;                   /* size of the number of records in a pointer */
    uint64_t records, left;            /* number of records of the tree; of those not visited yet */
    /* the heap */
    int start_bits, row_bits, direct_bits; /* log2 of the size of a first block, the first row, the largest block */
    int offset_bytes, length_bytes;        /* sizes of offset and length in a heap ID */
    uint64_t width, root, rows,
        overhead; /* blocks of a row; address of the root block, its rows; bytes before objects */
} lookup;

#define number_at fcnn_hdf5_number_at

/* ---- messages ---- */

bool fcnn_hdf5_link_is_sound(fcnn_hdf5_check_bytes *bytes, uint64_t address, uint64_t size)
{
    unsigned char head[LINK_HEAD_MOST] = {0}, length[2];
    if (size < 2 || !fcnn_hdf5_check_bytes_at(bytes, address, size < sizeof head ? size : sizeof head, head) ||
        head[0] != 1 || head[1] > 0x1F) {
        return false;
    }
    const unsigned flags = head[1];
    const int width = 1 << (flags & 3);
    uint64_t offset = 2;
    const bool is_hard = (flags & 8) == 0 || head[offset] == 0;
    offset += (flags & 8 ? 1U : 0U) + (flags & 4 ? 8U : 0U) + (flags & 0x10 ? 1U : 0U);
    const uint64_t name = number_at(head + offset, width), begin = offset + (uint64_t)width;
    if (begin > size || name == 0 || name > size - begin) {
        return false;
    }
    const uint64_t left = size - begin - name;
    if (is_hard) {
        return left >= 8;
    }
    return left >= 2 && fcnn_hdf5_check_bytes_at(bytes, address + begin + name, sizeof length, length) &&
           number_at(length, 2) <= left - 2;
}

bool fcnn_hdf5_attribute_is_sound(fcnn_hdf5_check_bytes *bytes, uint64_t address, uint64_t size)
{
    unsigned char head[9] = {0}, piece[64];
    if (size < sizeof head || !fcnn_hdf5_check_bytes_at(bytes, address, sizeof head, head)) {
        return false;
    }
    for (uint64_t at = head[0] == 3 ? 9 : 8; at < size; at += sizeof piece) {
        const uint64_t count = size - at < sizeof piece ? size - at : sizeof piece;
        if (!fcnn_hdf5_check_bytes_at(bytes, address + at, count, piece)) {
            return false;
        }
        if (memchr(piece, '\0', count) != NULL) {
            return true; /* the end of the name */
        }
    }
    return false;
}

/* ---- the heap ---- */

/* The logarithm of a power of two; −1 for other numbers. */
static int power_of(uint64_t number)
{
    return number == 0 || (number & (number - 1)) != 0 ? -1 : 63 - __builtin_clzll(number);
}

/* The number of bytes that numbers up to `largest` need. */
static int bytes_for(uint64_t largest)
{
    return largest == 0 ? 1 : (63 - __builtin_clzll(largest)) / 8 + 1;
}

static bool open_heap(lookup *of, uint64_t address)
{
    unsigned char head[HEAP_BYTES];
    if (!fcnn_hdf5_check_bytes_at(of->bytes, address, sizeof head, head) || memcmp(head, "FRHP\0", 5) != 0) {
        return false;
    }
    const int id_bytes = (int)number_at(head + 5, 2), filter_bytes = (int)number_at(head + 7, 2);
    const uint64_t largest = number_at(head + 10, 4);
    const int width_bits = power_of(number_at(head + 110, 2)), bits = (int)number_at(head + 128, 2);
    of->start_bits = power_of(number_at(head + 112, 8));
    of->direct_bits = power_of(number_at(head + 120, 8));
    of->width = number_at(head + 110, 2);
    of->root = number_at(head + 132, 8);
    of->rows = number_at(head + 140, 2);
    of->row_bits = of->start_bits + width_bits;
    of->offset_bytes = (bits + 7) / 8;
    of->length_bytes = (of->direct_bits + 7) / 8 < bytes_for(largest) ? (of->direct_bits + 7) / 8 : bytes_for(largest);
    of->overhead = 13 + (uint64_t)of->offset_bytes + (head[9] & 2 ? 4 : 0);
    return id_bytes == kinds[of->kind].id_bytes && filter_bytes == 0 && width_bits >= 0 && of->start_bits >= 1 &&
           of->direct_bits >= of->start_bits && of->direct_bits < 32 && bits <= 64 && of->row_bits <= bits &&
           largest <= (uint64_t)1 << of->direct_bits && of->rows <= (uint64_t)(bits - of->row_bits + 1) &&
           1 + of->offset_bytes + of->length_bytes <= id_bytes;
}

/* Finds the block of objects that contains an offset of the heap: its address in the file, its offset in the heap and
 * its size. */
static bool find_block(lookup *of, uint64_t offset, uint64_t *address, uint64_t *begin, uint64_t *bytes)
{
    uint64_t rows = of->rows;
    *address = of->root;
    *begin = 0;
    *bytes = (uint64_t)1 << of->start_bits;
    while (rows > 0) {
        const uint64_t rest = offset - *begin;
        const int high = rest >> of->row_bits == 0 ? of->row_bits - 1 : 63 - __builtin_clzll(rest);
        const uint64_t row = (uint64_t)(high - of->row_bits + 1);
        const int block_bits = of->start_bits + (row > 1 ? (int)row - 1 : 0);
        const uint64_t before = row == 0 ? 0 : (uint64_t)1 << high, column = (rest - before) >> block_bits;
        unsigned char head[5], child[8];
        if (row >= rows || !fcnn_hdf5_check_bytes_at(of->bytes, *address, sizeof head, head) ||
            memcmp(head, "FHIB\0", 5) != 0 ||
            !fcnn_hdf5_check_bytes_at(of->bytes,
                                      *address + 13 + (uint64_t)of->offset_bytes + 8 * (row * of->width + column),
                                      sizeof child, child)) {
            return false;
        }
        *address = number_at(child, 8);
        *begin += before + (column << block_bits);
        *bytes = (uint64_t)1 << block_bits;
        rows = block_bits <= of->direct_bits ? 0 : (uint64_t)(block_bits - of->row_bits + 1);
    }
    return true;
}

/* Checks the object to which a record refers. */
static bool object_is_sound(lookup *of, const unsigned char *record)
{
    const unsigned char *id = record + kinds[of->kind].id;
    uint64_t address, begin, bytes;
    unsigned char head[5];
    if (of->kind == FCNN_HDF5_DENSE_ATTRIBUTES && (id[0] == HUGE_OBJECT || (record[8] & SHARED) != 0)) {
        return true; /* stored outside the blocks of the heap */
    }
    if (id[0] != 0) {
        return false; /* an unknown version, or a kind that links do not have */
    }
    const uint64_t offset = number_at(id + 1, of->offset_bytes);
    const uint64_t size = number_at(id + 1 + of->offset_bytes, of->length_bytes);
    if (!find_block(of, offset, &address, &begin, &bytes) || offset - begin < of->overhead || offset - begin > bytes ||
        size > bytes - (offset - begin) || !fcnn_hdf5_check_bytes_at(of->bytes, address, sizeof head, head) ||
        memcmp(head, "FHDB\0", 5) != 0) {
        return false;
    }
    address += offset - begin;
    return of->kind == FCNN_HDF5_DENSE_LINKS ? fcnn_hdf5_link_is_sound(of->bytes, address, size)
                                             : fcnn_hdf5_attribute_is_sound(of->bytes, address, size);
}

/* ---- the index ---- */

/* Computes the largest numbers of records of nodes of a given size. */
static bool measure_nodes(lookup *of, uint64_t node_bytes, int depth)
{
    const uint64_t record = (uint64_t)kinds[of->kind].bytes;
    if (depth > DEPTH_MOST || node_bytes < NODE_AROUND + record || node_bytes > 1 << 20) {
        return false;
    }
    uint64_t below = of->most[0] = (node_bytes - NODE_AROUND) / record; /* records of a node and all nodes below it */
    int below_bytes = 0;
    of->count_bytes = bytes_for(of->most[0]);
    for (int level = 1; level <= depth; level++) {
        const uint64_t pointer = 8 + (uint64_t)of->count_bytes + (uint64_t)below_bytes;
        if (node_bytes < NODE_AROUND + pointer) {
            return false;
        }
        of->pointer_bytes[level] = (int)pointer;
        of->most[level] = (node_bytes - NODE_AROUND - pointer) / (record + pointer);
        if (below > UINT64_MAX / 4 / (of->most[level] + 1)) {
            return false;
        }
        below = (of->most[level] + 1) * below + of->most[level];
        below_bytes = bytes_for(below);
    }
    return true;
}

static bool node_is_sound(lookup *of, uint64_t address, uint64_t count, int level)
{
    unsigned char head[NODE_BYTES], record[RECORD_MOST], pointer[24];
    const uint64_t bytes = (uint64_t)kinds[of->kind].bytes;
    if (count > of->most[level] || count > of->left ||
        !fcnn_hdf5_check_bytes_at(of->bytes, address, sizeof head, head) ||
        memcmp(head, level > 0 ? "BTIN\0" : "BTLF\0", 5) != 0 || head[5] != kinds[of->kind].type) {
        return false;
    }
    of->left -= count;
    for (uint64_t i = 0; i < count; i++) {
        if (!fcnn_hdf5_check_bytes_at(of->bytes, address + NODE_BYTES + i * bytes, bytes, record) ||
            !object_is_sound(of, record)) {
            return false;
        }
    }
    for (uint64_t i = 0; level > 0 && i <= count; i++) {
        const uint64_t size = (uint64_t)of->pointer_bytes[level];
        if (!fcnn_hdf5_check_bytes_at(of->bytes, address + NODE_BYTES + count * bytes + i * size, size, pointer) ||
            !node_is_sound(of, number_at(pointer, 8), number_at(pointer + 8, of->count_bytes), level - 1)) {
            return false;
        }
    }
    return true;
}

bool fcnn_hdf5_dense_is_sound(fcnn_hdf5_check_bytes *bytes, fcnn_hdf5_dense_kind kind, const fcnn_hdf5_dense *dense)
{
    unsigned char head[TREE_BYTES];
    lookup of = {.bytes = bytes, .kind = kind};
    if (!open_heap(&of, dense->heap) || !fcnn_hdf5_check_bytes_at(bytes, dense->tree, sizeof head, head) ||
        memcmp(head, "BTHD\0", 5) != 0 || head[5] != kinds[kind].type ||
        number_at(head + 10, 2) != (uint64_t)kinds[kind].bytes) {
        return false;
    }
    const int depth = (int)number_at(head + 12, 2);
    const uint64_t root = number_at(head + 16, 8), count = number_at(head + 24, 2);
    of.left = number_at(head + 26, 8);
    if (!measure_nodes(&of, number_at(head + 6, 4), depth)) {
        return false;
    }
    return (root == FCNN_HDF5_NOWHERE && of.left == 0) || (node_is_sound(&of, root, count, depth) && of.left == 0);
}
