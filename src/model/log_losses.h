/* src/model/log_losses.h — the logarithmic losses of rows, from the logits of the last layer.
 *
 * −log of the probability of the target: for softmax log Σ exp(z − max) − (z − max) of the label; for sigmoid outputs
 * whose target is not NaN Σ max(z, 0) − z·t + log(1 + exp(−|z|)).  Unlike the loss of training they have neither label
 * smoothing nor weights, and they are computed in double precision: a probability that rounds to 0 has a finite
 * logarithm.
 *
 * Not collective.  Rows of one network may be computed by several threads at the same time. */
#ifndef FCNN_MODEL_LOG_LOSSES_H
#define FCNN_MODEL_LOG_LOSSES_H

#include "model/network.h"

/* Makes fcnn_network_forward() compute the logarithmic losses of rows that have labels or targets, into
 * network->log_losses, which has a number for each row of the network.  The network's loss is cross_entropy or
 * binary_cross_entropy.  Does nothing if it was called before.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_log_losses_enable(fcnn_network *network);

/* Computes those of rows first … last−1 of an area whose last layer has its logits; for fcnn_network_forward(). */
void fcnn_log_losses_measure(const fcnn_network *network, bool has_labels, int64_t first, int64_t last);

#endif
