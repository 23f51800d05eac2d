/* src/config/outputs.h — what goes with each kind of output: losses, and the activation of the last layer. */
#ifndef FCNN_CONFIG_OUTPUTS_H
#define FCNN_CONFIG_OUTPUTS_H

#include "config/words.h"

/* The loss of an output for which none is named; FCNN_LOSS_AUTO for FCNN_OUTPUT_AUTO. */
fcnn_loss fcnn_output_usual_loss(fcnn_output output);

/* Whether a loss, which is not FCNN_LOSS_AUTO, goes with an output; with FCNN_OUTPUT_AUTO all do. */
bool fcnn_output_takes_loss(fcnn_output output, fcnn_loss loss);

/* The activation of the last layer. */
fcnn_activation fcnn_output_activation(fcnn_output output);

#endif
