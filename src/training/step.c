/* src/training/step.c — one step: rows, forward, backward, the sum over ranks, the same update everywhere. */
#include "training/step.h"

#include "core/memory.h"
#include "model/optimizer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- creation ---- */

int64_t fcnn_step_capacity(const fcnn_sampler *sampler)
{
    const int64_t rows = fcnn_sampler_capacity(sampler);
    const int64_t least = FCNN_LEAF_ROWS; /* room for evaluation, also where a rank has no row to train on */
    return rows < least ? least : rows > FCNN_GROUP_ROWS ? FCNN_GROUP_ROWS : rows;
}

static fcnn_status create_notes(fcnn_step *step)
{
    const int64_t threads = fcnn_team_threads(step->team), layers = step->network->shape.layers;
    FCNN_TRY(fcnn_memory_create("the threads' notes", threads, sizeof *step->notes, &step->notes));
    FCNN_TRY(fcnn_memory_create("the threads' notes", threads * 2 * layers, sizeof(uint64_t), &step->magnitudes));
    for (int64_t thread = 0; thread < threads; thread++) {
        step->notes[thread].input_magnitudes = step->magnitudes + thread * 2 * layers;
        step->notes[thread].delta_magnitudes = step->magnitudes + thread * 2 * layers + layers;
    }
    return fcnn_memory_create("the exponents", 2 * layers, sizeof(int64_t), &step->exponents);
}

static fcnn_status create_parts(fcnn_step *step, const fcnn_model *model, bool exact, int threads)
{
    const fcnn_sampler *sampler = step->data->sampler;
    const int64_t leaves = fcnn_sampler_leaf_capacity(sampler);
    FCNN_TRY(fcnn_team_create(threads, &step->team));
    FCNN_TRY(fcnn_network_create_from(model, fcnn_step_capacity(sampler), FCNN_NETWORK_TRAINING, &step->network));
    FCNN_TRY(fcnn_gradient_create(step->network, exact, sampler->batch, fcnn_sampler_leaves(sampler), &step->gradient));
    const bool doubles = exact || step->network->kernels->bits == 64;
    FCNN_TRY(fcnn_exchange_create(step->comm, doubles ? FCNN_EXCHANGE_DOUBLE : FCNN_EXCHANGE_FLOAT,
                                  fcnn_gradient_buffer_elements(step->gradient), &step->exchange));
    FCNN_TRY(fcnn_memory_create("the batch", fcnn_sampler_capacity(sampler), sizeof(int64_t), &step->index));
    FCNN_TRY(fcnn_memory_create("the batch", leaves + 1, sizeof(int64_t), &step->leaves));
    FCNN_TRY(fcnn_memory_create("the batch", leaves + 1, sizeof(int64_t), &step->group_leaves));
    return create_notes(step);
}

fcnn_status fcnn_step_create(fcnn_comm *comm, const fcnn_model *model, const fcnn_training_data *data, bool exact,
                             int threads, fcnn_step **out)
{
    fcnn_step *step;
    FCNN_TRY(fcnn_memory_create("the step", 1, sizeof *step, &step));
    step->comm = comm;
    step->data = data;
    const fcnn_status status = create_parts(step, model, exact, threads);
    if (status != FCNN_OK) {
        fcnn_step_destroy(step);
        return status;
    }
    *out = step;
    return FCNN_OK;
}

void fcnn_step_destroy(fcnn_step *step)
{
    if (step == NULL) {
        return;
    }
    fcnn_exchange_destroy(step->exchange);
    fcnn_gradient_destroy(step->gradient);
    fcnn_network_destroy(step->network);
    fcnn_team_destroy(step->team);
    free(step->index);
    free(step->leaves);
    free(step->group_leaves);
    free(step->notes);
    free(step->magnitudes);
    free(step->exponents);
    free(step);
}

/* ---- this rank's part ---- */

/* What the threads do with one group of rows. */
typedef struct group_work {
    fcnn_step *step;
    fcnn_batch batch;
    int64_t leaf_count; /* of step->group_leaves */
    bool passes, count_loss, accumulates;
    bool first, last; /* group of the batch */
} group_work;

static void work_on_group(void *data, int thread, int threads)
{
    const group_work *work = data;
    fcnn_step *step = work->step;
    if (work->passes) {
        const int64_t first = fcnn_comm_first_item(work->batch.rows, thread, threads);
        const int64_t after = fcnn_comm_first_item(work->batch.rows, thread + 1, threads);
        fcnn_network_forward_backward(step->network, &work->batch, first, after, work->count_loss,
                                      &step->notes[thread]);
    }
    if (work->passes && work->accumulates) {
        fcnn_team_wait();
    }
    if (work->accumulates) {
        fcnn_gradient_accumulate(step->gradient, step->network, fcnn_exchange_values(step->exchange),
                                 step->group_leaves, work->leaf_count, work->first, work->last, thread, threads);
    }
}

/* The leaf after the last one of the group that starts with a leaf. */
static int64_t group_end(const fcnn_step *step, int64_t leaf)
{
    int64_t end = leaf;
    while (end < step->leaf_count && step->leaves[end + 1] - step->leaves[leaf] <= step->network->rows) {
        end++;
    }
    return end;
}

static bool in_one_group(const fcnn_step *step)
{
    return group_end(step, 0) == step->leaf_count;
}

/* Takes the batch through memory, group by group; a rank without rows still clears its sums. */
static void go_through(fcnn_step *step, bool passes, bool count_loss, bool accumulates)
{
    const double begin = fcnn_comm_seconds();
    int64_t leaf = 0;
    do {
        const int64_t end = group_end(step, leaf), row = step->leaves[leaf];
        for (int64_t i = leaf; i <= end; i++) {
            step->group_leaves[i - leaf] = step->leaves[i] - row;
        }
        group_work work = {
            .step = step,
            .batch = {.inputs = &step->data->train.dataset->inputs,
                      .targets = step->data->train.labels == NULL ? &step->data->train.dataset->targets : NULL,
                      .labels = step->data->train.labels,
                      .index = step->index + row,
                      .rows = step->leaves[end] - row},
            .leaf_count = end - leaf,
            .passes = passes,
            .count_loss = count_loss,
            .accumulates = accumulates,
            .first = leaf == 0,
            .last = end == step->leaf_count,
        };
        fcnn_team_run(step->team, work_on_group, &work);
        leaf = end;
    } while (leaf < step->leaf_count);
    step->compute_seconds += fcnn_comm_seconds() - begin;
}

static void clear_notes(fcnn_step *step)
{
    const int64_t threads = fcnn_team_threads(step->team), layers = step->network->shape.layers;
    memset(step->magnitudes, 0, (size_t)(threads * 2 * layers) * sizeof(uint64_t));
    for (int64_t thread = 0; thread < threads; thread++) {
        step->notes[thread].loss = (fcnn_exact_sum){0};
    }
}

/* This rank's exponents, from what its threads noted. */
static void measure(fcnn_step *step)
{
    const int64_t threads = fcnn_team_threads(step->team), layers = step->network->shape.layers;
    uint64_t *most = step->magnitudes; /* thread 0's become all threads' */
    for (int64_t i = 2 * layers; i < threads * 2 * layers; i++) {
        const int64_t place = i % (2 * layers);
        most[place] = step->magnitudes[i] > most[place] ? step->magnitudes[i] : most[place];
    }
    fcnn_gradient_measure(step->network, most, most + layers, step->exponents);
}

/* ---- all ranks together ---- */

/* Sets the exponents from those of all ranks. */
static void reserve_exponents(fcnn_step *step)
{
    fcnn_comm_max_integers(step->comm, 2 * step->network->shape.layers, step->exponents);
    fcnn_gradient_reserve(step->gradient, step->network, step->exponents);
}

static void compute_sums(fcnn_step *step, int64_t number)
{
    const bool sets = step->gradient->exact && (number % FCNN_EXPONENT_STEPS == 0 || !step->gradient->ready);
    if (!sets) {
        go_through(step, true, true, true);
        measure(step);
        return;
    }
    const bool one_group = in_one_group(step);
    go_through(step, true, one_group, false);
    measure(step);
    reserve_exponents(step);
    go_through(step, !one_group, !one_group, true);
}

/* The layer (from 0) in which this rank sees a number that is not finite; −1 if it sees none. */
static int64_t find_nonfinite(const fcnn_step *step)
{
    const int64_t layer = fcnn_gradient_find_nonfinite(step->network, step->exponents);
    return layer >= 0 ? layer
                      : fcnn_gradient_find_overflow(step->gradient, step->network, step->exponents,
                                                    fcnn_exchange_values(step->exchange));
}

static void exchange_sums(fcnn_step *step)
{
    fcnn_exchange_say(step->exchange, FCNN_WORD_NONFINITE, find_nonfinite(step) >= 0);
    fcnn_exchange_say(step->exchange, FCNN_WORD_VIOLATED,
                      step->gradient->exact && !fcnn_gradient_fits(step->gradient, step->network, step->exponents));
    fcnn_exchange_sum(step->exchange);
}

static fcnn_status diverged(fcnn_step *step, int64_t number)
{
    fcnn_status status = FCNN_OK;
    const int64_t layer = find_nonfinite(step); /* sums that were not finite still are not, after the exchange */
    if (layer >= 0) {
        status = fcnn_fail(FCNN_EDIVERGED,
                           "training diverged at step %" PRId64 ": NaN, Inf or a number too large in layer %" PRId64
                           "; try a smaller optimizer.learning_rate, or data.normalize = standardize",
                           number + 1, layer + 1);
    }
    return fcnn_comm_agree(step->comm, status);
}

typedef struct update_work {
    fcnn_step *step;
    double scale, rate;
} update_work;

static void update(void *data, int thread, int threads)
{
    const update_work *work = data;
    fcnn_optimizer_update(work->step->network, work->step->gradient, fcnn_exchange_values(work->step->exchange),
                          work->scale, work->rate, thread, threads);
}

fcnn_status fcnn_step_run(fcnn_step *step, int64_t number, int64_t batch, double rate, fcnn_exact_sum *loss)
{
    const fcnn_sampler *sampler = step->data->sampler;
    fcnn_sampler_take(sampler, batch, step->index, step->leaves, &step->leaf_count);
    clear_notes(step);
    compute_sums(step, number);
    exchange_sums(step);
    if (fcnn_exchange_heard(step->exchange, FCNN_WORD_NONFINITE) > 0) {
        return diverged(step, number);
    }
    if (fcnn_exchange_heard(step->exchange, FCNN_WORD_VIOLATED) > 0) {
        step->resets++;
        reserve_exponents(step);
        go_through(step, !in_one_group(step), false, true);
        exchange_sums(step);
    }
    const double begin = fcnn_comm_seconds();
    update_work work = {step, fcnn_network_mean_factor(&step->network->shape, fcnn_sampler_batch_rows(sampler, batch)),
                        rate};
    fcnn_team_run(step->team, update, &work);
    for (int thread = 0; thread < fcnn_team_threads(step->team); thread++) {
        fcnn_exact_sum_merge(loss, &step->notes[thread].loss);
    }
    step->compute_seconds += fcnn_comm_seconds() - begin;
    return FCNN_OK;
}
