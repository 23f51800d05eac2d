/* src/data/quantiles.h — quantiles of the values of columns, exact over all rows of all ranks. */
#ifndef FCNN_DATA_QUANTILES_H
#define FCNN_DATA_QUANTILES_H

#include "data/column_squares.h"
#include "data/dataset.h"

/* Finds `count` quantiles of equal distance of each of some columns: the values at positions i·(rows − 1)/(count − 1)
 * of the sorted column, for i = 0 … count − 1, with linear interpolation between neighbours.  The values are found by
 * counting in the order of their bit patterns: a fixed number of passes over the rows, which are neither sorted nor
 * sampled.  The bits do not depend on the number of ranks.
 *   columns  [selected]: numbers of the columns
 *   out      [selected][count], in the units of the columns; caller-owned
 * `count` is at least 2.  Collective; all ranks return the same status.  Fails: FCNN_ENOMEM, and as reading. */
fcnn_status fcnn_quantiles_find(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side, int64_t selected,
                                const int64_t *columns, int64_t count, double *out);

/* Returns the memory in bytes that a rank uses meanwhile, at most.  Not collective. */
int64_t fcnn_quantiles_bytes(int64_t selected, int64_t count, int64_t rows);

#endif
