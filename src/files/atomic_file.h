/* src/files/atomic_file.h — atomic replacement of files: the content is written to a temporary file in the same folder,
 * made durable, and renamed.  The target is therefore either the old file or the complete new one.
 * Not collective: one rank writes a file.  Any thread may call any function, one at a time for one object. */
#ifndef FCNN_FILES_ATOMIC_FILE_H
#define FCNN_FILES_ATOMIC_FILE_H

#include "core/status.h"

#include <stddef.h>

/* Writes head [head_bytes] and then data [bytes], both borrowed, as the whole content of the file.  After FCNN_OK the
 * file survives a power failure.
 * Fails: FCNN_EOUTPUT with the reason of the system.  The old file is then unchanged, unless the last step failed,
 * which makes the renaming durable; no temporary file remains. */
fcnn_status fcnn_atomic_file_write(const char *path, const void *head, size_t head_bytes, const void *data,
                                   size_t bytes);

/* The same for content that another library writes to a file by name: begin, write to the temporary file, then commit
 * or abandon. */
typedef struct fcnn_atomic_file fcnn_atomic_file;

/* Creates an empty temporary file in the folder of path (borrowed for the call; a symbolic link is followed).  It has
 * the permissions of the file that it will replace.
 *   out  to be released with fcnn_atomic_file_commit() or fcnn_atomic_file_abandon()
 * Fails: FCNN_EOUTPUT if the folder cannot be written, or if path is a folder, a device or a write-protected file;
 * FCNN_ENOMEM. */
fcnn_status fcnn_atomic_file_begin(const char *path, fcnn_atomic_file **out);

/* The path of the temporary file; borrowed, valid until commit or abandon. */
const char *fcnn_atomic_file_temporary(const fcnn_atomic_file *file);

/* Copies the content of another file, whose path is borrowed, to the temporary file.
 * Fails: FCNN_EINPUT if the other file cannot be read, FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_atomic_file_copy(const fcnn_atomic_file *file, const char *from);

/* Makes the temporary file durable and renames it to the target.  The caller must have closed the temporary file.
 * Releases the object, also on failure; no temporary file remains.  Fails: FCNN_EOUTPUT. */
fcnn_status fcnn_atomic_file_commit(fcnn_atomic_file *file);

/* Removes the temporary file and releases the object; NULL is allowed. */
void fcnn_atomic_file_abandon(fcnn_atomic_file *file);

#endif
