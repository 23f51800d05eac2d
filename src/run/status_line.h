/* src/run/status_line.h — the file "status" of a run's folder: one line that says how the run stands, for scripts
 * that cannot trust a launcher's exit code.
 *
 *   running
 *   stopping by SIGTERM at step 119
 *   finished at step 200, 160 steps in this run
 *   stopped with a checkpoint at step 120, 80 steps in this run
 *   failed: training diverged at step 17: …
 *
 * "running" in a run that is no more was killed; so was "stopping", before its checkpoint was written. */
#ifndef FCNN_RUN_STATUS_LINE_H
#define FCNN_RUN_STATUS_LINE_H

#include <stdbool.h>

/* Replaces the line, durably; a failure is a warning.  Takes no memory: it may be what has failed.  Not collective:
 * rank 0 calls, or a watchdog that ends the run. */
void fcnn_status_line_write(const char *folder, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether the line of a folder, if there is one, begins with "finished". */
bool fcnn_status_line_is_finished(const char *folder);

#endif
