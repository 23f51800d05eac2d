/* src/hdf5/check_bytes.h — reads bytes of an untrusted file, for checks that precede those of libhdf5.
 * Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_CHECK_BYTES_H
#define FCNN_HDF5_CHECK_BYTES_H

#include "hdf5/library.h"

#define FCNN_HDF5_NOWHERE UINT64_MAX /* HDF5's undefined address */

typedef struct fcnn_hdf5_check_bytes {
    const unsigned char *image; /* NULL: the file is read from the descriptor */
    int descriptor;
    uint64_t base, size;    /* offset of address 0, size of the file, in bytes */
    int64_t pieces, blocks; /* number of pieces and blocks that were read so far */
    char what[512];         /* begins messages */
    fcnn_status status;     /* FCNN_OK, or the failure of the system to read */
} fcnn_hdf5_check_bytes;

/* Prepares to read a file in the way HDF5 does.  Returns false if HDF5 reads it in another way than from a descriptor
 * or from memory, or if its addresses do not have 8 bytes. */
bool fcnn_hdf5_check_bytes_open(const fcnn_hdf5_file *file, fcnn_hdf5_check_bytes *out);

/* Copies `count` bytes from an address to out.  Returns false if the file does not contain them, or if too many pieces
 * have been read. */
bool fcnn_hdf5_check_bytes_at(fcnn_hdf5_check_bytes *bytes, uint64_t address, uint64_t count, unsigned char *out);

/* Decodes a little-endian number of `count` bytes. */
uint64_t fcnn_hdf5_number_at(const unsigned char *bytes, int count);

#endif
