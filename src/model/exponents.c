/* src/model/exponents.c — the binary exponents of the factors of exact sums, for each tensor. */
#include "model/exponents.h"

#include "core/memory.h"

#include <stdlib.h>

#define HIGHEST_EXPONENT 480 /* limit for a factor: keeps the accumulators below 2^1024 */

fcnn_status fcnn_exponents_create(int64_t count, fcnn_exponents *out)
{
    *out = (fcnn_exponents){.count = count};
    FCNN_TRY(fcnn_memory_create("the exponents", 2 * count, sizeof(int64_t), &out->inputs));
    out->deltas = out->inputs + count;
    return FCNN_OK;
}

void fcnn_exponents_clear(fcnn_exponents *exponents)
{
    free(exponents->inputs);
    *exponents = (fcnn_exponents){0};
}

void fcnn_exponents_measure(fcnn_exponents *exponents, const fcnn_kernels *kernels, const uint64_t *input_magnitudes,
                            const uint64_t *delta_magnitudes)
{
    for (int64_t i = 0; i < exponents->count; i++) {
        const int input = fcnn_magnitude_exponent(kernels, input_magnitudes[i]);
        exponents->inputs[i] = input > 1 ? input : 1; /* the input of the bias is 1 */
        exponents->deltas[i] = fcnn_magnitude_exponent(kernels, delta_magnitudes[i]);
    }
    exponents->ready = true;
}

void fcnn_exponents_promise(fcnn_exponents *promised, const fcnn_exponents *measured)
{
    for (int64_t i = 0; i < promised->count; i++) {
        promised->inputs[i] = measured->inputs[i] + 1;
        promised->deltas[i] = measured->deltas[i] + 1;
    }
    promised->ready = true;
}

bool fcnn_exponents_keep(const fcnn_exponents *promised, const fcnn_exponents *measured)
{
    bool keep = true;
    for (int64_t i = 0; i < promised->count; i++) {
        keep = keep && measured->inputs[i] <= promised->inputs[i] && measured->deltas[i] <= promised->deltas[i];
    }
    return keep;
}

int64_t fcnn_exponents_find_nonfinite(const fcnn_exponents *measured)
{
    for (int64_t i = 0; i < measured->count; i++) {
        if (measured->inputs[i] > HIGHEST_EXPONENT || measured->deltas[i] > HIGHEST_EXPONENT) {
            return i;
        }
    }
    return -1;
}
