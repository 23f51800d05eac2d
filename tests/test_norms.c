/* tests/test_norms.c — norms of gradients, weights and changes: at their limits, of zeros, and of numbers whose squares
 * overflow or underflow; what is kept of them. */
#include "optimizers_network.h"

#include <float.h>
#include <math.h>

/* ---- norms ---- */

/* The largest gradient that is not clipped: its norm is clip_norm itself. */
static void a_gradient_at_its_norm_is_not_scaled(void)
{
    char hash[65], clipped[65], keys[64];
    network_write_rows();
    fixture run = network_start("double", "clip_norm = 1e-3");
    network_step(&run, 0, 0.1);
    const fcnn_optimizer *optimizer = run.trainer->step->optimizer;
    const double norm = fcnn_squares_root(fcnn_norms_sum(optimizer->squares, optimizer->tiles));
    fixture_end(&run);
    CU_ASSERT(norm > 0.1);
    run = network_start("double", "");
    network_step(&run, 0, 0.1);
    fixture_hash(&run, hash);
    fixture_end(&run);
    for (int below = 0; below < 2; below++) {
        snprintf(keys, sizeof keys, "clip_norm = %.17g", below == 1 ? nextafter(norm, 0) : norm);
        run = network_start("double", keys);
        network_step(&run, 0, 0.1);
        fixture_hash(&run, clipped);
        CU_ASSERT_EQUAL(strcmp(hash, clipped) == 0, below == 0);
        fixture_end(&run);
    }
}

/* The norm of the incoming weights of a unit, in parts of `part`. */
static double norm_of_unit(const double *parameters, int layer, int unit, double part)
{
    double square = 0;
    for (int i = 0; i < reference_widths[layer]; i++) {
        const double weight = parameters[network_place(layer, unit, false) + i] / part;
        square += weight * weight;
    }
    return sqrt(square);
}

/* The weights of the first layer times `factor`, after a step that hardly changes them. */
static void check_limit(double factor, const char *keys, double most)
{
    double parameters[REFERENCE_PARAMETERS];
    fixture run = network_start("double", keys);
    fixture_scale_layer(&run, 0, factor);
    network_step(&run, 0, 1e-300);
    network_take(&run, parameters);
    for (int unit = 0; unit < reference_widths[1]; unit++) {
        CU_ASSERT(fabs(norm_of_unit(parameters, 0, unit, most) - 1) < 1e-14);
    }
    fixture_end(&run);
}

static void weights_of_any_size_have_a_norm(void)
{
    network_write_rows();
    check_limit(1, "max_norm = 1e-3", 1e-3);
    check_limit(1e200, "max_norm = 1e30", 1e30);
    check_limit(1e-200, "max_norm = 1e-250", 1e-250);
}

/* ---- tensors ---- */

/* The distance between two vectors of weights of the first layer, in parts of `part`. */
static double distance(const double *a, const double *b, double part)
{
    double square = 0;
    for (int i = 0; i < network_place(0, 0, true); i++) {
        square += (a[i] - b[i]) / part * ((a[i] - b[i]) / part);
    }
    return sqrt(square);
}

/* The first step of lamb changes the weights of a layer by the rate times their norm. */
static void check_change(double factor, const char *keys)
{
    double before[REFERENCE_PARAMETERS], after[REFERENCE_PARAMETERS];
    const double nothing[REFERENCE_PARAMETERS] = {0};
    fixture run = network_start("double", keys);
    fixture_scale_layer(&run, 0, factor);
    network_take(&run, before);
    network_step(&run, 0, 0.125);
    network_take(&run, after);
    CU_ASSERT(fabs(distance(after, before, factor) / distance(before, nothing, factor) - 0.125) < 1e-14);
    fixture_end(&run);
}

static void tensors_of_any_size_have_a_norm(void)
{
    network_write_rows();
    check_change(1, "name = lamb");
    check_change(1e-200, "name = lamb");
    check_change(1e200, "name = lamb\nweight_decay = 0.1");
    check_change(1e300, "name = lamb\nweight_decay = 1e-4");
}

/* Weights of 0 in the last layer, and so no gradient in the others: the ratio is 1, and nothing becomes NaN. */
static void a_norm_of_zero_is_no_factor(void)
{
    double before[REFERENCE_PARAMETERS], after[REFERENCE_PARAMETERS];
    char sgd[65], lars[65];
    network_write_rows();
    fixture run = network_start("double", "name = lamb\ndecay_biases = yes");
    fixture_scale_layer(&run, 2, 0);
    network_take(&run, before);
    network_step(&run, 0, 0.125);
    network_take(&run, after);
    for (int i = 0; i < REFERENCE_PARAMETERS; i++) {
        const double change = fabs(after[i] - before[i]); /* the first step of Adam is the rate, for any gradient */
        CU_ASSERT(change == 0 || (i >= network_place(2, 0, false) && fabs(change - 0.125) < 1e-6));
    }
    CU_ASSERT(after[network_place(2, 0, true)] != 0);
    fixture_end(&run);
    for (int i = 0; i < 2; i++) {
        run = network_start("double", i == 0 ? "" : "name = lars\ndecay_biases = yes");
        fixture_scale_layer(&run, 2, 0);
        network_step(&run, 0, 0.125);
        fixture_hash(&run, i == 0 ? sgd : lars);
        fixture_end(&run);
    }
    CU_ASSERT_STRING_EQUAL(sgd, lars);
}

/* Gradients of the first layers that are so small that a ratio would be huge: it is 1. */
static void a_huge_ratio_is_no_factor(void)
{
    double before[REFERENCE_PARAMETERS], after[REFERENCE_PARAMETERS];
    network_write_rows();
    fixture run = network_start("double", "name = lars\ndecay_biases = yes");
    fixture_scale_layer(&run, 2, 1e-40);
    network_take(&run, before);
    network_step(&run, 0, 0.125);
    network_take(&run, after);
    for (int i = 0; i < network_place(2, 0, false); i++) {
        CU_ASSERT(fabs(after[i] - before[i]) < 1e-30);
    }
    fixture_end(&run);
}

/* ---- gradients whose squares overflow, and state that vanishes ---- */

/* The weight after the first step from 0, at a rate of 1/8, of a regression on rows whose input and target are `size`:
 * its gradient is −2·size². */
static double first_weight(const char *precision, const char *keys, double size)
{
    char config[256];
    fixture_data data = fixture_data_create(2, 1, 1);
    data.x[0] = data.x[1] = data.y[0] = data.y[1] = size;
    fixture_write(&data, "equal.h5");
    fixture_data_destroy(&data);
    snprintf(config, sizeof config,
             "[model]\ninit = zero\nprecision = %s\n[train]\nbatch_size = 2\nblocks = 2\nloss = mse\n[optimizer]\n%s\n",
             precision, keys);
    fixture run = fixture_start(harness_comm(), "equal.h5", config);
    fcnn_exact_sum loss = {0};
    fcnn_training_data_start_epoch(run.trainer->data, 0);
    HARNESS_OK(fcnn_step_run(run.trainer->step, 0, 0, 0.125, NULL, &loss));
    fcnn_network_store(run.trainer->step->network, run.trainer->model);
    const double weight = numbers_get(run.trainer->step->network->kernels, run.trainer->model->weights[0], 0);
    fixture_end(&run);
    return weight;
}

static void gradients_of_any_size_are_clipped(void)
{
    CU_ASSERT_DOUBLE_EQUAL(first_weight("double", "clip_norm = 1", 0x1p250), 0.125, 1e-14);
}

/* The squares are 4e40, and exceed the range of single precision; what is kept of them does not. */
static void squares_are_scaled_before_they_overflow(void)
{
    CU_ASSERT_DOUBLE_EQUAL(first_weight("single", "name = adam", 1e10), 0.125, 1e-5);
    CU_ASSERT_DOUBLE_EQUAL(first_weight("single", "name = lamb", 1e10), 0.125, 1e-5);
    CU_ASSERT_DOUBLE_EQUAL(first_weight("single", "name = rmsprop\nrho = 0.999", 1e10), 0.125 / sqrt(0.001), 1e-3);
}

static void check_decay(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    enum { ELEMENTS = 16 };
    const double least = kernels->bits == 32 ? FLT_MIN : DBL_MIN, scalars[FCNN_UPDATE_SCALARS] = {0.5};
    void *velocity = numbers_zeros(ELEMENTS, kernels->size), *weights = numbers_zeros(ELEMENTS, kernels->size);
    void *sums = numbers_zeros(ELEMENTS, kernels->size);
    const fcnn_update_job job = {.weights = weights,
                                 .out = weights,
                                 .sums = sums,
                                 .count = ELEMENTS,
                                 .scale = 1,
                                 .rate = 1,
                                 .scalars = scalars,
                                 .state = {velocity}};
    (void)plain;
    numbers_set(kernels, velocity, 0, least);
    numbers_set(kernels, velocity, 1, 2 * least);
    numbers_set(kernels, velocity, 2, -least);
    kernels->updates[FCNN_OPTIMIZER_SGD](&job);
    CU_ASSERT_EQUAL(numbers_get(kernels, velocity, 0), 0);
    CU_ASSERT_EQUAL(numbers_get(kernels, velocity, 1), least);
    CU_ASSERT_EQUAL(numbers_get(kernels, velocity, 2), 0);
    free(velocity);
    free(weights);
    free(sums);
}

/* What is kept of gradients that have become 0 halves until it is 0, and never becomes a subnormal number. */
static void state_does_not_become_subnormal(void)
{
    numbers_for_tables(check_decay);
}

/* ---- gradients that are not finite ---- */

/* Two sums of 2.5e38 are finite, but their mean with the factor 2 of the squared error is not. */
static void a_norm_that_is_not_finite_is_a_divergence(void)
{
    static const char *const keys[] = {"clip_norm = 1", "name = lamb", "name = lars"};
    fixture_data data = fixture_data_create(2, 1, 1);
    data.x[0] = data.x[1] = 1e19;
    data.y[0] = data.y[1] = -2.5e19;
    fixture_write(&data, "large.h5");
    fixture_data_destroy(&data);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char config[256], before[65], after[65];
        snprintf(config, sizeof config,
                 "[model]\ninit = zero\n[train]\nbatch_size = 2\nblocks = 2\nloss = mse\n[optimizer]\n%s\n", keys[i]);
        fixture run = fixture_start(harness_comm(), "large.h5", config);
        fcnn_exact_sum loss = {0};
        fcnn_training_data_start_epoch(run.trainer->data, 0);
        fixture_hash(&run, before);
        HARNESS_STATUS(fcnn_step_run(run.trainer->step, 0, 0, 0.125, NULL, &loss), FCNN_EDIVERGED);
        HARNESS_ERROR_HAS("overflow in layer 1");
        fixture_hash(&run, after);
        CU_ASSERT_STRING_EQUAL(before, after);
        fixture_end(&run);
    }
}

HARNESS_MAIN("norms", {"a gradient at its norm is not scaled", a_gradient_at_its_norm_is_not_scaled},
             {"weights of any size have a norm", weights_of_any_size_have_a_norm},
             {"tensors of any size have a norm", tensors_of_any_size_have_a_norm},
             {"a norm of zero is no factor", a_norm_of_zero_is_no_factor},
             {"a huge ratio is no factor", a_huge_ratio_is_no_factor},
             {"gradients of any size are clipped", gradients_of_any_size_are_clipped},
             {"squares are scaled before they overflow", squares_are_scaled_before_they_overflow},
             {"state does not become subnormal", state_does_not_become_subnormal},
             {"a norm that is not finite is a divergence", a_norm_that_is_not_finite_is_a_divergence})
