/* tests/test_average.c — the average of the parameters (train.ema): its formula, against an average of this file in
 * double; that it is counted, compared over ranks and exchanged, and changes no training. */
#include "fixture.h"
#include "harness.h"

#include "run/rank_check.h"
#include "training/footprint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 60, STEPS = 20, LAYERS = 2 };
static const int64_t widths[LAYERS + 1] = {6, 9, 3};

static void write_rows(void)
{
    fixture_data data = fixture_data_create(ROWS, 6, 0);
    fixture_data_draw(&data, 3, 59);
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
}

static fixture start(const char *precision, const char *optimizer, const char *ema)
{
    char text[512];
    snprintf(text, sizeof text,
             "[model]\nhidden = 9\nprecision = %s\n[train]\nbatch_size = 10\nblocks = 3\nema = %s\n[optimizer]\n%s\n",
             precision, ema, optimizer);
    return fixture_start(harness_comm(), "rows.h5", text);
}

/* Row-major copies of panels, as doubles: W1, b1, W2, b2; to be freed. */
static double *take(const fixture *run, void *const *panels, size_t *count)
{
    const fcnn_network *network = run->trainer->step->network;
    const bool single = network->shape.precision != FCNN_PRECISION_DOUBLE;
    double *out = calloc(1000, sizeof *out), numbers[4][64] = {{0}};
    void *weights[LAYERS] = {numbers[0], numbers[1]}, *biases[LAYERS] = {numbers[2], numbers[3]};
    fcnn_network_store_panels(network, panels, weights, biases);
    *count = 0;
    for (int l = 0; l < LAYERS; l++) {
        const int64_t size = widths[l] * widths[l + 1];
        for (int64_t i = 0; i < size + widths[l + 1]; i++) {
            const void *from = i < size ? weights[l] : biases[l];
            const int64_t at = i < size ? i : i - size;
            out[(*count)++] = single ? (double)((const float *)from)[at] : ((const double *)from)[at];
        }
    }
    return out;
}

static double largest(const double *values, size_t count, const double *subtracted)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, fabs(values[i] - (subtracted != NULL ? subtracted[i] : 0)));
    }
    return most;
}

static void *const *average_of(const fixture *run)
{
    return fcnn_optimizer_shown(run->trainer->step->optimizer, run->trainer->step->network);
}

static void check_formula(const char *precision, const char *optimizer, double decay, double allowed)
{
    char ema[32];
    snprintf(ema, sizeof ema, "%.17g", decay);
    fixture run = start(precision, optimizer, ema);
    void *const *parameters = run.trainer->step->network->parameters;
    size_t count;
    double *expected = take(&run, parameters, &count);
    fcnn_exact_sum loss = {0};
    fcnn_training_data_start_epoch(run.trainer->data, 0);
    for (int64_t step = 0; step < STEPS; step++) {
        fixture_step(&run, step, step % (ROWS / 10), 0.1, &loss);
        double *now = take(&run, parameters, &count), *average = take(&run, average_of(&run), &count);
        for (size_t i = 0; i < count; i++) {
            expected[i] = decay * expected[i] + (1 - decay) * now[i];
        }
        CU_ASSERT(largest(average, count, expected) <= allowed * largest(expected, count, NULL));
        CU_ASSERT(largest(average, count, now) > 100 * allowed); /* it is not the parameters */
        free(now);
        free(average);
    }
    free(expected);
    fixture_end(&run);
}

static void an_average_follows_its_formula(void)
{
    write_rows();
    check_formula("double", "name = sgd", 0.9, 1e-15);
    check_formula("double", "name = adam\nlearning_rate = 0.01", 0.999, 1e-15);
    check_formula("double", "name = sgd\nmomentum = 0.9\nmax_norm = 0.5", 0.5, 1e-15);
    check_formula("double", "name = sgd\nl2 = 0.1\nclip_norm = 0.01", 0.25, 1e-15);
    check_formula("single", "name = rmsprop\nlearning_rate = 0.01", 0.99, 2e-6);
}

/* Parameters that stay are their average, however many steps there are: the two factors add up to 1. */
static void an_average_of_what_stays_is_the_same(void)
{
    const fcnn_kernels *kernels;
    const double decays[] = {0.9, 0.999, 0.9999, 0.3};
    HARNESS_OK(fcnn_kernels_choose(32, false, &kernels));
    for (size_t k = 0; k < sizeof decays / sizeof *decays; k++) {
        _Alignas(64) float weights[16], average[16];
        for (int i = 0; i < 16; i++) {
            weights[i] = average[i] = 1 + (float)i / 16;
        }
        for (int step = 0; step < 100000; step++) {
            kernels->average(16, decays[k], weights, average);
        }
        for (int i = 0; i < 16; i++) {
            CU_ASSERT(fabsf(average[i] - weights[i]) <= 1e-4F);
        }
    }
}

static void an_average_is_counted_compared_and_exchanged(void)
{
    fcnn_comm *comm = harness_comm();
    fixture run = start("single", "name = adam", "0.9"), without = start("single", "name = adam", "0");
    fcnn_step *step = run.trainer->step;
    const fcnn_topology *topology = run.trainer->threads.topology;
    fcnn_footprint with, none;
    fcnn_footprint_find(run.trainer->data, step, &with);
    fcnn_footprint_find(without.trainer->data, without.trainer->step, &none);
    const int64_t elements =
        fcnn_network_tensor_elements(&step->network->shape, 0) + fcnn_network_tensor_elements(&step->network->shape, 1);
    CU_ASSERT_EQUAL(with.network - none.network, elements * (int64_t)sizeof(float));
    CU_ASSERT(fcnn_optimizer_shown(without.trainer->step->optimizer, without.trainer->step->network) ==
              without.trainer->step->network->parameters);
    HARNESS_OK(fcnn_rank_check(comm, topology, step->network, step->optimizer, 2));
    float *average = average_of(&run)[0];
    average[0] += fcnn_comm_rank(comm) == 1 ? 1 : 0;
    HARNESS_STATUS(fcnn_rank_check(comm, topology, step->network, step->optimizer, 2),
                   fcnn_comm_size(comm) > 1 ? FCNN_EINTERNAL : FCNN_OK);
    fcnn_optimizer_exchange_average(step->optimizer, step->network);
    CU_ASSERT(step->network->parameters[0] == average);
    fcnn_optimizer_exchange_average(step->optimizer, step->network);
    CU_ASSERT(average_of(&run)[0] == average);
    fixture_end(&run);
    fixture_end(&without);
}

HARNESS_MAIN("average", {"an average follows its formula", an_average_follows_its_formula},
             {"an average of what stays is the same", an_average_of_what_stays_is_the_same},
             {"an average is counted, compared and exchanged", an_average_is_counted_compared_and_exchanged})
