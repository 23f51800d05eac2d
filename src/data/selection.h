/* src/data/selection.h — a random subset of the rows, and the remaining rows. Not collective; thread-safe. */
#ifndef FCNN_DATA_SELECTION_H
#define FCNN_DATA_SELECTION_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Draws `wanted` of `rows` rows; all subsets of this size have the same probability. *chosen [wanted] is set to the
 * rows in ascending order, to be released with free().
 * Source: D. E. Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S, with the random numbers of (seed, row).
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_selection_draw(int64_t rows, int64_t wanted, uint64_t seed, int64_t **chosen);

/* Returns the row number of the i-th chosen row (inside = true), or of the i-th row that was not chosen. */
int64_t fcnn_selection_row(const int64_t *chosen, int64_t count, bool inside, int64_t i);

#endif
