/* src/data/missing.h — handling of missing values, which are NaN: rows are left out, or means replace the values. */
#ifndef FCNN_DATA_MISSING_H
#define FCNN_DATA_MISSING_H

#include "data/table.h"

typedef struct fcnn_missing {
    int64_t *dropped; /* [drops]: rows of the range that are left out, ascending */
    int64_t drops;
    bool keeps_targets; /* targets that are NaN stay so; otherwise they are an error, or their rows are left out */
    double *means;      /* [features]: replaces NaN in the inputs; NULL: NaN is not replaced and is an error */
} fcnn_missing;

/* Replaces missing inputs by the means. Adds the number of values to counts[0], and the number of rows with such values
 * to counts[1]. Thread-safe for different tables and counts. */
void fcnn_missing_put_means(const fcnn_missing *missing, fcnn_table *inputs, uint64_t counts[2]);

/* Frees the memory. Accepts {0}. */
void fcnn_missing_clear(fcnn_missing *missing);

#endif
