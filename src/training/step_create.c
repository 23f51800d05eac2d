/* src/training/step_create.c — creates and destroys what steps need. */
#include "core/memory.h"
#include "training/step.h"

#include <stdlib.h>

static fcnn_status create_notes(fcnn_step *step)
{
    const int64_t threads = fcnn_team_threads(step->team);
    const int64_t tensors = fcnn_architecture_tensors(&step->network->shape);
    FCNN_TRY(fcnn_memory_create("the threads' times", threads, sizeof *step->times, &step->times));
    FCNN_TRY(fcnn_memory_create("the threads' notes", threads, sizeof *step->notes, &step->notes));
    for (int64_t thread = 0; thread < threads; thread++) {
        fcnn_thread_notes *notes = &step->notes[thread];
        notes->times = &step->times[thread];
        FCNN_TRY(fcnn_memory_create("the threads' notes", tensors, sizeof(uint64_t), &notes->input_magnitudes));
        FCNN_TRY(fcnn_memory_create("the threads' notes", tensors, sizeof(uint64_t), &notes->delta_magnitudes));
    }
    return FCNN_OK;
}

/* Threads that sum up the gradients of their rows in memory of their own, where threads or ranks add these up. */
static int summing_threads(const fcnn_step *step, int threads)
{
    return step->split.by_rows && (threads > 1 || step->comm->size > 1) ? threads : 0;
}

static fcnn_status create_parts(fcnn_step *step, const fcnn_model *model, const fcnn_step_options *options)
{
    const fcnn_sampler *sampler = step->data->sampler;
    const int64_t leaves = fcnn_sampler_leaf_capacity(sampler);
    const int threads = options->threads;
    const int64_t sum_bytes = fcnn_gradient_sum_bytes(&model->shape, options->exact);
    step->split =
        options->split != NULL ? *options->split : fcnn_work_split_choose(&model->shape, sampler, sum_bytes, threads);
    FCNN_TRY(fcnn_team_create(threads, &step->team));
    FCNN_TRY(fcnn_network_create_from(model, step->split.rows, FCNN_NETWORK_TRAINING, step->split.by_rows ? 1 : threads,
                                      &step->network));
    if (options->config != NULL) {
        step->network->noise = options->config->data_noise;
        step->network->seed = (uint64_t)options->config->train_seed;
    }
    FCNN_TRY(fcnn_gradient_create(step->network, options->exact, sampler->batch, fcnn_sampler_leaves(sampler), threads,
                                  summing_threads(step, threads), &step->gradient));
    FCNN_TRY(
        fcnn_optimizer_create(options->optimizer, options->config, step->network, step->gradient, &step->optimizer));
    FCNN_TRY(fcnn_memory_create("the batch", fcnn_sampler_capacity(sampler), sizeof(int64_t), &step->index));
    FCNN_TRY(fcnn_memory_create("the batch", fcnn_sampler_capacity(sampler), sizeof(int64_t), &step->row_numbers));
    FCNN_TRY(fcnn_memory_create("the batch", leaves + 1, sizeof(int64_t), &step->leaves));
    return create_notes(step);
}

static fcnn_status create_exchange(fcnn_step *step, fcnn_exchange_kind kind)
{
    const fcnn_exchange_type type = step->gradient->size == sizeof(double) ? FCNN_EXCHANGE_DOUBLE : FCNN_EXCHANGE_FLOAT;
    FCNN_TRY(fcnn_exchange_create(step->comm, kind, type, fcnn_gradient_buffer_elements(step->gradient),
                                  step->flags + FCNN_STEP_FLAGS + (step->counts_targets ? FCNN_STEP_COUNT_BYTES : 0),
                                  &step->exchange));
    fcnn_gradient_place(step->gradient, fcnn_exchange_values(step->exchange));
    return FCNN_OK;
}

fcnn_status fcnn_step_create(fcnn_comm *comm, const fcnn_model *model, const fcnn_training_data *data,
                             const fcnn_step_options *options, fcnn_step **out)
{
    fcnn_step *step = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the step", 1, sizeof *step, &step)));
    step->comm = comm;
    step->data = data;
    step->flags = options->flags;
    step->optimizer_begin = options->optimizer_begin;
    step->stage_begin = options->stage_begin;
    step->counts_targets = data->train.dataset->source.missing.keeps_targets;
    fcnn_divergence_advise(model, step->advice);
    fcnn_status status = fcnn_comm_agree(comm, create_parts(step, model, options));
    if (status == FCNN_OK) {
        status = create_exchange(step, options->exchange);
    }
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
    for (int thread = 0; step->notes != NULL && thread < fcnn_team_threads(step->team); thread++) {
        free(step->notes[thread].input_magnitudes);
        free(step->notes[thread].delta_magnitudes);
    }
    fcnn_exchange_destroy(step->exchange);
    fcnn_gradient_destroy(step->gradient);
    fcnn_optimizer_destroy(step->optimizer);
    fcnn_network_destroy(step->network);
    fcnn_team_destroy(step->team);
    free(step->index);
    free(step->row_numbers);
    free(step->leaves);
    free(step->notes);
    free(step->times);
    free(step);
}
