/* src/config/schedule_keys.h — what the keys of [schedule] have to do with each other.
 *
 * Not collective. */
#ifndef FCNN_CONFIG_SCHEDULE_KEYS_H
#define FCNN_CONFIG_SCHEDULE_KEYS_H

#include "config/config.h"

/* Fails with FCNN_ECONFIG, naming the keys, if a key is set that the kind of schedule does not use, one is missing that
 * it needs, or values contradict each other. */
fcnn_status fcnn_config_schedule_check(const fcnn_config *config);

/* A schedule that lasts as long as the training cannot go on with another number of epochs.  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_config_schedule_resume_check(const fcnn_config *stored, const fcnn_config *current,
                                              const char *checkpoint);

#endif
