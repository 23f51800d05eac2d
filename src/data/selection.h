/* src/data/selection.h — a random part of the rows of a file, and the rest. */
#ifndef FCNN_DATA_SELECTION_H
#define FCNN_DATA_SELECTION_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Draws `wanted` of `rows` rows, each set of that size equally likely.  chosen [wanted] is set to them in
 * ascending order; release it with free().
 * D. E. Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S, by the numbers at (seed, row).
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_selection_draw(int64_t rows, int64_t wanted, uint64_t seed, int64_t **chosen);

/* The file's row of the i-th row that is (inside) or is not chosen. */
int64_t fcnn_selection_row(const int64_t *chosen, int64_t count, bool inside, int64_t i);

#endif
