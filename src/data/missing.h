/* src/data/missing.h — values that are missing, which is NaN: their rows are left out, or they become means. */
#ifndef FCNN_DATA_MISSING_H
#define FCNN_DATA_MISSING_H

#include "data/table.h"

typedef struct fcnn_missing {
    int64_t *dropped; /* [drops]: the rows of the files' range that are left out, ascending */
    int64_t drops;
    double *means; /* [features]: what NaN among the inputs becomes; NULL: it stays, and is an error */
} fcnn_missing;

/* Puts the means in their places; adds to counts: values, and rows that have some. */
void fcnn_missing_put_means(const fcnn_missing *missing, fcnn_table *inputs, uint64_t counts[2]);

void fcnn_missing_clear(fcnn_missing *missing);

#endif
