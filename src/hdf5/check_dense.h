/* src/hdf5/check_dense.h — checks of dense storage, by which newer formats of HDF5 store many links or attributes of an
 * object: an index of names (a B-tree, version 2) over a fractal heap.  libhdf5 1.10 does not check the sizes in them.
 * Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_CHECK_DENSE_H
#define FCNN_HDF5_CHECK_DENSE_H

#include "hdf5/check_bytes.h"

/* Addresses of the heap and the tree; FCNN_HDF5_NOWHERE: the object has no dense storage. */
typedef struct fcnn_hdf5_dense {
    uint64_t heap, tree;
} fcnn_hdf5_dense;

typedef enum fcnn_hdf5_dense_kind { FCNN_HDF5_DENSE_LINKS, FCNN_HDF5_DENSE_ATTRIBUTES } fcnn_hdf5_dense_kind;

/* Whether all records of the index refer to objects within the heap, the heap is within the file, the number of records
 * is right, and all links are valid.  False also for compressed heaps and for links of more than 4 KB, which programs
 * do not write. */
bool fcnn_hdf5_dense_is_sound(fcnn_hdf5_check_bytes *bytes, fcnn_hdf5_dense_kind kind, const fcnn_hdf5_dense *dense);

/* Whether the name and the other fields of a link or an attribute are within the message of `size` bytes at an
 * address. */
bool fcnn_hdf5_link_is_sound(fcnn_hdf5_check_bytes *bytes, uint64_t address, uint64_t size);
bool fcnn_hdf5_attribute_is_sound(fcnn_hdf5_check_bytes *bytes, uint64_t address, uint64_t size);

#endif
