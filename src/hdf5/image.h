/* src/hdf5/image.h — HDF5 files in memory: small files of many parts, such as models and checkpoints, are
 * built and read as one run of bytes.  Not collective; any thread may call any function (see hdf5.h). */
#ifndef FCNN_HDF5_IMAGE_H
#define FCNN_HDF5_IMAGE_H

#include "hdf5/dataset.h"

/* ---- writing: all pointers are borrowed for the call ---- */

/* An image in the making.  The same calls give the same bytes: it holds no time of day and no host's name.
 * Numbers are stored little-endian. */
typedef struct fcnn_hdf5_image fcnn_hdf5_image;

/* Fails: FCNN_ENOMEM, FCNN_EINTERNAL, as all functions that build an image. */
fcnn_status fcnn_hdf5_image_create(fcnn_hdf5_image **out);

/* Makes a group such as "/model"; the groups above it exist. */
fcnn_status fcnn_hdf5_image_group(fcnn_hdf5_image *image, const char *group);

/* Makes a dataset such as "/model/W1"; the groups above it exist.
 *   dims [rank]  rank 0: a single value
 *   data         row-major, of the type as it lies in memory */
fcnn_status fcnn_hdf5_image_dataset(fcnn_hdf5_image *image, const char *dataset, fcnn_type type, int rank,
                                    const int64_t *dims, const void *data);

/* Makes a dataset that is one UTF-8 string. */
fcnn_status fcnn_hdf5_image_text(fcnn_hdf5_image *image, const char *dataset, const char *text);

/* Give an attribute to a group or dataset ("/" is a group). */
fcnn_status fcnn_hdf5_image_integer_attribute(fcnn_hdf5_image *image, const char *object, const char *name,
                                              int64_t value);
fcnn_status fcnn_hdf5_image_text_attribute(fcnn_hdf5_image *image, const char *object, const char *name,
                                           const char *text);

/* The finished image; takes the image in the making, also on failure.
 *   bytes [count]  to be released with free() */
fcnn_status fcnn_hdf5_image_finish(fcnn_hdf5_image *image, void **bytes, int64_t *count);

/* Throws the image away.  Takes the image, or NULL. */
void fcnn_hdf5_image_abandon(fcnn_hdf5_image *image);

/* ---- reading ---- */

/* Opens an image as a file for the functions of hdf5.h and those below.
 *   name           borrowed for the call: stands for the file in messages
 *   bytes [count]  taken, also on failure; from malloc()
 * Fails: FCNN_EDATA if it is no HDF5, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_image_open(const char *name, void *bytes, int64_t count, fcnn_hdf5_file **out);

/* Opens a file of that path, borrowed: a framed one once it is verified, as an image; another one as
 * fcnn_hdf5_open() does.  Sets *is_framed.
 * Fails: as fcnn_framed_file_read() and fcnn_hdf5_open(). */
fcnn_status fcnn_hdf5_open_verified(const char *path, bool *is_framed, fcnn_hdf5_file **out);

/* Is there a group or dataset of that name?  True also if HDF5 cannot tell: reading it then says why. */
bool fcnn_hdf5_has(fcnn_hdf5_file *file, const char *name);

/* Bytes of the whole file. */
int64_t fcnn_hdf5_bytes(fcnn_hdf5_file *file);

/* As fcnn_hdf5_describe(), for a dataset that is to be read whole: what it claims to hold must be no more than the
 * bytes stored for it can unpack to.
 *   budget  starts as fcnn_hdf5_bytes(); the stored bytes are taken off, so that no part of a file counts twice
 * Fails: FCNN_EDATA, also for a dataset that was never written. */
fcnn_status fcnn_hdf5_describe_whole(fcnn_hdf5_file *file, const char *dataset, int64_t *budget, fcnn_hdf5_info *out);

/* Reads a dataset that is one string of fixed or variable length, at most `limit` bytes.
 *   out  to be released with free()
 * Fails: FCNN_EDATA if there is none, or it is longer or something else; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_read_text(fcnn_hdf5_file *file, const char *dataset, int64_t limit, char **out);

/* Has a group or dataset, which exists, an attribute of that name?  Like fcnn_hdf5_has(). */
bool fcnn_hdf5_has_attribute(fcnn_hdf5_file *file, const char *object, const char *name);

/* Read an attribute that is one whole number or string.
 * Fail: FCNN_EDATA if there is none, or it is something else; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_read_integer_attribute(fcnn_hdf5_file *file, const char *object, const char *name, int64_t *out);
fcnn_status fcnn_hdf5_read_text_attribute(fcnn_hdf5_file *file, const char *object, const char *name, int64_t limit,
                                          char **out);

#endif
