/* src/data/find_missing.h — finds rows with missing values, and the means that replace missing values. */
#ifndef FCNN_DATA_FIND_MISSING_H
#define FCNN_DATA_FIND_MISSING_H

#include "data/source.h"

/* Leaves out the rows with NaN in their inputs, targets or weights. Reads all rows; called before a selection is made.
 * Collective; all ranks return the same status. Fails: FCNN_EDATA if no row is left, and as reading. */
fcnn_status fcnn_find_missing_rows(fcnn_source *source, fcnn_comm *comm);

/* Computes the mean of each input column over the source's rows; it replaces NaN when rows are read. The bits of the
 * means do not depend on the number of ranks. Reads all rows; called after a selection is made.
 * Collective; all ranks return the same status. Fails: FCNN_EDATA if a column has no values, and as reading. */
fcnn_status fcnn_find_missing_means(fcnn_source *source, fcnn_comm *comm);

#endif
