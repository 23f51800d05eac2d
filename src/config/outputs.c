/* src/config/outputs.c — the losses that each kind of output allows, and the activation of the output layer. */
#include "config/outputs.h"

fcnn_loss fcnn_output_usual_loss(fcnn_output output)
{
    switch (output) {
    case FCNN_OUTPUT_SOFTMAX:
        return FCNN_LOSS_CROSS_ENTROPY;
    case FCNN_OUTPUT_SIGMOID:
        return FCNN_LOSS_BINARY_CROSS_ENTROPY;
    case FCNN_OUTPUT_LINEAR:
        return FCNN_LOSS_MSE;
    case FCNN_OUTPUT_AUTO:
        break;
    }
    return FCNN_LOSS_AUTO;
}

bool fcnn_output_takes_loss(fcnn_output output, fcnn_loss loss)
{
    return output == FCNN_OUTPUT_AUTO || loss == fcnn_output_usual_loss(output) ||
           (output == FCNN_OUTPUT_SIGMOID && loss == FCNN_LOSS_MSE);
}

fcnn_activation fcnn_output_activation(fcnn_output output)
{
    return output == FCNN_OUTPUT_SIGMOID ? FCNN_ACTIVATION_SIGMOID : FCNN_ACTIVATION_LINEAR;
}
