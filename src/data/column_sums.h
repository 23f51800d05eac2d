/* src/data/column_sums.h — sums over rows and ranks of the values of each column, without any rounding, and their
 * smallest and largest. */
#ifndef FCNN_DATA_COLUMN_SUMS_H
#define FCNN_DATA_COLUMN_SUMS_H

#include "compute/exact_sum.h"
#include "data/table.h"

#include <math.h>
#include <stdbool.h>

typedef struct fcnn_column_sums {
    int64_t columns;
    uint64_t *counts;           /* [columns] of the values */
    double *smallest, *largest; /* [columns]; until fcnn_column_sums_over_ranks() smallest has the largest −x */
    bool is_small;              /* the values are whole numbers of at most 32 bits */
    uint64_t *whole;            /* [columns], modulo 2^64, where they are */
    fcnn_exact_sum *exact;      /* [columns], where they are not */
    double *work;               /* for the exchange */
} fcnn_column_sums;

/* Makes empty sums of values of a type.  Not collective.  Fails: FCNN_ENOMEM; out is {0} then. */
fcnn_status fcnn_column_sums_create(int64_t columns, fcnn_type type, fcnn_column_sums *out);

/* Takes {0}, too. */
void fcnn_column_sums_clear(fcnn_column_sums *sums);

/* Adds a value to a column; NaN stands for a missing one and adds nothing. */
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

/* Adds all rows of a table [rows][columns]. */
void fcnn_column_sums_add(fcnn_column_sums *sums, const fcnn_table *table);

/* Makes them those of all ranks; nothing is added after that.  Collective. */
void fcnn_column_sums_over_ranks(fcnn_column_sums *sums, fcnn_comm *comm);

/* The mean of a column of all ranks that has values: from smallest to largest, and that value where they are equal. */
double fcnn_column_sums_mean(const fcnn_column_sums *sums, int64_t column);

#endif
