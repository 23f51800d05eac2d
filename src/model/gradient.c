/* src/model/gradient.c — the sums of a step over rows, exact or fast. */
#include "model/gradient.h"

#include "compute/panels.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

#define LOWEST_EXPONENT (-900) /* of a layer: keeps both quanta in the range of normal doubles */
#define HIGHEST_EXPONENT 480   /* of a factor: keeps the accumulators below 2^1024 */

#define HIGHEST_FLOAT_EXPONENT 127 /* of a sum in single precision that cannot overflow */

/* The smallest e with n ≤ 2^e. */
static int64_t log2_ceiling(int64_t n)
{
    int64_t e = 0;
    while (((int64_t)1 << e) < n) {
        e++;
    }
    return e;
}

static fcnn_status create_arrays(fcnn_gradient *gradient, const fcnn_network *network)
{
    const fcnn_architecture *shape = &network->shape;
    FCNN_TRY(fcnn_memory_create("the gradients", shape->layers, sizeof(int64_t), &gradient->offsets));
    FCNN_TRY(fcnn_memory_create("the gradients", shape->layers, sizeof(int64_t), &gradient->input_exponents));
    FCNN_TRY(fcnn_memory_create("the gradients", shape->layers, sizeof(int64_t), &gradient->delta_exponents));
    for (int64_t layer = shape->layers - 1; layer >= 0; layer--) {
        const int64_t in = shape->widths[layer], out = shape->widths[layer + 1];
        gradient->offsets[layer] = gradient->elements;
        gradient->elements += fcnn_panel_elements(1 + in, out);
        gradient->tile_count += fcnn_panel_count(in) * fcnn_panel_count(out);
    }
    FCNN_TRY(fcnn_memory_create("the gradients", gradient->tile_count, sizeof(fcnn_tile), &gradient->tiles));
    fcnn_tile *tile = gradient->tiles;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        for (int64_t out = 0; out < fcnn_panel_count(shape->widths[layer + 1]); out++) {
            for (int64_t in = 0; in < fcnn_panel_count(shape->widths[layer]); in++) {
                *tile++ = (fcnn_tile){layer, out, in};
            }
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_gradient_create(const fcnn_network *network, bool exact, int64_t batch_rows, int64_t leaves,
                                 fcnn_gradient **out)
{
    fcnn_gradient *gradient;
    FCNN_TRY(fcnn_memory_create("the gradients", 1, sizeof *gradient, &gradient));
    gradient->exact = exact;
    gradient->batch_rows = batch_rows;
    gradient->leaves = leaves;
    gradient->words = exact && network->kernels->bits == 64 ? 2 : 1;
    const fcnn_status status = create_arrays(gradient, network);
    if (status != FCNN_OK) {
        fcnn_gradient_destroy(gradient);
        return status;
    }
    *out = gradient;
    return FCNN_OK;
}

void fcnn_gradient_destroy(fcnn_gradient *gradient)
{
    if (gradient != NULL) {
        free(gradient->offsets);
        free(gradient->tiles);
        free(gradient->input_exponents);
        free(gradient->delta_exponents);
        free(gradient);
    }
}

int64_t fcnn_gradient_buffer_elements(const fcnn_gradient *gradient)
{
    return gradient->elements * gradient->words;
}

/* ---- exponents ---- */

void fcnn_gradient_measure(const fcnn_network *network, const uint64_t *input_magnitudes,
                           const uint64_t *delta_magnitudes, int64_t *exponents)
{
    const int64_t layers = network->shape.layers;
    for (int64_t layer = 0; layer < layers; layer++) {
        const int inputs = fcnn_magnitude_exponent(network->kernels, input_magnitudes[layer]);
        exponents[layer] = inputs > 1 ? inputs : 1; /* the bias's input is 1 */
        exponents[layers + layer] = fcnn_magnitude_exponent(network->kernels, delta_magnitudes[layer]);
    }
}

void fcnn_gradient_reserve(fcnn_gradient *gradient, const fcnn_network *network, const int64_t *exponents)
{
    const int64_t layers = network->shape.layers;
    for (int64_t layer = 0; layer < layers; layer++) {
        gradient->input_exponents[layer] = exponents[layer] + 1;
        gradient->delta_exponents[layer] = exponents[layers + layer] + 1;
    }
    gradient->ready = true;
}

bool fcnn_gradient_fits(const fcnn_gradient *gradient, const fcnn_network *network, const int64_t *exponents)
{
    const int64_t layers = network->shape.layers;
    bool fits = true;
    for (int64_t layer = 0; layer < layers; layer++) {
        fits = fits && exponents[layer] <= gradient->input_exponents[layer] &&
               exponents[layers + layer] <= gradient->delta_exponents[layer];
    }
    return fits;
}

int64_t fcnn_gradient_find_nonfinite(const fcnn_network *network, const int64_t *exponents)
{
    const int64_t layers = network->shape.layers;
    for (int64_t layer = 0; layer < layers; layer++) {
        if (exponents[layer] > HIGHEST_EXPONENT || exponents[layers + layer] > HIGHEST_EXPONENT) {
            return layer;
        }
    }
    return -1;
}

static bool are_finite(const fcnn_gradient *gradient, const void *sums, int64_t first, int64_t count)
{
    bool finite = true;
    for (int64_t i = first; i < first + count; i++) {
        finite = finite && (gradient->exact ? isfinite(((const double *)sums)[i]) : isfinite(((const float *)sums)[i]));
    }
    return finite;
}

int64_t fcnn_gradient_find_overflow(const fcnn_gradient *gradient, const fcnn_network *network,
                                    const int64_t *exponents, const void *sums)
{
    const fcnn_architecture *shape = &network->shape;
    for (int64_t layer = 0; network->kernels->bits == 32 && layer < shape->layers; layer++) {
        const int64_t bound = log2_ceiling(gradient->batch_rows) + exponents[layer] + exponents[shape->layers + layer];
        if (bound > HIGHEST_FLOAT_EXPONENT &&
            !are_finite(gradient, sums, gradient->offsets[layer],
                        fcnn_panel_elements(1 + shape->widths[layer], shape->widths[layer + 1]))) {
            return layer;
        }
    }
    return -1;
}

/* E of a layer: 2·G·max|x|·max|δ| ≤ 2^E. */
static int layer_exponent(const fcnn_gradient *gradient, int64_t layer)
{
    const int64_t exponent =
        1 + log2_ceiling(gradient->batch_rows) + gradient->input_exponents[layer] + gradient->delta_exponents[layer];
    return (int)(exponent < LOWEST_EXPONENT ? LOWEST_EXPONENT : exponent);
}

/* ---- sums ---- */

/* Where an accumulator starts so that its last bit stays worth 2^(exponent − 51): 1.5·2^52 of them. */
static double start_value(int exponent)
{
    return ldexp(3, exponent);
}

static void accumulate_tile(const fcnn_gradient *gradient, const fcnn_network *network, const fcnn_tile *tile,
                            void *sums, fcnn_gradient_job *job)
{
    const fcnn_kernels *kernels = network->kernels;
    const int64_t layer = tile->layer;
    const int64_t in = network->shape.widths[layer], out = network->shape.widths[layer + 1];
    const size_t sum_size = gradient->exact ? sizeof(double) : kernels->size;
    void (*accumulate)(const fcnn_gradient_job *) = gradient->exact ? kernels->gradient_exact : kernels->gradient_fast;
    job->width = fcnn_panel_width(out, tile->out_panel);
    job->delta = (const char *)network->deltas[layer] +
                 (size_t)fcnn_panel_offset(network->rows, tile->out_panel) * kernels->size;
    if (gradient->exact) {
        const int exponent = layer_exponent(gradient, layer);
        job->start = start_value(exponent);
        /* a cut-off part is below 2^(E − 51), and there is one from each leaf */
        job->start_low = start_value(exponent - 51 + 1 + (int)log2_ceiling(gradient->leaves));
    }
    char *panel =
        (char *)sums + (size_t)(gradient->offsets[layer] + fcnn_panel_offset(1 + in, tile->out_panel)) * sum_size;
    if (tile->in_panel == 0) {
        job->sums = panel;
        job->count = 1;
        job->in_width = 0;
        accumulate(job);
    }
    const int64_t first = tile->in_panel * FCNN_PANEL;
    job->sums = panel + (size_t)((1 + first) * job->width) * sum_size;
    job->count = in - first < FCNN_PANEL ? in - first : FCNN_PANEL;
    job->in_width = fcnn_panel_width(in, tile->in_panel);
    job->in =
        (const char *)network->values[layer] + (size_t)fcnn_panel_offset(network->rows, tile->in_panel) * kernels->size;
    accumulate(job);
}

void fcnn_gradient_accumulate(const fcnn_gradient *gradient, const fcnn_network *network, void *sums,
                              const int64_t *leaves, int64_t leaf_count, bool first_group, bool last_group, int thread,
                              int threads)
{
    fcnn_gradient_job job = {
        .leaves = leaves,
        .leaf_count = leaf_count,
        .low = gradient->words == 2 ? gradient->elements : 0,
        .begin = first_group,
        .end = last_group,
    };
    for (int64_t i = thread; i < gradient->tile_count; i += threads) {
        accumulate_tile(gradient, network, &gradient->tiles[i], sums, &job);
    }
}
