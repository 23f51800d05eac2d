/* src/model/outside.h — finds rows with values outside of the range of the training rows. Only join is collective. */
#ifndef FCNN_MODEL_OUTSIDE_H
#define FCNN_MODEL_OUTSIDE_H

#include "data/table.h"
#include "model/model.h"
#include "parallel/comm.h"

/* What was found. */
typedef struct fcnn_outside {
    int64_t count;              /* number of columns */
    uint64_t rows, far_rows;    /* rows with a value outside of its column's range; rows with a value far outside */
    uint64_t *column_rows;      /* [count]: rows with a value outside of the range of this column */
    double *minus_least, *most; /* [count]: most distant values below the range, negated, and above it; −∞: none */
} fcnn_outside;

fcnn_status fcnn_outside_create(int64_t count, fcnn_outside *out); /* starts with no rows; fails: FCNN_ENOMEM */
void fcnn_outside_clear(fcnn_outside *outside);

/* Adds the rows of a table. A value is far outside if its distance from the range is more than half of the range; for a
 * constant column, more than a millionth of its value. */
void fcnn_outside_add(const fcnn_column_statistics *statistics, const fcnn_table *table, fcnn_outside *outside);

/* Adds the results of all ranks. Collective. */
void fcnn_outside_join(fcnn_outside *outside, fcnn_comm *comm);

/* Returns whether a warning is due: more than one row in a hundred is outside in some column, or a row is far outside.
 * Sets *most to the column with the largest number of rows outside, and *farthest to the column with the most distant
 * value in relation to its range. */
bool fcnn_outside_matters(const fcnn_column_statistics *statistics, const fcnn_outside *outside, int64_t rows,
                          int64_t *most, int64_t *farthest);

/* Returns the most distant value of a column. */
double fcnn_outside_value(const fcnn_column_statistics *statistics, const fcnn_outside *outside, int64_t column);

#endif
