/* src/config/stop_keys.h — which epoch is the best, and when training ends early: keys of [train].
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_STOP_KEYS_H
#define FCNN_CONFIG_STOP_KEYS_H

#include "config/config.h"

/* Fails with FCNN_ECONFIG, naming the keys, if one of them needs validation rows and there are none, or another key
 * that is not set. */
fcnn_status fcnn_config_check_stop(const fcnn_config *config);

/* Whether the parameters of the best epoch are kept; whether epochs are compared, for that or for an early end; and
 * whether the result of the run depends on it, so that a value that is NaN is an error. */
bool fcnn_config_keeps_best(const fcnn_config *config);
bool fcnn_config_compares_epochs(const fcnn_config *config);
bool fcnn_config_needs_best(const fcnn_config *config);

#endif
