/* src/model/exponents.h — the binary exponents of the factors of exact sums, for each tensor (docs/exactness.md).
 *
 * Not collective. Functions on different objects may run at the same time. */
#ifndef FCNN_MODEL_EXPONENTS_H
#define FCNN_MODEL_EXPONENTS_H

#include "compute/kernels.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

/* max|x| < 2^inputs[i] for the inputs x of tensor i (1 for the bias), and max|δ| < 2^deltas[i] for the derivatives
 * δ. */
typedef struct fcnn_exponents {
    int64_t count;
    int64_t *inputs; /* [count]; the first half of one array with deltas */
    int64_t *deltas; /* [count] */
    bool ready;      /* the exponents are set */
} fcnn_exponents;

/* Allocates exponents that are not set, to be cleared by the caller. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_exponents_create(int64_t count, fcnn_exponents *out);
void fcnn_exponents_clear(fcnn_exponents *exponents);

/* Sets the exponents of magnitudes [count] that the kernels have returned. */
void fcnn_exponents_measure(fcnn_exponents *exponents, const fcnn_kernels *kernels, const uint64_t *input_magnitudes,
                            const uint64_t *delta_magnitudes);

/* Sets the promised exponents to the measured ones plus 1, so that factors may grow by a factor of 2. */
void fcnn_exponents_promise(fcnn_exponents *promised, const fcnn_exponents *measured);

/* Returns whether the measured exponents do not exceed the promised ones. */
bool fcnn_exponents_keep(const fcnn_exponents *promised, const fcnn_exponents *measured);

/* Returns the first tensor (counting from 0) whose magnitudes are not finite or too large for exact sums, or −1. */
int64_t fcnn_exponents_find_nonfinite(const fcnn_exponents *measured);

#endif
