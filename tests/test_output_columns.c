/* tests/test_output_columns.c — outputs by ranges of columns: their text, the config, the kernels, and model files. */
#include "compute/kernels.h"
#include "config/output_columns.h"
#include "model/model_file.h"

#include "harness.h"
#include "numbers.h"

#include <stdio.h>

/* ---- texts ---- */

static void check_text(const char *given, const char *expected)
{
    fcnn_output_columns columns = {0};
    fcnn_text text = {0};
    CU_ASSERT_EQUAL(fcnn_output_columns_word(given), FCNN_OUTPUT_COLUMNS);
    HARNESS_OK(fcnn_output_columns_check(given));
    HARNESS_OK(fcnn_output_columns_assign(given, "model.output", 128, &columns));
    HARNESS_OK(fcnn_output_columns_put(&columns, &text));
    CU_ASSERT_STRING_EQUAL(text.data, expected);
    fcnn_text_clear(&text);
}

static void ranges_are_read(void)
{
    check_text("linear 0:120, relu 120:128", "linear 0:120, relu 120:128");
    check_text("linear :120,relu  120:", "linear 0:120, relu 120:128");
    check_text("relu 3, linear :3 4:", "linear 0:3, relu 3:4, linear 4:128");
    check_text("exponential 0 , softplus 1:70, tanh 70:71,sigmoid 71:",
               "exponential 0:1, softplus 1:70, tanh 70:71, sigmoid 71:128");
    check_text("relu 0:64, relu 64:128", "relu 0:128");
    CU_ASSERT_EQUAL(fcnn_output_columns_word("relu"), FCNN_OUTPUT_RELU);
    CU_ASSERT_EQUAL(fcnn_output_columns_word("auto"), FCNN_OUTPUT_AUTO);
}

static void wrong_ranges_are_refused(void)
{
    static const struct {
        const char *text, *words;
    } wrong[] = {
        {"linear 0:127", "does not mention column 127"},    {"linear 0:129", "but there are 128 columns"},
        {"linear 0:3, relu 2:", "mentions column 2 twice"}, {"linear 0:3, relu", "has no columns"},
        {"softmax 0:128", "softmax is for all columns"},    {"linear 1:, auto 0", "auto is for all columns"},
        {"gelu 0:128", "is not an allowed word"},           {"linear 0-3", "is not a range of columns"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fcnn_output_columns columns;
        HARNESS_STATUS(fcnn_output_columns_assign(wrong[i].text, "model.output", 128, &columns), FCNN_ECONFIG);
        HARNESS_ERROR_HAS(wrong[i].words);
    }
    HARNESS_STATUS(fcnn_output_columns_check("linear 1:, softmax 0"), FCNN_ECONFIG);
    fcnn_output_columns columns;
    fcnn_text many = {0};
    for (int i = 0; i < 128; i++) {
        HARNESS_OK(fcnn_text_append(&many, "%s%s %d", i > 0 ? ", " : "", i % 2 ? "relu" : "linear", i));
    }
    HARNESS_STATUS(fcnn_output_columns_assign(many.data, "model.output", 128, &columns), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.output has more than 32 ranges of columns");
    fcnn_text_clear(&many);
}

/* ---- kernels ---- */

enum { ROWS = 4, WIDTH = 150 };

static double value_of(fcnn_output output, double z)
{
    return output == FCNN_OUTPUT_RELU          ? (z > 0 ? z : 0)
           : output == FCNN_OUTPUT_SIGMOID     ? 1 / (1 + exp(-z))
           : output == FCNN_OUTPUT_TANH        ? tanh(z)
           : output == FCNN_OUTPUT_SOFTPLUS    ? log1p(exp(z))
           : output == FCNN_OUTPUT_EXPONENTIAL ? exp(z)
                                               : z;
}

static double slope_of(fcnn_output output, double z)
{
    const double y = value_of(output, z);
    return output == FCNN_OUTPUT_RELU          ? z > 0
           : output == FCNN_OUTPUT_SIGMOID     ? y * (1 - y)
           : output == FCNN_OUTPUT_TANH        ? 1 - y * y
           : output == FCNN_OUTPUT_SOFTPLUS    ? 1 / (1 + exp(-z))
           : output == FCNN_OUTPUT_EXPONENTIAL ? y
                                               : 1;
}

/* Values and slopes of one range; columns outside it do not change. */
static void check_range(const fcnn_kernels *kernels, const fcnn_kernels *plain, fcnn_output output, int64_t first,
                        int64_t after)
{
    const int64_t count = numbers_size(ROWS, WIDTH);
    void *z[2], *slopes[2];
    uint64_t seed = (uint64_t)(first + 1);
    void *start = numbers_zeros(count, kernels->size);
    numbers_fill(kernels, start, count, &seed, 4);
    for (int k = 0; k < 2; k++) {
        z[k] = numbers_zeros(count, kernels->size);
        slopes[k] = numbers_zeros(count, kernels->size);
        memcpy(z[k], start, (size_t)count * kernels->size);
        const fcnn_columns_job job = {output, z[k], slopes[k], ROWS, WIDTH, 1, ROWS, first, after};
        (k == 0 ? kernels : plain)->activate_columns(&job);
    }
    CU_ASSERT_EQUAL(memcmp(z[0], z[1], (size_t)count * kernels->size), 0);
    CU_ASSERT_EQUAL(memcmp(slopes[0], slopes[1], (size_t)count * kernels->size), 0);
    for (int64_t row = 0; row < ROWS; row++) {
        for (int64_t i = 0; i < WIDTH; i++) {
            const int64_t at = numbers_place(ROWS, WIDTH, row, i);
            const double before = numbers_get(kernels, start, at), y = numbers_get(kernels, z[0], at);
            const double slope = numbers_get(kernels, slopes[0], at);
            if (row == 0 || i < first || i >= after) {
                CU_ASSERT(y == before && slope == 0);
            } else {
                CU_ASSERT(numbers_are_near(kernels, y, value_of(output, before), 0));
                CU_ASSERT(numbers_are_near(kernels, slope, slope_of(output, before), 1));
            }
        }
    }
    for (int k = 0; k < 2; k++) {
        free(z[k]);
        free(slopes[k]);
    }
    free(start);
}

static void check_ranges(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    static const fcnn_output outputs[] = {FCNN_OUTPUT_LINEAR, FCNN_OUTPUT_SIGMOID,  FCNN_OUTPUT_RELU,
                                          FCNN_OUTPUT_TANH,   FCNN_OUTPUT_SOFTPLUS, FCNN_OUTPUT_EXPONENTIAL};
    static const int64_t ranges[][2] = {{0, 150}, {0, 1}, {3, 5}, {60, 70}, {64, 128}, {15, 16}, {17, 149}, {149, 150}};
    for (size_t o = 0; o < sizeof outputs / sizeof *outputs; o++) {
        for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
            check_range(kernels, plain, outputs[o], ranges[i][0], ranges[i][1]);
        }
    }
}

static void ranges_have_their_activations(void)
{
    numbers_for_tables(check_ranges);
}

static void check_products(const fcnn_kernels *kernels, const fcnn_kernels *plain)
{
    const int64_t count = numbers_size(ROWS, WIDTH), at = numbers_place(ROWS, WIDTH, 1, 77);
    uint64_t seed = 9;
    void *z = numbers_zeros(count, kernels->size), *slopes = numbers_zeros(count, kernels->size);
    (void)plain;
    numbers_fill(kernels, z, count, &seed, 1);
    numbers_fill(kernels, slopes, count, &seed, 1);
    const double expected = numbers_get(kernels, z, at) * numbers_get(kernels, slopes, at);
    numbers_set(kernels, slopes, at + 1, kernels->bits == 32 ? 0x1p-110 : 0x1p-910);
    const fcnn_columns_job job = {.z = z, .slopes = slopes, .rows = ROWS, .width = WIDTH, .first = 1, .last = 2};
    const double untouched = numbers_get(kernels, z, numbers_place(ROWS, WIDTH, 0, 5));
    const uint64_t most = kernels->multiply_slopes(&job);
    CU_ASSERT(numbers_are_near(kernels, numbers_get(kernels, z, at), expected, 0));
    CU_ASSERT_EQUAL(numbers_get(kernels, z, at + 1), 0);
    CU_ASSERT_EQUAL(numbers_get(kernels, z, numbers_place(ROWS, WIDTH, 0, 5)), untouched);
    uint64_t largest = 0;
    for (int64_t i = 0; i < WIDTH; i++) {
        const uint64_t own = numbers_magnitude(kernels, numbers_get(kernels, z, numbers_place(ROWS, WIDTH, 1, i)));
        largest = own > largest ? own : largest;
    }
    CU_ASSERT(largest <= most);
    numbers_set(kernels, z, at, NAN);
    CU_ASSERT(fcnn_magnitude_exponent(kernels, kernels->multiply_slopes(&job)) > 1024);
    free(z);
    free(slopes);
}

static void derivatives_are_multiplied_by_slopes(void)
{
    numbers_for_tables(check_products);
}

/* ---- files ---- */

static fcnn_model *create(const char *columns, int64_t outputs)
{
    fcnn_architecture shape = {0};
    fcnn_model *model = NULL;
    HARNESS_OK(fcnn_architecture_create(1, &shape));
    shape.layer[0] = (fcnn_layer){
        .inputs = 2, .outputs = outputs, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE};
    shape.output = FCNN_OUTPUT_COLUMNS;
    shape.loss = FCNN_LOSS_MSE;
    HARNESS_OK(fcnn_output_columns_assign(columns, "columns", 5, &shape.columns));
    HARNESS_OK(fcnn_model_create(&shape, &model));
    fcnn_architecture_clear(&shape);
    return model;
}

static void ranges_come_back(void)
{
    fcnn_model *model = create("linear 0:3, relu 3:5", 5), *again = NULL;
    HARNESS_OK(fcnn_model_write(model, harness_path("columns.h5")));
    HARNESS_OK(fcnn_model_read(harness_path("columns.h5"), &again));
    CU_ASSERT_EQUAL(again->shape.output, FCNN_OUTPUT_COLUMNS);
    CU_ASSERT(fcnn_output_columns_equal(&again->shape.columns, &model->shape.columns));
    CU_ASSERT_EQUAL(fcnn_architecture_column(&again->shape, 2), FCNN_OUTPUT_LINEAR);
    CU_ASSERT_EQUAL(fcnn_architecture_column(&again->shape, 3), FCNN_OUTPUT_RELU);
    fcnn_model_destroy(again);
    fcnn_model_destroy(model);
    model = create("linear 0:3, relu 3:5", 4);
    HARNESS_OK(fcnn_model_write(model, harness_path("columns.h5")));
    HARNESS_STATUS(fcnn_model_read(harness_path("columns.h5"), &again), FCNN_EDATA);
    HARNESS_ERROR_HAS("/model: attribute output mentions column 4, but there are 4 columns");
    fcnn_model_destroy(model);
}

HARNESS_MAIN("output columns", {"ranges are read", ranges_are_read},
             {"wrong ranges are refused", wrong_ranges_are_refused},
             {"ranges have their activations", ranges_have_their_activations},
             {"derivatives are multiplied by slopes", derivatives_are_multiplied_by_slopes},
             {"ranges come back", ranges_come_back})
