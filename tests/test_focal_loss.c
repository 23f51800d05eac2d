/* tests/test_focal_loss.c — the focal losses of a softmax and of sigmoids, missing targets and weights of outputs in
 * the kernels of losses: reference values, the same bits with every instruction set, derivatives by differences,
 * extremes. */
#include "compute/kernels.h"

#include "focal_reference.h"
#include "harness.h"
#include "numbers.h"

enum { ROWS = 6, MOST = 70 };

/* ROWS rows of logits. */
typedef struct block {
    int64_t width;
    double z[ROWS][MOST], t[ROWS][MOST], losses[ROWS];
    const double *weights; /* [width]; NULL: none */
    int32_t labels[ROWS];
    uint64_t most;
} block;

static void run(const fcnn_kernels *kernels, fcnn_loss loss, const double *settings, fcnn_head head, block *b)
{
    const int64_t width = b->width, size = numbers_size(ROWS, width);
    void *z = numbers_zeros(size, kernels->size), *t = numbers_zeros(size, kernels->size);
    void *weights = numbers_zeros((width + 15) / 16 * 16, kernels->size);
    for (int64_t row = 0; row < ROWS; row++) {
        for (int64_t c = 0; c < width; c++) {
            numbers_set(kernels, z, numbers_place(ROWS, width, row, c), b->z[row][c]);
            numbers_set(kernels, t, numbers_place(ROWS, width, row, c), b->t[row][c]);
        }
    }
    for (int64_t c = 0; b->weights != NULL && c < width; c++) {
        numbers_set(kernels, weights, c, b->weights[c]);
    }
    const bool has_labels = loss == FCNN_LOSS_CROSS_ENTROPY;
    const fcnn_loss_job job = {.head = head,
                               .activation = FCNN_ACTIVATION_LINEAR,
                               .settings = settings,
                               .z = z,
                               .rows = ROWS,
                               .width = width,
                               .last = ROWS,
                               .labels = has_labels ? b->labels : NULL,
                               .targets = has_labels ? NULL : t,
                               .weights = b->weights != NULL ? weights : NULL,
                               .losses = b->losses};
    b->most = kernels->losses[loss](&job);
    for (int64_t row = 0; row < ROWS; row++) {
        for (int64_t c = 0; c < width; c++) {
            b->z[row][c] = numbers_get(kernels, z, numbers_place(ROWS, width, row, c));
            CU_ASSERT(isnan(b->z[row][c]) || numbers_magnitude(kernels, b->z[row][c]) <= b->most);
        }
        for (int64_t c = width; c % 16 != 0 && !isnan(b->losses[row]); c++) {
            CU_ASSERT_EQUAL(numbers_get(kernels, z, numbers_place(ROWS, width, row, c)), 0);
        }
    }
    free(z);
    free(t);
    free(weights);
}

/* ---- the numbers of other programs ---- */

static void check_softmax(const fcnn_kernels *kernels, double gamma, const double *losses, const double (*slopes)[4])
{
    const double settings[FCNN_LOSS_SETTINGS] = {0, gamma};
    block b = {.width = 4};
    for (int row = 0; row < ROWS; row++) {
        memcpy(b.z[row], focal_logits[row], sizeof focal_logits[row]);
        b.labels[row] = focal_labels[row];
    }
    run(kernels, FCNN_LOSS_CROSS_ENTROPY, settings, FCNN_HEAD_DELTA, &b);
    for (int row = 0; row < ROWS; row++) {
        CU_ASSERT(numbers_are_near(kernels, b.losses[row], losses[row], 1 + losses[row]));
        for (int c = 0; c < 4; c++) {
            CU_ASSERT(numbers_are_near(kernels, b.z[row][c], slopes[row][c], 1));
        }
    }
}

static void check_reference(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const double settings[FCNN_LOSS_SETTINGS] = {2};
    (void)plain;
    check_softmax(kernels, 2, focal_2_losses, focal_2_derivatives);
    check_softmax(kernels, 0.5, focal_05_losses, focal_05_derivatives);
    block b = {.width = 4};
    for (int row = 0; row < ROWS; row++) {
        memcpy(b.z[row], focal_logits[row], sizeof focal_logits[row]);
        memcpy(b.t[row], focal_targets[row], sizeof focal_targets[row]);
    }
    run(kernels, FCNN_LOSS_BINARY_CROSS_ENTROPY, settings, FCNN_HEAD_DELTA, &b);
    for (int row = 0; row < ROWS; row++) {
        double loss = 0;
        for (int c = 0; c < 4; c++) {
            loss += focal_sigmoid_losses[row][c];
            CU_ASSERT(numbers_are_near(kernels, b.z[row][c], focal_sigmoid_derivatives[row][c], 1));
        }
        CU_ASSERT(numbers_are_near(kernels, b.losses[row], loss, 1 + loss));
    }
}

static void losses_are_those_of_other_programs(void)
{
    numbers_for_tables(check_reference);
}

/* ---- in long double ---- */

static long double true_softmax(const block *b, int row, long double gamma)
{
    long double most = -INFINITY, others = 0;
    for (int64_t c = 0; c < b->width; c++) {
        most = b->z[row][c] > most ? (long double)b->z[row][c] : most;
    }
    const long double own = expl(b->z[row][b->labels[row]] - most);
    for (int64_t c = 0; c < b->width; c++) {
        others += c == b->labels[row] ? 0 : expl(b->z[row][c] - most);
    }
    const long double q = others / (own + others);
    return powl(q, gamma) * (q < 0.5L ? -log1pl(-q) : logl(own + others) + (most - b->z[row][b->labels[row]]));
}

static long double true_sigmoid(long double z, long double t, long double gamma)
{
    const long double y = 1 / (1 + expl(-z)), rest = 1 / (1 + expl(z));
    const long double entropy = t * log1pl(expl(-z)) + (1 - t) * (z + log1pl(expl(-z)));
    return powl(y * (1 - t) + rest * t, gamma) * entropy;
}

static void draw(const fcnn_kernels *kernels, uint64_t *seed, double size, block *b)
{
    for (int row = 0; row < ROWS; row++) {
        b->labels[row] = (int32_t)numbers_below(seed, b->width);
        for (int64_t c = 0; c < b->width; c++) {
            const double z = numbers_uniform(seed, size);
            b->z[row][c] = kernels->bits == 32 ? (double)(float)z : z;
            b->t[row][c] = (double)numbers_below(seed, 3) / 2;
        }
    }
}

/* Compares losses with their values in long double, and derivatives with central differences of these. */
static void check_kind(const fcnn_kernels *kernels, const fcnn_kernels *plain, bool is_softmax, int64_t width,
                       double gamma, uint64_t *seed)
{
    const long double h = 1e-6L;
    const double settings[FCNN_LOSS_SETTINGS] = {is_softmax ? 0 : gamma, is_softmax ? gamma : 0};
    const fcnn_loss loss = is_softmax ? FCNN_LOSS_CROSS_ENTROPY : FCNN_LOSS_BINARY_CROSS_ENTROPY;
    static block b, other, start;
    b = (block){.width = width};
    draw(kernels, seed, 6, &b);
    start = other = b;
    run(kernels, loss, settings, FCNN_HEAD_DELTA, &b);
    run(plain, loss, settings, FCNN_HEAD_DELTA, &other);
    CU_ASSERT_EQUAL(memcmp(&b, &other, sizeof b), 0);
    for (int row = 0; row < ROWS; row++) {
        long double sum = is_softmax ? true_softmax(&start, row, gamma) : 0;
        for (int64_t c = 0; c < width; c++) {
            const double z = start.z[row][c], t = start.t[row][c];
            sum += is_softmax ? 0 : true_sigmoid(z, t, gamma);
            block above = start, below = start;
            above.z[row][c] = (double)(z + h);
            below.z[row][c] = (double)(z - h);
            const long double step = above.z[row][c] - below.z[row][c];
            const long double slope = is_softmax
                                          ? (true_softmax(&above, row, gamma) - true_softmax(&below, row, gamma)) / step
                                          : (true_sigmoid(z + h, t, gamma) - true_sigmoid(z - h, t, gamma)) / (2 * h);
            CU_ASSERT(fabs(b.z[row][c] - (double)slope) <= 1e-5 * (1 + fabs((double)slope)));
        }
        CU_ASSERT(numbers_are_near(kernels, b.losses[row], (double)sum, 7 * (1 + gamma)));
    }
}

static void check_draws(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const int64_t widths[] = {2, 3, 16, 17, 65};
    uint64_t seed = 1;
    for (int w = 0; w < 5; w++) {
        for (int g = 0; g < 4; g++) {
            const double gamma = (const double[]){0.25, 1, 2, 5}[g];
            check_kind(kernels, plain, true, widths[w], gamma, &seed);
            check_kind(kernels, plain, false, widths[w], gamma, &seed);
        }
    }
}

static void losses_are_near_long_double(void)
{
    numbers_for_tables(check_draws);
}

static void check_extremes(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const double softmax[FCNN_LOSS_SETTINGS] = {0, 2}, sigmoid[FCNN_LOSS_SETTINGS] = {2};
    (void)plain;
    block b = {.width = 2, .z = {{1e4, -1e4}, {-1e4, 1e4}, {NAN, 0}, {30, 0}}};
    b.t[0][0] = 1; /* right with certainty */
    b.t[1][0] = 1; /* wrong with certainty */
    block c = b, d = b;
    run(kernels, FCNN_LOSS_CROSS_ENTROPY, softmax, FCNN_HEAD_DELTA, &b);
    CU_ASSERT(b.losses[0] == 0 && b.z[0][0] == 0 && b.z[0][1] == 0);
    CU_ASSERT(b.losses[1] == 2e4 && b.z[1][0] == -1 && b.z[1][1] == 1);
    CU_ASSERT(isnan(b.losses[2]) && isnan(b.z[2][0]) && isnan(b.z[2][1]) && isfinite(b.losses[3]));
    /* small losses have all their digits */
    CU_ASSERT(fabs(b.losses[3] * exp(90) - 1) < (kernels->bits == 32 ? 1e-6 : 1e-12));
    CU_ASSERT(fcnn_magnitude_exponent(kernels, b.most) > 1024);
    run(kernels, FCNN_LOSS_BINARY_CROSS_ENTROPY, sigmoid, FCNN_HEAD_DELTA, &c);
    CU_ASSERT(c.losses[0] == 0 && c.z[0][0] == 0 && c.z[0][1] == 0);
    CU_ASSERT(c.losses[1] == 2e4 && c.z[1][0] == -1 && c.z[1][1] == 1);
    CU_ASSERT(isnan(c.losses[2]) && isnan(c.z[2][0]) && isfinite(c.z[2][1]) && isfinite(c.losses[3]));
    run(kernels, FCNN_LOSS_CROSS_ENTROPY, softmax, FCNN_HEAD_OUTPUT, &d);
    CU_ASSERT(d.z[0][0] == 1 && d.z[1][0] == 0 && numbers_are_near(kernels, d.z[4][1], 0.5, 0));
    CU_ASSERT_EQUAL(d.losses[1], b.losses[1]);
}

static void extremes_are_limits(void)
{
    numbers_for_tables(check_extremes);
}

/* ---- missing targets, and weights of outputs ---- */

/* A missing target is as if its column did not exist: its derivative is 0, and the others keep theirs. */
static void check_missing(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const fcnn_loss losses[] = {FCNN_LOSS_MSE,      FCNN_LOSS_MAE,     FCNN_LOSS_HUBER,
                                       FCNN_LOSS_LOG_COSH, FCNN_LOSS_POISSON, FCNN_LOSS_BINARY_CROSS_ENTROPY,
                                       FCNN_LOSS_RELATIVE};
    static const double none[FCNN_LOSS_SETTINGS] = {0}, one[FCNN_LOSS_SETTINGS] = {1};
    static block b, all, other;
    uint64_t seed = 5;
    for (int k = 0; k < 9; k++) {
        const fcnn_loss loss = losses[k < 7 ? k : 5];
        const double *settings = k == 2 || k == 6 || k >= 7 ? one : none;
        const int64_t width = k % 2 ? 67 : 5;
        b = (block){.width = width};
        draw(kernels, &seed, 2, &b);
        all = b;
        for (int64_t c = 0; c < width; c++) {
            b.t[1][c] = c % 2 ? NAN : b.t[1][c];
            b.t[2][c] = NAN;
        }
        other = b;
        run(kernels, loss, settings, FCNN_HEAD_DELTA, &b);
        run(plain, loss, settings, FCNN_HEAD_DELTA, &other);
        run(kernels, loss, settings, FCNN_HEAD_DELTA, &all);
        CU_ASSERT_EQUAL(memcmp(b.z, other.z, sizeof b.z), 0);
        CU_ASSERT_EQUAL(memcmp(b.losses, other.losses, sizeof b.losses), 0);
        CU_ASSERT_EQUAL(b.losses[2], 0);
        CU_ASSERT(b.losses[1] < all.losses[1] || loss == FCNN_LOSS_POISSON);
        for (int64_t c = 0; c < width; c++) {
            CU_ASSERT_EQUAL(b.z[0][c], all.z[0][c]);
            CU_ASSERT_EQUAL(b.z[1][c], c % 2 ? 0 : all.z[1][c]);
            CU_ASSERT_EQUAL(b.z[2][c], 0);
        }
        CU_ASSERT_EQUAL(b.losses[0], all.losses[0]);
    }
}

static void missing_targets_count_in_no_sum(void)
{
    numbers_for_tables(check_missing);
}

static void check_weights(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const fcnn_loss losses[] = {FCNN_LOSS_MSE, FCNN_LOSS_MAE, FCNN_LOSS_POISSON, FCNN_LOSS_BINARY_CROSS_ENTROPY};
    static const double none[FCNN_LOSS_SETTINGS] = {0}, one[FCNN_LOSS_SETTINGS] = {1};
    static block b, all, other;
    double weights[MOST];
    uint64_t seed = 7;
    for (int k = 0; k < 5; k++) {
        const fcnn_loss loss = losses[k < 4 ? k : 3];
        const double *settings = k == 4 ? one : none;
        b = (block){.width = 66};
        draw(kernels, &seed, 2, &b);
        for (int64_t c = 0; c < b.width; c++) {
            weights[c] = c % 3 == 0 ? 0 : (double)(1 + c % 4) / 2;
        }
        all = b;
        b.weights = weights;
        other = b;
        run(kernels, loss, settings, FCNN_HEAD_DELTA, &b);
        run(plain, loss, settings, FCNN_HEAD_DELTA, &other);
        CU_ASSERT_EQUAL(memcmp(&b, &other, sizeof b), 0);
        block single = {.width = 1};
        run(kernels, loss, settings, FCNN_HEAD_DELTA, &all);
        for (int64_t c = 0; c < b.width; c++) {
            CU_ASSERT(numbers_are_near(kernels, b.z[3][c], weights[c] * all.z[3][c], 0));
        }
        /* one output alone, with a weight of 3 */
        static const double three[] = {3};
        draw(kernels, &seed, 2, &single);
        block tripled = single;
        tripled.weights = three;
        run(kernels, loss, settings, FCNN_HEAD_DELTA, &single);
        run(kernels, loss, settings, FCNN_HEAD_DELTA, &tripled);
        for (int row = 0; row < ROWS; row++) {
            CU_ASSERT(numbers_are_near(kernels, tripled.losses[row], 3 * single.losses[row], 0));
        }
    }
}

static void weights_of_outputs_multiply(void)
{
    numbers_for_tables(check_weights);
}

HARNESS_MAIN("focal loss", {"losses are those of other programs", losses_are_those_of_other_programs},
             {"losses are near long double", losses_are_near_long_double}, {"extremes are limits", extremes_are_limits},
             {"missing targets count in no sum", missing_targets_count_in_no_sum},
             {"weights of outputs multiply", weights_of_outputs_multiply})
