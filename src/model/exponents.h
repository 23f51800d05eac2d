/* src/model/exponents.h — the binary exponents of the factors of exact sums, for each layer.
 *
 * Not collective.  Functions on different objects may run at the same time. */
#ifndef FCNN_MODEL_EXPONENTS_H
#define FCNN_MODEL_EXPONENTS_H

#include "compute/kernels.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

/* max|x| < 2^inputs[l] for the inputs x of layer l (1 for the bias), max|δ| < 2^deltas[l] for the derivatives. */
typedef struct fcnn_exponents {
    int64_t layers;
    int64_t *inputs; /* [layers]; one array of 2·layers together with deltas */
    int64_t *deltas; /* [layers] */
    bool ready;      /* they have been set */
} fcnn_exponents;

/* Makes zeros that are not ready; to be cleared.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_exponents_create(int64_t layers, fcnn_exponents *out);
void fcnn_exponents_clear(fcnn_exponents *exponents);

/* Sets the exponents of magnitudes [layers], as the kernels give them. */
void fcnn_exponents_measure(fcnn_exponents *exponents, const fcnn_kernels *kernels, const uint64_t *input_magnitudes,
                            const uint64_t *delta_magnitudes);

/* Promises measured exponents, with a factor of 2 each to grow. */
void fcnn_exponents_promise(fcnn_exponents *promised, const fcnn_exponents *measured);

/* False if measured exponents break the promise. */
bool fcnn_exponents_keep(const fcnn_exponents *promised, const fcnn_exponents *measured);

/* The first layer (from 0) whose magnitudes are not finite, or too large to be summed; −1 if there is none. */
int64_t fcnn_exponents_find_nonfinite(const fcnn_exponents *measured);

#endif
