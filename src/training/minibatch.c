/* src/training/minibatch.c — minibatches: a step is a batch of the sampler's epoch, its sum and an update. */
#include "training/method.h"

static int64_t steps(const fcnn_training_data *data)
{
    return fcnn_sampler_batches(data->sampler);
}

static int64_t rows(const fcnn_training_data *data, int64_t of_epoch)
{
    return fcnn_sampler_batch_rows(data->sampler, of_epoch);
}

static fcnn_status run(fcnn_step *step, const fcnn_method_step *which, fcnn_step_flags *flags, fcnn_exact_sum *loss)
{
    return fcnn_step_run(step, which->number, which->of_epoch, which->rate, flags, loss);
}

extern const fcnn_method fcnn_method_minibatch;
const fcnn_method fcnn_method_minibatch = {.steps = steps, .rows = rows, .run = run};
