/* src/model/column_statistics.h — what the columns of the training rows held: smallest and largest values,
 * and means. */
#ifndef FCNN_MODEL_COLUMN_STATISTICS_H
#define FCNN_MODEL_COLUMN_STATISTICS_H

#include "data/dataset.h"
#include "model/model.h"

/* Goes through all rows; the bits do not depend on who holds which.  Collective.
 * Fails, alike on all ranks: FCNN_ENOMEM, or as reading does.
 *   inputs, targets  to be released with fcnn_column_statistics_clear(); untouched on failure; targets NULL: not
 *                    wanted */
fcnn_status fcnn_column_statistics_find(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_column_statistics *inputs,
                                        fcnn_column_statistics *targets);

/* Is the column's smallest value its largest? */
bool fcnn_column_statistics_is_constant(const fcnn_column_statistics *statistics, int64_t column);

/* Warns of the constant columns of a dataset's inputs, if there are any. */
void fcnn_column_statistics_warn_of_constants(const fcnn_column_statistics *statistics, const fcnn_dataset *dataset);

#endif
