/* src/training/origin_normalization.h — whether the normalization of a model is the one that the config requires.
 *
 * Not collective; thread-safe if no other thread changes the arguments. */
#ifndef FCNN_TRAINING_ORIGIN_NORMALIZATION_H
#define FCNN_TRAINING_ORIGIN_NORMALIZATION_H

#include "training/origin.h"

/* Compares the keys of normalization with those in the config that the model of the origin, which must not be NULL, was
 * trained with.  A model without such a config must have a normalization if the keys require one.  Fails: FCNN_ECONFIG
 * if they differ; FCNN_ENOMEM. */
fcnn_status fcnn_origin_check_normalization(const fcnn_origin *origin, const fcnn_config *config);

#endif
