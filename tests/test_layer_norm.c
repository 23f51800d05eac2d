/* tests/test_layer_norm.c — the kernels of layer normalization: the numbers of PyTorch, those of plain loops for other
 * widths, the same bits with every instruction set, and rows that are constant or huge. */
#include "compute/kernels.h"

#include "harness.h"
#include "layer_norm_reference.h"
#include "numbers.h"

#include <stdlib.h>
#include <string.h>

/* Matrices of a call: rows 1 … rows of `rows` + 2, so that others could be changed by mistake. */
typedef struct matrices {
    const fcnn_kernels *kernels;
    int64_t rows, width;
    void *gamma, *beta, *z, *normalized, *scales, *of_beta;
    uint64_t most[3];
} matrices;

static matrices create(const fcnn_kernels *kernels, int64_t rows, int64_t width)
{
    matrices all = {.kernels = kernels, .rows = rows, .width = width};
    const int64_t size = numbers_size(rows + 2, width);
    all.gamma = aligned_alloc(64, (size_t)(numbers_size(8, width)) * kernels->size);
    all.beta = aligned_alloc(64, (size_t)(numbers_size(8, width)) * kernels->size);
    memset(all.gamma, 0, (size_t)(numbers_size(8, width)) * kernels->size);
    memset(all.beta, 0, (size_t)(numbers_size(8, width)) * kernels->size);
    all.z = numbers_zeros(size, kernels->size);
    all.normalized = numbers_zeros(size, kernels->size);
    all.of_beta = numbers_zeros(size, kernels->size);
    all.scales = numbers_zeros(rows + 2, kernels->size);
    return all;
}

static void destroy(matrices *all)
{
    void *const parts[] = {all->gamma, all->beta, all->z, all->normalized, all->of_beta, all->scales};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        free(parts[i]);
    }
}

static int64_t place(const matrices *all, int64_t row, int64_t column)
{
    return numbers_place(all->rows + 2, all->width, 1 + row, column);
}

static double get(const matrices *all, const void *matrix, int64_t row, int64_t column)
{
    return numbers_get(all->kernels, matrix, place(all, row, column));
}

static void set(const matrices *all, int64_t row, int64_t column, double value)
{
    numbers_set(all->kernels, all->z, place(all, row, column), value);
}

static fcnn_norm_job job_of(const matrices *all)
{
    return (fcnn_norm_job){
        .gamma = all->gamma,
        .beta = all->beta,
        .rows = all->rows + 2,
        .width = all->width,
        .first = 1,
        .last = 1 + all->rows,
        .z = all->z,
        .normalized = all->normalized,
        .scales = all->scales,
        .of_beta = all->of_beta,
    };
}

static void forward(matrices *all)
{
    const fcnn_norm_job job = job_of(all);
    all->kernels->normalize(&job);
}

static void backward(matrices *all)
{
    const fcnn_norm_job job = job_of(all);
    all->kernels->normalize_backward(&job, all->most);
}

/* ---- PyTorch ---- */

static double column_sum(const matrices *all, const void *matrix, int64_t column)
{
    double sum = 0;
    for (int64_t row = 0; row < all->rows; row++) {
        sum += get(all, matrix, row, column);
    }
    return sum;
}

static void check_reference(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    matrices all = create(kernels, ROWS, WIDTH);
    const double unit = kernels->bits == 32 ? 1e-4 : 1e-12;
    (void)plain;
    for (int64_t i = 0; i < WIDTH; i++) {
        numbers_set(kernels, all.gamma, i, reference_gamma[i]);
        numbers_set(kernels, all.beta, i, reference_beta[i]);
        for (int64_t row = 0; row < ROWS; row++) {
            set(&all, row, i, reference_x[row][i]);
        }
    }
    forward(&all);
    for (int64_t i = 0; i < WIDTH; i++) {
        CU_ASSERT_EQUAL(get(&all, all.z, 1, i), reference_beta[i]);
        for (int64_t row = 0; row < ROWS; row++) {
            CU_ASSERT_DOUBLE_EQUAL(get(&all, all.z, row, i), reference_y[row][i], 2 * unit);
            set(&all, row, i, reference_dy[row][i]);
        }
    }
    backward(&all);
    for (int64_t i = 0; i < WIDTH; i++) {
        /* the scale of the constant row is √100000 */
        CU_ASSERT_DOUBLE_EQUAL(column_sum(&all, all.normalized, i), reference_dgamma[i], 4 * unit);
        CU_ASSERT_DOUBLE_EQUAL(column_sum(&all, all.of_beta, i), reference_dbeta[i], unit);
        for (int64_t row = 0; row < ROWS; row++) {
            CU_ASSERT_DOUBLE_EQUAL(get(&all, all.z, row, i), reference_dx[row][i], 316 * unit);
        }
    }
    destroy(&all);
}

static void numbers_are_those_of_torch(void)
{
    numbers_for_tables(check_reference);
}

/* ---- other widths, all instruction sets ---- */

static void fill(matrices *all, uint64_t seed)
{
    for (int64_t i = 0; i < all->width; i++) {
        numbers_set(all->kernels, all->gamma, i, numbers_uniform(&seed, 2));
        numbers_set(all->kernels, all->beta, i, numbers_uniform(&seed, 2));
    }
    for (int64_t row = 0; row < all->rows; row++) {
        for (int64_t i = 0; i < all->width; i++) {
            set(all, row, i, numbers_uniform(&seed, 3) + (double)row);
        }
    }
}

/* Sets what fills up the last panel, which counts in nothing. */
static void fill_up(const matrices *all, void *matrix, double value)
{
    for (int64_t row = 0; row < all->rows; row++) {
        for (int64_t i = all->width; i % 16 != 0; i++) {
            numbers_set(all->kernels, matrix, place(all, row, i), value);
        }
    }
}

static void refill(matrices *all, uint64_t seed)
{
    for (int64_t row = 0; row < all->rows; row++) {
        for (int64_t i = 0; i < all->width; i++) {
            set(all, row, i, numbers_uniform(&seed, 1));
        }
    }
    fill_up(all, all->z, 3);
}

/* z, given as it was, against its normalization in long double. */
static void check_row(const matrices *all, int64_t row, const double *z)
{
    const int64_t n = all->width;
    long double mean = 0, variance = 0;
    for (int64_t i = 0; i < n; i++) {
        mean += (long double)z[i] / (long double)n;
    }
    for (int64_t i = 0; i < n; i++) {
        variance += ((long double)z[i] - mean) * ((long double)z[i] - mean) / (long double)n;
    }
    const double scale = (double)(1 / sqrtl(variance + 1e-5L));
    const double unit = all->kernels->bits == 32 ? 1e-5 : 1e-13;
    CU_ASSERT(fabs(numbers_get(all->kernels, all->scales, 1 + row) - scale) <= unit * scale);
    for (int64_t i = 0; i < n; i++) {
        const double x = (double)((long double)z[i] - mean) * scale;
        const double y = x * numbers_get(all->kernels, all->gamma, i) + numbers_get(all->kernels, all->beta, i);
        CU_ASSERT_DOUBLE_EQUAL(get(all, all->normalized, row, i), x, 10 * unit);
        CU_ASSERT_DOUBLE_EQUAL(get(all, all->z, row, i), y, 20 * unit);
    }
}

static bool same(const matrices *a, const matrices *b, const void *one, const void *two)
{
    return memcmp(one, two, (size_t)numbers_size(a->rows + 2, a->width) * b->kernels->size) == 0;
}

static void check_width(const fcnn_kernels *kernels, const fcnn_kernels *plain, int64_t width)
{
    enum { SOME_ROWS = 7 };
    matrices all = create(kernels, SOME_ROWS, width), other = create(plain, SOME_ROWS, width);
    double *z = numbers_zeros(SOME_ROWS * width, sizeof *z);
    fill(&all, (uint64_t)width);
    fill(&other, (uint64_t)width);
    for (int64_t i = 0; i < SOME_ROWS * width; i++) {
        z[i] = get(&all, all.z, i / width, i % width);
    }
    forward(&all);
    forward(&other);
    CU_ASSERT(same(&all, &other, all.z, other.z) && same(&all, &other, all.normalized, other.normalized));
    for (int64_t row = 0; row < SOME_ROWS; row++) {
        check_row(&all, row, z + row * width);
        for (int64_t i = width; i % 16 != 0; i++) { /* what fills up the last panel */
            CU_ASSERT_EQUAL(get(&all, all.z, row, i), 0);
            CU_ASSERT_EQUAL(get(&all, all.normalized, row, i), 0);
        }
    }
    refill(&all, 5);
    refill(&other, 5);
    backward(&all);
    backward(&other);
    CU_ASSERT(same(&all, &other, all.z, other.z) && same(&all, &other, all.normalized, other.normalized) &&
              same(&all, &other, all.of_beta, other.of_beta));
    const int64_t size = numbers_size(SOME_ROWS + 2, width);
    CU_ASSERT_EQUAL(all.most[0], numbers_largest(kernels, all.normalized, size));
    CU_ASSERT_EQUAL(all.most[1], numbers_largest(kernels, all.of_beta, size));
    CU_ASSERT_EQUAL(all.most[2], numbers_largest(kernels, all.z, size));
    for (int64_t i = width; i % 16 != 0; i++) {
        CU_ASSERT_EQUAL(get(&all, all.of_beta, 1, i), 0);
        CU_ASSERT_EQUAL(get(&all, all.z, 1, i), 0);
    }
    for (int64_t i = 0; i < width; i++) { /* rows before and after are those of others */
        CU_ASSERT_EQUAL(get(&all, all.of_beta, -1, i), 0);
        CU_ASSERT_EQUAL(get(&all, all.of_beta, SOME_ROWS, i), 0);
    }
    free(z);
    destroy(&all);
    destroy(&other);
}

static void check_widths(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    const int64_t widths[] = {1, 2, 15, 16, 17, 63, 64, 65, 130, 1024};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        check_width(kernels, plain, widths[i]);
    }
}

static void all_widths_and_instruction_sets_agree(void)
{
    numbers_for_tables(check_widths);
}

/* ---- constant and huge rows ---- */

static void check_special(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    enum { COLUMNS = 65 };
    matrices all = create(kernels, 4, COLUMNS);
    const double huge = kernels->bits == 32 ? 1e36 : 1e305, large = kernels->bits == 32 ? 4e19 : 2e154;
    (void)plain;
    fill(&all, 3);
    for (int64_t i = 0; i < COLUMNS; i++) {
        set(&all, 0, i, 0.5);
        set(&all, 1, i, i % 2 == 0 ? huge : -huge); /* squares overflow */
        set(&all, 2, i, i == 4 ? NAN : 1);
        set(&all, 3, i, i % 2 == 0 ? large : -large); /* squares hardly overflow */
    }
    forward(&all);
    const double mean = 1.0 / COLUMNS, scale = 1 / sqrt(1 - mean * mean);
    for (int64_t i = 0; i < COLUMNS; i++) {
        CU_ASSERT_EQUAL(get(&all, all.normalized, 0, i), 0);
        CU_ASSERT_DOUBLE_EQUAL(get(&all, all.normalized, 1, i), ((i % 2 == 0 ? 1 : -1) - mean) * scale, 1e-5);
        CU_ASSERT_DOUBLE_EQUAL(get(&all, all.normalized, 3, i), ((i % 2 == 0 ? 1 : -1) - mean) * scale, 1e-5);
        CU_ASSERT(isnan(get(&all, all.z, 2, i)));
    }
    refill(&all, 9);
    backward(&all);
    for (int64_t i = 0; i < COLUMNS; i++) {
        CU_ASSERT(fabs(get(&all, all.z, 1, i)) < 10 / huge);
        CU_ASSERT(isfinite(get(&all, all.z, 0, i)));
    }
    destroy(&all);
}

static void constant_and_huge_rows_are_normalized(void)
{
    numbers_for_tables(check_special);
}

/* ---- what a prelu needs ---- */

static void check_dot(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    enum { COLUMNS = 75 };
    matrices all = create(kernels, 6, COLUMNS);
    void *out = numbers_zeros(16 * 8, kernels->size), *expected = numbers_zeros(16 * 8, kernels->size);
    fill(&all, 8);
    set(&all, 2, 3, NAN);
    kernels->below_zero(numbers_size(8, COLUMNS), all.z, all.normalized);
    refill(&all, 4);
    fill_up(&all, all.normalized, 5);
    const fcnn_dot_job job = {.a = all.z, .b = all.normalized, .rows = 8, .width = COLUMNS, .first = 1, .last = 7};
    fcnn_dot_job one = job, two = job;
    one.out = out;
    two.out = expected;
    CU_ASSERT_EQUAL(kernels->dot_rows(&one), plain->dot_rows(&two));
    CU_ASSERT_EQUAL(memcmp(out, expected, 16 * 8 * kernels->size), 0);
    for (int64_t row = 0; row < 6; row++) {
        double sum = 0;
        for (int64_t i = 0; i < COLUMNS; i++) {
            CU_ASSERT_FALSE(get(&all, all.normalized, row, i) > 0);
            sum += get(&all, all.z, row, i) * get(&all, all.normalized, row, i);
        }
        const double actual = numbers_get(kernels, out, (1 + row) * 16);
        CU_ASSERT(row == 2 ? isnan(actual) && isnan(sum) : fabs(actual - sum) <= (kernels->bits == 32 ? 1e-4 : 1e-12));
    }
    free(out);
    free(expected);
    destroy(&all);
}

static void sums_for_a_slope_are_right(void)
{
    numbers_for_tables(check_dot);
}

HARNESS_MAIN("layer_norm", {"numbers are those of torch", numbers_are_those_of_torch},
             {"all widths and instruction sets agree", all_widths_and_instruction_sets_agree},
             {"constant and huge rows are normalized", constant_and_huge_rows_are_normalized},
             {"sums for a slope are right", sums_for_a_slope_are_right})
