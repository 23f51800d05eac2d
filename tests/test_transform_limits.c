/* tests/test_transform_limits.c — normalization of columns at its limits: powers 0 and 2, values without an inverse,
 * landmarks that are far apart, quartiles that are equal, derivatives that overflow, and offsets in networks. */
#include "columns_in_memory.h"
#include "harness.h"

#include "data/quantiles.h"
#include "model/network.h"

#include <math.h>
#include <string.h>

/* ---- powers ---- */

static void check_power(double power, double x)
{
    const fcnn_transform transform = {.kind = FCNN_TRANSFORM_POWER, .power = power};
    const double y = fcnn_transform_apply(&transform, x);
    CU_ASSERT_DOUBLE_EQUAL(fcnn_transform_invert(&transform, y), x, 1e-14 * fabs(x));
}

/* At a power of 0 numbers of at least 0 have their logarithm, at 2 the others do. */
static void logarithms_among_powers_have_inverses(void)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        check_power(0, sign * 3.5);
        check_power(2, sign * 3.5);
        check_power(1, sign * 3.5);
        check_power(-0.5, sign * 3.5);
    }
}

/* A power of −1/2 has values below 2 alone, and 5/2 has values above −2. */
static void values_beyond_a_power_have_an_infinite_inverse(void)
{
    const fcnn_transform low = {.kind = FCNN_TRANSFORM_POWER, .power = -0.5},
                         high = {.kind = FCNN_TRANSFORM_POWER, .power = 2.5};
    CU_ASSERT_EQUAL(fcnn_transform_invert(&low, 5), INFINITY);
    CU_ASSERT_EQUAL(fcnn_transform_invert(&high, -5), -INFINITY);
}

/* Numbers near 10^100 with a few small ones: the squares of their transforms overflow beyond the best power. */
static void powers_are_found_where_derivatives_overflow(void)
{
    enum { ROWS = 60 };
    double values[ROWS];
    fcnn_normalizer normalizer;
    for (int row = 0; row < ROWS; row++) {
        values[row] = row < 10 ? 1e99 * (row + 1) : 1e100 * (1 + row / 1000.0);
    }
    HARNESS_OK(columns_fit(values, ROWS, 1, FCNN_NORMALIZE_POWER, &normalizer));
    const double power = normalizer.transforms[0].power;
    CU_ASSERT(power > 1.01 && power < 1.6);
    CU_ASSERT(isfinite(fcnn_transform_apply(&normalizer.transforms[0], values[ROWS - 1])));
    fcnn_normalizer_clear(&normalizer);
}

/* ---- quantiles ---- */

static void landmarks_may_be_far_apart(void)
{
    double landmarks[] = {-1.5e308, 1.5e308};
    const fcnn_transform transform = {.kind = FCNN_TRANSFORM_QUANTILE, .count = 2, .landmarks = landmarks};
    CU_ASSERT_EQUAL(fcnn_transform_apply(&transform, 0), 0);
    CU_ASSERT_EQUAL(fcnn_transform_invert(&transform, 0), 0);
}

/* The median of two numbers whose difference overflows, and of zeros of both signs. */
static void medians_have_their_limits(void)
{
    const double far[] = {1.5e308, -1.5e308}, zeros[] = {0.0, -0.0, -0.0};
    const int64_t column = 0;
    double found[3];
    fcnn_dataset dataset = columns_part(far, 2, 1);
    HARNESS_OK(fcnn_quantiles_find(&dataset, harness_comm(), FCNN_SIDE_INPUTS, 1, &column, 3, found));
    CU_ASSERT(found[0] == -1.5e308 && found[1] == 0 && found[2] == 1.5e308);
    dataset = columns_part(zeros, 3, 1);
    HARNESS_OK(fcnn_quantiles_find(&dataset, harness_comm(), FCNN_SIDE_INPUTS, 1, &column, 3, found));
    CU_ASSERT_FALSE(signbit(found[0]) || signbit(found[1]) || signbit(found[2]));
}

/* ---- quartiles ---- */

/* A column to be fitted by its quartiles. */
typedef struct robust {
    const double *values;
    int64_t rows;
    fcnn_normalizer normalizer;
} robust;

static void fit_robust(void *data)
{
    robust *call = data;
    HARNESS_OK(columns_fit(call->values, call->rows, 1, FCNN_NORMALIZE_ROBUST, &call->normalizer));
}

/* Fits a column; it is warned of, by rank 0, or not. */
static void check_robust(const double *values, int64_t rows, double shift, double scale, bool warns)
{
    robust call = {values, rows, {0}};
    const char *said = harness_stderr_of(fit_robust, &call);
    CU_ASSERT_EQUAL(strstr(said, "the quartiles of column") != NULL, warns && harness_comm()->rank == 0);
    CU_ASSERT_EQUAL(call.normalizer.shift[0], shift);
    CU_ASSERT_EQUAL(call.normalizer.scale[0], scale);
    fcnn_normalizer_clear(&call.normalizer);
}

static void equal_quartiles_divide_by_one(void)
{
    const double equal[] = {5, 5, 5, 5, 5, 5, 5, 5, 100}, ordinary[] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, one[] = {4, 4, 4};
    check_robust(equal, 9, 5, 1, true);
    check_robust(ordinary, 9, 5, 4, false);
    check_robust(one, 3, 4, 1, false);
}

/* ---- networks ---- */

/* An offset that is large for the scale is subtracted before anything is rounded. */
static void a_network_subtracts_a_large_offset_first(void)
{
    fcnn_layer layer = {.inputs = 2, .outputs = 1, .activation = FCNN_ACTIVATION_LINEAR};
    const fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                                     .output = FCNN_OUTPUT_LINEAR,
                                     .loss = FCNN_LOSS_MSE,
                                     .layers = 1,
                                     .layer = &layer};
    const double x[] = {1e9 + 0.3125, 8};
    double y;
    fcnn_model *model;
    fcnn_network *network;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    ((double *)model->weights[0])[0] = 3;
    ((double *)model->weights[0])[1] = 0.5;
    model->inputs.shift[0] = 1e9;
    model->inputs.scale[0] = 0.3;
    model->inputs.scale[1] = 2;
    HARNESS_OK(fcnn_network_create(model, 1, &network));
    HARNESS_OK(fcnn_network_forward_f64(network, 1, x, &y));
    CU_ASSERT_DOUBLE_EQUAL(y, 3 * (0.3125 / 0.3) + 2, 1e-14);
    fcnn_network_destroy(network);
    fcnn_model_destroy(model);
}

HARNESS_MAIN("transform_limits", {"logarithms among powers have inverses", logarithms_among_powers_have_inverses},
             {"values beyond a power have an infinite inverse", values_beyond_a_power_have_an_infinite_inverse},
             {"powers are found where derivatives overflow", powers_are_found_where_derivatives_overflow},
             {"landmarks may be far apart", landmarks_may_be_far_apart},
             {"medians have their limits", medians_have_their_limits},
             {"equal quartiles divide by one", equal_quartiles_divide_by_one},
             {"a network subtracts a large offset first", a_network_subtracts_a_large_offset_first})
