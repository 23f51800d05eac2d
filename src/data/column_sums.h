/* src/data/column_sums.h — exact sums of the values of each column over rows and ranks, with minimum and maximum. */
#ifndef FCNN_DATA_COLUMN_SUMS_H
#define FCNN_DATA_COLUMN_SUMS_H

#include "compute/exact_sum.h"
#include "data/table.h"

#include <math.h>
#include <stdbool.h>

typedef struct fcnn_column_sums {
    int64_t columns;
    uint64_t *counts; /* [columns]: number of values */
    /* [columns]; before fcnn_column_sums_over_ranks(), smallest contains the maximum of −x */
    double *smallest, *largest;
    bool is_small;         /* values are whole numbers of at most 32 bits */
    uint64_t *whole;       /* [columns], modulo 2^64, if is_small */
    fcnn_exact_sum *exact; /* [columns], if not is_small */
    double *work;          /* buffer for the exchange between ranks */
} fcnn_column_sums;

/* Makes empty sums for values of a type, to be released with fcnn_column_sums_clear(). Not collective. Fails:
 * FCNN_ENOMEM; out is {0} then. */
fcnn_status fcnn_column_sums_create(int64_t columns, fcnn_type type, fcnn_column_sums *out);

/* Accepts {0}. */
void fcnn_column_sums_clear(fcnn_column_sums *sums);

/* Adds a value to a column. NaN is a missing value and is not counted. */
static inline void fcnn_column_sums_add_value(fcnn_column_sums *sums, int64_t column, double value)
{
    if (isnan(value)) {
        return;
    }
    sums->counts[column]++;
    sums->smallest[column] = -value > sums->smallest[column] ? -value : sums->smallest[column];
    sums->largest[column] = value > sums->largest[column] ? value : sums->largest[column];
    if (sums->is_small) {
        sums->whole[column] += (uint64_t)(int64_t)value;
    } else {
        fcnn_exact_sum_add(&sums->exact[column], value);
    }
}

/* Adds all rows of a table [rows][columns]. NaN is not counted. */
void fcnn_column_sums_add(fcnn_column_sums *sums, const fcnn_table *table);

/* Replaces the sums by those over all ranks. No values may be added afterwards. Collective. */
void fcnn_column_sums_over_ranks(fcnn_column_sums *sums, fcnn_comm *comm);

/* Returns the mean of a column with at least one value, after fcnn_column_sums_over_ranks(). The mean is limited to the
 * range from minimum to maximum; for a constant column it is exactly its value. */
double fcnn_column_sums_mean(const fcnn_column_sums *sums, int64_t column);

#endif
