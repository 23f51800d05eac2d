/* src/training/divergence.c — advice for a training that diverges. */
#include "training/divergence.h"

#include "config/outputs.h"

#include <stdbool.h>
#include <stdio.h>

static bool is_normalized(const fcnn_normalizer *normalizer)
{
    for (int64_t i = 0; i < normalizer->count; i++) {
        if (normalizer->shift[i] != 0 || normalizer->scale[i] != 1) {
            return true;
        }
    }
    return false;
}

void fcnn_divergence_advise(const fcnn_model *model, char *out)
{
    const bool inputs = !is_normalized(&model->inputs);
    const bool targets =
        fcnn_loss_normalizes_targets(model->shape.output, model->shape.loss) && !is_normalized(&model->targets);
    snprintf(out, FCNN_DIVERGENCE_SIZE,
             "start from the beginning (--overwrite) with %s%s%s%sa tenth of optimizer.learning_rate, or a "
             "limit by optimizer.clip_norm",
             inputs ? "data.normalize = standardize" : "", inputs && targets ? " and " : "",
             targets ? "data.normalize_targets = standardize" : "",
             inputs || targets ? "; if that diverges too, also with " : "");
}
