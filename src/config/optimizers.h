/* src/config/optimizers.h — which keys of [optimizer] go with each other.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_OPTIMIZERS_H
#define FCNN_CONFIG_OPTIMIZERS_H

#include "config/config.h"
#include "core/status.h"

/* Checks the keys of a section [optimizer] that were read one by one.
 * Fails: FCNN_ECONFIG naming a key that the optimizer does not read but that is not at its default, with the optimizers
 * that read it; or keys that mean nothing together. */
fcnn_status fcnn_config_check_optimizer(const fcnn_config *config);

#endif
