/* src/files/framed_file.h — a framed file: a header of 512 bytes contains the length and the checksum of the content
 * (the payload) that follows it, so that a truncated or changed file is detected before its content is used.  For HDF5
 * the header is a user block, so that the tools of HDF5 can open the file.
 * Not collective; any thread may call any function.
 *
 * The header; all numbers are little-endian (docs/design.md):
 *     0  "fcnn framed file\n", zeros
 *    24  version of the frame, 4 bytes; zeros
 *    32  length of the payload, 8 bytes
 *    40  XXH3 of the payload, 8 bytes
 *    48  zeros
 *   488  a copy of bytes 0 to 23, so that a file with one damaged copy is still recognized as framed */
#ifndef FCNN_FILES_FRAMED_FILE_H
#define FCNN_FILES_FRAMED_FILE_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#define FCNN_FRAME_BYTES 512

/* Writes the header and an image [bytes], borrowed, as the whole content of the file, and makes it durable.
 * Fails: FCNN_EOUTPUT; the old file is then unchanged (atomic_file.h).  FCNN_ENOMEM. */
fcnn_status fcnn_framed_file_write(const char *path, const void *image, int64_t bytes);

/* Reads and verifies a framed file.  For a file without a frame, of which at most the header is read, sets *is_framed
 * to false, *image to NULL and *bytes to 0.
 *   image [bytes]  the payload, to be released with free()
 * Fails: FCNN_EINPUT if the file is missing, unreadable or not a regular file; FCNN_EDATA if it is empty or damaged;
 * FCNN_ENOMEM. */
fcnn_status fcnn_framed_file_read(const char *path, bool *is_framed, void **image, int64_t *bytes);

/* Sets *is_framed as fcnn_framed_file_read() does, by the header only, which is not verified.
 * Fails: FCNN_EINPUT, FCNN_EDATA if the file is empty. */
fcnn_status fcnn_framed_file_detect(const char *path, bool *is_framed);

/* Reads back a file that was written with an image [bytes], borrowed, and checks that it contains exactly this image.
 * Fails: FCNN_EOUTPUT if it does not or cannot be read; FCNN_ENOMEM. */
fcnn_status fcnn_framed_file_verify(const char *path, const void *image, int64_t bytes);

#endif
