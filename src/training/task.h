/* src/training/task.h — from a config and the training targets to the shape of a network. */
#ifndef FCNN_TRAINING_TASK_H
#define FCNN_TRAINING_TASK_H

#include "config/config.h"
#include "data/targets.h"
#include "model/model.h"

/* Decides what the config leaves to auto: targets in one column that are all 0 or 1 make a sigmoid and binary
 * cross entropy, other one-column integers a softmax and cross entropy, anything else a linear output and mse.
 * out is to be cleared with fcnn_architecture_clear().
 * Fails, alike on all ranks: FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_task_resolve(const fcnn_config *config, int64_t features, int64_t target_columns,
                              const fcnn_target_summary *targets, fcnn_architecture *out);

#endif
