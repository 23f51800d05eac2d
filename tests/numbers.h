/* tests/numbers.h — numbers for tests: random ones, and arrays of either precision. */
#ifndef FCNN_TESTS_NUMBERS_H
#define FCNN_TESTS_NUMBERS_H

#include "compute/kernels.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A float of 113 bits. */
#if LDBL_MANT_DIG >= 113
typedef long double numbers_quad;
#else
__extension__ typedef __float128 numbers_quad;
#endif

/* The next of a sequence of random words (splitmix64). */
static inline uint64_t numbers_word(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

/* Uniform in 0 … bound−1. */
static inline int64_t numbers_below(uint64_t *state, int64_t bound)
{
    return (int64_t)(numbers_word(state) % (uint64_t)bound);
}

/* Uniform in (−size, size). */
static inline double numbers_uniform(uint64_t *state, double size)
{
    return ((double)(numbers_word(state) >> 11) * 0x1p-52 - 1) * size;
}

/* Shuffles 0 … count−1 into order. */
static inline void numbers_shuffle(uint64_t *state, int64_t count, int64_t *order)
{
    for (int64_t i = 0; i < count; i++) {
        const int64_t other = numbers_below(state, i + 1);
        order[i] = order[other];
        order[other] = i;
    }
}

/* Zeroed memory. */
static inline void *numbers_zeros(int64_t count, size_t size)
{
    void *out = calloc((size_t)count + 1, size);
    if (out == NULL) {
        abort();
    }
    return out;
}

/* Element i of an array of a table's precision. */
static inline double numbers_get(const fcnn_kernels *kernels, const void *array, int64_t i)
{
    return kernels->bits == 32 ? (double)((const float *)array)[i] : ((const double *)array)[i];
}

static inline void numbers_set(const fcnn_kernels *kernels, void *array, int64_t i, double value)
{
    if (kernels->bits == 32) {
        ((float *)array)[i] = (float)value;
    } else {
        ((double *)array)[i] = value;
    }
}

static inline void numbers_fill(const fcnn_kernels *kernels, void *array, int64_t count, uint64_t *state, double size)
{
    for (int64_t i = 0; i < count; i++) {
        numbers_set(kernels, array, i, numbers_uniform(state, size));
    }
}

/* a·b + c rounded once to a table's precision. */
static inline double numbers_fma(const fcnn_kernels *kernels, double a, double b, double c)
{
    return kernels->bits == 32 ? (double)fmaf((float)a, (float)b, (float)c) : fma(a, b, c);
}

/* The largest number of instruction sets of a processor. */
enum { NUMBERS_TABLES = 4 };

/* The tables of a precision that this machine can run, plain first; returns how many. */
static inline int numbers_tables(int bits, const fcnn_kernels *tables[NUMBERS_TABLES])
{
    int count = 0;
    while (count < NUMBERS_TABLES && fcnn_kernels_at(count, bits) != NULL) {
        tables[count] = fcnn_kernels_at(count, bits);
        count++;
    }
    return count;
}

/* Where element (row, column) of a matrix [rows][columns] lies when it is cut into panels of 64 columns, the
 * last one filled up to a multiple of 16. */
static inline int64_t numbers_place(int64_t rows, int64_t columns, int64_t row, int64_t column)
{
    const int64_t before = column / 64 * 64;
    int64_t width = columns - before;
    width = width > 64 ? 64 : (width + 15) / 16 * 16;
    return before * rows + row * width + (column - before);
}

/* Elements of that matrix in memory. */
static inline int64_t numbers_size(int64_t rows, int64_t columns)
{
    return rows * ((columns + 15) / 16 * 16);
}

static inline double numbers_tolerance(const fcnn_kernels *kernels)
{
    return kernels->bits == 32 ? 4e-7 : 1e-15;
}

/* |actual − expected| within some units of the larger of |expected| and floor; results that are hardly
 * normal numbers may be zero. */
static inline bool numbers_are_near(const fcnn_kernels *kernels, double actual, double expected, double floor)
{
    const double size = fabs(expected) > floor ? fabs(expected) : floor;
    return fabs(actual - expected) <= numbers_tolerance(kernels) * size + (kernels->bits == 32 ? 0x1p-122 : 0x1p-1018);
}

static inline uint64_t numbers_magnitude(const fcnn_kernels *kernels, double value)
{
    uint64_t word;
    uint32_t half;
    const float single = (float)fabs(value);
    const double magnitude = fabs(value);
    memcpy(&word, &magnitude, sizeof word);
    memcpy(&half, &single, sizeof half);
    return kernels->bits == 32 ? half : word;
}

static inline uint64_t numbers_largest(const fcnn_kernels *kernels, const void *values, int64_t count)
{
    uint64_t most = 0;
    for (int64_t i = 0; i < count; i++) {
        const uint64_t own = numbers_magnitude(kernels, numbers_get(kernels, values, i));
        most = own > most ? own : most;
    }
    return most;
}

/* Runs a check for every table of both precisions; plain comes first. */
static inline void numbers_for_tables(void (*check)(const fcnn_kernels *kernels, const fcnn_kernels *plain))
{
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(i == 0 ? 32 : 64, tables);
        for (int t = 0; t < count; t++) {
            check(tables[t], tables[0]);
        }
    }
}

#endif
