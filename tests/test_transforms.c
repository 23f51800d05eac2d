/* tests/test_transforms.c — transforms of columns against libm in extended precision and against scikit-learn; their
 * statistics over ranks; models that have them. */
#include "columns_in_memory.h"
#include "harness.h"
#include "transforms_reference.h"

#include "compute/math.h"
#include "core/random.h"
#include "data/quantiles.h"
#include "model/column_map.h"
#include "model/column_statistics.h"
#include "model/data_part.h"
#include "model/model_file.h"
#include "model/network.h"
#include "model/normalizer.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- functions ---- */

static double ulps(double value, long double exact)
{
    const double unit = nextafter(fabs((double)exact), INFINITY) - fabs((double)exact);
    return (double)(fabsl((long double)value - exact) / unit);
}

static void functions_are_accurate(void)
{
    for (int i = -20000; i <= 20000; i++) {
        const double x = ldexp(1 + (abs(i) % 977) / 977.0, i % 53 - 43) * (i < 0 ? -1 : 1);
        CU_ASSERT(fabs(x) > 700 || ulps(fcnn_expm1(x), expm1l(x)) <= 3);
        CU_ASSERT(ulps(fcnn_asinh(x), asinhl(x)) <= 4);
        CU_ASSERT(fabs(x) > 700 || ulps(fcnn_sinh(x), sinhl(x)) <= 6);
    }
    CU_ASSERT(ulps(fcnn_sinh(710.25), sinhl(710.25)) <= 6);
    CU_ASSERT(ulps(fcnn_asinh(1.5e308), asinhl(1.5e308)) <= 4);
    CU_ASSERT_EQUAL(fcnn_expm1(-800), -1);
    CU_ASSERT_EQUAL(fcnn_sinh(-800), -INFINITY);
    CU_ASSERT(signbit(fcnn_expm1(-0.0)) && signbit(fcnn_asinh(-0.0)) && signbit(fcnn_sinh(-0.0)));
}

/* Asserts that a transform and its inverse return to x. */
static void check_round_trip(fcnn_transform_kind kind, double x)
{
    const fcnn_transform transform = {.kind = kind};
    const double y = fcnn_transform_apply(&transform, x);
    const double back = fcnn_transform_invert(&transform, y);
    const double bound = 8 * DBL_EPSILON * (1 + fabs(y)) * (fabs(x) + (kind == FCNN_TRANSFORM_LOG1P ? DBL_MIN : 0));
    CU_ASSERT_DOUBLE_EQUAL(back, x, bound);
}

static void inverses_return(void)
{
    for (int i = -3000; i <= 3000; i++) {
        const double x = ldexp(1 + (abs(i) % 97) / 97.0, i / 10);
        check_round_trip(FCNN_TRANSFORM_NONE, -x);
        check_round_trip(FCNN_TRANSFORM_LOG, x);
        check_round_trip(FCNN_TRANSFORM_LOG1P, x);
        check_round_trip(FCNN_TRANSFORM_ASINH, x);
        check_round_trip(FCNN_TRANSFORM_ASINH, -x);
    }
    check_round_trip(FCNN_TRANSFORM_LOG1P, -0.75);
    const fcnn_transform log = {.kind = FCNN_TRANSFORM_LOG}, log1p = {.kind = FCNN_TRANSFORM_LOG1P};
    const double bad[] = {0, -1, -INFINITY, NAN};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT(isnan(fcnn_transform_apply(&log, bad[i])) && !fcnn_transform_takes(&log, bad[i]));
        CU_ASSERT(isnan(fcnn_transform_apply(&log1p, bad[i] - 1)) && !fcnn_transform_takes(&log1p, bad[i] - 1));
    }
    CU_ASSERT(fcnn_transform_takes(&log, DBL_TRUE_MIN) && fcnn_transform_takes(&log1p, -0.5));
}

/* ---- columns ---- */

/* Fits all columns in one way. */
static fcnn_normalizer fitted(const double *values, int64_t rows, int64_t columns, fcnn_normalize kind)
{
    fcnn_normalizer normalizer;
    HARNESS_OK(columns_fit(values, rows, columns, kind, &normalizer));
    return normalizer;
}

/* ---- quantiles ---- */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { MOST_ROWS = 700, COLUMNS = 3 };

/* Fills columns with numbers of all magnitudes and signs, with few different numbers, and with one. */
static void draw(double *values, int64_t rows)
{
    for (int64_t row = 0; row < rows; row++) {
        const uint64_t word = fcnn_random_draw(5, FCNN_RANDOM_MADE_UP, (uint32_t)row, 0, 0).first;
        values[row * COLUMNS] = ldexp((double)(int64_t)word, (int)(word % 1000) - 600);
        values[row * COLUMNS + 1] = (double)(word % 5) * (word % 2 == 0 ? -0.0 : 0.25);
        values[row * COLUMNS + 2] = -7.25;
    }
}

/* Asserts that quantiles are those of the sorted columns. */
static void check_quantiles(int64_t rows, int64_t count)
{
    static double values[MOST_ROWS * COLUMNS], sorted[MOST_ROWS], found[2 * MOST_ROWS];
    static const int64_t columns[] = {2, 0, 1};
    draw(values, rows);
    fcnn_dataset dataset = columns_part(values, rows, COLUMNS);
    for (int selected = 1; selected <= COLUMNS; selected++) {
        for (int first = 0; first + selected <= COLUMNS && count * selected <= 2 * MOST_ROWS; first++) {
            HARNESS_OK(fcnn_quantiles_find(&dataset, harness_comm(), FCNN_SIDE_TARGETS, selected, columns + first,
                                           count, found));
            for (int64_t i = 0; i < selected * count; i++) {
                for (int64_t row = 0; row < rows; row++) {
                    sorted[row] = values[row * COLUMNS + columns[first + i / count]];
                }
                qsort(sorted, (size_t)rows, sizeof *sorted, compare);
                const double place = (double)(i % count * (rows - 1)) / (double)(count - 1), low = floor(place);
                const double a = sorted[(int64_t)low], b = sorted[(int64_t)low + (place > low)];
                CU_ASSERT_DOUBLE_EQUAL(found[i], a + (b - a) * (place - low), 1e-12 * (fabs(a) + fabs(b)));
                CU_ASSERT(place > low || found[i] == a);
            }
        }
    }
}

static void quantiles_are_exact(void)
{
    const int64_t counts[] = {2, 3, 5, 17, 40};
    for (int64_t rows = 1; rows < 45; rows += 1 + rows / 7) {
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            check_quantiles(rows, counts[i]);
        }
    }
    check_quantiles(MOST_ROWS, 5);
    harness_sizes("quantile_bytes=30000");
    check_quantiles(MOST_ROWS, 40);
    harness_sizes("quantile_bytes=1");
    check_quantiles(53, 17);
}

/* ---- fitting ---- */

/* Compares columns of a fit with those of scikit-learn. */
static void check_fit(fcnn_normalize kind, const double train[SK_ROWS][SK_COLUMNS],
                      const double others[SK_NEW][SK_COLUMNS], int columns, double tolerance)
{
    fcnn_normalizer normalizer = fitted(&sk_x[0][0], SK_ROWS, SK_COLUMNS, kind);
    fcnn_column_map map;
    HARNESS_OK(fcnn_column_map_create(&normalizer, &map));
    for (int column = 0; column < SK_COLUMNS; column++) {
        for (int row = 0; row < SK_ROWS && (columns >> column & 1) != 0; row++) {
            const double expected = train[row][column];
            CU_ASSERT_DOUBLE_EQUAL(fcnn_column_map_value(&map, column, sk_x[row][column]), expected,
                                   tolerance * (1 + fabs(expected)));
        }
        for (int row = 0; row < SK_NEW && (columns >> column & 1) != 0; row++) {
            const double expected = others[row][column];
            CU_ASSERT_DOUBLE_EQUAL(fcnn_column_map_value(&map, column, sk_new[row][column]), expected,
                                   tolerance * (1 + fabs(expected)));
        }
    }
    fcnn_column_map_clear(&map);
    fcnn_normalizer_clear(&normalizer);
}

static void columns_become_those_of_scikit_learn(void)
{
    check_fit(FCNN_NORMALIZE_ROBUST, sk_robust, sk_robust_new, 15, 1e-15);
    check_fit(FCNN_NORMALIZE_QUANTILE, sk_quantile, sk_quantile_new, 14, 1e-9);
    check_fit(FCNN_NORMALIZE_POWER, sk_power, sk_power_new, 13, 1e-6);
    fcnn_normalizer normalizer = fitted(&sk_x[0][0], SK_ROWS, SK_COLUMNS, FCNN_NORMALIZE_POWER);
    CU_ASSERT_DOUBLE_EQUAL(normalizer.transforms[2].power, sk_lambdas[2], 1e-7);
    CU_ASSERT_DOUBLE_EQUAL(normalizer.transforms[3].power, sk_lambdas[3], 1e-7);
    CU_ASSERT_EQUAL(normalizer.transforms[0].power, 1);
    fcnn_normalizer_clear(&normalizer);
}

/* ---- quantile ---- */

static void quantiles_are_symmetric(void)
{
    enum { ROWS = 3001 };
    static double values[ROWS], negated[ROWS];
    for (int row = 0; row < ROWS; row++) {
        const double x = (row * 1213 % ROWS) / 100.0;
        values[row] = x * x * x + 0.001 * x;
        negated[row] = -values[row];
    }
    fcnn_normalizer normalizer = fitted(values, ROWS, 1, FCNN_NORMALIZE_QUANTILE);
    fcnn_normalizer mirror = fitted(negated, ROWS, 1, FCNN_NORMALIZE_QUANTILE);
    const fcnn_transform *transform = &normalizer.transforms[0];
    CU_ASSERT_EQUAL(transform->count, 1000);
    double most = 0;
    for (int row = 0; row < ROWS; row++) {
        const double y = fcnn_transform_apply(transform, values[row]);
        CU_ASSERT_DOUBLE_EQUAL(y, -fcnn_transform_apply(&mirror.transforms[0], negated[row]), 1e-12 * (1 + y * y));
        const double range = values[row] * 1e-9 + 1e-9;
        CU_ASSERT_DOUBLE_EQUAL(fcnn_transform_invert(transform, y), values[row], range);
        most = fabs(y) > most ? fabs(y) : most;
    }
    CU_ASSERT_DOUBLE_EQUAL(most, 5.199337582192817, 1e-14);
    CU_ASSERT_EQUAL(fcnn_transform_invert(transform, 6), transform->landmarks[999]);
    CU_ASSERT_EQUAL(fcnn_transform_invert(transform, -INFINITY), transform->landmarks[0]);
    CU_ASSERT(isnan(fcnn_transform_apply(transform, NAN)) && isnan(fcnn_transform_invert(transform, NAN)));
    fcnn_normalizer_clear(&normalizer);
    fcnn_normalizer_clear(&mirror);
}

static void constants_become_zero(void)
{
    double values[7], same[1] = {3};
    for (int row = 0; row < 7; row++) {
        values[row] = 0.11;
    }
    for (int kind = 0; kind < 2; kind++) {
        fcnn_normalizer normalizer = fitted(values, 7, 1, kind ? FCNN_NORMALIZE_POWER : FCNN_NORMALIZE_QUANTILE);
        fcnn_column_map map;
        HARNESS_OK(fcnn_column_map_create(&normalizer, &map));
        CU_ASSERT_EQUAL(fcnn_column_map_value(&map, 0, 0.11), 0);
        CU_ASSERT(fcnn_column_map_value(&map, 0, 0.12) > 0 && fcnn_column_map_value(&map, 0, 0.1) < 0);
        fcnn_column_map_clear(&map);
        fcnn_normalizer_clear(&normalizer);
    }
    fcnn_normalizer normalizer = fitted(same, 1, 1, FCNN_NORMALIZE_QUANTILE);
    CU_ASSERT_EQUAL(fcnn_transform_apply(&normalizer.transforms[0], 3), 0);
    fcnn_normalizer_clear(&normalizer);
}

/* ---- power ---- */

/* The negative logarithm of the likelihood, by definition, in extended precision. */
static long double likelihood(const double *x, int rows, long double power)
{
    long double mean = 0, square = 0, logs = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int row = 0; row < rows; row++) {
            const long double m = x[row] < 0 ? 2 - power : power, u = log1pl(fabsl(x[row]));
            const long double t = (m == 0 ? u : (powl(1 + fabsl(x[row]), m) - 1) / m) * (x[row] < 0 ? -1 : 1);
            mean += pass == 0 ? t / rows : 0;
            square += pass == 1 ? (t - mean) * (t - mean) / rows : 0;
            logs += pass == 0 ? (x[row] < 0 ? -u : u) / rows : 0;
        }
    }
    return logl(square) / 2 - (power - 1) * logs;
}

static void powers_are_most_likely(void)
{
    enum { ROWS = 211, SHAPES = 5 };
    double x[ROWS];
    for (int shape = 0; shape < SHAPES; shape++) {
        for (int row = 0; row < ROWS; row++) {
            const double z = fcnn_normal_quantile((row * 97 % ROWS + 0.5) / ROWS);
            x[row] = shape == 0   ? exp(z)
                     : shape == 1 ? -exp(1.5 * z)
                     : shape == 2 ? z
                     : shape == 3 ? z * z * z
                                  : 1e-3 * exp(z);
        }
        fcnn_normalizer normalizer = fitted(x, ROWS, 1, FCNN_NORMALIZE_POWER);
        const long double power = normalizer.transforms[0].power, best = likelihood(x, ROWS, power);
        CU_ASSERT(shape < SHAPES - 1 || normalizer.transforms[0].power == -30); /* the limit: log x would suit them */
        for (long double step = 1; step > 1e-4L && shape < SHAPES - 1; step /= 4) {
            CU_ASSERT_TRUE(likelihood(x, ROWS, power + step) > best && likelihood(x, ROWS, power - step) > best);
        }
        for (int row = 0; row < ROWS; row++) {
            const double y = fcnn_transform_apply(&normalizer.transforms[0], x[row]);
            CU_ASSERT_DOUBLE_EQUAL(fcnn_transform_invert(&normalizer.transforms[0], y), x[row], 1e-10 * fabs(x[row]));
        }
        fcnn_normalizer_clear(&normalizer);
    }
    const fcnn_transform falling = {.kind = FCNN_TRANSFORM_POWER, .power = -2}, zero = {.kind = FCNN_TRANSFORM_POWER};
    CU_ASSERT_EQUAL(fcnn_transform_invert(&falling, 0.5), INFINITY);
    CU_ASSERT_DOUBLE_EQUAL(fcnn_transform_apply(&zero, -2), -4, 1e-15 * 4);
}

/* log1p and standardization, by definition, in extended precision. */
static void transformed_columns_are_standardized(void)
{
    enum { ROWS = 173 };
    double values[ROWS];
    long double mean = 0, square = 0;
    for (int row = 0; row < ROWS; row++) {
        values[row] = (row * 37 % ROWS) * 0.3 - 0.9;
        mean += log1pl(values[row]) / ROWS;
    }
    for (int row = 0; row < ROWS; row++) {
        square += (log1pl(values[row]) - mean) * (log1pl(values[row]) - mean) / ROWS;
    }
    fcnn_normalizer normalizer = fitted(values, ROWS, 1, FCNN_NORMALIZE_LOG1P_STANDARDIZE);
    fcnn_column_map map;
    HARNESS_OK(fcnn_column_map_create(&normalizer, &map));
    CU_ASSERT_DOUBLE_EQUAL(normalizer.shift[0], (double)mean, 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(normalizer.scale[0], (double)sqrtl(square), 1e-14);
    for (int row = 0; row < ROWS; row++) {
        CU_ASSERT_DOUBLE_EQUAL(fcnn_column_map_value(&map, 0, values[row]),
                               (double)((log1pl(values[row]) - mean) / sqrtl(square)), 1e-14);
    }
    double same[4] = {normalizer.shift[0], normalizer.scale[0], -normalizer.shift[0], -normalizer.scale[0]};
    fcnn_comm_max_doubles(harness_comm(), 4, same);
    CU_ASSERT_TRUE(same[0] == -same[2] && same[1] == -same[3]);
    fcnn_column_map_clear(&map);
    fcnn_normalizer_clear(&normalizer);
    for (int row = 0; row < ROWS; row++) {
        values[row] = 0.11;
    }
    normalizer = fitted(values, ROWS, 1, FCNN_NORMALIZE_LOG_STANDARDIZE);
    CU_ASSERT_EQUAL(normalizer.shift[0], fcnn_log(0.11));
    CU_ASSERT_EQUAL(normalizer.scale[0], 1);
    fcnn_normalizer_clear(&normalizer);
}

/* x·(1/scale) − shift/scale would be wrong by 1e-7 here, and in a column of ordinary numbers it has the same bits. */
static void an_offset_costs_no_digits(void)
{
    double values[9], ordinary[9];
    for (int row = 0; row < 9; row++) {
        values[row] = 1e9 + row * 0.1;
        ordinary[row] = 1e3 + row * 0.1;
    }
    fcnn_normalizer normalizer = fitted(values, 9, 1, FCNN_NORMALIZE_MINMAX);
    fcnn_column_map map;
    HARNESS_OK(fcnn_column_map_create(&normalizer, &map));
    for (int row = 0; row < 9; row++) {
        const long double range = (long double)values[8] - values[0];
        CU_ASSERT_DOUBLE_EQUAL(fcnn_column_map_value(&map, 0, values[row]),
                               (double)(((long double)values[row] - values[0]) / range), 3e-16);
    }
    fcnn_column_map_clear(&map);
    fcnn_normalizer_clear(&normalizer);
    normalizer = fitted(ordinary, 9, 1, FCNN_NORMALIZE_MINMAX);
    HARNESS_OK(fcnn_column_map_create(&normalizer, &map));
    CU_ASSERT_TRUE(map.is_affine);
    CU_ASSERT_EQUAL(map.affine[0], 1 / normalizer.scale[0]);
    CU_ASSERT_EQUAL(map.affine[1], -(normalizer.shift[0] * (1 / normalizer.scale[0])));
    fcnn_column_map_clear(&map);
    fcnn_normalizer_clear(&normalizer);
}

/* ---- models ---- */

enum { WIDE = 70 }; /* more than a panel */

/* A network of one layer that adds up its inputs. Every second input has a logarithm; the target a transform. */
static fcnn_model *adding_model(fcnn_transform_kind target, fcnn_precision precision)
{
    fcnn_layer layer = {.inputs = WIDE, .outputs = 1, .activation = FCNN_ACTIVATION_LINEAR};
    const fcnn_architecture shape = {
        .precision = precision, .output = FCNN_OUTPUT_LINEAR, .loss = FCNN_LOSS_MSE, .layers = 1, .layer = &layer};
    fcnn_model *model;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    HARNESS_OK(fcnn_normalizer_add_transforms(&model->inputs));
    HARNESS_OK(fcnn_normalizer_add_transforms(&model->targets));
    for (int i = 0; i < WIDE; i++) {
        model->inputs.transforms[i].kind = i % 2 == 0 ? FCNN_TRANSFORM_NONE : FCNN_TRANSFORM_LOG;
        model->inputs.shift[i] = 0.25 * i;
        model->inputs.scale[i] = 1 + i % 3;
        if (precision != FCNN_PRECISION_DOUBLE) {
            ((float *)model->weights[0])[i] = 1;
        } else {
            ((double *)model->weights[0])[i] = 1;
        }
    }
    model->targets.transforms[0].kind = target;
    model->targets.shift[0] = 3;
    model->targets.scale[0] = 0.01;
    return model;
}

/* What such a network predicts for row `row` of the table below. */
static double expected(fcnn_transform_kind target, const double *x)
{
    long double sum = 0;
    for (int i = 0; i < WIDE; i++) {
        sum += ((i % 2 == 0 ? (long double)x[i] : logl(x[i])) - 0.25L * i) / (1 + i % 3);
    }
    const long double value = 3 + 0.01L * sum;
    return (double)(target == FCNN_TRANSFORM_LOG     ? expl(value)
                    : target == FCNN_TRANSFORM_LOG1P ? expm1l(value)
                    : target == FCNN_TRANSFORM_ASINH ? sinhl(value)
                                                     : value);
}

static void predictions_are_in_physical_units(void)
{
    enum { ROWS = 41 };
    static double x[ROWS * WIDE], y[ROWS];
    static float single[ROWS * WIDE], z[ROWS];
    for (int i = 0; i < ROWS * WIDE; i++) {
        x[i] = 1 + (double)(i * 7919 % 1009) / 64;
        single[i] = (float)x[i];
    }
    for (int kind = FCNN_TRANSFORM_NONE; kind <= FCNN_TRANSFORM_ASINH; kind++) {
        for (int precision = 0; precision < 2; precision++) {
            fcnn_model *model = adding_model((fcnn_transform_kind)kind, (fcnn_precision)precision);
            fcnn_network *network;
            HARNESS_OK(fcnn_network_create(model, ROWS, &network));
            HARNESS_OK(fcnn_network_forward_f64(network, ROWS, x, y));
            HARNESS_OK(fcnn_network_forward_f32(network, ROWS, single, z));
            const double tolerance = precision != FCNN_PRECISION_DOUBLE ? 1e-4 : 1e-13;
            for (int row = 0; row < ROWS; row++) {
                const double value = expected((fcnn_transform_kind)kind, x + (size_t)row * WIDE);
                CU_ASSERT_DOUBLE_EQUAL(y[row], value, tolerance * fabs(value));
                CU_ASSERT_DOUBLE_EQUAL((double)z[row], value, 1e-4 * fabs(value));
            }
            x[3 * WIDE + 1] = 0; /* outside the domain: this row has no prediction */
            HARNESS_OK(fcnn_network_forward_f64(network, ROWS, x, y));
            for (int row = 0; row < ROWS; row++) {
                CU_ASSERT_EQUAL(isnan(y[row]) != 0, row == 3);
            }
            x[3 * WIDE + 1] = 1 + (double)((3 * WIDE + 1) * 7919 % 1009) / 64;
            fcnn_network_destroy(network);
            fcnn_model_destroy(model);
        }
    }
}

static void files_keep_transforms(void)
{
    const char *path = harness_path("model.h5");
    fcnn_model *model = adding_model(FCNN_TRANSFORM_ASINH, FCNN_PRECISION_DOUBLE), *again = NULL;
    HARNESS_OK(fcnn_model_write(model, path));
    HARNESS_OK(fcnn_model_read(path, &again));
    CU_ASSERT_PTR_NOT_NULL_FATAL(again->inputs.transforms);
    for (int i = 0; i < WIDE; i++) {
        CU_ASSERT_EQUAL(again->inputs.transforms[i].kind, model->inputs.transforms[i].kind);
    }
    CU_ASSERT_EQUAL(again->targets.transforms[0].kind, FCNN_TRANSFORM_ASINH);
    fcnn_model_destroy(again);
    model->inputs.transforms[2].kind = model->inputs.transforms[69].kind = FCNN_TRANSFORM_QUANTILE;
    model->inputs.transforms[3] = (fcnn_transform){.kind = FCNN_TRANSFORM_POWER, .power = -0.5};
    HARNESS_OK(fcnn_normalizer_add_landmarks(&model->inputs, 3));
    const double landmarks[] = {1, 2, 2, -5, 0, 7};
    memcpy(model->inputs.landmarks, landmarks, sizeof landmarks);
    HARNESS_OK(fcnn_model_write(model, path));
    HARNESS_OK(fcnn_model_read(path, &again));
    for (int i = 0; i < WIDE; i++) {
        const double x = 0.125 * (i + 1);
        CU_ASSERT_EQUAL(fcnn_transform_apply(&again->inputs.transforms[i], x),
                        fcnn_transform_apply(&model->inputs.transforms[i], x));
    }
    CU_ASSERT_EQUAL(fcnn_transform_invert(&again->inputs.transforms[69], -9), -5);
    fcnn_model_destroy(again);
    model->inputs.landmarks[1] = 0;
    HARNESS_OK(fcnn_model_write(model, path));
    HARNESS_STATUS(fcnn_model_read(path, &again), FCNN_EDATA);
    HARNESS_ERROR_HAS("/normalizer/inputs_landmarks: row 0 contains NaN or Inf, or its numbers do not ascend");
    model->inputs.landmarks[1] = 2;
    model->inputs.transforms[3].power = 1e4;
    HARNESS_OK(fcnn_model_write(model, path));
    HARNESS_STATUS(fcnn_model_read(path, &again), FCNN_EDATA);
    HARNESS_ERROR_HAS("/normalizer/inputs_power contains a number that is not from -1000 to 1000");
    free(model->inputs.transforms);
    model->inputs.transforms = NULL;
    HARNESS_OK(fcnn_model_write(model, path));
    HARNESS_OK(fcnn_model_read(path, &again));
    CU_ASSERT_PTR_NULL(again->inputs.transforms);
    fcnn_model_destroy(again);
    fcnn_model_destroy(model);
}

HARNESS_MAIN("transforms", {"functions are accurate", functions_are_accurate}, {"inverses return", inverses_return},
             {"quantiles are exact", quantiles_are_exact},
             {"columns become those of scikit-learn", columns_become_those_of_scikit_learn},
             {"quantiles are symmetric", quantiles_are_symmetric}, {"constants become zero", constants_become_zero},
             {"powers are most likely", powers_are_most_likely},
             {"transformed columns are standardized", transformed_columns_are_standardized},
             {"an offset costs no digits", an_offset_costs_no_digits},
             {"predictions are in physical units", predictions_are_in_physical_units},
             {"files keep transforms", files_keep_transforms})
