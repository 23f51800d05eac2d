/* src/core/file.h — opening files where a signal may come between, or descriptors have run out. */
#ifndef FCNN_CORE_FILE_H
#define FCNN_CORE_FILE_H

#include "core/status.h"

#include <errno.h>
#include <fcntl.h>

/* open(2) with permissions 0666 for a new file, again where a signal interrupted it: servers of files may be slow.
 * Where this process may open no more it gives up one of the descriptors that fcnn_file_spare() keeps. */
int fcnn_file_open(const char *path, int flags);

/* Keeps a few descriptors, which fcnn_file_open() gives up when there are no others: what a run writes, and tells of
 * its failure, does not depend on how many files its data lies in.  What it could not keep, it tries again to keep
 * when it is called again. */
void fcnn_file_spare(void);

/* Makes sure that this process may open so many files more, if need be by raising its soft limit of descriptors
 * towards the hard one.  what names them in the message.  Fails: FCNN_EINPUT, with the way to raise the limit. */
fcnn_status fcnn_file_room(int more, const char *what);

/* What to do about an error number of open(2), to stand behind its text; "" for most. */
const char *fcnn_file_advice(int error);

#endif
