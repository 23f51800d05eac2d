/* src/training/method.h — a method of training: the steps of an epoch, and the order of sums and updates in each.
 * A full-batch method has other steps than minibatches, and may sum more than once in each. */
#ifndef FCNN_TRAINING_METHOD_H
#define FCNN_TRAINING_METHOD_H

#include "training/step.h"

/* A step of a training. */
typedef struct fcnn_method_step {
    int64_t number;   /* of all steps, from 0 */
    int64_t of_epoch; /* of the epoch's steps, from 0 */
    double rate;      /* of learning */
} fcnn_method_step;

/* A new one is a file that defines it, and its name beside the optimizers that go with it in FCNN_OPTIMIZER_WORDS
 * (config/words.h). */
typedef struct fcnn_method {
    /* Steps of an epoch; they depend only on the rows and the batch of data->sampler. */
    int64_t (*steps)(const fcnn_training_data *data);

    /* Rows, over all ranks, whose losses a step of an epoch adds up. */
    int64_t (*rows)(const fcnn_training_data *data, int64_t of_epoch);

    /* Makes a step; adds the losses of its rows on this rank to loss.  Collective.  Fails, alike on all ranks: as
     * fcnn_step_run(), with parameters and loss as they were before the step. */
    fcnn_status (*run)(fcnn_step *step, const fcnn_method_step *which, fcnn_step_flags *flags, fcnn_exact_sum *loss);
} fcnn_method;

/* The method that an optimizer of the config goes with. */
const fcnn_method *fcnn_method_of(fcnn_optimizer_kind kind);

#endif
