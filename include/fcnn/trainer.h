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

/* Reads a config file on rank 0 and parses it on every rank.
 *   comm  NULL: this process alone reads the file, and MPI need not be initialized
 *   path  borrowed; as name of fcnn_config_parse()
 *   out   the config; release it with fcnn_config_destroy()
 * Collective with a comm.
 * Fails: FCNN_EINPUT if the file cannot be read; FCNN_ECONFIG if it is 16 MiB or longer, or with "path:line: …" for
 * the first line that is wrong; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_config_read(fcnn_comm *comm, const char *path, fcnn_config **out);

/* How to train; set it to zero, then fill it in. */
typedef struct fcnn_train_options {
    FILE *report;   /* borrowed; where rank 0 prints the head, the table of epochs and the end; NULL: nowhere */
    int check_only; /* 1: reads everything and prints what would be done, but trains nothing and writes nothing */
    int overwrite;  /* 1: removes the checkpoints of the run folder and starts again; 0: resumes from the newest one */
} fcnn_train_options;

/* Installs signal handlers: SIGTERM, SIGINT, SIGUSR1 and SIGXCPU stop a training run after its current step, with a
 * checkpoint; SIGUSR2 writes a checkpoint, and the run continues; a second SIGINT ends the process at once.  The
 * handlers are those of the whole process and remain installed; a program that has handlers of its own does not call
 * this function.  A process that has received such a stop signal stops every later run in it too.
 * Not collective, but call it on all ranks.  Not thread-safe. */
FCNN_API void fcnn_train_catch_signals(void);

/* Reads the data, trains, and writes checkpoints and, when training has finished, model.h5 to the run folder
 * (output.directory).  If the folder has checkpoints, the run continues from the newest one, unless overwrite is set; a
 * run that has finished already only tests the model and writes model.h5 again.
 *   config   borrowed; the same on all ranks, and fcnn_config_check() has accepted it
 *   options  borrowed; the same on all ranks, except for report
 * Collective.  At a time, a process can have one training run.  Unless train.watchdog is 0, a thread of the library
 * ends the process with code 70 if the run hangs.
 * Fails:
 *   FCNN_ESTOPPED   a signal, the file STOP in the run folder or the time limit has stopped the run, and a checkpoint
 *                   has been written
 *   FCNN_ECONFIG    the config does not fit the data, or a key has changed that may not change on resume
 *   FCNN_EINPUT     a data file, or the model of model.init, cannot be read
 *   FCNN_EDATA      one of them is damaged, or its shapes, types or values do not fit
 *   FCNN_EDIVERGED  a loss, a gradient or a weight has become NaN or infinite, and train.nonfinite does not let the run
 *                   continue
 *   FCNN_EOUTPUT    the run folder cannot be written, or another run uses it
 *   FCNN_EUSAGE     an environment variable that the library reads (FCNN_ISA, OMP_NUM_THREADS, …) has a value that is
 *                   not allowed
 *   FCNN_EINTERNAL  the ranks' parameters differ, a thread cannot be started, or the library was built with flags that
 *                   change results
 *   FCNN_ENOMEM     out of memory */
FCNN_API fcnn_status fcnn_train(fcnn_comm *comm, const fcnn_config *config, const fcnn_train_options *options);

#ifdef __cplusplus
}
#endif
#endif
