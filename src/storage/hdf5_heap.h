/* src/storage/hdf5_heap.h — strings of variable length, out of the heap of a file from anyone; for this room's own
 * files only.  libhdf5 1.10 copies all of what a reference leads to into memory for the length that the reference
 * claims, which need not be the same: so the heap is read here. */
#ifndef FCNN_STORAGE_HDF5_HEAP_H
#define FCNN_STORAGE_HDF5_HEAP_H

#include <hdf5.h>

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FCNN_HDF5_REFERENCE_BYTES = 16
}; /* of a string as it lies in the file: length, address of its part of the heap,
                                            number there */

/* A type for memory: strings of variable length that are read into it come as references, as they lie in the file.
 * −1 on failure.  To be given back before HDF5 does anything else. */
hid_t fcnn_hdf5_references_begin(hid_t strings);
void fcnn_hdf5_references_end(hid_t type);

/* The heap of an open file; the part of it that was read last. */
typedef struct fcnn_hdf5_heap {
    int descriptor;       /* HDF5's own */
    char what[512];       /* in messages */
    uint64_t base;        /* of addresses, in the file */
    uint64_t address;     /* of the part; UINT64_MAX: none yet */
    unsigned char *bytes; /* [size]; NULL: there is no such part */
    uint64_t size;
    uint32_t *places; /* [65536]: where the object of a number begins; 0: there is none */
    int64_t numbers;  /* that may have places */
    int64_t work;     /* that may still be done, in bytes read and objects looked at */
} fcnn_hdf5_heap;

/* Opens the heap of the file that an object lies in.  False for a file that is not read from one descriptor, or whose
 * addresses have not 8 bytes.  Between enter and leave; until the file is closed. */
bool fcnn_hdf5_heap_open(hid_t object, fcnn_hdf5_heap *out);
void fcnn_hdf5_heap_close(fcnn_hdf5_heap *heap);

/* The length that a reference claims. */
uint64_t fcnn_hdf5_reference_length(const unsigned char reference[FCNN_HDF5_REFERENCE_BYTES]);

/* Finds the bytes of a string, as many as its reference claims; NULL if they are not there, or among more than 1 MiB.
 * Borrowed until the next call.  Fails: FCNN_ENOMEM; FCNN_EDATA if the system cannot read. */
fcnn_status fcnn_hdf5_heap_find(fcnn_hdf5_heap *heap, const unsigned char reference[FCNN_HDF5_REFERENCE_BYTES],
                                const char **out);

#endif
