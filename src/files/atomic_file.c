/* src/files/atomic_file.c — atomic replacement of files. */
#include "files/atomic_file.h"

#include "core/file.h"
#include "core/memory.h"
#include "core/pulse.h"
#include "core/sizes.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAMES_TRIED = 1000 /* killed processes may have left temporary files with the same names */
};

struct fcnn_atomic_file {
    char *path;      /* as given by the caller, for messages */
    char *target;    /* path of the file to replace, with symbolic links followed */
    char *folder;    /* folder of the target */
    char *temporary; /* path of the temporary file; NULL until it exists */
};

static fcnn_status cannot_write(const char *path, int error)
{
    return fcnn_fail(FCNN_EOUTPUT, "%s: cannot be written: %s%s", path, strerror(error), fcnn_file_advice(error));
}

/* ---- begin ---- */

static void destroy(fcnn_atomic_file *file)
{
    free(file->path);
    free(file->target);
    free(file->folder);
    free(file->temporary);
    free(file);
}

/* Fills in target and folder. */
static fcnn_status resolve(fcnn_atomic_file *file)
{
    char *followed = realpath(file->path, NULL); /* NULL if the file does not exist */
    const fcnn_status status = fcnn_memory_copy_text(followed != NULL ? followed : file->path, &file->target);
    free(followed);
    FCNN_TRY(status);
    FCNN_TRY(fcnn_memory_copy_text(file->target, &file->folder));
    char *slash = strrchr(file->folder, '/');
    if (slash == NULL) {
        free(file->folder);
        file->folder = NULL;
        return fcnn_memory_copy_text(".", &file->folder);
    }
    slash[slash == file->folder ? 1 : 0] = '\0';
    return FCNN_OK;
}

/* Checks that the target can be replaced if it exists; sets *mode to its permissions, or to −1 if it does not exist. */
static fcnn_status check_target(const fcnn_atomic_file *file, int *mode)
{
    struct stat info;
    const size_t length = strlen(file->target);
    if (length == 0 || file->target[length - 1] == '/') {
        return fcnn_fail(FCNN_EOUTPUT, "'%s': cannot be written: this is not the name of a file", file->path);
    }
    *mode = -1;
    if (stat(file->target, &info) != 0) {
        return errno == ENOENT ? FCNN_OK : cannot_write(file->path, errno);
    }
    if (!S_ISREG(info.st_mode)) {
        return fcnn_fail(FCNN_EOUTPUT, "%s: cannot be written: it is %s", file->path,
                         S_ISDIR(info.st_mode) ? "a folder" : "not a regular file");
    }
    if (access(file->target, W_OK) != 0) {
        return cannot_write(file->path, errno);
    }
    *mode = (int)(info.st_mode & 0777);
    return FCNN_OK;
}

static fcnn_status make_temporary(fcnn_atomic_file *file, int mode)
{
    static atomic_uint counter;
    const char *slash = strrchr(file->target, '/');
    const char *base = slash != NULL ? slash + 1 : file->target;
    for (int tried = 0; tried < NAMES_TRIED; tried++) {
        fcnn_text name = {0};
        const fcnn_status status = fcnn_text_append(&name, "%s/.%.100s.%ld-%u.tmp", file->folder, base, (long)getpid(),
                                                    atomic_fetch_add(&counter, 1));
        if (status != FCNN_OK) {
            fcnn_text_clear(&name);
            return status;
        }
        const int descriptor = fcnn_file_open(name.data, O_WRONLY | O_CREAT | O_EXCL);
        if (descriptor >= 0) {
            if (mode >= 0) {
                fchmod(descriptor, (mode_t)mode); /* a file system without permissions may refuse */
            }
            close(descriptor);
            file->temporary = name.data;
            return FCNN_OK;
        }
        const int error = errno;
        fcnn_text_clear(&name);
        if (error == ENOENT) {
            return fcnn_fail(FCNN_EOUTPUT, "%s: cannot be written: there is no folder %s", file->path, file->folder);
        }
        if (error != EEXIST) {
            return cannot_write(file->path, error);
        }
    }
    return fcnn_fail(FCNN_EOUTPUT, "%s: cannot be written: remove the files .*.tmp beside it", file->path);
}

fcnn_status fcnn_atomic_file_begin(const char *path, fcnn_atomic_file **out)
{
    fcnn_atomic_file *file;
    FCNN_TRY(fcnn_memory_create("an output file", 1, sizeof *file, &file));
    int mode;
    fcnn_status status = fcnn_memory_copy_text(path, &file->path);
    if (status == FCNN_OK) {
        status = resolve(file);
    }
    if (status == FCNN_OK) {
        status = check_target(file, &mode);
    }
    if (status == FCNN_OK) {
        status = make_temporary(file, mode);
    }
    if (status != FCNN_OK) {
        destroy(file);
        return status;
    }
    *out = file;
    return FCNN_OK;
}

const char *fcnn_atomic_file_temporary(const fcnn_atomic_file *file)
{
    return file->temporary;
}

/* ---- bytes ---- */

static fcnn_status write_bytes(const char *path, int descriptor, const void *data, size_t bytes)
{
    const size_t most = (size_t)fcnn_size(FCNN_SIZE_WRITE_BYTES);
    const char *next = data;
    while (bytes > 0) {
        const ssize_t written = write(descriptor, next, bytes < most ? bytes : most);
        fcnn_pulse_continue();
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return cannot_write(path, written < 0 ? errno : EIO);
        }
        next += written;
        bytes -= (size_t)written;
    }
    return FCNN_OK;
}

static fcnn_status open_temporary(const fcnn_atomic_file *file, int *out)
{
    *out = fcnn_file_open(file->temporary, O_WRONLY);
    return *out < 0 ? cannot_write(file->path, errno) : FCNN_OK;
}

static fcnn_status close_written(const fcnn_atomic_file *file, int descriptor, fcnn_status status)
{
    if (close(descriptor) != 0 && errno != EINTR && status == FCNN_OK) {
        return cannot_write(file->path, errno);
    }
    return status;
}

static fcnn_status copy_bytes(const fcnn_atomic_file *file, const char *from, int source, int descriptor)
{
    const int64_t most = fcnn_size(FCNN_SIZE_COPY_BYTES);
    char *buffer;
    FCNN_TRY(fcnn_memory_create("a copy's buffer", most, 1, &buffer));
    fcnn_status status = FCNN_OK;
    while (status == FCNN_OK) {
        const ssize_t got = read(source, buffer, (size_t)most);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            status = write_bytes(file->path, descriptor, buffer, (size_t)got);
        } else if (errno != EINTR) {
            status = fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", from, strerror(errno));
        }
    }
    free(buffer);
    return status;
}

fcnn_status fcnn_atomic_file_copy(const fcnn_atomic_file *file, const char *from)
{
    const int source = fcnn_file_open(from, O_RDONLY);
    if (source < 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", from, strerror(errno));
    }
    int descriptor;
    fcnn_status status = open_temporary(file, &descriptor);
    if (status == FCNN_OK) {
        status = copy_bytes(file, from, source, descriptor);
        status = close_written(file, descriptor, status);
    }
    close(source);
    return status;
}

/* ---- commit ---- */

/* Makes a file or folder durable.  Errors which mean that the file system does not support this are ignored. */
static bool sync_failed(int descriptor)
{
    while (fsync(descriptor) != 0) {
        if (errno != EINTR) {
            return errno != EINVAL && errno != ENOTSUP && errno != EROFS;
        }
    }
    return false;
}

/* Makes the content durable.  If the content was written through a descriptor, it must be this one, because errors of
 * earlier writes may be reported only to it. */
static fcnn_status sync_and_close(const fcnn_atomic_file *file, int descriptor)
{
    const fcnn_status status = sync_failed(descriptor) ? cannot_write(file->path, errno) : FCNN_OK;
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED); /* a later read gets the content from the disk */
    return close_written(file, descriptor, status);
}

static fcnn_status sync_folder(const fcnn_atomic_file *file)
{
    const int descriptor = fcnn_file_open(file->folder, O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) {
        return errno == EACCES ? FCNN_OK : cannot_write(file->path, errno); /* the folder can be written but not read */
    }
    const fcnn_status status = sync_failed(descriptor) ? cannot_write(file->path, errno) : FCNN_OK;
    close(descriptor);
    return status;
}

void fcnn_atomic_file_abandon(fcnn_atomic_file *file)
{
    if (file != NULL) {
        unlink(file->temporary);
        destroy(file);
    }
}

/* Renames the temporary file to the target if status is FCNN_OK; releases the object in each case. */
static fcnn_status put_in_place(fcnn_atomic_file *file, fcnn_status status)
{
    if (status == FCNN_OK && rename(file->temporary, file->target) != 0) {
        status = cannot_write(file->path, errno);
    }
    if (status != FCNN_OK) {
        fcnn_atomic_file_abandon(file);
        return status;
    }
    status = sync_folder(file);
    destroy(file);
    return status;
}

fcnn_status fcnn_atomic_file_commit(fcnn_atomic_file *file)
{
    int descriptor;
    fcnn_status status = open_temporary(file, &descriptor);
    if (status == FCNN_OK) {
        status = sync_and_close(file, descriptor);
    }
    return put_in_place(file, status);
}

fcnn_status fcnn_atomic_file_write(const char *path, const void *head, size_t head_bytes, const void *data,
                                   size_t bytes)
{
    fcnn_atomic_file *file;
    FCNN_TRY(fcnn_atomic_file_begin(path, &file));
    int descriptor;
    fcnn_status status = open_temporary(file, &descriptor);
    if (status == FCNN_OK) {
        status = write_bytes(path, descriptor, head, head_bytes);
        if (status == FCNN_OK) {
            status = write_bytes(path, descriptor, data, bytes);
        }
        status = status == FCNN_OK ? sync_and_close(file, descriptor) : close_written(file, descriptor, status);
    }
    return put_in_place(file, status);
}
