/* src/hdf5/type_text.h — names of HDF5 types for users.  Internal to this room.
 * Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_TYPE_TEXT_H
#define FCNN_HDF5_TYPE_TEXT_H

#include "core/text.h"
#include "hdf5/library.h"

/* Appends the name of a type that has passed the checks, as stored and, if it differs, as read: "uint8", "float64,
 * big-endian", "half, read as float32".  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_type_text(hid_t type, const fcnn_hdf5_info *info, fcnn_text *out);

/* Whether a type is a floating-point type that HDF5 converts slowly, bit by bit, because no processor supports it. */
bool fcnn_hdf5_type_is_slow(hid_t type);

#endif
