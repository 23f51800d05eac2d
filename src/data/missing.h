/* src/data/missing.h — values that are missing, which is NaN: their rows are left out, or they become means. */
#ifndef FCNN_DATA_MISSING_H
#define FCNN_DATA_MISSING_H

#include "data/table.h"
#include "parallel/comm.h"

#include <fcnn/dataset.h>

typedef struct fcnn_missing {
    int64_t *dropped; /* [drops]: the rows of the files' range that are left out, ascending */
    int64_t drops;
    double *means; /* [features]: what NaN among the inputs becomes; NULL: it stays, and is an error */
} fcnn_missing;

/* Leaves out the rows with NaN among their inputs, targets or weights.  After open, before a selection; reads all rows.
 * Collective; all ranks fail alike: FCNN_EDATA if no row is left, and as reading does. */
fcnn_status fcnn_missing_drop(fcnn_dataset *dataset, fcnn_comm *comm);

/* Leaves out the same rows as another dataset of the same files and rows.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_missing_drop_as(fcnn_dataset *dataset, const fcnn_dataset *other);

/* NaN among the inputs becomes the mean of the column's other values, over the dataset's rows; the bits do not depend
 * on who holds which.  After a selection, before read; reads all rows.
 * Collective; all ranks fail alike: FCNN_EDATA if a column has no values, and as reading does. */
fcnn_status fcnn_missing_find_means(fcnn_dataset *dataset, fcnn_comm *comm);

/* The same with given means [features], which are copied.  Before read.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_missing_take_means(fcnn_dataset *dataset, const double *means);

/* Puts the means in their places; adds to counts: values, and rows that have some. */
void fcnn_missing_put_means(const fcnn_missing *missing, fcnn_table *inputs, uint64_t counts[2]);

void fcnn_missing_clear(fcnn_missing *missing);

#endif
