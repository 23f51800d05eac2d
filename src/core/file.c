/* src/core/file.c — opening files despite signals and exhausted file descriptors. */
#include "core/file.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    SPARES = 4,      /* for a checkpoint, the status, a note of the watchdog, and one more */
    MOST_ROOM = 4096 /* largest number of files that fcnn_file_room() checks for */
};

static atomic_int spares[SPARES]; /* descriptor + 1; 0: not reserved */

static int open_again(const char *path, int flags)
{
    int descriptor;
    do {
        descriptor = open(path, flags | O_CLOEXEC, 0666);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

static bool has_run_out(int error)
{
    return error == EMFILE || error == ENFILE;
}

int fcnn_file_open(const char *path, int flags)
{
    int descriptor = open_again(path, flags);
    for (int i = 0; descriptor < 0 && has_run_out(errno) && i < SPARES; i++) {
        const int spare = atomic_exchange(&spares[i], 0);
        if (spare > 0) {
            close(spare - 1);
            descriptor = open_again(path, flags);
        }
    }
    return descriptor;
}

void fcnn_file_spare(void)
{
    for (int i = 0; i < SPARES; i++) {
        const int descriptor = atomic_load(&spares[i]) == 0 ? open_again("/dev/null", O_RDONLY) : -1;
        int none = 0;
        if (descriptor >= 0 && !atomic_compare_exchange_strong(&spares[i], &none, descriptor + 1)) {
            close(descriptor);
        }
    }
}

/* Raises the soft limit by `more`, at most up to the hard limit.  False if the limit could not be raised. */
static bool raise_limit(int more)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) {
        return false;
    }
    const rlim_t wanted = limit.rlim_cur + (rlim_t)more;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

fcnn_status fcnn_file_room(int more, const char *what)
{
    int taken[MOST_ROOM], count = 0, error = 0;
    more = more < MOST_ROOM ? more : MOST_ROOM;
    while (count < more && error == 0) {
        taken[count] = open_again("/dev/null", O_RDONLY);
        if (taken[count] >= 0) {
            count++;
        } else if (errno != EMFILE || !raise_limit(more - count)) {
            error = errno;
        }
    }
    for (int i = 0; i < count; i++) {
        close(taken[i]);
    }
    return error == 0
               ? FCNN_OK
               : fcnn_fail(FCNN_EINPUT, "%s: %d files must be open at the same time, but only %d can be opened: %s%s",
                           what, more, count, strerror(error), fcnn_file_advice(error));
}

const char *fcnn_file_advice(int error)
{
    return error == EMFILE   ? "; raise the limit of open files (ulimit -n 4096)"
           : error == ENFILE ? "; too many files are open on the whole machine: end other programs"
                             : "";
}
