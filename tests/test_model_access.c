/* tests/test_model_access.c — what a model tells of its columns and classes, and rows with missing inputs, by the
 * public headers: a model that was trained and read back. */
#include "fixture.h"
#include "harness.h"

#include <fcnn/fcnn.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 40, FEATURES = 3 };

/* Trains on the file and reads the model. */
static fcnn_model *trained(const char *file, const char *config)
{
    char text[2048];
    fcnn_config *parsed = NULL;
    fcnn_model *model = NULL;
    const fcnn_train_options options = {.overwrite = 1};
    const int length = snprintf(text, sizeof text, "%s\n[data]\ntrain = %s\nmissing = mean\n[output]\ndirectory = %s\n",
                                config, harness_shared_path(file), harness_shared_path("access"));
    HARNESS_OK(fcnn_config_parse(text, length, "test.ini", &parsed));
    HARNESS_OK(fcnn_config_check(parsed));
    HARNESS_OK(fcnn_train(harness_comm(), parsed, &options));
    fcnn_config_destroy(parsed);
    HARNESS_OK(fcnn_model_read(harness_shared_path("access/model.h5"), &model));
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    return model;
}

/* 0, 1, 2, … by thirds in the columns; every fifth value of column 1 is missing. */
static fixture_data draw(int64_t outputs)
{
    fixture_data data = fixture_data_create(ROWS, FEATURES, outputs);
    fixture_data_draw(&data, outputs == 0 ? 3 : 0, 5);
    for (int64_t row = 0; row < ROWS; row++) {
        data.x[row * FEATURES] = (double)row;
        data.x[row * FEATURES + 1] = row % 5 == 0 ? NAN : (double)(row % 5);
    }
    return data;
}

static void columns_are_known(void)
{
    fixture_data data = draw(2);
    fixture_write(&data, "columns.h5");
    fcnn_model *model = trained("columns.h5", "[train]\nepochs = 0\n");
    double smallest = 0, largest = 0, mean = 0;
    CU_ASSERT_EQUAL(fcnn_model_features(model), FEATURES);
    CU_ASSERT_EQUAL(fcnn_model_targets(model), 2);
    CU_ASSERT_STRING_EQUAL(fcnn_model_input_name(model, 2), "x[2]");
    CU_ASSERT_STRING_EQUAL(fcnn_model_target_name(model, 1), "y[1]");
    CU_ASSERT_STRING_EQUAL(fcnn_model_input_unit(model, 0), "");
    CU_ASSERT_STRING_EQUAL(fcnn_model_target_unit(model, 0), "");
    CU_ASSERT_STRING_EQUAL(fcnn_model_input_name(model, FEATURES), "");
    CU_ASSERT_STRING_EQUAL(fcnn_model_input_name(model, -1), "");
    CU_ASSERT_EQUAL(fcnn_model_input_range(model, 0, &smallest, &largest, &mean), 1);
    CU_ASSERT_TRUE(smallest == 0 && largest == ROWS - 1 && mean == (ROWS - 1) / 2.0);
    CU_ASSERT_EQUAL(fcnn_model_input_range(model, 1, &smallest, &largest, &mean), 1);
    CU_ASSERT_TRUE(smallest == 1 && largest == 4 && mean == 2.5); /* of 1, 2, 3 and 4 */
    CU_ASSERT_EQUAL(fcnn_model_input_range(model, FEATURES, &smallest, &largest, &mean), 0);
    CU_ASSERT_EQUAL(fcnn_model_input_range(model, -1, &smallest, &largest, &mean), 0);
    CU_ASSERT_EQUAL(fcnn_model_target_range(model, 1, &smallest, &largest, &mean), 1);
    double least = INFINITY;
    for (int64_t row = 0; row < ROWS; row++) {
        least = fmin(least, data.y[row * 2 + 1]);
    }
    CU_ASSERT_EQUAL(smallest, least);
    CU_ASSERT_EQUAL(fcnn_model_classes(model), 0);
    CU_ASSERT_PTR_NULL(fcnn_model_class_name(model, 0));
    CU_ASSERT_EQUAL(fcnn_model_fills_missing(model), 1);
    fcnn_model_destroy(model);
    fixture_data_destroy(&data);
}

static void classes_are_known(void)
{
    double smallest, largest, mean;
    fixture_data data = draw(0);
    fixture_write(&data, "labels.h5");
    fcnn_model *model = trained("labels.h5", "[train]\nepochs = 0\n");
    CU_ASSERT_EQUAL(fcnn_model_classes(model), 3);
    CU_ASSERT_EQUAL(fcnn_model_targets(model), 1);
    CU_ASSERT_STRING_EQUAL(fcnn_model_target_name(model, 0), "y");
    CU_ASSERT_EQUAL(fcnn_model_target_range(model, 0, &smallest, &largest, &mean), 0);
    CU_ASSERT_PTR_NULL(fcnn_model_class_name(model, 2));
    CU_ASSERT_PTR_NULL(fcnn_model_class_name(model, -1));
    CU_ASSERT_PTR_NULL(fcnn_model_class_name(model, 3));
    fcnn_model_destroy(model);
    fixture_data_destroy(&data);
}

/* Predicts the file by fcnn_predict(); out [ROWS]. */
static void predict_file(const char *file, double *out)
{
    char output[512];
    fcnn_comm *comm = harness_comm();
    snprintf(output, sizeof output, "%s", harness_shared_path("predicted.h5"));
    const fcnn_predict_options options = {
        .model = harness_shared_path("access/model.h5"),
        .data = {.file = harness_shared_path(file), .inputs = "/x"},
        .output = output,
    };
    HARNESS_OK(fcnn_predict(comm, &options));
    const fcnn_dataset_names names = {.file = output, .inputs = "/predictions"};
    fcnn_dataset *back;
    HARNESS_OK(fcnn_dataset_load(fixture_alone(), &names, &back));
    for (int64_t row = 0; row < ROWS; row++) {
        out[row] = fcnn_table_value(&back->rows.inputs, row, 0);
    }
    fcnn_dataset_destroy(back);
    fcnn_comm_agree(comm, FCNN_OK); /* before the file is written again */
}

/* The network's own rows, the program's, and those with the means put in by hand, are one. */
static void missing_inputs_become_means_everywhere(void)
{
    fixture_data data = draw(1);
    fixture_write(&data, "missing.h5");
    for (int precision = 0; precision < 2; precision++) {
        fcnn_model *model = trained("missing.h5", precision ? "[model]\nhidden = 5\nprecision = double\n"
                                                            : "[model]\nhidden = 5\nprecision = single\n");
        double program[ROWS], own[ROWS], by_hand[ROWS], filled[ROWS * FEATURES];
        float single[ROWS * FEATURES], own_single[ROWS];
        predict_file("missing.h5", program);
        for (int64_t i = 0; i < ROWS * FEATURES; i++) {
            filled[i] = isnan(data.x[i]) ? 2.5 : data.x[i];
            single[i] = (float)data.x[i];
        }
        fcnn_network *network;
        HARNESS_OK(fcnn_network_create(model, ROWS, &network));
        HARNESS_OK(fcnn_network_forward_f64(network, ROWS, data.x, own));
        HARNESS_OK(fcnn_network_forward_f64(network, ROWS, filled, by_hand));
        HARNESS_OK(fcnn_network_forward_f32(network, ROWS, single, own_single));
        for (int64_t row = 0; row < ROWS; row++) {
            CU_ASSERT_EQUAL(own[row], by_hand[row]);
            CU_ASSERT_EQUAL(precision ? own[row] : (double)(float)own[row], program[row]);
            CU_ASSERT_DOUBLE_EQUAL(own_single[row], own[row], 1e-4 * (1 + fabs(own[row])));
        }
        data.x[3] = INFINITY;
        HARNESS_OK(fcnn_network_forward_f64(network, ROWS, data.x, own));
        CU_ASSERT_TRUE(isnan(own[1]) && isfinite(own[0]) && isfinite(own[2]));
        data.x[3] = 1;
        fcnn_network_destroy(network);
        fcnn_model_destroy(model);
    }
    fixture_data_destroy(&data);
}

/* Of its row alone, whatever the activations. */
static void without_means_a_missing_input_makes_its_row_missing(void)
{
    fixture_data data = draw(1);
    for (int64_t row = 0; row < ROWS; row++) {
        data.x[row * FEATURES + 1] = 1;
    }
    fixture_write(&data, "whole.h5");
    fcnn_model *model = trained("whole.h5", "[model]\nhidden = 5\nactivation = relu\n[train]\nepochs = 0\n");
    model->fills_missing = false;
    fcnn_network *network;
    double own[ROWS];
    data.x[2 * FEATURES] = NAN;
    HARNESS_OK(fcnn_network_create(model, ROWS, &network));
    HARNESS_OK(fcnn_network_forward_f64(network, ROWS, data.x, own));
    for (int64_t row = 0; row < ROWS; row++) {
        CU_ASSERT_EQUAL(isnan(own[row]) != 0, row == 2);
    }
    fcnn_network_destroy(network);
    fcnn_model_destroy(model);
    fixture_data_destroy(&data);
}

HARNESS_MAIN("model access", {"columns are known", columns_are_known}, {"classes are known", classes_are_known},
             {"missing inputs become means everywhere", missing_inputs_become_means_everywhere},
             {"without means a missing input makes its row missing",
              without_means_a_missing_input_makes_its_row_missing})
