/* src/methods/optimizer.c — how a gradient changes the parameters. */
#include "methods/optimizer.h"

#include "compute/team.h"
#include "config/layers.h"
#include "core/memory.h"
#include "methods/tile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- creation ---- */

static fcnn_status create_array(const fcnn_network *network, void ***out)
{
    const fcnn_architecture *shape = &network->shape;
    const int64_t tensors = fcnn_architecture_tensors(shape);
    FCNN_TRY(fcnn_memory_create("the optimizer", tensors, sizeof(void *), out));
    for (int64_t i = 0; i < tensors; i++) {
        FCNN_TRY(fcnn_memory_create("the optimizer", fcnn_network_tensor_elements(shape, i), network->kernels->size,
                                    &(*out)[i]));
    }
    return FCNN_OK;
}

static fcnn_status create_terms(const fcnn_config *config, const fcnn_gradient *gradient, fcnn_optimizer *optimizer)
{
    optimizer->terms = (fcnn_optimizer_terms){
        .clip_norm = config->optimizer_clip_norm,
        .clip_value = config->optimizer_clip_value,
        .l2 = config->optimizer_l2,
        .l1 = config->optimizer_l1,
        .weight_decay = config->optimizer_weight_decay,
        .decays_biases = config->optimizer_decay_biases,
    };
    FCNN_TRY(fcnn_memory_create("the optimizer", optimizer->layers, sizeof(double), &optimizer->terms.max_norm));
    for (int64_t layer = 0; layer < optimizer->layers; layer++) {
        optimizer->terms.max_norm[layer] = fcnn_config_max_norm(config, layer);
        optimizer->terms.limits = optimizer->terms.limits || optimizer->terms.max_norm[layer] > 0;
    }
    optimizer->tiles = gradient->tile_count;
    return optimizer->terms.clip_norm > 0
               ? fcnn_memory_create("the optimizer", optimizer->tiles, sizeof *optimizer->squares, &optimizer->squares)
               : FCNN_OK;
}

static int count_arrays(const fcnn_optimizer *optimizer)
{
    const fcnn_optimizer_rule *rule = optimizer->rule;
    int count = 0;
    while (rule->arrays[count] != NULL) {
        count++;
    }
    return rule->count != NULL ? rule->count(optimizer->settings) : count;
}

static fcnn_status create_parts(const fcnn_config *config, const fcnn_network *network, const fcnn_gradient *gradient,
                                fcnn_optimizer *optimizer)
{
    if (config != NULL) {
        FCNN_TRY(create_terms(config, gradient, optimizer));
    }
    if (config != NULL && optimizer->rule->settings != NULL) {
        optimizer->rule->settings(config, optimizer->settings);
    }
    const int count = count_arrays(optimizer);
    while (optimizer->arrays < count) {
        optimizer->arrays++;
        FCNN_TRY(create_array(network, &optimizer->state[optimizer->arrays - 1]));
    }
    return FCNN_OK;
}

fcnn_status fcnn_optimizer_create(const fcnn_optimizer_rule *rule, const fcnn_config *config,
                                  const fcnn_network *network, const fcnn_gradient *gradient, fcnn_optimizer **out)
{
    fcnn_optimizer *optimizer;
    FCNN_TRY(fcnn_memory_create("the optimizer", 1, sizeof *optimizer, &optimizer));
    *optimizer = (fcnn_optimizer){
        .rule = rule, .layers = network->shape.layers, .tensors = fcnn_architecture_tensors(&network->shape)};
    const fcnn_status status = create_parts(config, network, gradient, optimizer);
    if (status != FCNN_OK) {
        fcnn_optimizer_destroy(optimizer);
        return status;
    }
    *out = optimizer;
    return FCNN_OK;
}

void fcnn_optimizer_destroy(fcnn_optimizer *optimizer)
{
    if (optimizer == NULL) {
        return;
    }
    for (int i = 0; i < optimizer->arrays; i++) {
        for (int64_t k = 0; optimizer->state[i] != NULL && k < optimizer->tensors; k++) {
            free(optimizer->state[i][k]);
        }
        free(optimizer->state[i]);
    }
    free(optimizer->terms.max_norm);
    free(optimizer->squares);
    free(optimizer);
}

int64_t fcnn_optimizer_bytes(const fcnn_optimizer *optimizer, const fcnn_network *network)
{
    int64_t elements = 0;
    for (int64_t i = 0; i < optimizer->tensors; i++) {
        elements += fcnn_network_tensor_elements(&network->shape, i);
    }
    const int64_t squares = optimizer->squares != NULL ? optimizer->tiles * (int64_t)sizeof *optimizer->squares : 0;
    return optimizer->arrays * elements * (int64_t)network->kernels->size + squares;
}

/* ---- the norm of the gradient ---- */

static double measure(const fcnn_optimizer *optimizer, const fcnn_network *network, const fcnn_gradient *gradient,
                      double scale, int thread, int threads)
{
    fcnn_norms_measure(network, gradient, scale, optimizer->squares, thread, threads);
    fcnn_team_wait();
    return fcnn_norms_sum(optimizer->squares, optimizer->tiles);
}

/* Finds what the gradient is multiplied by: clip_norm/(norm + 1e-6), as PyTorch's clip_grad_norm_(), if the norm is
 * above clip_norm, else 1.  False: the norm is not finite.  Squares that overflow are measured again in a smaller
 * unit. */
static bool find_factor(const fcnn_optimizer *optimizer, const fcnn_network *network, const fcnn_gradient *gradient,
                        double scale, int thread, int threads, double *factor)
{
    double unit = 1, square = measure(optimizer, network, gradient, scale, thread, threads);
    if (!isfinite(square)) {
        unit = 0x1p-600;
        fcnn_team_wait(); /* all threads have read the squares */
        square = measure(optimizer, network, gradient, scale * unit, thread, threads);
    }
    const double norm = sqrt(square), most = optimizer->terms.clip_norm * unit;
    *factor = norm > most ? most / (norm + 1e-6 * unit) : 1;
    return isfinite(square);
}

int64_t fcnn_optimizer_find_nonfinite(const fcnn_optimizer *optimizer, const fcnn_network *network,
                                      const fcnn_gradient *gradient)
{
    for (int64_t i = 0; optimizer->squares != NULL && i < optimizer->tiles; i++) {
        if (!isfinite(optimizer->squares[i].biases + optimizer->squares[i].weights)) {
            return fcnn_architecture_tensor(&network->shape, gradient->tiles[i].tensor).layer;
        }
    }
    return -1;
}

/* ---- the update ---- */

bool fcnn_optimizer_is_unusual_rate(const fcnn_optimizer_rule *rule, const fcnn_config *config, double usual[2])
{
    const double start = config->optimizer_momentum, final = config->optimizer_momentum_final;
    const double left = 1 - (final > start ? final : start);
    usual[0] = rule->usual_rates[0] * left;
    usual[1] = rule->usual_rates[1] * left;
    return config->optimizer_learning_rate < usual[0] || config->optimizer_learning_rate > usual[1];
}

void fcnn_optimizer_prepare(fcnn_optimizer *optimizer, fcnn_update *how)
{
    if (optimizer->rule->prepare != NULL) {
        optimizer->rule->prepare(optimizer->settings, optimizer->notes, how);
    } else {
        memcpy(how->scalars, optimizer->settings, sizeof how->scalars);
    }
}

/* An update as a thread sees it. */
typedef struct update_call {
    const fcnn_optimizer *optimizer;
    fcnn_network *network;
    const fcnn_gradient *gradient;
    bool shared;                       /* several threads read the parameters */
    bool has_terms;                    /* the following are used */
    fcnn_update_terms weights, biases; /* terms of a job */
    fcnn_update_job job;               /* what all tiles share */
} update_call;

static void set_terms(update_call *call, double rate)
{
    const fcnn_optimizer_terms *terms = &call->optimizer->terms;
    const double most = terms->clip_value > 0 ? terms->clip_value : INFINITY;
    call->has_terms = terms->clip_value > 0 || terms->l2 > 0 || terms->l1 > 0 || terms->weight_decay > 0;
    call->weights = (fcnn_update_terms){most, terms->l2, terms->l1, rate * terms->weight_decay};
    call->biases = terms->decays_biases ? call->weights : (fcnn_update_terms){.clip_value = most};
}

/* Updates elements first … last−1 of a job. */
static void update_run(const update_call *call, const fcnn_update_job *whole, int64_t first, int64_t last,
                       const fcnn_update_terms *terms)
{
    const size_t size = call->network->kernels->size, skipped = (size_t)first * size;
    fcnn_update_job job = *whole;
    job.weights = (const char *)whole->weights + skipped;
    job.out = (char *)whole->out + skipped;
    job.sums = (const char *)whole->sums + (size_t)first * call->gradient->size;
    job.count = last - first;
    job.biases = whole->biases - first;
    job.terms = call->has_terms ? terms : NULL;
    for (int i = 0; i < call->optimizer->arrays; i++) {
        job.state[i] = (char *)whole->state[i] + skipped;
    }
    call->optimizer->rule->update(call->network->kernels, &job);
}

/* Several threads read the parameters: then they are updated in memory of the thread's own and copied out. */
static void update_tile(update_call *call, const fcnn_tile *tile)
{
    _Alignas(FCNN_ALIGNMENT) double own[FCNN_TILE_ELEMENTS];
    const fcnn_kernels *kernels = call->network->kernels;
    const fcnn_tile_place at = fcnn_tile_find(call->network, tile);
    const size_t begin = (size_t)at.begin * kernels->size;
    char *parameters = (char *)call->network->parameters[tile->tensor] + begin;
    fcnn_update_job *job = &call->job;
    job->weights = parameters;
    job->out = call->shared ? (void *)own : parameters;
    job->sums = fcnn_gradient_value(call->gradient, tile->tensor, at.begin);
    job->count = at.count;
    job->tensor = tile->tensor;
    job->biases = at.biases;
    for (int i = 0; i < call->optimizer->arrays; i++) {
        job->state[i] = (char *)call->optimizer->state[i][tile->tensor] + begin;
    }
    const int64_t apart = call->has_terms ? at.biases : 0; /* biases that may have other terms */
    if (apart > 0) {
        update_run(call, job, 0, apart, &call->biases);
    }
    update_run(call, job, apart, at.count, &call->weights);
    if (call->shared) {
        kernels->copy_out(job->count, own, parameters);
    }
    fcnn_tile_write_transposed(call->network, tile, (const char *)job->out + (size_t)at.biases * kernels->size,
                               call->shared);
}

bool fcnn_optimizer_update(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                           const fcnn_update *how, int thread, int threads)
{
    double factor = 1;
    if (optimizer->squares != NULL &&
        !find_factor(optimizer, network, gradient, how->scale, thread, threads, &factor)) {
        return false;
    }
    update_call call = {
        .optimizer = optimizer,
        .network = network,
        .gradient = gradient,
        .shared = threads > 1,
        .job = {.low = gradient->words == 2 ? gradient->elements : 0,
                .scale = how->scale * factor,
                .rate = how->rate,
                .exact = gradient->exact,
                .number = how->number,
                .scalars = how->scalars},
    };
    int64_t first, last;
    set_terms(&call, how->rate);
    fcnn_gradient_tiles(gradient, thread, threads, &first, &last);
    for (int64_t i = first; i < last; i++) {
        update_tile(&call, &gradient->tiles[i]);
    }
    network->kernels->fence();
    if (optimizer->terms.limits) {
        fcnn_team_wait();
        fcnn_norms_limit(network, optimizer->terms.max_norm, thread, threads);
    }
    return true;
}
