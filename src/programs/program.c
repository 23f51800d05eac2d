/* src/programs/program.c — what all programs share: start, options, errors and end. */
#include "config.h"

#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Opens /dev/null for standard streams that are closed; otherwise the next file to be opened would take their
 * descriptors, and messages would be written into it.  It is opened for reading only, so writes fail as they should. */
static void hold_standard_streams(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0) {
            return; /* nothing can be opened */
        }
    }
}

int program_begin(int argc, char **argv, const char *program, const char *help)
{
    hold_standard_streams();
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(help, stdout);
            return 1;
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("%s %s\n", program, PACKAGE_VERSION);
            return 1;
        }
    }
    return 0;
}

int program_is_option(const char *word, const char *option)
{
    const size_t length = strlen(option);
    return strncmp(word, option, length) == 0 && (word[length] == '\0' || word[length] == '=');
}

const char *program_option_value(int argc, char **argv, int *i)
{
    char *equals = strchr(argv[*i], '=');
    if (equals != NULL) {
        return equals + 1;
    }
    return *i + 1 < argc ? argv[++*i] : NULL;
}

int program_speaks(const fcnn_comm *comm)
{
    static const char *const ranks[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"};
    if (comm != NULL) {
        return fcnn_comm_rank(comm) == 0;
    }
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        const char *rank = getenv(ranks[i]);
        if (rank != NULL) {
            return strcmp(rank, "0") == 0;
        }
    }
    return 1;
}

/* Returns true on the rank that reports an error.  If MPI is not running, each rank ends by itself, and a launcher ends
 * all others when the first one ends; therefore the silent ranks wait until the error is reported. */
static int reports(const fcnn_comm *comm)
{
    const int speaks = program_speaks(comm);
    if (!speaks && comm == NULL) {
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    }
    return speaks;
}

int program_fail(const char *program, const fcnn_comm *comm, fcnn_status status, const char *text)
{
    if (reports(comm)) {
        fflush(stdout);
        fprintf(stderr, "%s: %s%s\n", program, status == FCNN_ESTOPPED ? "" : "error: ", text);
    }
    return fcnn_status_exit_code(status);
}

int program_usage_error(const char *program, const fcnn_comm *comm, const char *text, const char *detail)
{
    if (reports(comm)) {
        fprintf(stderr, "%s: error: %s%s; see %s --help\n", program, text, detail, program);
    }
    return fcnn_status_exit_code(FCNN_EUSAGE);
}

int program_end(fcnn_comm *comm, int code)
{
    const int rank = fcnn_comm_rank(comm), size = fcnn_comm_size(comm);
    fcnn_comm_finish(comm);
    if (code == 0 || size == 1) {
        return code;
    }
    if (rank == 0) {
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* let the other ranks end first */
        return code;
    }
    return 0;
}

/* Returns why standard output cannot be written.  If an earlier write failed and a new one succeeds, the error number
 * of the earlier one is unknown. */
static const char *output_error(void)
{
    static const char lost[] = "part of the output above is missing\n";
    return write(STDOUT_FILENO, lost, sizeof lost - 1) < 0 ? strerror(errno) : "part of the output was lost";
}

int program_finish(const char *program, int code)
{
    const char *error = fflush(stdout) != 0 ? strerror(errno) : ferror(stdout) ? output_error() : NULL;
    if (error == NULL) {
        return code;
    }
    fprintf(stderr, "%s: error: standard output: %s\n", program, error);
    return fcnn_status_exit_code(FCNN_EOUTPUT);
}
