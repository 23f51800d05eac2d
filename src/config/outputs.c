/* src/config/outputs.c — the losses that each kind of output allows, and the activation of the output layer. */
#include "config/outputs.h"

#include <stdio.h>
#include <string.h>

/* A loss goes with some outputs; FCNN_OUTPUT_AUTO, which is 0, ends them. */
typedef struct loss_entry {
    fcnn_target_kind targets;
    fcnn_output outputs[8];
} loss_entry;

#define LOSS_ENTRY(constant, word, kernel, settings, kind, factor, ...) \
    [constant] = {.targets = (kind), .outputs = {__VA_ARGS__}},
static const loss_entry losses[FCNN_LOSSES_END] = {FCNN_LOSSES(LOSS_ENTRY)};

static bool goes_with(fcnn_loss loss, fcnn_output output)
{
    const fcnn_output *each = losses[loss].outputs;
    while (*each != FCNN_OUTPUT_AUTO && *each != output) {
        each++;
    }
    return *each == output;
}

fcnn_loss fcnn_output_usual_loss(fcnn_output output)
{
    for (int loss = FCNN_LOSS_AUTO + 1; output != FCNN_OUTPUT_AUTO && loss < FCNN_LOSSES_END; loss++) {
        if (goes_with((fcnn_loss)loss, output)) {
            return (fcnn_loss)loss;
        }
    }
    return FCNN_LOSS_AUTO;
}

fcnn_output fcnn_loss_usual_output(fcnn_loss loss)
{
    return losses[loss].outputs[0];
}

bool fcnn_output_takes_loss(fcnn_output output, fcnn_loss loss)
{
    return output == FCNN_OUTPUT_AUTO || goes_with(loss, output);
}

fcnn_target_kind fcnn_loss_targets(fcnn_loss loss)
{
    return losses[loss].targets;
}

bool fcnn_loss_classifies(fcnn_loss loss)
{
    return fcnn_loss_targets(loss) == FCNN_TARGETS_CLASSES || fcnn_loss_targets(loss) == FCNN_TARGETS_YES_NO;
}

bool fcnn_loss_normalizes_targets(fcnn_output output, fcnn_loss loss)
{
    return (output == FCNN_OUTPUT_LINEAR || output == FCNN_OUTPUT_COLUMNS) &&
           fcnn_loss_targets(loss) == FCNN_TARGETS_NUMBERS &&
           loss != FCNN_LOSS_RELATIVE; /* whose zero would be another number */
}

fcnn_activation fcnn_output_activation(fcnn_output output)
{
#define ACTIVATION_OF(constant, word, activation) [constant] = (activation),
    static const fcnn_activation activations[] = {FCNN_OUTPUT_WORDS(ACTIVATION_OF)};
#undef ACTIVATION_OF
    return output == FCNN_OUTPUT_COLUMNS ? FCNN_ACTIVATION_LINEAR : activations[output];
}

void fcnn_loss_outputs_text(fcnn_loss loss, char out[FCNN_OUTPUTS_TEXT])
{
    out[0] = '\0';
    for (const fcnn_output *each = losses[loss].outputs; *each != FCNN_OUTPUT_AUTO && *each != FCNN_OUTPUT_COLUMNS;
         each++) {
        const size_t used = strlen(out);
        snprintf(out + used, FCNN_OUTPUTS_TEXT - used, "%s%s", used == 0 ? "" : " or ", fcnn_output_name(*each));
    }
}
