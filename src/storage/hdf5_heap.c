/* src/storage/hdf5_heap.c — strings of variable length, out of the heap of a file from anyone: "Global Heap" of the
 * HDF5 File Format Specification, III.E. */
#include "storage/hdf5_heap.h"

#include "core/memory.h"
#include "storage/hdf5_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEAD_BYTES = 16,      /* of a part of the heap, and of an object there */
    PART_BYTES = 1 << 20, /* a larger one holds longer strings than are wanted here */
    NUMBERS = 65536       /* of objects in a part */
};

#define WORK_MOST ((int64_t)1 << 27)

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

/* H5T_conv_t from a string of variable length, as it lies in the file, to as many opaque bytes: it is left as it is. */
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

/* The descriptor that HDF5 reads a file from; −1 if it reads it in another way. */
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

bool fcnn_hdf5_heap_open(hid_t object, fcnn_hdf5_heap *out)
{
    const hid_t file = H5Iget_file_id(object), creation = H5Fget_create_plist(file);
    hsize_t base = 0;
    size_t address_bytes = 0, length_bytes = 0;
    const bool is_usual = H5Pget_userblock(creation, &base) >= 0 &&
                          H5Pget_sizes(creation, &address_bytes, &length_bytes) >= 0 && address_bytes == 8 &&
                          length_bytes == 8;
    *out = (fcnn_hdf5_heap){.descriptor = descriptor_of(file), .base = base, .address = UINT64_MAX, .work = WORK_MOST};
    char path[480] = "";
    H5Fget_name(file, path, sizeof path);
    snprintf(out->what, sizeof out->what, "%s: a string", path);
    H5Pclose(creation);
    H5Fclose(file);
    return is_usual && out->descriptor >= 0;
}

void fcnn_hdf5_heap_close(fcnn_hdf5_heap *heap)
{
    free(heap->bytes);
    free(heap->places);
    heap->bytes = NULL;
    heap->places = NULL;
}

/* ---- parts and objects ---- */

/* Reads the bytes of the part at an address; none where the file has no part. */
static fcnn_status read_part(fcnn_hdf5_heap *heap, uint64_t address)
{
    unsigned char head[HEAD_BYTES];
    bool whole = false;
    free(heap->bytes);
    heap->bytes = NULL;
    heap->address = address;
    if (address > (uint64_t)INT64_MAX / 2 || heap->base > (uint64_t)INT64_MAX / 2) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_read_bytes(heap->what, heap->descriptor, heap->base + address, sizeof head, head, &whole));
    if (!whole || memcmp(head, "GCOL\1", 5) != 0) {
        return FCNN_OK;
    }
    heap->size = number_at(head + 8, 8);
    heap->work -= (int64_t)(heap->size <= PART_BYTES ? heap->size : 0);
    if (heap->size < HEAD_BYTES || heap->size > PART_BYTES || heap->work < 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("names", (int64_t)heap->size, 1, &heap->bytes));
    const fcnn_status status =
        fcnn_hdf5_read_bytes(heap->what, heap->descriptor, heap->base + address, heap->size, heap->bytes, &whole);
    if (status != FCNN_OK || !whole) {
        free(heap->bytes);
        heap->bytes = NULL;
        heap->address = UINT64_MAX;
    }
    return status;
}

/* Notes where the objects of the part are that lie in it as a whole. */
static void note_places(fcnn_hdf5_heap *heap)
{
    memset(heap->places, 0, (size_t)heap->numbers * sizeof *heap->places);
    heap->numbers = 0;
    for (uint64_t at = HEAD_BYTES; heap->size - at >= HEAD_BYTES && heap->work-- > 0;) {
        const uint64_t number = number_at(heap->bytes + at, 2), bytes = number_at(heap->bytes + at + 8, 8);
        const uint64_t left = heap->size - at - HEAD_BYTES;
        if (number == 0 || bytes > left) {
            return; /* what is free ends the part */
        }
        heap->places[number] = (uint32_t)at;
        heap->numbers = (int64_t)number >= heap->numbers ? (int64_t)number + 1 : heap->numbers;
        if ((bytes + 7) / 8 * 8 > left) {
            return;
        }
        at += HEAD_BYTES + (bytes + 7) / 8 * 8;
    }
}

/* Brings the part at an address, unless it is there. */
static fcnn_status bring_part(fcnn_hdf5_heap *heap, uint64_t address)
{
    if (heap->address == address) {
        return FCNN_OK;
    }
    if (heap->places == NULL) {
        FCNN_TRY(fcnn_memory_create("names", NUMBERS, sizeof *heap->places, &heap->places));
    }
    FCNN_TRY(read_part(heap, address));
    if (heap->bytes != NULL) {
        note_places(heap);
    }
    return FCNN_OK;
}

/* The object of a number, at least `length` bytes of it, in the part that is there; else NULL. */
static const unsigned char *find_object(const fcnn_hdf5_heap *heap, uint64_t number, uint64_t length)
{
    const uint64_t at = number < NUMBERS ? heap->places[number] : 0;
    return at > 0 && number_at(heap->bytes + at + 8, 8) >= length ? heap->bytes + at + HEAD_BYTES : NULL;
}

fcnn_status fcnn_hdf5_heap_find(fcnn_hdf5_heap *heap, const unsigned char reference[FCNN_HDF5_REFERENCE_BYTES],
                                const char **out)
{
    const uint64_t address = number_at(reference + 4, 8), length = fcnn_hdf5_reference_length(reference);
    *out = NULL;
    if (address == 0) {
        *out = length == 0 ? "" : NULL; /* an empty string has no place */
        return FCNN_OK;
    }
    FCNN_TRY(bring_part(heap, address));
    if (heap->bytes != NULL) {
        *out = (const char *)find_object(heap, number_at(reference + 12, 4), length);
    }
    return FCNN_OK;
}
