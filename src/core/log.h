/* src/core/log.h — warnings, on stderr, from the rank that speaks for all; and last words of any. */
#ifndef FCNN_CORE_LOG_H
#define FCNN_CORE_LOG_H

#include <stdio.h>

/* Sets who speaks: the program's name, and whether this process prints at all (rank 0 does). */
void fcnn_log_set_speaker(const char *program, int speaks);

/* Prints "program: warning: text" and a line feed as one write. */
void fcnn_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* While silent no warning is printed, whoever speaks. */
void fcnn_log_silence(int silent);

/* A line that will be drawn again stands unfinished on `out`, a terminal: what is printed next begins in its place.
 * NULL: there is none any more. */
void fcnn_log_set_line(FILE *out);

/* Takes such a line away, if there is one. */
void fcnn_log_wipe_line(void);

/* Prints "program: error: text", whoever speaks otherwise: the process is about to end by itself.  Needs
 * neither memory nor a lock: another thread may hang with it. */
void fcnn_log_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
