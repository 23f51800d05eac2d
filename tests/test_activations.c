/* tests/test_activations.c — activations and their derivatives: near what libm gives in higher precision, the same
 * bits with every instruction set, and without a lost NaN. */
#include "compute/kernels.h"

#include "harness.h"
#include "numbers.h"
#include "oracle.h"

/* The names in the order of fcnn_activation and of oracle_activation are the same. */
static const fcnn_activation activations[] = {FCNN_ACTIVATION_RELU, FCNN_ACTIVATION_LEAKY_RELU,
                                              FCNN_ACTIVATION_TANH, FCNN_ACTIVATION_SIGMOID,
                                              FCNN_ACTIVATION_GELU, FCNN_ACTIVATION_LINEAR};
static const oracle_activation oracles[] = {ORACLE_RELU,    ORACLE_LEAKY_RELU, ORACLE_TANH,
                                            ORACLE_SIGMOID, ORACLE_GELU,       ORACLE_LINEAR};
#define ACTIVATIONS 6

/* ---- activations ---- */

enum { COUNT = 16 * 64 };

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
            const double floor = activations[a] == FCNN_ACTIVATION_GELU ? fabs(expected) * (1 + at * at) : 0;
            errors += !numbers_are_near(kernels, numbers_get(kernels, y, i), expected, floor);
            errors += activations[a] == FCNN_ACTIVATION_GELU &&
                      !numbers_are_near(kernels, numbers_get(kernels, slope, i), oracle_slope(oracles[a], at), 1);
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
        return stored;
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
        void *slopes = activations[a] == FCNN_ACTIVATION_GELU ? stored : NULL;
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

HARNESS_MAIN("activations", {"activations are near libm", activations_are_near_libm},
             {"every activation lets NaN through", every_activation_lets_nan_through},
             {"magnitudes see every place", magnitudes_see_every_place},
             {"backpropagation multiplies by the slope", backpropagation_multiplies_by_the_slope},
             {"small derivatives become zero and NaN stays", small_derivatives_become_zero_and_nan_stays})
