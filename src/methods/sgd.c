/* src/methods/sgd.c — stochastic gradient descent: w ← w − rate·mean.  It keeps nothing. */
#include "methods/optimizer.h"

static void update(const fcnn_kernels *kernels, const fcnn_update_job *job)
{
    kernels->updates[FCNN_OPTIMIZER_SGD](job);
}

static const char *const no_arrays[] = {NULL};

extern const fcnn_optimizer_rule fcnn_optimizer_sgd;
const fcnn_optimizer_rule fcnn_optimizer_sgd = {.arrays = no_arrays, .update = update};
