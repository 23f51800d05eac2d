/* src/model/mapped_rows.h — converts rows whose columns have transforms. */
#ifndef FCNN_MODEL_MAPPED_ROWS_H
#define FCNN_MODEL_MAPPED_ROWS_H

#include "data/table.h"
#include "model/column_map.h"

/* Does what the kernel take_rows does, for a map that is not linear alone: `job` describes rows of the table, whose
 * values, type, width, factor and shift it has.  A value outside the domain of its transform becomes NaN.  Returns the
 * magnitude of the result.  Not collective; threads may call it at the same time for different rows. */
uint64_t fcnn_mapped_rows_take(const fcnn_kernels *kernels, const fcnn_column_map *map, const fcnn_table *table,
                               const fcnn_rows_job *job);

#endif
