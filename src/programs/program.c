/* src/programs/program.c — what the programs share: how they begin, their options, how they end. */
#include "config.h"

#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int program_begin(int argc, char **argv, const char *program, const char *help)
{
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

/* Without a communicator, the first of the processes that SLURM started. */
static int speaks(const fcnn_comm *comm)
{
    const char *process = getenv("SLURM_PROCID");
    return comm != NULL ? fcnn_comm_rank(comm) == 0 : process == NULL || strcmp(process, "0") == 0;
}

int program_fail(const char *program, const fcnn_comm *comm, fcnn_status status, const char *text)
{
    if (speaks(comm)) {
        fflush(stdout);
        fprintf(stderr, "%s: %s%s\n", program, status == FCNN_ESTOPPED ? "" : "error: ", text);
    }
    return fcnn_status_exit_code(status);
}

int program_usage_error(const char *program, const fcnn_comm *comm, const char *text, const char *detail)
{
    if (speaks(comm)) {
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
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* the others have nothing more to do but to end */
        return code;
    }
    return 0;
}

int program_finish(const char *program, int code)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "%s: error: the standard output cannot be written: %s\n", program, strerror(errno));
        return fcnn_status_exit_code(FCNN_EOUTPUT);
    }
    return code;
}
