/* src/hdf5/holes.h — storage of a dataset that no one has written, and what stands for it.  HDF5 leaves memory
 * as it was where such storage is read and the fill time is `never`: whatever lay there before would be taken for data.
 * For this room's own files only; everything is called between enter and leave. */
#ifndef FCNN_HDF5_HOLES_H
#define FCNN_HDF5_HOLES_H

#include "hdf5/fill.h"

typedef enum fcnn_hdf5_place {
    FCNN_HDF5_UNKNOWN, /* HDF5 has just failed to tell */
    FCNN_HDF5_ABSENT,  /* the chunk was never written */
    FCNN_HDF5_PRESENT
} fcnn_hdf5_place;

/* Looks for the chunk that begins at an element.
 *   stored  set to its bytes in the file; 0 of one that is present is damage */
fcnn_hdf5_place fcnn_hdf5_chunk_find(hid_t dataset, const hsize_t *offset, hsize_t *stored);

/* Rows of which something was never written: runs of them, in order and apart from each other. */
typedef struct fcnn_hdf5_run {
    int64_t first, end; /* rows first … end−1 */
} fcnn_hdf5_run;

typedef struct fcnn_hdf5_holes {
    fcnn_hdf5_run *runs; /* [count] */
    int64_t count, capacity;
    fcnn_hdf5_filling filling; /* what stands for them */
} fcnn_hdf5_holes;

/* Finds the holes in a box of elements; dimension `along` counts the rows.  Ends after the first run, if that is
 * enough.  Storage that was allocated but never written is no hole: nothing in a file tells it from data.  Of a
 * virtual dataset all that its sources have to say counts, but a fill value that HDF5 leaves out there is none here.
 *   out  starts as {0}, and is to be cleared, also on failure
 * Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_holes_find(const fcnn_hdf5_source *source, int along, const hsize_t *start, const hsize_t *extent,
                                 bool one_is_enough, fcnn_hdf5_holes *out);
void fcnn_hdf5_holes_clear(fcnn_hdf5_holes *holes);

/* The same for a dataset that is not virtual: holes.c, which the function above uses for the sources of others. */
fcnn_status fcnn_hdf5_holes_find_own(const fcnn_hdf5_source *source, int along, const hsize_t *start,
                                     const hsize_t *extent, bool one_is_enough, fcnn_hdf5_holes *out);

/* The rows of all runs together. */
int64_t fcnn_hdf5_holes_rows(const fcnn_hdf5_holes *holes);

/* Says that rows, of which `all` were to be read, were never written, and that nothing stands for them. */
fcnn_status fcnn_hdf5_refuse_holes(const fcnn_hdf5_source *source, const fcnn_hdf5_holes *holes, int64_t all);

#endif
