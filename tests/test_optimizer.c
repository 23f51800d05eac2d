/* tests/test_optimizer.c — what an optimizer keeps from step to step is saved, compared between ranks and counted, by
 * code that does not know which optimizer it is.
 *
 * The suite's own table stands before the library's: in it every word of the config means momentum. */
#include "fixture.h"
#include "harness.h"
#include "numbers.h"

#include "core/memory.h"
#include "run/folder.h"
#include "run/rank_check.h"
#include "training/footprint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- an optimizer of the test's own ---- */

#define KEPT 0.875 /* of the velocity, after a step: the learning rate of the config, which steps of tests do not use */

static void settings(const fcnn_config *config, double out[FCNN_OPTIMIZER_SETTINGS])
{
    out[3] = config->optimizer_learning_rate;
}

static void prepare(const double own[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES], fcnn_update *how)
{
    (void)notes;
    how->scalars[0] = own[3];
    how->scalars[1] = (double)how->number;
}

/* The mean of element i's derivative, rounded to the precision. */
static double mean_of(const fcnn_kernels *kernels, const fcnn_update_job *job, int64_t i)
{
    const double mean =
        job->exact ? (((const double *)job->sums)[i] + (job->low > 0 ? ((const double *)job->sums)[job->low + i] : 0)) *
                         job->scale
                   : numbers_get(kernels, job->sums, i) * job->scale;
    return kernels->bits == 32 ? (double)(float)mean : mean;
}

/* What a step adds to the second array: its number, and which kind of parameter the element is. */
static double note_of(double number, int64_t layer, bool is_bias)
{
    return number + (double)layer / 8 + (is_bias ? 0.0625 : 0);
}

/* v ← 7/8·v + mean, w ← w − rate·v. */
static void update(const fcnn_kernels *kernels, const fcnn_update_job *job)
{
    for (int64_t i = 0; i < job->count; i++) {
        const double velocity = fma(job->scalars[0], numbers_get(kernels, job->state[0], i), mean_of(kernels, job, i));
        numbers_set(kernels, job->state[0], i, velocity);
        const double note = note_of(job->scalars[1], job->tensor, i < job->biases);
        numbers_set(kernels, job->state[1], i, numbers_get(kernels, job->state[1], i) + note);
        numbers_set(kernels, job->out, i, fma(-job->rate, velocity, numbers_get(kernels, job->weights, i)));
    }
}

static const char *const arrays[] = {"velocity", "notes", NULL};

static const fcnn_optimizer_rule momentum = {
    .arrays = arrays, .settings = settings, .prepare = prepare, .update = update};

const fcnn_optimizer_rule *fcnn_optimizer_rule_of(fcnn_optimizer_kind kind)
{
    (void)kind;
    return &momentum;
}

/* ---- trainings ---- */

static void write_rows(void)
{
    fixture_data data = fixture_data_create(63, 70, 0);
    fixture_data_draw(&data, 3, 5);
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
}

static fixture start(const char *precision, const char *more)
{
    char config[256];
    snprintf(config, sizeof config,
             "[model]\nhidden = 66, 5\nactivation = tanh\nprecision = %s\n"
             "[train]\nbatch_size = 10\nblocks = 6\nthreads = 2\n[optimizer]\nlearning_rate = %g\n%s",
             precision, KEPT, more);
    return fixture_start(harness_comm(), "rows.h5", config);
}

static double element(const fixture *run, int array, int64_t layer, int64_t i)
{
    const fcnn_step *step = run->trainer->step;
    return numbers_get(step->network->kernels, step->optimizer->state[array][layer], i);
}

/* A weight as momentum moves it, by derivatives that are read off after each step. */
static void momentum_moves_the_parameters(void)
{
    write_rows();
    fixture run = start("double", "clip_norm = 1e30\n"); /* the sums are kept for a norm, which limits nothing */
    fcnn_trainer *trainer = run.trainer;
    const fcnn_architecture *shape = &trainer->model->shape;
    const int64_t layer = 1, out = 3, in = 64; /* in another panel than the first inputs */
    const int64_t place = numbers_place(1 + shape->layer[layer].inputs, shape->layer[layer].outputs, 1 + in, out);
    const int64_t bias = numbers_place(1 + shape->layer[layer].inputs, shape->layer[layer].outputs, 0, out);
    double velocity = 0, notes = 0, bias_notes = 0,
           weight = numbers_get(trainer->step->network->kernels, trainer->step->network->parameters[layer], place);
    for (int64_t step = 0; step < 6; step++) {
        double low;
        fixture_batches(&run, step + 1);
        const double sum = fixture_sum(&run, layer, out, in, &low) + low;
        velocity = fma(KEPT, velocity, sum * trainer->step->scale);
        weight = fma(-0.1, velocity, weight);
        CU_ASSERT_EQUAL(element(&run, 0, layer, place), velocity);
        notes += note_of((double)step, layer, false);
        bias_notes += note_of((double)step, layer, true);
        CU_ASSERT_EQUAL(element(&run, 1, layer, place), notes);
        CU_ASSERT_EQUAL(element(&run, 1, layer, bias), bias_notes);
        CU_ASSERT_EQUAL(numbers_get(trainer->step->network->kernels, trainer->step->network->parameters[layer], place),
                        weight);
    }
    fixture_end(&run);
}

/* Clears what the optimizer keeps. */
static void forget(fixture *run)
{
    const fcnn_network *network = run->trainer->step->network;
    for (int64_t layer = 0; layer < network->shape.layers; layer++) {
        memset(run->trainer->step->optimizer->state[0][layer], 0,
               (size_t)fcnn_network_tensor_elements(&network->shape, layer) * network->kernels->size);
    }
}

/* What fills up panels is not compared: it is not saved. */
static void expect_same_state(const fixture *run, const fixture *other)
{
    const fcnn_network *network = run->trainer->step->network;
    const fcnn_architecture *shape = &network->shape;
    fcnn_optimizer_state mine = {0}, others = {0};
    HARNESS_OK(fcnn_optimizer_store(run->trainer->step->optimizer, network, &mine));
    HARNESS_OK(fcnn_optimizer_store(other->trainer->step->optimizer, other->trainer->step->network, &others));
    for (int array = 0; array < 2; array++) {
        for (int64_t layer = 0; layer < shape->layers; layer++) {
            const size_t bias_bytes = (size_t)shape->layer[layer].outputs * network->kernels->size;
            const size_t bytes = (size_t)shape->layer[layer].inputs * bias_bytes;
            const fcnn_state_array *one = &mine.arrays[array], *two = &others.arrays[array];
            CU_ASSERT_EQUAL(memcmp(one->weights[layer], two->weights[layer], bytes), 0);
            CU_ASSERT_EQUAL(memcmp(one->biases[layer], two->biases[layer], bias_bytes), 0);
        }
    }
    fcnn_optimizer_state_clear(&mine);
    fcnn_optimizer_state_clear(&others);
}

static void check_resumed(const char *precision)
{
    fcnn_comm *comm = harness_comm();
    fixture whole = start(precision, "");
    const char *folder = whole.config->output_directory;
    HARNESS_OK(fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_prepare(folder) : FCNN_OK));
    fixture_batches(&whole, 4);
    const fcnn_snapshot snapshot = fcnn_trainer_snapshot(whole.trainer);
    HARNESS_OK(fcnn_saver_checkpoint(whole.trainer->saver, &snapshot));
    HARNESS_OK(fcnn_saver_finish(whole.trainer->saver));
    fixture next = fixture_resume(&whole), forgetful = fixture_resume(&whole);
    forget(&forgetful);
    expect_same_state(&whole, &next);
    fixture_batches(&whole, 6);
    fixture_batches(&next, 6);
    fixture_batches(&forgetful, 6);
    expect_same_state(&whole, &next);
    char hash[65], next_hash[65], other[65];
    fixture_hash(&whole, hash);
    fixture_hash(&next, next_hash);
    fixture_hash(&forgetful, other);
    CU_ASSERT_STRING_EQUAL(hash, next_hash);
    CU_ASSERT_STRING_NOT_EQUAL(hash, other);
    fixture_end(&forgetful);
    fixture_end(&next);
    HARNESS_OK(fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_empty(folder) : FCNN_OK));
    fixture_end(&whole);
}

static void a_resumed_run_has_what_the_optimizer_kept(void)
{
    write_rows();
    check_resumed("single");
    check_resumed("double");
}

/* ---- checkpoints ---- */

/* The state of a checkpoint with other arrays than the rule has. */
static void other_arrays_are_refused(void)
{
    static const char *const names[] = {"velocity", "another"};
    write_rows();
    fixture run = start("single", "");
    fcnn_step *step = run.trainer->step;
    fcnn_optimizer_state state = {0};
    HARNESS_STATUS(fcnn_optimizer_load(step->optimizer, step->network, &state), FCNN_EDATA);
    HARNESS_ERROR_HAS("optimizer.name");
    HARNESS_OK(fcnn_optimizer_state_create(&step->network->shape, 2, names, &state));
    HARNESS_STATUS(fcnn_optimizer_load(step->optimizer, step->network, &state), FCNN_EDATA);
    fcnn_optimizer_state_clear(&state);
    fixture_end(&run);
}

static void nothing_that_is_not_finite_is_saved(void)
{
    write_rows();
    fixture run = start("single", "");
    fixture_batches(&run, 1);
    fcnn_step *step = run.trainer->step;
    if (fcnn_comm_rank(harness_comm()) == 0) {
        numbers_set(step->network->kernels, step->optimizer->state[1][2], 0, NAN);
        fcnn_optimizer_state state = {0};
        HARNESS_OK(fcnn_optimizer_store(step->optimizer, step->network, &state));
        CU_ASSERT_EQUAL(fcnn_optimizer_state_find_nonfinite(&state, &step->network->shape), 2);
        fcnn_optimizer_state_clear(&state);
    }
    const fcnn_snapshot snapshot = fcnn_trainer_snapshot(run.trainer);
    HARNESS_STATUS(fcnn_saver_checkpoint(run.trainer->saver, &snapshot),
                   fcnn_comm_size(harness_comm()) == 1 ? FCNN_EDIVERGED : FCNN_EINTERNAL);
    fixture_end(&run);
}

/* ---- ranks ---- */

static void a_difference_between_ranks_is_found(void)
{
    if (fcnn_comm_size(harness_comm()) == 1) {
        harness_skip("one rank has nobody to differ from");
        return;
    }
    write_rows();
    fixture run = start("single", "");
    fcnn_step *step = run.trainer->step;
    fcnn_topology *topology = run.trainer->threads.topology;
    fixture_batches(&run, 2);
    HARNESS_OK(fcnn_rank_check(harness_comm(), topology, step->network, step->optimizer, 2));
    if (fcnn_comm_rank(harness_comm()) == 1) {
        ((unsigned char *)step->optimizer->state[1][2])[5] ^= 4;
    }
    HARNESS_STATUS(fcnn_rank_check(harness_comm(), topology, step->network, step->optimizer, 2), FCNN_EINTERNAL);
    HARNESS_ERROR_HAS("after step 2");
    fixture_end(&run);
}

/* ---- memory ---- */

static void arrays_count_as_memory(void)
{
    write_rows();
    fixture run = start("single", "");
    fcnn_step *step = run.trainer->step;
    const int kept = step->optimizer->arrays;
    CU_ASSERT_EQUAL(kept, 2);
    fcnn_footprint with, without;
    fcnn_footprint_find(run.trainer->data, step, &with);
    step->optimizer->arrays = 0;
    fcnn_footprint_find(run.trainer->data, step, &without);
    step->optimizer->arrays = kept;
    const int64_t elements = 71 * (64 + 16) + 67 * 16 + 6 * 16; /* widths 70, 66, 5, 3 in panels, and biases */
    CU_ASSERT_EQUAL(with.network - without.network, 2 * elements * (int64_t)sizeof(float));
    fixture_end(&run);
}

HARNESS_MAIN("optimizer", {"momentum moves the parameters", momentum_moves_the_parameters},
             {"a resumed run has what the optimizer kept", a_resumed_run_has_what_the_optimizer_kept},
             {"other arrays are refused", other_arrays_are_refused},
             {"nothing that is not finite is saved", nothing_that_is_not_finite_is_saved},
             {"a difference between ranks is found", a_difference_between_ranks_is_found},
             {"arrays count as memory", arrays_count_as_memory})
