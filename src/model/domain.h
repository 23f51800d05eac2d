/* src/model/domain.h — checks that values can be transformed. */
#ifndef FCNN_MODEL_DOMAIN_H
#define FCNN_MODEL_DOMAIN_H

#include "data/column_squares.h"
#include "data/dataset.h"
#include "model/model.h"

/* Checks that the values of all rows are in the domains of the transforms of their columns, such as above 0 for a
 * logarithm.  Reads no rows if no transform has a limit.  Collective; all ranks return the same status.
 * Fails: FCNN_EDATA, naming the first such row, its column and its value; and as reading. */
fcnn_status fcnn_domain_check(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side,
                              const fcnn_normalizer *normalizer);

#endif
