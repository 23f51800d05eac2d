/* src/hdf5/read_attributes.h — texts that attributes hold; for this room's own files only, between enter and
 * leave. */
#ifndef FCNN_HDF5_READ_ATTRIBUTES_H
#define FCNN_HDF5_READ_ATTRIBUTES_H

#include "hdf5/library.h"

/* Reads an attribute that is one string which fcnn_hdf5_dataset_read_labels() would take; *out stays NULL for anything
 * else.
 *   object  a dataset or a group
 *   out     to be released with free()
 * Fails: FCNN_ENOMEM, and as the heap of the file does. */
fcnn_status fcnn_hdf5_attribute_word(hid_t object, const char *name, char **out);

/* Says by *what what the file has in the place of a dataset's values, such as "a dimension of netCDF without values";
 * NULL: values. */
fcnn_status fcnn_hdf5_placeholder(hid_t dataset, const char **what);

#endif
