/* src/model/normalizer.h — normalization of inputs and targets by statistics of the training rows. */
#ifndef FCNN_MODEL_NORMALIZER_H
#define FCNN_MODEL_NORMALIZER_H

#include "config/config.h"
#include "data/column_squares.h"
#include "model/model.h"
#include "parallel/comm.h"

/* Sets shift and scale of each column of the inputs or targets of a dataset:
 *   standardize  mean and standard deviation (divided by N); the squares are summed exactly
 *   minmax       minimum and range
 *   scale        0 and the given divisor
 * For a constant column, whose minimum equals its maximum, shift is this value and scale is 1.
 *   statistics   those of the columns of these rows, for standardize and minmax
 * Collective; all ranks return the same status. Fails: FCNN_EDATA if the scale of a column, or its inverse, exceeds the
 * range of double precision; FCNN_ENOMEM; and as reading. */
fcnn_status fcnn_normalizer_fit(fcnn_normalizer *normalizer, fcnn_normalize kind, double divisor, fcnn_dataset *dataset,
                                fcnn_side side, const fcnn_column_statistics *statistics, fcnn_comm *comm);

/* Converts the normalization to x·factor + offset. factor [count] and offset [count] are owned by the caller. */
void fcnn_normalizer_as_affine(const fcnn_normalizer *normalizer, double *factor, double *offset);

#endif
