/* src/model/model_file.c — writes models to HDF5 images and files. */
#include "model/model_file.h"

#include "config.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "core/text.h"
#include "files/framed_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the parts of a model ---- */

/* The lowest version that can express the model. */
static int64_t format_version(const fcnn_model *model)
{
    const fcnn_architecture *shape = &model->shape;
    int64_t version = 1;
    const bool has_transforms = model->inputs.transforms != NULL || model->targets.transforms != NULL;
    if (has_transforms || fcnn_architecture_outputs_per_target(shape) > 1 || shape->quantiles > 0 ||
        shape->output >= FCNN_OUTPUT_RELU) {
        return 3;
    }
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const fcnn_layer *own = &shape->layer[layer];
        if (own->residual || own->layer_norm || own->activation == FCNN_ACTIVATION_PRELU) {
            return 3;
        }
        if (own->activation == FCNN_ACTIVATION_LEAKY_RELU && own->leaky_slope != FCNN_LEAKY_SLOPE) {
            version = 2;
        }
    }
    return version;
}

static fcnn_status put_output(const fcnn_architecture *shape, const char *group, fcnn_hdf5_image *image)
{
    fcnn_text text = {0};
    fcnn_status status = fcnn_architecture_output_text(shape, &text);
    if (status == FCNN_OK) {
        status = fcnn_hdf5_image_text_attribute(image, group, "output", text.data);
    }
    fcnn_text_clear(&text);
    return status;
}

static fcnn_status put_group(const fcnn_model *model, fcnn_hdf5_image *image)
{
    const fcnn_architecture *shape = &model->shape;
    static const char group[] = "/model";
    FCNN_TRY(fcnn_hdf5_image_group(image, group));
    FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, group, "format_version", format_version(model)));
    FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, group, "numerics_version", FCNN_NUMERICS_VERSION));
    FCNN_TRY(fcnn_hdf5_image_text_attribute(image, group, "program", "fcnn " PACKAGE_VERSION));
    FCNN_TRY(fcnn_hdf5_image_text_attribute(image, group, "precision", fcnn_precision_name(shape->precision)));
    FCNN_TRY(put_output(shape, group, image));
    FCNN_TRY(fcnn_hdf5_image_text_attribute(image, group, "loss", fcnn_loss_name(shape->loss)));
    return shape->quantiles == 0 ? FCNN_OK
                                 : fcnn_hdf5_image_dataset(image, "/model/quantiles", FCNN_TYPE_FLOAT64, 1,
                                                           &shape->quantiles, shape->quantile);
}

static fcnn_status put_layer(const fcnn_model *model, int64_t layer, fcnn_hdf5_image *image)
{
    const fcnn_architecture *shape = &model->shape;
    const fcnn_type type = shape->precision != FCNN_PRECISION_DOUBLE ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64;
    const int64_t dims[] = {shape->layer[layer].outputs, shape->layer[layer].inputs};
    char name[64];
    snprintf(name, sizeof name, "/model/W%" PRId64, layer + 1);
    FCNN_TRY(fcnn_hdf5_image_dataset(image, name, type, 2, dims, model->weights[layer]));
    FCNN_TRY(fcnn_hdf5_image_text_attribute(image, name, "activation",
                                            fcnn_activation_name(shape->layer[layer].activation)));
    if (shape->layer[layer].activation == FCNN_ACTIVATION_LEAKY_RELU) {
        FCNN_TRY(fcnn_hdf5_image_double_attribute(image, name, "leaky_slope", shape->layer[layer].leaky_slope));
    }
    if (shape->layer[layer].residual) {
        FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, name, "residual", 1));
    }
    snprintf(name, sizeof name, "/model/b%" PRId64, layer + 1);
    return fcnn_hdf5_image_dataset(image, name, type, 1, dims, model->biases[layer]);
}

/* Writes what layers have besides weights and biases. */
static fcnn_status put_further(const fcnn_model *model, fcnn_hdf5_image *image)
{
    const fcnn_architecture *shape = &model->shape;
    const fcnn_type type = shape->precision != FCNN_PRECISION_DOUBLE ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64;
    for (int64_t i = shape->layers; i < fcnn_architecture_tensors(shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        char own[FCNN_TENSOR_NAME], name[64];
        fcnn_tensor_name_biases(&tensor, own);
        snprintf(name, sizeof name, "/model/%s", own);
        FCNN_TRY(fcnn_hdf5_image_dataset(image, name, type, 1, &tensor.outputs, model->biases[i]));
    }
    return FCNN_OK;
}

static fcnn_status put_statistics(const char *group, const fcnn_column_statistics *statistics, fcnn_hdf5_image *image)
{
    const struct {
        const char *what;
        const double *values;
    } arrays[] = {{"smallest", statistics->smallest}, {"largest", statistics->largest}, {"mean", statistics->mean}};
    for (size_t i = 0; statistics->count > 0 && i < sizeof arrays / sizeof *arrays; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s/%s", group, arrays[i].what);
        FCNN_TRY(fcnn_hdf5_image_dataset(image, name, FCNN_TYPE_FLOAT64, 1, &statistics->count, arrays[i].values));
    }
    return FCNN_OK;
}

/* Writes names or units, one per line; nothing if all are empty. */
static fcnn_status put_texts(const char *group, const char *what, char *const *texts, int64_t count,
                             fcnn_hdf5_image *image)
{
    char name[32];
    fcnn_text lines = {0};
    if (!fcnn_column_names_any(texts, count)) {
        return FCNN_OK;
    }
    snprintf(name, sizeof name, "%s/%s", group, what);
    fcnn_status status = fcnn_column_names_put_lines(texts, count, &lines);
    if (status == FCNN_OK) {
        status = fcnn_hdf5_image_text(image, name, lines.data);
    }
    fcnn_text_clear(&lines);
    return status;
}

/* Writes the origins of names, one word per line; nothing if there are no names. */
static fcnn_status put_origins(const char *group, const fcnn_column_names *names, fcnn_hdf5_image *image)
{
    char name[32];
    fcnn_text lines = {0};
    if (!fcnn_column_names_any(names->names, names->count)) {
        return FCNN_OK;
    }
    snprintf(name, sizeof name, "%s/origins", group);
    fcnn_status status = fcnn_column_names_put_origins(names, &lines);
    if (status == FCNN_OK) {
        status = fcnn_hdf5_image_text(image, name, lines.data);
    }
    fcnn_text_clear(&lines);
    return status;
}

/* Writes statistics, names and units of the inputs or targets. */
static fcnn_status put_columns(const char *group, const fcnn_column_statistics *statistics,
                               const fcnn_column_names *names, const char *decoded, fcnn_hdf5_image *image)
{
    char name[32];
    if (statistics->count == 0 && names->count == 0 && decoded == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_image_group(image, group));
    FCNN_TRY(put_statistics(group, statistics, image));
    FCNN_TRY(put_texts(group, "names", names->names, names->count, image));
    if (decoded != NULL) {
        snprintf(name, sizeof name, "%s/decoded", group);
        FCNN_TRY(fcnn_hdf5_image_text(image, name, decoded));
    }
    FCNN_TRY(put_origins(group, names, image));
    return put_texts(group, "units", names->units, names->count, image);
}

/* Writes the class names, one per line. */
static fcnn_status put_classes(const fcnn_classes *classes, fcnn_hdf5_image *image)
{
    fcnn_text text = {0};
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; status == FCNN_OK && i < classes->count; i++) {
        status = fcnn_text_append(&text, "%s\n", classes->names[i]);
    }
    if (status == FCNN_OK && classes->count > 0) {
        status = fcnn_hdf5_image_text(image, "/classes", text.data);
    }
    fcnn_text_clear(&text);
    return status;
}

/* Writes the lines of the progress table as arrays. whole and real [count] are work arrays. */
static fcnn_status put_lines(const fcnn_history *history, int64_t *whole, double *real, fcnn_hdf5_image *image)
{
#define PUT_COLUMN(column, member, type)           \
    for (int64_t i = 0; i < history->count; i++) { \
        (column)[i] = history->lines[i].member;    \
    }                                              \
    FCNN_TRY(fcnn_hdf5_image_dataset(image, "/history/" #member, type, 1, &history->count, column))
    PUT_COLUMN(whole, epoch, FCNN_TYPE_INT64);
    PUT_COLUMN(whole, steps, FCNN_TYPE_INT64);
    PUT_COLUMN(real, train_loss, FCNN_TYPE_FLOAT64);
    PUT_COLUMN(real, validation_loss, FCNN_TYPE_FLOAT64);
    PUT_COLUMN(real, validation_metric, FCNN_TYPE_FLOAT64);
    PUT_COLUMN(real, learning_rate, FCNN_TYPE_FLOAT64);
#undef PUT_COLUMN
    return FCNN_OK;
}

/* Writes the metrics [lines][metrics] and their names, one per line; nothing if there are none. */
static fcnn_status put_metrics(const fcnn_history *history, fcnn_hdf5_image *image)
{
    const int64_t columns = history->metric_count, dims[] = {history->count, columns};
    if (columns == 0) {
        return FCNN_OK;
    }
    fcnn_text names = {0};
    double *values;
    FCNN_TRY(fcnn_memory_create("the history", history->count * columns, sizeof *values, &values));
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; status == FCNN_OK && i < columns; i++) {
        for (int64_t line = 0; line < history->count; line++) {
            values[line * columns + i] = fcnn_history_value(&history->metrics[i], line);
        }
        status = fcnn_text_append(&names, "%s\n", history->metrics[i].name);
    }
    if (status == FCNN_OK) {
        status = fcnn_hdf5_image_dataset(image, "/history/metrics", FCNN_TYPE_FLOAT64, 2, dims, values);
    }
    if (status == FCNN_OK) {
        status = fcnn_hdf5_image_text(image, "/history/metric_names", names.data);
    }
    fcnn_text_clear(&names);
    free(values);
    return status;
}

static fcnn_status put_history(const fcnn_history *history, fcnn_hdf5_image *image)
{
    FCNN_TRY(fcnn_hdf5_image_group(image, "/history"));
    int64_t *whole;
    FCNN_TRY(fcnn_memory_create("the history", history->count, sizeof *whole, &whole));
    double *real;
    fcnn_status status = fcnn_memory_create("the history", history->count, sizeof *real, &real);
    if (status == FCNN_OK) {
        status = put_lines(history, whole, real, image);
        free(real);
    }
    free(whole);
    return status == FCNN_OK ? put_metrics(history, image) : status;
}

static fcnn_status put_choice(const fcnn_model_choice *choice, fcnn_hdf5_image *image)
{
    static const char group[] = "/training";
    if (choice->reason == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_image_group(image, group));
    FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, group, "epoch", choice->epoch));
    FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, group, "steps", choice->steps));
    return fcnn_hdf5_image_text_attribute(image, group, "reason", choice->reason);
}

/* Writes a model to an image, to which other objects may be added. */
static fcnn_status put_model(const fcnn_model *model, fcnn_hdf5_image *image)
{
    FCNN_TRY(put_group(model, image));
    for (int64_t layer = 0; layer < model->shape.layers; layer++) {
        FCNN_TRY(put_layer(model, layer, image));
    }
    FCNN_TRY(put_further(model, image));
    FCNN_TRY(fcnn_hdf5_image_group(image, "/normalizer"));
    FCNN_TRY(fcnn_normalizer_put(&model->inputs, "inputs", image));
    FCNN_TRY(fcnn_normalizer_put(&model->targets, "targets", image));
    FCNN_TRY(put_columns("/inputs", &model->inputs_statistics, &model->inputs_names, model->inputs_decoded, image));
    FCNN_TRY(put_columns("/targets", &model->targets_statistics, &model->targets_names, model->targets_decoded, image));
    FCNN_TRY(put_classes(&model->classes, image));
    const int64_t targets = fcnn_architecture_targets(&model->shape);
    if (model->output_weights != NULL) {
        FCNN_TRY(
            fcnn_hdf5_image_dataset(image, "/output_weights", FCNN_TYPE_FLOAT64, 1, &targets, model->output_weights));
    }
    if (model->config != NULL) {
        FCNN_TRY(fcnn_hdf5_image_text(image, "/config", model->config));
    }
    FCNN_TRY(put_choice(&model->choice, image));
    return model->history.count > 0 ? put_history(&model->history, image) : FCNN_OK;
}

/* ---- files ---- */

fcnn_status fcnn_model_pack(const fcnn_model *model, fcnn_status (*add)(const void *data, fcnn_hdf5_image *image),
                            const void *data, void **bytes, int64_t *count)
{
    fcnn_hdf5_image *image;
    FCNN_TRY(fcnn_hdf5_image_create(&image));
    fcnn_status status = put_model(model, image);
    if (status == FCNN_OK && add != NULL) {
        status = add(data, image);
    }
    if (status != FCNN_OK) {
        fcnn_hdf5_image_abandon(image);
        return status;
    }
    return fcnn_hdf5_image_finish(image, bytes, count);
}

fcnn_status fcnn_model_write(const fcnn_model *model, const char *path)
{
    void *bytes;
    int64_t count;
    FCNN_TRY(fcnn_model_pack(model, NULL, NULL, &bytes, &count));
    const fcnn_status status = fcnn_framed_file_write(path, bytes, count);
    free(bytes);
    return status;
}

int fcnn_model_may_be_in(const char *path)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    bool is_framed;
    fcnn_hdf5_file *file;
    if (fcnn_framed_file_detect(path, &is_framed) != FCNN_OK || is_framed || fcnn_hdf5_open(path, &file) != FCNN_OK) {
        return 1;
    }
    const bool has_weights = fcnn_hdf5_has(file, "/model/W1") || fcnn_hdf5_has(file, "/W1");
    fcnn_hdf5_close(file);
    return has_weights;
}

fcnn_status fcnn_model_read(const char *path, fcnn_model **out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    bool is_framed;
    fcnn_hdf5_file *file;
    FCNN_TRY(fcnn_sizes_check());
    FCNN_TRY(fcnn_hdf5_open_verified(path, &is_framed, &file));
    const fcnn_status status = fcnn_model_get(file, path, out);
    fcnn_hdf5_close(file);
    return status;
}
