/* src/hdf5/check_bytes.h — bytes of a file from anyone, looked at before libhdf5 does.  For this room's own files
 * only; to be called between enter and leave. */
#ifndef FCNN_HDF5_CHECK_BYTES_H
#define FCNN_HDF5_CHECK_BYTES_H

#include "hdf5/library.h"

#define FCNN_HDF5_NOWHERE UINT64_MAX /* an address that is none */

typedef struct fcnn_hdf5_check_bytes {
    const unsigned char *image; /* NULL: the file is read from the descriptor */
    int descriptor;
    uint64_t base, size;
    int64_t pieces, blocks; /* looked at so far */
    char what[512];         /* in messages */
    fcnn_status status;     /* of the system */
} fcnn_hdf5_check_bytes;

/* As HDF5 reads the file; false for a way that is not known here, or addresses that have not 8 bytes. */
bool fcnn_hdf5_check_bytes_open(const fcnn_hdf5_file *file, fcnn_hdf5_check_bytes *out);

/* Copies bytes from an address.  False if the file does not have them, or too much has been looked at. */
bool fcnn_hdf5_check_bytes_at(fcnn_hdf5_check_bytes *bytes, uint64_t address, uint64_t count, unsigned char *out);

/* A number of `count` bytes as HDF5 stores it. */
uint64_t fcnn_hdf5_number_at(const unsigned char *bytes, int count);

#endif
