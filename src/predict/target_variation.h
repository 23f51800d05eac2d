/* src/predict/target_variation.h — how the targets of each column vary over all rows of a part, for R².
 *
 * Finding is collective; the other functions are not.  One thread at a time uses an object. */
#ifndef FCNN_PREDICT_TARGET_VARIATION_H
#define FCNN_PREDICT_TARGET_VARIATION_H

#include "compute/square_sum.h"
#include "model/data_part.h"

/* Sums over the rows of all ranks; each row counts with its weight in the part.  A target that is NaN is missing and
 * counts in no sum; a column without any target has the mean NaN and does not vary. */
typedef struct fcnn_target_variation {
    int64_t columns;
    int64_t *counts;             /* [columns]: number of targets that are not missing */
    double *masses;              /* [columns]: Σ w; without weights the number of rows */
    double *means;               /* [columns]: Σ w·t / Σ w */
    bool *varies;                /* [columns]: targets of rows whose weight is not 0 differ */
    fcnn_square_sum *variations; /* [columns]: Σ w·(t − mean)² */
} fcnn_target_variation;

/* Finds the variation of the targets; out is to be cleared by the caller, also after a failure.  Collective.
 * Errors, the same on all ranks: FCNN_ENOMEM, and as reading. */
fcnn_status fcnn_target_variation_find(const fcnn_data_part *part, fcnn_comm *comm, fcnn_target_variation *out);

/* Frees the memory.  Accepts {0}. */
void fcnn_target_variation_clear(fcnn_target_variation *variation);

#endif
