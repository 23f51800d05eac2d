/* src/model/exponents.c — the binary exponents of the factors of exact sums, for each layer. */
#include "model/exponents.h"

#include "core/memory.h"

#include <stdlib.h>

#define HIGHEST_EXPONENT 480 /* limit for a factor: keeps the accumulators below 2^1024 */

fcnn_status fcnn_exponents_create(int64_t layers, fcnn_exponents *out)
{
    *out = (fcnn_exponents){.layers = layers};
    FCNN_TRY(fcnn_memory_create("the exponents", 2 * layers, sizeof(int64_t), &out->inputs));
    out->deltas = out->inputs + layers;
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
    for (int64_t layer = 0; layer < exponents->layers; layer++) {
        const int input = fcnn_magnitude_exponent(kernels, input_magnitudes[layer]);
        exponents->inputs[layer] = input > 1 ? input : 1; /* the input of the bias is 1 */
        exponents->deltas[layer] = fcnn_magnitude_exponent(kernels, delta_magnitudes[layer]);
    }
    exponents->ready = true;
}

void fcnn_exponents_promise(fcnn_exponents *promised, const fcnn_exponents *measured)
{
    for (int64_t layer = 0; layer < promised->layers; layer++) {
        promised->inputs[layer] = measured->inputs[layer] + 1;
        promised->deltas[layer] = measured->deltas[layer] + 1;
    }
    promised->ready = true;
}

bool fcnn_exponents_keep(const fcnn_exponents *promised, const fcnn_exponents *measured)
{
    bool keep = true;
    for (int64_t layer = 0; layer < promised->layers; layer++) {
        keep = keep && measured->inputs[layer] <= promised->inputs[layer] &&
               measured->deltas[layer] <= promised->deltas[layer];
    }
    return keep;
}

int64_t fcnn_exponents_find_nonfinite(const fcnn_exponents *measured)
{
    for (int64_t layer = 0; layer < measured->layers; layer++) {
        if (measured->inputs[layer] > HIGHEST_EXPONENT || measured->deltas[layer] > HIGHEST_EXPONENT) {
            return layer;
        }
    }
    return -1;
}
