/* src/training/divergence.h — advice for a training that diverges. */
#ifndef FCNN_TRAINING_DIVERGENCE_H
#define FCNN_TRAINING_DIVERGENCE_H

#include "model/model.h"

#define FCNN_DIVERGENCE_SIZE 512 /* bytes of the text, including its end */

/* Lists what has not been tried: normalization of the inputs, normalization of the targets of a regression, settings of
 * a loss whose derivatives can be large, a smaller learning rate or clipped gradients.  The advice is to start from the
 * beginning, because the keys of normalization cannot change on resume, and the parameters in the last checkpoint may
 * already be too large.  Not collective.
 *   out [FCNN_DIVERGENCE_SIZE]  "start from the beginning (--overwrite) with …" */
void fcnn_divergence_advise(const fcnn_model *model, char *out);

#endif
