/* tests/test_model_file.c — a model comes back from a file bit for bit, or not at all. */
#include "model/model_file.h"

#include "core/random.h"
#include "harness.h"
#include "printed_model.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- models ---- */

/* Any finite numbers: zeros of both signs, the smallest and the largest among them. */
static void fill(void *values, int64_t count, fcnn_precision precision, uint32_t which)
{
    for (int64_t i = 0; i < count; i++) {
        const uint64_t bits = fcnn_random_draw(7, FCNN_RANDOM_INIT, (uint32_t)i, which, 0).first;
        if (precision != FCNN_PRECISION_DOUBLE) {
            static const float extremes[] = {-0.0F, FLT_TRUE_MIN, FLT_MAX,
                                             0x1.400016p+3F}; /* the last needs 9 digits */
            const uint32_t word = (uint32_t)bits & 0xbfffffff;
            memcpy((float *)values + i, i < 4 ? (const void *)&extremes[i] : &word, sizeof word);
        } else {
            static const double extremes[] = {-0.0, DBL_TRUE_MIN, DBL_MAX, 0x1.999999999999bp-4}; /* 17 digits */
            const uint64_t word = bits & 0xbfffffffffffffff;
            memcpy((double *)values + i, i < 4 ? (const void *)&extremes[i] : &word, sizeof word);
        }
    }
}

static void set_text(char **text, const char *value)
{
    free(*text);
    *text = strdup(value);
}

/* What was known of the columns of 4 inputs, and of the targets. */
static void add_columns(fcnn_model *model)
{
    const int64_t targets = model->shape.output == FCNN_OUTPUT_SOFTMAX ? 1 : 2;
    HARNESS_OK(fcnn_column_names_create(4, &model->inputs_names));
    HARNESS_OK(fcnn_column_names_create(targets, &model->targets_names));
    set_text(&model->inputs_names.names[0], "température");
    set_text(&model->inputs_names.units[0], "K");
    set_text(&model->inputs_names.names[1], "wind");
    set_text(&model->inputs_names.units[1], "m s-1");
    set_text(&model->inputs_names.names[3], "x[3]");
    model->inputs_names.origins[0] = model->inputs_names.origins[1] = FCNN_NAME_GIVEN;
    model->targets_names.origins[0] = FCNN_NAME_DATASET;
    set_text(&model->targets_names.names[targets - 1], "yield");
    HARNESS_OK(fcnn_column_statistics_create(4, &model->inputs_statistics));
    for (int i = 0; i < 4; i++) {
        model->inputs_statistics.smallest[i] = -i;
        model->inputs_statistics.largest[i] = 0.1 * i;
        model->inputs_statistics.mean[i] = 1e-9;
    }
    if (targets == 2) {
        HARNESS_OK(fcnn_column_statistics_create(2, &model->targets_statistics));
        model->targets_statistics.largest[1] = 12.5;
    } else {
        HARNESS_OK(fcnn_classes_add(&model->classes, "sea"));
        HARNESS_OK(fcnn_classes_add(&model->classes, "air"));
    }
}

/* A model 4-5-…-5-2 with something in every part. */
static fcnn_model *make_model(fcnn_precision precision, int64_t layers, fcnn_activation activation, fcnn_output output,
                              fcnn_loss loss)
{
    fcnn_layer layer[64];
    for (int64_t i = 0; i < layers; i++) {
        layer[i] = (fcnn_layer){.inputs = i == 0 ? 4 : 5,
                                .outputs = 5,
                                .activation = activation,
                                .leaky_slope = i == 0 ? 0.25 : FCNN_LEAKY_SLOPE,
                                .layer_norm = layers == 3 && i == activation % 2};
    }
    layer[layers - 1].outputs = 2;
    layer[layers - 1].activation = output == FCNN_OUTPUT_SIGMOID ? FCNN_ACTIVATION_SIGMOID : FCNN_ACTIVATION_LINEAR;
    const fcnn_architecture shape = {
        .precision = precision, .layers = layers, .layer = layer, .output = output, .loss = loss};
    fcnn_model *model = NULL;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    for (int64_t i = 0; i < layers; i++) {
        fill(model->weights[i], layer[i].inputs * layer[i].outputs, precision, (uint32_t)(2 * i));
        fill(model->biases[i], layer[i].outputs, precision, (uint32_t)(2 * i + 1));
    }
    for (int64_t i = layers; i < fcnn_architecture_tensors(&shape); i++) {
        fill(model->biases[i], fcnn_architecture_tensor(&shape, i).outputs, precision, (uint32_t)(500 + i));
    }
    fill(model->inputs.shift, 4, FCNN_PRECISION_DOUBLE, 1000);
    fill(model->targets.shift, 2, FCNN_PRECISION_DOUBLE, 1001);
    model->inputs.scale[3] = 1e-300;
    model->targets.scale[0] = -3;
    model->config = strdup("[train]\nepochs = 3\n");
    model->choice = (fcnn_model_choice){7, 700, strdup("the lowest \33loss")};
    for (int64_t i = 0; i < 12; i++) {
        const fcnn_history_line line = {
            i, 100 * i, 1 / (double)(i + 1), i % 2 ? NAN : 0.5, (double)i, i == 0 ? NAN : 0.1 / (double)i};
        HARNESS_OK(fcnn_history_append(&model->history, &line));
    }
    add_columns(model);
    return model;
}

static fcnn_model *usual_model(void)
{
    return make_model(FCNN_PRECISION_SINGLE, 2, FCNN_ACTIVATION_TANH, FCNN_OUTPUT_SOFTMAX, FCNN_LOSS_CROSS_ENTROPY);
}

static void check_same_names(const fcnn_column_names *a, const fcnn_column_names *b)
{
    CU_ASSERT_EQUAL_FATAL(a->count, b->count);
    for (int64_t i = 0; i < a->count; i++) {
        CU_ASSERT_STRING_EQUAL(a->names[i], b->names[i]);
        CU_ASSERT_STRING_EQUAL(a->units[i], b->units[i]);
        CU_ASSERT_EQUAL(a->origins[i], b->origins[i]);
    }
}

static void check_same_statistics(const fcnn_column_statistics *a, const fcnn_column_statistics *b)
{
    CU_ASSERT_EQUAL_FATAL(a->count, b->count);
    for (int64_t i = 0; i < a->count; i++) {
        CU_ASSERT_EQUAL(a->smallest[i], b->smallest[i]);
        CU_ASSERT_EQUAL(a->largest[i], b->largest[i]);
        CU_ASSERT_EQUAL(a->mean[i], b->mean[i]);
    }
}

static void check_same_columns(const fcnn_model *a, const fcnn_model *b)
{
    check_same_names(&a->inputs_names, &b->inputs_names);
    check_same_names(&a->targets_names, &b->targets_names);
    check_same_statistics(&a->inputs_statistics, &b->inputs_statistics);
    check_same_statistics(&a->targets_statistics, &b->targets_statistics);
    CU_ASSERT_EQUAL_FATAL(a->classes.count, b->classes.count);
    for (int64_t i = 0; i < a->classes.count; i++) {
        CU_ASSERT_STRING_EQUAL(a->classes.names[i], b->classes.names[i]);
    }
}

static void check_same(const fcnn_model *a, const fcnn_model *b)
{
    const fcnn_architecture *shape = &a->shape;
    const size_t size = fcnn_architecture_size(shape);
    CU_ASSERT_EQUAL(shape->precision, b->shape.precision);
    CU_ASSERT_EQUAL_FATAL(shape->layers, b->shape.layers);
    CU_ASSERT_EQUAL(shape->output, b->shape.output);
    CU_ASSERT_EQUAL(shape->loss, b->shape.loss);
    for (int64_t i = 0; i < shape->layers; i++) {
        const int64_t in = shape->layer[i].inputs, out = shape->layer[i].outputs;
        CU_ASSERT_EQUAL_FATAL(in, b->shape.layer[i].inputs);
        CU_ASSERT_EQUAL_FATAL(out, b->shape.layer[i].outputs);
        CU_ASSERT(fcnn_layer_same_activation(&shape->layer[i], &b->shape.layer[i]));
        CU_ASSERT_EQUAL(memcmp(a->weights[i], b->weights[i], (size_t)(in * out) * size), 0);
        CU_ASSERT_EQUAL(memcmp(a->biases[i], b->biases[i], (size_t)out * size), 0);
        CU_ASSERT_EQUAL(shape->layer[i].layer_norm, b->shape.layer[i].layer_norm);
    }
    CU_ASSERT_EQUAL_FATAL(fcnn_architecture_tensors(shape), fcnn_architecture_tensors(&b->shape));
    for (int64_t i = shape->layers; i < fcnn_architecture_tensors(shape); i++) {
        const size_t bytes = (size_t)fcnn_architecture_tensor(shape, i).outputs * size;
        CU_ASSERT_EQUAL(memcmp(a->biases[i], b->biases[i], bytes), 0);
    }
    const int64_t in = a->inputs.count, out = a->targets.count;
    CU_ASSERT_EQUAL(memcmp(a->inputs.shift, b->inputs.shift, (size_t)in * sizeof(double)), 0);
    CU_ASSERT_EQUAL(memcmp(a->inputs.scale, b->inputs.scale, (size_t)in * sizeof(double)), 0);
    CU_ASSERT_EQUAL(memcmp(a->targets.shift, b->targets.shift, (size_t)out * sizeof(double)), 0);
    CU_ASSERT_EQUAL(memcmp(a->targets.scale, b->targets.scale, (size_t)out * sizeof(double)), 0);
    CU_ASSERT_EQUAL(a->choice.epoch, b->choice.epoch);
    CU_ASSERT_EQUAL(a->choice.steps, b->choice.steps);
    CU_ASSERT((a->choice.reason == NULL) == (b->choice.reason == NULL));
    CU_ASSERT(a->choice.reason == NULL || strcmp(a->choice.reason, b->choice.reason) == 0);
    CU_ASSERT_EQUAL_FATAL(a->history.count, b->history.count);
    for (int64_t i = 0; i < a->history.count; i++) {
        CU_ASSERT_EQUAL(memcmp(&a->history.lines[i], &b->history.lines[i], sizeof a->history.lines[i]), 0);
    }
    CU_ASSERT_EQUAL_FATAL(a->config == NULL, b->config == NULL);
    if (a->config != NULL) {
        CU_ASSERT_STRING_EQUAL(a->config, b->config);
    }
    check_same_columns(a, b);
}

static void check_round_trip(fcnn_model *model)
{
    const char *path = harness_path("model.h5");
    fcnn_model *back = NULL;
    HARNESS_OK(fcnn_model_write(model, path));
    HARNESS_OK(fcnn_model_read(path, &back));
    CU_ASSERT_PTR_NOT_NULL_FATAL(back);
    check_same(model, back);
    CU_ASSERT_PTR_NOT_NULL_FATAL(back->program);
    CU_ASSERT_EQUAL(strncmp(back->program, "fcnn ", 5), 0);
    CU_ASSERT_EQUAL(back->numerics_version, FCNN_NUMERICS_VERSION);
    fcnn_model_destroy(back);
    fcnn_model_destroy(model);
}

static void models_come_back_bit_for_bit(void)
{
    for (int precision = 0; fcnn_precision_words[precision] != NULL; precision++) {
        for (int activation = 0; fcnn_activation_words[activation] != NULL; activation++) {
            check_round_trip(make_model((fcnn_precision)precision, 3, (fcnn_activation)activation, FCNN_OUTPUT_LINEAR,
                                        FCNN_LOSS_MSE));
        }
        check_round_trip(make_model((fcnn_precision)precision, 1, FCNN_ACTIVATION_RELU, FCNN_OUTPUT_SOFTMAX,
                                    FCNN_LOSS_CROSS_ENTROPY));
        check_round_trip(make_model((fcnn_precision)precision, 2, FCNN_ACTIVATION_RELU, FCNN_OUTPUT_SIGMOID,
                                    FCNN_LOSS_BINARY_CROSS_ENTROPY));
        check_round_trip(
            make_model((fcnn_precision)precision, 51, FCNN_ACTIVATION_GELU, FCNN_OUTPUT_SIGMOID, FCNN_LOSS_MSE));
    }
}

static void a_model_without_config_and_history_comes_back(void)
{
    fcnn_model *model = usual_model();
    free(model->config);
    model->config = NULL;
    fcnn_history_clear(&model->history);
    free(model->choice.reason);
    model->choice = (fcnn_model_choice){0};
    check_round_trip(model);
}

static void a_model_without_names_comes_back(void)
{
    fcnn_model *model = usual_model();
    fcnn_column_names_clear(&model->inputs_names);
    fcnn_column_names_clear(&model->targets_names);
    fcnn_column_statistics_clear(&model->inputs_statistics);
    fcnn_classes_clear(&model->classes);
    check_round_trip(model);
}

/* Reads all of a file; to be released with free(). */
static unsigned char *read_raw(const char *path, size_t *count)
{
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, 0, SEEK_END);
    *count = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*count);
    CU_ASSERT_EQUAL(fread(bytes, 1, *count, file), *count);
    fclose(file);
    return bytes;
}

static void the_same_model_gives_the_same_file(void)
{
    unsigned char *bytes[2];
    size_t counts[2];
    for (int i = 0; i < 2; i++) {
        const char *path = harness_path(i == 0 ? "first.h5" : "another.h5");
        fcnn_model *model = usual_model();
        HARNESS_OK(fcnn_model_write(model, path));
        fcnn_model_destroy(model);
        bytes[i] = read_raw(path, &counts[i]);
    }
    CU_ASSERT_EQUAL_FATAL(counts[0], counts[1]);
    CU_ASSERT_EQUAL(memcmp(bytes[0], bytes[1], counts[0]), 0);
    free(bytes[0]);
    free(bytes[1]);
}

static void a_folder_that_is_not_there_is_told(void)
{
    fcnn_model *model = usual_model();
    HARNESS_STATUS(fcnn_model_write(model, "/nonexistent/model.h5"), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("/nonexistent/model.h5: cannot be written");
    fcnn_model_destroy(model);
}

/* ---- damage ---- */

static void write_model(const char *path)
{
    fcnn_model *model = usual_model();
    HARNESS_OK(fcnn_model_write(model, path));
    fcnn_model_destroy(model);
}

static void every_cut_is_found(void)
{
    const char *path = harness_path("model.h5");
    size_t count;
    write_model(path);
    free(read_raw(path, &count));
    for (off_t length = (off_t)count - 1; length >= 0; length--) {
        fcnn_model *model = NULL;
        CU_ASSERT_EQUAL(truncate(path, length), 0);
        HARNESS_STATUS(fcnn_model_read(path, &model), FCNN_EDATA);
        HARNESS_ERROR_HAS("damaged: ");
    }
}

static void every_flipped_byte_is_found(void)
{
    const char *path = harness_path("model.h5");
    size_t count;
    write_model(path);
    unsigned char *bytes = read_raw(path, &count);
    FILE *file = fopen(path, "r+b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    for (size_t i = 0; i < count; i++) {
        fcnn_model *model = NULL;
        fseek(file, (long)i, SEEK_SET);
        fputc(bytes[i] ^ (1 << i % 8), file);
        fflush(file);
        HARNESS_STATUS(fcnn_model_read(path, &model), FCNN_EDATA);
        HARNESS_ERROR_HAS("damaged");
        fseek(file, (long)i, SEEK_SET);
        fputc(bytes[i], file);
        fflush(file);
    }
    fclose(file);
    fcnn_model *model = NULL;
    HARNESS_OK(fcnn_model_read(path, &model));
    fcnn_model_destroy(model);
    free(bytes);
}

/* ---- printing ---- */

static char *printed(const fcnn_model *model, bool weights)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (weights) {
        fcnn_model_print_weights(model, out);
    } else {
        HARNESS_OK(fcnn_model_print(model, out));
    }
    fclose(out);
    return text;
}

static void weights_are_printed_exactly(void)
{
    for (int precision = 0; precision < 2; precision++) {
        fcnn_model *model =
            make_model((fcnn_precision)precision, 2, FCNN_ACTIVATION_RELU, FCNN_OUTPUT_LINEAR, FCNN_LOSS_MSE);
        const size_t size = fcnn_architecture_size(&model->shape);
        char *text = printed(model, true);
        char *line = strtok(text, "\n");
        CU_ASSERT_STRING_EQUAL_FATAL(line, "W1 [5][4]");
        for (int row = 0; row < 5; row++) {
            char *next = strtok(NULL, "\n");
            CU_ASSERT_PTR_NOT_NULL_FATAL(next);
            for (int column = 0; column < 4; column++) {
                const float f = strtof(next, NULL);
                const double d = strtod(next, &next);
                const char *stored = (const char *)model->weights[0] + (size_t)(row * 4 + column) * size;
                CU_ASSERT_EQUAL(memcmp(precision != FCNN_PRECISION_DOUBLE ? (const void *)&f : &d, stored, size), 0);
            }
            CU_ASSERT_EQUAL(*next, '\0');
        }
        CU_ASSERT_STRING_EQUAL(strtok(NULL, "\n"), "b1 [5]");
        strtok(NULL, "\n");
        CU_ASSERT_STRING_EQUAL(strtok(NULL, "\n"), "W2 [2][5]");
        strtok(NULL, "\n");
        strtok(NULL, "\n");
        CU_ASSERT_STRING_EQUAL(strtok(NULL, "\n"), "b2 [2]");
        CU_ASSERT_PTR_NOT_NULL(strtok(NULL, "\n"));
        CU_ASSERT_PTR_NULL(strtok(NULL, "\n"));
        free(text);
        fcnn_model_destroy(model);
    }
}

static void a_model_is_printed(void)
{
    fcnn_model *model = usual_model();
    model->program = strdup("fcnn \33[31m0.1");
    model->numerics_version = 1;
    for (int i = 0; i < 4; i++) {
        model->inputs.shift[i] = i == 3 ? -1e5 : 0.1 * i;
        model->inputs.scale[i] = i == 3 ? 1e-6 : 1;
    }
    model->targets.shift[0] = model->targets.shift[1] = 0;
    model->targets.scale[0] = 1;
    char *text = printed(model, false);
    CU_ASSERT_TRUE(harness_same_text(text, printed_model));
    free(text);
    fcnn_model_destroy(model);
}

static void many_columns_are_cut(void)
{
    fcnn_layer layer = {
        .inputs = 40, .outputs = 1, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE};
    const fcnn_architecture shape = {.precision = FCNN_PRECISION_SINGLE,
                                     .layers = 1,
                                     .layer = &layer,
                                     .output = FCNN_OUTPUT_LINEAR,
                                     .loss = FCNN_LOSS_MSE};
    fcnn_model *model = NULL;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    model->inputs.scale[39] = 255;
    char *text = printed(model, false);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n    10  "));
    CU_ASSERT_PTR_NULL(strstr(text, "\n    11  "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n   ... 30 more; --columns shows all of them\n"));
    CU_ASSERT_PTR_NULL(strstr(text, "history"));
    CU_ASSERT_PTR_NULL(strstr(text, "config"));
    free(text);
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fcnn_model_print_columns(model, out);
    fclose(out);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n    40  "));
    CU_ASSERT_PTR_NULL(strstr(text, "more"));
    free(text);
    fcnn_model_destroy(model);
}

static void a_full_device_is_told(void)
{
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        harness_skip("there is no /dev/full");
        return;
    }
    fcnn_model *model = usual_model();
    HARNESS_STATUS(fcnn_model_print(model, full), FCNN_EOUTPUT);
    fclose(full);
    fcnn_model_destroy(model);
}

HARNESS_MAIN("model_file", {"models come back bit for bit", models_come_back_bit_for_bit},
             {"a model without config and history comes back", a_model_without_config_and_history_comes_back},
             {"a model without names comes back", a_model_without_names_comes_back},
             {"the same model gives the same file", the_same_model_gives_the_same_file},
             {"a folder that is not there is told", a_folder_that_is_not_there_is_told},
             {"every cut is found", every_cut_is_found}, {"every flipped byte is found", every_flipped_byte_is_found},
             {"weights are printed exactly", weights_are_printed_exactly}, {"a model is printed", a_model_is_printed},
             {"many columns are cut", many_columns_are_cut}, {"a full device is told", a_full_device_is_told})
