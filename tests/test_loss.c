/* tests/test_loss.c — activations, losses and their derivatives: near what libm gives in higher precision, the same
 * bits with every instruction set, and without overflow or a lost NaN. */
#include "compute/kernels.h"

#include "harness.h"
#include "numbers.h"
#include "oracle.h"

static const int precisions[] = {32, 64};
static const int64_t widths[] = {1, 2, 10, 15, 16, 17, 63, 64, 65, 80, 128, 130};
#define WIDTHS ((int)(sizeof widths / sizeof *widths))

/* The names in the order of fcnn_activation and of oracle_activation are the same. */
static const fcnn_activation activations[] = {FCNN_ACTIVATION_RELU, FCNN_ACTIVATION_LEAKY_RELU,
                                              FCNN_ACTIVATION_TANH, FCNN_ACTIVATION_SIGMOID,
                                              FCNN_ACTIVATION_GELU, FCNN_ACTIVATION_LINEAR};
static const oracle_activation oracles[] = {ORACLE_RELU,    ORACLE_LEAKY_RELU, ORACLE_TANH,
                                            ORACLE_SIGMOID, ORACLE_GELU,       ORACLE_LINEAR};
#define ACTIVATIONS 6

static double tolerance(const fcnn_kernels *kernels)
{
    return kernels->bits == 32 ? 4e-7 : 1e-15;
}

/* |actual − expected| within some units of the larger of |expected| and floor; results that are hardly
 * normal numbers may be zero. */
static bool is_near(const fcnn_kernels *kernels, double actual, double expected, double floor)
{
    const double size = fabs(expected) > floor ? fabs(expected) : floor;
    return fabs(actual - expected) <= tolerance(kernels) * size + (kernels->bits == 32 ? 0x1p-122 : 0x1p-1018);
}

static uint64_t magnitude_of(const fcnn_kernels *kernels, double value)
{
    uint64_t word;
    uint32_t half;
    const float single = (float)fabs(value);
    const double magnitude = fabs(value);
    memcpy(&word, &magnitude, sizeof word);
    memcpy(&half, &single, sizeof half);
    return kernels->bits == 32 ? half : word;
}

static uint64_t largest_of(const fcnn_kernels *kernels, const void *values, int64_t count)
{
    uint64_t most = 0;
    for (int64_t i = 0; i < count; i++) {
        const uint64_t own = magnitude_of(kernels, numbers_get(kernels, values, i));
        most = own > most ? own : most;
    }
    return most;
}

/* Runs a check for every table of both precisions; plain comes first. */
static void for_tables(void (*check)(const fcnn_kernels *kernels, const fcnn_kernels *plain))
{
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[3];
        const int count = numbers_tables(precisions[i], tables);
        for (int t = 0; t < count; t++) {
            check(tables[t], tables[0]);
        }
    }
}

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
        CU_ASSERT_EQUAL(most, largest_of(kernels, y, COUNT));
        int64_t errors = 0;
        for (int64_t i = 0; i < COUNT; i++) {
            const double at = numbers_get(kernels, z, i), expected = oracle_activate(oracles[a], at);
            /* the oracle's gelu suffers from the rounding of its argument */
            const double floor = activations[a] == FCNN_ACTIVATION_GELU ? fabs(expected) * (1 + at * at) : 0;
            errors += !is_near(kernels, numbers_get(kernels, y, i), expected, floor);
            errors += activations[a] == FCNN_ACTIVATION_GELU &&
                      !is_near(kernels, numbers_get(kernels, slope, i), oracle_slope(oracles[a], at), 1);
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
    for_tables(check_activations);
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
    for_tables(check_nan);
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
            CU_ASSERT_EQUAL(most, magnitude_of(kernels, ldexp(1.5, exponent)));
            CU_ASSERT_EQUAL(fcnn_magnitude_exponent(kernels, most), exponent + 1);
        }
        numbers_set(kernels, values, place, place % 2 ? INFINITY : -INFINITY);
        CU_ASSERT(fcnn_magnitude_exponent(kernels, magnitude(kernels, 48, values)) > 1024);
        numbers_set(kernels, values, place, NAN);
        CU_ASSERT(fcnn_magnitude_exponent(kernels, magnitude(kernels, 48, values)) > 1024);
    }
    CU_ASSERT_EQUAL(fcnn_magnitude_exponent(kernels, magnitude_of(kernels, 1)), 1); /* 1 is not below 2^0 */
    CU_ASSERT(fcnn_magnitude_exponent(kernels, 0) < -100);
}

static void magnitudes_see_every_place(void)
{
    for_tables(check_magnitudes);
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
        CU_ASSERT_EQUAL(most, largest_of(kernels, delta, COUNT));
        int64_t errors = 0;
        for (int64_t i = 0; i < COUNT; i++) {
            const double slope =
                slope_by_result(oracles[a], numbers_get(kernels, result, i), numbers_get(kernels, stored, i));
            errors += !is_near(kernels, numbers_get(kernels, delta, i), slope * numbers_get(kernels, start, i), 0.5);
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
    for_tables(check_backpropagation);
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
    for_tables(check_small);
}

/* ---- losses ---- */

enum { ROWS = 7, FIRST = 2, LAST = 6 };

typedef struct head {
    const fcnn_kernels *kernels;
    int64_t width;
    void *logits, *z, *targets;
    int32_t labels[ROWS];
    double losses[ROWS];
} head;

static head head_create(const fcnn_kernels *kernels, int64_t width, double size, uint64_t seed)
{
    head h = {.kernels = kernels, .width = width};
    h.logits = numbers_zeros(numbers_size(ROWS, width), kernels->size);
    h.z = numbers_zeros(numbers_size(ROWS, width), kernels->size);
    h.targets = numbers_zeros(numbers_size(ROWS, width), kernels->size);
    for (int64_t row = 0; row < ROWS; row++) {
        h.labels[row] = (int32_t)numbers_below(&seed, width);
        for (int64_t c = 0; c < width; c++) {
            const int64_t place = numbers_place(ROWS, width, row, c);
            const double target = (double)numbers_below(&seed, 3) / 2;
            numbers_set(kernels, h.logits, place, numbers_uniform(&seed, size));
            numbers_set(kernels, h.targets, place, target);
        }
    }
    memcpy(h.z, h.logits, (size_t)numbers_size(ROWS, width) * kernels->size);
    return h;
}

static void head_destroy(head *h)
{
    free(h->logits);
    free(h->z);
    free(h->targets);
}

static double logit(const head *h, int64_t row, int64_t c)
{
    return numbers_get(h->kernels, h->logits, numbers_place(ROWS, h->width, row, c));
}

static double target(const head *h, int64_t row, int64_t c)
{
    return numbers_get(h->kernels, h->targets, numbers_place(ROWS, h->width, row, c));
}

static double result(const head *h, int64_t row, int64_t c)
{
    return numbers_get(h->kernels, h->z, numbers_place(ROWS, h->width, row, c));
}

static uint64_t run_loss(head *h, fcnn_loss loss, fcnn_head kind)
{
    const fcnn_kernels *k = h->kernels;
    switch (loss) {
    case FCNN_LOSS_CROSS_ENTROPY:
        return k->softmax(kind, h->z, ROWS, h->width, FIRST, LAST, h->labels + FIRST, h->losses + FIRST);
    case FCNN_LOSS_BINARY_CROSS_ENTROPY:
        return k->sigmoid(kind, h->z, ROWS, h->width, FIRST, LAST, h->targets, h->losses + FIRST);
    case FCNN_LOSS_MSE:
    case FCNN_LOSS_AUTO:
        break;
    }
    return k->square(kind, FCNN_ACTIVATION_LINEAR, h->z, ROWS, h->width, FIRST, LAST, h->targets, h->losses + FIRST);
}

/* Row's loss, outputs [width] and derivatives [width] in long double. */
static long double true_loss(const head *h, fcnn_loss loss, int64_t row, long double *y, long double *delta)
{
    long double sum = 0, most = -INFINITY, total = 0;
    for (int64_t c = 0; c < h->width; c++) {
        most = logit(h, row, c) > most ? (long double)logit(h, row, c) : most;
    }
    for (int64_t c = 0; c < h->width; c++) {
        sum += expl(logit(h, row, c) - most);
    }
    for (int64_t c = 0; c < h->width; c++) {
        const long double z = logit(h, row, c), t = target(h, row, c);
        if (loss == FCNN_LOSS_CROSS_ENTROPY) {
            y[c] = expl(z - most) / sum;
            delta[c] = y[c] - (c == h->labels[row]);
            total += c == h->labels[row] ? most - z + logl(sum) : 0;
        } else if (loss == FCNN_LOSS_BINARY_CROSS_ENTROPY) {
            y[c] = z > 0 ? 1 / (1 + expl(-z)) : expl(z) / (1 + expl(z));
            delta[c] = y[c] - t;
            total += t * (z < 0 ? log1pl(expl(z)) - z : log1pl(expl(-z)));
            total += (1 - t) * (z > 0 ? log1pl(expl(-z)) + z : log1pl(expl(z)));
        } else {
            y[c] = z;
            delta[c] = z - t;
            total += (z - t) * (z - t);
        }
    }
    return total;
}

static int64_t loss_errors(const head *h, fcnn_loss loss, fcnn_head kind, double size)
{
    long double *y = numbers_zeros(h->width, sizeof *y), *delta = numbers_zeros(h->width, sizeof *y);
    int64_t errors = 0;
    /* a softmax in single precision rounds logits − maximum: an error of 2^-24·size in the exponent */
    const double floor = loss == FCNN_LOSS_CROSS_ENTROPY ? 1 + size : 1;
    for (int64_t row = FIRST; row < LAST; row++) {
        const double expected = (double)true_loss(h, loss, row, y, delta);
        errors += !is_near(h->kernels, h->losses[row], expected, floor);
        for (int64_t c = 0; c < h->width; c++) {
            const double wanted = (double)(kind == FCNN_HEAD_DELTA ? delta[c] : y[c]);
            errors += !is_near(h->kernels, result(h, row, c), wanted, floor);
        }
    }
    free(y);
    free(delta);
    return errors;
}

/* What the kernel has no business with: other rows, and the columns that fill up the last panel. */
static int64_t touched(const head *h)
{
    int64_t errors = 0;
    for (int64_t row = 0; row < ROWS; row++) {
        for (int64_t c = 0; c < h->width; c++) {
            errors += (row < FIRST || row >= LAST) && result(h, row, c) != logit(h, row, c);
        }
        for (int64_t c = h->width; c % 16 != 0; c++) {
            errors += result(h, row, c) != 0;
        }
    }
    return errors;
}

static void check_loss(const fcnn_kernels *kernels, const fcnn_kernels *plain, fcnn_loss loss, fcnn_head kind)
{
    for (int w = 0; w < WIDTHS; w++) {
        for (int n = 0; n < 3; n++) {
            const double size = (const double[]){1, 8, 40}[n];
            const uint64_t seed = (uint64_t)(100 * w + n);
            head h = head_create(kernels, widths[w], size, seed), other = head_create(plain, widths[w], size, seed);
            const uint64_t most = run_loss(&h, loss, kind);
            const size_t bytes = (size_t)numbers_size(ROWS, widths[w]) * kernels->size;
            CU_ASSERT_EQUAL(most, run_loss(&other, loss, kind));
            CU_ASSERT_EQUAL(memcmp(h.z, other.z, bytes), 0);
            CU_ASSERT_EQUAL(memcmp(h.losses, other.losses, sizeof h.losses), 0);
            CU_ASSERT_EQUAL(loss_errors(&h, loss, kind, size), 0);
            CU_ASSERT_EQUAL(touched(&h), 0);
            for (int64_t row = FIRST; kind == FCNN_HEAD_DELTA && row < LAST; row++) {
                for (int64_t c = 0; c < widths[w]; c++) {
                    CU_ASSERT(magnitude_of(kernels, result(&h, row, c)) <= most);
                }
            }
            head_destroy(&h);
            head_destroy(&other);
        }
    }
}

static void check_losses(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const fcnn_loss losses[] = {FCNN_LOSS_CROSS_ENTROPY, FCNN_LOSS_BINARY_CROSS_ENTROPY, FCNN_LOSS_MSE};
    for (int i = 0; i < 3; i++) {
        check_loss(kernels, plain, losses[i], FCNN_HEAD_DELTA);
        check_loss(kernels, plain, losses[i], FCNN_HEAD_OUTPUT);
    }
}

static void losses_are_near_long_double(void)
{
    for_tables(check_losses);
}

/* Logits that overflow in a naive softmax. */
static void check_extremes(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const double sizes[] = {90, 1e4, 1e30};
    (void)plain;
    for (int n = 0; n < 3; n++) {
        const double size = (double)(float)sizes[n];
        head h = head_create(kernels, 3, 1, 1);
        for (int64_t row = 0; row < ROWS; row++) {
            for (int64_t c = 0; c < 3; c++) {
                const double value = c == row % 3 ? size : c == (row + 1) % 3 ? -size : 0;
                numbers_set(kernels, h.z, numbers_place(ROWS, 3, row, c), value);
            }
            h.labels[row] = (int32_t)((row + (row > 3 ? 1 : 0)) % 3); /* sure and right; sure and wrong */
        }
        memcpy(h.logits, h.z, (size_t)numbers_size(ROWS, 3) * kernels->size);
        run_loss(&h, FCNN_LOSS_CROSS_ENTROPY, FCNN_HEAD_DELTA);
        for (int64_t row = FIRST; row < LAST; row++) {
            CU_ASSERT(is_near(kernels, h.losses[row], row > 3 ? 2 * size : 0, 1));
            CU_ASSERT(is_near(kernels, result(&h, row, row % 3), row > 3 ? 1 : 0, 1));
            CU_ASSERT(is_near(kernels, result(&h, row, (row + 1) % 3), row > 3 ? -1 : 0, 1));
        }
        memcpy(h.z, h.logits, (size_t)numbers_size(ROWS, 3) * kernels->size);
        run_loss(&h, FCNN_LOSS_BINARY_CROSS_ENTROPY, FCNN_HEAD_DELTA);
        for (int64_t row = FIRST; row < LAST; row++) {
            double expected = 0;
            for (int64_t c = 0; c < 3; c++) {
                const double z = logit(&h, row, c), t = target(&h, row, c);
                expected += z > 0 ? z * (1 - t) : z < 0 ? -z * t : log(2);
            }
            CU_ASSERT(is_near(kernels, h.losses[row], expected, 1));
        }
        head_destroy(&h);
    }
}

static void extreme_logits_do_not_overflow(void)
{
    for_tables(check_extremes);
}

static void check_nan_loss(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const fcnn_loss losses[] = {FCNN_LOSS_CROSS_ENTROPY, FCNN_LOSS_BINARY_CROSS_ENTROPY, FCNN_LOSS_MSE};
    (void)plain;
    for (int i = 0; i < 3; i++) {
        for (int w = 0; w < WIDTHS; w++) {
            head h = head_create(kernels, widths[w], 1, 5);
            const int64_t column = widths[w] - 1;
            numbers_set(kernels, h.z, numbers_place(ROWS, widths[w], 3, column), NAN);
            const uint64_t most = run_loss(&h, losses[i], FCNN_HEAD_DELTA);
            CU_ASSERT(fcnn_magnitude_exponent(kernels, most) > 1024);
            CU_ASSERT(isnan(result(&h, 3, column)));
            CU_ASSERT(isnan(h.losses[3]));
            CU_ASSERT(isfinite(result(&h, 2, column)));
            CU_ASSERT(isfinite(result(&h, 4, column)));
            CU_ASSERT(isfinite(h.losses[4]));
            head_destroy(&h);
        }
    }
}

static void losses_let_nan_through(void)
{
    for_tables(check_nan_loss);
}

/* Derivatives of a sure, right answer are so small that they become zero. */
static void check_small_loss(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    const double far = kernels->bits == 32 ? 75 : 650; /* exp(−far) is a normal number below the limit */
    head h = head_create(kernels, 2, 1, 1);
    for (int64_t row = 0; row < ROWS; row++) {
        numbers_set(kernels, h.z, numbers_place(ROWS, 2, row, 0), 0);
        numbers_set(kernels, h.z, numbers_place(ROWS, 2, row, 1), -far);
        numbers_set(kernels, h.targets, numbers_place(ROWS, 2, row, 0), 0.5);
        numbers_set(kernels, h.targets, numbers_place(ROWS, 2, row, 1), 0);
        h.labels[row] = 0;
    }
    memcpy(h.logits, h.z, (size_t)numbers_size(ROWS, 2) * kernels->size);
    run_loss(&h, FCNN_LOSS_CROSS_ENTROPY, FCNN_HEAD_DELTA);
    CU_ASSERT_EQUAL(result(&h, 3, 0), 0);
    CU_ASSERT_EQUAL(result(&h, 3, 1), 0);
    memcpy(h.z, h.logits, (size_t)numbers_size(ROWS, 2) * kernels->size);
    run_loss(&h, FCNN_LOSS_CROSS_ENTROPY, FCNN_HEAD_OUTPUT); /* an output is not cut */
    CU_ASSERT(result(&h, 3, 1) > 0);
    memcpy(h.z, h.logits, (size_t)numbers_size(ROWS, 2) * kernels->size);
    run_loss(&h, FCNN_LOSS_BINARY_CROSS_ENTROPY, FCNN_HEAD_DELTA);
    CU_ASSERT_EQUAL(result(&h, 3, 0), 0);
    CU_ASSERT_EQUAL(result(&h, 3, 1), 0);
    head_destroy(&h);
}

static void small_derivatives_of_losses_become_zero(void)
{
    for_tables(check_small_loss);
}

HARNESS_MAIN("loss", {"activations are near libm", activations_are_near_libm},
             {"every activation lets NaN through", every_activation_lets_nan_through},
             {"magnitudes see every place", magnitudes_see_every_place},
             {"backpropagation multiplies by the slope", backpropagation_multiplies_by_the_slope},
             {"small derivatives become zero and NaN stays", small_derivatives_become_zero_and_nan_stays},
             {"losses are near long double", losses_are_near_long_double},
             {"extreme logits do not overflow", extreme_logits_do_not_overflow},
             {"losses let NaN through", losses_let_nan_through},
             {"small derivatives of losses become zero", small_derivatives_of_losses_become_zero})
