/* src/methods/optimizer.c — how a gradient changes the parameters. */
#include "methods/optimizer.h"

#include "compute/team.h"
#include "config/layers.h"
#include "core/memory.h"
#include "methods/tile.h"
#include "model/pairs.h"

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

static fcnn_status create_terms(const fcnn_config *config, fcnn_optimizer *optimizer)
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

static fcnn_status create_average(const fcnn_network *network, fcnn_optimizer *optimizer)
{
    optimizer->arrays++;
    FCNN_TRY(create_array(network, &optimizer->state[optimizer->arrays - 1]));
    for (int64_t i = 0; i < optimizer->tensors; i++) {
        memcpy(optimizer->state[optimizer->arrays - 1][i], network->parameters[i],
               (size_t)fcnn_network_tensor_elements(&network->shape, i) * network->kernels->size);
    }
    return FCNN_OK;
}

static fcnn_status create_parts(const fcnn_config *config, const fcnn_network *network, fcnn_optimizer *optimizer)
{
    if (optimizer->rule->measure != NULL) {
        FCNN_TRY(fcnn_memory_create("the optimizer", optimizer->tiles, sizeof *optimizer->tile_trusts,
                                    &optimizer->tile_trusts));
        FCNN_TRY(
            fcnn_memory_create("the optimizer", optimizer->tensors, sizeof *optimizer->trusts, &optimizer->trusts));
    }
    if (config != NULL) {
        FCNN_TRY(create_terms(config, optimizer));
    }
    if (config != NULL && optimizer->rule->settings != NULL) {
        optimizer->rule->settings(config, optimizer->settings);
    }
    optimizer->rule_arrays = count_arrays(optimizer);
    while (optimizer->arrays < optimizer->rule_arrays) {
        optimizer->arrays++;
        FCNN_TRY(create_array(network, &optimizer->state[optimizer->arrays - 1]));
    }
    return optimizer->average_decay > 0 ? create_average(network, optimizer) : FCNN_OK;
}

fcnn_status fcnn_optimizer_create(const fcnn_optimizer_rule *rule, const fcnn_config *config,
                                  const fcnn_network *network, const fcnn_gradient *gradient, fcnn_optimizer **out)
{
    fcnn_optimizer *optimizer;
    FCNN_TRY(fcnn_memory_create("the optimizer", 1, sizeof *optimizer, &optimizer));
    *optimizer = (fcnn_optimizer){.rule = rule,
                                  .layers = network->shape.layers,
                                  .tensors = fcnn_architecture_tensors(&network->shape),
                                  .tiles = gradient->tile_count,
                                  .average_decay = config != NULL ? config->train_ema : 0};
    const fcnn_status status = create_parts(config, network, optimizer);
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
    free(optimizer->tile_trusts);
    free(optimizer->trusts);
    free(optimizer);
}

const char *fcnn_optimizer_array_name(const fcnn_optimizer *optimizer, int array)
{
    return array < optimizer->rule_arrays ? optimizer->rule->arrays[array] : FCNN_OPTIMIZER_AVERAGE;
}

/* ---- the norm of the gradient ---- */

static fcnn_squares measure(const fcnn_optimizer *optimizer, const fcnn_network *network, const fcnn_gradient *gradient,
                            double scale, int thread, int threads)
{
    fcnn_norms_measure(network, gradient, scale, optimizer->squares, thread, threads);
    fcnn_team_wait();
    return fcnn_norms_sum(optimizer->squares, optimizer->tiles);
}

/* Finds what the gradient is multiplied by: clip_norm/(norm + 1e-6), as PyTorch's clip_grad_norm_(), if the norm is
 * above clip_norm, else 1.  False: the norm is not finite. */
static bool find_factor(const fcnn_optimizer *optimizer, const fcnn_network *network, const fcnn_gradient *gradient,
                        double scale, int thread, int threads, double *factor)
{
    const fcnn_squares square = measure(optimizer, network, gradient, scale, thread, threads);
    const double norm = sqrt(square.sum), most = ldexp(optimizer->terms.clip_norm, -square.unit);
    *factor = norm > most ? most / (norm + ldexp(1e-6, -square.unit)) : 1;
    return isfinite(square.sum);
}

int64_t fcnn_optimizer_find_nonfinite(const fcnn_optimizer *optimizer, const fcnn_network *network,
                                      const fcnn_gradient *gradient)
{
    for (int64_t i = 0; optimizer->squares != NULL && i < optimizer->tiles; i++) {
        if (!isfinite(optimizer->squares[i].biases.sum + optimizer->squares[i].weights.sum)) {
            return fcnn_architecture_tensor(&network->shape, gradient->tiles[i].tensor).layer;
        }
    }
    for (int64_t i = 0; optimizer->trusts != NULL && i < optimizer->tensors; i++) {
        if (!isfinite(optimizer->trusts[i].biases.ratio + optimizer->trusts[i].weights.ratio)) {
            return fcnn_architecture_tensor(&network->shape, i).layer;
        }
    }
    return -1;
}

/* ---- the update ---- */

bool fcnn_optimizer_is_unusual_rate(const fcnn_optimizer_rule *rule, const fcnn_config *config, double usual[2])
{
    const double start = config->optimizer_momentum, final = config->optimizer_momentum_final;
    /* trust is a factor of the learning rate of lars; for others it has its default */
    const double left = (1 - (final > start ? final : start)) * (0.001 / config->optimizer_trust);
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
    bool averages;                     /* the average is updated with each tile */
    bool has_terms;                    /* the following are used */
    fcnn_update_terms weights, biases; /* terms of a job */
    fcnn_update_job job;               /* what all tiles share */
} update_call;

/* A rule that measures norms decays the weights as part of their change, whose norm the decay belongs to. */
static void set_terms(update_call *call, double rate)
{
    const fcnn_optimizer_terms *terms = &call->optimizer->terms;
    const double most = terms->clip_value > 0 ? terms->clip_value : INFINITY;
    call->has_terms = terms->clip_value > 0 || terms->l2 > 0 || terms->l1 > 0 || terms->weight_decay > 0;
    call->weights =
        (fcnn_update_terms){most, terms->l2, terms->l1,
                            call->optimizer->rule->measure != NULL ? terms->weight_decay : rate * terms->weight_decay};
    call->biases = terms->decays_biases ? call->weights : (fcnn_update_terms){.clip_value = most};
}

/* Elements first … last−1 of a job. */
static fcnn_update_job cut_job(const update_call *call, const fcnn_update_job *whole, int64_t first, int64_t last,
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
    for (int i = 0; i < call->optimizer->rule_arrays; i++) {
        job.state[i] = (char *)whole->state[i] + skipped;
    }
    return job;
}

/* Sets what the jobs of a tile have of their own. */
static void take_tile(update_call *call, const fcnn_tile *tile, const fcnn_tile_place *at, const void *sums)
{
    const size_t begin = (size_t)at->begin * call->network->kernels->size;
    fcnn_update_job *job = &call->job;
    job->weights = job->out = (char *)call->network->parameters[tile->tensor] + begin;
    job->sums = sums;
    job->count = at->count;
    job->tensor = tile->tensor;
    job->biases = at->biases;
    for (int i = 0; i < call->optimizer->rule_arrays; i++) {
        job->state[i] = (char *)call->optimizer->state[i][tile->tensor] + begin;
    }
}

/* ---- norms of tensors ---- */

static fcnn_squares add_squares(const double *sums, int64_t width, int unit)
{
    fcnn_squares total = {0, unit};
    for (int64_t i = 0; i < width; i++) {
        total.sum += sums[i];
    }
    return total;
}

/* Measures a run of elements, and those again whose squares overflow or underflow. */
static void measure_run(const update_call *call, const fcnn_update_job *job, int64_t width, fcnn_tensor_trust *out)
{
    double weights[FCNN_PANEL] = {0}, changes[FCNN_PANEL] = {0};
    const fcnn_kernels *kernels = call->network->kernels;
    fcnn_trust_job how = {
        .update = job, .width = width, .weight_scale = 1, .change_scale = 1, .weights = weights, .changes = changes};
    *out = (fcnn_tensor_trust){FCNN_NO_SQUARES, FCNN_NO_SQUARES, 1};
    if (job->count == 0) {
        return;
    }
    call->optimizer->rule->measure(kernels, &how);
    out->weights = add_squares(weights, width, 0);
    out->changes = add_squares(changes, width, 0);
    const int of_weights = fcnn_squares_unit(kernels, out->weights.sum);
    const int of_changes = fcnn_squares_unit(kernels, out->changes.sum);
    if (of_weights != 0 || of_changes != 0) {
        memset(weights, 0, sizeof weights);
        memset(changes, 0, sizeof changes);
        how.again = true;
        how.weight_scale = ldexp(1, -of_weights);
        how.change_scale = ldexp(1, -of_changes);
        call->optimizer->rule->measure(kernels, &how);
        out->weights = add_squares(weights, width, of_weights);
        out->changes = add_squares(changes, width, of_changes);
    }
}

static void measure_tile(update_call *call, const fcnn_tile *tile, fcnn_trust *out)
{
    const fcnn_tile_place at = fcnn_tile_find(call->network, tile);
    take_tile(call, tile, &at, fcnn_gradient_value(call->gradient, tile->tensor, at.begin));
    const fcnn_update_job biases = cut_job(call, &call->job, 0, at.biases, &call->biases);
    const fcnn_update_job weights = cut_job(call, &call->job, at.biases, at.count, &call->weights);
    measure_run(call, &biases, at.width, &out->biases);
    measure_run(call, &weights, at.width, &out->weights);
}

/* Adds the sums of a tile to those of its tensor. */
static void add_tensor(fcnn_tensor_trust *sum, const fcnn_tensor_trust *tile)
{
    sum->weights = fcnn_squares_add(sum->weights, tile->weights);
    sum->changes = fcnn_squares_add(sum->changes, tile->changes);
}

/* Sets the ratio; a change that is so small that the ratio would be huge counts as 0. */
static void set_ratio(const fcnn_optimizer *optimizer, double decay, fcnn_tensor_trust *tensor)
{
    const double largest = 1e30, weights = fcnn_squares_root(tensor->weights),
                 change = fcnn_squares_root(tensor->changes);
    const double ratio =
        weights > 0 && change > 0 ? optimizer->rule->ratio(optimizer->settings, weights, change, decay) : 1;
    tensor->ratio = !isfinite(weights + change) ? NAN : ratio <= largest ? ratio : 1;
}

/* Sets the sums and ratios of all tensors.  Called by one thread. */
static void find_ratios(const fcnn_optimizer *optimizer, const fcnn_gradient *gradient)
{
    const fcnn_tensor_trust none = {FCNN_NO_SQUARES, FCNN_NO_SQUARES, 1};
    for (int64_t i = 0; i < optimizer->tensors; i++) {
        optimizer->trusts[i] = (fcnn_trust){none, none};
    }
    for (int64_t i = 0; i < optimizer->tiles; i++) {
        fcnn_trust *trust = &optimizer->trusts[gradient->tiles[i].tensor];
        add_tensor(&trust->biases, &optimizer->tile_trusts[i].biases);
        add_tensor(&trust->weights, &optimizer->tile_trusts[i].weights);
    }
    for (int64_t i = 0; i < optimizer->tensors; i++) {
        fcnn_trust *trust = &optimizer->trusts[i];
        set_ratio(optimizer, optimizer->terms.weight_decay, &trust->weights);
        if (optimizer->terms.decays_biases) {
            set_ratio(optimizer, optimizer->terms.weight_decay, &trust->biases);
        }
    }
}

/* A thread's part of the norms, which all threads know afterwards.  False, on all threads: one is not finite. */
static bool measure_tensors(update_call *call, int thread, int threads)
{
    const fcnn_optimizer *optimizer = call->optimizer;
    int64_t first, last;
    fcnn_gradient_tiles(call->gradient, thread, threads, &first, &last);
    for (int64_t i = first; i < last; i++) {
        measure_tile(call, &call->gradient->tiles[i], &optimizer->tile_trusts[i]);
    }
    fcnn_team_wait();
    if (thread == 0) {
        find_ratios(optimizer, call->gradient);
    }
    fcnn_team_wait();
    for (int64_t i = 0; i < optimizer->tensors; i++) {
        if (!isfinite(optimizer->trusts[i].biases.ratio + optimizer->trusts[i].weights.ratio)) {
            return false;
        }
    }
    return true;
}

/* ---- tiles ---- */

/* Updates elements first … last−1 of a job. */
static void update_run(const update_call *call, int64_t first, int64_t last, const fcnn_update_terms *terms,
                       double ratio)
{
    fcnn_update_job job = cut_job(call, &call->job, first, last, terms);
    job.rate *= ratio;
    call->optimizer->rule->update(call->network->kernels, &job);
}

/* Adds the parameters of a tile, which are in `from`, to their average. */
static void average_tile(const update_call *call, const fcnn_tile *tile, const fcnn_tile_place *at, const void *from)
{
    const fcnn_optimizer *optimizer = call->optimizer;
    const fcnn_kernels *kernels = call->network->kernels;
    char *average = optimizer->state[optimizer->arrays - 1][tile->tensor];
    kernels->average(at->count, optimizer->average_decay, from, average + (size_t)at->begin * kernels->size);
}

/* Adds all parameters of a thread's tiles to their average, after other threads have written them. */
static void average_parameters(const update_call *call, int64_t first, int64_t last)
{
    for (int64_t i = first; i < last; i++) {
        const fcnn_tile *tile = &call->gradient->tiles[i];
        const fcnn_tile_place at = fcnn_tile_find(call->network, tile);
        const char *parameters = call->network->parameters[tile->tensor];
        average_tile(call, tile, &at, parameters + (size_t)at.begin * call->network->kernels->size);
    }
}

/* Several threads read the parameters: then they are updated in memory of the thread's own and copied out.
 *   sums  NULL: those of the gradient */
static void update_tile(update_call *call, const fcnn_tile *tile, const void *sums)
{
    _Alignas(FCNN_ALIGNMENT) double own[FCNN_TILE_ELEMENTS];
    const fcnn_kernels *kernels = call->network->kernels;
    const fcnn_trust *trust = call->optimizer->trusts != NULL ? &call->optimizer->trusts[tile->tensor] : NULL;
    const fcnn_tile_place at = fcnn_tile_find(call->network, tile);
    take_tile(call, tile, &at, sums != NULL ? sums : fcnn_gradient_value(call->gradient, tile->tensor, at.begin));
    void *parameters = call->job.out, *updated = call->shared ? (void *)own : parameters;
    call->job.out = updated;
    /* biases that may have other terms, or another ratio */
    const int64_t apart = call->has_terms || trust != NULL ? at.biases : 0;
    if (apart > 0) {
        update_run(call, 0, apart, &call->biases, trust != NULL ? trust->biases.ratio : 1);
    }
    update_run(call, apart, at.count, &call->weights, trust != NULL ? trust->weights.ratio : 1);
    if (call->averages) {
        average_tile(call, tile, &at, updated);
    }
    if (call->shared) {
        kernels->copy_out(at.count, own, parameters);
    }
    fcnn_tile_write_transposed(call->network, tile, (const char *)updated + (size_t)at.biases * kernels->size,
                               call->shared);
}

/* factor: of the gradient, besides how->scale. */
static update_call call_of(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                           const fcnn_update *how, double factor, int threads)
{
    update_call call = {
        .optimizer = optimizer,
        .network = network,
        .gradient = gradient,
        .shared = threads > 1,
        .averages = optimizer->average_decay > 0 && !optimizer->terms.limits,
        .job = {.low = gradient->words == 2 ? gradient->elements : 0,
                .scale = how->scale * factor,
                .rate = how->rate,
                .exact = gradient->exact,
                .number = how->number,
                .scalars = how->scalars},
    };
    set_terms(&call, how->rate);
    return call;
}

bool fcnn_optimizer_takes_tiles(const fcnn_optimizer *optimizer)
{
    return optimizer->squares == NULL && optimizer->trusts == NULL && !optimizer->terms.limits;
}

void fcnn_optimizer_update_tile(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                                const fcnn_update *how, int threads, const fcnn_tile *tile, const void *sums,
                                int64_t low)
{
    update_call call = call_of(optimizer, network, gradient, how, 1, threads);
    call.job.low = low;
    update_tile(&call, tile, sums);
}

bool fcnn_optimizer_update(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                           const fcnn_update *how, int thread, int threads)
{
    double factor = 1;
    if (optimizer->squares != NULL &&
        !find_factor(optimizer, network, gradient, how->scale, thread, threads, &factor)) {
        return false;
    }
    update_call call = call_of(optimizer, network, gradient, how, factor, threads);
    int64_t first, last;
    if (optimizer->trusts != NULL && !measure_tensors(&call, thread, threads)) {
        return false;
    }
    fcnn_gradient_tiles(gradient, thread, threads, &first, &last);
    for (int64_t i = first; i < last; i++) {
        update_tile(&call, &gradient->tiles[i], NULL);
    }
    network->kernels->fence();
    if (optimizer->terms.limits) {
        fcnn_team_wait();
        fcnn_norms_limit(network, optimizer->terms.max_norm, thread, threads);
    }
    if (optimizer->terms.limits && optimizer->average_decay > 0) {
        fcnn_team_wait();
        average_parameters(&call, first, last);
    }
    return true;
}

/* ---- the average ---- */

void *const *fcnn_optimizer_shown(const fcnn_optimizer *optimizer, const fcnn_network *network)
{
    return optimizer->average_decay > 0 ? optimizer->state[optimizer->arrays - 1] : network->parameters;
}

void fcnn_optimizer_exchange_average(fcnn_optimizer *optimizer, fcnn_network *network)
{
    for (int64_t i = 0; optimizer->average_decay > 0 && i < optimizer->tensors; i++) {
        void **average = &optimizer->state[optimizer->arrays - 1][i];
        void *parameters = network->parameters[i];
        network->parameters[i] = *average;
        *average = parameters;
    }
    if (optimizer->average_decay > 0) {
        fcnn_pairs_refresh(network);
    }
}
