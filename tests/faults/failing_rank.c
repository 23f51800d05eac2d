/* tests/faults/failing_rank.c — a layer under MPI and the C library, preloaded by a test: one rank fails.
 *
 * The rank is $FCNN_FAULT_RANK, $FCNN_FAULT_DOES what it does: kill (SIGKILL), stop (SIGSTOP), leave (_exit(0)),
 * exit (exit(3)), sleep (8 seconds), or read: its reads of the file $FCNN_FAULT_FILE fail with EIO, from the
 * $FCNN_FAULT_AT-th on, all or $FCNN_FAULT_TIMES of them.
 *
 * The others are done in the $FCNN_FAULT_AT-th of its MPI_Allreduce, counting those alone that are of at least
 * $FCNN_FAULT_COUNT elements, or, with $FCNN_FAULT_THEN, in the call so many calls after that one.  With
 * $FCNN_FAULT_DELAY it is done so many milliseconds after the call has returned, where another thread ends all.
 *
 * $FCNN_FAULT_LOG, where it is set, gets a line with the number of elements of each call, or "a read" for each
 * read, and "process PID" and what it does when it does it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <mpi.h>

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool is_chosen(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK"), *chosen = getenv("FCNN_FAULT_RANK");
    rank = rank != NULL ? rank : getenv("PMI_RANK"); /* MPICH */
    return rank != NULL && chosen != NULL && strcmp(rank, chosen) == 0;
}

static long number(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? atol(text) : otherwise;
}

static void note(const char *text)
{
    FILE *file = getenv("FCNN_FAULT_LOG") != NULL ? fopen(getenv("FCNN_FAULT_LOG"), "a") : NULL;
    if (file != NULL) {
        fprintf(file, "%s\n", text);
        fclose(file);
    }
}

static void pass(long milliseconds)
{
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0) {
    }
}

/* ---- what it does ---- */

static void act(void)
{
    const char *what = getenv("FCNN_FAULT_DOES");
    char process[32];
    snprintf(process, sizeof process, "process %ld", (long)getpid());
    note(process);
    note(what);
    if (strcmp(what, "kill") == 0) {
        kill(getpid(), SIGKILL);
    } else if (strcmp(what, "stop") == 0) {
        kill(getpid(), SIGSTOP);
    } else if (strcmp(what, "leave") == 0) {
        _exit(0);
    } else if (strcmp(what, "exit") == 0) {
        exit(3);
    } else if (strcmp(what, "sleep") == 0) {
        pass(8000);
    }
}

static void *act_later(void *data)
{
    pass(*(long *)data);
    act();
    return NULL;
}

/* ---- MPI ---- */

/* Whether this call is the one. */
static bool is_time(int count)
{
    static long counted, after = -1;
    char text[32];
    snprintf(text, sizeof text, "%d", count);
    note(text);
    if (after >= 0) {
        after++;
    }
    if (count >= number("FCNN_FAULT_COUNT", 0) && ++counted == number("FCNN_FAULT_AT", 0)) {
        after = 0;
    }
    return after == number("FCNN_FAULT_THEN", 0);
}

int MPI_Allreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm comm)
{
    static long delay;
    const char *what = getenv("FCNN_FAULT_DOES");
    const bool now = is_chosen() && what != NULL && strcmp(what, "read") != 0 && is_time(count);
    delay = number("FCNN_FAULT_DELAY", 0);
    if (now && delay == 0) {
        act();
    }
    const int result = PMPI_Allreduce(from, to, count, type, operation, comm);
    pthread_t thread;
    if (now && delay > 0 && pthread_create(&thread, NULL, act_later, &delay) != 0) {
        abort();
    }
    return result;
}

/* ---- reads ---- */

static bool fails(int descriptor)
{
    static long counted;
    char link[64], path[1024];
    const char *file = getenv("FCNN_FAULT_FILE"), *what = getenv("FCNN_FAULT_DOES");
    if (file == NULL || what == NULL || strcmp(what, "read") != 0 || !is_chosen()) {
        return false;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    if (strcmp(path, file) != 0) {
        return false;
    }
    note("a read");
    const long at = number("FCNN_FAULT_AT", 1);
    if (++counted < at || counted - at >= number("FCNN_FAULT_TIMES", LONG_MAX)) {
        return false;
    }
    note(what);
    errno = EIO;
    return true;
}

#define BELOW(name)                             \
    static void *below_##name(void)             \
    {                                           \
        static void *function;                  \
        if (function == NULL) {                 \
            function = dlsym(RTLD_NEXT, #name); \
        }                                       \
        return function;                        \
    }
BELOW(read)
BELOW(pread)

ssize_t read(int descriptor, void *data, size_t bytes)
{
    ssize_t (*below)(int, void *, size_t);
    *(void **)&below = below_read();
    return fails(descriptor) ? -1 : below(descriptor, data, bytes);
}

ssize_t pread(int descriptor, void *data, size_t bytes, off_t at)
{
    ssize_t (*below)(int, void *, size_t, off_t);
    *(void **)&below = below_pread();
    return fails(descriptor) ? -1 : below(descriptor, data, bytes, at);
}

#ifdef __GLIBC__
/* What pread is called where a program, or a libhdf5, was compiled for large files. */
BELOW(pread64)

ssize_t pread64(int descriptor, void *data, size_t bytes, off64_t at)
{
    ssize_t (*below)(int, void *, size_t, off64_t);
    *(void **)&below = below_pread64();
    return fails(descriptor) ? -1 : below(descriptor, data, bytes, at);
}
#endif
