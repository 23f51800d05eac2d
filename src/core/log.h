/* src/core/log.h — warnings, on stderr, from the rank that speaks for all; and last words of any. */
#ifndef FCNN_CORE_LOG_H
#define FCNN_CORE_LOG_H

/* Sets who speaks: the program's name, and whether this process prints at all (rank 0 does). */
void fcnn_log_set_speaker(const char *program, int speaks);

/* Prints "program: warning: text" and a line feed as one write. */
void fcnn_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "program: error: text", whoever speaks otherwise: the process is about to end by itself. */
void fcnn_log_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
