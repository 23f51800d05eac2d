/* src/hdf5/reading.h — the members of an open dataset, and reading of boxes of its elements.
 * Internal to this room; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_READING_H
#define FCNN_HDF5_READING_H

#include "hdf5/dataset.h"
#include "hdf5/library.h"
#include "hdf5/unpack.h"

struct fcnn_hdf5_dataset {
    fcnn_hdf5_file *file; /* borrowed */
    char *name;
    fcnn_hdf5_source source;
    fcnn_hdf5_info info;
    bool by_columns;
    int along;                     /* index of the dimension that counts the rows */
    int64_t first_column, columns; /* columns that are read; columns = −1: whole rows */
    hid_t together;                /* the dataset, open on all ranks together; −1: each rank reads independently */
    hid_t space, type;             /* dataspace in the file; type in memory, −1 for strings */
    bool is_packed;                /* compressed in a way that hdf5/unpack.c decompresses */
    fcnn_hdf5_packing packing;
};

/* Checks that the dataset has rows first … first+count−1.
 * Fails: FCNN_ESHAPE if it does not, FCNN_EDATA if it is a single value. */
fcnn_status fcnn_hdf5_require_rows(const fcnn_hdf5_dataset *from, int64_t first, int64_t count);

/* Reads rows first … first+count−1, or their selected columns, to out.  Collective if the dataset is joined.
 * Fails: in the same ways as fcnn_hdf5_dataset_read(). */
fcnn_status fcnn_hdf5_read_slab(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, void *out);

/* Sets start [rank] and extent [rank] to the box of all elements. */
void fcnn_hdf5_whole_box(const fcnn_hdf5_info *info, hsize_t *start, hsize_t *extent);

/* Sets start [rank] and extent [rank] to the box of rows first … first+count−1, or of their selected columns. */
void fcnn_hdf5_rows_box(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, hsize_t *start, hsize_t *extent);

/* Closes the source files that HDF5 keeps open for a virtual dataset.  Fails: FCNN_EDATA. */
fcnn_status fcnn_hdf5_release_sources(fcnn_hdf5_dataset *from);

/* Sets *out to the fill value of strings, without blanks and zero bytes at the end; to be released with free().
 * Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_fill_text(const fcnn_hdf5_source *source, char **out);

/* Fails with FCNN_EDATA because HDF5 failed to read; must be called right after the failed call. */
fcnn_status fcnn_hdf5_unreadable(const fcnn_hdf5_dataset *from);

#endif
