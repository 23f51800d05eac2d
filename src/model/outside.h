/* src/model/outside.h — rows that lie outside of what the training rows held. */
#ifndef FCNN_MODEL_OUTSIDE_H
#define FCNN_MODEL_OUTSIDE_H

#include "data/table.h"
#include "model/model.h"
#include "parallel/comm.h"

/* What was seen of them. */
typedef struct fcnn_outside {
    int64_t count;              /* columns */
    uint64_t rows, far_rows;    /* with a value outside of its column's range; far outside */
    uint64_t *column_rows;      /* [count]: with a value outside in the column */
    double *minus_least, *most; /* [count]: the farthest values outside on either side; −∞: there are none */
} fcnn_outside;

fcnn_status fcnn_outside_create(int64_t count, fcnn_outside *out); /* none so far */
void fcnn_outside_clear(fcnn_outside *outside);

/* Adds the rows of a table.  Far outside is a value by more than half the range; where all training rows had the same
 * one, by more than a millionth of it. */
void fcnn_outside_add(const fcnn_column_statistics *statistics, const fcnn_table *table, fcnn_outside *outside);

/* Adds up what all ranks have seen.  Collective. */
void fcnn_outside_join(fcnn_outside *outside, fcnn_comm *comm);

/* Is that worth a word?  Where more than one row in a hundred is outside in some column, or one is far outside.  Sets
 * *most to the column with most rows outside, and *farthest to the one that a value is farthest outside of, by its
 * range. */
bool fcnn_outside_matters(const fcnn_column_statistics *statistics, const fcnn_outside *outside, int64_t rows,
                          int64_t *most, int64_t *farthest);

/* The column's value that is farthest outside. */
double fcnn_outside_value(const fcnn_column_statistics *statistics, const fcnn_outside *outside, int64_t column);

#endif
