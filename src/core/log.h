/* src/core/log.h — warnings on stderr, which one rank prints for all, and fatal errors, which any rank prints.
 * Not collective.  Any thread may print; the functions that change what is printed are called by the main thread. */
#ifndef FCNN_CORE_LOG_H
#define FCNN_CORE_LOG_H

#include <stdio.h>

/* Sets the name of the program (borrowed, static), and whether this process prints warnings (rank 0 does). */
void fcnn_log_set_speaker(const char *program, int speaks);

/* Prints "program: warning: text" and a line feed with one write, if this process prints warnings. */
void fcnn_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Suppresses all warnings (1), or prints them again (0). */
void fcnn_log_silence(int silent);

/* Records that the terminal `out` shows an unfinished line that will be redrawn, such as the progress line; the next
 * warning replaces it.  NULL: there is no such line. */
void fcnn_log_set_line(FILE *out);

/* Erases such a line, if there is one. */
void fcnn_log_wipe_line(void);

/* Prints "program: error: text" on any rank, for a process that is about to end itself.  Uses neither the heap nor
 * locks, which a thread that hangs may hold. */
void fcnn_log_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
