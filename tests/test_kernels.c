/* tests/test_kernels.c — matrix kernels: each result is the chain of fused multiply-adds that defines it, with
 * every instruction set and however the rows are cut. */
#include "compute/kernels.h"
#include "core/memory.h"

#include "harness.h"
#include "numbers.h"

static const int precisions[] = {32, 64};
static const int64_t inner_widths[] = {1, 2, 3, 15, 16, 17, 62, 63, 64, 65, 66, 100, 127, 128, 129, 191, 192, 200};
#define INNER_WIDTHS ((int64_t)(sizeof inner_widths / sizeof *inner_widths))

/* ---- products ---- */

typedef struct product {
    const fcnn_kernels *kernels;
    int64_t rows, inner, width;
    void *in, *weights, *bias, *out;
} product;

static product product_create(const fcnn_kernels *kernels, int64_t rows, int64_t inner, int64_t width, uint64_t seed)
{
    product p = {.kernels = kernels, .rows = rows, .inner = inner, .width = width};
    p.in = numbers_zeros(numbers_size(rows, inner), kernels->size);
    p.weights = numbers_zeros(inner * width, kernels->size);
    p.bias = numbers_zeros(width, kernels->size);
    p.out = numbers_zeros(rows * width, kernels->size);
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t k = 0; k < inner; k++) {
            numbers_set(kernels, p.in, numbers_place(rows, inner, row, k), numbers_uniform(&seed, 2));
        }
    }
    numbers_fill(kernels, p.weights, inner * width, &seed, 1);
    numbers_fill(kernels, p.bias, width, &seed, 1);
    for (int64_t i = 0; i < rows * width; i++) {
        numbers_set(kernels, p.out, i, 1e9); /* to see what is not touched */
    }
    return p;
}

static void product_destroy(product *p)
{
    free(p->in);
    free(p->weights);
    free(p->bias);
    free(p->out);
}

/* The part of the products' chains from k = inner_first to inner_last. */
static void product_run_part(const product *p, bool with_bias, int64_t first, int64_t last, int64_t inner_first,
                             int64_t inner_last)
{
    const fcnn_multiply_job job = {
        .in = p->in,
        .inner = p->inner,
        .inner_first = inner_first,
        .inner_last = inner_last,
        .weights = p->weights,
        .bias = with_bias ? p->bias : NULL,
        .out = p->out,
        .width = p->width,
        .rows = p->rows,
        .first = first,
        .last = last,
        .activation = FCNN_ACTIVATION_LINEAR,
    };
    p->kernels->multiply(&job);
}

static void product_run(const product *p, bool with_bias, int64_t first, int64_t last)
{
    product_run_part(p, with_bias, first, last, 0, p->inner);
}

/* Is an element the chain, bit for bit, and near the true sum? */
static bool product_is_right(const product *p, bool with_bias, int64_t row, int64_t column)
{
    double chain = with_bias ? numbers_get(p->kernels, p->bias, column) : 0;
    long double sum = chain, size = fabsl(sum);
    for (int64_t k = 0; k < p->inner; k++) {
        const double x = numbers_get(p->kernels, p->in, numbers_place(p->rows, p->inner, row, k));
        const double w = numbers_get(p->kernels, p->weights, k * p->width + column);
        chain = numbers_fma(p->kernels, x, w, chain);
        sum += (long double)x * w;
        size += fabsl((long double)x * w);
    }
    const double out = numbers_get(p->kernels, p->out, row * p->width + column);
    const long double bound = size * (long double)(p->inner + 1) * (p->kernels->bits == 32 ? 0x1p-24L : 0x1p-53L);
    return memcmp(&out, &chain, sizeof out) == 0 && fabsl(out - sum) <= bound;
}

static int64_t product_errors(const product *p, bool with_bias, int64_t first, int64_t last)
{
    int64_t errors = 0;
    for (int64_t row = 0; row < p->rows; row++) {
        for (int64_t column = 0; column < p->width; column++) {
            if (row >= first && row < last) {
                errors += !product_is_right(p, with_bias, row, column);
            } else {
                errors += numbers_get(p->kernels, p->out, row * p->width + column) != 1e9;
            }
        }
    }
    return errors;
}

static void check_products(const fcnn_kernels *kernels)
{
    uint64_t seed = 1;
    for (int64_t i = 0; i < INNER_WIDTHS; i++) {
        for (int64_t width = 16; width <= 64; width += 16) {
            for (int64_t count = 1; count <= 13; count++) {
                const int64_t first = numbers_below(&seed, 4), rows = first + count + numbers_below(&seed, 3);
                const bool with_bias = numbers_below(&seed, 2) == 1;
                product p = product_create(kernels, rows, inner_widths[i], width, seed);
                product_run(&p, with_bias, first, first + count);
                CU_ASSERT_EQUAL(product_errors(&p, with_bias, first, first + count), 0);
                product_destroy(&p);
            }
        }
    }
}

static void products_are_the_chain(void)
{
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        CU_ASSERT(count >= 1);
        for (int t = 0; t < count; t++) {
            CU_ASSERT_EQUAL(tables[t]->bits, precisions[i]);
            check_products(tables[t]);
        }
    }
}

static void products_do_not_depend_on_how_rows_are_cut(void)
{
    uint64_t seed = 2;
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int n = 0; n < 200; n++) {
            const fcnn_kernels *kernels = tables[n % count];
            const int64_t rows = 1 + numbers_below(&seed, 40);
            const int64_t inner = 1 + numbers_below(&seed, 150), width = 16 * (1 + numbers_below(&seed, 4));
            const uint64_t same = seed;
            product whole = product_create(tables[0], rows, inner, width, same);
            product cut = product_create(kernels, rows, inner, width, same);
            product_run(&whole, true, 0, rows);
            for (int64_t first = 0; first < rows;) {
                const int64_t most = rows - first, last = first + 1 + numbers_below(&seed, most < 15 ? most : 15);
                product_run(&cut, true, first, last);
                first = last;
            }
            CU_ASSERT_EQUAL(memcmp(whole.out, cut.out, (size_t)(rows * width) * kernels->size), 0);
            product_destroy(&whole);
            product_destroy(&cut);
        }
    }
}

/* Random parts, each a multiple of 64 long but the last; what ends the product comes once, at the end. */
static void products_do_not_depend_on_how_chains_are_cut(void)
{
    uint64_t seed = 8;
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int n = 0; n < 100; n++) {
            const int64_t rows = 1 + numbers_below(&seed, 20), width = 16 * (1 + numbers_below(&seed, 4));
            const int64_t inner = 65 + numbers_below(&seed, 400);
            const uint64_t same = seed;
            product whole = product_create(tables[0], rows, inner, width, same);
            product cut = product_create(tables[n % count], rows, inner, width, same);
            product_run(&whole, true, 0, rows);
            for (int64_t k = 0; k < inner;) {
                const int64_t part = 64 * (1 + numbers_below(&seed, 3)), end = inner - k < part ? inner : k + part;
                product_run_part(&cut, true, 0, rows, k, end);
                k = end;
            }
            CU_ASSERT_EQUAL(memcmp(whole.out, cut.out, (size_t)(rows * width) * whole.kernels->size), 0);
            product_destroy(&whole);
            product_destroy(&cut);
        }
    }
}

/* A relu in the product is the relu of the product, forward and, with the results' derivatives, backward. */
static void check_ends(const fcnn_kernels *kernels, int64_t rows, int64_t width, uint64_t seed)
{
    product p = product_create(kernels, rows, 70, width, seed), q = product_create(kernels, rows, 70, width, seed);
    void *results = numbers_zeros(rows * width, kernels->size);
    numbers_fill(kernels, results, rows * width, &seed, 1);
    product_run(&p, true, 0, rows);
    for (int backward = 0; backward < 2; backward++) {
        fcnn_multiply_job job = {.in = q.in,
                                 .inner = 70,
                                 .inner_last = 70,
                                 .weights = q.weights,
                                 .bias = q.bias,
                                 .out = q.out,
                                 .width = width,
                                 .rows = rows,
                                 .last = rows,
                                 .activation = FCNN_ACTIVATION_RELU,
                                 .results = backward ? results : NULL};
        const uint64_t most = kernels->multiply(&job);
        double largest = 0;
        int64_t errors = 0;
        for (int64_t k = 0; k < rows * width; k++) {
            const double plain = numbers_get(kernels, p.out, k), own = numbers_get(kernels, q.out, k);
            const bool passes = backward ? numbers_get(kernels, results, k) > 0 : plain >= 0;
            errors += own != (passes ? plain : 0);
            largest = fmax(largest, fabs(own));
        }
        CU_ASSERT_EQUAL(errors, 0);
        CU_ASSERT_EQUAL(fcnn_magnitude_exponent(kernels, most), ilogb(largest) + 1);
    }
    free(results);
    product_destroy(&p);
    product_destroy(&q);
}

/* A product that ends with an activation, and one that ends with nothing and is finished afterwards. */
static void check_finish(const fcnn_kernels *kernels, fcnn_activation activation, int64_t rows, int64_t width,
                         uint64_t seed)
{
    const size_t bytes = (size_t)(rows * width) * kernels->size;
    product p = product_create(kernels, rows, 70, width, seed), q = product_create(kernels, rows, 70, width, seed);
    void *slopes[2] = {numbers_zeros(rows * width, kernels->size), numbers_zeros(rows * width, kernels->size)};
    void *results = numbers_zeros(rows * width, kernels->size);
    for (int backward = 0; backward < 2; backward++) {
        fcnn_multiply_job job = {.in = p.in,
                                 .inner = 70,
                                 .inner_last = 70,
                                 .weights = p.weights,
                                 .bias = p.bias,
                                 .out = p.out,
                                 .width = width,
                                 .rows = rows,
                                 .last = rows,
                                 .activation = activation,
                                 .parameter = 0.25,
                                 .results = backward ? results : NULL,
                                 .slopes = slopes[0]};
        fcnn_multiply_job end = {.out = q.out,
                                 .width = width,
                                 .rows = rows,
                                 .last = rows,
                                 .activation = activation,
                                 .parameter = 0.25,
                                 .results = job.results,
                                 .slopes = slopes[1]};
        product_run(&q, true, 0, rows);
        CU_ASSERT_EQUAL(kernels->multiply(&job), kernels->finish(&end));
        CU_ASSERT_EQUAL(memcmp(p.out, q.out, bytes), 0);
        CU_ASSERT_EQUAL(memcmp(slopes[0], slopes[1], bytes), 0);
        memcpy(results, p.out, bytes);
    }
    free(slopes[0]);
    free(slopes[1]);
    free(results);
    product_destroy(&p);
    product_destroy(&q);
}

static void an_activation_of_its_own_is_that_of_a_product(void)
{
    uint64_t seed = 10;
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int n = 0; n < 60; n++) {
            const fcnn_activation activation = n % 2 ? FCNN_ACTIVATION_GELU : FCNN_ACTIVATION_LEAKY_RELU;
            check_finish(tables[n % count], activation, 1 + n % 15, 16 * (1 + n % 4), numbers_word(&seed));
        }
    }
}

static void products_end_with_the_activation(void)
{
    uint64_t seed = 9;
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int n = 0; n < 60; n++) {
            check_ends(tables[n % count], 1 + n % 15, 16 * (1 + n % 4), numbers_word(&seed));
        }
    }
}

static void products_pass_nan_and_infinity_on(void)
{
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int t = 0; t < count; t++) {
            product p = product_create(tables[t], 7, 65, 48, 3);
            numbers_set(p.kernels, p.in, numbers_place(7, 65, 4, 64), NAN);
            numbers_set(p.kernels, p.in, numbers_place(7, 65, 5, 3), INFINITY);
            product_run(&p, false, 0, 7);
            for (int64_t column = 0; column < 48; column++) {
                CU_ASSERT(isfinite(numbers_get(p.kernels, p.out, 3 * 48 + column)));
                CU_ASSERT(isnan(numbers_get(p.kernels, p.out, 4 * 48 + column)));
                CU_ASSERT(isinf(numbers_get(p.kernels, p.out, 5 * 48 + column)));
                CU_ASSERT(isfinite(numbers_get(p.kernels, p.out, 6 * 48 + column)));
            }
            product_destroy(&p);
        }
    }
}

/* ---- fast gradients ---- */

static void check_fast(const fcnn_kernels *kernels, uint64_t *seed)
{
    const int64_t rows = 1 + numbers_below(seed, 20), count = 1 + numbers_below(seed, 16);
    const int64_t in_width = numbers_below(seed, 5) == 0 ? 0 : 16, width = 16 * (1 + numbers_below(seed, 4));
    const int64_t middle = numbers_below(seed, rows + 1), inputs = in_width == 0 ? 1 : count;
    void *in = numbers_zeros(rows * 16, kernels->size), *delta = numbers_zeros(rows * width, kernels->size);
    void *sums = numbers_zeros(inputs * width, kernels->size);
    numbers_fill(kernels, in, rows * 16, seed, 1);
    numbers_fill(kernels, delta, rows * width, seed, 1);
    const int64_t leaves[3] = {0, middle, rows};
    fcnn_gradient_job job = {.in = in_width == 0 ? NULL : in,
                             .in_width = in_width,
                             .count = inputs,
                             .delta = delta,
                             .width = width,
                             .leaves = leaves,
                             .leaf_count = 1,
                             .sums = sums,
                             .begin = 1};
    kernels->gradient_fast(&job);
    job.leaves = leaves + 1;
    job.begin = 0;
    job.end = 1;
    kernels->gradient_fast(&job);
    int64_t errors = 0;
    for (int64_t i = 0; i < inputs; i++) {
        for (int64_t column = 0; column < width; column++) {
            double chain = 0;
            for (int64_t row = 0; row < rows; row++) {
                chain = numbers_fma(kernels, in_width == 0 ? 1 : numbers_get(kernels, in, row * 16 + i),
                                    numbers_get(kernels, delta, row * width + column), chain);
            }
            errors += numbers_get(kernels, sums, i * width + column) != chain;
        }
    }
    CU_ASSERT_EQUAL(errors, 0);
    free(in);
    free(delta);
    free(sums);
}

static void fast_gradients_are_the_chain(void)
{
    uint64_t seed = 4;
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int n = 0; n < 300; n++) {
            check_fast(tables[n % count], &seed);
        }
    }
}

/* ---- the update ---- */

static void check_update(const fcnn_kernels *kernels, bool exact, uint64_t *seed)
{
    enum { COUNT = 48 };
    const bool two_words = exact && kernels->bits == 64;
    const double rate = 0.1, scale = 1 / 96.0;
    const size_t sum_size = exact ? sizeof(double) : kernels->size;
    void *weights = numbers_zeros(COUNT, kernels->size), *old = numbers_zeros(COUNT, kernels->size);
    void *sums = numbers_zeros(2 * COUNT, sum_size);
    numbers_fill(kernels, weights, COUNT, seed, 1);
    memcpy(old, weights, COUNT * kernels->size);
    for (int i = 0; i < 2 * COUNT; i++) {
        const double value = numbers_uniform(seed, i < COUNT ? 3 : 1e-10);
        if (exact) {
            ((double *)sums)[i] = value;
        } else {
            numbers_set(kernels, sums, i, value);
        }
    }
    const fcnn_update_job job = {.weights = old,
                                 .out = weights,
                                 .sums = sums,
                                 .low = two_words ? COUNT : 0,
                                 .count = COUNT,
                                 .scale = scale,
                                 .rate = rate,
                                 .exact = exact};
    kernels->updates[FCNN_OPTIMIZER_SGD](&job);
    for (int i = 0; i < COUNT; i++) {
        double sum = exact ? ((const double *)sums)[i] : numbers_get(kernels, sums, i);
        sum += two_words ? ((const double *)sums)[COUNT + i] : 0;
        const double mean = kernels->bits == 32 ? (double)(float)(sum * scale) : sum * scale;
        const double expected = numbers_fma(kernels, -rate, mean, numbers_get(kernels, old, i));
        CU_ASSERT_EQUAL(numbers_get(kernels, weights, i), expected);
    }
    free(weights);
    free(old);
    free(sums);
}

static void updates_subtract_the_rate_times_the_mean(void)
{
    uint64_t seed = 5;
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int t = 0; t < count; t++) {
            check_update(tables[t], true, &seed);
            check_update(tables[t], false, &seed);
        }
    }
}

HARNESS_MAIN("kernels", {"products are the chain", products_are_the_chain},
             {"products do not depend on how rows are cut", products_do_not_depend_on_how_rows_are_cut},
             {"products do not depend on how chains are cut", products_do_not_depend_on_how_chains_are_cut},
             {"products end with the activation", products_end_with_the_activation},
             {"an activation of its own is that of a product", an_activation_of_its_own_is_that_of_a_product},
             {"products pass NaN and infinity on", products_pass_nan_and_infinity_on},
             {"fast gradients are the chain", fast_gradients_are_the_chain},
             {"updates subtract the rate times the mean", updates_subtract_the_rate_times_the_mean})
