/* src/hdf5/read_attributes.h — reads texts of attributes.  Internal to this room.
 * Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_READ_ATTRIBUTES_H
#define FCNN_HDF5_READ_ATTRIBUTES_H

#include "hdf5/library.h"

/* Reads an attribute that is one printable string of at most FCNN_HDF5_ATTRIBUTE_TEXT_BYTES bytes; other attributes are
 * ignored.
 *   object  a dataset or a group
 *   out     initially NULL; to be released with free()
 * Fails: FCNN_ENOMEM, and in the same ways as fcnn_hdf5_heap_find(). */
fcnn_status fcnn_hdf5_attribute_text(hid_t object, const char *name, char **out);

/* Sets *what to a description of a dataset that is a placeholder without values, such as "a netCDF dimension without
 * values of its own", static; to NULL for other datasets.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_placeholder(hid_t dataset, const char **what);

#endif
