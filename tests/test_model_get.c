/* tests/test_model_get.c — models of other programs are read, or refused with a reason. */
#include "model/model_file.h"

#include "foreign_model.h"
#include "harness.h"
#include "hdf5_files.h"

#include "formats.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <hdf5.h>

static fcnn_model *read_foreign(void)
{
    fcnn_model *model = NULL;
    HARNESS_OK(fcnn_model_read(foreign_path(), &model));
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    return model;
}

/* ---- what is read ---- */

static void files_of_other_programs_are_read(void)
{
    const hid_t types[] = {H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE};
    for (int i = 0; i < 4; i++) {
        write_foreign(i % 2 ? "" : "/model", types[i]);
        fcnn_model *model = read_foreign();
        const fcnn_architecture *shape = &model->shape;
        CU_ASSERT_EQUAL(shape->precision, i < 2 ? FCNN_PRECISION_SINGLE : FCNN_PRECISION_DOUBLE);
        CU_ASSERT_EQUAL_FATAL(shape->layers, 2);
        CU_ASSERT_EQUAL(fcnn_architecture_inputs(shape), 3);
        CU_ASSERT_EQUAL(shape->layer[0].outputs, 4);
        CU_ASSERT_EQUAL(shape->layer[1].outputs, 2);
        CU_ASSERT_EQUAL(shape->layer[0].activation, FCNN_ACTIVATION_RELU);
        CU_ASSERT_EQUAL(shape->layer[1].activation, FCNN_ACTIVATION_LINEAR);
        CU_ASSERT_EQUAL(shape->output, FCNN_OUTPUT_LINEAR);
        CU_ASSERT_EQUAL(shape->loss, FCNN_LOSS_MSE);
        for (int k = 0; k < 12; k++) {
            CU_ASSERT_EQUAL(i < 2 ? ((float *)model->weights[0])[k] : ((double *)model->weights[0])[k], k + 0.5);
        }
        CU_ASSERT_EQUAL(i < 2 ? ((float *)model->biases[1])[1] : ((double *)model->biases[1])[1], 1.5);
        CU_ASSERT_EQUAL(model->inputs.scale[2], 1);
        CU_ASSERT_EQUAL(model->targets.shift[1], 0);
        CU_ASSERT_PTR_NULL(model->config);
        CU_ASSERT_PTR_NULL(model->program);
        CU_ASSERT_EQUAL(model->history.count, 0);
        fcnn_model_destroy(model);
    }
}

static void put_real(hid_t file, const char *object, const char *name, double value)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t id =
        H5Acreate_by_name(file, object, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(id >= 0 && H5Awrite(id, H5T_NATIVE_DOUBLE, &value) >= 0);
    H5Aclose(id);
    H5Sclose(space);
}

/* The slope of leaky_relu, which is 0.01 without attributes, as in files of before there was one. */
static void check_foreign_slopes(void)
{
    static const char *const objects[] = {NULL, "/model", "/model/W1"};
    static const double slopes[] = {0.01, 0.5, 0.25};
    write_foreign("/model", H5T_IEEE_F32LE);
    for (int i = 0; i < 3; i++) {
        hid_t file = foreign_open();
        if (i > 0) {
            put_real(file, objects[i], "leaky_slope", slopes[i]);
        }
        H5Fclose(file);
        fcnn_model *model = read_foreign();
        CU_ASSERT_EQUAL(model->shape.layer[0].leaky_slope, slopes[i]); /* whatever the activation */
        fcnn_model_destroy(model);
    }
}

static void attributes_of_other_programs_count(void)
{
    write_foreign("/model", H5T_IEEE_F32LE);
    hid_t file = foreign_open();
    put_word(file, "/model", "output", "sigmoid");
    put_word(file, "/model", "activation", "gelu");
    put_group(file, "/normalizer");
    put_array(file, "/normalizer/inputs_shift", H5T_IEEE_F64BE, 3, 0);
    put_array(file, "/normalizer/inputs_scale", H5T_IEEE_F64LE, 3, 0);
    H5Fclose(file);
    fcnn_model *model = read_foreign();
    CU_ASSERT_EQUAL(model->shape.output, FCNN_OUTPUT_SIGMOID);
    CU_ASSERT_EQUAL(model->shape.loss, FCNN_LOSS_BINARY_CROSS_ENTROPY);
    CU_ASSERT_EQUAL(model->shape.layer[0].activation, FCNN_ACTIVATION_GELU);
    CU_ASSERT_EQUAL(model->shape.layer[1].activation, FCNN_ACTIVATION_SIGMOID);
    CU_ASSERT_EQUAL(model->inputs.shift[2], 2.5);
    CU_ASSERT_EQUAL(model->inputs.scale[0], 0.5);
    CU_ASSERT_EQUAL(model->targets.scale[0], 1);
    fcnn_model_destroy(model);
    file = foreign_open();
    put_word(file, "/model/W1", "activation", "tanh");
    put_word(file, "/model", "loss", "mse");
    H5Fclose(file);
    model = read_foreign();
    CU_ASSERT_EQUAL(model->shape.layer[0].activation, FCNN_ACTIVATION_TANH);
    CU_ASSERT_EQUAL(model->shape.loss, FCNN_LOSS_MSE);
    fcnn_model_destroy(model);
    check_foreign_slopes();
}

/* ---- errors: each on a good file with one thing wrong ---- */

/* Opens the file of another program, 3-4-2 in /model, for something to be done wrong. */
static hid_t spoil(void)
{
    write_foreign("/model", H5T_IEEE_F32LE);
    return foreign_open();
}

static void expect(hid_t file, const char *text)
{
    fcnn_model *model = NULL;
    H5Fclose(file);
    HARNESS_STATUS(fcnn_model_read(foreign_path(), &model), FCNN_EDATA);
    HARNESS_ERROR_HAS(foreign_path());
    HARNESS_ERROR_HAS(text);
}

static void wrong_shapes_are_told(void)
{
    const hid_t f32 = H5T_IEEE_F32LE;
    hid_t file = foreign_create();
    expect(file, "the file contains no model: there is no dataset W1 in /model or in /");

    file = spoil();
    H5Ldelete(file, "/model/b2", H5P_DEFAULT);
    expect(file, "there is no dataset /model/b2; the file has /model/W1 [4][3], /model/W2 [2][4], /model/b1 [4]");

    file = spoil();
    put_array(file, "/model/W1", f32, 12, 0);
    expect(file, "/model/W1 is [12]; it must be [outputs][inputs]");

    file = spoil();
    put_array(file, "/model/b2", f32, 2, 1);
    expect(file, "/model/b2 is [2][1]; it must be [outputs]");

    file = spoil();
    put_array(file, "/model/W2", f32, 2, 5);
    expect(file, "/model/W2 is [2][5], but W1 provides 4 values; the shape of weights is [outputs][inputs]");

    file = spoil();
    put_array(file, "/model/b1", f32, 3, 0);
    expect(file, "/model/b1 has 3 values, but /model/W1 is [4][3]; the shape of weights is [outputs][inputs], that of "
                 "biases [outputs]");

    file = spoil();
    put_array(file, "/model/b3", f32, 2, 0);
    expect(file, "/model/b3 exists, but the weights W3 do not");

    file = spoil();
    put_array(file, "/model/W3", f32, 7, 2);
    put_array(file, "/model/b3", f32, 7, 0);
    put_array(file, "/model/W4", f32, 0, 7);
    expect(file, "/model/W4 is [0][7]; a layer must have at least one value");
}

static void wrong_types_and_values_are_told(void)
{
    hid_t file = spoil();
    put_array(file, "/model/W1", H5T_STD_I32LE, 4, 3);
    expect(file, "/model/W1 has the type int32; it must be float32 or float64");

    file = spoil();
    put_array(file, "/model/W2", H5T_IEEE_F64LE, 2, 4);
    expect(
        file,
        "/model/W2 has the type float64, but the arrays before it have the type float32; all must have the same type");

    file = spoil();
    put_number(file, "/model/b2", 1, NAN);
    expect(file, "W2 or b2 in /model contains NaN or Inf");

    file = spoil();
    put_number(file, "/model/b1", 3, -INFINITY);
    expect(file, "W1 or b1 in /model contains NaN or Inf");
}

/* Layer 1 of the file has 4 outputs. */
static void wrong_parameters_of_layers_are_told(void)
{
    hid_t file = spoil();
    put_array(file, "/model/gamma1", H5T_IEEE_F32LE, 4, 0);
    expect(file, "beta1");

    file = spoil();
    put_array(file, "/model/gamma1", H5T_IEEE_F32LE, 4, 0);
    put_array(file, "/model/beta1", H5T_IEEE_F32LE, 3, 0);
    expect(file, "/model/beta1 has 3 values; it must have 4");

    file = spoil();
    put_array(file, "/model/gamma1", H5T_IEEE_F32LE, 4, 0);
    put_array(file, "/model/beta1", H5T_IEEE_F64LE, 4, 0);
    expect(file, "/model/beta1 has the type float64, but the arrays before it have the type float32");

    file = spoil();
    put_array(file, "/model/gamma1", H5T_IEEE_F32LE, 4, 0);
    put_array(file, "/model/beta1", H5T_IEEE_F32LE, 4, 0);
    put_number(file, "/model/beta1", 2, INFINITY);
    expect(file, "/model/beta1 contains NaN or Inf");

    file = spoil();
    put_array(file, "/model/gamma2", H5T_IEEE_F32LE, 2, 0);
    expect(file, "gamma2 or beta2 exists, but the last layer is never normalized");

    file = spoil();
    put_array(file, "/model/slope1", H5T_IEEE_F32LE, 1, 0);
    expect(file, "slope1 exists, but the activation of its layer is");

    file = spoil();
    put_word(file, "/model/W1", "activation", "prelu");
    expect(file, "slope1");
}

static void wrong_words_are_told(void)
{
    hid_t file = spoil();
    put_word(file, "/model", "output", "argmax");
    expect(file, "attribute output of /model is 'argmax'; it must be one of softmax, sigmoid, linear");

    file = spoil();
    put_word(file, "/model", "output", "auto");
    expect(file, "attribute output of /model is 'auto'; it must be one of softmax, sigmoid, linear");

    file = spoil();
    put_word(file, "/model", "loss", "hinge");
    expect(file, "attribute loss of /model is 'hinge'; it must be one of cross_entropy, binary_cross_entropy, mse");

    file = spoil();
    put_word(file, "/model", "loss", "cross_entropy");
    expect(file, "output linear cannot be combined with loss cross_entropy");

    file = spoil();
    put_word(file, "/model/W1", "activation", "swish");
    expect(file,
           "attribute activation of /model/W1 is 'swish'; it must be one of relu, leaky_relu, prelu, relu6, elu, selu, "
           "gelu, silu, mish");

    for (int i = 0; i < 3; i++) {
        file = spoil();
        put_real(file, "/model/W1", "leaky_slope", (const double[]){0, 2, NAN}[i]);
        expect(file, "it must be from 1e-06 to 1");
    }
    file = spoil();
    put_word(file, "/model/W1", "leaky_slope", "steep");
    expect(file, "attribute leaky_slope of /model/W1 is not a number");

    file = spoil();
    put_integer(file, "/model/W1", "residual", 2);
    expect(file, "attribute residual of /model/W1 is 2; it must be 0 or 1");
    for (int i = 0; i < 2; i++) { /* the first and the last layer */
        file = spoil();
        put_integer(file, i == 0 ? "/model/W1" : "/model/W2", "residual", 1);
        expect(file, "is 1, but only a hidden layer after the first, with as many outputs as inputs");
    }

    file = spoil();
    put_word(file, "/model/W2", "activation", "tanh");
    expect(file, "the activation of the last layer, /model/W2, is tanh; output linear requires linear");

    file = spoil();
    put_word(file, "/model", "precision", "double");
    expect(file, "attribute precision of /model is double, but the weights are single");

    file = spoil();
    put_integer(file, "/model", "output", 1);
    expect(file, "attribute output of /model is not a text");

    file = spoil();
    put_word(file, "/model", "loss", "quantile");
    expect(file, "there is no /model/quantiles, which loss quantile requires");
}

static void wrong_versions_are_told(void)
{
    hid_t file = spoil();
    put_integer(file, "/model", "format_version", FCNN_MODEL_FORMAT_VERSION + 1);
    expect(
        file,
        "the file was written by a newer fcnn: format_version is 4, but this fcnn reads versions up to 3; update fcnn");

    file = spoil();
    put_integer(file, "/model", "format_version", 0);
    expect(file, "/model: format_version is 0; it must be 1 or more");
}

static void names_of_columns_are_read(void)
{
    write_foreign("/model", H5T_IEEE_F32LE);
    hid_t file = foreign_open();
    put_group(file, "/inputs");
    put_group(file, "/targets");
    put_text(file, "/inputs/names", "a\n\nc\n");
    put_text(file, "/targets/units", "K\nm\n");
    H5Fclose(file);
    fcnn_model *model = read_foreign();
    CU_ASSERT_EQUAL(model->inputs_statistics.count, 0);
    CU_ASSERT_EQUAL_FATAL(model->inputs_names.count, 3);
    CU_ASSERT_STRING_EQUAL(model->inputs_names.names[1], "");
    CU_ASSERT_STRING_EQUAL(model->inputs_names.names[2], "c");
    CU_ASSERT_STRING_EQUAL(model->inputs_names.units[2], "");
    CU_ASSERT_EQUAL(model->inputs_names.origins[2], FCNN_NAME_GIVEN);
    CU_ASSERT_EQUAL_FATAL(model->targets_names.count, 2);
    CU_ASSERT_STRING_EQUAL(model->targets_names.names[1], "");
    CU_ASSERT_STRING_EQUAL(model->targets_names.units[1], "m");
    fcnn_model_destroy(model);
}

static void wrong_names_of_columns_are_told(void)
{
    const struct {
        const char *group, *name, *lines, *told;
    } cases[] = {{"/inputs", "/inputs/names", "a\nb\n", "/inputs/names must have 3 lines, one for each column"},
                 {"/inputs", "/inputs/units", "a\nb\nc\nd\n", "/inputs/units must have 3 lines"},
                 {"/targets", "/targets/names", "a\n\33[31mred\n", "/targets/names must have 2 lines"},
                 {"/targets", "/targets/origins", "given\ngiven\n", "/targets/origins must have 0 lines"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hid_t file = spoil();
        put_group(file, cases[i].group);
        put_text(file, cases[i].name, cases[i].lines);
        expect(file, cases[i].told);
    }
    hid_t file = spoil();
    put_group(file, "/inputs");
    put_text(file, "/inputs/names", "a\nb\nc\n");
    put_text(file, "/inputs/origins", "given\nfound\ngiven\n");
    expect(file, "/inputs/origins must have 3 lines, each of them 'place', 'dataset' or 'given'");
    file = spoil();
    put_group(file, "/targets");
    put_array(file, "/targets/smallest", H5T_IEEE_F64LE, 3, 0);
    expect(file, "/targets/smallest is float64[3]; it must be float64[2]");
}

static void wrong_normalizers_are_told(void)
{
    const hid_t f64 = H5T_IEEE_F64LE;
    hid_t file = spoil();
    put_group(file, "/normalizer");
    put_array(file, "/normalizer/inputs_shift", f64, 3, 0);
    expect(file, "there is no dataset /normalizer/inputs_scale");

    file = spoil();
    put_group(file, "/normalizer");
    put_array(file, "/normalizer/targets_shift", f64, 3, 0);
    expect(file, "/normalizer/targets_shift is float64[3]; it must be float64[2]");

    file = spoil();
    put_group(file, "/normalizer");
    put_array(file, "/normalizer/inputs_shift", H5T_IEEE_F32LE, 3, 0);
    expect(file, "/normalizer/inputs_shift is float32[3]; it must be float64[3]");

    file = spoil();
    put_group(file, "/normalizer");
    put_array(file, "/normalizer/inputs_shift", f64, 3, 0);
    put_array(file, "/normalizer/inputs_scale", f64, 3, 0);
    put_number(file, "/normalizer/inputs_scale", 1, 0);
    expect(file, "/normalizer/inputs_scale contains 0, NaN, Inf");

    file = foreign_open();
    put_number(file, "/normalizer/inputs_scale", 1, 1);
    put_number(file, "/normalizer/inputs_shift", 2, NAN);
    expect(file, "/normalizer/inputs_shift contains NaN or Inf");
}

static void wrong_histories_are_told(void)
{
    hid_t file = spoil();
    put_group(file, "/history");
    expect(file, "there is no dataset /history/epoch");

    file = spoil();
    put_group(file, "/history");
    put_array(file, "/history/epoch", H5T_STD_I64LE, 5, 0);
    put_array(file, "/history/steps", H5T_STD_I64LE, 4, 0);
    expect(file, "/history/steps is int64[4]; it must be int64[5]");
}

static void what_is_no_model_file_is_told(void)
{
    fcnn_model *model;
    const char *path = harness_path("nothing.h5");
    HARNESS_STATUS(fcnn_model_read(path, &model), FCNN_EINPUT);
    HARNESS_ERROR_HAS("nothing.h5: cannot be read: No such file or directory");
    FILE *file = fopen(path, "w");
    fprintf(file, "1,2,3\n");
    fclose(file);
    HARNESS_STATUS(fcnn_model_read(path, &model), FCNN_EDATA);
    HARNESS_ERROR_HAS("nothing.h5: is not an HDF5 file");
}

/* A large dataset costs a file a few bytes; memory is not asked for before the file has shown its own. */
static void arrays_that_were_never_written_are_refused(void)
{
    const hsize_t dims[] = {1000000, 1000000};
    hid_t file = spoil();
    H5Ldelete(file, "/model/W1", H5P_DEFAULT);
    const hid_t space = H5Screate_simple(2, dims, NULL);
    H5Dclose(H5Dcreate2(file, "/model/W1", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    expect(file, "dataset /model/W1 has 4000000000000 bytes according to its shape, too many for a file");
}

static void nothing_stays_open(void)
{
    write_foreign("/model", H5T_IEEE_F32LE);
    fcnn_model_destroy(read_foreign()); /* HDF5 has set itself up */
    const hdf5_files_marks before = hdf5_files_set_marks();
    attributes_of_other_programs_count();
    wrong_shapes_are_told();
    wrong_types_and_values_are_told();
    wrong_words_are_told();
    wrong_versions_are_told();
    wrong_normalizers_are_told();
    wrong_histories_are_told();
    arrays_that_were_never_written_are_refused();
    CU_ASSERT_EQUAL(hdf5_files_left_open(before, hdf5_files_set_marks()), 0);
}

HARNESS_MAIN("model_get", {"files of other programs are read", files_of_other_programs_are_read},
             {"attributes of other programs count", attributes_of_other_programs_count},
             {"wrong shapes are told", wrong_shapes_are_told},
             {"wrong types and values are told", wrong_types_and_values_are_told},
             {"wrong parameters of layers are told", wrong_parameters_of_layers_are_told},
             {"wrong words are told", wrong_words_are_told}, {"wrong versions are told", wrong_versions_are_told},
             {"wrong normalizers are told", wrong_normalizers_are_told},
             {"names of columns are read", names_of_columns_are_read},
             {"wrong names of columns are told", wrong_names_of_columns_are_told},
             {"wrong histories are told", wrong_histories_are_told},
             {"what is no model file is told", what_is_no_model_file_is_told},
             {"arrays that were never written are refused", arrays_that_were_never_written_are_refused},
             {"nothing stays open", nothing_stays_open})
