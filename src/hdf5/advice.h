/* src/hdf5/advice.h — commands for messages that make a file readable.  Each command works as it is printed
 * (tests/system_advice.sh).  Not collective; any thread may call any function. */
#ifndef FCNN_HDF5_ADVICE_H
#define FCNN_HDF5_ADVICE_H

#include <stddef.h>

#define FCNN_ADVICE_SIZE 1024

/* Returns a path or the name of a dataset if it can stand in a command without quoting, otherwise `instead`.  Borrowed
 * from the arguments. */
const char *fcnn_hdf5_in_command(const char *name, const char *instead);

/* Writes how to decompress a file with a filter that HDF5 does not include, by programs that have it.  (h5repack cannot
 * be used: it omits datasets that it cannot read, and ends with exit code 0.)
 *   out [FCNN_ADVICE_SIZE]  caller-owned */
void fcnn_hdf5_advise_filter(int filter, const char *path, char *out);

/* Writes how to copy a dataset whose elements are in other files to one separate file.
 *   out [FCNN_ADVICE_SIZE]  caller-owned */
void fcnn_hdf5_advise_copy(const char *path, const char *dataset, char *out);

#endif
