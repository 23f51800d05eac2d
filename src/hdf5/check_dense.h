/* src/hdf5/check_dense.h — links and attributes of an object that has many, in HDF5's newer formats: an index of
 * names (a B-tree, version 2) over a fractal heap.  libhdf5 1.10 believes what either says of its sizes.  For this
 * room's own files only; to be called between enter and leave. */
#ifndef FCNN_HDF5_CHECK_DENSE_H
#define FCNN_HDF5_CHECK_DENSE_H

#include "hdf5/check_bytes.h"

/* Where they are; FCNN_HDF5_NOWHERE: the object has none. */
typedef struct fcnn_hdf5_dense {
    uint64_t heap, tree;
} fcnn_hdf5_dense;

typedef enum fcnn_hdf5_dense_kind { FCNN_HDF5_DENSE_LINKS, FCNN_HDF5_DENSE_ATTRIBUTES } fcnn_hdf5_dense_kind;

/* Does all that the index leads to lie within the heap, and the heap within the file, and are there as many records as
 * is said?  Links are looked at, too.  False as well for what no program makes: heaps that are packed, links of more
 * than 4 KB. */
bool fcnn_hdf5_dense_is_sound(fcnn_hdf5_check_bytes *bytes, fcnn_hdf5_dense_kind kind, const fcnn_hdf5_dense *dense);

/* Do a link's or an attribute's name and what is behind it lie within the message of `size` bytes at an address? */
bool fcnn_hdf5_link_is_sound(fcnn_hdf5_check_bytes *bytes, uint64_t address, uint64_t size);
bool fcnn_hdf5_attribute_is_sound(fcnn_hdf5_check_bytes *bytes, uint64_t address, uint64_t size);

#endif
