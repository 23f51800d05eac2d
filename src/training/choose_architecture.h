/* src/training/choose_architecture.h — determines the network from a config and a summary of the training targets. */
#ifndef FCNN_TRAINING_CHOOSE_ARCHITECTURE_H
#define FCNN_TRAINING_CHOOSE_ARCHITECTURE_H

#include "config/config.h"
#include "core/text.h"
#include "data/targets.h"
#include "model/model.h"

/* Determines the keys that the config leaves to auto: targets in one column that are all 0 or 1 get a sigmoid output
 * and binary cross entropy, other integers in one column a softmax output and cross entropy, all others a linear output
 * and the mean squared error.  If the targets may be classes or amounts (docs/data.md), it fails and asks the user.
 * The caller clears out with fcnn_architecture_clear().  Not collective; the arguments must be the same on all ranks.
 * Errors, the same on all ranks: FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_architecture_choose(const fcnn_config *config, int64_t features, int64_t target_columns,
                                     const fcnn_target_summary *targets, fcnn_architecture *out);

/* Appends how the targets are interpreted and which key determined it: "3 classes, whole numbers from 0 to 2 in one
 * column (model.output = auto)".  config is NULL if the model from which training continues determined it.  Not
 * collective.  Errors: FCNN_ENOMEM. */
fcnn_status fcnn_architecture_explain(const fcnn_config *config, const fcnn_target_summary *targets,
                                      const fcnn_architecture *shape, fcnn_text *out);

#endif
