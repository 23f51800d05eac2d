/* src/model/layers.c — a layer, forward and backward. */
#include "model/layers.h"

#include "compute/cache.h"
#include "compute/panels.h"
#include "core/random.h"
#include "core/sizes.h"
#include "model/losses.h"

#include <math.h>

static void *element(const fcnn_network *network, void *matrix, int64_t index)
{
    return (char *)matrix + (size_t)index * network->kernels->size;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Returns the job for one panel of the results. `all` has everything that does not depend on a panel or a part of the
 * chain: weights [panels][inner + bias rows][width], or their pairs and the biases apart from them; out, results and
 * slopes are whole matrices.  The pairs of the rows are a matrix of these rows alone, so these are then the first ones
 * of all matrices of the job. */
static fcnn_multiply_job panel_of(const fcnn_network *network, const fcnn_multiply_job *all, int64_t bias_rows,
                                  int64_t panel)
{
    const bool pairs = network->paired != NULL;
    const int64_t width = fcnn_panel_width(all->width, panel), skipped = pairs ? all->first : 0;
    const int64_t at = fcnn_panel_offset(all->rows, panel) + skipped * width;
    const int64_t weight_rows = pairs ? (all->inner + 1) / 2 : all->inner + bias_rows;
    const char *weights = element(network, (void *)(uintptr_t)all->weights, fcnn_panel_offset(weight_rows, panel));
    const char *biases = !pairs || bias_rows == 0 ? weights
                                                  : element(network, (void *)(uintptr_t)all->bias,
                                                            fcnn_panel_offset(all->inner + bias_rows, panel));
    fcnn_multiply_job job = *all;
    job.width = width;
    job.bias = bias_rows > 0 ? biases : NULL;
    job.weights = weights + (pairs ? 0 : (size_t)(bias_rows * width) * network->kernels->size);
    job.out = element(network, all->out, at);
    job.results = all->results == NULL ? NULL : element(network, (void *)(uintptr_t)all->results, at);
    job.slopes = all->slopes == NULL ? NULL : element(network, all->slopes, at);
    job.carried = all->carried == NULL ? NULL : element(network, all->carried, at);
    job.rows = pairs ? all->last - all->first : all->rows;
    job.first -= skipped;
    job.last -= skipped;
    return job;
}

/* Sets the factors of a product: of the rows, the matrix `in`; of a layer, its weights, or those transposed.  In mixed
 * precision the pairs of the rows are made here, for all panels of the results; rows of other threads have other words,
 * whatever layer they are at. */
static void set_factors(const fcnn_network *network, const fcnn_work_area *area, int64_t layer, bool transposed,
                        fcnn_multiply_job *job)
{
    job->weights = transposed ? network->transposed[layer] : network->parameters[layer];
    if (network->paired == NULL) {
        return;
    }
    const int64_t rows = job->last - job->first;
    uint32_t *words = area->pairs + job->first * area->row_words;
    for (int64_t panel = 0; panel < fcnn_panel_count(job->inner); panel++) {
        const int64_t at = fcnn_panel_offset(job->rows, panel) + job->first * fcnn_panel_width(job->inner, panel);
        const int64_t left = job->inner - panel * FCNN_PANEL;
        const fcnn_pair_job pairs = {
            .in = element(network, (void *)(uintptr_t)job->in, at),
            .width = left < FCNN_PANEL ? left : FCNN_PANEL,
            .rows = rows,
            .last = rows,
            .out = words + fcnn_panel_offset(rows, panel) / 2,
        };
        network->kernels->pair_columns(&pairs);
    }
    job->in = words;
    job->weights = transposed ? network->transposed[layer] : network->paired[layer];
    job->bias = network->parameters[layer];
}

/* Computes one part of the chains of a product over rows, for panels first … after−1. Returns the magnitude of the
 * results. */
static uint64_t multiply_part(const fcnn_network *network, const fcnn_multiply_job *all, int64_t bias_rows,
                              int64_t first, int64_t after)
{
    const fcnn_kernels *kernels = network->kernels;
    uint64_t (*compute)(const fcnn_multiply_job *) =
        network->paired != NULL ? kernels->multiply_pairs : kernels->multiply;
    uint64_t most = 0;
    for (int64_t panel = first; panel < after; panel++) {
        const fcnn_multiply_job job = panel_of(network, all, bias_rows, panel);
        most = larger(most, compute(&job));
    }
    return most;
}

/* Computes a product over rows. The parts of the chains of a group of panels are weights that stay in the cache while
 * all rows pass through them. Returns the magnitude of the results. */
static uint64_t multiply(const fcnn_network *network, const fcnn_multiply_job *all, int64_t bias_rows)
{
    const int64_t part = fcnn_size(FCNN_SIZE_CHAIN_PART) / FCNN_PANEL * FCNN_PANEL;
    const int64_t panels = fcnn_panel_count(all->width);
    const int64_t group = fcnn_cache_weight_panels(network->cache, part, network->kernels->size);
    fcnn_multiply_job job = *all;
    uint64_t most = 0;
    for (int64_t first = 0; first < panels; first += group) {
        const int64_t after = panels - first < group ? panels : first + group;
        for (int64_t k = 0; k < all->inner; k += part) {
            job.inner_first = k;
            job.inner_last = all->inner - k < part ? all->inner : k + part;
            most = larger(most, multiply_part(network, &job, bias_rows, first, after));
        }
    }
    return most;
}

/* Does to the results of a product what another product would have ended with. Returns their magnitude. */
static uint64_t finish(const fcnn_network *network, const fcnn_multiply_job *all)
{
    uint64_t most = 0;
    for (int64_t panel = 0; panel < fcnn_panel_count(all->width); panel++) {
        const fcnn_multiply_job job = panel_of(network, all, 0, panel);
        most = larger(most, network->kernels->finish(&job));
    }
    return most;
}

/* Does the end of a layer. `all` has everything that does not depend on a panel; out, slopes and added are whole
 * matrices of `width` columns. Returns the magnitude of the results. */
static uint64_t drop(const fcnn_network *network, const fcnn_pass_rows *rows, const fcnn_drop_job *all)
{
    uint64_t most = 0;
    for (int64_t panel = 0; panel < fcnn_panel_count(all->width); panel++) {
        const int64_t at = fcnn_panel_offset(rows->area->rows, panel);
        fcnn_drop_job job = *all;
        job.panel = panel;
        job.width = fcnn_panel_width(all->width, panel);
        job.first = rows->at;
        job.last = rows->at + rows->last - rows->first;
        job.out = element(network, all->out, at);
        job.slopes = all->slopes == NULL ? NULL : element(network, all->slopes, at);
        job.added = all->added == NULL ? NULL : element(network, (void *)(uintptr_t)all->added, at);
        most = larger(most, network->kernels->drop(&job));
    }
    return most;
}

/* Sets the random numbers of a job by which inputs of a layer are dropped. The numbers of a layer in a step have a key
 * of their own, drawn by the seed. */
static void set_dropout(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer, fcnn_drop_job *job)
{
    const double dropout = network->shape.layer[layer].dropout;
    if (!rows->trains || dropout == 0) {
        return;
    }
    const uint64_t step = (uint64_t)rows->batch->step;
    const uint64_t key =
        fcnn_random_draw(network->seed, FCNN_RANDOM_DROPOUT, (uint32_t)step, (uint32_t)(step >> 32), (uint32_t)layer)
            .first;
    job->key[0] = (uint32_t)key;
    job->key[1] = (uint32_t)(key >> 32);
    job->threshold = (uint32_t)rint(dropout * FCNN_DROPOUT_STEPS);
    job->scale = FCNN_DROPOUT_STEPS / (FCNN_DROPOUT_STEPS - (double)job->threshold);
    job->row_numbers = rows->batch->row_numbers + rows->first;
}

uint64_t fcnn_layer_drop_inputs(const fcnn_network *network, const fcnn_pass_rows *rows)
{
    fcnn_drop_job job = {
        .out = rows->area->values[0],
        .width = network->shape.layer[0].inputs,
        .activation = FCNN_ACTIVATION_LINEAR,
    };
    set_dropout(network, rows, 0, &job);
    return drop(network, rows, &job);
}

/* Dropout of a hidden layer's activations, then the sum with its inputs. */
static uint64_t drop_and_add(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer)
{
    const fcnn_layer *own = &network->shape.layer[layer];
    const fcnn_work_area *area = rows->area;
    fcnn_drop_job job = {
        .out = area->values[layer + 1],
        .width = own->outputs,
        .activation = own->activation,
        .parameter = own->leaky_slope,
        .slopes = rows->trains ? area->slopes[layer] : NULL,
        .added = own->residual ? area->values[layer] : NULL,
    };
    set_dropout(network, rows, layer + 1, &job);
    return drop(network, rows, &job);
}

/* Whether something happens to the activations of a layer. */
static bool has_end(const fcnn_architecture *shape, const fcnn_pass_rows *rows, int64_t layer)
{
    const bool drops = rows->trains && layer + 1 < shape->layers && shape->layer[layer + 1].dropout > 0;
    return shape->layer[layer].residual || drops;
}

/* ---- between the product and the activation ---- */

/* Whether something happens there to the sums of a layer, or to its derivatives. */
static bool has_middle(const fcnn_architecture *shape, int64_t layer)
{
    return shape->layer[layer].layer_norm || shape->layer[layer].activation == FCNN_ACTIVATION_PRELU;
}

/* Returns the parameter of the activation of a layer. */
static double parameter_of(const fcnn_network *network, int64_t layer)
{
    const int64_t slope = fcnn_architecture_find_tensor(&network->shape, layer, FCNN_TENSOR_SLOPE);
    if (slope < 0) {
        return network->shape.layer[layer].leaky_slope;
    }
    const void *number = network->parameters[slope];
    return network->kernels->bits == 32 ? (double)*(const float *)number : *(const double *)number;
}

/* Returns the job of the normalization of a layer: forward of z, backward of derivatives. */
static fcnn_norm_job norm_job(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer, void *z)
{
    const fcnn_architecture *shape = &network->shape;
    const fcnn_work_area *area = rows->area;
    const int64_t gamma = fcnn_architecture_find_tensor(shape, layer, FCNN_TENSOR_GAMMA);
    const int64_t beta = fcnn_architecture_find_tensor(shape, layer, FCNN_TENSOR_BETA);
    return (fcnn_norm_job){
        .gamma = network->parameters[gamma],
        .beta = network->parameters[beta],
        .rows = area->rows,
        .width = shape->layer[layer].outputs,
        .first = rows->at,
        .last = rows->at + rows->last - rows->first,
        .z = z,
        .normalized = rows->trains ? area->deltas[gamma] : NULL,
        .scales = area->scales[layer],
        .of_beta = rows->trains ? area->deltas[beta] : NULL,
    };
}

/* Keeps the part below 0 of the sums of a prelu, and drops it together with the activations. */
static void keep_below(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer)
{
    const fcnn_work_area *area = rows->area;
    const int64_t width = network->shape.layer[layer].outputs;
    for (int64_t panel = 0; panel < fcnn_panel_count(width); panel++) {
        const int64_t columns = fcnn_panel_width(width, panel);
        const int64_t at = fcnn_panel_offset(area->rows, panel) + rows->at * columns;
        network->kernels->below_zero((rows->last - rows->first) * columns,
                                     element(network, area->values[layer + 1], at),
                                     element(network, area->below[layer], at));
    }
    fcnn_drop_job job = {.out = area->below[layer], .width = width, .activation = FCNN_ACTIVATION_LINEAR};
    set_dropout(network, rows, layer + 1, &job);
    if (job.threshold > 0) {
        drop(network, rows, &job);
    }
}

/* Normalizes the sums of a layer, and applies the activation that its product has not ended with. */
static uint64_t normalize_and_activate(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer,
                                       const fcnn_multiply_job *job)
{
    if (network->shape.layer[layer].layer_norm) {
        const fcnn_norm_job norm = norm_job(network, rows, layer, job->out);
        network->kernels->normalize(&norm);
    }
    if (rows->trains && network->shape.layer[layer].activation == FCNN_ACTIVATION_PRELU) {
        keep_below(network, rows, layer);
    }
    return finish(network, job);
}

/* Takes the derivatives in job->out from the results of a layer to its sums. */
static uint64_t middle_backward(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer,
                                const fcnn_multiply_job *job, uint64_t *magnitudes)
{
    const fcnn_architecture *shape = &network->shape;
    const fcnn_work_area *area = rows->area;
    const int64_t slope = fcnn_architecture_find_tensor(shape, layer, FCNN_TENSOR_SLOPE);
    if (slope >= 0) {
        const fcnn_dot_job dot = {
            .a = job->out,
            .b = area->below[layer],
            .rows = area->rows,
            .width = job->width,
            .first = job->first,
            .last = job->last,
            .out = area->deltas[slope],
        };
        magnitudes[slope] = larger(magnitudes[slope], network->kernels->dot_rows(&dot));
    }
    const uint64_t most = finish(network, job);
    if (!shape->layer[layer].layer_norm) {
        return most;
    }
    uint64_t each[3];
    const int64_t gamma = fcnn_architecture_find_tensor(shape, layer, FCNN_TENSOR_GAMMA);
    const int64_t beta = fcnn_architecture_find_tensor(shape, layer, FCNN_TENSOR_BETA);
    const fcnn_norm_job norm = norm_job(network, rows, layer, job->out);
    network->kernels->normalize_backward(&norm, each);
    magnitudes[gamma] = larger(magnitudes[gamma], each[0]);
    magnitudes[beta] = larger(magnitudes[beta], each[1]);
    return each[2];
}

/* ---- layers ---- */

/* Returns the matrix for a layer's results; the last layer's results are later replaced by derivatives. */
static void *results_of(const fcnn_network *network, const fcnn_work_area *area, int64_t layer)
{
    return layer + 1 < network->shape.layers ? area->values[layer + 1] : area->deltas[layer];
}

/* Returns the activation that a product ends with: linear if the loss is computed from logits. */
static fcnn_activation activation_of(const fcnn_architecture *shape, int64_t layer)
{
    const bool is_logit = layer + 1 == shape->layers && fcnn_loss_rule_of(shape->loss)->takes_logits;
    return is_logit ? FCNN_ACTIVATION_LINEAR : shape->layer[layer].activation;
}

uint64_t fcnn_layer_forward(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer)
{
    const fcnn_architecture *shape = &network->shape;
    const fcnn_work_area *area = rows->area;
    fcnn_multiply_job job = {
        .in = area->values[layer],
        .inner = shape->layer[layer].inputs,
        .out = results_of(network, area, layer),
        .width = shape->layer[layer].outputs,
        .rows = area->rows,
        .first = rows->at,
        .last = rows->at + rows->last - rows->first,
        .activation = activation_of(shape, layer),
        .parameter = parameter_of(network, layer),
        .slopes = area->slopes[layer],
    };
    uint64_t magnitude;
    set_factors(network, area, layer, false, &job);
    if (has_middle(shape, layer)) {
        const fcnn_activation activation = job.activation;
        job.activation = FCNN_ACTIVATION_LINEAR;
        multiply(network, &job, 1);
        job.activation = activation;
        magnitude = normalize_and_activate(network, rows, layer, &job);
    } else {
        magnitude = multiply(network, &job, 1);
    }
    return has_end(shape, rows, layer) ? drop_and_add(network, rows, layer) : magnitude;
}

void fcnn_layer_backward(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer, uint64_t *magnitudes)
{
    const fcnn_architecture *shape = &network->shape;
    const fcnn_work_area *area = rows->area;
    fcnn_multiply_job job = {
        .in = area->deltas[layer + 1],
        .inner = shape->layer[layer + 1].outputs,
        .out = area->deltas[layer],
        .width = shape->layer[layer].outputs,
        .rows = area->rows,
        .first = rows->at,
        .last = rows->at + rows->last - rows->first,
        .activation = shape->layer[layer].activation,
        .parameter = parameter_of(network, layer),
        .results = area->values[layer + 1],
        .slopes = area->slopes[layer],
        .scales = has_end(shape, rows, layer),
        .adds_carried = shape->layer[layer + 1].residual,
        .carried = shape->layer[layer].residual || shape->layer[layer + 1].residual ? area->carried : NULL,
    };
    uint64_t magnitude;
    set_factors(network, area, layer + 1, true, &job);
    if (has_middle(shape, layer)) {
        fcnn_multiply_job product = job;
        product.activation = FCNN_ACTIVATION_LINEAR;
        product.scales = false;
        multiply(network, &product, 0);
        job.carried = NULL;
        magnitude = middle_backward(network, rows, layer, &job, magnitudes);
    } else {
        magnitude = multiply(network, &job, 0);
    }
    magnitudes[layer] = larger(magnitudes[layer], magnitude);
}
