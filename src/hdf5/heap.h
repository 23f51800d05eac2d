/* src/hdf5/heap.h — strings of variable length, out of the heap of a file from anyone; for this room's own
 * files only.  libhdf5 1.10 copies all of what a reference leads to into memory for the length that the reference
 * claims, which need not be the same: so the heap is read here. */
#ifndef FCNN_HDF5_HEAP_H
#define FCNN_HDF5_HEAP_H

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

/* Is given each string that was looked for: as many bytes as its reference claims, which are borrowed for the call;
 * NULL if they are not in the file.  A failure ends the search. */
typedef fcnn_status (*fcnn_hdf5_heap_take)(void *data, int64_t index, const char *bytes, uint64_t length);

/* Can the strings of the file that an object lies in be found?  False for a file that is not read from one descriptor,
 * or whose addresses have not 8 bytes. */
bool fcnn_hdf5_heap_is_usual(hid_t object);

/* Finds the strings of references [count] in the file that an object lies in, in the order in which they lie there: so
 * each part of the heap is read once, wherever the references lead.  Parts that overlap, which no program makes, are
 * not there; so no more is read than the file has.
 * Fails: FCNN_ENOMEM; FCNN_EDATA if the system cannot read, or the file is not usual; as take. */
fcnn_status fcnn_hdf5_heap_find(hid_t object, const unsigned char *references, int64_t count, fcnn_hdf5_heap_take take,
                                void *data);

/* The length that a reference claims. */
uint64_t fcnn_hdf5_reference_length(const unsigned char reference[FCNN_HDF5_REFERENCE_BYTES]);

#endif
