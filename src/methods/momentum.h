/* src/methods/momentum.h — the momentum of an epoch: constant, or rising along a line over the first epochs.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_METHODS_MOMENTUM_H
#define FCNN_METHODS_MOMENTUM_H

#include "config/config.h"

#include <stdint.h>

typedef struct fcnn_momentum {
    double start, final;
    double epochs; /* after which it is final; 0: it is start */
} fcnn_momentum;

/* Puts optimizer.momentum and how it changes into three settings of an optimizer, and takes them out. */
void fcnn_momentum_put(const fcnn_config *config, double settings[3]);
fcnn_momentum fcnn_momentum_take(const double settings[3]);

/* Whether it is above 0 in any epoch. */
bool fcnn_momentum_is_used(const fcnn_momentum *momentum);

/* start + (final − start)·epoch/epochs up to that number of epochs. */
double fcnn_momentum_of_epoch(const fcnn_momentum *momentum, int64_t epoch);

#endif
