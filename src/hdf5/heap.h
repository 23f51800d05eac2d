/* src/hdf5/heap.h — reads strings of variable length from the global heap of an untrusted file.  (libhdf5 1.10
 * allocates memory for the length in a reference, but copies the whole object to which it refers, which may be longer.)
 * Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_HEAP_H
#define FCNN_HDF5_HEAP_H

#include <hdf5.h>

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FCNN_HDF5_REFERENCE_BYTES = 16
}; /* size of a reference to a string in the file: length, address of a heap collection, number of the object */

/* A type in memory to which strings of variable length are read as references, as stored in the file; −1 on failure.
 * To be released with fcnn_hdf5_references_end() right after reading. */
hid_t fcnn_hdf5_references_begin(hid_t strings);
void fcnn_hdf5_references_end(hid_t type);

/* Called with each string: its bytes [length], borrowed for the call, or NULL if they are not in the file.  index is
 * the index of its reference.  A failure ends the search. */
typedef fcnn_status (*fcnn_hdf5_heap_take)(void *data, int64_t index, const char *bytes, uint64_t length);

/* Whether fcnn_hdf5_heap_find() can read the file that contains an object.  False for a file that HDF5 does not read
 * from one descriptor, or whose addresses do not have 8 bytes. */
bool fcnn_hdf5_heap_is_usual(hid_t object);

/* Finds the strings of references [count] in the file that contains an object, in the order of their addresses, so that
 * each collection of the heap is read once.  Collections that overlap are treated as missing, so that at most the size
 * of the file is read.
 * Fails: FCNN_ENOMEM; FCNN_EDATA if the system cannot read, or fcnn_hdf5_heap_is_usual() is false; as take does. */
fcnn_status fcnn_hdf5_heap_find(hid_t object, const unsigned char *references, int64_t count, fcnn_hdf5_heap_take take,
                                void *data);

/* The length of a string according to its reference, in bytes. */
uint64_t fcnn_hdf5_reference_length(const unsigned char reference[FCNN_HDF5_REFERENCE_BYTES]);

#endif
