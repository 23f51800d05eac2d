/* src/data/sentinels.h — numbers that look like codes for missing values, such as −999 among temperatures: only people
 * can tell whether they are, so they are pointed out. */
#ifndef FCNN_DATA_SENTINELS_H
#define FCNN_DATA_SENTINELS_H

#include "data/dataset.h"

/* The ends of a column's values. */
typedef struct fcnn_column_ends {
    int64_t values;           /* that are finite; 0: nothing below is known */
    double smallest, largest; /* of them */
    double second, below;     /* the next above the smallest, and below the largest; INFINITY, −INFINITY: none */
    uint64_t at_smallest, at_largest; /* how many values are these */
} fcnn_column_ends;

/* Counts a value in. */
void fcnn_column_ends_add(fcnn_column_ends *ends, double value);

/* Whether the smallest value (or else the largest) is a usual code, farther from the next one than all others are from
 * each other, or the only value that there is.  Sets *value, *next (which may be infinite: none) and *count. */
bool fcnn_sentinel_find(const fcnn_column_ends *ends, double *value, double *next, uint64_t *count);

/* Warns of such codes among the inputs, or the targets, of which smallest and largest [columns] values are known: rows
 * are read only where one of these is a usual code.  Collective.  Fails, alike on all ranks: as reading does. */
fcnn_status fcnn_sentinels_warn(fcnn_dataset *dataset, fcnn_comm *comm, bool are_targets, const double *smallest,
                                const double *largest);

#endif
