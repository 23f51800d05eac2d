/* src/data/find_missing.h — which rows have missing values, and what stands for these: found in all rows, before any
 * are kept. */
#ifndef FCNN_DATA_FIND_MISSING_H
#define FCNN_DATA_FIND_MISSING_H

#include "data/source.h"

/* Leaves out the rows with NaN among their inputs, targets or weights.  Before a selection; reads all rows.
 * Collective; all ranks fail alike: FCNN_EDATA if no row is left, and as reading does. */
fcnn_status fcnn_find_missing_rows(fcnn_source *source, fcnn_comm *comm);

/* NaN among the inputs becomes the mean of the column's other values, over the source's rows; the bits do not depend on
 * who reads which.  After a selection; reads all rows.
 * Collective; all ranks fail alike: FCNN_EDATA if a column has no values, and as reading does. */
fcnn_status fcnn_find_missing_means(fcnn_source *source, fcnn_comm *comm);

#endif
