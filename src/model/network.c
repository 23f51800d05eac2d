/* src/model/network.c — memory of a network, and the copying of its parameters. */
#include "model/network.h"

#include "compute/activations.h"
#include "compute/cache.h"
#include "compute/panels.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "model/pairs.h"

#include <stdlib.h>
#include <string.h>

/* ---- sizes ---- */

int64_t fcnn_network_tensor_elements(const fcnn_architecture *shape, int64_t tensor)
{
    const fcnn_tensor own = fcnn_architecture_tensor(shape, tensor);
    return fcnn_panel_elements(1 + own.inputs, own.outputs);
}

static bool is_mixed(const fcnn_architecture *shape)
{
    return shape->precision == FCNN_PRECISION_MIXED;
}

/* Returns the rows of words that pairs of rows need. */
static int64_t pair_rows(int64_t rows)
{
    return (rows + 1) / 2;
}

static int64_t transposed_elements(const fcnn_architecture *shape, int64_t layer)
{
    const int64_t outputs = shape->layer[layer].outputs;
    return fcnn_panel_elements(is_mixed(shape) ? pair_rows(outputs) : outputs, shape->layer[layer].inputs);
}

/* Returns the words of the pairs of a layer's weights over inputs. */
static int64_t paired_words(const fcnn_architecture *shape, int64_t layer)
{
    return fcnn_panel_elements(pair_rows(shape->layer[layer].inputs), shape->layer[layer].outputs);
}

/* Returns the number of threads that have a work area of their own. */
static int areas_of(fcnn_network_use use, int threads)
{
    return use == FCNN_NETWORK_TRAINING && threads > 1 ? threads : 0;
}

bool fcnn_network_keeps_slopes(const fcnn_architecture *shape, int64_t layer)
{
    const bool is_hidden = layer + 1 < shape->layers;
    return fcnn_activation_keeps_slopes(shape->layer[layer].activation) || shape->layer[layer].residual ||
           (is_hidden && shape->layer[layer + 1].dropout > 0);
}

/* What happens in a work area. */
typedef enum area_use {
    AREA_FORWARD,  /* forward passes only */
    AREA_GRADIENT, /* these too, and other areas publish there what gradients need */
    AREA_PASSES    /* passes of training */
} area_use;

/* Returns the use of the area for all rows. */
static area_use use_of_all(fcnn_network_use use, int threads)
{
    return use == FCNN_NETWORK_FORWARD ? AREA_FORWARD : areas_of(use, threads) > 0 ? AREA_GRADIENT : AREA_PASSES;
}

static bool has_slopes(const fcnn_architecture *shape, int64_t layer, area_use use)
{
    return (use == AREA_PASSES && fcnn_network_keeps_slopes(shape, layer)) ||
           fcnn_architecture_keeps_slopes(shape, layer);
}

static bool has_below(const fcnn_architecture *shape, int64_t layer, area_use use)
{
    return use == AREA_PASSES && shape->layer[layer].activation == FCNN_ACTIVATION_PRELU;
}

static bool has_scales(const fcnn_architecture *shape, int64_t layer, area_use use)
{
    return use == AREA_PASSES && shape->layer[layer].layer_norm;
}

/* Returns the number of elements of the derivatives that are carried from layer to layer; 0: none are. */
static int64_t carried_elements(const fcnn_architecture *shape, int64_t rows, area_use use)
{
    for (int64_t layer = 0; use == AREA_PASSES && layer < shape->layers; layer++) {
        if (shape->layer[layer].residual) {
            return fcnn_panel_elements(rows, shape->layer[layer].outputs);
        }
    }
    return 0;
}

/* Returns the words of the pairs of the inputs of any product; 0 unless the precision is mixed. */
static int64_t area_words(const fcnn_architecture *shape, int64_t rows, area_use use)
{
    int64_t widest = use == AREA_PASSES ? fcnn_architecture_outputs(shape) : 0;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        widest = shape->layer[layer].inputs > widest ? shape->layer[layer].inputs : widest;
    }
    return is_mixed(shape) ? fcnn_panel_elements(rows, widest) / 2 : 0;
}

static int64_t area_bytes(const fcnn_architecture *shape, int64_t rows, area_use use)
{
    /* targets and derivatives of the last layer */
    int64_t elements = fcnn_panel_elements(rows, fcnn_architecture_targets(shape)) +
                       fcnn_panel_elements(rows, fcnn_architecture_outputs(shape)) + carried_elements(shape, rows, use);
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t results = fcnn_panel_elements(rows, shape->layer[layer].outputs);
        elements += fcnn_panel_elements(rows, shape->layer[layer].inputs);
        elements += has_slopes(shape, layer, use) ? results : 0;
        elements += use != AREA_FORWARD && layer + 1 < shape->layers ? results : 0;
        elements += has_below(shape, layer, use) ? results : 0;
        elements += has_scales(shape, layer, use) ? rows : 0;
    }
    for (int64_t i = shape->layers; use != AREA_FORWARD && i < fcnn_architecture_tensors(shape); i++) {
        elements += fcnn_panel_elements(rows, fcnn_architecture_tensor(shape, i).outputs);
    }
    return elements * (int64_t)fcnn_architecture_size(shape) + rows * (int64_t)(sizeof(int32_t) + sizeof(double)) +
           area_words(shape, rows, use) * (int64_t)sizeof(uint32_t);
}

int64_t fcnn_network_row_bytes(const fcnn_architecture *shape)
{
    return area_bytes(shape, 1, AREA_PASSES);
}

/* Whether the weights of a layer are larger than a cache. */
static bool has_large_layer(const fcnn_architecture *shape, int64_t cache)
{
    bool is_large = false;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t bytes = fcnn_network_tensor_elements(shape, layer) * (int64_t)fcnn_architecture_size(shape);
        is_large = is_large || bytes > cache;
    }
    return is_large;
}

int64_t fcnn_network_chunk_rows(const fcnn_architecture *shape)
{
    const int64_t fewest = fcnn_size(FCNN_SIZE_CHUNK_ROWS_LEAST), most = fcnn_size(FCNN_SIZE_CHUNK_ROWS_MOST);
    const int64_t cache = fcnn_size(FCNN_SIZE_CHUNK_BYTES);
    const int64_t row = fcnn_network_row_bytes(shape);
    if (fewest * row > 2 * cache) {
        return has_large_layer(shape, 2 * cache) ? fcnn_size(FCNN_SIZE_CHUNK_ROWS_READ) : most;
    }
    const int64_t rows = cache / row / 12 * 12;
    return rows < fewest ? fewest : rows > most ? most : rows;
}

int64_t fcnn_network_bytes(const fcnn_architecture *shape, int64_t rows, fcnn_network_use use, int threads)
{
    int64_t parameters = 0;
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        parameters += fcnn_network_tensor_elements(shape, i);
    }
    for (int64_t layer = 1; use == FCNN_NETWORK_TRAINING && layer < shape->layers; layer++) {
        parameters += transposed_elements(shape, layer);
    }
    int64_t paired = 0;
    for (int64_t layer = 0; is_mixed(shape) && layer < shape->layers; layer++) {
        paired += paired_words(shape, layer);
    }
    return parameters * (int64_t)fcnn_architecture_size(shape) + paired * (int64_t)sizeof(uint32_t) +
           area_bytes(shape, rows, use_of_all(use, threads)) +
           areas_of(use, threads) * area_bytes(shape, fcnn_network_chunk_rows(shape), AREA_PASSES) +
           (5 * (fcnn_architecture_inputs(shape) + fcnn_architecture_targets(shape)) +
            2 * fcnn_architecture_outputs(shape)) *
               (int64_t)sizeof(double);
}

/* ---- creation ---- */

/* Creates the matrices of a layer. */
static fcnn_status create_layer(const fcnn_network *network, int64_t layer, area_use use, fcnn_work_area *area)
{
    const fcnn_architecture *shape = &network->shape;
    const size_t size = network->kernels->size;
    const int64_t inputs = fcnn_panel_elements(area->rows, shape->layer[layer].inputs);
    const int64_t results = fcnn_panel_elements(area->rows, shape->layer[layer].outputs);
    FCNN_TRY(fcnn_memory_create("the activations", inputs, size, &area->values[layer]));
    if (has_slopes(shape, layer, use)) {
        FCNN_TRY(fcnn_memory_create("the activations", results, size, &area->slopes[layer]));
    }
    if (has_below(shape, layer, use)) {
        FCNN_TRY(fcnn_memory_create("the activations", results, size, &area->below[layer]));
    }
    if (has_scales(shape, layer, use)) {
        FCNN_TRY(fcnn_memory_create("the activations", area->rows, size, &area->scales[layer]));
    }
    if (use != AREA_FORWARD || layer == shape->layers - 1) {
        FCNN_TRY(fcnn_memory_create("the derivatives", results, size, &area->deltas[layer]));
    }
    return FCNN_OK;
}

static fcnn_status create_area(const fcnn_network *network, int64_t rows, area_use use, fcnn_work_area *area)
{
    const fcnn_architecture *shape = &network->shape;
    const int64_t layers = shape->layers, tensors = fcnn_architecture_tensors(shape);
    const size_t size = network->kernels->size;
    void ***const of_layers[] = {&area->values, &area->slopes, &area->below, &area->scales};
    area->rows = rows;
    for (size_t i = 0; i < sizeof of_layers / sizeof *of_layers; i++) {
        FCNN_TRY(fcnn_memory_create("the network", layers, sizeof(void *), of_layers[i]));
    }
    FCNN_TRY(fcnn_memory_create("the network", tensors, sizeof(void *), &area->deltas));
    FCNN_TRY(fcnn_memory_create("the targets", fcnn_panel_elements(rows, fcnn_architecture_targets(shape)), size,
                                &area->targets));
    const int64_t carried = carried_elements(shape, rows, use);
    if (carried > 0) {
        FCNN_TRY(fcnn_memory_create("the derivatives", carried, size, &area->carried));
    }
    const int64_t words = area_words(shape, rows, use);
    if (words > 0) {
        area->row_words = area_words(shape, 1, use);
        FCNN_TRY(fcnn_memory_create("the pairs", words, sizeof *area->pairs, &area->pairs));
    }
    FCNN_TRY(fcnn_memory_create("the labels", rows, sizeof(int32_t), &area->labels));
    FCNN_TRY(fcnn_memory_create("the losses", rows, sizeof(double), &area->losses));
    for (int64_t layer = 0; layer < layers; layer++) {
        FCNN_TRY(create_layer(network, layer, use, area));
    }
    for (int64_t i = layers; use != AREA_FORWARD && i < tensors; i++) {
        const int64_t elements = fcnn_panel_elements(rows, fcnn_architecture_tensor(shape, i).outputs);
        FCNN_TRY(fcnn_memory_create("the derivatives", elements, size, &area->deltas[i]));
    }
    return FCNN_OK;
}

static fcnn_status create_parameters(fcnn_network *network, fcnn_network_use use)
{
    const fcnn_architecture *shape = &network->shape;
    const size_t size = network->kernels->size;
    const int64_t tensors = fcnn_architecture_tensors(shape);
    FCNN_TRY(fcnn_memory_create("the network", tensors, sizeof(void *), &network->parameters));
    FCNN_TRY(fcnn_memory_create("the network", shape->layers, sizeof(void *), &network->transposed));
    for (int64_t i = 0; i < tensors; i++) {
        FCNN_TRY(
            fcnn_memory_create("the weights", fcnn_network_tensor_elements(shape, i), size, &network->parameters[i]));
    }
    for (int64_t layer = 1; use == FCNN_NETWORK_TRAINING && layer < shape->layers; layer++) {
        FCNN_TRY(fcnn_memory_create("the transposed weights", transposed_elements(shape, layer), size,
                                    &network->transposed[layer]));
    }
    if (!is_mixed(shape)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("the network", shape->layers, sizeof(void *), &network->paired));
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        FCNN_TRY(fcnn_memory_create("the pairs of the weights", paired_words(shape, layer), sizeof(uint32_t),
                                    &network->paired[layer]));
    }
    return FCNN_OK;
}

static fcnn_status create_matrices(fcnn_network *network, int64_t rows, fcnn_network_use use)
{
    const fcnn_architecture *shape = &network->shape;
    const int64_t outputs = fcnn_architecture_outputs(shape);
    const int areas = areas_of(use, network->threads);
    FCNN_TRY(create_parameters(network, use));
    FCNN_TRY(fcnn_memory_create("the normalizer", 2 * outputs, sizeof(double), &network->target_units));
    FCNN_TRY(create_area(network, rows, use_of_all(use, network->threads), &network->all));
    if (areas > 0) {
        FCNN_TRY(fcnn_memory_create("the network", areas, sizeof *network->own, &network->own));
    }
    for (int thread = 0; thread < areas; thread++) {
        FCNN_TRY(create_area(network, network->chunk_rows, AREA_PASSES, &network->own[thread]));
    }
    return FCNN_OK;
}

/* Copies the weights of targets in the loss: each output has that of its target. */
static fcnn_status take_output_weights(const fcnn_model *model, fcnn_network *network)
{
    const int64_t outputs = fcnn_architecture_outputs(&model->shape);
    const int64_t each = fcnn_architecture_outputs_per_target(&model->shape);
    if (model->output_weights == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("the weights of outputs", fcnn_panel_elements(1, outputs), network->kernels->size,
                                &network->output_weights));
    for (int64_t output = 0; output < outputs; output++) {
        const double weight = model->output_weights[output / each];
        if (network->kernels->bits == 32) {
            ((float *)network->output_weights)[output] = (float)weight;
        } else {
            ((double *)network->output_weights)[output] = weight;
        }
    }
    return FCNN_OK;
}

/* ---- parameters ---- */

static void copy_number(size_t size, void *to, int64_t to_index, const void *from, int64_t from_index)
{
    memcpy((char *)to + (size_t)to_index * size, (const char *)from + (size_t)from_index * size, size);
}

void fcnn_network_load_panels(const fcnn_network *network, void *const *weights, void *const *biases,
                              void *const *panels)
{
    const size_t size = network->kernels->size;
    for (int64_t k = 0; k < fcnn_architecture_tensors(&network->shape); k++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(&network->shape, k);
        const int64_t in = tensor.inputs, out = tensor.outputs;
        for (int64_t o = 0; o < out; o++) {
            copy_number(size, panels[k], fcnn_panel_index(1 + in, out, 0, o), biases[k], o);
            for (int64_t i = 0; i < in; i++) {
                copy_number(size, panels[k], fcnn_panel_index(1 + in, out, 1 + i, o), weights[k], o * in + i);
            }
        }
    }
    if (panels == network->parameters) {
        fcnn_pairs_refresh(network);
    }
}

void fcnn_network_store_panels(const fcnn_network *network, void *const *panels, void *const *weights,
                               void *const *biases)
{
    const size_t size = network->kernels->size;
    for (int64_t k = 0; k < fcnn_architecture_tensors(&network->shape); k++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(&network->shape, k);
        const int64_t in = tensor.inputs, out = tensor.outputs;
        for (int64_t o = 0; o < out; o++) {
            copy_number(size, biases[k], o, panels[k], fcnn_panel_index(1 + in, out, 0, o));
            for (int64_t i = 0; i < in; i++) {
                copy_number(size, weights[k], o * in + i, panels[k], fcnn_panel_index(1 + in, out, 1 + i, o));
            }
        }
    }
}

static void load_transposed(fcnn_network *network, const fcnn_model *model)
{
    const fcnn_architecture *shape = &network->shape;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t in = shape->layer[layer].inputs, out = shape->layer[layer].outputs;
        for (int64_t i = 0; network->transposed[layer] != NULL && i < out * in; i++) {
            copy_number(network->kernels->size, network->transposed[layer], fcnn_panel_index(out, in, i / in, i % in),
                        model->weights[layer], i);
        }
    }
}

static void load_parameters(fcnn_network *network, const fcnn_model *model)
{
    fcnn_network_load_panels(network, model->weights, model->biases, network->parameters);
    if (network->paired == NULL) {
        load_transposed(network, model);
    }
}

void fcnn_network_store(const fcnn_network *network, fcnn_model *model)
{
    fcnn_network_store_panels(network, network->parameters, model->weights, model->biases);
}

/* Sets the factors and offsets of the outputs; a standard deviation has no offset. */
static void set_target_units(const fcnn_model *model, fcnn_network *network)
{
    const fcnn_architecture *shape = &network->shape;
    const int64_t outputs = fcnn_architecture_outputs(shape), each = fcnn_architecture_outputs_per_target(shape);
    for (int64_t output = 0; output < outputs; output++) {
        double quantile;
        const fcnn_output_meaning meaning = fcnn_architecture_output(shape, output, &quantile);
        network->target_units[output] = model->targets.scale[output / each];
        network->target_units[outputs + output] =
            meaning == FCNN_MEANS_DEVIATION ? 0 : model->targets.shift[output / each];
    }
}

fcnn_status fcnn_network_create_from(const fcnn_model *model, int64_t rows, fcnn_network_use use, int threads,
                                     fcnn_network **out)
{
    fcnn_network *network;
    FCNN_TRY(fcnn_memory_create("the network", 1, sizeof *network, &network));
    network->threads = threads;
    network->cache = fcnn_cache_bytes();
    fcnn_status status =
        fcnn_kernels_choose(8 * (int)fcnn_architecture_size(&model->shape), is_mixed(&model->shape), &network->kernels);
    if (status == FCNN_OK) {
        status = fcnn_architecture_copy(&model->shape, &network->shape);
    }
    if (status == FCNN_OK) {
        network->chunk_rows = fcnn_network_chunk_rows(&network->shape);
        status = create_matrices(network, rows, use);
    }
    if (status == FCNN_OK) {
        status = fcnn_column_map_create(&model->inputs, &network->input_map);
    }
    if (status == FCNN_OK) {
        status = fcnn_column_map_create(&model->targets, &network->target_map);
    }
    if (status == FCNN_OK) {
        status = take_output_weights(model, network);
    }
    if (status != FCNN_OK) {
        fcnn_network_destroy(network);
        return status;
    }
    load_parameters(network, model);
    memcpy(network->loss_settings, model->loss_settings, sizeof network->loss_settings);
    if (model->shape.loss == FCNN_LOSS_QUANTILE) {
        memcpy(network->loss_settings, model->shape.quantile, sizeof model->shape.quantile);
    }
    set_target_units(model, network);
    *out = network;
    return FCNN_OK;
}

/* Copies the means that replace missing inputs. */
static fcnn_status take_means(const fcnn_model *model, fcnn_network *network)
{
    const int64_t features = model->inputs_statistics.count;
    FCNN_TRY(fcnn_memory_create("the means", features, sizeof(double), &network->missing.means));
    memcpy(network->missing.means, model->inputs_statistics.mean, (size_t)features * sizeof(double));
    return fcnn_memory_create("the rows", fcnn_size(FCNN_SIZE_APPLY_ROWS) * features, sizeof(double),
                              &network->completed);
}

fcnn_status fcnn_network_create(const fcnn_model *model, int64_t rows, fcnn_network **out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    fcnn_network *network;
    FCNN_TRY(fcnn_network_create_from(model, rows, FCNN_NETWORK_FORWARD, 1, &network));
    const fcnn_status status = fcnn_model_fills_missing(model) ? take_means(model, network) : FCNN_OK;
    if (status != FCNN_OK) {
        fcnn_network_destroy(network);
        return status;
    }
    *out = network;
    return FCNN_OK;
}

static void free_each(void **pointers, int64_t count)
{
    for (int64_t i = 0; pointers != NULL && i < count; i++) {
        free(pointers[i]);
    }
    free(pointers);
}

static void free_area(fcnn_work_area *area, const fcnn_architecture *shape)
{
    free_each(area->values, shape->layers);
    free_each(area->slopes, shape->layers);
    free_each(area->below, shape->layers);
    free_each(area->scales, shape->layers);
    free_each(area->deltas, fcnn_architecture_tensors(shape));
    free(area->carried);
    free(area->pairs);
    free(area->targets);
    free(area->labels);
    free(area->losses);
}

void fcnn_network_destroy(fcnn_network *network)
{
    if (network == NULL) {
        return;
    }
    const fcnn_architecture *shape = &network->shape;
    free_each(network->parameters, fcnn_architecture_tensors(shape));
    free_each(network->transposed, shape->layers);
    free_each(network->paired, shape->layers);
    free_area(&network->all, shape);
    for (int thread = 0; network->own != NULL && thread < network->threads; thread++) {
        free_area(&network->own[thread], shape);
    }
    free(network->own);
    free(network->log_losses);
    fcnn_column_map_clear(&network->input_map);
    fcnn_column_map_clear(&network->target_map);
    free(network->target_units);
    free(network->output_weights);
    fcnn_missing_clear(&network->missing);
    free(network->completed);
    fcnn_architecture_clear(&network->shape);
    free(network);
}
