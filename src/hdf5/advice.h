/* src/hdf5/advice.h — commands that make a file readable: each does what it says when it is run as printed
 * (tests/system_advice.sh). */
#ifndef FCNN_HDF5_ADVICE_H
#define FCNN_HDF5_ADVICE_H

#include <stddef.h>

#define FCNN_ADVICE_SIZE 1024

/* A path, or a dataset's name, as it may stand in a command; `instead` if a shell would read it as something else. */
const char *fcnn_hdf5_in_command(const char *name, const char *instead);

/* How a file is unpacked whose filter is not one of HDF5's own: by programs that have it.  h5repack is none of them: it
 * leaves datasets out that it cannot read, and ends with 0.
 *   out [FCNN_ADVICE_SIZE] */
void fcnn_hdf5_advise_filter(int filter, const char *path, char *out);

/* How a dataset that lies elsewhere is copied into a file of its own, in one piece.
 *   out [FCNN_ADVICE_SIZE] */
void fcnn_hdf5_advise_copy(const char *path, const char *dataset, char *out);

#endif
