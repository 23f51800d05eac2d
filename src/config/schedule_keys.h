/* src/config/schedule_keys.h — what the keys of [schedule] have to do with each other.
 *
 * Not collective. */
#ifndef FCNN_CONFIG_SCHEDULE_KEYS_H
#define FCNN_CONFIG_SCHEDULE_KEYS_H

#include "config/config.h"

/* The numbers of [schedule], with what auto stands for. */
typedef struct fcnn_schedule_numbers {
    int64_t warmup, period; /* FCNN_AUTO if they depend on the length of the training, and this is not known */
    int64_t period_factor, patience, cooldown;
    double warmup_start, final, factor, threshold, minimum;
} fcnn_schedule_numbers;

/* Fails with FCNN_ECONFIG, naming the keys, if a key is set that the kind of schedule does not use, one is missing that
 * it needs, or values contradict each other. */
fcnn_status fcnn_config_schedule_check(const fcnn_config *config);

/* Finds the numbers.
 *   units  length of the training in units of schedule.unit; FCNN_AUTO: not known */
void fcnn_config_schedule_numbers(const fcnn_config *config, int64_t units, fcnn_schedule_numbers *out);

/* Whether a key of [schedule] stands for the same number in two configs of the same kind and unit of schedule.  False
 * if that depends on the number of steps. */
bool fcnn_config_schedule_means_the_same(const char *name, const fcnn_config *a, const fcnn_config *b);

/* A schedule that lasts as long as the training cannot go on with another number of epochs.  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_config_schedule_resume_check(const fcnn_config *stored, const fcnn_config *current,
                                              const char *checkpoint);

#endif
