/* src/methods/norms.c — norms of gradients and of weights, by sums in a fixed order. */
#include "methods/norms.h"

#include "methods/tile.h"

#include <math.h>

/* ---- sums ---- */

#define SMALL_NORM 0x1p-450 /* squares in unit 0 of smaller norms have lost digits */
#define SMALL_LIMIT (SMALL_NORM * SMALL_NORM)
#define LARGE_LIMIT 0x1p960 /* larger sums could overflow when they are added */

int fcnn_squares_unit(const fcnn_kernels *kernels, double sum)
{
    if (kernels->bits == 32 || (sum >= SMALL_LIMIT && sum <= LARGE_LIMIT)) {
        return 0;
    }
    return sum < SMALL_LIMIT ? -600 : 600;
}

fcnn_squares fcnn_squares_add(fcnn_squares a, fcnn_squares b)
{
    const int unit = a.unit > b.unit ? a.unit : b.unit;
    return (fcnn_squares){ldexp(a.sum, 2 * (a.unit - unit)) + ldexp(b.sum, 2 * (b.unit - unit)), unit};
}

double fcnn_squares_root(fcnn_squares a)
{
    return ldexp(sqrt(a.sum), a.unit);
}

static double add_columns(const double *sums, int64_t width)
{
    double total = 0;
    for (int64_t i = 0; i < width; i++) {
        total += sums[i];
    }
    return total;
}

/* ---- gradients ---- */

/* The squares of `count` means from an element of a tensor on, each multiplied by 2^-unit. */
static double square_in_unit(const fcnn_network *network, const fcnn_gradient *gradient, double scale, int64_t tensor,
                             int64_t begin, int64_t count, int64_t width, int unit)
{
    double sums[FCNN_PANEL] = {0};
    const fcnn_update_job job = {
        .sums = fcnn_gradient_value(gradient, tensor, begin),
        .low = gradient->words == 2 ? gradient->elements : 0,
        .count = count,
        .scale = ldexp(scale, -unit),
        .exact = gradient->exact,
    };
    network->kernels->square_means(&job, width, sums);
    return add_columns(sums, width);
}

static fcnn_squares squares_of(const fcnn_network *network, const fcnn_gradient *gradient, double scale, int64_t tensor,
                               int64_t begin, int64_t count, int64_t width)
{
    if (count == 0) {
        return FCNN_NO_SQUARES;
    }
    const double sum = square_in_unit(network, gradient, scale, tensor, begin, count, width, 0);
    const int unit = fcnn_squares_unit(network->kernels, sum);
    return (fcnn_squares){unit == 0 ? sum : square_in_unit(network, gradient, scale, tensor, begin, count, width, unit),
                          unit};
}

void fcnn_norms_measure(const fcnn_network *network, const fcnn_gradient *gradient, double scale,
                        fcnn_tile_squares *squares, int thread, int threads)
{
    int64_t first, last;
    fcnn_gradient_tiles(gradient, thread, threads, &first, &last);
    for (int64_t i = first; i < last; i++) {
        const int64_t tensor = gradient->tiles[i].tensor;
        const fcnn_tile_place at = fcnn_tile_find(network, &gradient->tiles[i]);
        squares[i] = (fcnn_tile_squares){
            .biases = squares_of(network, gradient, scale, tensor, at.begin, at.biases, at.width),
            .weights =
                squares_of(network, gradient, scale, tensor, at.begin + at.biases, at.count - at.biases, at.width),
        };
    }
}

fcnn_squares fcnn_norms_sum(const fcnn_tile_squares *squares, int64_t tiles)
{
    fcnn_squares total = FCNN_NO_SQUARES;
    for (int64_t i = 0; i < tiles; i++) {
        total = fcnn_squares_add(total, fcnn_squares_add(squares[i].biases, squares[i].weights));
    }
    return total;
}

/* ---- weights ---- */

/* Sets the factor of each column of a panel; returns whether one is not 1. */
static bool find_factors(const fcnn_kernels *kernels, const void *weights, int64_t in, double most, int64_t width,
                         double *factors)
{
    double squares[FCNN_PANEL] = {0}, large[FCNN_PANEL] = {0}, small[FCNN_PANEL] = {0};
    bool overflows = false, scales = false;
    kernels->square_weights(weights, in, width, 1, squares);
    for (int64_t i = 0; i < width; i++) {
        overflows = overflows || fcnn_squares_unit(kernels, squares[i]) > 0;
    }
    if (overflows) {
        kernels->square_weights(weights, in, width, 0x1p-600, large);
    }
    if (most < SMALL_NORM && kernels->bits == 64) {
        kernels->square_weights(weights, in, width, 0x1p600, small);
    }
    for (int64_t i = 0; i < width; i++) {
        const int unit = fcnn_squares_unit(kernels, squares[i]);
        const double norm = sqrt(unit == 0 ? squares[i] : unit > 0 ? large[i] : small[i]);
        const double most_in_unit = ldexp(most, -unit);
        factors[i] = norm > most_in_unit ? most_in_unit / norm : 1;
        scales = scales || norm > most_in_unit;
    }
    return scales;
}

/* Scales the columns of a panel, tile by tile. */
static void scale_panel(fcnn_network *network, int64_t layer, int64_t panel, const double *factors, bool shared)
{
    _Alignas(FCNN_ALIGNMENT) double own[FCNN_TILE_ELEMENTS];
    const fcnn_kernels *kernels = network->kernels;
    const int64_t in = network->shape.layer[layer].inputs;
    for (int64_t first = 0; first < in; first += FCNN_TILE_INPUTS) {
        const int64_t left = in - first;
        const fcnn_tile tile = {.tensor = layer,
                                .out_panel = panel,
                                .first_input = first,
                                .inputs = left < FCNN_TILE_INPUTS ? left : FCNN_TILE_INPUTS};
        const fcnn_tile_place at = fcnn_tile_find(network, &tile);
        char *weights = (char *)network->parameters[layer] + (size_t)(at.begin + at.biases) * kernels->size;
        void *scaled = shared ? (void *)own : weights;
        kernels->scale_columns(weights, tile.inputs, at.width, factors, scaled);
        if (shared) {
            kernels->copy_out(tile.inputs * at.width, own, weights);
        }
        fcnn_tile_write_transposed(network, &tile, scaled, shared);
    }
}

static void limit_panel(fcnn_network *network, int64_t layer, int64_t panel, double most, bool shared)
{
    double factors[FCNN_PANEL];
    const int64_t in = network->shape.layer[layer].inputs;
    const int64_t width = fcnn_panel_width(network->shape.layer[layer].outputs, panel);
    const int64_t begin = fcnn_panel_offset(1 + in, panel) + width;
    const char *weights = (const char *)network->parameters[layer] + (size_t)begin * network->kernels->size;
    if (find_factors(network->kernels, weights, in, most, width, factors)) {
        scale_panel(network, layer, panel, factors, shared);
    }
}

void fcnn_norms_limit(fcnn_network *network, const double *most, int thread, int threads)
{
    int64_t number = 0; /* panels are dealt out to the threads in turn */
    for (int64_t layer = 0; layer < network->shape.layers; layer++) {
        const int64_t panels = most[layer] > 0 ? fcnn_panel_count(network->shape.layer[layer].outputs) : 0;
        for (int64_t panel = 0; panel < panels; panel++) {
            if (number++ % threads == thread) {
                limit_panel(network, layer, panel, most[layer], threads > 1);
            }
        }
    }
    network->kernels->fence();
}
