/* src/hdf5/sources.h — checks of raw files of external storage and of the sources of virtual datasets, if the user
 * allows them.  Without these checks HDF5 silently reads zeros if a raw file is too short, and the fill value if a
 * source is missing.
 * Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_SOURCES_H
#define FCNN_HDF5_SOURCES_H

#include "hdf5/library.h"

/* Checks an open dataset by fcnn_hdf5_check_own().  If other files are allowed, also checks that all of its raw files
 * and sources, and those of its sources, exist and contain all bytes and elements that are used.  A virtual dataset is
 * checked once while its file is open.
 * Fails: FCNN_EDATA; the message says what is missing, too short or refused.  FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_sources_check_dataset(const fcnn_hdf5_file *file, const char *name, hid_t dataset);

/* Whether a virtual dataset that has been checked has a source with a fill value that HDF5 does not apply. */
bool fcnn_hdf5_sources_are_bare(const fcnn_hdf5_file *file, const char *name);

/* Indices of a dimension in increasing order: blocks of `block` indices whose starts are `stride` apart. */
typedef struct fcnn_hdf5_slots {
    hsize_t start, stride, block;
    hsize_t count; /* number of indices */
} fcnn_hdf5_slots;

/* The k-th index; the number of indices below an end. */
hsize_t fcnn_hdf5_slots_at(const fcnn_hdf5_slots *slots, hsize_t k);
hsize_t fcnn_hdf5_slots_below(const fcnn_hdf5_slots *slots, hsize_t end);

/* Sets out [rank] to the indices of each dimension of a regular selection, or to the bounding box of an irregular one.
 * The count of an unlimited dimension is H5S_UNLIMITED.  A selection of all elements, of any shape, has rank 0.
 * Returns false if the selection is empty. */
bool fcnn_hdf5_slots_find(hid_t space, int *rank, bool *is_regular, fcnn_hdf5_slots *out);

/* The unlimited dimension; −1: none. */
int fcnn_hdf5_slots_unlimited(const fcnn_hdf5_slots *slots, int rank);

/* A part of a virtual dataset, and the same number of elements of its source, both in row-major order.  Irregular
 * selections are represented by their bounding boxes. */
typedef struct fcnn_hdf5_mapping {
    int rank, source_rank;
    bool is_regular;
    hid_t selection; /* selection of the part if only the part is irregular; otherwise −1 */
    fcnn_hdf5_slots part[FCNN_HDF5_RANK_MAX], taken[FCNN_HDF5_RANK_MAX];
    fcnn_hdf5_source source; /* open during the call */
    bool is_bare;            /* the source, or one of its sources, has a fill value that HDF5 does not apply */
} fcnn_hdf5_mapping;

typedef fcnn_status (*fcnn_hdf5_meet_mapping)(void *data, const fcnn_hdf5_mapping *mapping);

/* Calls meet for each part of a virtual dataset, until a call fails; returns that failure.
 * Fails: also in the same ways as fcnn_hdf5_sources_check_dataset(). */
fcnn_status fcnn_hdf5_sources_walk(const fcnn_hdf5_source *source, fcnn_hdf5_meet_mapping meet, void *data);

#endif
