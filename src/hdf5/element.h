/* src/hdf5/element.h — the structure of the elements of a dataset (members of records, arrays), in the file and in
 * memory.  Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_ELEMENT_H
#define FCNN_HDF5_ELEMENT_H

#include "hdf5/library.h"

/* The numbers or strings to which a source refers, within the elements of its dataset. */
typedef struct fcnn_hdf5_element {
    hid_t type; /* type of the numbers or strings; to be closed */
    int rank;   /* number of dimensions of all arrays that contain them */
    hsize_t dims[FCNN_HDF5_RANK_MAX];
} fcnn_hdf5_element;

/* Finds the numbers or strings of a source, through arrays and the members that the source names.
 * Fails: FCNN_EDATA if there is no such member (the message lists the members), or if the arrays have more than
 * FCNN_HDF5_RANK_MAX dimensions. */
fcnn_status fcnn_hdf5_element_find(const fcnn_hdf5_source *source, fcnn_hdf5_element *out);

/* A type in memory that contains only the numbers or strings of the source, as type `leaf`, so that they are
 * contiguous. To be closed; −1 on failure. */
hid_t fcnn_hdf5_element_memory(const fcnn_hdf5_source *source, hid_t leaf);

/* The type of the elements of a dataset exactly as stored in the file; references to strings and lists of variable
 * length, which are stored in the heap, are opaque bytes.  To be closed; −1 on failure. */
hid_t fcnn_hdf5_stored_type(hid_t dataset);

/* The size of an element in the file, in bytes; 0 on failure. */
size_t fcnn_hdf5_stored_size(hid_t dataset);

/* Whether a type is a record of a real and an imaginary part, and thus a complex number. */
bool fcnn_hdf5_type_is_complex(hid_t type);

/* Fails with FCNN_EDATA because a source refers to records; the message lists the names of their members. */
fcnn_status fcnn_hdf5_element_refuse_records(const fcnn_hdf5_source *source, hid_t type);

#endif
