/* src/hdf5/check_groups.h — checks of groups and attributes, in all formats, before libhdf5 reads them: it copies names
 * and soft links from unchecked offsets, and does not check sizes.
 * Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_CHECK_GROUPS_H
#define FCNN_HDF5_CHECK_GROUPS_H

#include "hdf5/library.h"

/* Checks the object to which a hard link refers.  An object that passed the check is not checked again while the file
 * is open.
 * Fails: FCNN_EDATA if a name, a link or a part of the symbol table is out of bounds, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_check_linked(const fcnn_hdf5_file *file, const H5L_info_t *link);

/* The same for the root group. */
fcnn_status fcnn_hdf5_check_root(const fcnn_hdf5_file *file);

#endif
