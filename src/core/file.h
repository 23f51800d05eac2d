/* src/core/file.h — opening files where a signal may come between. */
#ifndef FCNN_CORE_FILE_H
#define FCNN_CORE_FILE_H

#include <errno.h>
#include <fcntl.h>

/* open(2) with permissions 0666 for a new file, again where a signal interrupted it: servers of files may be slow. */
static inline int fcnn_file_open(const char *path, int flags)
{
    int descriptor;
    do {
        descriptor = open(path, flags | O_CLOEXEC, 0666);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

#endif
