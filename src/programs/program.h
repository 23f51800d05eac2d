/* src/programs/program.h — what the programs share: how they begin, their options, how they end. */
#ifndef FCNN_PROGRAMS_PROGRAM_H
#define FCNN_PROGRAMS_PROGRAM_H

#include <fcnn/ranks.h>

/* Answers --help and --version, wherever they stand, before anything else starts; true if there was one.
 * Standard streams that were closed are held, so that no file takes their places.
 * From here on a file that grows beyond a limit is an error of writing, not the end of the process. */
int program_begin(int argc, char **argv, const char *program, const char *help);

/* True if a word is the option, alone or as --option=value. */
int program_is_option(const char *word, const char *option);

/* The text behind the word's "=", or the next argument, to which *i then moves; NULL if there is none. */
const char *program_option_value(int argc, char **argv, int *i);

/* Whether this process is the one that prints: rank 0; comm is NULL before MPI runs, then it is the first that the
 * launcher started. */
int program_speaks(const fcnn_comm *comm);

/* Prints "program: error: text" on the rank that speaks; comm is NULL for a serial program, or before MPI
 * runs.  Returns the exit code. */
int program_fail(const char *program, const fcnn_comm *comm, fcnn_status status, const char *text);

/* The same for a wrong command line: "program: error: text detail; see program --help". */
int program_usage_error(const char *program, const fcnn_comm *comm, const char *text, const char *detail);

/* Ends what fcnn_comm_start() began.  Returns what the process returns for a code that all ranks have alike: on
 * several ranks rank 0 alone tells it, when the others are gone.  For launchers end a job at the first code that is not
 * 0, and mpirun then waits (odls_base_sigkill_timeout) for ranks that are about to end by themselves. */
int program_end(fcnn_comm *comm, int code);

/* An exit code, unless what was printed did not get through. */
int program_finish(const char *program, int code);

#endif
