/* src/model/gradient.c — the sums of a step over rows, exact or fast. */
#include "model/gradient.h"

#include "compute/panels.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "data/sampler.h"

#include <math.h>
#include <stdlib.h>

#define LOWEST_EXPONENT (-900)     /* limit for a tensor: keeps both quanta in the range of normal doubles */
#define HIGHEST_FLOAT_EXPONENT 127 /* limit for a sum in single precision that cannot overflow */

/* Returns the smallest e with n ≤ 2^e. */
static int64_t log2_ceiling(int64_t n)
{
    int64_t e = 0;
    while (((int64_t)1 << e) < n) {
        e++;
    }
    return e;
}

/* Sets the words per sum and the bytes per word for parameters of `size` bytes. */
static int64_t words_of(bool exact, size_t size)
{
    return exact && size == sizeof(double) ? 2 : 1;
}

static size_t word_bytes(bool exact, size_t size)
{
    return exact ? sizeof(double) : size;
}

/* Panels of inputs; a tensor without inputs has its biases in tiles as if there were one. */
static int64_t input_panels(const fcnn_tensor *tensor)
{
    return tensor->inputs > 0 ? fcnn_panel_count(tensor->inputs) : 1;
}

static int64_t tiles_of_panel(int64_t in, int64_t panel)
{
    const int64_t left = in - panel * FCNN_PANEL, inputs = left < FCNN_PANEL ? left : FCNN_PANEL;
    return inputs > 0 ? (inputs + FCNN_TILE_INPUTS - 1) / FCNN_TILE_INPUTS : 1;
}

static int64_t tiles_of_tensor(const fcnn_tensor *tensor)
{
    int64_t tiles = 0;
    for (int64_t panel = 0; panel < input_panels(tensor); panel++) {
        tiles += tiles_of_panel(tensor->inputs, panel);
    }
    return tiles * fcnn_panel_count(tensor->outputs);
}

/* Appends the tiles of one panel of inputs and one of outputs. Returns the position after the last one. */
static fcnn_tile *add_tiles(const fcnn_tensor *tensor, int64_t number, int64_t out_panel, int64_t in_panel,
                            int64_t *before, fcnn_tile *tile)
{
    const int64_t in = tensor->inputs;
    const int64_t width = fcnn_panel_width(tensor->outputs, out_panel);
    for (int64_t i = 0; i < tiles_of_panel(in, in_panel); i++) {
        const int64_t begin = i * FCNN_TILE_INPUTS, first = in_panel * FCNN_PANEL + begin;
        int64_t inputs = in - first < FCNN_TILE_INPUTS ? in - first : FCNN_TILE_INPUTS;
        inputs = FCNN_PANEL - begin < inputs ? FCNN_PANEL - begin : inputs;
        *tile++ = (fcnn_tile){number, out_panel, first, inputs, *before};
        *before += (inputs > 0 ? inputs : 1) * width;
    }
    return tile;
}

/* Sets the tiles of all tensors. Returns the number of sums in them. */
static int64_t fill_tiles(const fcnn_architecture *shape, fcnn_tile *tile)
{
    int64_t before = 0;
    for (int64_t number = 0; number < fcnn_architecture_tensors(shape); number++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, number);
        const int64_t outs = fcnn_panel_count(tensor.outputs), ins = input_panels(&tensor);
        for (int64_t first = 0; first < outs; first += FCNN_OUT_PANELS) {
            for (int64_t i = 0; i < ins * FCNN_OUT_PANELS; i++) {
                const int64_t out = first + i % FCNN_OUT_PANELS;
                tile = out < outs ? add_tiles(&tensor, number, out, i / FCNN_OUT_PANELS, &before, tile) : tile;
            }
        }
    }
    return before;
}

static fcnn_status create_arrays(fcnn_gradient *gradient, const fcnn_network *network)
{
    const fcnn_architecture *shape = &network->shape;
    const int64_t tensors = fcnn_architecture_tensors(shape);
    FCNN_TRY(fcnn_memory_create("the gradients", tensors, sizeof(int64_t), &gradient->offsets));
    FCNN_TRY(fcnn_exponents_create(tensors, &gradient->promised));
    FCNN_TRY(fcnn_exponents_create(tensors, &gradient->measured));
    for (int64_t i = tensors - 1; i >= 0; i--) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        gradient->offsets[i] = gradient->elements;
        gradient->elements += fcnn_network_tensor_elements(shape, i);
        gradient->tile_count += tiles_of_tensor(&tensor);
    }
    FCNN_TRY(fcnn_memory_create("the gradients", gradient->tile_count, sizeof(fcnn_tile), &gradient->tiles));
    gradient->tiled = fill_tiles(shape, gradient->tiles);
    return FCNN_OK;
}

/* Returns the first tile with at least this many sums before it. */
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

static fcnn_status create_own(fcnn_gradient *gradient, int threads)
{
    if (threads == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("the gradients", threads, sizeof(void *), &gradient->own));
    gradient->threads = threads;
    for (int thread = 0; thread < threads; thread++) {
        FCNN_TRY(fcnn_memory_create("the gradients", fcnn_gradient_buffer_elements(gradient), gradient->size,
                                    &gradient->own[thread]));
    }
    return FCNN_OK;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Returns the rows of pairs for the leaves of a cache block: it has at most GRADIENT_ROWS rows, or one leaf, and an odd
 * leaf needs half a pair more. */
static int64_t pair_rows(const fcnn_gradient *gradient)
{
    const int64_t block = fcnn_size(FCNN_SIZE_GRADIENT_ROWS);
    const int64_t rows = smaller(block < FCNN_LEAF_ROWS ? FCNN_LEAF_ROWS : block, gradient->batch_rows);
    return (rows + smaller(rows, gradient->leaves) + 1) / 2;
}

static int64_t pair_words(const fcnn_gradient *gradient)
{
    return (1 + FCNN_OUT_PANELS) * gradient->pair_rows * FCNN_PANEL;
}

static fcnn_status create_pairs(fcnn_gradient *gradient, int team)
{
    gradient->pair_rows = pair_rows(gradient);
    FCNN_TRY(fcnn_memory_create("the pairs", team, sizeof(uint32_t *), &gradient->pairs));
    gradient->team = team;
    for (int thread = 0; thread < team; thread++) {
        FCNN_TRY(fcnn_memory_create("the pairs", pair_words(gradient), sizeof(uint32_t), &gradient->pairs[thread]));
    }
    return FCNN_OK;
}

fcnn_status fcnn_gradient_create(const fcnn_network *network, bool exact, int64_t batch_rows, int64_t leaves, int team,
                                 int threads, fcnn_gradient **out)
{
    fcnn_gradient *gradient;
    FCNN_TRY(fcnn_memory_create("the gradients", 1, sizeof *gradient, &gradient));
    gradient->exact = exact;
    gradient->batch_rows = batch_rows;
    gradient->leaves = leaves;
    gradient->words = words_of(exact, network->kernels->size);
    gradient->size = word_bytes(exact, network->kernels->size);
    fcnn_status status = create_arrays(gradient, network);
    if (status == FCNN_OK) {
        status = create_own(gradient, threads);
    }
    if (status == FCNN_OK && network->shape.precision == FCNN_PRECISION_MIXED) {
        status = create_pairs(gradient, team);
    }
    if (status != FCNN_OK) {
        fcnn_gradient_destroy(gradient);
        return status;
    }
    *out = gradient;
    return FCNN_OK;
}

void fcnn_gradient_destroy(fcnn_gradient *gradient)
{
    if (gradient == NULL) {
        return;
    }
    for (int thread = 0; thread < gradient->threads; thread++) {
        free(gradient->own[thread]);
    }
    for (int thread = 0; thread < gradient->team; thread++) {
        free(gradient->pairs[thread]);
    }
    free(gradient->own);
    free(gradient->pairs);
    free(gradient->offsets);
    free(gradient->tiles);
    fcnn_exponents_clear(&gradient->promised);
    fcnn_exponents_clear(&gradient->measured);
    free(gradient);
}

void fcnn_gradient_place(fcnn_gradient *gradient, void *values)
{
    gradient->values = values;
}

int64_t fcnn_gradient_sum_bytes(const fcnn_architecture *shape, bool exact)
{
    const size_t size = fcnn_architecture_size(shape);
    int64_t elements = 0;
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        elements += fcnn_network_tensor_elements(shape, i);
    }
    return elements * words_of(exact, size) * (int64_t)word_bytes(exact, size);
}

int64_t fcnn_gradient_buffer_elements(const fcnn_gradient *gradient)
{
    return gradient->elements * gradient->words;
}

int64_t fcnn_gradient_buffer_bytes(const fcnn_gradient *gradient)
{
    return fcnn_gradient_buffer_elements(gradient) * (int64_t)gradient->size;
}

int64_t fcnn_gradient_pair_bytes(const fcnn_gradient *gradient)
{
    return gradient->team * pair_words(gradient) * (int64_t)sizeof(uint32_t);
}

/* Returns the position of the sum of a tensor's parameter. */
static void *place(const fcnn_gradient *gradient, void *sums, int64_t tensor, int64_t element)
{
    return (char *)sums + (size_t)(gradient->offsets[tensor] + element) * gradient->size;
}

const void *fcnn_gradient_value(const fcnn_gradient *gradient, int64_t tensor, int64_t element)
{
    return place(gradient, gradient->values, tensor, element);
}

/* ---- sums that are not finite ---- */

static bool are_finite(const fcnn_gradient *gradient, int64_t tensor, int64_t count)
{
    const void *sums = fcnn_gradient_value(gradient, tensor, 0);
    bool finite = true;
    for (int64_t i = 0; i < count; i++) {
        finite = finite && (gradient->size == sizeof(double) ? isfinite(((const double *)sums)[i])
                                                             : isfinite(((const float *)sums)[i]));
    }
    return finite;
}

/* Whether sums of a tensor can overflow although its factors are finite. */
static bool can_overflow(const fcnn_gradient *gradient, const fcnn_network *network, int64_t tensor)
{
    const int64_t inputs = gradient->measured.inputs[tensor], deltas = gradient->measured.deltas[tensor];
    /* the largest floats are rounded to infinity as bfloat16 numbers */
    const bool rounds_up =
        gradient->pairs != NULL && (inputs > HIGHEST_FLOAT_EXPONENT || deltas > HIGHEST_FLOAT_EXPONENT);
    return network->kernels->bits == 32 &&
           (log2_ceiling(gradient->batch_rows) + inputs + deltas > HIGHEST_FLOAT_EXPONENT || rounds_up);
}

/* Returns the first tensor with sums that are not finite although its factors are, or −1. */
static int64_t find_overflow(const fcnn_gradient *gradient, const fcnn_network *network)
{
    for (int64_t i = 0; i < gradient->measured.count; i++) {
        if (can_overflow(gradient, network, i) &&
            !are_finite(gradient, i, fcnn_network_tensor_elements(&network->shape, i))) {
            return i;
        }
    }
    return -1;
}

bool fcnn_gradient_will_be_finite(const fcnn_gradient *gradient, const fcnn_network *network)
{
    bool finite = fcnn_exponents_find_nonfinite(&gradient->measured) < 0;
    for (int64_t i = 0; i < gradient->measured.count; i++) {
        finite = finite && !can_overflow(gradient, network, i);
    }
    return finite;
}

int64_t fcnn_gradient_find_nonfinite(const fcnn_gradient *gradient, const fcnn_network *network)
{
    int64_t tensor = fcnn_exponents_find_nonfinite(&gradient->measured);
    tensor = tensor >= 0 ? tensor : find_overflow(gradient, network);
    return tensor >= 0 ? fcnn_architecture_tensor(&network->shape, tensor).layer : -1;
}

/* Returns E of a tensor: 2·G·max|x|·max|δ| ≤ 2^E. */
static int tensor_exponent(const fcnn_gradient *gradient, int64_t tensor)
{
    const int64_t exponent =
        1 + log2_ceiling(gradient->batch_rows) + gradient->promised.inputs[tensor] + gradient->promised.deltas[tensor];
    return (int)(exponent < LOWEST_EXPONENT ? LOWEST_EXPONENT : exponent);
}

/* ---- sums ---- */

/* Returns the start value of an accumulator whose last bit has the value 2^(exponent − 51): 1.5·2^52 times that. */
static double start_value(int exponent)
{
    return ldexp(3, exponent);
}

/* A panel of factors as pairs, in memory of a thread. */
typedef struct paired_panel {
    const void *from; /* the panel of numbers; NULL: none */
    uint32_t *words;
} paired_panel;

/* What a thread adds to. */
typedef struct sums_call {
    const fcnn_gradient *gradient;
    const fcnn_network *network;
    const fcnn_tile_use *use; /* NULL: none */
    void *sums;               /* of all tiles */
    double *own;              /* memory for the sums of a tile; NULL: they are added where those of all tiles are */
    fcnn_gradient_job job;
    paired_panel in, delta[FCNN_OUT_PANELS]; /* of the leaves of the job */
} sums_call;

/* Makes pairs of the rows of each leaf of a panel, unless the thread has them.  Returns them. */
static const uint32_t *pairs_of(const sums_call *call, const void *panel, int64_t width, paired_panel *place)
{
    const fcnn_gradient_job *job = &call->job;
    for (int64_t leaf = 0; place->from != panel && leaf < job->leaf_count; leaf++) {
        const fcnn_pair_job pairs = {
            .in = panel,
            .width = width,
            .first = job->leaves[leaf] - job->first_row,
            .last = job->leaves[leaf + 1] - job->first_row,
            .out = place->words + fcnn_pair_row(job->leaves, leaf) * width,
        };
        call->network->kernels->pair_rows(&pairs);
    }
    place->from = panel;
    return place->words;
}

/* Adds to the sums of the weights of a tile, as the job says, by the pairs of the factors in mixed precision. */
static void accumulate_weights(sums_call *call, const fcnn_tile *tile, const void *delta, const void *in)
{
    const fcnn_gradient *gradient = call->gradient;
    const fcnn_kernels *kernels = call->network->kernels;
    fcnn_gradient_job *job = &call->job;
    const size_t skipped = (size_t)(tile->first_input % FCNN_PANEL) * kernels->size;
    if (gradient->pairs == NULL) {
        job->in = (const char *)in + skipped;
        (gradient->exact ? kernels->gradient_exact : kernels->gradient_fast)(job);
        return;
    }
    job->in = (const char *)pairs_of(call, in, job->in_width, &call->in) + skipped;
    job->delta = pairs_of(call, delta, job->width, &call->delta[tile->out_panel % FCNN_OUT_PANELS]);
    (gradient->exact ? kernels->gradient_pairs_exact : kernels->gradient_pairs_fast)(job);
}

static void accumulate_tile(sums_call *call, const fcnn_tile *tile)
{
    const fcnn_gradient *gradient = call->gradient;
    const fcnn_network *network = call->network;
    const fcnn_kernels *kernels = network->kernels;
    fcnn_gradient_job *job = &call->job;
    const fcnn_tensor tensor = fcnn_architecture_tensor(&network->shape, tile->tensor);
    const int64_t in = tensor.inputs, out = tensor.outputs;
    job->width = fcnn_panel_width(out, tile->out_panel);
    job->delta = (const char *)network->all.deltas[tile->tensor] +
                 (size_t)fcnn_panel_offset(network->all.rows, tile->out_panel) * kernels->size;
    if (gradient->exact) {
        const int exponent = tensor_exponent(gradient, tile->tensor);
        job->start = start_value(exponent);
        /* a part that was cut off is less than 2^(E − 51), and each leaf has one */
        job->start_low = start_value(exponent - 51 + 1 + (int)log2_ceiling(gradient->leaves));
    }
    const int64_t biases = tile->first_input == 0 ? job->width : 0;
    const int64_t begin = biases > 0 ? 0 : (1 + tile->first_input) * job->width;
    char *sums = call->own != NULL
                     ? (char *)call->own
                     : place(gradient, call->sums, tile->tensor, fcnn_panel_offset(1 + in, tile->out_panel) + begin);
    if (biases > 0) {
        job->sums = sums;
        job->count = 1;
        job->in_width = 0;
        (gradient->exact ? kernels->gradient_exact : kernels->gradient_fast)(job);
    }
    if (tile->inputs > 0) {
        const int64_t in_panel = tile->first_input / FCNN_PANEL;
        job->sums = sums + (size_t)biases * gradient->size;
        job->count = tile->inputs;
        job->in_width = fcnn_panel_width(in, in_panel);
        accumulate_weights(call, tile, job->delta,
                           (const char *)network->all.values[tensor.layer] +
                               (size_t)fcnn_panel_offset(network->all.rows, in_panel) * kernels->size);
    }
    if (call->use != NULL && job->end) {
        call->use->use(call->use->data, tile, sums, job->low);
    }
}

/* Returns the leaf after the last one of a cache block that starts with this leaf. A block has about 1024 rows: a panel
 * of inputs and two panels of derivatives in single precision then fit into a cache of 1 MB. */
static int64_t block_after(const fcnn_leaves *leaves, int64_t leaf)
{
    const int64_t most = fcnn_size(FCNN_SIZE_GRADIENT_ROWS);
    int64_t after = leaf + 1;
    while (after < leaves->count && leaves->starts[after + 1] - leaves->starts[leaf] <= most) {
        after++;
    }
    return after < leaves->count ? after : leaves->count;
}

/* Sets where the thread makes pairs. */
static void place_pairs(const fcnn_gradient *gradient, int thread, sums_call *call)
{
    if (gradient->pairs == NULL) {
        return;
    }
    call->in.words = gradient->pairs[thread];
    for (int i = 0; i < FCNN_OUT_PANELS; i++) {
        call->delta[i].words = call->in.words + (1 + i) * gradient->pair_rows * FCNN_PANEL;
    }
}

void fcnn_gradient_accumulate(const fcnn_gradient *gradient, const fcnn_network *network, const fcnn_leaves *leaves,
                              const fcnn_tile_use *use, int thread, int threads)
{
    _Alignas(FCNN_ALIGNMENT) double own[2 * FCNN_TILE_ELEMENTS];
    int64_t first = 0, last = gradient->tile_count, leaf = 0;
    if (gradient->own == NULL) {
        fcnn_gradient_tiles(gradient, thread, threads, &first, &last);
    }
    do {
        const int64_t after = block_after(leaves, leaf);
        const bool begin = leaves->first && leaf == 0, end = leaves->last && after == leaves->count;
        const bool apart = use != NULL && begin && end;
        sums_call call = {
            .gradient = gradient,
            .network = network,
            .use = use,
            .own = apart ? own : NULL,
            .sums = gradient->own != NULL ? gradient->own[thread] : gradient->values,
            .job = {.leaves = leaves->starts + leaf,
                    .leaf_count = after - leaf,
                    .first_row = leaves->starts[0] - leaves->at,
                    .low = gradient->words == 1 ? 0
                           : apart              ? FCNN_TILE_ELEMENTS
                                                : gradient->elements,
                    .begin = begin,
                    .end = end,
                    .streams = leaves->streams && use == NULL},
        };
        place_pairs(gradient, thread, &call);
        for (int64_t i = first; i < last; i++) {
            accumulate_tile(&call, &gradient->tiles[i]);
        }
        leaf = after;
    } while (leaf < leaves->count);
    network->kernels->fence();
}

void fcnn_gradient_join(const fcnn_gradient *gradient, const fcnn_network *network, int thread, int threads)
{
    const int64_t lines = fcnn_gradient_buffer_elements(gradient) / FCNN_LANES;
    const fcnn_join_job job = {
        .from = (const void *const *)gradient->own,
        .count = threads,
        .first = lines * thread / threads * FCNN_LANES,
        .last = lines * (thread + 1) / threads * FCNN_LANES,
        .out = gradient->values,
        .exact = gradient->exact,
    };
    network->kernels->join_sums(&job);
    network->kernels->fence();
}
