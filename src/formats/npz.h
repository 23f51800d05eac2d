/* src/formats/npz.h — NumPy's .npz archives of named arrays.  Not collective; any thread may call the function. */
#ifndef FCNN_FORMATS_NPZ_H
#define FCNN_FORMATS_NPZ_H

#include "formats/array.h"

/* Reads arrays of an archive that numpy.savez() or numpy.savez_compressed() has written: a ZIP file of .npy files,
 * which are read by fcnn_npy_read().
 *   stream  a file on disk, because a ZIP file is read from its end; it is closed, also on failure
 *   name    borrowed; the name of the file in messages
 *   arrays  [count] borrowed; names of the arrays, such as "x" for the file x.npy
 *   out     [count] caller-owned, each {0}; arrays that were read before a failure must be released as well
 * Fails: FCNN_EDATA if an array does not exist (the message lists the arrays of the file), is damaged or has a wrong
 * checksum, or if fcnn was built without libzip; FCNN_EINPUT if reading fails; FCNN_ENOMEM. */
fcnn_status fcnn_npz_read(FILE *stream, const char *name, int count, const char *const *arrays, fcnn_array *out);

#endif
