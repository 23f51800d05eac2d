/* src/model/output_weights.h — weights of the targets in the loss (train.output_weights).
 *
 * Thread-safe for different models. */
#ifndef FCNN_MODEL_OUTPUT_WEIGHTS_H
#define FCNN_MODEL_OUTPUT_WEIGHTS_H

#include "data/dataset.h"
#include "model/model.h"

/* Sets model->output_weights from the config: a list, or the inverse of the variance of each target over the training
 * rows, in units of the normalized targets.  They are scaled to a mean of 1; equal weights are exactly 1.  NULL: the
 * config has none.  The model must have its normalizers and statistics.  Collective.
 * Errors, the same on all ranks: FCNN_ECONFIG if the loss is not a mean over outputs, or the list has another length;
 * FCNN_EDATA if a target is constant; FCNN_ENOMEM, and as reading. */
fcnn_status fcnn_output_weights_find(const fcnn_config *config, fcnn_comm *comm, fcnn_dataset *train,
                                     fcnn_model *model);

/* Checks weights that were read from a file.  Not collective.
 * Errors: FCNN_EDATA if one of them is negative or not finite. */
fcnn_status fcnn_output_weights_check(const double *weights, int64_t count, const char *path);

#endif
