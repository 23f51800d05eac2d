/* src/run/status_line.c — the file "status" in the output folder. */
#include "run/status_line.h"

#include "core/file.h"
#include "core/log.h"
#include "core/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_PATH 4200

/* Writes the line, truncates the file after it, synchronizes and closes it.  Returns 0 or an error number. */
static int write_and_close(int descriptor, const char *line)
{
    const off_t length = (off_t)strlen(line);
    int error = 0;
    for (size_t left = strlen(line); left > 0 && error == 0;) {
        const ssize_t written = write(descriptor, line, left);
        if (written < 0) {
            error = errno == EINTR ? 0 : errno;
            continue;
        }
        line += written;
        left -= (size_t)written;
    }
    if (error == 0 && ftruncate(descriptor, length) != 0) {
        error = errno;
    }
    while (error == 0 && fsync(descriptor) != 0) {
        if (errno == EINTR) {
            continue;
        }
        error = errno == EINVAL || errno == ENOTSUP ? 0 : errno; /* a file system that cannot sync */
        break;
    }
    if (close(descriptor) != 0 && error == 0 && errno != EINTR) {
        error = errno;
    }
    return error;
}

/* Synchronizes the folder after a rename.  A failure is ignored: the file exists in any case. */
static void sync_folder(const char *folder)
{
    const int descriptor = fcnn_file_open(folder, O_RDONLY | O_DIRECTORY);
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
}

/* Overwrites the existing file, which needs neither free space nor permission to create files.  Returns 0 or an error
 * number. */
static int overwrite(const char *path, const char *line)
{
    const int descriptor = fcnn_file_open(path, O_WRONLY);
    return descriptor < 0 ? errno : write_and_close(descriptor, line);
}

/* Writes a temporary file and renames it.  Returns 0 or an error number. */
static int replace(const char *folder, const char *line)
{
    static _Atomic unsigned count; /* atomic: the thread of the watchdog also writes */
    char path[LONGEST_PATH], temporary[LONGEST_PATH];
    snprintf(path, sizeof path, "%s/status", folder);
    snprintf(temporary, sizeof temporary, "%s/.status.%ld-%u.tmp", folder, (long)getpid(), ++count);
    const int descriptor = fcnn_file_open(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    int error = descriptor < 0 ? errno : write_and_close(descriptor, line);
    if (error == 0 && rename(temporary, path) != 0) {
        error = errno;
    }
    if (error != 0) {
        unlink(temporary);
        return overwrite(path, line) == 0 ? 0 : error;
    }
    sync_folder(folder);
    return 0;
}

void fcnn_status_line_write(const char *folder, const char *format, ...)
{
    char line[FCNN_ERROR_TEXT_SIZE + 64];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    for (char *c = line; *c != '\0'; c++) {
        *c = *c == '\n' ? ' ' : *c;
    }
    strcat(line, "\n");
    const int error = replace(folder, line);
    if (error != 0) {
        fcnn_log_warning("%s/status could not be written: %s; it should contain: %s", folder, strerror(error),
                         strtok(line, "\n"));
    }
}

bool fcnn_status_line_is_finished(const char *folder)
{
    char path[LONGEST_PATH], line[16] = "";
    snprintf(path, sizeof path, "%s/status", folder);
    const int descriptor = fcnn_file_open(path, O_RDONLY);
    const ssize_t length = descriptor < 0 ? 0 : read(descriptor, line, sizeof line - 1);
    if (descriptor >= 0) {
        close(descriptor);
    }
    return length > 0 && strncmp(line, "finished", strlen("finished")) == 0;
}
