/* src/hdf5/reading.h — a dataset while rows, columns or strings of it are read; for this room's own files only,
 * between enter and leave. */
#ifndef FCNN_HDF5_READING_H
#define FCNN_HDF5_READING_H

#include "hdf5/library.h"

/* A dataset of rank ≥ 1, and how its elements lie in memory. */
typedef struct fcnn_hdf5_reading {
    fcnn_hdf5_source source;
    fcnn_hdf5_info info;
    hid_t together; /* the dataset, for all ranks to read from; −1: each reads for itself */
    hid_t space, type;
    int along; /* the dimension that counts the rows */
} fcnn_hdf5_reading;

/* Opens a dataset and checks that dimension `along` (−1: the last) has the rows first … first+count−1, of which all
 * is going to be read, or (whole false) some.  Of a file that is open on all ranks collective; they fail alike. */
fcnn_status fcnn_hdf5_reading_open(fcnn_hdf5_file *file, const char *name, int along, bool whole, int64_t first,
                                   int64_t count, fcnn_hdf5_reading *out);
void fcnn_hdf5_reading_close(fcnn_hdf5_reading *from);

/* Reads a box.  Arrays within elements are read whole, whatever start and extent say of their dimensions.
 *   out  [extent…], caller-owned, of the type in memory */
fcnn_status fcnn_hdf5_read_box(const fcnn_hdf5_reading *from, const hsize_t *start, const hsize_t *extent, void *out);

/* Reads count indices of dimension `along` from first on, and all of the other dimensions. */
fcnn_status fcnn_hdf5_read_slab(const fcnn_hdf5_reading *from, int along, int64_t first, int64_t count, void *out);

/* The dataset's bounds as a box of all elements: start [rank] of zeros, extent [rank]. */
void fcnn_hdf5_whole_box(const fcnn_hdf5_info *info, hsize_t *start, hsize_t *extent);

/* Sets *out to the fill value of strings, without blanks and zeros at the end; to be released with free().
 * Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_fill_text(const fcnn_hdf5_source *source, char **out);

/* HDF5 has just failed to read. */
fcnn_status fcnn_hdf5_unreadable(const fcnn_hdf5_reading *from);

#endif
