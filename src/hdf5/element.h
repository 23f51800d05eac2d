/* src/hdf5/element.h — what the elements of a dataset are made of, members of records and arrays, and how they
 * lie in the file and in memory; for this room's own files only, between enter and leave. */
#ifndef FCNN_HDF5_ELEMENT_H
#define FCNN_HDF5_ELEMENT_H

#include "hdf5/library.h"

/* What a source leads to within the elements of its dataset. */
typedef struct fcnn_hdf5_element {
    hid_t type; /* of the numbers or strings there; to be closed */
    int rank;   /* of all arrays on the way to them */
    hsize_t dims[FCNN_HDF5_RANK_MAX];
} fcnn_hdf5_element;

/* Goes from the elements through arrays and along the members that the source names.
 * Fails: FCNN_EDATA if there is no such member (the message lists those that there are), or if the arrays have more
 * dimensions than can be counted. */
fcnn_status fcnn_hdf5_element_find(const fcnn_hdf5_source *source, fcnn_hdf5_element *out);

/* A type for memory with nothing in it but `leaf` in the place where the source's numbers or strings are: in memory
 * these lie one after the other.  To be closed; −1 on failure. */
hid_t fcnn_hdf5_element_memory(const fcnn_hdf5_source *source, hid_t leaf);

/* The type of a dataset's elements byte by byte as they lie in the file; opaque bytes stand for strings and lists of
 * variable length, which lie elsewhere in the file.  To be closed; −1 on failure. */
hid_t fcnn_hdf5_stored_type(hid_t dataset);

/* The bytes that an element takes in the file; 0 on failure. */
size_t fcnn_hdf5_stored_size(hid_t dataset);

/* Are the elements of a type complex numbers, records of a real and an imaginary part? */
bool fcnn_hdf5_type_is_complex(hid_t type);

/* Fails with FCNN_EDATA because a source leads to records: the message says how their members are named. */
fcnn_status fcnn_hdf5_element_refuse_records(const fcnn_hdf5_source *source, hid_t type);

#endif
