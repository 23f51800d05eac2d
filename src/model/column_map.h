/* src/model/column_map.h — the normalization of columns in the form in which passes use it: a column becomes
 * (transform(x) − center)·factor + offset.
 *
 * Not collective; any thread may call any function with a map that does not change. */
#ifndef FCNN_MODEL_COLUMN_MAP_H
#define FCNN_MODEL_COLUMN_MAP_H

#include "model/model.h"

typedef struct fcnn_column_map {
    fcnn_normalizer own; /* a copy of the normalizer */
    /* [2][count]: factors, then offsets; the linear part, which the kernel take_rows computes */
    double *affine;
    /* [count]: what is subtracted before.  It is the shift of columns whose shift is so large in relation to their
     * scale that x·factor + offset would cancel, otherwise 0. */
    double *centers;
    bool is_plain;  /* the map changes nothing */
    bool is_affine; /* no column has a transform or a center */
} fcnn_column_map;

/* Makes the map of a normalizer, which is copied; to be released with fcnn_column_map_clear().
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_map_create(const fcnn_normalizer *normalizer, fcnn_column_map *out);
void fcnn_column_map_clear(fcnn_column_map *map); /* accepts {0} */

/* Returns transform(x) − center, to which the linear part has to be applied; NaN outside the domain. */
double fcnn_column_map_first(const fcnn_column_map *map, int64_t column, double x);

/* Returns the normalized value of a column. */
double fcnn_column_map_value(const fcnn_column_map *map, int64_t column, double x);

#endif
