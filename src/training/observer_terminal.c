/* src/training/observer_terminal.c — observer that shows the progress within an epoch in a line on a terminal. */
#include "core/log.h"
#include "core/memory.h"
#include "training/observer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOVE_SECONDS 0.2 /* interval between two updates of the line */

typedef struct moving_line {
    FILE *out;
    int64_t batches;
    double next_time; /* time of the next update */
} moving_line;

/* Whether the output of the launcher is a terminal.  Open MPI gives each rank a pseudo-terminal even if the output of
 * mpirun is not a terminal, so the output of the parent process is examined. */
static bool launcher_has_terminal(void)
{
    if (getenv("OMPI_COMM_WORLD_RANK") == NULL) {
        return true;
    }
    char link[64], target[64] = "";
    snprintf(link, sizeof link, "/proc/%ld/fd/1", (long)getppid());
    const ssize_t length = readlink(link, target, sizeof target - 1);
    return length > 0 && (strncmp(target, "/dev/pts/", 9) == 0 || strncmp(target, "/dev/tty", 8) == 0);
}

static fcnn_status begin(const fcnn_observed_run *run, void **own)
{
    FILE *out = run->report->out;
    if (out == NULL || !isatty(fileno(out)) || !launcher_has_terminal()) {
        return FCNN_OK;
    }
    moving_line *moving;
    FCNN_TRY(fcnn_memory_create("the progress line", 1, sizeof *moving, &moving));
    *moving = (moving_line){.out = out, .batches = run->batches};
    *own = moving;
    return FCNN_OK;
}

static fcnn_status batch(void *own, const fcnn_observed_batch *batch)
{
    moving_line *moving = own;
    if (batch->seconds < moving->next_time) {
        return FCNN_OK;
    }
    moving->next_time = batch->seconds + MOVE_SECONDS;
    /* called before and after the drawing, because another thread may print a message at either time */
    fcnn_log_set_line(moving->out);
    fprintf(moving->out, "\r\033[Kepoch %" PRId64 ": batch %" PRId64 " of %" PRId64 ", %.1f s", batch->epoch,
            batch->batch, moving->batches, batch->seconds);
    fflush(moving->out);
    fcnn_log_set_line(moving->out);
    return FCNN_OK;
}

static fcnn_status end(void *own, fcnn_status status)
{
    (void)status;
    fcnn_log_wipe_line();
    free(own);
    return FCNN_OK;
}

const fcnn_observer fcnn_observer_terminal = {.begin = begin, .batch = batch, .end = end};
