/* src/hdf5/unreadable.h — what may be said of files that this HDF5 cannot read: those of other formats, and of
 * newer programs; for this room's own files only. */
#ifndef FCNN_HDF5_UNREADABLE_H
#define FCNN_HDF5_UNREADABLE_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Fails because a file is no HDF5: the message says which known format it has, and what makes HDF5 of it. */
fcnn_status fcnn_hdf5_fail_format(const char *path);

/* Does a message of HDF5's mean a version that it does not know?  That of an object's header does not: those have no
 * signature, so whatever was never written looks like one. */
bool fcnn_hdf5_is_newer(const char *message);

/* What to do about that, behind the message. */
void fcnn_hdf5_newer_advice(char *out, size_t size);

#endif
