/* src/data/column_squares.h — sums of squared deviations of the values of each column. */
#ifndef FCNN_DATA_COLUMN_SQUARES_H
#define FCNN_DATA_COLUMN_SQUARES_H

#include "compute/square_sum.h"
#include "data/dataset.h"

typedef enum fcnn_side { FCNN_SIDE_INPUTS, FCNN_SIDE_TARGETS } fcnn_side;

/* Adds (x − means[column])² over the rows of all ranks to sums [columns], which are empty before; units are those of
 * the values, squared.  NaN is a missing value and is not counted.
 *   counts  [columns]: set to the numbers of values
 * Collective; all ranks return the same status. Fails: FCNN_ENOMEM, and as reading. */
fcnn_status fcnn_column_squares_find(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side, const double *means,
                                     fcnn_square_sum *sums, uint64_t *counts);

#endif
