/* src/run/status_line.h — the file "status" in the output folder: one line with the state of the run, for scripts that
 * cannot rely on the exit code of a launcher.
 *
 *   running
 *   stopping by SIGTERM at step 119
 *   finished at step 200, 160 steps in this run
 *   stopped with a checkpoint at step 120, 80 steps in this run
 *   failed: training diverged at step 17: …
 *
 * If the line is "running" or "stopping" and the run no longer exists, the run was killed; in the second case before
 * its checkpoint was written. */
#ifndef FCNN_RUN_STATUS_LINE_H
#define FCNN_RUN_STATUS_LINE_H

#include <stdbool.h>

/* Replaces the line and synchronizes the file; prints a warning on failure.  It allocates no memory, because an
 * allocation may be what has failed.  Any thread may call it.  Not collective: rank 0 calls it, or a watchdog that
 * ends the run. */
void fcnn_status_line_write(const char *folder, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Returns whether the folder has a status line that begins with "finished". */
bool fcnn_status_line_is_finished(const char *folder);

#endif
