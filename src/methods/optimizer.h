/* src/methods/optimizer.h — how gradients change the parameters. */
#ifndef FCNN_METHODS_OPTIMIZER_H
#define FCNN_METHODS_OPTIMIZER_H

#include "model/gradient.h"

/* A thread's part of an update by stochastic gradient descent: w ← w − rate·(sum·scale), and the same in the
 * transposed weights.  Elements are independent, so any partition gives the same bits. */
void fcnn_optimizer_update(fcnn_network *network, const fcnn_gradient *gradient, double scale, double rate, int thread,
                           int threads);

#endif
