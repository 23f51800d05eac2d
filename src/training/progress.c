/* src/training/progress.c — the table of a training run. */
#include "training/progress.h"

#include "core/log.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOVE_SECONDS 0.2

/* Open MPI gives a rank a terminal of its own making, wherever mpirun's own output goes: look there. */
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

fcnn_progress fcnn_progress_start(FILE *out)
{
    return (fcnn_progress){.out = out, .terminal = out != NULL && isatty(fileno(out)) && launcher_has_terminal()};
}

void fcnn_progress_flush(fcnn_progress *progress)
{
    if (progress->out != NULL && fflush(progress->out) != 0 && !progress->failed) {
        progress->failed = true;
        fcnn_log_warning("the report cannot be written: %s; the run goes on without it", strerror(errno));
    }
}

void fcnn_progress_head(fcnn_progress *progress, const char *metric)
{
    if (progress->out == NULL) {
        return;
    }
    fprintf(progress->out, "%7s %9s %14s %14s %10s %11s %9s\n", "epoch", "steps", "train loss",
            metric != NULL ? "valid. loss" : "", metric != NULL ? metric : "", "rows/s", "time");
    fcnn_progress_flush(progress);
}

/* A number in a column, or another text where there is none. */
static void print_cell(FILE *out, const char *format, int width, double value, const char *none)
{
    char text[32];
    snprintf(text, sizeof text, "%s", none);
    if (!isnan(value)) {
        snprintf(text, sizeof text, format, value);
    }
    fprintf(out, " %*s", width, text);
}

void fcnn_progress_line(fcnn_progress *progress, const fcnn_history_line *line, double rows_per_second, double seconds)
{
    if (progress->out == NULL) {
        return;
    }
    fcnn_log_wipe_line();
    fprintf(progress->out, "%7" PRId64 " %9" PRId64, line->epoch, line->steps);
    print_cell(progress->out, "%.8g", 14, line->train_loss, "");
    print_cell(progress->out, "%.8g", 14, line->validation_loss, "");
    print_cell(progress->out, "%.5f", 10, line->validation_metric, isnan(line->validation_loss) ? "" : "-");
    print_cell(progress->out, "%.0f", 11, rows_per_second, "");
    print_cell(progress->out, "%.1f s", 9, seconds, "");
    fprintf(progress->out, "\n");
    fcnn_progress_flush(progress);
}

void fcnn_progress_move(fcnn_progress *progress, int64_t epoch, int64_t batch, int64_t batches, double seconds)
{
    if (!progress->terminal || seconds < progress->next_time) {
        return;
    }
    progress->next_time = seconds + MOVE_SECONDS;
    /* twice: another thread's message may come just before or after the drawing */
    fcnn_log_set_line(progress->out);
    fprintf(progress->out, "\r\033[Kepoch %" PRId64 ": batch %" PRId64 " of %" PRId64 ", %.1f s", epoch, batch, batches,
            seconds);
    fflush(progress->out);
    fcnn_log_set_line(progress->out);
}
