/* src/config/layers.h — the values of a config that a layer has: one for all layers, or one for each.
 *
 * Layers count from 0.  The config has passed fcnn_config_check(), unless a function says otherwise.  Not collective;
 * any thread may call any function. */
#ifndef FCNN_CONFIG_LAYERS_H
#define FCNN_CONFIG_LAYERS_H

#include "config/config.h"
#include "core/status.h"

/* The layers that have weights: the hidden ones and the output layer. */
int64_t fcnn_config_layers(const fcnn_config *config);

/* The activation of a hidden layer. */
fcnn_activation fcnn_config_activation(const fcnn_config *config, int64_t layer);

/* The probability with which an input of a layer is dropped in training: of layer 0 the inputs of the network, of each
 * further layer the activations of the layer before. */
double fcnn_config_dropout(const fcnn_config *config, int64_t layer);

/* Whether a layer adds its inputs to its result. */
bool fcnn_config_residual(const fcnn_config *config, int64_t layer);

/* How the initial weights of a layer are drawn.  False, and *out untouched, if model.init is a file. */
bool fcnn_config_init(const fcnn_config *config, int64_t layer, fcnn_init_kind *out);

/* What they are multiplied by, and the initial value of the biases. */
double fcnn_config_init_scale(const fcnn_config *config, int64_t layer);
double fcnn_config_bias_init(const fcnn_config *config, int64_t layer);

/* The largest norm of the incoming weights of a unit; 0: none. */
double fcnn_config_max_norm(const fcnn_config *config, int64_t layer);

/* Checks all of these for a config whose keys were read one by one.
 * Fails: FCNN_ECONFIG naming a list that has not as many items as there are layers, or keys that contradict each
 * other. */
fcnn_status fcnn_config_check_layers(const fcnn_config *config);

#endif
