/* src/training/origin.c — the model from which training starts or continues. */
#include "training/origin.h"

#include "model/initializer.h"
#include "model/losses.h"
#include "training/origin_normalization.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED = 10 }; /* number of class names that a message lists */

void fcnn_origin_clear(fcnn_origin *origin)
{
    fcnn_text_clear(&origin->notes);
    fcnn_text_clear(&origin->output);
    *origin = (fcnn_origin){0};
}

/* Whether fcnn wrote the model; a model of another program does not specify activations and output. */
static bool is_own(const fcnn_model *model)
{
    return model->program != NULL;
}

/* Whether the rows contain class names, as strings or as an enumeration type. */
static bool has_names(const fcnn_dataset *train)
{
    return train->source.targets.is_text || train->source.targets.has_classes;
}

static bool extends(const fcnn_origin *origin, const fcnn_config *config)
{
    return origin->resumes || config->model_init_classes == FCNN_INIT_CLASSES_EXTEND;
}

/* ---- classes ---- */

/* Appends the names that are not in `others`: "'ant', 'bee' and 3 more"; nothing if there are none. */
static fcnn_status list_absent(const fcnn_classes *classes, const fcnn_classes *others, fcnn_text *out)
{
    int64_t absent = 0;
    for (int64_t i = 0; i < classes->count; i++) {
        if (fcnn_classes_find(others, classes->names[i]) < 0) {
            absent++;
            if (absent <= LISTED) {
                FCNN_TRY(fcnn_text_append(out, "%s'%.60s'", absent > 1 ? ", " : "", classes->names[i]));
            }
        }
    }
    return absent > LISTED ? fcnn_text_append(out, " and %" PRId64 " more", absent - LISTED) : FCNN_OK;
}

/* Reports new and absent classes, as an error or as notes.  fresh and absent are lists of names, or NULL. */
static fcnn_status tell_difference(fcnn_origin *origin, const fcnn_config *config, const fcnn_dataset *train,
                                   const char *fresh, const char *absent)
{
    if (origin->resumes || (fresh == NULL && absent == NULL)) {
        return FCNN_OK;
    }
    if (!extends(origin, config)) {
        return fcnn_fail(
            FCNN_EDATA,
            "%s: %s: %s%s%s%s%s (model.init = %s): set model.init_classes = extend to add outputs for new classes "
            "and to keep the outputs of classes without rows",
            train->source.file, train->source.targets_name, fresh != NULL ? "the model does not have the classes " : "",
            fresh != NULL ? fresh : "", fresh != NULL && absent != NULL ? ", and " : "",
            absent != NULL ? "no row has the model's classes " : "", absent != NULL ? absent : "", origin->path);
    }
    if (fresh != NULL) {
        FCNN_TRY(fcnn_text_append(&origin->notes, "new classes, with initial weights: %s\n", fresh));
    }
    return absent == NULL
               ? FCNN_OK
               : fcnn_text_append(&origin->notes, "classes without rows, whose outputs are kept: %s\n", absent);
}

/* Sets found to the model's names, followed by the new ones. */
static fcnn_status join_classes(const fcnn_classes *known, fcnn_classes *found)
{
    fcnn_classes joined;
    FCNN_TRY(fcnn_classes_copy(known, &joined));
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; status == FCNN_OK && i < found->count; i++) {
        status = fcnn_classes_append(&joined, found->names[i]);
    }
    if (status != FCNN_OK) {
        fcnn_classes_clear(&joined);
        return status;
    }
    fcnn_classes_clear(found);
    *found = joined;
    return FCNN_OK;
}

static fcnn_status match_names(fcnn_origin *origin, const fcnn_config *config, fcnn_dataset *train)
{
    const fcnn_classes *known = &origin->model->classes;
    if (known->count == 0) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s contains class names, but %s was trained on class numbers: it is unknown which number "
                         "each name has, so use "
                         "class numbers here too",
                         train->source.file, train->source.targets_name, origin->path);
    }
    fcnn_text fresh = {0}, absent = {0};
    fcnn_status status = list_absent(&train->source.classes, known, &fresh);
    if (status == FCNN_OK) {
        status = list_absent(known, &train->source.classes, &absent);
    }
    if (status == FCNN_OK) {
        status = tell_difference(origin, config, train, fresh.data, absent.data);
    }
    fcnn_text_clear(&fresh);
    fcnn_text_clear(&absent);
    return status == FCNN_OK ? join_classes(known, &train->source.classes) : status;
}

fcnn_status fcnn_origin_match_classes(fcnn_origin *origin, const fcnn_config *config, fcnn_dataset *train)
{
    if (origin->model == NULL) {
        return FCNN_OK;
    }
    if (has_names(train)) {
        return match_names(origin, config, train);
    }
    const fcnn_classes *known = &origin->model->classes, *found = &train->source.classes;
    const int64_t number = fcnn_classes_differ(found, known);
    if (number >= 0) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s: class %" PRId64
                         " has the name '%.60s', but '%.60s' in %s: number the classes in the same way",
                         train->source.file, train->source.targets_name, number, found->names[number],
                         known->names[number], origin->path);
    }
    return known->count > 0 ? join_classes(known, &train->source.classes) : FCNN_OK;
}

/* ---- what is taken over from the model ---- */

bool fcnn_origin_gives_normalization(const fcnn_origin *origin, const fcnn_config *config)
{
    return origin->model != NULL && (origin->resumes || !config->model_init_refit);
}

const double *fcnn_origin_means(const fcnn_origin *origin, const fcnn_config *config, const fcnn_dataset *train)
{
    const bool gives = fcnn_origin_gives_normalization(origin, config);
    return gives && origin->model->inputs_statistics.count == train->rows.inputs.width
               ? origin->model->inputs_statistics.mean
               : NULL;
}

static double number_of(const void *values, fcnn_precision precision, int64_t i)
{
    return precision != FCNN_PRECISION_DOUBLE ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

/* Copies count numbers from one precision to another. */
static void convert(const void *from, fcnn_precision from_precision, void *to, fcnn_precision to_precision,
                    int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        const double value = number_of(from, from_precision, i);
        if (to_precision != FCNN_PRECISION_DOUBLE) {
            ((float *)to)[i] = (float)value;
        } else {
            ((double *)to)[i] = value;
        }
    }
}

fcnn_status fcnn_origin_give_weights(const fcnn_origin *origin, const fcnn_config *config, fcnn_model *model)
{
    const fcnn_architecture *shape = &model->shape, *own = &origin->model->shape;
    if (fcnn_architecture_outputs(shape) > fcnn_architecture_outputs(own)) {
        FCNN_TRY(fcnn_initializer_draw(model, NULL, (uint64_t)config->train_seed));
    }
    for (int64_t i = 0; i < fcnn_architecture_tensors(own); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(own, i);
        convert(origin->model->weights[i], own->precision, model->weights[i], shape->precision,
                tensor.inputs * tensor.outputs);
        convert(origin->model->biases[i], own->precision, model->biases[i], shape->precision, tensor.outputs);
    }
    return FCNN_OK;
}

static fcnn_status copy_normalizer(const fcnn_normalizer *from, fcnn_normalizer *to)
{
    return from->count == to->count ? fcnn_normalizer_copy(from, to) : FCNN_OK;
}

static void join_statistics(const fcnn_column_statistics *from, fcnn_column_statistics *to)
{
    for (int64_t i = 0; from->count == to->count && i < to->count; i++) {
        to->smallest[i] = from->smallest[i] < to->smallest[i] ? from->smallest[i] : to->smallest[i];
        to->largest[i] = from->largest[i] > to->largest[i] ? from->largest[i] : to->largest[i];
        to->mean[i] = from->mean[i];
    }
}

fcnn_status fcnn_origin_give_normalization(const fcnn_origin *origin, fcnn_model *model)
{
    FCNN_TRY(copy_normalizer(&origin->model->inputs, &model->inputs));
    FCNN_TRY(copy_normalizer(&origin->model->targets, &model->targets));
    join_statistics(&origin->model->inputs_statistics, &model->inputs_statistics);
    join_statistics(&origin->model->targets_statistics, &model->targets_statistics);
    return FCNN_OK;
}

/* ---- the task ---- */

/* Checks that the number of classes by the largest label is that of the model. */
static fcnn_status check_numbers(const fcnn_origin *origin, const fcnn_config *config, const fcnn_dataset *train,
                                 double largest)
{
    const int64_t outputs = fcnn_model_outputs(origin->model);
    if (extends(origin, config) || has_names(train) || largest + 1 == (double)outputs) {
        return FCNN_OK;
    }
    if (largest + 1 > (double)outputs) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s: the largest label is %.17g, but %s has %" PRId64 " classes, 0 to %" PRId64
                         ": set model.init_classes = extend to add outputs for new classes",
                         train->source.file, train->source.targets_name, largest, origin->path, outputs, outputs - 1);
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: the largest label is %.17g, but %s has %" PRId64 " classes, 0 to %" PRId64
                     ": if the other classes merely have no rows here, set model.classes = %" PRId64,
                     train->source.file, train->source.targets_name, largest, origin->path, outputs, outputs - 1,
                     outputs);
}

fcnn_status fcnn_origin_task(fcnn_origin *origin, const fcnn_config *config, const fcnn_dataset *train,
                             const fcnn_target_summary *targets, fcnn_config *out)
{
    *out = *config;
    if (origin->model == NULL || !is_own(origin->model)) {
        return FCNN_OK;
    }
    const fcnn_architecture *shape = &origin->model->shape;
    if (strcmp(config->model_output, "auto") == 0 && config->train_loss == FCNN_LOSS_AUTO) {
        FCNN_TRY(fcnn_architecture_output_text(shape, &origin->output));
        out->model_output = origin->output.data;
        out->train_loss = shape->loss;
    }
    const bool has_labels = shape->output == FCNN_OUTPUT_SOFTMAX && strcmp(out->model_output, "softmax") == 0 &&
                            targets->one_column && targets->largest >= 0 && targets->largest < 1e6;
    if (has_labels && config->model_classes == FCNN_AUTO) {
        const int64_t outputs = fcnn_model_outputs(origin->model), needed = (int64_t)targets->largest + 1;
        FCNN_TRY(check_numbers(origin, config, train, targets->largest));
        out->model_classes = needed > outputs ? needed : outputs;
    }
    return FCNN_OK;
}

/* ---- checks against the config ---- */

static fcnn_status widths_differ(const fcnn_origin *origin, const fcnn_architecture *wanted, const char *hint)
{
    char *a = NULL, *b = NULL;
    fcnn_status status = fcnn_architecture_text(&origin->model->shape, &a);
    if (status == FCNN_OK) {
        status = fcnn_architecture_text(wanted, &b);
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_EDATA, "%s has the network %s, but config and data require %s%s",
                           origin->resumes ? "the checkpoint" : origin->path, a, b, hint);
    }
    free(a);
    free(b);
    return status;
}

static fcnn_status check_widths(const fcnn_origin *origin, const fcnn_config *config, const fcnn_architecture *shape)
{
    const fcnn_architecture *own = &origin->model->shape;
    bool differ = own->layers != shape->layers;
    for (int64_t layer = 0; !differ && layer < own->layers; layer++) {
        differ = own->layer[layer].inputs != shape->layer[layer].inputs;
    }
    if (differ) {
        return widths_differ(origin, shape, "");
    }
    const int64_t had = fcnn_architecture_outputs(own), wanted = fcnn_architecture_outputs(shape);
    const bool grows = wanted > had && shape->output == FCNN_OUTPUT_SOFTMAX && !origin->resumes;
    if (had == wanted || (grows && extends(origin, config))) {
        return FCNN_OK;
    }
    return widths_differ(origin, shape,
                         grows ? "; set model.init_classes = extend to add outputs for new classes" : "");
}

static fcnn_status outputs_differ(const fcnn_origin *origin, const fcnn_architecture *shape)
{
    const fcnn_architecture *own = &origin->model->shape;
    fcnn_text then = {0}, now = {0};
    fcnn_status status = fcnn_architecture_output_text(own, &then);
    if (status == FCNN_OK) {
        status = fcnn_architecture_output_text(shape, &now);
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_ECONFIG,
                           "%s was trained with %s output and loss %s, but config and data result in %s and %s: set "
                           "model.output and train.loss to the original values, or to auto",
                           origin->path, then.data, fcnn_loss_name(own->loss), now.data, fcnn_loss_name(shape->loss));
    }
    fcnn_text_clear(&then);
    fcnn_text_clear(&now);
    return status;
}

static fcnn_status check_activations(const fcnn_origin *origin, const fcnn_architecture *shape)
{
    const fcnn_architecture *own = &origin->model->shape;
    for (int64_t layer = 0; layer + 1 < shape->layers; layer++) {
        if (!fcnn_layer_same_activation(&own->layer[layer], &shape->layer[layer])) {
            const bool same_word = own->layer[layer].activation == shape->layer[layer].activation;
            char before[64], now[64];
            fcnn_layer_activation(&own->layer[layer], before);
            fcnn_layer_activation(&shape->layer[layer], now);
            return fcnn_fail(FCNN_ECONFIG,
                             "%s was trained with activation %s in hidden layer %" PRId64
                             ", but the config specifies %s: set model.%s to the original value",
                             origin->path, before, layer + 1, now, same_word ? "leaky_slope" : "activation");
        }
    }
    if (own->output != shape->output || own->loss != shape->loss ||
        !fcnn_output_columns_equal(&own->columns, &shape->columns)) {
        return outputs_differ(origin, shape);
    }
    return FCNN_OK;
}

static fcnn_status check_quantiles(const fcnn_origin *origin, const fcnn_architecture *shape)
{
    const fcnn_architecture *own = &origin->model->shape;
    if (own->quantiles == 0 || shape->quantiles == 0 ||
        (own->quantiles == shape->quantiles && memcmp(own->quantile, shape->quantile, sizeof own->quantile) == 0)) {
        return FCNN_OK;
    }
    fcnn_text then = {0}, now = {0};
    fcnn_status status = fcnn_architecture_quantiles_text(own, &then);
    if (status == FCNN_OK) {
        status = fcnn_architecture_quantiles_text(shape, &now);
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_ECONFIG,
                           "%s was trained with train.quantiles = %s, but the config specifies %s: set train.loss = "
                           "quantile and train.quantiles = %s",
                           origin->path, then.data, now.data, then.data);
    }
    fcnn_text_clear(&then);
    fcnn_text_clear(&now);
    return status;
}

/* A file of another program does not say its activations, but a slope is among its parameters, or is not. */
static fcnn_status check_tensors(const fcnn_origin *origin, const fcnn_architecture *shape)
{
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const fcnn_layer *then = &origin->model->shape.layer[layer], *now = &shape->layer[layer];
        const bool had_slope = then->activation == FCNN_ACTIVATION_PRELU,
                   has = now->activation == FCNN_ACTIVATION_PRELU;
        if (then->layer_norm != now->layer_norm) {
            return fcnn_fail(FCNN_ECONFIG,
                             "%s %s layer normalization in hidden layer %" PRId64 ", but the config specifies "
                             "model.layer_norm = %s: set it to the original value",
                             origin->path, then->layer_norm ? "has" : "does not have", layer + 1,
                             now->layer_norm ? "yes" : "no");
        }
        if (had_slope != has) {
            return fcnn_fail(FCNN_ECONFIG,
                             "%s %s the slope of a prelu in hidden layer %" PRId64 ", but the config specifies "
                             "activation %s: set model.activation to the original value",
                             origin->path, had_slope ? "has" : "does not have", layer + 1,
                             fcnn_activation_name(now->activation));
        }
    }
    return FCNN_OK;
}

static fcnn_status check_residual(const fcnn_origin *origin, const fcnn_architecture *shape)
{
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const bool then = origin->model->shape.layer[layer].residual, now = shape->layer[layer].residual;
        if (then != now) {
            return fcnn_fail(FCNN_ECONFIG,
                             "%s was trained with model.residual = %s, but the config specifies %s: set model.residual "
                             "to the original value",
                             origin->path, then ? "yes" : "no", now ? "yes" : "no");
        }
    }
    return FCNN_OK;
}

/* A loss that comes from the file needs its setting from there too, but train.loss = auto does not allow one. */
static fcnn_status check_loss_setting(const fcnn_origin *origin, const fcnn_config *config,
                                      const fcnn_architecture *shape)
{
    const fcnn_loss_rule *rule = fcnn_loss_rule_of(shape->loss);
    double now[FCNN_LOSS_SETTINGS] = {0};
    rule->settings(config, now);
    for (int i = 0; config->train_loss == FCNN_LOSS_AUTO && i < FCNN_LOSS_KEYS && rule->keys[i] != NULL; i++) {
        const double then = origin->model->loss_settings[i];
        if (then != now[i]) {
            return fcnn_fail(FCNN_ECONFIG,
                             "%s was trained with train.loss = %s and train.%s = %.17g, but the config specifies "
                             "neither: set both, train.%s to this number or to another one",
                             origin->path, fcnn_loss_name(shape->loss), rule->keys[i], then, rule->keys[i]);
        }
    }
    return FCNN_OK;
}

static fcnn_status note(fcnn_origin *origin, const fcnn_config *config, const fcnn_architecture *shape)
{
    const fcnn_architecture *own = &origin->model->shape;
    FCNN_TRY(fcnn_text_append(&origin->notes, "%s",
                              config->model_init_refit
                                  ? "normalization and means are computed from these rows (model.init_refit)\n"
                                  : "its normalization and means are used\n"));
    if (!is_own(origin->model)) {
        FCNN_TRY(fcnn_text_append(&origin->notes,
                                  "written by another program: the config determines activations and output\n"));
    }
    if (own->precision == shape->precision) {
        return FCNN_OK;
    }
    const bool converts = fcnn_architecture_size(own) != fcnn_architecture_size(shape);
    return fcnn_text_append(&origin->notes,
                            converts ? "its weights are converted from %s to %s precision\n"
                                     : "it was trained in %s precision, and training continues in %s precision\n",
                            fcnn_precision_name(own->precision), fcnn_precision_name(shape->precision));
}

fcnn_status fcnn_origin_check(fcnn_origin *origin, const fcnn_config *config, const fcnn_architecture *shape)
{
    if (origin->model == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(check_quantiles(origin, shape));
    FCNN_TRY(check_widths(origin, config, shape));
    if (origin->resumes) {
        return FCNN_OK;
    }
    if (is_own(origin->model)) {
        FCNN_TRY(check_activations(origin, shape));
        FCNN_TRY(check_residual(origin, shape));
        FCNN_TRY(check_loss_setting(origin, config, shape));
    }
    FCNN_TRY(check_tensors(origin, shape));
    if (!config->model_init_refit) {
        FCNN_TRY(fcnn_origin_check_normalization(origin, config));
    }
    return note(origin, config, shape);
}
