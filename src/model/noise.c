/* src/model/noise.c — Gaussian noise that is added to the inputs of a network in training. */
#include "model/noise.h"

#include "compute/math.h"
#include "compute/panels.h"
#include "core/random.h"

#include <math.h>
#include <string.h>

/* The two numbers of columns 2·pair and 2·pair + 1.  Beyond 2^40 rows, 2^32 steps or 2^25 columns numbers recur. */
static void draw_pair(uint64_t seed, int64_t step, int64_t row, int64_t pair, double out[2])
{
    enum { PAIR_BITS = 24 };
    const uint32_t place = (uint32_t)pair + ((uint32_t)(row >> 32) << PAIR_BITS);
    const fcnn_random_pair words = fcnn_random_draw(seed, FCNN_RANDOM_NOISE, place, (uint32_t)row, (uint32_t)step);
    const double radius = sqrt(-2 * fcnn_log(1 - fcnn_random_unit(words.first))), turn = fcnn_random_unit(words.second);
    out[0] = radius * fcnn_cos2pi(turn);
    out[1] = radius * fcnn_sin2pi(turn);
}

double fcnn_noise_number(uint64_t seed, int64_t step, int64_t row, int64_t column)
{
    double numbers[2];
    draw_pair(seed, step, row, column / 2, numbers);
    return numbers[column % 2];
}

/* Adds a number to element i of a matrix. Returns the magnitude of the result. */
static uint64_t add_number(int bits, void *matrix, int64_t i, double number)
{
    if (bits == 32) {
        float *value = (float *)matrix + i;
        uint32_t word;
        *value = (float)((double)*value + number);
        memcpy(&word, value, sizeof word);
        return word & 0x7FFFFFFF;
    }
    double *value = (double *)matrix + i;
    uint64_t word;
    *value += number;
    memcpy(&word, value, sizeof word);
    return word & 0x7FFFFFFFFFFFFFFF;
}

uint64_t fcnn_noise_add(const fcnn_network *network, const fcnn_pass_rows *rows, uint64_t magnitude)
{
    const fcnn_batch *batch = rows->batch;
    const int64_t width = fcnn_architecture_inputs(&network->shape);
    for (int64_t row = rows->first; row < rows->last; row++) {
        double numbers[2] = {0, 0};
        for (int64_t column = 0; column < width; column++) {
            if (column % 2 == 0) {
                draw_pair(network->seed, batch->step, batch->row_numbers[row], column / 2, numbers);
            }
            const int64_t i = fcnn_panel_index(rows->area->rows, width, rows->at + row - rows->first, column);
            const double number = network->noise * numbers[column % 2];
            const uint64_t own = add_number(network->kernels->bits, rows->area->values[0], i, number);
            magnitude = own > magnitude ? own : magnitude;
        }
    }
    return magnitude;
}
