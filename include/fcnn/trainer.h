/* include/fcnn/trainer.h — trains the network that a config describes, on all ranks of a communicator. */
#ifndef FCNN_TRAINER_H
#define FCNN_TRAINER_H

#include <fcnn/ranks.h>
#include <fcnn/config.h>
#include <fcnn/status.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads a config on rank 0 and parses it on every rank; to be released with fcnn_config_destroy().
 * With NULL for comm this process alone reads it, and MPI need not run.
 * Collective; all ranks fail alike: FCNN_EINPUT if it cannot be read, and as fcnn_config_parse(). */
FCNN_API fcnn_status fcnn_config_read(fcnn_comm *comm, const char *path, fcnn_config **out);

typedef struct fcnn_train_options {
    FILE *report;   /* where rank 0 prints the start, the table and the end; NULL: nowhere.  Borrowed. */
    int check_only; /* read everything, print what would be done, train nothing, write nothing */
    int overwrite;  /* start anew in a folder that holds checkpoints: they are removed */
} fcnn_train_options;

/* From now on SIGTERM, SIGINT, SIGUSR1 and SIGXCPU stop a training after its step, with a checkpoint; SIGUSR2 writes a
 * checkpoint and goes on; a second SIGINT ends the process at once.  For the whole process: a program that has handlers
 * of its own does not call it. */
FCNN_API void fcnn_train_catch_signals(void);

/* Reads the data, trains, writes checkpoints and model.h5.  config (which has passed fcnn_config_check()) and
 * options are borrowed.  Collective; all ranks return the same status.  Unless train.watchdog = 0 a run that hangs
 * ends the process with code 70.
 * Fails: with each of the codes of status.h; its text says what and where. */
FCNN_API fcnn_status fcnn_train(fcnn_comm *comm, const fcnn_config *config, const fcnn_train_options *options);

#ifdef __cplusplus
}
#endif
#endif
