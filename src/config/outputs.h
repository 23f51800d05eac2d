/* src/config/outputs.h — the losses that each kind of output allows, and the activation of the output layer.
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_OUTPUTS_H
#define FCNN_CONFIG_OUTPUTS_H

#include "config/words.h"

/* The default loss of an output; FCNN_LOSS_AUTO for FCNN_OUTPUT_AUTO. */
fcnn_loss fcnn_output_usual_loss(fcnn_output output);

/* The output of a loss for which none is named; FCNN_OUTPUT_AUTO for FCNN_LOSS_AUTO. */
fcnn_output fcnn_loss_usual_output(fcnn_loss loss);

/* Whether an output allows a loss, which is not FCNN_LOSS_AUTO; FCNN_OUTPUT_AUTO allows all losses. */
bool fcnn_output_takes_loss(fcnn_output output, fcnn_loss loss);

/* The kind of the targets of a loss, which is not FCNN_LOSS_AUTO. */
fcnn_target_kind fcnn_loss_targets(fcnn_loss loss);

/* Whether the targets of a loss, which is not FCNN_LOSS_AUTO, are classes or numbers from 0 to 1 that stand for them;
 * otherwise the network is a regression. */
bool fcnn_loss_classifies(fcnn_loss loss);

/* Whether a regression with this output and loss may have normalized targets; both are not auto.  Of ranges of columns,
 * those with a linear output may. */
bool fcnn_loss_normalizes_targets(fcnn_output output, fcnn_loss loss);

/* The activation of the output layer; for softmax and exponential it is linear, and the loss computes them. */
fcnn_activation fcnn_output_activation(fcnn_output output);

/* The names of the outputs that a loss goes with, as in "linear or sigmoid". */
enum { FCNN_OUTPUTS_TEXT = 256 };
void fcnn_loss_outputs_text(fcnn_loss loss, char out[FCNN_OUTPUTS_TEXT]);

#endif
