/* src/hdf5/unpack.h — decompression of chunks by zlib and code of this room.  (libhdf5 assumes that a decompressed
 * chunk has the size that its shape requires, and reads past its end if it is shorter.)
 * Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_UNPACK_H
#define FCNN_HDF5_UNPACK_H

#include "hdf5/library.h"

/* The compression of the chunks of a dataset. */
typedef struct fcnn_hdf5_packing {
    int filters;                           /* number of filters */
    H5Z_filter_t filter[H5Z_MAX_NFILTERS]; /* in the order of compression */
    unsigned parameter[H5Z_MAX_NFILTERS];  /* for shuffle: the size of an element */
    bool plain_edges;                      /* chunks that extend beyond the dataset are not compressed */
    int rank;
    hsize_t dims[FCNN_HDF5_RANK_MAX], chunk[FCNN_HDF5_RANK_MAX];
    size_t element, bytes; /* size of an element and of a decompressed chunk, in bytes */
    hid_t type;            /* type of the elements as stored; to be closed */
    fcnn_hdf5_filling filling;
} fcnn_hdf5_packing;

/* Returns true and sets *out if the chunks of a dataset have only the filters deflate, shuffle and Fletcher32, which
 * this file supports.  HDF5 decompresses other chunks. */
bool fcnn_hdf5_packing_find(hid_t dataset, fcnn_hdf5_packing *out);
void fcnn_hdf5_packing_close(const fcnn_hdf5_packing *packing);

/* Reads a box of elements.  Elements that were never written, and for which HDF5 does not apply a fill value, are left
 * unchanged in memory.
 *   start, extent [rank]  first element and size of the box
 *   out                   caller-owned, [extent…] of memory_type; NULL: the chunks are only checked
 * Fails: FCNN_EDATA for a damaged chunk, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_unpack_box(const fcnn_hdf5_source *source, const fcnn_hdf5_packing *packing, const hsize_t *start,
                                 const hsize_t *extent, hid_t memory_type, void *out);

#endif
