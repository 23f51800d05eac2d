/* src/core/file.h — opening files despite signals and exhausted file descriptors.
 * Not collective; any thread may call any function. */
#ifndef FCNN_CORE_FILE_H
#define FCNN_CORE_FILE_H

#include "core/status.h"

#include <errno.h>
#include <fcntl.h>

/* Opens a file like open(2), with permissions 0666 for a new file, and tries again if a signal interrupts the call.  If
 * the limit of open files is reached, the function closes a descriptor that fcnn_file_spare() has reserved and tries
 * again.  Returns the descriptor, or −1 with errno set. */
int fcnn_file_open(const char *path, int flags);

/* Reserves a few descriptors, which fcnn_file_open() uses when there are no others.  A run can thus write its
 * checkpoint, its status and its messages however many data files are open.  A later call reserves again those that
 * were used or could not be reserved. */
void fcnn_file_spare(void);

/* Checks that this process can open `more` additional files, and raises its soft limit of descriptors up to the hard
 * limit if necessary.  what names the files in the message.
 * Fails: FCNN_EINPUT; the message says how to raise the limit. */
fcnn_status fcnn_file_room(int more, const char *what);

/* Advice that a message appends to the text of an error number of open(2); "" for most errors.  Static. */
const char *fcnn_file_advice(int error);

#endif
