/* src/data/sentinels.h — finds numbers that may be codes for missing values, such as −999 among temperatures. Only the
 * user can decide whether they are, so fcnn only warns of them. */
#ifndef FCNN_DATA_SENTINELS_H
#define FCNN_DATA_SENTINELS_H

#include "data/dataset.h"

/* The smallest and largest values of a column. */
typedef struct fcnn_column_ends {
    int64_t values;           /* number of finite values; 0: the members below are not set */
    double smallest, largest; /* of all finite values */
    double second, below;     /* second smallest and second largest value; INFINITY and −INFINITY if there is none */
    uint64_t at_smallest, at_largest; /* how many values are equal to the smallest and to the largest */
} fcnn_column_ends;

/* Adds a value. NaN and Inf are not counted. */
void fcnn_column_ends_add(fcnn_column_ends *ends, double value);

/* Returns whether the smallest value (otherwise the largest) is a common code that is farther from the next value than
 * all others are from each other, or the only value. Sets *value, *next (infinite if there is no other value) and
 * *count. */
bool fcnn_sentinel_find(const fcnn_column_ends *ends, double *value, double *next, uint64_t *count);

/* Warns of such codes in the inputs or targets. smallest and largest [columns] are known; rows are read only if one of
 * these is a common code. Collective; all ranks return the same status. Fails: FCNN_ENOMEM, and as reading. */
fcnn_status fcnn_sentinels_warn(fcnn_dataset *dataset, fcnn_comm *comm, bool are_targets, const double *smallest,
                                const double *largest);

#endif
