/* tests/faults/slow_write.c — preloaded by a test: the system calls that bring a checkpoint to the disk take long, so
 * that a kill at a random instant hits every one of them.
 *
 * Each call that concerns a file whose path holds "/.checkpoint-" or "/checkpoint-" begins $FCNN_SLOW_MS milliseconds
 * late. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static void wait_for(const char *path)
{
    const char *text = getenv("FCNN_SLOW_MS");
    if (text == NULL || (strstr(path, "/.checkpoint-") == NULL && strstr(path, "/checkpoint-") == NULL)) {
        return;
    }
    const long milliseconds = strtol(text, NULL, 10);
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static void wait_for_descriptor(int descriptor)
{
    char name[64], path[4200];
    const int kept = errno;
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(name, path, sizeof path - 1);
    if (length > 0) {
        path[length] = '\0';
        wait_for(path);
    }
    errno = kept;
}

/* The next function of that name; POSIX allows the cast that C does not. */
#define NEXT(name) (*(void **)&next = dlsym(RTLD_NEXT, name))

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    static ssize_t (*next)(int, const void *, size_t);
    if (next == NULL) {
        NEXT("write");
    }
    wait_for_descriptor(descriptor);
    return next(descriptor, bytes, count);
}

int fsync(int descriptor)
{
    static int (*next)(int);
    if (next == NULL) {
        NEXT("fsync");
    }
    wait_for_descriptor(descriptor);
    return next(descriptor);
}

int rename(const char *from, const char *to)
{
    static int (*next)(const char *, const char *);
    if (next == NULL) {
        NEXT("rename");
    }
    wait_for(from);
    const int result = next(from, to);
    const int kept = errno;
    wait_for(from); /* it has its name; the folder is not synced, nothing is read back */
    errno = kept;
    return result;
}

int unlink(const char *path)
{
    static int (*next)(const char *);
    if (next == NULL) {
        NEXT("unlink");
    }
    wait_for(path); /* an old checkpoint is about to go */
    return next(path);
}
