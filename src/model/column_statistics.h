/* src/model/column_statistics.h — minimum, maximum and mean of each column of the training rows. */
#ifndef FCNN_MODEL_COLUMN_STATISTICS_H
#define FCNN_MODEL_COLUMN_STATISTICS_H

#include "data/dataset.h"
#include "model/model.h"

/* Reads all rows of the dataset. The bits do not depend on the number of ranks.
 *   inputs, targets  to be released with fcnn_column_statistics_clear(); unchanged on failure; targets may be NULL
 * Collective; all ranks return the same status. Fails: FCNN_ENOMEM, and as reading. */
fcnn_status fcnn_column_statistics_find(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_column_statistics *inputs,
                                        fcnn_column_statistics *targets);

/* Returns whether the minimum of a column equals its maximum. */
bool fcnn_column_statistics_is_constant(const fcnn_column_statistics *statistics, int64_t column);

/* Warns of input columns that are constant, or constant except for rounding. Not collective. */
void fcnn_column_statistics_warn_of_constants(const fcnn_column_statistics *statistics, const fcnn_dataset *dataset);

#endif
