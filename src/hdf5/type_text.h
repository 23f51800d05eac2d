/* src/hdf5/type_text.h — types of HDF5 in the words of those who use them; for this room's own files only.  To
 * be called between enter and leave. */
#ifndef FCNN_HDF5_TYPE_TEXT_H
#define FCNN_HDF5_TYPE_TEXT_H

#include "core/text.h"
#include "hdf5/library.h"

/* Appends what a sound type is as stored and, if that differs, what it is read as: "uint8", "float64, big-endian",
 * "half, read as float32".  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_type_text(hid_t type, const fcnn_hdf5_info *info, fcnn_text *out);

/* Are these floating-point numbers that HDF5 converts bit by bit, as no processor does it? */
bool fcnn_hdf5_type_is_slow(hid_t type);

#endif
