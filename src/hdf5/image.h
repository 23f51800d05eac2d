/* src/hdf5/image.h — HDF5 files in memory ("images"): small files with many objects, such as models and checkpoints,
 * are written and read as a whole.
 * Not collective; any thread may call any function, one at a time for one object (hdf5/file.h). */
#ifndef FCNN_HDF5_IMAGE_H
#define FCNN_HDF5_IMAGE_H

#include "hdf5/dataset.h"

/* ---- writing: all pointers are borrowed for the call ---- */

/* An image that is being built.  The same calls result in the same bytes, because it contains neither times nor host
 * names.  Numbers are stored little-endian. */
typedef struct fcnn_hdf5_image fcnn_hdf5_image;

/* Creates an empty image; to be released with fcnn_hdf5_image_finish() or fcnn_hdf5_image_abandon().
 * Fails: FCNN_ENOMEM, FCNN_EINTERNAL; so do all functions that build an image. */
fcnn_status fcnn_hdf5_image_create(fcnn_hdf5_image **out);

/* Creates a group such as "/model"; the groups above it must exist. */
fcnn_status fcnn_hdf5_image_group(fcnn_hdf5_image *image, const char *group);

/* Creates a dataset such as "/model/W1"; the groups above it must exist.
 *   dims [rank]  rank 0: a single value
 *   data         row-major, of the given type in memory */
fcnn_status fcnn_hdf5_image_dataset(fcnn_hdf5_image *image, const char *dataset, fcnn_type type, int rank,
                                    const int64_t *dims, const void *data);

/* Creates a dataset that is one UTF-8 string. */
fcnn_status fcnn_hdf5_image_text(fcnn_hdf5_image *image, const char *dataset, const char *text);

/* Add an attribute to a group or dataset ("/" is a group). */
fcnn_status fcnn_hdf5_image_integer_attribute(fcnn_hdf5_image *image, const char *object, const char *name,
                                              int64_t value);
fcnn_status fcnn_hdf5_image_double_attribute(fcnn_hdf5_image *image, const char *object, const char *name,
                                             double value);
fcnn_status fcnn_hdf5_image_text_attribute(fcnn_hdf5_image *image, const char *object, const char *name,
                                           const char *text);

/* Sets *bytes to the finished image, and releases the object, also on failure.
 *   bytes [count]  to be released with free() */
fcnn_status fcnn_hdf5_image_finish(fcnn_hdf5_image *image, void **bytes, int64_t *count);

/* Releases an image that is not finished; NULL is allowed. */
void fcnn_hdf5_image_abandon(fcnn_hdf5_image *image);

/* ---- reading ---- */

/* Opens an image as a file, for the functions of hdf5/file.h, hdf5/dataset.h and those below.
 *   name           borrowed for the call; the name of the file in messages
 *   bytes [count]  from malloc(); taken, also on failure
 *   out            to be released with fcnn_hdf5_close()
 * Fails: FCNN_EDATA if it is not an HDF5 file, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_image_open(const char *name, void *bytes, int64_t count, fcnn_hdf5_file **out);

/* Opens a file by its path, borrowed, and sets *is_framed.  A framed file is verified, read completely and opened as an
 * image; other files are opened by fcnn_hdf5_open().
 * Fails: in the same ways as fcnn_framed_file_read() and fcnn_hdf5_open(). */
fcnn_status fcnn_hdf5_open_verified(const char *path, bool *is_framed, fcnn_hdf5_file **out);

/* Whether a group or dataset of this name exists.  True also if HDF5 fails; reading the object reports the error. */
bool fcnn_hdf5_has(fcnn_hdf5_file *file, const char *name);

/* The size of the whole file in bytes. */
int64_t fcnn_hdf5_bytes(fcnn_hdf5_file *file);

/* The same as fcnn_hdf5_describe(), for a dataset that will be read completely: its size must be possible for the bytes
 * that are stored for it.
 *   budget  initially fcnn_hdf5_bytes(); reduced by the stored bytes, so that no part of a file is counted twice
 * Fails: FCNN_EDATA, also for a dataset that was never written. */
fcnn_status fcnn_hdf5_describe_whole(fcnn_hdf5_file *file, const char *dataset, int64_t *budget, fcnn_hdf5_info *out);

/* Reads a dataset that is one string of fixed or variable length, of at most `limit` bytes.
 *   out  to be released with free()
 * Fails: FCNN_EDATA if it does not exist, is longer or is not a string; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_read_text(fcnn_hdf5_file *file, const char *dataset, int64_t limit, char **out);

/* Whether a group or dataset, which must exist, has an attribute of this name.  True also if HDF5 fails. */
bool fcnn_hdf5_has_attribute(fcnn_hdf5_file *file, const char *object, const char *name);

/* Read an attribute that is one whole number, one number, or one string of at most `limit` bytes, to be released with
 * free().
 * Fail: FCNN_EDATA if it does not exist or is of another type; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_read_integer_attribute(fcnn_hdf5_file *file, const char *object, const char *name, int64_t *out);
fcnn_status fcnn_hdf5_read_double_attribute(fcnn_hdf5_file *file, const char *object, const char *name, double *out);
fcnn_status fcnn_hdf5_read_text_attribute(fcnn_hdf5_file *file, const char *object, const char *name, int64_t limit,
                                          char **out);

#endif
