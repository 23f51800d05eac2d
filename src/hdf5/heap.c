/* src/hdf5/heap.c — reads strings of variable length from the global heap of an untrusted file (HDF5 File Format
 * Specification, III.E). */
#include "hdf5/heap.h"

#include "core/memory.h"
#include "hdf5/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    HEAD_BYTES = 16, /* header of a collection of the heap, and of an object in it */
    NUMBERS = 65536  /* largest number of objects in a collection */
};

#define PART_BYTES_MOST ((uint64_t)1 << 30) /* largest size of a collection, the same as of a chunk */

/* The heap of an open file, and the collection ("part") of it that was read last. */
typedef struct heap_part {
    int descriptor;       /* the descriptor of HDF5 */
    char what[512];       /* begins messages */
    uint64_t base;        /* offset of address 0 in the file */
    uint64_t address;     /* address of the part; UINT64_MAX: none yet */
    uint64_t end;         /* end of the parts that were read */
    unsigned char *bytes; /* [size] the part; NULL: there is no part at this address */
    uint64_t size;
    uint64_t *places; /* [NUMBERS] offset of each object by its number; 0: there is none */
    int64_t numbers;  /* numbers below this may have offsets */
} heap_part;

/* A reference; references are sorted by address. */
typedef struct wanted {
    uint64_t address;
    int64_t index;
} wanted;

static uint64_t number_at(const unsigned char *bytes, int count)
{
    uint64_t number = 0;
    for (int i = count - 1; i >= 0; i--) {
        number = number << 8 | bytes[i];
    }
    return number;
}

uint64_t fcnn_hdf5_reference_length(const unsigned char reference[FCNN_HDF5_REFERENCE_BYTES])
{
    return number_at(reference, 4);
}

/* ---- references ---- */

static const char conversion[] = "fcnn reference";

/* H5T_conv_t that keeps the reference of a string of variable length unchanged, as opaque bytes. */
static herr_t keep_reference(hid_t from, hid_t to, H5T_cdata_t *data, size_t count, size_t stride, size_t back_stride,
                             void *bytes, void *back, hid_t transfer)
{
    (void)count;
    (void)stride;
    (void)back_stride;
    (void)bytes;
    (void)back;
    (void)transfer;
    if (data->command != H5T_CONV_INIT) {
        return 0;
    }
    data->need_bkg = H5T_BKG_NO;
    return H5Tget_class(from) == H5T_STRING && H5Tget_size(to) == FCNN_HDF5_REFERENCE_BYTES ? 0 : -1;
}

hid_t fcnn_hdf5_references_begin(hid_t strings)
{
    const hid_t type = H5Tcreate(H5T_OPAQUE, FCNN_HDF5_REFERENCE_BYTES);
    if (H5Tregister(H5T_PERS_SOFT, conversion, strings, type, keep_reference) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

void fcnn_hdf5_references_end(hid_t type)
{
    H5Tunregister(H5T_PERS_SOFT, conversion, -1, -1, keep_reference);
    H5Tclose(type);
}

/* ---- the file ---- */

/* The descriptor from which HDF5 reads a file; −1 if HDF5 reads it in another way. */
static int descriptor_of(hid_t file)
{
    const hid_t access = H5Fget_access_plist(file);
    void *handle = NULL;
    int descriptor = -1;
    if (H5Pget_driver(access) == H5FD_SEC2 && H5Fget_vfd_handle(file, access, &handle) >= 0 && handle != NULL) {
        descriptor = *(int *)handle;
    }
    H5Pclose(access);
    return descriptor;
}

static bool open_heap(hid_t object, heap_part *out)
{
    const hid_t file = H5Iget_file_id(object), creation = H5Fget_create_plist(file);
    hsize_t base = 0;
    size_t address_bytes = 0, length_bytes = 0;
    const bool is_usual = H5Pget_userblock(creation, &base) >= 0 &&
                          H5Pget_sizes(creation, &address_bytes, &length_bytes) >= 0 && address_bytes == 8 &&
                          length_bytes == 8;
    *out = (heap_part){.descriptor = descriptor_of(file), .base = base, .address = UINT64_MAX};
    char path[480] = "";
    H5Fget_name(file, path, sizeof path);
    snprintf(out->what, sizeof out->what, "%s: a string", path);
    H5Pclose(creation);
    H5Fclose(file);
    return is_usual && out->descriptor >= 0;
}

static void close_heap(heap_part *heap)
{
    free(heap->bytes);
    free(heap->places);
}

bool fcnn_hdf5_heap_is_usual(hid_t object)
{
    heap_part own;
    return open_heap(object, &own);
}

/* ---- parts and objects ---- */

static uint64_t bytes_of_file(const heap_part *heap)
{
    struct stat info;
    return fstat(heap->descriptor, &info) == 0 && info.st_size > 0 ? (uint64_t)info.st_size : 0;
}

/* Reads the part at an address, which is not less than the previous ones.  heap->bytes is NULL if there is none. */
static fcnn_status read_part(heap_part *heap, uint64_t address)
{
    unsigned char head[HEAD_BYTES];
    bool whole = false;
    free(heap->bytes);
    heap->bytes = NULL;
    heap->address = address;
    if (address < heap->end || address > (uint64_t)INT64_MAX / 2 || heap->base > (uint64_t)INT64_MAX / 2) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_read_bytes(heap->what, heap->descriptor, heap->base + address, sizeof head, head, &whole));
    if (!whole || memcmp(head, "GCOL\1", 5) != 0) {
        return FCNN_OK;
    }
    heap->size = number_at(head + 8, 8);
    if (heap->size < HEAD_BYTES || heap->size > PART_BYTES_MOST || heap->size > bytes_of_file(heap)) {
        return FCNN_OK;
    }
    heap->end = address + heap->size;
    FCNN_TRY(fcnn_memory_create("strings of a file", (int64_t)heap->size, 1, &heap->bytes));
    const fcnn_status status =
        fcnn_hdf5_read_bytes(heap->what, heap->descriptor, heap->base + address, heap->size, heap->bytes, &whole);
    if (status != FCNN_OK || !whole) {
        free(heap->bytes);
        heap->bytes = NULL;
    }
    return status;
}

/* Records the offsets of the objects that are completely within the part. */
static void note_places(heap_part *heap)
{
    memset(heap->places, 0, (size_t)heap->numbers * sizeof *heap->places);
    heap->numbers = 0;
    for (uint64_t at = HEAD_BYTES; heap->size - at >= HEAD_BYTES;) {
        const uint64_t number = number_at(heap->bytes + at, 2), bytes = number_at(heap->bytes + at + 8, 8);
        const uint64_t left = heap->size - at - HEAD_BYTES;
        if (number == 0 || bytes > left) {
            return; /* free space is at the end of the part */
        }
        heap->places[number] = at;
        heap->numbers = (int64_t)number >= heap->numbers ? (int64_t)number + 1 : heap->numbers;
        if ((bytes + 7) / 8 * 8 > left) {
            return;
        }
        at += HEAD_BYTES + (bytes + 7) / 8 * 8;
    }
}

/* The object with a number in the current part, if it has at least `length` bytes; otherwise NULL. */
static const unsigned char *find_object(const heap_part *heap, uint64_t number, uint64_t length)
{
    const uint64_t at = number < NUMBERS ? heap->places[number] : 0;
    return at > 0 && number_at(heap->bytes + at + 8, 8) >= length ? heap->bytes + at + HEAD_BYTES : NULL;
}

static fcnn_status find_one(heap_part *heap, const unsigned char *reference, const char **out)
{
    const uint64_t address = number_at(reference + 4, 8), length = fcnn_hdf5_reference_length(reference);
    *out = NULL;
    if (address == 0) {
        *out = length == 0 ? "" : NULL; /* an empty string has no object */
        return FCNN_OK;
    }
    if (heap->address != address) {
        FCNN_TRY(read_part(heap, address));
        if (heap->bytes != NULL) {
            note_places(heap);
        }
    }
    if (heap->bytes != NULL) {
        *out = (const char *)find_object(heap, number_at(reference + 12, 4), length);
    }
    return FCNN_OK;
}

/* ---- all references ---- */

static int by_address(const void *a, const void *b)
{
    const wanted *left = a, *right = b;
    return left->address != right->address ? (left->address > right->address) - (left->address < right->address)
                                           : (left->index > right->index) - (left->index < right->index);
}

static fcnn_status find_all(heap_part *heap, const unsigned char *references, wanted *order, int64_t count,
                            fcnn_hdf5_heap_take take, void *data)
{
    FCNN_TRY(fcnn_memory_create("strings of a file", NUMBERS, sizeof *heap->places, &heap->places));
    for (int64_t i = 0; i < count; i++) {
        order[i] = (wanted){.address = number_at(references + i * FCNN_HDF5_REFERENCE_BYTES + 4, 8), .index = i};
    }
    qsort(order, (size_t)count, sizeof *order, by_address);
    for (int64_t i = 0; i < count; i++) {
        const unsigned char *reference = references + order[i].index * FCNN_HDF5_REFERENCE_BYTES;
        const char *bytes;
        FCNN_TRY(find_one(heap, reference, &bytes));
        FCNN_TRY(take(data, order[i].index, bytes, fcnn_hdf5_reference_length(reference)));
    }
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_heap_find(hid_t object, const unsigned char *references, int64_t count, fcnn_hdf5_heap_take take,
                                void *data)
{
    heap_part heap;
    if (!open_heap(object, &heap)) {
        return fcnn_fail(FCNN_EDATA, "%s cannot be read: the addresses in the file do not have 8 bytes", heap.what);
    }
    wanted *order = NULL;
    fcnn_status status = fcnn_memory_create("strings of a file", count, sizeof *order, &order);
    if (status == FCNN_OK) {
        status = find_all(&heap, references, order, count, take, data);
    }
    free(order);
    close_heap(&heap);
    return status;
}
