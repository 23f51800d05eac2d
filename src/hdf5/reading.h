/* src/hdf5/reading.h — what an open dataset is made of, and boxes of its elements, read; for this room's own files
 * only, between enter and leave. */
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
    int along;                     /* the dimension that counts the rows */
    int64_t first_column, columns; /* that are picked; columns −1: whole rows are read */
    hid_t together;                /* the dataset, for all ranks to read from; −1: each reads for itself */
    hid_t space, type;             /* of the file; in memory, −1 for strings */
    bool is_packed;                /* in a way that is unpacked here */
    fcnn_hdf5_packing packing;
};

/* Fails with FCNN_ESHAPE unless the dataset has these rows, and with FCNN_EDATA if it is a single value. */
fcnn_status fcnn_hdf5_require_rows(const fcnn_hdf5_dataset *from, int64_t first, int64_t count);

/* Reads count rows, from `first` on, and of them what is picked, else all. */
fcnn_status fcnn_hdf5_read_slab(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, void *out);

/* The dataset's bounds as a box of all elements: start [rank] of zeros, extent [rank]. */
void fcnn_hdf5_whole_box(const fcnn_hdf5_info *info, hsize_t *start, hsize_t *extent);

/* The box of rows, and of them what is picked. */
void fcnn_hdf5_rows_box(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, hsize_t *start, hsize_t *extent);

/* A virtual dataset keeps every file open that something was read from: closes these. */
fcnn_status fcnn_hdf5_release_sources(fcnn_hdf5_dataset *from);

/* Sets *out to the fill value of strings, without blanks and zeros at the end; to be released with free().
 * Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_fill_text(const fcnn_hdf5_source *source, char **out);

/* HDF5 has just failed to read. */
fcnn_status fcnn_hdf5_unreadable(const fcnn_hdf5_dataset *from);

#endif
