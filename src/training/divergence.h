/* src/training/divergence.h — what to do about a training that diverges. */
#ifndef FCNN_TRAINING_DIVERGENCE_H
#define FCNN_TRAINING_DIVERGENCE_H

#include "model/model.h"

#define FCNN_DIVERGENCE_SIZE 256

/* Says what has not been done yet: normalization of the inputs, of a regression's targets, a smaller rate.  All may be
 * done in the same folder, with --overwrite: two of them may not change on resume, and what the last checkpoint holds
 * may be spoilt.
 *   out [FCNN_DIVERGENCE_SIZE]: "start from the beginning (--overwrite) with …" */
void fcnn_divergence_advise(const fcnn_model *model, char *out);

#endif
