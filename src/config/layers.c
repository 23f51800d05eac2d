/* src/config/layers.c — the values of a config that a layer has. */
#include "config/layers.h"

#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int64_t fcnn_config_layers(const fcnn_config *config)
{
    return config->model_hidden.count + 1;
}

fcnn_activation fcnn_config_activation(const fcnn_config *config, int64_t layer)
{
    const fcnn_int_list *given = &config->model_activation;
    return (fcnn_activation)given->values[given->count == 1 ? 0 : layer];
}

/* ---- dropout, residual layers ---- */

/* Probabilities that the random numbers of the kernels have: multiples of 1/65536. */
#define DROPOUT_STEPS 65536.0

double fcnn_config_dropout(const fcnn_config *config, int64_t layer)
{
    const fcnn_double_list *given = &config->model_dropout;
    return given->count == 1 ? (layer == 0 ? 0 : given->values[0]) : given->values[layer];
}

bool fcnn_config_residual(const fcnn_config *config, int64_t layer)
{
    return config->model_residual && layer > 0 && layer + 1 < fcnn_config_layers(config);
}

/* ---- initial weights ---- */

/* A word has neither a '.' nor a '/', of which a path has one. */
static bool init_is_file(const fcnn_config *config)
{
    return strpbrk(config->model_init, "./") != NULL;
}

static int64_t count_init_words(const fcnn_config *config)
{
    int64_t count = 1;
    for (const char *comma = strchr(config->model_init, ','); comma != NULL; comma = strchr(comma + 1, ',')) {
        count++;
    }
    return count;
}

bool fcnn_config_init(const fcnn_config *config, int64_t layer, fcnn_init_kind *out)
{
    enum { LONGEST = 32 };
    char word[LONGEST] = "";
    if (init_is_file(config)) {
        return false;
    }
    const char *start = config->model_init;
    for (int64_t i = 0; count_init_words(config) > 1 && i < layer; i++) {
        start = strchr(start, ',') + 2; /* the reader puts a blank behind each comma */
    }
    const size_t length = strcspn(start, ",");
    memcpy(word, start, length < LONGEST ? length : 0);
    return fcnn_init_kind_from_word(word, out);
}

static double of_layer(const fcnn_double_list *given, int64_t layer)
{
    return given->values[given->count == 1 ? 0 : layer];
}

double fcnn_config_init_scale(const fcnn_config *config, int64_t layer)
{
    return of_layer(&config->model_init_scale, layer);
}

double fcnn_config_bias_init(const fcnn_config *config, int64_t layer)
{
    return of_layer(&config->model_bias_init, layer);
}

double fcnn_config_max_norm(const fcnn_config *config, int64_t layer)
{
    return of_layer(&config->optimizer_max_norm, layer);
}

/* ---- checks ---- */

static fcnn_status check_activations(const fcnn_config *config)
{
    const int64_t given = config->model_activation.count, layers = config->model_hidden.count;
    if (given != 1 && given != layers) {
        return fcnn_fail(FCNN_ECONFIG,
                         "model.activation has %" PRId64 " activations, but model.hidden has %" PRId64
                         " layers: give one activation, or one for each layer",
                         given, layers);
    }
    return FCNN_OK;
}

static fcnn_status check_slope(const fcnn_config *config)
{
    for (int64_t i = 0; i < config->model_activation.count; i++) {
        if (config->model_activation.values[i] == FCNN_ACTIVATION_LEAKY_RELU) {
            return FCNN_OK;
        }
    }
    return config->model_leaky_slope == 0.01
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG,
                           "model.leaky_slope requires leaky_relu, but model.activation does not have it");
}

static fcnn_status check_layer_norm(const fcnn_config *config)
{
    const fcnn_int_list *hidden = &config->model_hidden;
    if (config->model_layer_norm && hidden->count == 0) {
        return fcnn_fail(FCNN_ECONFIG, "model.layer_norm = yes is for hidden layers, but model.hidden has none: remove "
                                       "model.layer_norm");
    }
    for (int64_t i = 0; config->model_layer_norm && i < hidden->count; i++) {
        if (hidden->values[i] == 1) {
            return fcnn_fail(FCNN_ECONFIG,
                             "model.layer_norm = yes makes a layer of one unit constant, because the unit "
                             "is its own mean: give each hidden layer two units or more");
        }
    }
    return FCNN_OK;
}

static fcnn_status check_dropout(const fcnn_config *config)
{
    const fcnn_double_list *given = &config->model_dropout;
    const int64_t hidden = config->model_hidden.count;
    for (int64_t i = 0; i < given->count; i++) {
        const double steps = given->values[i] * DROPOUT_STEPS;
        if (given->values[i] != 0 && !(steps >= 1 && steps <= DROPOUT_STEPS - 1)) {
            char number[32];
            fcnn_text_from_double(given->values[i], number);
            return fcnn_fail(FCNN_ECONFIG,
                             "model.dropout has %s, but probabilities are multiples of 1/65536: use 0, or a number "
                             "from 1/65536 = 1.52587890625e-05 to 1 - 1/65536",
                             number);
        }
    }
    if (given->count == 1) {
        return hidden > 0 || given->values[0] == 0
                   ? FCNN_OK
                   : fcnn_fail(FCNN_ECONFIG, "model.dropout is for hidden layers, but model.hidden has none: remove "
                                             "model.dropout");
    }
    return given->count == hidden + 1
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG,
                           "model.dropout has %" PRId64 " items, but there are the inputs and %" PRId64
                           " hidden layer%s: give one number for all hidden layers, or one for the inputs and for "
                           "each hidden layer",
                           given->count, hidden, hidden == 1 ? "" : "s");
}

static fcnn_status unequal_widths(const fcnn_int_list *hidden)
{
    fcnn_text widths = {0};
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; i < hidden->count && status == FCNN_OK; i++) {
        status = fcnn_text_append(&widths, "%s%" PRId64, i > 0 ? ", " : "", hidden->values[i]);
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_ECONFIG,
                           "model.residual = yes adds the inputs of a hidden layer to its result, but model.hidden = "
                           "%s has different widths: give all hidden layers the same width",
                           widths.data);
    }
    fcnn_text_clear(&widths);
    return status;
}

static fcnn_status check_residual(const fcnn_config *config)
{
    const fcnn_int_list *hidden = &config->model_hidden;
    if (!config->model_residual) {
        return FCNN_OK;
    }
    if (hidden->count < 2) {
        return fcnn_fail(FCNN_ECONFIG,
                         "model.residual = yes is for two hidden layers or more, but model.hidden has %" PRId64
                         ": add hidden layers, or remove model.residual",
                         hidden->count);
    }
    for (int64_t i = 1; i < hidden->count; i++) {
        if (hidden->values[i] != hidden->values[0]) {
            return unequal_widths(hidden);
        }
    }
    return FCNN_OK;
}

static fcnn_status check_count(const fcnn_config *config, const char *key, int64_t given)
{
    const int64_t layers = fcnn_config_layers(config);
    if (given != 1 && given != layers) {
        return fcnn_fail(FCNN_ECONFIG,
                         "%s has %" PRId64 " items, but the network has %" PRId64
                         " layer%s, the output layer among them: give one item, or one for each layer",
                         key, given, layers, layers == 1 ? "" : "s");
    }
    return FCNN_OK;
}

static bool uses_scale(const fcnn_config *config, int64_t layer)
{
    fcnn_init_kind kind;
    return fcnn_config_init(config, layer, &kind) &&
           (kind == FCNN_INIT_ORTHOGONAL || kind == FCNN_INIT_NORMAL || kind == FCNN_INIT_UNIFORM);
}

static fcnn_status refuse_scale(const char *layer, const char *word)
{
    return fcnn_fail(
        FCNN_ECONFIG,
        "model.init_scale%s has no effect on model.init = %.200s: it is for orthogonal, normal and uniform", layer,
        word);
}

/* One scale must be for some layer; of several, one that is not 1 must be for its layer. */
static fcnn_status check_scales(const fcnn_config *config)
{
    const int64_t layers = fcnn_config_layers(config);
    bool any = false;
    for (int64_t layer = 0; layer < layers; layer++) {
        any = any || uses_scale(config, layer);
        if (config->model_init_scale.count > 1 && fcnn_config_init_scale(config, layer) != 1 &&
            !uses_scale(config, layer)) {
            char which[40];
            fcnn_init_kind kind;
            snprintf(which, sizeof which, " of layer %" PRId64, layer + 1);
            return refuse_scale(which, fcnn_config_init(config, layer, &kind) ? fcnn_init_kind_name(kind)
                                                                              : config->model_init);
        }
    }
    return any || fcnn_config_init_scale(config, 0) == 1 ? FCNN_OK : refuse_scale("", config->model_init);
}

/* Biases that are not drawn are for weights that are. */
static fcnn_status check_biases(const fcnn_config *config)
{
    for (int64_t layer = 0; layer < fcnn_config_layers(config); layer++) {
        fcnn_init_kind kind;
        if (fcnn_config_bias_init(config, layer) == 0) {
            continue;
        }
        if (!fcnn_config_init(config, layer, &kind)) {
            return fcnn_fail(FCNN_ECONFIG, "model.bias_init is for initial biases, but model.init is a file, which has "
                                           "biases: remove one of them");
        }
        if (kind == FCNN_INIT_TORCH) {
            return fcnn_fail(FCNN_ECONFIG,
                             "model.bias_init of layer %" PRId64
                             " is not 0, but model.init = torch draws the biases: remove one of them",
                             layer + 1);
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_config_check_layers(const fcnn_config *config)
{
    FCNN_TRY(check_activations(config));
    FCNN_TRY(check_slope(config));
    FCNN_TRY(check_layer_norm(config));
    FCNN_TRY(check_dropout(config));
    FCNN_TRY(check_residual(config));
    FCNN_TRY(check_count(config, "model.init_scale", config->model_init_scale.count));
    FCNN_TRY(check_count(config, "model.bias_init", config->model_bias_init.count));
    FCNN_TRY(check_count(config, "optimizer.max_norm", config->optimizer_max_norm.count));
    if (!init_is_file(config)) {
        FCNN_TRY(check_count(config, "model.init", count_init_words(config)));
    }
    FCNN_TRY(check_scales(config));
    return check_biases(config);
}
