/* tests/test_activations.c — activations and their derivatives: near what libm gives in higher precision, the same
 * bits with every instruction set, and without a lost NaN. */
#include "compute/activations.h"
#include "compute/kernels.h"

#include "activations_reference.h"
#include "harness.h"
#include "numbers.h"
#include "oracle.h"

/* The names in the order of fcnn_activation and of oracle_activation are the same. */
static const fcnn_activation activations[] = {
    FCNN_ACTIVATION_RELU,     FCNN_ACTIVATION_LEAKY_RELU, FCNN_ACTIVATION_TANH,  FCNN_ACTIVATION_SIGMOID,
    FCNN_ACTIVATION_GELU,     FCNN_ACTIVATION_LINEAR,     FCNN_ACTIVATION_RELU6, FCNN_ACTIVATION_ELU,
    FCNN_ACTIVATION_SELU,     FCNN_ACTIVATION_SILU,       FCNN_ACTIVATION_MISH,  FCNN_ACTIVATION_SOFTPLUS,
    FCNN_ACTIVATION_SOFTSIGN, FCNN_ACTIVATION_PRELU};
static const oracle_activation oracles[] = {
    ORACLE_RELU, ORACLE_LEAKY_RELU, ORACLE_TANH, ORACLE_SIGMOID, ORACLE_GELU,     ORACLE_LINEAR,   ORACLE_RELU6,
    ORACLE_ELU,  ORACLE_SELU,       ORACLE_SILU, ORACLE_MISH,    ORACLE_SOFTPLUS, ORACLE_SOFTSIGN, ORACLE_PRELU};
#define ACTIVATIONS ((int)(sizeof activations / sizeof *activations))

/* ---- activations ---- */

enum { COUNT = 16 * 64 };

static double slope_of_leaky = 0.01;

/* What ends a product, by itself: of n numbers, a multiple of 16, whose chains have been run already. */
static uint64_t finish(const fcnn_kernels *kernels, fcnn_activation activation, int64_t n, void *out,
                       const void *results, void *slopes)
{
    const fcnn_multiply_job job = {
        .in = out,
        .inner = 64,
        .inner_first = 64,
        .inner_last = 64,
        .weights = out,
        .out = out,
        .width = 16,
        .rows = n / 16,
        .last = n / 16,
        .activation = activation,
        .parameter = slope_of_leaky,
        .results = results,
        .slopes = slopes,
    };
    return kernels->multiply(&job);
}

static uint64_t activate(const fcnn_kernels *kernels, fcnn_activation activation, int64_t n, void *z, void *slopes)
{
    return finish(kernels, activation, n, z, NULL, slopes);
}

static uint64_t backpropagate(const fcnn_kernels *kernels, fcnn_activation activation, int64_t n, void *delta,
                              const void *results, void *slopes)
{
    return finish(kernels, activation, n, delta, results, slopes);
}

static uint64_t magnitude(const fcnn_kernels *kernels, int64_t n, void *values)
{
    return activate(kernels, FCNN_ACTIVATION_LINEAR, n, values, NULL);
}

static void fill_arguments(const fcnn_kernels *kernels, void *z)
{
    static const double special[] = {0.0,  -0.0,  1e-30, -1e-30, 1e-310, -1e-310, 1,   -1,   20,   -20,
                                     87.9, -87.9, 200,   -200,   800,    -800,    1e9, -1e9, 1e30, -1e30};
    uint64_t seed = 11;
    for (int64_t i = 0; i < COUNT; i++) {
        const double size = (const double[]){0.1, 1, 5, 15}[i % 4];
        numbers_set(kernels, z, i, i < 20 ? special[i] : numbers_uniform(&seed, size));
    }
}

static void check_activations(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    void *z = numbers_zeros(COUNT, kernels->size), *y = numbers_zeros(COUNT, kernels->size);
    void *slope = numbers_zeros(COUNT, kernels->size), *y_plain = numbers_zeros(COUNT, kernels->size);
    void *slope_plain = numbers_zeros(COUNT, kernels->size);
    fill_arguments(kernels, z);
    for (int a = 0; a < ACTIVATIONS; a++) {
        memcpy(y, z, COUNT * kernels->size);
        memcpy(y_plain, z, COUNT * kernels->size);
        const uint64_t most = activate(kernels, activations[a], COUNT, y, slope);
        CU_ASSERT_EQUAL(most, activate(plain, activations[a], COUNT, y_plain, slope_plain));
        CU_ASSERT_EQUAL(memcmp(y, y_plain, COUNT * kernels->size), 0);
        CU_ASSERT_EQUAL(memcmp(slope, slope_plain, COUNT * kernels->size), 0);
        CU_ASSERT_EQUAL(most, numbers_largest(kernels, y, COUNT));
        int64_t errors = 0;
        for (int64_t i = 0; i < COUNT; i++) {
            const double at = numbers_get(kernels, z, i), expected = oracle_activate(oracles[a], at);
            /* the oracle's gelu suffers from the rounding of its argument */
            const double floor = activations[a] == FCNN_ACTIVATION_GELU   ? fabs(expected) * (1 + at * at)
                                 : activations[a] == FCNN_ACTIVATION_MISH ? 2 * fabs(expected)
                                                                          : 0;
            /* where the sigmoid is no normal number, its product with z is 0 */
            const double least = kernels->bits == 32 ? 0x1p-119 : 0;
            const double value = numbers_get(kernels, y, i);
            errors += !numbers_are_near(kernels, value, expected, floor) && fabs(value - expected) > least;
            errors += fcnn_activation_keeps_slopes(activations[a]) &&
                      !numbers_are_near(kernels, numbers_get(kernels, slope, i), oracle_slope(oracles[a], at), 2);
        }
        CU_ASSERT_EQUAL(errors, 0);
    }
    free(z);
    free(y);
    free(slope);
    free(y_plain);
    free(slope_plain);
}

static void activations_are_near_libm(void)
{
    numbers_for_tables(check_activations);
}

static void check_nan(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    double values[32], slopes[32]; /* room for either precision */
    for (int a = 0; a < ACTIVATIONS; a++) {
        for (int place = 0; place < 32; place += 3) {
            for (int i = 0; i < 32; i++) {
                numbers_set(kernels, values, i, 0.5 - i);
            }
            numbers_set(kernels, values, place, place % 2 ? NAN : -NAN);
            const uint64_t most = activate(kernels, activations[a], 32, values, slopes);
            CU_ASSERT(isnan(numbers_get(kernels, values, place)));
            CU_ASSERT(fcnn_magnitude_exponent(kernels, most) > 1024);
            CU_ASSERT(isfinite(numbers_get(kernels, values, (place + 1) % 32)));
            CU_ASSERT(fcnn_magnitude_exponent(kernels, magnitude(kernels, 32, values)) > 1024);
        }
    }
}

static void every_activation_lets_nan_through(void)
{
    numbers_for_tables(check_nan);
}

static void check_magnitudes(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    double values[64] = {0};
    CU_ASSERT_EQUAL(magnitude(kernels, 48, values), 0);
    for (int place = 0; place < 48; place++) {
        for (int exponent = -100; exponent <= 100; exponent += 25) {
            memset(values, 0, sizeof values);
            numbers_set(kernels, values, place, place % 2 ? -ldexp(1.5, exponent) : ldexp(1.5, exponent));
            numbers_set(kernels, values, (place + 5) % 48, ldexp(1.25, exponent));
            const uint64_t most = magnitude(kernels, 48, values);
            CU_ASSERT_EQUAL(most, numbers_magnitude(kernels, ldexp(1.5, exponent)));
            CU_ASSERT_EQUAL(fcnn_magnitude_exponent(kernels, most), exponent + 1);
        }
        numbers_set(kernels, values, place, place % 2 ? INFINITY : -INFINITY);
        CU_ASSERT(fcnn_magnitude_exponent(kernels, magnitude(kernels, 48, values)) > 1024);
        numbers_set(kernels, values, place, NAN);
        CU_ASSERT(fcnn_magnitude_exponent(kernels, magnitude(kernels, 48, values)) > 1024);
    }
    CU_ASSERT_EQUAL(fcnn_magnitude_exponent(kernels, numbers_magnitude(kernels, 1)), 1); /* 1 is not below 2^0 */
    CU_ASSERT(fcnn_magnitude_exponent(kernels, 0) < -100);
}

static void magnitudes_see_every_place(void)
{
    numbers_for_tables(check_magnitudes);
}

/* ---- derivatives of activations ---- */

static double slope_by_result(oracle_activation activation, double y, double stored)
{
    switch (activation) {
    case ORACLE_RELU:
        return y > 0 ? 1 : 0;
    case ORACLE_LEAKY_RELU:
        return y < 0 ? 0.01 : 1;
    case ORACLE_TANH:
        return 1 - y * y;
    case ORACLE_SIGMOID:
        return y * (1 - y);
    case ORACLE_GELU:
    case ORACLE_SILU:
    case ORACLE_MISH:
    case ORACLE_SOFTSIGN:
    case ORACLE_PRELU:
        return stored;
    case ORACLE_RELU6:
        return y > 0 && y < 6 ? 1 : 0;
    case ORACLE_ELU:
        return y < 0 ? y + 1 : 1;
    case ORACLE_SELU:
        return y > 0 ? 1.0507009873554804934 : y + 1.7580993408473768599;
    case ORACLE_SOFTPLUS:
        return 1 - exp(-y);
    case ORACLE_LINEAR:
        break;
    }
    return 1;
}

static void check_backpropagation(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    void *start = numbers_zeros(COUNT, kernels->size), *delta = numbers_zeros(COUNT, kernels->size);
    void *result = numbers_zeros(COUNT, kernels->size), *stored = numbers_zeros(COUNT, kernels->size);
    void *other = numbers_zeros(COUNT, kernels->size);
    uint64_t seed = 12;
    numbers_fill(kernels, start, COUNT, &seed, 3);
    numbers_fill(kernels, result, COUNT, &seed, 1);
    numbers_fill(kernels, stored, COUNT, &seed, 1.2);
    for (int a = 0; a < ACTIVATIONS; a++) {
        memcpy(delta, start, COUNT * kernels->size);
        memcpy(other, start, COUNT * kernels->size);
        void *slopes = fcnn_activation_keeps_slopes(activations[a]) ? stored : NULL;
        const uint64_t most = backpropagate(kernels, activations[a], COUNT, delta, result, slopes);
        CU_ASSERT_EQUAL(most, backpropagate(plain, activations[a], COUNT, other, result, slopes));
        CU_ASSERT_EQUAL(memcmp(delta, other, COUNT * kernels->size), 0);
        CU_ASSERT_EQUAL(most, numbers_largest(kernels, delta, COUNT));
        int64_t errors = 0;
        for (int64_t i = 0; i < COUNT; i++) {
            const double slope =
                slope_by_result(oracles[a], numbers_get(kernels, result, i), numbers_get(kernels, stored, i));
            errors +=
                !numbers_are_near(kernels, numbers_get(kernels, delta, i), slope * numbers_get(kernels, start, i), 0.5);
        }
        CU_ASSERT_EQUAL(errors, 0);
    }
    free(start);
    free(delta);
    free(result);
    free(stored);
    free(other);
}

static void backpropagation_multiplies_by_the_slope(void)
{
    numbers_for_tables(check_backpropagation);
}

static void check_small(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    const int limit = kernels->bits == 32 ? -100 : -900;
    double delta[32], result[32];
    memset(result, 0, sizeof result);
    for (int i = 0; i < 32; i++) {
        numbers_set(kernels, delta, i, ldexp(i % 2 ? -1 : 1, limit - 16 + i));
    }
    numbers_set(kernels, delta, 3, NAN);
    backpropagate(kernels, FCNN_ACTIVATION_LINEAR, 32, delta, result, NULL);
    for (int i = 0; i < 32; i++) {
        const double expected = i < 16 ? 0 : ldexp(i % 2 ? -1 : 1, limit - 16 + i);
        if (i == 3) {
            CU_ASSERT(isnan(numbers_get(kernels, delta, i)));
        } else {
            CU_ASSERT_EQUAL(numbers_get(kernels, delta, i), expected);
        }
    }
}

static void small_derivatives_become_zero_and_nan_stays(void)
{
    numbers_for_tables(check_small);
}

/* ---- numbers of other programs ---- */

/* Whether |actual − expected| is within 5 units in the last place of scale, or both are too small to be kept. */
static bool is_within_units(const fcnn_kernels *kernels, double actual, double expected, double scale)
{
    const double unit = kernels->bits == 32 ? 0x1p-23 : 0x1p-52;
    return fabs(actual - expected) <= 5 * unit * fabs(scale) + (kernels->bits == 32 ? 0x1p-100 : 0x1p-900);
}

/* Some derivatives are differences of numbers of about 1. */
static double derivative_scale(fcnn_activation activation, double derivative)
{
    const bool is_difference = activation == FCNN_ACTIVATION_ELU || activation == FCNN_ACTIVATION_SELU ||
                               activation == FCNN_ACTIVATION_SILU || activation == FCNN_ACTIVATION_MISH ||
                               activation == FCNN_ACTIVATION_GELU;
    return is_difference ? 1 : derivative;
}

static void check_reference(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    for (size_t a = 0; a < sizeof activations_reference / sizeof *activations_reference; a++) {
        const fcnn_activation activation = activations_reference[a].activation;
        double y[32] = {0}, slopes[32] = {0}, delta[32] = {0};
        int errors = 0;
        for (int i = 0; i < REFERENCE_POINTS; i++) {
            numbers_set(kernels, y, i, activations_reference_x[i]);
            numbers_set(kernels, delta, i, 1);
        }
        activate(kernels, activation, 32, y, slopes);
        backpropagate(kernels, activation, 32, delta, y, slopes);
        for (int i = 0; i < REFERENCE_POINTS; i++) {
            /* the arguments must be the same in single precision, or far from where that matters */
            const double x = activations_reference_x[i];
            if (kernels->bits == 32 && ((double)(float)x != x || fabs(x) > 80)) {
                continue;
            }
            const double value = activations_reference[a].value[i], derivative = activations_reference[a].derivative[i];
            errors += !is_within_units(kernels, numbers_get(kernels, y, i), value, value);
            errors += !is_within_units(kernels, numbers_get(kernels, delta, i), derivative,
                                       derivative_scale(activation, derivative));
        }
        CU_ASSERT_EQUAL(errors, 0);
    }
}

static void activations_are_those_of_pytorch(void)
{
    numbers_for_tables(check_reference);
}

/* Limits, and arguments whose exponentials overflow or underflow. */
static void check_limits(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    static const struct {
        fcnn_activation activation;
        double below, above, slope_below, slope_above; /* of infinite arguments */
    } limits[] = {{FCNN_ACTIVATION_RELU6, 0, 6, 0, 0},
                  {FCNN_ACTIVATION_ELU, -1, INFINITY, 0, 1},
                  {FCNN_ACTIVATION_SELU, -1.7580993408473768599, INFINITY, 0, 1.0507009873554804934},
                  {FCNN_ACTIVATION_SILU, 0, INFINITY, 0, 1},
                  {FCNN_ACTIVATION_MISH, 0, INFINITY, 0, 1},
                  {FCNN_ACTIVATION_SOFTPLUS, 0, INFINITY, 0, 1},
                  {FCNN_ACTIVATION_SOFTSIGN, -1, 1, 0, 0}};
    const double largest = kernels->bits == 32 ? (double)FLT_MAX : DBL_MAX;
    const double arguments[] = {-INFINITY, -largest, -800, INFINITY, largest, 800};
    for (size_t l = 0; l < sizeof limits / sizeof *limits; l++) {
        for (int i = 0; i < 6; i++) {
            double y[16] = {0}, slopes[16] = {0}, delta[16] = {0};
            numbers_set(kernels, y, 3, arguments[i]);
            numbers_set(kernels, delta, 3, 1);
            activate(kernels, limits[l].activation, 16, y, slopes);
            backpropagate(kernels, limits[l].activation, 16, delta, y, slopes);
            const double value = numbers_get(kernels, y, 3), slope = numbers_get(kernels, delta, 3);
            double expected = i < 3 ? limits[l].below : limits[l].above;
            if (isinf(expected) && i > 3) {
                expected = arguments[i] * (limits[l].activation == FCNN_ACTIVATION_SELU ? limits[l].slope_above : 1);
                expected = expected > largest ? INFINITY : expected;
            }
            const double near =
                limits[l].activation == FCNN_ACTIVATION_SOFTSIGN && fabs(arguments[i]) == 800 ? 2e-3 : 0;
            CU_ASSERT(value == expected || numbers_are_near(kernels, value, expected, 0) ||
                      fabs(value - expected) < near);
            CU_ASSERT(fabs(slope - (i < 3 ? limits[l].slope_below : limits[l].slope_above)) <=
                      (near > 0 ? 1e-5 : numbers_tolerance(kernels)));
        }
    }
}

static void infinite_and_huge_arguments_give_the_limits(void)
{
    numbers_for_tables(check_limits);
}

static void check_slope(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    static const double slopes[] = {1e-6, 0.01, 0.25, 1};
    for (int s = 0; s < 4; s++) {
        double y[16] = {0}, delta[16] = {0};
        slope_of_leaky = slopes[s];
        numbers_set(kernels, y, 0, -8);
        numbers_set(kernels, y, 1, 8);
        numbers_set(kernels, delta, 0, 2);
        numbers_set(kernels, delta, 1, 2);
        activate(kernels, FCNN_ACTIVATION_LEAKY_RELU, 16, y, NULL);
        backpropagate(kernels, FCNN_ACTIVATION_LEAKY_RELU, 16, delta, y, NULL);
        const double slope = kernels->bits == 32 ? (double)(float)slopes[s] : slopes[s];
        CU_ASSERT_EQUAL(numbers_get(kernels, y, 0), -8 * slope);
        CU_ASSERT_EQUAL(numbers_get(kernels, y, 1), 8);
        CU_ASSERT_EQUAL(numbers_get(kernels, delta, 0), 2 * slope);
        CU_ASSERT_EQUAL(numbers_get(kernels, delta, 1), 2);
    }
    slope_of_leaky = 0.01;
}

static void leaky_relu_has_its_slope(void)
{
    numbers_for_tables(check_slope);
}

HARNESS_MAIN("activations", {"activations are near libm", activations_are_near_libm},
             {"activations are those of PyTorch", activations_are_those_of_pytorch},
             {"infinite and huge arguments give the limits", infinite_and_huge_arguments_give_the_limits},
             {"leaky_relu has its slope", leaky_relu_has_its_slope},
             {"every activation lets NaN through", every_activation_lets_nan_through},
             {"magnitudes see every place", magnitudes_see_every_place},
             {"backpropagation multiplies by the slope", backpropagation_multiplies_by_the_slope},
             {"small derivatives become zero and NaN stays", small_derivatives_become_zero_and_nan_stays})
