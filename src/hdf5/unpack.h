/* src/hdf5/unpack.h — packed chunks, unpacked by zlib and our own code: libhdf5 believes that a chunk unpacks
 * to as many bytes as its shape has, and reads past the end of one that does not.  For this room's own files only;
 * everything is called between enter and leave. */
#ifndef FCNN_HDF5_UNPACK_H
#define FCNN_HDF5_UNPACK_H

#include "hdf5/library.h"

/* How the chunks of a dataset are packed. */
typedef struct fcnn_hdf5_packing {
    int filters; /* in the order of packing */
    H5Z_filter_t filter[H5Z_MAX_NFILTERS];
    unsigned parameter[H5Z_MAX_NFILTERS]; /* of shuffle: the bytes of an element */
    bool plain_edges;                     /* chunks that stick out of the dataset are not packed */
    int rank;
    hsize_t dims[FCNN_HDF5_RANK_MAX], chunk[FCNN_HDF5_RANK_MAX];
    size_t element, bytes; /* of an element and of a chunk, as stored */
    hid_t type;            /* of the elements, as stored; to be closed */
    fcnn_hdf5_filling filling;
} fcnn_hdf5_packing;

/* True, with out set, if the chunks of a dataset are packed by deflate, shuffle and Fletcher's sums: what is unpacked
 * here.  Others, of rarer filters, are HDF5's. */
bool fcnn_hdf5_packing_find(hid_t dataset, fcnn_hdf5_packing *out);
void fcnn_hdf5_packing_close(const fcnn_hdf5_packing *packing);

/* Reads the box of `extent` elements from `start` on.  What was never written and HDF5 does not fill is left as it is.
 *   out   caller-owned, as H5Dread() would fill it with a memory type of that many bytes an element; NULL: the chunks
 *         are looked at and nothing is kept
 * Fails: FCNN_EDATA for a chunk that is damaged, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_unpack_box(const fcnn_hdf5_source *source, const fcnn_hdf5_packing *packing, const hsize_t *start,
                                 const hsize_t *extent, hid_t memory_type, void *out);

#endif
