/* src/programs/fcnn_train.c — trains the network that a config describes. */
#include <fcnn/fcnn.h>

#include "program.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "fcnn-train"

static const char help[] =
    "usage: fcnn-train [options] CONFIG.ini\n"
    "       mpirun -np N fcnn-train [options] CONFIG.ini\n"
    "       fcnn-train --verify\n"
    "\n"
    "Trains a fully connected network on HDF5 data.  The result has the same bits on any number of ranks and threads.\n"
    "\n"
    "  --set SECTION.KEY=VALUE  change a key of the config; can be given more than once\n"
    "  --check                  read all data and print what would be done, without training\n"
    "  --print-config           print the effective config and stop\n"
    "  --overwrite              remove the checkpoints in the output folder and start from the beginning\n"
    "  --verify                 train small networks, without config and data, and check that this machine gives\n"
    "                           the published bits (docs/exactness.md): one line each; code 70 if one is wrong\n"
    "  --help-config            print every key of a config, with its default and its meaning\n"
    "  --help, --version\n"
    "\n"
    "SIGTERM, SIGINT, SIGUSR1, SIGXCPU or a file STOP in the output folder stop the run after the current step, with "
    "a\n"
    "checkpoint; the same command then continues from it.  SIGUSR2 writes a checkpoint and training continues.\n"
    "\n"
    "Exit codes: 0 done, 64 usage or launcher, 65 bad data, 66 file missing or unreadable, 70 diverged, hung, wrong\n"
    "bits or internal error, 74 output cannot be written, 75 stopped with a checkpoint: start it again, 78 bad "
    "config,\n"
    "or a key changed that cannot change on resume.  The file status in the output folder has the same information.\n";

typedef struct arguments {
    const char *config;
    int check, print, overwrite, verify;
    const char **assignments; /* [assignment_count] */
    int assignment_count;
} arguments;

/* Reads the command line.  Returns an exit code. */
static int parse(int argc, char **argv, const fcnn_comm *comm, arguments *out)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--set=", 6) == 0) {
            out->assignments[out->assignment_count++] = argv[i] + 6;
        } else if (strcmp(argv[i], "--set") == 0) {
            if (i + 1 == argc) {
                return program_usage_error(PROGRAM, comm, "--set requires SECTION.KEY=VALUE", "");
            }
            out->assignments[out->assignment_count++] = argv[++i];
        } else if (strcmp(argv[i], "--check") == 0) {
            out->check = 1;
        } else if (strcmp(argv[i], "--print-config") == 0) {
            out->print = 1;
        } else if (strcmp(argv[i], "--overwrite") == 0) {
            out->overwrite = 1;
        } else if (strcmp(argv[i], "--verify") == 0) {
            out->verify = 1;
        } else if (argv[i][0] == '-') {
            return program_usage_error(PROGRAM, comm, "unknown option ", argv[i]);
        } else if (out->config != NULL) {
            return program_usage_error(PROGRAM, comm, "only one config can be given; unexpected argument ", argv[i]);
        } else {
            out->config = argv[i];
        }
    }
    if (out->verify) {
        return argc == 2 ? 0
                         : program_usage_error(PROGRAM, comm, "--verify cannot be combined with other arguments", "");
    }
    return out->config != NULL ? 0 : program_usage_error(PROGRAM, comm, "no config is given", "");
}

static fcnn_status read_config(fcnn_comm *comm, const arguments *given, fcnn_config **out)
{
    fcnn_status status = fcnn_config_read(comm, given->config, out);
    for (int i = 0; i < given->assignment_count && status == FCNN_OK; i++) {
        status = fcnn_config_set(*out, given->assignments[i]);
    }
    return status == FCNN_OK ? fcnn_config_check(*out) : status;
}

static fcnn_status print_config(const fcnn_config *config)
{
    char *text;
    const fcnn_status status = fcnn_config_text(config, &text);
    if (status == FCNN_OK) {
        if (program_speaks(NULL)) {
            fputs(text, stdout);
        }
        free(text);
    }
    return status;
}

static fcnn_status run(fcnn_comm *comm, const arguments *given)
{
    fcnn_config *config = NULL;
    fcnn_status status = read_config(comm, given, &config);
    if (status == FCNN_OK && given->print) {
        status = print_config(config);
    } else if (status == FCNN_OK) {
        const fcnn_train_options options = {
            .report = stdout, .check_only = given->check, .overwrite = given->overwrite};
        status = fcnn_train(comm, config, &options);
    }
    fcnn_config_destroy(config);
    return status;
}

/* Answers --help-config, before MPI starts.  Returns true if it was given. */
static int print_reference(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *text;
        if (strcmp(argv[i], "--help-config") == 0 && fcnn_config_help(&text) == FCNN_OK) {
            fputs(text, stdout);
            free(text);
            return 1;
        }
    }
    return 0;
}

/* Runs the command; comm is NULL if MPI is not running.  Returns an exit code. */
static int obey(int argc, char **argv, fcnn_comm *comm)
{
    arguments given = {.assignments = calloc((size_t)argc, sizeof(char *))};
    int code = given.assignments != NULL ? parse(argc, argv, comm, &given)
                                         : program_fail(PROGRAM, comm, FCNN_ENOMEM, "out of memory");
    if (code == 0) {
        const fcnn_status status = given.verify ? fcnn_verify(comm, stdout) : run(comm, &given);
        code = status == FCNN_OK ? program_finish(PROGRAM, 0) : program_fail(PROGRAM, comm, status, fcnn_error_text());
    }
    free(given.assignments);
    return code;
}

/* Whether --print-config is given.  It does not start MPI, so that scripts can use it without a launcher. */
static int only_prints(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--set") == 0) {
            i++; /* the next argument is its value, even if it looks like an option */
        } else if (strcmp(argv[i], "--print-config") == 0) {
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (program_begin(argc, argv, PROGRAM, help) || print_reference(argc, argv)) {
        return program_finish(PROGRAM, 0);
    }
    if (only_prints(argc, argv)) {
        return obey(argc, argv, NULL);
    }
    signal(SIGPIPE, SIG_IGN); /* training continues if the reader of its output has exited */
    fcnn_train_catch_signals();
    fcnn_comm *comm = NULL;
    const fcnn_status status = fcnn_comm_start(&argc, &argv, &comm);
    if (status != FCNN_OK) {
        return program_fail(PROGRAM, NULL, status, fcnn_error_text());
    }
    fcnn_comm_speak_as(comm, PROGRAM);
    return program_end(comm, obey(argc, argv, comm));
}
