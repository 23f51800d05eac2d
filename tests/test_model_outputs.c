/* tests/test_model_outputs.c — models whose targets have several outputs: files, names, and what is refused. */
#include "model/model_file.h"
#include "model/output_names.h"

#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A model of one layer, 1 input, `outputs` outputs; quantiles [count] if count is not 0. */
static fcnn_model *create(int64_t outputs, fcnn_loss loss, const double *quantiles, int64_t count)
{
    fcnn_architecture shape = {0};
    fcnn_model *model = NULL;
    HARNESS_OK(fcnn_architecture_create(1, &shape));
    shape.layer[0] = (fcnn_layer){
        .inputs = 1, .outputs = outputs, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE};
    shape.precision = FCNN_PRECISION_DOUBLE;
    shape.output = FCNN_OUTPUT_LINEAR;
    shape.loss = loss;
    shape.quantiles = count;
    for (int64_t i = 0; i < count && i < FCNN_QUANTILES_MOST; i++) {
        shape.quantile[i] = quantiles[i];
    }
    HARNESS_OK(fcnn_model_create(&shape, &model));
    fcnn_architecture_clear(&shape);
    return model;
}

static const char *path(void)
{
    return harness_path("outputs.h5");
}

/* Writes and reads a model, which must fail with these words if they are not NULL. */
static fcnn_model *reread(fcnn_model *model, const char *words)
{
    fcnn_model *again = NULL;
    HARNESS_OK(fcnn_model_write(model, path()));
    fcnn_model_destroy(model);
    const fcnn_status status = fcnn_model_read(path(), &again);
    CU_ASSERT_EQUAL(status, words == NULL ? FCNN_OK : FCNN_EDATA);
    if (words != NULL) {
        HARNESS_ERROR_HAS(words);
    }
    return again;
}

static void set_text(char **text, const char *to)
{
    free(*text);
    *text = strdup(to);
}

static void check_names(const fcnn_model *model, const char *const *expected)
{
    fcnn_column_names names;
    HARNESS_OK(fcnn_output_names_create(model, &names));
    for (int64_t i = 0; i < names.count; i++) {
        CU_ASSERT_STRING_EQUAL(names.names[i], expected[i]);
    }
    CU_ASSERT_PTR_NULL(expected[names.count]);
    fcnn_column_names_clear(&names);
}

static void quantiles_come_back(void)
{
    static const double quantiles[] = {0.05, 0.5, 0.975};
    fcnn_model *model = create(6, FCNN_LOSS_QUANTILE, quantiles, 3);
    CU_ASSERT_EQUAL(model->targets.count, 2);
    HARNESS_OK(fcnn_column_names_create(2, &model->targets_names));
    set_text(&model->targets_names.names[0], "price");
    set_text(&model->targets_names.units[0], "EUR");
    model->targets.scale[1] = 3;
    model = reread(model, NULL);
    const fcnn_architecture *shape = &model->shape;
    double quantile = 0;
    CU_ASSERT_EQUAL(shape->quantiles, 3);
    CU_ASSERT_EQUAL(memcmp(shape->quantile, quantiles, sizeof quantiles), 0);
    CU_ASSERT_EQUAL(fcnn_model_targets(model), 2);
    CU_ASSERT_EQUAL(fcnn_model_outputs(model), 6);
    CU_ASSERT_EQUAL(model->targets.scale[1], 3);
    CU_ASSERT_EQUAL(fcnn_architecture_prediction(shape, 1), 4);
    CU_ASSERT_EQUAL(fcnn_architecture_output(shape, 5, &quantile), FCNN_MEANS_QUANTILE);
    CU_ASSERT_EQUAL(quantile, 0.975);
    check_names(model, (const char *const[]){"price q0.05", "price q0.5", "price q0.975", "2 q0.05", "2 q0.5",
                                             "2 q0.975", NULL});
    fcnn_column_names names;
    HARNESS_OK(fcnn_output_names_create(model, &names));
    CU_ASSERT_STRING_EQUAL(names.units[2], "EUR");
    CU_ASSERT_STRING_EQUAL(names.units[3], "");
    fcnn_column_names_clear(&names);
    fcnn_model_destroy(model);
}

static void means_and_deviations_come_back(void)
{
    fcnn_model *model = reread(create(4, FCNN_LOSS_GAUSSIAN_NLL, NULL, 0), NULL);
    double quantile = 0;
    CU_ASSERT_EQUAL(fcnn_model_targets(model), 2);
    CU_ASSERT_EQUAL(fcnn_architecture_prediction(&model->shape, 1), 2);
    CU_ASSERT_EQUAL(fcnn_architecture_output(&model->shape, 3, &quantile), FCNN_MEANS_DEVIATION);
    check_names(model, (const char *const[]){"1", "1 sigma", "2", "2 sigma", NULL});
    fcnn_model_destroy(model);
    model = reread(create(4, FCNN_LOSS_MSE, NULL, 0), NULL);
    CU_ASSERT_EQUAL(fcnn_model_targets(model), 4);
    check_names(model, (const char *const[]){NULL});
    fcnn_model_destroy(model);
}

static void wrong_outputs_are_refused(void)
{
    static const double wrong[][2] = {{0.5, 0.5}, {0.5, 0.25}, {0, 0.5}, {-1, 0.5}, {0.5, 1}, {NAN, 0.5}, {0.5, NAN}};
    static const double three[] = {0.25, 0.5, 0.75};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CU_ASSERT_PTR_NULL(reread(create(2, FCNN_LOSS_QUANTILE, wrong[i], 2),
                                  "/model/quantiles must ascend and be above 0 and below 1"));
    }
    CU_ASSERT_PTR_NULL(reread(create(2, FCNN_LOSS_QUANTILE, three, 3),
                              "the network has 2 outputs, which is no multiple of 3, the number that loss quantile has "
                              "for each target"));
    CU_ASSERT_PTR_NULL(reread(create(3, FCNN_LOSS_GAUSSIAN_NLL, NULL, 0), "which is no multiple of 2"));
}

HARNESS_MAIN("model outputs", {"quantiles come back", quantiles_come_back},
             {"means and deviations come back", means_and_deviations_come_back},
             {"wrong outputs are refused", wrong_outputs_are_refused})
