/* src/training/trainer.h — a training run in pieces, for tests and benchmarks. */
#ifndef FCNN_TRAINING_TRAINER_H
#define FCNN_TRAINING_TRAINER_H

#include "predict/evaluation.h"
#include "run/checkpoint.h"
#include "run/lifecycle.h"
#include "run/threads.h"
#include "training/method.h"
#include "training/observers.h"
#include "training/saver.h"

#include <fcnn/trainer.h>

typedef struct fcnn_trainer {
    fcnn_comm *comm; /* borrowed, as the next two */
    const fcnn_config *config;
    fcnn_train_options options;
    fcnn_threads threads;
    fcnn_training_data *data;
    fcnn_model *init;  /* that of model.init, until training starts; NULL: none */
    fcnn_text origin;  /* what the start text says of it: lines */
    fcnn_model *model; /* row by row; the step's network holds the parameters that train */
    fcnn_step *step;
    const fcnn_method *method;
    fcnn_evaluation *validation; /* NULL: none */
    fcnn_training_state state;
    char *resumed_from; /* path; NULL: started anew */
    int64_t own_steps;  /* done by this run */
    fcnn_saver *saver;
    fcnn_lifecycle lifecycle;
    fcnn_step_flags flags; /* those of the lifecycle, and what was heard */
    fcnn_report report;
    fcnn_observers observers;
    double start_seconds, train_seconds, evaluation_seconds, read_seconds;
} fcnn_trainer;

/* Reads data and, if there is one, the checkpoint to go on from; makes everything that training needs.
 * Collective; all ranks fail alike. */
fcnn_status fcnn_trainer_create(fcnn_comm *comm, const fcnn_config *config, const fcnn_train_options *options,
                                fcnn_trainer **out);
void fcnn_trainer_destroy(fcnn_trainer *trainer);

/* Puts a checkpoint, which is taken, in place of what is being trained.  Collective; all ranks fail alike. */
fcnn_status fcnn_trainer_put_back(fcnn_trainer *trainer, fcnn_model *model, fcnn_training_state *state);

/* Trains up to the config's number of epochs, with the table, checkpoints and the model at the end.  Collective. */
fcnn_status fcnn_trainer_run(fcnn_trainer *trainer);

/* What is left of an epoch; *train_loss is the mean over its rows, each before its step's update.  Collective.
 * Fails: FCNN_EDIVERGED; FCNN_ESTOPPED if a stop was asked for in mid-epoch, with a checkpoint of that step. */
fcnn_status fcnn_trainer_epoch(fcnn_trainer *trainer, double *train_loss);

/* Where the training is now, to be saved; valid until the next step. */
fcnn_snapshot fcnn_trainer_snapshot(fcnn_trainer *trainer);

#endif
