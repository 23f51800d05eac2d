/* src/hdf5/fill.h — what stands for storage of a dataset that was never written.  For this room's own files only;
 * everything is called between enter and leave. */
#ifndef FCNN_HDF5_FILL_H
#define FCNN_HDF5_FILL_H

#include "hdf5/library.h"

/* What stands for storage of a dataset that was never written, by its creation properties, borrowed. */
fcnn_hdf5_filling fcnn_hdf5_filling_find(hid_t creation);

/* Sets `count` elements of a type in memory to the fill value of a dataset that has one.  Fails: FCNN_EDATA. */
fcnn_status fcnn_hdf5_fill(const fcnn_hdf5_source *source, hid_t type, int64_t count, void *out);

#endif
