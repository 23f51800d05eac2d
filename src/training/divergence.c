/* src/training/divergence.c — advice for a training that diverges. */
#include "training/divergence.h"

#include "config/outputs.h"

#include <stdio.h>

void fcnn_divergence_advise(const fcnn_model *model, char *out)
{
    const bool inputs = fcnn_normalizer_is_plain(&model->inputs);
    const bool targets = fcnn_loss_normalizes_targets(model->shape.output, model->shape.loss) &&
                         fcnn_normalizer_is_plain(&model->targets);
    snprintf(out, FCNN_DIVERGENCE_SIZE,
             "start from the beginning (--overwrite) with %s%s%s%sa tenth of optimizer.learning_rate, or a "
             "limit by optimizer.clip_norm",
             inputs ? "data.normalize = standardize" : "", inputs && targets ? " and " : "",
             targets ? "data.normalize_targets = standardize" : "",
             inputs || targets ? "; if that diverges too, also with " : "");
}
