/* src/hdf5/holes.h — finds elements of a dataset that were never written ("holes").  If they are read and the fill time
 * is `never`, HDF5 leaves memory unchanged, so that its previous content would be used as data.
 * Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_HOLES_H
#define FCNN_HDF5_HOLES_H

#include "hdf5/fill.h"

typedef enum fcnn_hdf5_place {
    FCNN_HDF5_UNKNOWN, /* HDF5 has failed */
    FCNN_HDF5_ABSENT,  /* the chunk was never written */
    FCNN_HDF5_PRESENT
} fcnn_hdf5_place;

/* Finds the chunk that begins at an element.
 *   stored  set to its size in the file, in bytes; 0 for a chunk that is present means damage */
fcnn_hdf5_place fcnn_hdf5_chunk_find(hid_t dataset, const hsize_t *offset, hsize_t *stored);

/* A run of rows with holes; runs are sorted and do not touch each other. */
typedef struct fcnn_hdf5_run {
    int64_t first, end; /* rows first … end−1 */
} fcnn_hdf5_run;

typedef struct fcnn_hdf5_holes {
    fcnn_hdf5_run *runs; /* [count] */
    int64_t count, capacity;
    fcnn_hdf5_filling filling; /* the value of the holes */
} fcnn_hdf5_holes;

/* Finds the holes in a box of elements, of which dimension `along` counts the rows.  If one_is_enough is set, it ends
 * after the first run.  Storage that was allocated but never written is not a hole, because it cannot be distinguished
 * from data.  For a virtual dataset the holes of its sources are included; a fill value of a source that HDF5 does not
 * apply counts as undefined.
 *   start, extent [rank]  first element and size of the box
 *   out                   initially {0}; to be released with fcnn_hdf5_holes_clear(), also on failure
 * Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_holes_find(const fcnn_hdf5_source *source, int along, const hsize_t *start, const hsize_t *extent,
                                 bool one_is_enough, fcnn_hdf5_holes *out);
void fcnn_hdf5_holes_clear(fcnn_hdf5_holes *holes);

/* The same for a dataset that is not virtual (holes.c); the function above uses it also for the sources of a virtual
 * dataset. */
fcnn_status fcnn_hdf5_holes_find_own(const fcnn_hdf5_source *source, int along, const hsize_t *start,
                                     const hsize_t *extent, bool one_is_enough, fcnn_hdf5_holes *out);

/* The number of rows of all runs. */
int64_t fcnn_hdf5_holes_rows(const fcnn_hdf5_holes *holes);

/* Fails with FCNN_EDATA because rows were never written and have no fill value.  all: number of rows to be read. */
fcnn_status fcnn_hdf5_refuse_holes(const fcnn_hdf5_source *source, const fcnn_hdf5_holes *holes, int64_t all);

#endif
