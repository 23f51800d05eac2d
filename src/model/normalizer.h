/* src/model/normalizer.h — normalization of inputs and targets by statistics of the training rows. */
#ifndef FCNN_MODEL_NORMALIZER_H
#define FCNN_MODEL_NORMALIZER_H

#include "config/config.h"
#include "data/column_squares.h"
#include "model/model.h"
#include "parallel/comm.h"

/* Sets transform, shift and scale of each column of the inputs or targets of a dataset:
 *   standardize  mean and standard deviation (divided by N); the squares are summed exactly
 *   minmax       minimum and range
 *   robust       median, and the range from the lower to the upper quartile; exact, with linear interpolation.  The
 *                scale is 1 if both quartiles are equal
 *   scale        0 and the given divisor
 *   none, file   0 and 1; the numbers of a file replace them (model/given_normalizer.h)
 *   log, log1p, asinh   this function; 0 and 1
 *   log_standardize, …  this function; mean and standard deviation of the transformed values
 *   power        Yeo and Johnson's function with the power of maximum likelihood (model/power_fit.h), 1 for a constant
 *                column; mean and standard deviation of the transformed values
 *   quantile     the normal quantile of the place among min(1000, rows) landmarks, at least 2, which are exact
 *                quantiles of equal distance (data/quantiles.h); 0 and 1
 * If statistics are used, a constant column, whose minimum equals its maximum, has its transformed value as shift, and
 * scale 1.
 *   kinds        [normalizer->count]
 *   statistics   those of the columns of these rows
 * The normalizer is as fcnn_normalizer_create() has made it.  Collective; all ranks return the same status. Fails:
 * FCNN_EDATA if the scale of a column, or its inverse, exceeds the range of double precision, or if a value is outside
 * the domain of a transform; FCNN_ENOMEM; and as reading. */
fcnn_status fcnn_normalizer_fit(fcnn_normalizer *normalizer, const fcnn_normalize *kinds, double divisor,
                                fcnn_dataset *dataset, fcnn_side side, const fcnn_column_statistics *statistics,
                                fcnn_comm *comm);

/* Returns the memory in bytes that a rank needs at most, besides the rows, to find the quantiles of the columns with
 * the transform quantile, and the quartiles of all columns if has_quartiles is set.  Not collective. */
int64_t fcnn_normalizer_fit_bytes(const fcnn_normalizer *normalizer, bool has_quartiles, int64_t rows);

#endif
