/* src/model/transformed.h — statistics of transformed columns. */
#ifndef FCNN_MODEL_TRANSFORMED_H
#define FCNN_MODEL_TRANSFORMED_H

#include "data/column_squares.h"
#include "data/dataset.h"
#include "model/model.h"

/* Sets mean and deviation [count] to the mean and the standard deviation (divided by N) of each column that has a
 * transform, after the transform; other columns remain unchanged.  The sums are exact, so the bits do not depend on the
 * number of ranks.  All values are in the domains of the transforms.
 * Collective; all ranks return the same status.  Fails: FCNN_ENOMEM, and as reading. */
fcnn_status fcnn_transformed_moments(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side,
                                     const fcnn_normalizer *normalizer, double *mean, double *deviation);

#endif
