/* src/programs/program.h — what all programs share: start, options, errors and end. */
#ifndef FCNN_PROGRAMS_PROGRAM_H
#define FCNN_PROGRAMS_PROGRAM_H

#include <fcnn/ranks.h>

/* Answers --help and --version at any position of the command line, before anything else starts; returns true if one of
 * them was given.  Closed standard streams are opened to /dev/null, so that no file takes their descriptors.  SIGXFSZ
 * is ignored, so that exceeding a file size limit is a write error and does not end the process. */
int program_begin(int argc, char **argv, const char *program, const char *help);

/* Returns whether a word is the option, either alone or as --option=value. */
int program_is_option(const char *word, const char *option);

/* Returns the text after the "=" of argument *i, or the next argument, in which case *i is increased; NULL if there is
 * no value. */
const char *program_option_value(int argc, char **argv, int *i);

/* Returns whether this process prints messages: rank 0, or, if comm is NULL because MPI is not running, the first
 * process that the launcher started. */
int program_speaks(const fcnn_comm *comm);

/* Prints "program: error: text" on the rank that prints messages.  comm is NULL for a serial program, or if MPI is not
 * running.  Returns the exit code of the status. */
int program_fail(const char *program, const fcnn_comm *comm, fcnn_status status, const char *text);

/* The same for an invalid command line: "program: error: text detail; see program --help". */
int program_usage_error(const char *program, const fcnn_comm *comm, const char *text, const char *detail);

/* Ends MPI, and returns the exit code of this process for a code that is the same on all ranks.  With several ranks
 * only rank 0 returns it, after the others have ended, and the others return 0: launchers end a job at the first exit
 * code that is not 0, and mpirun then waits (odls_base_sigkill_timeout) for ranks that are about to end by
 * themselves. */
int program_end(fcnn_comm *comm, int code);

/* Returns the code, or the exit code of an output error if standard output could not be written. */
int program_finish(const char *program, int code);

#endif
