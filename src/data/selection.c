/* src/data/selection.c — a random subset of the rows, and the remaining rows. */
#include "data/selection.h"

#include "core/memory.h"
#include "core/random.h"

fcnn_status fcnn_selection_draw(int64_t rows, int64_t wanted, uint64_t seed, int64_t **chosen)
{
    FCNN_TRY(fcnn_memory_create("the validation rows", wanted, sizeof(int64_t), chosen));
    int64_t taken = 0;
    for (int64_t row = 0; taken < wanted; row++) {
        const fcnn_random_pair pair =
            fcnn_random_draw(seed, FCNN_RANDOM_SPLIT, (uint32_t)row, (uint32_t)((uint64_t)row >> 32), 0);
        if ((double)(rows - row) * fcnn_random_unit(pair.first) < (double)(wanted - taken)) {
            (*chosen)[taken++] = row;
        }
    }
    return FCNN_OK;
}

int64_t fcnn_selection_row(const int64_t *chosen, int64_t count, bool inside, int64_t i)
{
    if (inside) {
        return chosen[i];
    }
    /* the number of chosen rows before the i-th other row is the smallest k with chosen[k] − k > i */
    int64_t low = 0, high = count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (chosen[middle] - middle > i) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return i + low;
}
