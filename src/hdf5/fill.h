/* src/hdf5/fill.h — fill values, the values of elements that were never written.  Internal to this room.
 * Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_FILL_H
#define FCNN_HDF5_FILL_H

#include "hdf5/library.h"

/* The value of elements that were never written, by the creation properties of a dataset, borrowed. */
fcnn_hdf5_filling fcnn_hdf5_filling_find(hid_t creation);

/* Sets elements [count] of a type in memory to the fill value of a dataset, which must have one.
 * Fails: FCNN_EDATA. */
fcnn_status fcnn_hdf5_fill(const fcnn_hdf5_source *source, hid_t type, int64_t count, void *out);

#endif
