/* src/hdf5/check_groups.h — groups and attributes, in all formats, looked at before libhdf5 does: it copies
 * names and soft links from offsets that it does not check, and believes what is said of sizes.  For this room's own
 * files only; to be called between enter and leave. */
#ifndef FCNN_HDF5_CHECK_GROUPS_H
#define FCNN_HDF5_CHECK_GROUPS_H

#include "hdf5/library.h"

/* Looks at the object that a hard link leads to; one that was found sound is not looked at again while the file is
 * open.  What is read by MPI-IO is sound as far as this goes, since rank 0 has looked at it.
 * Fails: FCNN_EDATA for a name, a link or a part of the table that is not within its bounds, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_check_linked(const fcnn_hdf5_file *file, const H5L_info_t *link);

/* The same for the root. */
fcnn_status fcnn_hdf5_check_root(const fcnn_hdf5_file *file);

#endif
