/* src/training/divergence.c — advice for a training that diverges. */
#include "training/divergence.h"

#include "config/outputs.h"

#include <stdbool.h>
#include <stdio.h>

void fcnn_divergence_advise(const fcnn_model *model, char *out)
{
    const fcnn_architecture *shape = &model->shape;
    const bool targets =
        fcnn_loss_normalizes_targets(shape->output, shape->loss) && fcnn_normalizer_is_plain(&model->targets);
    const char *const first[] = {
        fcnn_normalizer_is_plain(&model->inputs) ? "data.normalize = standardize" : NULL,
        targets ? "data.normalize_targets = standardize" : NULL,
        shape->loss == FCNN_LOSS_RELATIVE ? "a larger train.relative_floor" : NULL,
        shape->output == FCNN_OUTPUT_EXPONENTIAL
            ? "the logarithm of the mean target as model.bias_init of the output layer"
            : NULL,
    };
    int used = snprintf(out, FCNN_DIVERGENCE_SIZE, "start from the beginning (--overwrite) with ");
    bool any = false;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        if (first[i] != NULL) {
            used += snprintf(out + used, (size_t)(FCNN_DIVERGENCE_SIZE - used), "%s%s", any ? " and " : "", first[i]);
            any = true;
        }
    }
    snprintf(out + used, (size_t)(FCNN_DIVERGENCE_SIZE - used),
             "%sa tenth of optimizer.learning_rate, or a limit by optimizer.clip_norm",
             any ? "; if that diverges too, also with " : "");
}
