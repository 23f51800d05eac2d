/* src/config/loss_keys.h — what train.loss, its settings, model.output and data.normalize_targets have to do with each
 * other.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_LOSS_KEYS_H
#define FCNN_CONFIG_LOSS_KEYS_H

#include "config/config.h"

/* Fails with FCNN_ECONFIG, naming the keys, if the loss does not go with the output or with normalized targets, if a
 * setting belongs to another loss, or if the loss needs one that is not set. */
fcnn_status fcnn_config_check_loss(const fcnn_config *config);

/* Whether train.output_weights is inverse_variance. */
bool fcnn_config_takes_inverse_variance(const fcnn_config *config);

/* Reads the list of train.output_weights; *count may exceed `most`.
 *   out  [most]; may be NULL if most is 0
 * Fails with FCNN_ECONFIG if it is no list of numbers from 0 to 1e30, or if all are 0. */
fcnn_status fcnn_config_output_weights(const fcnn_config *config, int64_t most, double *out, int64_t *count);

#endif
