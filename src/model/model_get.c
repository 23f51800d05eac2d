/* src/model/model_get.c — reads models from HDF5 files, including files of other programs. */
#include "model/model_get.h"

#include "config/outputs.h"
#include "core/memory.h"
#include "core/text.h"
#include "model/losses.h"
#include "model/output_weights.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORD_BYTES = 100,
    REASON_BYTES = 1000,
    CONFIG_BYTES = 16 << 20, /* much more than any config needs */
    NAME_BYTES = 64
};

/* Writes the name of an array of a layer; `layer` counts from 0. */
static void array_name(const fcnn_model_reader *from, char letter, int64_t layer, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%s%s%c%" PRId64, from->group, from->group[1] == '\0' ? "" : "/", letter, layer + 1);
}

/* ---- shape ---- */

static fcnn_status find_group(fcnn_model_reader *from)
{
    if (fcnn_hdf5_has(from->file, "/model/W1")) {
        from->group = "/model";
    } else if (fcnn_hdf5_has(from->file, "/W1")) {
        from->group = "/";
    } else {
        return fcnn_fail(FCNN_EDATA, "%s: the file contains no model: there is no dataset W1 in /model or in /",
                         from->path);
    }
    if (!fcnn_hdf5_has_attribute(from->file, from->group, "format_version")) {
        return FCNN_OK;
    }
    int64_t version;
    FCNN_TRY(fcnn_hdf5_read_integer_attribute(from->file, from->group, "format_version", &version));
    if (version > FCNN_MODEL_FORMAT_VERSION) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: the file was written by a newer fcnn: format_version is %" PRId64
                         ", but this fcnn reads versions up to %d; update fcnn",
                         from->path, version, FCNN_MODEL_FORMAT_VERSION);
    }
    if (version < 1) {
        return fcnn_fail(FCNN_EDATA, "%s: %s: format_version is %" PRId64 "; it must be 1 or more", from->path,
                         from->group, version);
    }
    return FCNN_OK;
}

/* Describes W and b of a layer. The previous layer has `given` outputs; −1: this is the first layer. */
static fcnn_status describe_layer(fcnn_model_reader *from, int64_t layer, int64_t given, int *type,
                                  fcnn_hdf5_info *weights)
{
    char name[NAME_BYTES], before[NAME_BYTES], bias_name[NAME_BYTES], shape[128];
    array_name(from, 'W', layer, name);
    array_name(from, 'b', layer, bias_name);
    FCNN_TRY(fcnn_model_get_describe(from, name, 2, type, weights));
    fcnn_hdf5_info_shape(weights, shape, sizeof shape);
    if (given >= 0 && weights->dims[1] != given) {
        array_name(from, 'W', layer - 1, before);
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s is %s, but %s provides %" PRId64 " values; the shape of weights is [outputs][inputs]",
                         from->path, name, shape, strrchr(before, '/') + 1, given);
    }
    fcnn_hdf5_info bias;
    FCNN_TRY(fcnn_model_get_describe(from, bias_name, 1, type, &bias));
    if (bias.dims[0] != weights->dims[0]) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s has %" PRId64
                         " values, but %s is %s; the shape of weights is [outputs][inputs], that of biases [outputs]",
                         from->path, bias_name, bias.dims[0], name, shape);
    }
    return FCNN_OK;
}

static fcnn_status describe_layers(fcnn_model_reader *from, fcnn_architecture *shape)
{
    char name[NAME_BYTES];
    fcnn_hdf5_info weights;
    int64_t capacity = 0;
    int type = -1;
    bool more = true;
    while (more) {
        const int64_t given = shape->layers > 0 ? fcnn_architecture_outputs(shape) : -1;
        FCNN_TRY(describe_layer(from, shape->layers, given, &type, &weights));
        FCNN_TRY(fcnn_memory_grow("the layers", shape->layers + 1, sizeof *shape->layer, &shape->layer, &capacity));
        shape->layer[shape->layers] = (fcnn_layer){.inputs = weights.dims[1], .outputs = weights.dims[0]};
        shape->layers++;
        array_name(from, 'W', shape->layers, name);
        more = fcnn_hdf5_has(from->file, name);
    }
    array_name(from, 'b', shape->layers, name);
    if (fcnn_hdf5_has(from->file, name)) {
        return fcnn_fail(FCNN_EDATA, "%s: %s exists, but the weights W%" PRId64 " do not", from->path, name,
                         shape->layers + 1);
    }
    shape->precision = type == FCNN_TYPE_FLOAT32 ? FCNN_PRECISION_SINGLE : FCNN_PRECISION_DOUBLE;
    return FCNN_OK;
}

/* ---- words ---- */

static bool is_meant_for_files(const char *word)
{
    return strcmp(word, "auto") != 0;
}

static fcnn_status unknown_word(const fcnn_model_reader *from, const char *object, const char *attribute,
                                const char *word, const char *const *words)
{
    fcnn_text list = {0};
    fcnn_status status = FCNN_OK;
    for (int i = 0; words[i] != NULL && status == FCNN_OK; i++) {
        if (is_meant_for_files(words[i])) {
            status = fcnn_text_append(&list, "%s%s", list.length == 0 ? "" : ", ", words[i]);
        }
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_EDATA, "%s: attribute %s of %s is '%s'; it must be one of %s", from->path, attribute,
                           object, word, list.data);
    }
    fcnn_text_clear(&list);
    return status;
}

/* Sets *out to the position of an attribute's word in the list. Leaves *out unchanged if there is no such attribute. */
static fcnn_status read_word(const fcnn_model_reader *from, const char *object, const char *attribute,
                             const char *const *words, int *out)
{
    if (!fcnn_hdf5_has_attribute(from->file, object, attribute)) {
        return FCNN_OK;
    }
    char *word;
    FCNN_TRY(fcnn_hdf5_read_text_attribute(from->file, object, attribute, WORD_BYTES, &word));
    const int place = fcnn_words_find(words, word);
    fcnn_status status = FCNN_OK;
    if (place >= 0 && is_meant_for_files(word)) {
        *out = place;
    } else {
        status = unknown_word(from, object, attribute, word, words);
    }
    free(word);
    return status;
}

/* The type of the weights tells single from double precision, and the attribute mixed from single. */
static fcnn_status read_precision(const fcnn_model_reader *from, fcnn_architecture *shape)
{
    int precision = (int)shape->precision;
    FCNN_TRY(read_word(from, from->group, "precision", fcnn_precision_words, &precision));
    if ((precision == FCNN_PRECISION_DOUBLE) != (shape->precision == FCNN_PRECISION_DOUBLE)) {
        return fcnn_fail(FCNN_EDATA, "%s: attribute precision of %s is %s, but the weights are %s", from->path,
                         from->group, fcnn_precision_name((fcnn_precision)precision),
                         fcnn_precision_name(shape->precision));
    }
    shape->precision = (fcnn_precision)precision;
    return FCNN_OK;
}

static fcnn_status read_output(const fcnn_model_reader *from, fcnn_architecture *shape)
{
    int output = FCNN_OUTPUT_LINEAR;
    FCNN_TRY(fcnn_model_get_output_columns(from, shape));
    if (shape->columns.count > 0) {
        output = FCNN_OUTPUT_COLUMNS;
    } else {
        FCNN_TRY(read_word(from, from->group, "output", fcnn_output_words, &output));
    }
    int loss = (int)fcnn_output_usual_loss((fcnn_output)output);
    FCNN_TRY(read_word(from, from->group, "loss", fcnn_loss_words, &loss));
    if (!fcnn_output_takes_loss((fcnn_output)output, (fcnn_loss)loss)) {
        return fcnn_fail(FCNN_EDATA, "%s: output %s cannot be combined with loss %s", from->path,
                         fcnn_output_columns_name((fcnn_output)output), fcnn_loss_name((fcnn_loss)loss));
    }
    shape->output = (fcnn_output)output;
    shape->loss = (fcnn_loss)loss;
    return FCNN_OK;
}

/* Sets *out to the slope in the attribute leaky_slope of an object, if it has this attribute. */
static fcnn_status read_slope(const fcnn_model_reader *from, const char *object, double *out)
{
    if (!fcnn_hdf5_has_attribute(from->file, object, "leaky_slope")) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_read_double_attribute(from->file, object, "leaky_slope", out));
    if (!(*out >= FCNN_LEAKY_SLOPE_LEAST && *out <= FCNN_LEAKY_SLOPE_MOST)) {
        return fcnn_fail(FCNN_EDATA, "%s: attribute leaky_slope of %s is %g; it must be from %g to %g", from->path,
                         object, *out, FCNN_LEAKY_SLOPE_LEAST, FCNN_LEAKY_SLOPE_MOST);
    }
    return FCNN_OK;
}

/* Sets *out to the attribute residual of W of a layer; without it the layer is not residual. */
static fcnn_status read_residual(const fcnn_model_reader *from, const char *object, const fcnn_architecture *shape,
                                 int64_t layer, bool *out)
{
    int64_t value = 0;
    if (fcnn_hdf5_has_attribute(from->file, object, "residual")) {
        FCNN_TRY(fcnn_hdf5_read_integer_attribute(from->file, object, "residual", &value));
    }
    if (value != 0 && value != 1) {
        return fcnn_fail(FCNN_EDATA, "%s: attribute residual of %s is %" PRId64 "; it must be 0 or 1", from->path,
                         object, value);
    }
    const fcnn_layer *own = &shape->layer[layer];
    if (value == 1 && (layer == 0 || layer == shape->layers - 1 || own->inputs != own->outputs)) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: attribute residual of %s is 1, but only a hidden layer after the first, with as many "
                         "outputs as inputs, can add its inputs to its result",
                         from->path, object);
    }
    *out = value == 1;
    return FCNN_OK;
}

/* Reads the activations. An attribute of the group applies to all hidden layers whose W has none. */
static fcnn_status read_activations(const fcnn_model_reader *from, fcnn_architecture *shape)
{
    const int64_t last = shape->layers - 1;
    int hidden = FCNN_ACTIVATION_RELU;
    double slope = FCNN_LEAKY_SLOPE;
    FCNN_TRY(read_word(from, from->group, "activation", fcnn_activation_words, &hidden));
    FCNN_TRY(read_slope(from, from->group, &slope));
    const int fitting = (int)fcnn_output_activation(shape->output);
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        char name[NAME_BYTES];
        int activation = layer == last ? fitting : hidden;
        array_name(from, 'W', layer, name);
        FCNN_TRY(read_word(from, name, "activation", fcnn_activation_words, &activation));
        if (layer == last && activation != fitting) {
            return fcnn_fail(FCNN_EDATA, "%s: the activation of the last layer, %s, is %s; output %s requires %s",
                             from->path, name, fcnn_activation_name((fcnn_activation)activation),
                             fcnn_output_columns_name(shape->output), fcnn_activation_name((fcnn_activation)fitting));
        }
        shape->layer[layer].activation = (fcnn_activation)activation;
        shape->layer[layer].leaky_slope = slope;
        FCNN_TRY(read_slope(from, name, &shape->layer[layer].leaky_slope));
        FCNN_TRY(read_residual(from, name, shape, layer, &shape->layer[layer].residual));
    }
    return FCNN_OK;
}

static fcnn_status read_shape(fcnn_model_reader *from, fcnn_architecture *shape)
{
    FCNN_TRY(describe_layers(from, shape));
    FCNN_TRY(read_precision(from, shape));
    FCNN_TRY(read_output(from, shape));
    FCNN_TRY(fcnn_model_get_outputs(from, shape));
    FCNN_TRY(read_activations(from, shape));
    return fcnn_model_get_further_shape(from, shape);
}

/* ---- numbers ---- */

static fcnn_status read_parameters(const fcnn_model_reader *from)
{
    const fcnn_model *model = from->model;
    const fcnn_layer *layers = model->shape.layer;
    char name[NAME_BYTES];
    for (int64_t layer = 0; layer < model->shape.layers; layer++) {
        array_name(from, 'W', layer, name);
        FCNN_TRY(fcnn_hdf5_read_rows(from->file, name, 0, layers[layer].outputs, model->weights[layer]));
        array_name(from, 'b', layer, name);
        FCNN_TRY(fcnn_hdf5_read_rows(from->file, name, 0, layers[layer].outputs, model->biases[layer]));
    }
    FCNN_TRY(fcnn_model_get_further(from));
    const int64_t wrong = fcnn_model_find_nonfinite(model);
    if (wrong >= 0) {
        return fcnn_fail(FCNN_EDATA, "%s: W%" PRId64 " or b%" PRId64 " in %s contains NaN or Inf", from->path,
                         wrong + 1, wrong + 1, from->group);
    }
    return FCNN_OK;
}

/* Reads the weights of the targets in the loss, if the file has them. */
static fcnn_status read_output_weights(fcnn_model_reader *from)
{
    static const char name[] = "/output_weights";
    fcnn_model *model = from->model;
    const int64_t targets = fcnn_architecture_targets(&model->shape);
    if (!fcnn_hdf5_has(from->file, name)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("the weights of outputs", targets, sizeof(double), &model->output_weights));
    FCNN_TRY(fcnn_model_get_array(from, name, FCNN_TYPE_FLOAT64, targets, model->output_weights));
    return fcnn_output_weights_check(model->output_weights, targets, from->path);
}

/* Reads the arrays into the lines of the progress table. whole and real [count] are work arrays. */
static fcnn_status read_columns(fcnn_model_reader *from, fcnn_history *history, int64_t *whole, double *real)
{
#define READ_COLUMN(column, member, type)                                                    \
    FCNN_TRY(fcnn_model_get_array(from, "/history/" #member, type, history->count, column)); \
    for (int64_t i = 0; i < history->count; i++) {                                           \
        history->lines[i].member = (column)[i];                                              \
    }
    READ_COLUMN(whole, epoch, FCNN_TYPE_INT64)
    READ_COLUMN(whole, steps, FCNN_TYPE_INT64)
    READ_COLUMN(real, train_loss, FCNN_TYPE_FLOAT64)
    READ_COLUMN(real, validation_loss, FCNN_TYPE_FLOAT64)
    READ_COLUMN(real, validation_metric, FCNN_TYPE_FLOAT64)
    if (!fcnn_hdf5_has(from->file, "/history/learning_rate")) {
        for (int64_t i = 0; i < history->count; i++) {
            history->lines[i].learning_rate = NAN;
        }
        return FCNN_OK;
    }
    READ_COLUMN(real, learning_rate, FCNN_TYPE_FLOAT64)
#undef READ_COLUMN
    return FCNN_OK;
}

static fcnn_status read_history(fcnn_model_reader *from)
{
    fcnn_history *history = &from->model->history;
    if (!fcnn_hdf5_has(from->file, "/history")) {
        return FCNN_OK;
    }
    fcnn_hdf5_info info;
    int64_t budget = from->budget;
    FCNN_TRY(fcnn_hdf5_describe_whole(from->file, "/history/epoch", &budget, &info));
    const int64_t count = info.rank == 1 ? info.dims[0] : 0;
    FCNN_TRY(fcnn_memory_grow("the history", count, sizeof *history->lines, &history->lines, &history->capacity));
    history->count = count;
    int64_t *whole;
    FCNN_TRY(fcnn_memory_create("the history", count, sizeof *whole, &whole));
    double *real;
    fcnn_status status = fcnn_memory_create("the history", count, sizeof *real, &real);
    if (status == FCNN_OK) {
        status = read_columns(from, history, whole, real);
        free(real);
    }
    free(whole);
    return status == FCNN_OK ? fcnn_model_get_metrics(from) : status;
}

static fcnn_status read_choice(fcnn_model_reader *from)
{
    static const char group[] = "/training";
    fcnn_model_choice *choice = &from->model->choice;
    if (!fcnn_hdf5_has(from->file, group)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_read_integer_attribute(from->file, group, "epoch", &choice->epoch));
    FCNN_TRY(fcnn_hdf5_read_integer_attribute(from->file, group, "steps", &choice->steps));
    return fcnn_hdf5_read_text_attribute(from->file, group, "reason", REASON_BYTES, &choice->reason);
}

/* Reads from the model's config the settings of the loss, and whether means replaced missing inputs in training. If a
 * newer version wrote the config and it cannot be read, the settings are 0 and missing inputs are not replaced. */
static fcnn_status use_config(fcnn_model *model, const char *path)
{
    fcnn_config *config;
    const fcnn_status status =
        fcnn_config_parse_effective(model->config, (int64_t)strlen(model->config), path, &config);
    if (status != FCNN_OK) {
        return status == FCNN_ECONFIG ? FCNN_OK : status;
    }
    model->fills_missing = config->data_missing == FCNN_MISSING_MEAN;
    model->ignores_missing_targets = config->train_missing_targets == FCNN_MISSING_TARGETS_IGNORE;
    fcnn_loss_rule_of(model->shape.loss)->settings(config, model->loss_settings);
    fcnn_config_destroy(config);
    return FCNN_OK;
}

/* Reads the config, the program and other optional notes. */
static fcnn_status read_notes(fcnn_model_reader *from)
{
    fcnn_model *model = from->model;
    if (fcnn_hdf5_has_attribute(from->file, from->group, "program")) {
        FCNN_TRY(fcnn_hdf5_read_text_attribute(from->file, from->group, "program", WORD_BYTES, &model->program));
    }
    if (fcnn_hdf5_has_attribute(from->file, from->group, "numerics_version")) {
        FCNN_TRY(
            fcnn_hdf5_read_integer_attribute(from->file, from->group, "numerics_version", &model->numerics_version));
    }
    if (fcnn_hdf5_has(from->file, "/config")) {
        FCNN_TRY(fcnn_hdf5_read_text(from->file, "/config", CONFIG_BYTES, &model->config));
        FCNN_TRY(use_config(model, from->path));
    }
    FCNN_TRY(read_choice(from));
    return read_history(from);
}

/* ---- the whole model ---- */

static fcnn_status read_model(fcnn_model_reader *from)
{
    fcnn_architecture shape = {0};
    FCNN_TRY(find_group(from));
    fcnn_status status = read_shape(from, &shape);
    if (status == FCNN_OK) {
        status = fcnn_model_create(&shape, &from->model);
    }
    fcnn_architecture_clear(&shape);
    FCNN_TRY(status);
    FCNN_TRY(read_parameters(from));
    FCNN_TRY(fcnn_normalizer_get(from, "inputs", &from->model->inputs));
    FCNN_TRY(fcnn_normalizer_get(from, "targets", &from->model->targets));
    FCNN_TRY(fcnn_model_get_columns(from));
    FCNN_TRY(read_output_weights(from));
    return read_notes(from);
}

fcnn_status fcnn_model_get(fcnn_hdf5_file *file, const char *path, fcnn_model **out)
{
    fcnn_model_reader from = {.file = file, .path = path, .budget = fcnn_hdf5_bytes(file)};
    const fcnn_status status = read_model(&from);
    if (status != FCNN_OK) {
        fcnn_model_destroy(from.model);
        return status;
    }
    *out = from.model;
    return FCNN_OK;
}
