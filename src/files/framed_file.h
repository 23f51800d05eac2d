/* src/files/framed_file.h — a file with a frame: a head of 512 bytes that tells the length and the checksum of
 * what follows, so that a cut or flipped byte is found before anything looks at the content.  To HDF5 the head is
 * a user block: its tools open the file as it is.
 *
 * The head, all numbers little-endian (docs/design.md):
 *     0  "fcnn framed file\n", zeros
 *    24  version of the frame, 4 bytes; zeros
 *    32  length of the payload, 8 bytes
 *    40  XXH3 of the payload, 8 bytes
 *    48  zeros
 *   488  the mark of byte 0 again, zeros: with one of the two damaged the file still counts as framed */
#ifndef FCNN_FILES_FRAMED_FILE_H
#define FCNN_FILES_FRAMED_FILE_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#define FCNN_FRAME_BYTES 512

/* Writes the frame of an image and the image [bytes], borrowed, as the whole file of that path, durably.
 * Not collective.  Fails: FCNN_EOUTPUT; a file that was there is then as before (see atomic_file.h). */
fcnn_status fcnn_framed_file_write(const char *path, const void *image, int64_t bytes);

/* Reads a framed file and checks it.  Sets *is_framed to false, *image to NULL and *bytes to 0 for a file without
 * a frame, of which no more than the head is read.  Not collective.
 *   image [bytes]  to be released with free()
 * Fails: FCNN_EINPUT if the file is missing, unreadable or no regular file; FCNN_EDATA if it is empty or damaged;
 * FCNN_ENOMEM. */
fcnn_status fcnn_framed_file_read(const char *path, bool *is_framed, void **image, int64_t *bytes);

/* Sets *is_framed as fcnn_framed_file_read() does, by the head alone, which is not checked.
 * Fails: as it does, but never FCNN_ENOMEM. */
fcnn_status fcnn_framed_file_detect(const char *path, bool *is_framed);

/* Reads a file again that was written with an image [bytes], borrowed, and checks that it holds just that.  Not
 * collective.  Fails: FCNN_EOUTPUT if it does not, or cannot be read; FCNN_ENOMEM. */
fcnn_status fcnn_framed_file_verify(const char *path, const void *image, int64_t bytes);

#endif
