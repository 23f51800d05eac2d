/* src/hdf5/sources.h — what a dataset is put together from, which the user lets in: raw files of external
 * storage, and the sources of virtual datasets.  HDF5 reads zeros where a raw file is too short, and the fill value
 * where a source is missing, without a word.  For this room's own files only; everything is called between enter and
 * leave. */
#ifndef FCNN_HDF5_SOURCES_H
#define FCNN_HDF5_SOURCES_H

#include "hdf5/library.h"

/* Checks a dataset that is open as check.h says, and where the user lets in what lies outside of it, also that all its
 * raw files and sources are there, with as many bytes and elements as are taken from them, and those of the sources in
 * turn.  Of a virtual dataset of a file once.
 * Fails: FCNN_EDATA, with what is missing or too short, or not as it may be. */
fcnn_status fcnn_hdf5_sources_check_dataset(const fcnn_hdf5_file *file, const char *name, hid_t dataset);

/* Has a virtual dataset, which was checked, a source with a fill value that HDF5 does not put into what is read? */
bool fcnn_hdf5_sources_are_bare(const fcnn_hdf5_file *file, const char *name);

/* Indices of a dimension, in order: blocks of them, `stride` apart. */
typedef struct fcnn_hdf5_slots {
    hsize_t start, stride, block;
    hsize_t count; /* of indices */
} fcnn_hdf5_slots;

/* Index number k, and how many are below an end. */
hsize_t fcnn_hdf5_slots_at(const fcnn_hdf5_slots *slots, hsize_t k);
hsize_t fcnn_hdf5_slots_below(const fcnn_hdf5_slots *slots, hsize_t end);

/* What a selection takes of each dimension, where it is regular, else the box around it.  Without an end the count is
 * H5S_UNLIMITED; all of a source, whatever its shape, has the rank 0.  False if it takes nothing. */
bool fcnn_hdf5_slots_find(hid_t space, int *rank, bool *is_regular, fcnn_hdf5_slots *out);

/* The dimension without an end; −1: none. */
int fcnn_hdf5_slots_unlimited(const fcnn_hdf5_slots *slots, int rank);

/* A part of a virtual dataset, and the elements of its source, as many, in C order; boxes around them, where they are
 * not regular. */
typedef struct fcnn_hdf5_mapping {
    int rank, source_rank;
    bool is_regular;
    hid_t selection; /* of the part, where that alone is not regular; else −1 */
    fcnn_hdf5_slots part[FCNN_HDF5_RANK_MAX], taken[FCNN_HDF5_RANK_MAX];
    fcnn_hdf5_source source; /* open for the call */
    bool is_bare;            /* as above, of the source or one of its own */
} fcnn_hdf5_mapping;

typedef fcnn_status (*fcnn_hdf5_meet_mapping)(void *data, const fcnn_hdf5_mapping *mapping);

/* Goes through the parts of a virtual dataset, up to a failure, which is returned.  Fails: as the check. */
fcnn_status fcnn_hdf5_sources_walk(const fcnn_hdf5_source *source, fcnn_hdf5_meet_mapping meet, void *data);

#endif
