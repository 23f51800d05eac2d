/* src/files/atomic_file.h — files that are there whole or not at all: written beside their place into a
 * temporary, made durable, then renamed.  Not collective: one rank writes a file. */
#ifndef FCNN_FILES_ATOMIC_FILE_H
#define FCNN_FILES_ATOMIC_FILE_H

#include "core/status.h"

#include <stddef.h>

/* Writes head and then data as the whole file of that path; all borrowed.  When it returns FCNN_OK the file
 * survives a power cut.  Fails: FCNN_EOUTPUT with the system's reason; a file that was there is then as before
 * (unless the very last step, making the renaming durable, failed), and no temporary is left. */
fcnn_status fcnn_atomic_file_write(const char *path, const void *head, size_t head_bytes, const void *data,
                                   size_t bytes);

/* The same for what another library writes by name: begin, write into the temporary, then commit or abandon. */
typedef struct fcnn_atomic_file fcnn_atomic_file;

/* Makes an empty temporary in the folder of path (borrowed for the call; a symbolic link is followed).  It has
 * the permissions of the file that it is to replace.
 * Fails: FCNN_EOUTPUT if the folder cannot be written or path is a folder, a device, or write-protected. */
fcnn_status fcnn_atomic_file_begin(const char *path, fcnn_atomic_file **out);

/* The temporary's path; borrowed, valid until commit or abandon. */
const char *fcnn_atomic_file_temporary(const fcnn_atomic_file *file);

/* Copies the bytes of another file into the temporary.  from is borrowed.
 * Fails: FCNN_EINPUT if it cannot be read, FCNN_EOUTPUT. */
fcnn_status fcnn_atomic_file_copy(const fcnn_atomic_file *file, const char *from);

/* Makes the temporary, closed by whoever wrote it, durable and gives it its name.  Takes the file, also on
 * failure, after which no temporary is left.  Fails: FCNN_EOUTPUT. */
fcnn_status fcnn_atomic_file_commit(fcnn_atomic_file *file);

/* Removes the temporary.  Takes the file, or NULL. */
void fcnn_atomic_file_abandon(fcnn_atomic_file *file);

#endif
