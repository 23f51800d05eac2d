/* tests/test_statistics.c — statistics of columns that are constant, tiny or huge.  Expected values are exact by
 * construction, or from numpy in extended precision. */
#include "columns_in_memory.h"
#include "harness.h"

#include "compute/square_sum.h"
#include "data/missing.h"
#include "data/weights.h"
#include "model/column_statistics.h"
#include "model/normalizer.h"
#include "predict/evaluation.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- tables in memory ---- */

/* Fits one column of values [rows]; returns the status. */
static fcnn_status fit(const double *values, int64_t rows, fcnn_normalize kind, double *shift, double *scale)
{
    fcnn_normalizer fitted;
    const fcnn_status status = columns_fit(values, rows, 1, kind, &fitted);
    *shift = fitted.shift[0];
    *scale = fitted.scale[0];
    fcnn_normalizer_clear(&fitted);
    return status;
}

/* ---- constant columns ---- */

/* Sums of n equal numbers, divided by n, are often another number. */
static void constant_columns_are_shifted_by_their_value(void)
{
    static const double constants[] = {0.11, 0.1, 0.25, 5, -0.7, 3.3e-200, 1.7e308, -1.7e308, 0, 5e-324, 1e-310};
    static const int64_t counts[] = {7, 10, 49, 768, 1797};
    double values[1797], shift, scale;
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        for (int64_t row = 0; row < 1797; row++) {
            values[row] = constants[i];
        }
        for (size_t n = 0; n < sizeof counts / sizeof *counts; n++) {
            for (int kind = 0; kind < 2; kind++) {
                HARNESS_OK(
                    fit(values, counts[n], kind ? FCNN_NORMALIZE_STANDARDIZE : FCNN_NORMALIZE_MINMAX, &shift, &scale));
                CU_ASSERT_EQUAL(shift, constants[i]);
                CU_ASSERT_EQUAL(scale, 1);
            }
        }
    }
}

static void the_mean_lies_among_the_values(void)
{
    const double a = 0.11, b = nextafter(a, 1);
    double values[1797];
    for (int64_t row = 0; row < 1797; row++) {
        values[row] = row == 5 ? b : a;
    }
    fcnn_dataset dataset = columns_part(values, 1797, 1);
    fcnn_column_statistics statistics, targets;
    HARNESS_OK(fcnn_column_statistics_find(&dataset, harness_comm(), &statistics, &targets));
    CU_ASSERT_EQUAL(statistics.mean[0], a);
    CU_ASSERT_EQUAL(targets.mean[0], a);
    CU_ASSERT_FALSE(fcnn_column_statistics_is_constant(&statistics, 0));
    fcnn_column_statistics_clear(&statistics);
    fcnn_column_statistics_clear(&targets);
}

/* Sums of whole numbers of 32 bits are kept as such; they lie on both sides of 2^32. */
static void means_of_whole_numbers_are_exact(void)
{
    enum { ROWS = 8 };
    static const uint32_t values[ROWS] = {4294967295U, 7, 3000000001U, 0, 5, 4294967294U, 12, 2};
    static const int32_t signs[ROWS] = {-2147483647, 7, -3, -5, 2, -2147483640, 0, 6};
    const int size = harness_comm()->size;
    fcnn_dataset dataset = {.source.rows = (int64_t)ROWS * size, .own_rows = ROWS};
    fcnn_column_statistics statistics;
    dataset.rows.inputs = (fcnn_table){FCNN_TYPE_UINT32, ROWS, 1, (void *)(uintptr_t)values};
    HARNESS_OK(fcnn_column_statistics_find(&dataset, harness_comm(), &statistics, NULL));
    CU_ASSERT_EQUAL(statistics.mean[0], 1448741827.0); /* 11589934616 / 8 */
    fcnn_column_statistics_clear(&statistics);
    dataset.rows.inputs = (fcnn_table){FCNN_TYPE_INT32, ROWS, 1, (void *)(uintptr_t)signs};
    HARNESS_OK(fcnn_column_statistics_find(&dataset, harness_comm(), &statistics, NULL));
    CU_ASSERT_EQUAL(statistics.mean[0], -536870910); /* -4294967280 / 8 */
    fcnn_column_statistics_clear(&statistics);
}

/* ---- sizes ---- */

/* 1, 2, 4 and 9: mean 4, deviation √(38/4); by powers of 2 it keeps its bits. */
static void columns_of_any_size_are_normalized(void)
{
    static const double base[4] = {1, 2, 4, 9};
    const double deviation = sqrt(9.5);
    double values[4], shift, scale;
    for (int exponent = -1018; exponent <= 1020; exponent++) {
        for (int i = 0; i < 4; i++) {
            values[i] = ldexp(base[i], exponent);
        }
        HARNESS_OK(fit(values, 4, FCNN_NORMALIZE_STANDARDIZE, &shift, &scale));
        CU_ASSERT_EQUAL(shift, ldexp(4, exponent));
        CU_ASSERT_EQUAL(scale, ldexp(deviation, exponent));
        HARNESS_OK(fit(values, 4, FCNN_NORMALIZE_MINMAX, &shift, &scale));
        CU_ASSERT_EQUAL(shift, ldexp(1, exponent));
        CU_ASSERT_EQUAL(scale, ldexp(8, exponent));
    }
    const double wide[2] = {-1.5e308, 1.5e308}; /* whose difference is infinite */
    HARNESS_OK(fit(wide, 2, FCNN_NORMALIZE_STANDARDIZE, &shift, &scale));
    CU_ASSERT_EQUAL(shift, 0);
    CU_ASSERT_DOUBLE_EQUAL(scale / 1.5e308, 1, 1e-15);
}

static void what_cannot_be_divided_by_is_refused(void)
{
    const double wide[2] = {-1e308, 1e308}, narrow[2] = {5e-324, 1e-310};
    double shift, scale;
    HARNESS_STATUS(fit(wide, 2, FCNN_NORMALIZE_MINMAX, &shift, &scale), FCNN_EDATA);
    HARNESS_ERROR_HAS("column 0 (counting from 0) has values from -1e+308 to 1e+308");
    HARNESS_STATUS(fit(narrow, 2, FCNN_NORMALIZE_MINMAX, &shift, &scale), FCNN_EDATA);
    HARNESS_STATUS(fit(narrow, 2, FCNN_NORMALIZE_STANDARDIZE, &shift, &scale), FCNN_EDATA);
    HARNESS_ERROR_HAS("power of 10");
}

static void add(fcnn_square_sum *sum, int64_t count, const double *differences)
{
    for (int64_t i = 0; i < count; i++) {
        fcnn_square_sum_add(sum, differences[i], 0, 1);
    }
}

static void squares_neither_vanish_nor_overflow(void)
{
    static const double sizes[] = {5e-324, 1e-320, 0x1p-600, 1e-200, 0x1p-451, 0x1p-449,
                                   1,      1e100,  0x1p481,  1e200,  0x1p1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fcnn_square_sum sum = {{{{0}, 0, 0}}}, other = {{{{0}, 0, 0}}};
        add(&sum, 1, (double[]){3 * sizes[i]});
        add(&other, 1, (double[]){-4 * sizes[i]});
        fcnn_square_sum_merge(&sum, &other);
        CU_ASSERT_DOUBLE_EQUAL(fcnn_square_sum_root_mean(&sum, 1) / (5 * sizes[i]), 1, 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(fcnn_square_sum_ratio(&sum, &other), 25.0 / 16, 1e-15);
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) { /* the largest decides, exactly where alone */
            fcnn_square_sum both = sum, one = {{{{0}, 0, 0}}};
            add(&one, 1, &sizes[k]);
            fcnn_square_sum_merge(&both, &one);
            const double expected = hypot(5 * sizes[i], sizes[k]);
            CU_ASSERT_DOUBLE_EQUAL(fcnn_square_sum_root_mean(&both, 1) / expected, 1, 1e-15);
        }
    }
    fcnn_square_sum zero = {{{{0}, 0, 0}}}, wrong = {{{{0}, 0, 0}}};
    add(&zero, 2, (double[]){0, 0});
    CU_ASSERT_EQUAL(fcnn_square_sum_root_mean(&zero, 2), 0);
    fcnn_square_sum_add(&wrong, INFINITY, 1, 1);
    CU_ASSERT_TRUE(isnan(fcnn_square_sum_root_mean(&wrong, 1)));
}

static void squares_of_ranks_are_those_of_one(void)
{
    static const double values[] = {1e-200, 3, 1e-250, 1e200, 1e-3, 2e200};
    fcnn_comm *comm = harness_comm();
    fcnn_square_sum own[2] = {{{{{0}, 0, 0}}}}, all[2] = {{{{{0}, 0, 0}}}};
    double work[2 * FCNN_SQUARE_PARTS * (FCNN_EXACT_LIMBS + 1)];
    for (int i = 0; i < 6; i++) {
        fcnn_square_sum_add(&all[i % 2], values[i], 0, 1);
        if (i % comm->size == comm->rank) {
            fcnn_square_sum_add(&own[i % 2], values[i], 0, 1);
        }
    }
    fcnn_square_sum_over_ranks(comm, 2, own, work);
    for (int k = 0; k < 2; k++) {
        CU_ASSERT_EQUAL(fcnn_square_sum_root_mean(&own[k], 3), fcnn_square_sum_root_mean(&all[k], 3));
    }
}

static void means_of_huge_numbers_are_finite(void)
{
    fcnn_exact_sum sum = {{0}, 0, 0};
    for (int i = 0; i < 3; i++) {
        fcnn_exact_sum_add(&sum, DBL_MAX);
    }
    CU_ASSERT_EQUAL(fcnn_exact_sum_mean(&sum, 3, DBL_MAX, DBL_MAX), DBL_MAX);
    fcnn_exact_sum_add(&sum, DBL_MAX / 2);
    CU_ASSERT_EQUAL(fcnn_exact_sum_mean(&sum, 4, DBL_MAX / 2, DBL_MAX), DBL_MAX / 8 * 7);
}

/* ---- scores ---- */

/* Scores predictions y = x·factor of the targets x [rows][outputs]. */
static void score(const double *values, int64_t rows, int64_t outputs, double factor,
                  void (*check)(const fcnn_scores *))
{
    fcnn_layer layers[] = {
        {.inputs = outputs, .outputs = outputs, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE}};
    const fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                                     .layers = 1,
                                     .layer = layers,
                                     .output = FCNN_OUTPUT_LINEAR,
                                     .loss = FCNN_LOSS_MSE};
    fcnn_dataset dataset = columns_part(values, rows, outputs);
    const fcnn_data_part part = {.dataset = &dataset};
    fcnn_model *model;
    fcnn_team *team;
    fcnn_network *network;
    fcnn_evaluation *evaluation;
    fcnn_scores scores;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    for (int64_t i = 0; i < outputs; i++) {
        ((double *)model->weights[0])[i * outputs + i] = factor;
    }
    HARNESS_OK(fcnn_team_create(2, &team));
    HARNESS_OK(fcnn_network_create(model, 8, &network));
    HARNESS_OK(fcnn_evaluation_create(harness_comm(), team, &part, &shape, NULL, &evaluation));
    HARNESS_OK(fcnn_evaluation_run(evaluation, network, &scores));
    check(&scores);
    fcnn_evaluation_destroy(evaluation);
    fcnn_network_destroy(network);
    fcnn_team_destroy(team);
    fcnn_model_destroy(model);
}

static void check_constant(const fcnn_scores *scores)
{
    CU_ASSERT_TRUE(isnan(scores->r2[1]));
    CU_ASSERT_EQUAL(scores->varying, 1);
    CU_ASSERT_DOUBLE_EQUAL(scores->r2[0], 1 - 0.25 * 6 / 2, 1e-12);
    CU_ASSERT_EQUAL(scores->mean_r2, scores->r2[0]);
    CU_ASSERT_DOUBLE_EQUAL(scores->rmse[1], 0.055, 1e-15);
}

static void check_nothing_varies(const fcnn_scores *scores)
{
    CU_ASSERT_EQUAL(scores->varying, 0);
    CU_ASSERT_TRUE(isnan(scores->mean_r2));
    CU_ASSERT_TRUE(isnan(fcnn_scores_metric(scores)));
}

static void constant_targets_have_no_r2(void)
{
    enum { ROWS = 1795 };
    static double values[ROWS][2], same[ROWS];
    static const double cycle[] = {1, 0, 2, 4, 3}; /* mean 2, mean square 6 */
    for (int row = 0; row < ROWS; row++) {
        values[row][0] = cycle[row % 5];
        values[row][1] = same[row] = 0.11;
    }
    score(&values[0][0], ROWS, 2, 0.5, check_constant);
    score(same, ROWS, 1, 0.5, check_nothing_varies);
}

static double expected_size; /* of the targets of the next check */

static void check_any_size(const fcnn_scores *scores)
{
    CU_ASSERT_DOUBLE_EQUAL(scores->r2[0], 1 - 0.25 * 6 / 2, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(scores->rmse[0] / expected_size, 0.5 * sqrt(6), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(scores->max_error[0] / expected_size, 2, 1e-12);
}

static void targets_of_any_size_are_scored(void)
{
    static const double sizes[] = {1e-307, 1e-200, 1e-150, 1e-140, 1, 1e100, 1e145, 1e160, 1e200, 4e307};
    double values[5];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        expected_size = sizes[i];
        for (int row = 0; row < 5; row++) {
            values[row] = row * sizes[i];
        }
        score(values, 5, 1, 0.5, check_any_size);
    }
}

/* ---- weights ---- */

static void equal_weights_are_1(void)
{
    static const double constants[] = {0.11, 3, 1e-200, 1e308, 0.7};
    double values[49], out[49];
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        for (int row = 0; row < 49; row++) {
            values[row] = constants[i];
        }
        fcnn_dataset dataset = columns_part(values, 49, 1);
        dataset.source.weights_name = (char *)(uintptr_t) "/w";
        dataset.rows.weights = dataset.rows.inputs;
        fcnn_weights weights;
        HARNESS_OK(fcnn_weights_find(&dataset, "", FCNN_NEGATIVE_ERROR, 0, harness_comm(), &weights));
        fcnn_weights_of_rows(&weights, &dataset.rows.targets, &dataset.rows.weights, out);
        for (int64_t row = 0; row < dataset.own_rows; row++) {
            CU_ASSERT_EQUAL(out[row], 1);
        }
        fcnn_weights_clear(&weights);
    }
}

HARNESS_MAIN("statistics", {"constant columns are shifted by their value", constant_columns_are_shifted_by_their_value},
             {"the mean lies among the values", the_mean_lies_among_the_values},
             {"means of whole numbers are exact", means_of_whole_numbers_are_exact},
             {"columns of any size are normalized", columns_of_any_size_are_normalized},
             {"what cannot be divided by is refused", what_cannot_be_divided_by_is_refused},
             {"squares neither vanish nor overflow", squares_neither_vanish_nor_overflow},
             {"squares of ranks are those of one", squares_of_ranks_are_those_of_one},
             {"means of huge numbers are finite", means_of_huge_numbers_are_finite},
             {"constant targets have no R2", constant_targets_have_no_r2},
             {"targets of any size are scored", targets_of_any_size_are_scored},
             {"equal weights are 1", equal_weights_are_1})
