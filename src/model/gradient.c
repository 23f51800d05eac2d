/* src/model/gradient.c — the sums of a step over rows, exact or fast. */
#include "model/gradient.h"

#include "compute/panels.h"
#include "core/memory.h"
#include "core/sizes.h"

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

static int64_t words_of(bool exact, int64_t size)
{
    return exact && size == sizeof(double) ? 2 : 1;
}

static int64_t tiles_of_panel(int64_t in, int64_t panel)
{
    const int64_t left = in - panel * FCNN_PANEL;
    return ((left < FCNN_PANEL ? left : FCNN_PANEL) + FCNN_TILE_INPUTS - 1) / FCNN_TILE_INPUTS;
}

static int64_t tiles_of_layer(const fcnn_architecture *shape, int64_t layer)
{
    int64_t tiles = 0;
    for (int64_t panel = 0; panel < fcnn_panel_count(shape->widths[layer]); panel++) {
        tiles += tiles_of_panel(shape->widths[layer], panel);
    }
    return tiles * fcnn_panel_count(shape->widths[layer + 1]);
}

/* Appends the tiles of one panel of inputs and one of outputs; returns what follows the last one. */
static fcnn_tile *add_tiles(const fcnn_architecture *shape, int64_t layer, int64_t out_panel, int64_t in_panel,
                            int64_t *before, fcnn_tile *tile)
{
    const int64_t in = shape->widths[layer];
    const int64_t width = fcnn_panel_width(shape->widths[layer + 1], out_panel);
    for (int64_t i = 0; i < tiles_of_panel(in, in_panel); i++) {
        const int64_t begin = i * FCNN_TILE_INPUTS, first = in_panel * FCNN_PANEL + begin;
        int64_t inputs = in - first < FCNN_TILE_INPUTS ? in - first : FCNN_TILE_INPUTS;
        inputs = FCNN_PANEL - begin < inputs ? FCNN_PANEL - begin : inputs;
        *tile++ = (fcnn_tile){layer, out_panel, first, inputs, *before};
        *before += inputs * width;
    }
    return tile;
}

/* Panels of outputs that follow each other for one panel of inputs, which stays in the cache. */
#define OUT_PANELS 2

static fcnn_status create_arrays(fcnn_gradient *gradient, const fcnn_network *network)
{
    const fcnn_architecture *shape = &network->shape;
    FCNN_TRY(fcnn_memory_create("the gradients", shape->layers, sizeof(int64_t), &gradient->offsets));
    FCNN_TRY(fcnn_memory_create("the gradients", shape->layers, sizeof(int64_t), &gradient->input_exponents));
    FCNN_TRY(fcnn_memory_create("the gradients", shape->layers, sizeof(int64_t), &gradient->delta_exponents));
    for (int64_t layer = shape->layers - 1; layer >= 0; layer--) {
        gradient->offsets[layer] = gradient->elements;
        gradient->elements += fcnn_panel_elements(1 + shape->widths[layer], shape->widths[layer + 1]);
        gradient->tile_count += tiles_of_layer(shape, layer);
    }
    FCNN_TRY(fcnn_memory_create("the gradients", gradient->tile_count, sizeof(fcnn_tile), &gradient->tiles));
    fcnn_tile *tile = gradient->tiles;
    int64_t before = 0;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t outs = fcnn_panel_count(shape->widths[layer + 1]), ins = fcnn_panel_count(shape->widths[layer]);
        for (int64_t first = 0; first < outs; first += OUT_PANELS) {
            for (int64_t i = 0; i < ins * OUT_PANELS; i++) {
                const int64_t out = first + i % OUT_PANELS;
                tile = out < outs ? add_tiles(shape, layer, out, i / OUT_PANELS, &before, tile) : tile;
            }
        }
    }
    gradient->tiled = before;
    return FCNN_OK;
}

/* The first tile with at least so many sums before it. */
static int64_t tile_after(const fcnn_gradient *gradient, int64_t sums)
{
    int64_t low = 0, high = gradient->tile_count;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (gradient->tiles[middle].before < sums) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void fcnn_gradient_tiles(const fcnn_gradient *gradient, int thread, int threads, int64_t *first, int64_t *last)
{
    const int64_t share = gradient->tiled / threads;
    *first = tile_after(gradient, thread * share);
    *last = thread + 1 == threads ? gradient->tile_count : tile_after(gradient, (thread + 1) * share);
}

fcnn_status fcnn_gradient_create(const fcnn_network *network, bool exact, int64_t batch_rows, int64_t leaves,
                                 fcnn_gradient **out)
{
    fcnn_gradient *gradient;
    FCNN_TRY(fcnn_memory_create("the gradients", 1, sizeof *gradient, &gradient));
    gradient->exact = exact;
    gradient->batch_rows = batch_rows;
    gradient->leaves = leaves;
    gradient->words = words_of(exact, (int64_t)network->kernels->size);
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

int64_t fcnn_gradient_sum_bytes(const fcnn_architecture *shape, bool exact)
{
    const int64_t size = (int64_t)fcnn_architecture_size(shape);
    int64_t elements = 0;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        elements += fcnn_panel_elements(1 + shape->widths[layer], shape->widths[layer + 1]);
    }
    return elements * words_of(exact, size) * (exact ? (int64_t)sizeof(double) : size);
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
    job->delta = (const char *)network->all.deltas[layer] +
                 (size_t)fcnn_panel_offset(network->all.rows, tile->out_panel) * kernels->size;
    if (gradient->exact) {
        const int exponent = layer_exponent(gradient, layer);
        job->start = start_value(exponent);
        /* a cut-off part is below 2^(E − 51), and there is one from each leaf */
        job->start_low = start_value(exponent - 51 + 1 + (int)log2_ceiling(gradient->leaves));
    }
    char *panel =
        (char *)sums + (size_t)(gradient->offsets[layer] + fcnn_panel_offset(1 + in, tile->out_panel)) * sum_size;
    if (tile->first_input == 0) {
        job->sums = panel;
        job->count = 1;
        job->in_width = 0;
        accumulate(job);
    }
    const int64_t in_panel = tile->first_input / FCNN_PANEL;
    job->sums = panel + (size_t)((1 + tile->first_input) * job->width) * sum_size;
    job->count = tile->inputs;
    job->in_width = fcnn_panel_width(in, in_panel);
    job->in = (const char *)network->all.values[layer] +
              (size_t)(fcnn_panel_offset(network->all.rows, in_panel) + tile->first_input % FCNN_PANEL) * kernels->size;
    accumulate(job);
}

/* The leaf after the last one of a block that begins with a leaf.  Leaves of 1024 rows go together: a panel of inputs
 * and two of derivatives, in single precision, then fit into a cache of 1 MB. */
static int64_t block_after(const fcnn_leaves *leaves, int64_t leaf)
{
    const int64_t most = fcnn_size(FCNN_SIZE_GRADIENT_ROWS);
    int64_t after = leaf + 1;
    while (after < leaves->count && leaves->starts[after + 1] - leaves->starts[leaf] <= most) {
        after++;
    }
    return after < leaves->count ? after : leaves->count;
}

void fcnn_gradient_accumulate(const fcnn_gradient *gradient, const fcnn_network *network, void *sums,
                              const fcnn_leaves *leaves, int thread, int threads)
{
    int64_t first, last, leaf = 0;
    fcnn_gradient_tiles(gradient, thread, threads, &first, &last);
    do {
        const int64_t after = block_after(leaves, leaf);
        fcnn_gradient_job job = {
            .leaves = leaves->starts + leaf,
            .leaf_count = after - leaf,
            .first_row = leaves->starts[0] - leaves->at,
            .low = gradient->words == 2 ? gradient->elements : 0,
            .begin = leaves->first && leaf == 0,
            .end = leaves->last && after == leaves->count,
            .streams = leaves->streams,
        };
        for (int64_t i = first; i < last; i++) {
            accumulate_tile(gradient, network, &gradient->tiles[i], sums, &job);
        }
        leaf = after;
    } while (leaf < leaves->count);
    network->kernels->fence();
}

void fcnn_gradient_join(const fcnn_gradient *gradient, const fcnn_network *network, const void *const *sums, void *out,
                        int thread, int threads)
{
    const int64_t lines = fcnn_gradient_buffer_elements(gradient) / FCNN_LANES;
    const fcnn_join_job job = {
        .from = sums,
        .count = threads,
        .first = lines * thread / threads * FCNN_LANES,
        .last = lines * (thread + 1) / threads * FCNN_LANES,
        .out = out,
        .exact = gradient->exact,
    };
    network->kernels->join_sums(&job);
    network->kernels->fence();
}
