/* src/training/trainer.h — a training run: what fcnn_train() does, in separate functions.
 *
 * Functions must be called by the main thread. */
#ifndef FCNN_TRAINING_TRAINER_H
#define FCNN_TRAINING_TRAINER_H

#include "predict/evaluation.h"
#include "run/checkpoint.h"
#include "run/lifecycle.h"
#include "run/threads.h"
#include "training/best.h"
#include "training/method.h"
#include "training/observers.h"
#include "training/saver.h"
#include "training/stages.h"

#include <fcnn/trainer.h>

typedef struct fcnn_trainer {
    fcnn_comm *comm;            /* borrowed */
    const fcnn_config *config;  /* borrowed */
    fcnn_stage_place stage;     /* the current stage */
    fcnn_config *stage_config;  /* its config */
    fcnn_train_options options; /* with borrowed pointers */
    fcnn_threads threads;
    fcnn_training_data *data;
    fcnn_model *init;  /* model of model.init, until the initial model is created; NULL: none */
    fcnn_text origin;  /* lines about it for the report at the start */
    fcnn_model *model; /* row-major; the current parameters are in the network of the step */
    fcnn_step *step;
    const fcnn_method *method;
    fcnn_evaluation *validation; /* NULL: none */
    fcnn_schedule schedule;      /* of the current stage */
    fcnn_training_state state;
    char *resumed_from; /* path of the checkpoint from which the run continues; NULL: none */
    int64_t own_steps;  /* completed by this run */
    fcnn_saver *saver;
    fcnn_lifecycle lifecycle;
    fcnn_step_flags flags; /* flags of the lifecycle */
    fcnn_report report;
    fcnn_observers observers;
    double rate;                                                  /* learning rate of the last step of this run */
    char reason[2 * FCNN_BEST_TEXT], best_reason[FCNN_BEST_TEXT]; /* of the models in the last snapshot */
    fcnn_metric_choice metrics;                                   /* of validation and test rows */
    double start_seconds, train_seconds, evaluation_seconds, read_seconds;
} fcnn_trainer;

/* Reads the data and, if there is one, the checkpoint from which the run continues, and creates everything that
 * training needs.  comm and config are borrowed.  Collective; errors are the same on all ranks. */
fcnn_status fcnn_trainer_create(fcnn_comm *comm, const fcnn_config *config, const fcnn_train_options *options,
                                fcnn_trainer **out);

/* Releases the trainer, which may be NULL on all ranks.  Collective. */
void fcnn_trainer_destroy(fcnn_trainer *trainer);

/* Replaces model and state by those of a checkpoint, for a rollback.  Takes ownership of both.  Collective; errors are
 * the same on all ranks. */
fcnn_status fcnn_trainer_put_back(fcnn_trainer *trainer, fcnn_model *model, fcnn_training_state *state);

/* Changes to the stage of the next step, at the end of the current one: takes its config, and creates batches, step,
 * schedule and evaluation anew.  Collective; errors are the same on all ranks. */
fcnn_status fcnn_trainer_next_stage(fcnn_trainer *trainer);

/* Trains until train.epochs epochs are complete, or until train.stop_patience ends it, with the report, checkpoints,
 * the test and the model file at the end.  Collective; errors are the same on all ranks. */
fcnn_status fcnn_trainer_run(fcnn_trainer *trainer);

/* Runs the remaining steps of the current epoch.  *train_loss is the mean loss over the rows of the epoch, each
 * computed before the update of its step.  Collective.
 * Errors, the same on all ranks: FCNN_EDIVERGED; FCNN_ESTOPPED if a stop was requested before the last step of the
 * epoch, after a checkpoint was written; errors of reading and writing. */
fcnn_status fcnn_trainer_epoch(fcnn_trainer *trainer, double *train_loss);

/* Returns the current state to be saved; valid until the next step.  Not collective. */
fcnn_snapshot fcnn_trainer_snapshot(fcnn_trainer *trainer);

#endif
