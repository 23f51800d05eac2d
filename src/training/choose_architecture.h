/* src/training/choose_architecture.h — from a config and the training targets to the shape of a network. */
#ifndef FCNN_TRAINING_CHOOSE_ARCHITECTURE_H
#define FCNN_TRAINING_CHOOSE_ARCHITECTURE_H

#include "config/config.h"
#include "core/text.h"
#include "data/targets.h"
#include "model/model.h"

/* Decides what the config leaves to auto: targets in one column that are all 0 or 1 make a sigmoid and binary
 * cross entropy, other one-column integers a softmax and cross entropy, anything else a linear output and mse.  What
 * looks like both classes and amounts (docs/data.md) is not decided but asked.
 * out is to be cleared with fcnn_architecture_clear().
 * Fails, alike on all ranks: FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_architecture_choose(const fcnn_config *config, int64_t features, int64_t target_columns,
                                     const fcnn_target_summary *targets, fcnn_architecture *out);

/* Appends what the targets were taken for, and by which key: "3 classes, whole numbers from 0 to 2 in one column
 * (model.output = auto)".  config is NULL where a model that training goes on from has decided.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_architecture_explain(const fcnn_config *config, const fcnn_target_summary *targets,
                                      const fcnn_architecture *shape, fcnn_text *out);

#endif
