/* tests/faults/failing_io.c — a layer under the C library, preloaded by a test: calls that write fail.
 *
 * Only calls for files in the folder $FCNN_FAULT_FOLDER count, a path without "..": open (for writing, or of the
 * folder itself), write, fsync, rename, and close of what was opened so.  $FCNN_FAULT_CALL fails its $FCNN_FAULT_FIRST
 * to $FCNN_FAULT_LAST calls (the same one without it) with $FCNN_FAULT_ERROR: ENOSPC, EIO, EDQUOT, EINTR, or SHORT
 * for half a write.  Without $FCNN_FAULT_CALL none fails.
 *
 * $FCNN_FAULT_LOG gets a line for each call: "call number result bytes path"; number counts the calls of that name,
 * result is ok or the error, bytes are what was written to the file so far. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024, LONGEST_PATH = 1024 };

/* What is open for writing. */
static struct opened {
    bool counts;
    long bytes;
    char path[LONGEST_PATH];
} opened[DESCRIPTORS];

enum call { CALL_OPEN, CALL_WRITE, CALL_FSYNC, CALL_RENAME, CALL_CLOSE, CALLS };
static const char *const call_names[CALLS] = {"open", "write", "fsync", "rename", "close"};
static long numbers[CALLS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* a checkpoint is written by a thread of its own */

/* ---- the functions below ---- */

#define BELOW(name, result, parameters, arguments)         \
    static result below_##name parameters                  \
    {                                                      \
        static result(*function) parameters;               \
        if (function == NULL) {                            \
            *(void **)&function = dlsym(RTLD_NEXT, #name); \
        }                                                  \
        return function arguments;                         \
    }
BELOW(open, int, (const char *path, int flags, mode_t mode), (path, flags, mode))
BELOW(mkstemp, int, (char *path), (path))
BELOW(write, ssize_t, (int descriptor, const void *data, size_t bytes), (descriptor, data, bytes))
BELOW(vdprintf, int, (int descriptor, const char *format, va_list args), (descriptor, format, args))
BELOW(fsync, int, (int descriptor), (descriptor))
BELOW(rename, int, (const char *from, const char *to), (from, to))
BELOW(close, int, (int descriptor), (descriptor))

/* ---- which calls ---- */

static bool is_in_folder(const char *path)
{
    char whole[2 * LONGEST_PATH], here[LONGEST_PATH];
    const char *folder = getenv("FCNN_FAULT_FOLDER");
    if (folder == NULL || (path[0] != '/' && getcwd(here, sizeof here) == NULL)) {
        return false;
    }
    snprintf(whole, sizeof whole, "%s%s%s", path[0] == '/' ? "" : here, path[0] == '/' ? "" : "/", path);
    const size_t length = strlen(folder);
    return strncmp(whole, folder, length) == 0 && (whole[length] == '/' || whole[length] == '\0');
}

static struct opened *find(int descriptor)
{
    return descriptor >= 0 && descriptor < DESCRIPTORS && opened[descriptor].counts ? &opened[descriptor] : NULL;
}

static void remember(int descriptor, const char *path)
{
    if (descriptor >= 0 && descriptor < DESCRIPTORS) {
        opened[descriptor] = (struct opened){.counts = true};
        snprintf(opened[descriptor].path, LONGEST_PATH, "%s", path);
    }
}

/* ---- which of them fail ---- */

static int error_number(const char *name)
{
    return strcmp(name, "ENOSPC") == 0   ? ENOSPC
           : strcmp(name, "EDQUOT") == 0 ? EDQUOT
           : strcmp(name, "EINTR") == 0  ? EINTR
                                         : EIO;
}

static void note(enum call call, long number, const char *result, long bytes, const char *path)
{
    static int log = -1;
    char line[2 * LONGEST_PATH];
    if (log < 0 && getenv("FCNN_FAULT_LOG") != NULL) {
        log = below_open(getenv("FCNN_FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    }
    const int length = snprintf(line, sizeof line, "%s %ld %s %ld %s\n", call_names[call], number, result, bytes, path);
    if (log >= 0 && below_write(log, line, (size_t)length) != length) {
        abort(); /* the test would believe that nothing failed */
    }
}

/* Counts a call.  Returns whether it is to fail: with errno set, or 0 there for half a write. */
static bool fails(enum call call, long bytes, const char *path)
{
    const char *which = getenv("FCNN_FAULT_CALL"), *first = getenv("FCNN_FAULT_FIRST"),
               *last = getenv("FCNN_FAULT_LAST"), *error = getenv("FCNN_FAULT_ERROR");
    pthread_mutex_lock(&mutex);
    const long number = ++numbers[call];
    const bool chosen = which != NULL && first != NULL && error != NULL && strcmp(which, call_names[call]) == 0 &&
                        number >= atol(first) && number <= atol(last != NULL ? last : first);
    note(call, number, chosen ? error : "ok", bytes, path);
    pthread_mutex_unlock(&mutex);
    if (chosen) {
        errno = strcmp(error, "SHORT") == 0 ? 0 : error_number(error);
    }
    return chosen;
}

/* ---- the calls ---- */

static int open_counted(const char *path, int flags, mode_t mode)
{
    const bool counts = ((flags & O_ACCMODE) != O_RDONLY || (flags & O_DIRECTORY) != 0) && is_in_folder(path);
    if (counts && fails(CALL_OPEN, 0, path)) {
        return -1;
    }
    const int descriptor = below_open(path, flags, mode);
    if (counts) {
        remember(descriptor, path);
    }
    return descriptor;
}

/* The mode that follows flags where a file may be made. */
#define MODE_BEHIND(flags)           \
    mode_t mode = 0;                 \
    if (((flags)&O_CREAT) != 0) {    \
        va_list args;                \
        va_start(args, flags);       \
        mode = va_arg(args, mode_t); \
        va_end(args);                \
    }

int open(const char *path, int flags, ...)
{
    MODE_BEHIND(flags);
    return open_counted(path, flags, mode);
}

int mkstemp(char *path)
{
    const bool counts = is_in_folder(path);
    if (counts && fails(CALL_OPEN, 0, path)) {
        return -1;
    }
    const int descriptor = below_mkstemp(path);
    if (counts) {
        remember(descriptor, path);
    }
    return descriptor;
}

#ifdef __GLIBC__
/* What they are called where a program, or a libhdf5, was compiled for large files. */
int open64(const char *path, int flags, ...)
{
    MODE_BEHIND(flags);
    return open_counted(path, flags | O_LARGEFILE, mode);
}

int mkstemp64(char *path)
{
    return mkstemp(path);
}
#endif

ssize_t write(int descriptor, const void *data, size_t bytes)
{
    struct opened *file = find(descriptor);
    if (file != NULL && fails(CALL_WRITE, file->bytes, file->path)) {
        if (errno != 0) {
            return -1;
        }
        bytes = bytes / 2 + bytes % 2; /* no write is of no byte */
    }
    const ssize_t written = below_write(descriptor, data, bytes);
    if (file != NULL && written > 0) {
        file->bytes += written;
    }
    return written;
}

int dprintf(int descriptor, const char *format, ...)
{
    struct opened *file = find(descriptor);
    if (file != NULL && fails(CALL_WRITE, file->bytes, file->path) && errno != 0) {
        return -1; /* half a write is the C library's own affair */
    }
    va_list args;
    va_start(args, format);
    const int written = below_vdprintf(descriptor, format, args);
    va_end(args);
    if (file != NULL && written > 0) {
        file->bytes += written;
    }
    return written;
}

int fsync(int descriptor)
{
    const struct opened *file = find(descriptor);
    return file != NULL && fails(CALL_FSYNC, file->bytes, file->path) ? -1 : below_fsync(descriptor);
}

int rename(const char *from, const char *to)
{
    return is_in_folder(to) && fails(CALL_RENAME, 0, to) ? -1 : below_rename(from, to);
}

/* Linux has closed the file even where it says that it failed. */
int close(int descriptor)
{
    struct opened *file = find(descriptor);
    const bool failing = file != NULL && fails(CALL_CLOSE, file->bytes, file->path);
    const int error = errno;
    if (file != NULL) {
        file->counts = false;
    }
    const int result = below_close(descriptor);
    if (failing) {
        errno = error;
        return -1;
    }
    return result;
}
