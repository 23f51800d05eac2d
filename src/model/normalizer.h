/* src/model/normalizer.h — statistics of the training rows that inputs and targets are normalized by. */
#ifndef FCNN_MODEL_NORMALIZER_H
#define FCNN_MODEL_NORMALIZER_H

#include "config/config.h"
#include "data/column_squares.h"
#include "model/model.h"
#include "parallel/comm.h"

/* Sets shift and scale of each column of the inputs or targets of a dataset:
 *   standardize  mean and standard deviation (over N), whose squares are summed exactly
 *   minmax       smallest value and range
 *   scale        0 and the given divisor
 * A constant column, whose smallest value is its largest, is shifted by that value and divided by 1.
 *   statistics  what the columns of these rows hold; standardize and minmax use it
 * Collective.  Fails, alike on all ranks: FCNN_EDATA for a column whose scale, or its inverse, is beyond the range of a
 * double, FCNN_ENOMEM, or as reading does. */
fcnn_status fcnn_normalizer_fit(fcnn_normalizer *normalizer, fcnn_normalize kind, double divisor, fcnn_dataset *dataset,
                                fcnn_side side, const fcnn_column_statistics *statistics, fcnn_comm *comm);

/* The same as x·factor + shift: factor [count] and offset [count] are caller-owned. */
void fcnn_normalizer_as_affine(const fcnn_normalizer *normalizer, double *factor, double *offset);

#endif
