/* src/hdf5/unreadable.h — messages about files that this HDF5 cannot read, because they have another format or were
 * written by a newer HDF5.  Internal to this room.  Not collective; any thread may call any function. */
#ifndef FCNN_HDF5_UNREADABLE_H
#define FCNN_HDF5_UNREADABLE_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Fails with FCNN_EDATA because a file is not an HDF5 file; the message names its format, if it is known, and a program
 * that converts it. */
fcnn_status fcnn_hdf5_fail_format(const char *path);

/* Whether a message of HDF5 means an unknown version of its format.  Messages about the version of an object header do
 * not, because object headers have no signature, and bytes that were never written cause the same message. */
bool fcnn_hdf5_is_newer(const char *message);

/* Writes advice about an unknown version, to be appended to a message, to out [size]. */
void fcnn_hdf5_newer_advice(char *out, size_t size);

#endif
