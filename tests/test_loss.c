/* tests/test_loss.c — losses and their derivatives: near what libm gives in higher precision, the same
 * bits with every instruction set, and without overflow or a lost NaN. */
#include "compute/kernels.h"

#include "harness.h"
#include "numbers.h"
#include "oracle.h"

static const int64_t widths[] = {1, 2, 10, 15, 16, 17, 63, 64, 65, 80, 128, 130};
#define WIDTHS ((int)(sizeof widths / sizeof *widths))

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
    static const double settings[FCNN_LOSS_SETTINGS] = {0};
    const bool has_labels = loss == FCNN_LOSS_CROSS_ENTROPY;
    const fcnn_loss_job job = {.head = kind,
                               .activation = FCNN_ACTIVATION_LINEAR,
                               .z = h->z,
                               .rows = ROWS,
                               .width = h->width,
                               .first = FIRST,
                               .last = LAST,
                               .labels = has_labels ? h->labels + FIRST : NULL,
                               .targets = has_labels ? NULL : h->targets,
                               .settings = settings,
                               .losses = h->losses + FIRST};
    return h->kernels->losses[loss](&job);
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
        errors += !numbers_are_near(h->kernels, h->losses[row], expected, floor);
        for (int64_t c = 0; c < h->width; c++) {
            const double wanted = (double)(kind == FCNN_HEAD_DELTA ? delta[c] : y[c]);
            errors += !numbers_are_near(h->kernels, result(h, row, c), wanted, floor);
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
                    CU_ASSERT(numbers_magnitude(kernels, result(&h, row, c)) <= most);
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
    numbers_for_tables(check_losses);
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
            CU_ASSERT(numbers_are_near(kernels, h.losses[row], row > 3 ? 2 * size : 0, 1));
            CU_ASSERT(numbers_are_near(kernels, result(&h, row, row % 3), row > 3 ? 1 : 0, 1));
            CU_ASSERT(numbers_are_near(kernels, result(&h, row, (row + 1) % 3), row > 3 ? -1 : 0, 1));
        }
        memcpy(h.z, h.logits, (size_t)numbers_size(ROWS, 3) * kernels->size);
        run_loss(&h, FCNN_LOSS_BINARY_CROSS_ENTROPY, FCNN_HEAD_DELTA);
        for (int64_t row = FIRST; row < LAST; row++) {
            double expected = 0;
            for (int64_t c = 0; c < 3; c++) {
                const double z = logit(&h, row, c), t = target(&h, row, c);
                expected += z > 0 ? z * (1 - t) : z < 0 ? -z * t : log(2);
            }
            CU_ASSERT(numbers_are_near(kernels, h.losses[row], expected, 1));
        }
        head_destroy(&h);
    }
}

static void extreme_logits_do_not_overflow(void)
{
    numbers_for_tables(check_extremes);
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
    numbers_for_tables(check_nan_loss);
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
    numbers_for_tables(check_small_loss);
}

HARNESS_MAIN("loss", {"losses are near long double", losses_are_near_long_double},
             {"extreme logits do not overflow", extreme_logits_do_not_overflow},
             {"losses let NaN through", losses_let_nan_through},
             {"small derivatives of losses become zero", small_derivatives_of_losses_become_zero})
