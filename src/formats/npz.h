/* src/formats/npz.h — numpy's archives of named arrays: bytes in, values out. */
#ifndef FCNN_FORMATS_NPZ_H
#define FCNN_FORMATS_NPZ_H

#include "formats/array.h"

/* Reads arrays of an archive as numpy.savez() and numpy.savez_compressed() write it: a ZIP file of .npy files, each
 * read as by fcnn_npy_read().
 *   stream  taken, also on failure; a file on disk, since a ZIP is read from its end
 *   name    borrowed; what messages call it
 *   arrays  [count] borrowed; their names, such as "x" for the file x.npy
 *   out     [count] caller-owned, {0} each; what was read before a failure is there, too
 * Fails: FCNN_EDATA if there is no array of a name (the message lists what there is), it is damaged, its checksum is
 * wrong, or fcnn was built without libzip; FCNN_EINPUT if reading fails; FCNN_ENOMEM. */
fcnn_status fcnn_npz_read(FILE *stream, const char *name, int count, const char *const *arrays, fcnn_array *out);

#endif
