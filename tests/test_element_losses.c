/* tests/test_element_losses.c — losses that are sums over elements, and smoothed labels: the values of other programs,
 * the same bits with every instruction set, derivatives by differences, extremes, and NaN. */
#include "compute/kernels.h"

#include "harness.h"
#include "losses_reference.h"
#include "numbers.h"

enum { ROWS = 24 };

static const double delta[FCNN_LOSS_SETTINGS] = {0.5}, none[FCNN_LOSS_SETTINGS] = {0};

typedef struct loss_kind {
    fcnn_loss loss;
    const double *settings;
    double factor; /* of the derivative, which the kernel leaves out */
} loss_kind;

static const loss_kind kinds[] = {
    {FCNN_LOSS_MAE, none, 1},       {FCNN_LOSS_HUBER, delta, 1},  {FCNN_LOSS_LOG_COSH, none, 1},
    {FCNN_LOSS_RELATIVE, delta, 2}, {FCNN_LOSS_POISSON, none, 1},
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* One output in each of up to ROWS rows, so that the loss of a row is that of an element. */
typedef struct column {
    double z[ROWS], t[ROWS], losses[ROWS];
    uint64_t most;
} column;

static void run(const fcnn_kernels *kernels, const loss_kind *kind, fcnn_head head, column *c)
{
    void *z = numbers_zeros(numbers_size(ROWS, 1), kernels->size),
         *t = numbers_zeros(numbers_size(ROWS, 1), kernels->size);
    for (int64_t row = 0; row < ROWS; row++) {
        numbers_set(kernels, z, numbers_place(ROWS, 1, row, 0), c->z[row]);
        numbers_set(kernels, t, numbers_place(ROWS, 1, row, 0), c->t[row]);
    }
    const fcnn_loss_job job = {.head = head,
                               .activation = FCNN_ACTIVATION_LINEAR,
                               .settings = kind->settings,
                               .z = z,
                               .rows = ROWS,
                               .width = 1,
                               .last = ROWS,
                               .targets = t,
                               .losses = c->losses};
    c->most = kernels->losses[kind->loss](&job);
    for (int64_t row = 0; row < ROWS; row++) {
        c->z[row] = numbers_get(kernels, z, numbers_place(ROWS, 1, row, 0));
        for (int64_t i = 1; i < 16; i++) {
            CU_ASSERT_EQUAL(numbers_get(kernels, z, numbers_place(ROWS, 1, row, 0) + i), 0);
        }
    }
    free(z);
    free(t);
}

/* ---- the numbers of PyTorch ---- */

/* Within the rounding errors of both programs. */
static bool agrees(const fcnn_kernels *kernels, double actual, double expected, double floor)
{
    return numbers_are_near(kernels, actual, expected, floor) ||
           (kernels->bits == 64 && fabs(actual - expected) <= 1e-14 * fmax(fabs(expected), floor));
}

static void check_cases(const fcnn_kernels *kernels, const loss_kind *kind, const element_case *cases)
{
    column c;
    for (int row = 0; row < ROWS; row++) {
        c.z[row] = cases[row].z;
        c.t[row] = cases[row].t;
    }
    run(kernels, kind, FCNN_HEAD_DELTA, &c);
    for (int row = 0; row < ROWS; row++) {
        const double floor = kind->loss == FCNN_LOSS_POISSON ? fabs(cases[row].t * cases[row].z) : 0;
        CU_ASSERT(agrees(kernels, c.losses[row], cases[row].loss, floor > 1e-3 ? floor : 1e-3));
        CU_ASSERT(agrees(kernels, kind->factor * c.z[row], cases[row].derivative, 1 + fabs(cases[row].t)));
    }
}

static void check_reference(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    check_cases(kernels, &kinds[0], mae_cases);
    check_cases(kernels, &kinds[1], huber_cases);
    check_cases(kernels, &kinds[2], log_cosh_cases);
    check_cases(kernels, &kinds[4], poisson_cases);
}

static void losses_are_those_of_pytorch(void)
{
    numbers_for_tables(check_reference);
}

static void check_smoothing(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    enum { WIDTH = 4, LABELS = 6 };
    static const double settings[FCNN_LOSS_SETTINGS] = {0.1};
    double losses[LABELS];
    void *z = numbers_zeros(numbers_size(LABELS, WIDTH), kernels->size);
    (void)plain;
    for (int i = 0; i < LABELS * WIDTH; i++) {
        numbers_set(kernels, z, numbers_place(LABELS, WIDTH, i / WIDTH, i % WIDTH), mae_cases[i].z);
    }
    const fcnn_loss_job job = {.head = FCNN_HEAD_DELTA,
                               .settings = settings,
                               .z = z,
                               .rows = LABELS,
                               .width = WIDTH,
                               .last = LABELS,
                               .labels = smoothing_labels,
                               .losses = losses};
    kernels->losses[FCNN_LOSS_CROSS_ENTROPY](&job);
    for (int row = 0; row < LABELS; row++) {
        CU_ASSERT(agrees(kernels, losses[row], smoothing_losses[row], 1));
        for (int c = 0; c < 16; c++) {
            const double expected = c < WIDTH ? smoothing_derivatives[row][c] : 0;
            CU_ASSERT(agrees(kernels, numbers_get(kernels, z, numbers_place(LABELS, WIDTH, row, 0) + c), expected,
                             c < WIDTH ? 1 : 0));
        }
    }
    free(z);
}

static void smoothed_labels_are_those_of_pytorch(void)
{
    numbers_for_tables(check_smoothing);
}

/* ---- every instruction set, in long double ---- */

static long double true_loss(const loss_kind *kind, long double z, long double t)
{
    const long double d = z - t, size = fabsl(d), setting = kind->settings[0];
    switch (kind->loss) {
    case FCNN_LOSS_MAE:
        return size;
    case FCNN_LOSS_HUBER:
        return size <= setting ? d * d / 2 : setting * (size - setting / 2);
    case FCNN_LOSS_LOG_COSH:
        return size < 1 ? log1pl(sinhl(d) * sinhl(d)) / 2 : size + log1pl(expl(-2 * size)) - logl(2);
    case FCNN_LOSS_RELATIVE:
        return d * d / (fabsl(t) > setting ? t * t : setting * setting);
    default:
        return expl(z) - t * z;
    }
}

static void draw(const fcnn_kernels *kernels, uint64_t *seed, double size, column *c)
{
    for (int row = 0; row < ROWS; row++) {
        c->t[row] = fabs(numbers_uniform(seed, 2));
        c->z[row] = c->t[row] + numbers_uniform(seed, size);
        c->t[row] = kernels->bits == 32 ? (double)(float)c->t[row] : c->t[row];
        c->z[row] = kernels->bits == 32 ? (double)(float)c->z[row] : c->z[row];
    }
}

static void check_draws(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const double sizes[] = {1e-6, 0.01, 1, 30};
    uint64_t seed = 1;
    for (size_t k = 0; k < KINDS; k++) {
        for (int n = 0; n < 40; n++) {
            column c, other, start;
            draw(kernels, &seed, sizes[n % 4], &c);
            start = other = c;
            run(kernels, &kinds[k], FCNN_HEAD_DELTA, &c);
            run(plain, &kinds[k], FCNN_HEAD_DELTA, &other);
            CU_ASSERT_EQUAL(memcmp(&c, &other, sizeof c), 0);
            for (int row = 0; row < ROWS; row++) {
                const double expected = (double)true_loss(&kinds[k], start.z[row], start.t[row]);
                const double floor = kinds[k].loss == FCNN_LOSS_POISSON ? 4 + fabs(start.t[row] * start.z[row]) : 0;
                /* relative to the value: a small loss of log_cosh has all its digits */
                CU_ASSERT(numbers_are_near(kernels, c.losses[row], expected, floor));
                CU_ASSERT(numbers_magnitude(kernels, c.z[row]) <= c.most);
            }
        }
    }
}

static void losses_are_near_long_double(void)
{
    numbers_for_tables(check_draws);
}

/* By central differences of true_loss, whose error is of the order of h². */
static void check_differences(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    const long double h = 1e-6L;
    uint64_t seed = 2;
    (void)plain;
    for (size_t k = 0; k < KINDS; k++) {
        column c, start;
        draw(kernels, &seed, 3, &c);
        start = c;
        run(kernels, &kinds[k], FCNN_HEAD_DELTA, &c);
        for (int row = 0; row < ROWS; row++) {
            const long double slope = (true_loss(&kinds[k], start.z[row] + h, start.t[row]) -
                                       true_loss(&kinds[k], start.z[row] - h, start.t[row])) /
                                      (2 * h);
            CU_ASSERT(fabs(kinds[k].factor * c.z[row] - (double)slope) <= 1e-5 * (1 + fabs((double)slope)));
        }
    }
}

static void derivatives_are_differences(void)
{
    numbers_for_tables(check_differences);
}

/* ---- extremes ---- */

static void check_extremes(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const double sizes[] = {0, 40, 800, 1e4, 1e30};
    (void)plain;
    for (int n = 0; n < 5; n++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            for (size_t k = 0; k < 3; k++) {
                column c = {{0}, {0}, {0}, 0};
                c.z[5] = sign * (double)(float)sizes[n];
                const double size = fabs(c.z[5]), slope = n == 0 ? 0 : sign * (k == 1 ? 0.5 : 1.0);
                const double loss = k == 0 ? size : k == 1 ? 0.5 * (size - 0.25) : size - log(2);
                run(kernels, &kinds[k], FCNN_HEAD_DELTA, &c);
                CU_ASSERT(numbers_are_near(kernels, c.losses[5], n == 0 ? 0 : loss, 0));
                CU_ASSERT_EQUAL(c.z[5], slope);
            }
        }
    }
    column c = {.z = {-800, 40, 1000}, .t = {3, 2, 2}};
    run(kernels, &kinds[4], FCNN_HEAD_DELTA, &c);
    CU_ASSERT_EQUAL(c.losses[0], 2400);
    CU_ASSERT_EQUAL(c.z[0], -3);
    CU_ASSERT(numbers_are_near(kernels, c.losses[1], exp(40) - 80, 0));
    CU_ASSERT(isinf(c.losses[2]) && isinf(c.z[2])); /* a step with it is one that diverges */
    CU_ASSERT_EQUAL(c.losses[3], 1);
}

static void large_errors_do_not_overflow(void)
{
    numbers_for_tables(check_extremes);
}

static void check_nan(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    for (size_t k = 0; k < KINDS; k++) {
        column c = {{0}, {0}, {0}, 0};
        c.z[7] = NAN;
        run(kernels, &kinds[k], FCNN_HEAD_DELTA, &c);
        CU_ASSERT(isnan(c.z[7]) && isnan(c.losses[7]));
        CU_ASSERT(isfinite(c.z[6]) && isfinite(c.losses[6]) && isfinite(c.losses[8]));
        CU_ASSERT(fcnn_magnitude_exponent(kernels, c.most) > 1024);
    }
}

static void losses_let_nan_through(void)
{
    numbers_for_tables(check_nan);
}

/* With FCNN_HEAD_OUTPUT, z is the output: exp(z) for poisson, unchanged for others. */
static void check_outputs(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    (void)plain;
    for (size_t k = 0; k < KINDS; k++) {
        column c = {.z = {-2, 3, -1000}, .t = {1, 2, 3}};
        run(kernels, &kinds[k], FCNN_HEAD_OUTPUT, &c);
        const bool is_rate = kinds[k].loss == FCNN_LOSS_POISSON;
        CU_ASSERT(numbers_are_near(kernels, c.z[0], is_rate ? exp(-2) : -2, 0));
        CU_ASSERT(numbers_are_near(kernels, c.z[1], is_rate ? exp(3) : 3, 0));
        CU_ASSERT_EQUAL(c.z[2], is_rate ? 0 : -1000);
        CU_ASSERT(numbers_are_near(kernels, c.losses[1], (double)true_loss(&kinds[k], 3, 2), 10));
    }
}

static void outputs_are_those_of_the_network(void)
{
    numbers_for_tables(check_outputs);
}

HARNESS_MAIN("element losses", {"losses are those of PyTorch", losses_are_those_of_pytorch},
             {"smoothed labels are those of PyTorch", smoothed_labels_are_those_of_pytorch},
             {"losses are near long double", losses_are_near_long_double},
             {"derivatives are differences", derivatives_are_differences},
             {"large errors do not overflow", large_errors_do_not_overflow},
             {"losses let NaN through", losses_let_nan_through},
             {"outputs are those of the network", outputs_are_those_of_the_network})
