/* tests/test_distributions.c — losses with several outputs for each target: the values of other programs, the same bits
 * with every instruction set, derivatives by differences, extremes, NaN, and what the outputs are. */
#include "compute/kernels.h"

#include "distributions_reference.h"
#include "harness.h"
#include "numbers.h"

enum { ROWS = 5, TARGETS = 23, WIDTH = 3 * TARGETS }; /* several panels; the last one is filled up */

/* Rows of outputs and targets of a loss. */
typedef struct rows_of_loss {
    fcnn_loss loss;
    double settings[FCNN_LOSS_SETTINGS];
    int64_t targets, each;
    void *weights; /* [targets · each]; NULL: none */
    double z[ROWS * WIDTH], t[ROWS * TARGETS], losses[ROWS];
    uint64_t most;
} rows_of_loss;

static void run(const fcnn_kernels *kernels, fcnn_head head, rows_of_loss *c)
{
    const int64_t width = c->targets * c->each;
    void *z = numbers_zeros(numbers_size(ROWS, width), kernels->size);
    void *t = numbers_zeros(numbers_size(ROWS, c->targets), kernels->size);
    for (int64_t row = 0; row < ROWS; row++) {
        for (int64_t i = 0; i < width; i++) {
            numbers_set(kernels, z, numbers_place(ROWS, width, row, i), c->z[row * width + i]);
        }
        for (int64_t i = 0; i < c->targets; i++) {
            numbers_set(kernels, t, numbers_place(ROWS, c->targets, row, i), c->t[row * c->targets + i]);
        }
    }
    const fcnn_loss_job job = {.head = head,
                               .settings = c->settings,
                               .z = z,
                               .rows = ROWS,
                               .width = width,
                               .last = ROWS,
                               .targets = t,
                               .target_width = c->targets,
                               .weights = c->weights,
                               .losses = c->losses};
    c->most = kernels->losses[c->loss](&job);
    for (int64_t row = 0; row < ROWS; row++) {
        for (int64_t i = 0; i < width; i++) {
            c->z[row * width + i] = numbers_get(kernels, z, numbers_place(ROWS, width, row, i));
        }
        for (int64_t i = width; i % 16 != 0; i++) {
            CU_ASSERT_EQUAL(numbers_get(kernels, z, numbers_place(ROWS, width, row, i)), 0);
        }
    }
    free(z);
    free(t);
}

/* ---- the numbers of other programs ---- */

static bool agrees(const fcnn_kernels *kernels, double actual, double expected, double floor)
{
    const double size = fmax(fabs(expected), floor);
    return fabs(actual - expected) <= (kernels->bits == 32 ? 3e-6 : 1e-14) * size;
}

static void check_pinball(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    for (size_t i = 0; i < sizeof pinball_cases / sizeof *pinball_cases; i++) {
        const pinball_case *of = &pinball_cases[i];
        rows_of_loss c = {.loss = FCNN_LOSS_QUANTILE, .settings = {of->probability}, .targets = 1, .each = 1};
        c.z[0] = of->y;
        c.t[0] = of->t;
        run(kernels, FCNN_HEAD_DELTA, &c);
        CU_ASSERT(agrees(kernels, c.losses[0], of->loss, 1e-3));
        CU_ASSERT(agrees(kernels, c.z[0], of->derivative, 0));
    }
}

static void pinball_losses_are_those_of_scikit_learn(void)
{
    numbers_for_tables(check_pinball);
}

static void check_normal(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    for (size_t i = 0; i < sizeof normal_cases / sizeof *normal_cases; i++) {
        const normal_case *of = &normal_cases[i];
        if (kernels->bits == 32 && (float)of->s != of->s) {
            continue; /* another variance */
        }
        rows_of_loss c = {.loss = FCNN_LOSS_GAUSSIAN_NLL, .settings = {of->floor}, .targets = 1, .each = 2};
        c.z[0] = of->m;
        c.z[1] = of->s;
        c.t[0] = of->t;
        const double rounding = 1 + fabs(of->s); /* exp(s) has the rounding error of s */
        run(kernels, FCNN_HEAD_DELTA, &c);
        CU_ASSERT(agrees(kernels, c.losses[0], of->loss, 1e-3 * rounding));
        CU_ASSERT(agrees(kernels, c.z[0] / rounding, of->by_m / rounding, 0));
        CU_ASSERT(isnan(of->by_s) || agrees(kernels, c.z[1] / rounding, of->by_s / rounding, 1e-3));
    }
}

static void normal_losses_are_those_of_pytorch(void)
{
    numbers_for_tables(check_normal);
}

/* ---- every instruction set, in long double ---- */

static const double quantiles[] = {0.02, 0.5, 0.875};

static rows_of_loss draw(const fcnn_kernels *kernels, fcnn_loss loss, uint64_t *seed)
{
    rows_of_loss c = {.loss = loss, .settings = {1e-6}, .targets = TARGETS, .each = 2};
    if (loss == FCNN_LOSS_QUANTILE) {
        c.each = 3;
        memcpy(c.settings, quantiles, sizeof quantiles);
    }
    for (int i = 0; i < ROWS * WIDTH; i++) {
        c.z[i] = numbers_uniform(seed, 3);
        c.z[i] = kernels->bits == 32 ? (double)(float)c.z[i] : c.z[i];
    }
    for (int i = 0; i < ROWS * TARGETS; i++) {
        c.t[i] = numbers_uniform(seed, 2);
        c.t[i] = kernels->bits == 32 ? (double)(float)c.t[i] : c.t[i];
    }
    return c;
}

static long double true_loss(const rows_of_loss *c, int64_t row, int64_t moved, long double by)
{
    const int64_t width = c->targets * c->each;
    long double loss = 0;
    for (int64_t i = 0; i < c->targets; i++) {
        const long double t = c->t[row * c->targets + i];
        long double y[3] = {0};
        for (int64_t k = 0; k < c->each; k++) {
            y[k] = (long double)c->z[row * width + i * c->each + k] + (i * c->each + k == moved ? by : 0);
        }
        if (c->loss == FCNN_LOSS_GAUSSIAN_NLL) {
            loss += (y[1] + (y[0] - t) * (y[0] - t) / expl(y[1])) / 2;
        }
        for (int64_t k = 0; c->loss == FCNN_LOSS_QUANTILE && k < 3; k++) {
            const long double q = c->settings[k];
            loss += fmaxl(q * (t - y[k]), (q - 1) * (t - y[k]));
        }
    }
    return loss;
}

static void check_draws(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    const long double h = 1e-6L;
    uint64_t seed = 1;
    for (int n = 0; n < 20; n++) {
        const rows_of_loss start = draw(kernels, n % 2 ? FCNN_LOSS_QUANTILE : FCNN_LOSS_GAUSSIAN_NLL, &seed);
        rows_of_loss c = start, other = start;
        run(kernels, FCNN_HEAD_DELTA, &c);
        run(plain, FCNN_HEAD_DELTA, &other);
        CU_ASSERT_EQUAL(memcmp(&c, &other, sizeof c), 0);
        const int64_t width = c.targets * c.each;
        for (int64_t row = 0; row < ROWS; row++) {
            const double expected = (double)true_loss(&start, row, -1, 0);
            CU_ASSERT(fabs(c.losses[row] - expected) <= 1e-13 * fabs(expected) + 1e-13 * TARGETS);
            for (int64_t i = 0; i < width; i++) {
                const double slope = (double)((true_loss(&start, row, i, h) - true_loss(&start, row, i, -h)) / (2 * h));
                const double actual = c.z[row * width + i];
                CU_ASSERT(fabs(actual - slope) <= 1e-6 * (1 + fabs(slope)));
                CU_ASSERT(numbers_magnitude(kernels, actual) <= c.most);
            }
        }
    }
}

static void losses_and_derivatives_are_near_long_double(void)
{
    numbers_for_tables(check_draws);
}

/* ---- extremes ---- */

/* A variance below the floor counts as the floor, and s can only leave it upward. */
static void check_floor(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    for (int far = 0; far < 2; far++) {
        rows_of_loss c = {.loss = FCNN_LOSS_GAUSSIAN_NLL, .settings = {0.25}, .targets = 1, .each = 2};
        c.z[0] = far ? 1.5 : 1.125;
        c.z[1] = -1000;
        c.t[0] = 1;
        const double error = c.z[0] - 1;
        run(kernels, FCNN_HEAD_DELTA, &c);
        CU_ASSERT(fabs(c.losses[0] - (log(0.25) + error * error / 0.25) / 2) < 1e-14);
        CU_ASSERT_EQUAL(c.z[0], error / 0.25);
        CU_ASSERT_EQUAL(c.z[1], 0); /* instead of (1 − 0.0625)/2, and (1 − 0.25/0.25)/2 */
    }
    rows_of_loss c = {.loss = FCNN_LOSS_GAUSSIAN_NLL, .settings = {0.25}, .targets = 1, .each = 2};
    c.z[0] = 2;
    c.z[1] = -1000;
    c.t[0] = 1;
    run(kernels, FCNN_HEAD_DELTA, &c);
    CU_ASSERT_EQUAL(c.z[1], -1.5); /* (1 − 1/0.25)/2 */
}

static void variances_have_a_floor(void)
{
    numbers_for_tables(check_floor);
}

static void check_nan(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const fcnn_loss both[] = {FCNN_LOSS_QUANTILE, FCNN_LOSS_GAUSSIAN_NLL};
    (void)plain;
    for (int k = 0; k < 2; k++) {
        uint64_t seed = 3;
        rows_of_loss c = draw(kernels, both[k], &seed);
        const int64_t at = 2 * c.targets * c.each + 7;
        c.z[at] = NAN;
        run(kernels, FCNN_HEAD_DELTA, &c);
        CU_ASSERT(isnan(c.losses[2]) && isnan(c.z[at]));
        CU_ASSERT(isfinite(c.losses[1]) && isfinite(c.losses[3]) && isfinite(c.z[at - c.each]));
        CU_ASSERT(fcnn_magnitude_exponent(kernels, c.most) > 1024);
    }
}

static void losses_let_nan_through(void)
{
    numbers_for_tables(check_nan);
}

/* A target that is NaN counts nowhere, and a weight of an output multiplies its loss and its derivatives. */
static void check_weights(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const fcnn_loss both[] = {FCNN_LOSS_QUANTILE, FCNN_LOSS_GAUSSIAN_NLL};
    (void)plain;
    for (int k = 0; k < 2; k++) {
        uint64_t seed = 5;
        const rows_of_loss start = draw(kernels, both[k], &seed);
        const int64_t each = start.each, width = TARGETS * each;
        rows_of_loss whole = start, missing = start, weighted = start, first = start;
        missing.t[2 * TARGETS + 5] = NAN;
        first.weights = weighted.weights = numbers_zeros(width, kernels->size);
        run(kernels, FCNN_HEAD_DELTA, &whole);
        run(kernels, FCNN_HEAD_DELTA, &missing);
        for (int64_t i = 0; i < each; i++) {
            numbers_set(kernels, first.weights, 5 * each + i, 1);
        }
        run(kernels, FCNN_HEAD_DELTA, &first);
        for (int64_t i = 0; i < width; i++) {
            numbers_set(kernels, weighted.weights, i, i / each == 5 ? 0.5 : 1);
        }
        run(kernels, FCNN_HEAD_DELTA, &weighted);
        CU_ASSERT_DOUBLE_EQUAL(whole.losses[2] - first.losses[2], missing.losses[2], 1e-12 * TARGETS);
        CU_ASSERT_DOUBLE_EQUAL(whole.losses[2] - first.losses[2] / 2, weighted.losses[2], 1e-12 * TARGETS);
        CU_ASSERT_EQUAL(whole.losses[1], missing.losses[1]);
        for (int64_t i = 0; i < width; i++) {
            const int64_t at = 2 * width + i;
            const bool is_own = i / each == 5;
            CU_ASSERT_EQUAL(missing.z[at], is_own ? 0 : whole.z[at]);
            CU_ASSERT_EQUAL(first.z[at], is_own ? whole.z[at] : 0);
            CU_ASSERT_EQUAL(weighted.z[at], is_own ? whole.z[at] / 2 : whole.z[at]);
        }
        free(first.weights);
    }
}

static void targets_may_be_missing_or_weighted(void)
{
    numbers_for_tables(check_weights);
}

/* With FCNN_HEAD_OUTPUT, quantiles and means are unchanged, and a logarithm of a variance is a standard deviation. */
static void check_outputs(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    uint64_t seed = 4;
    (void)plain;
    const rows_of_loss q = draw(kernels, FCNN_LOSS_QUANTILE, &seed), g = draw(kernels, FCNN_LOSS_GAUSSIAN_NLL, &seed);
    rows_of_loss c = q, d = q;
    run(kernels, FCNN_HEAD_OUTPUT, &c);
    run(kernels, FCNN_HEAD_DELTA, &d);
    CU_ASSERT_EQUAL(memcmp(c.losses, d.losses, sizeof c.losses), 0);
    CU_ASSERT_EQUAL(memcmp(c.z, q.z, sizeof c.z), 0);
    c = d = g;
    c.z[1] = d.z[1] = -100; /* below the floor 1e-6 */
    run(kernels, FCNN_HEAD_OUTPUT, &c);
    run(kernels, FCNN_HEAD_DELTA, &d);
    CU_ASSERT_EQUAL(memcmp(c.losses, d.losses, sizeof c.losses), 0);
    CU_ASSERT(numbers_are_near(kernels, c.z[1], 1e-3, 0));
    for (int i = 0; i < ROWS * 2 * TARGETS; i += 2) {
        CU_ASSERT_EQUAL(c.z[i], g.z[i]);
        CU_ASSERT(i == 0 || numbers_are_near(kernels, c.z[i + 1], exp(g.z[i + 1] / 2), 0));
    }
}

static void outputs_are_those_of_the_network(void)
{
    numbers_for_tables(check_outputs);
}

HARNESS_MAIN("distributions", {"pinball losses are those of scikit-learn", pinball_losses_are_those_of_scikit_learn},
             {"normal losses are those of PyTorch", normal_losses_are_those_of_pytorch},
             {"losses and derivatives are near long double", losses_and_derivatives_are_near_long_double},
             {"variances have a floor", variances_have_a_floor}, {"losses let NaN through", losses_let_nan_through},
             {"targets may be missing or weighted", targets_may_be_missing_or_weighted},
             {"outputs are those of the network", outputs_are_those_of_the_network})
