/* src/training/start_model.c — the model that training starts with. */
#include "training/start_model.h"

#include "core/memory.h"
#include "model/extent.h"
#include "model/initializer.h"
#include "model/normalizer.h"
#include "training/task.h"

#include <stdlib.h>
#include <string.h>

static fcnn_status shapes_differ(const char *path, const fcnn_architecture *in_file, const fcnn_architecture *wanted)
{
    char *a = NULL, *b = NULL;
    fcnn_status status = fcnn_architecture_text(in_file, &a);
    if (status == FCNN_OK) {
        status = fcnn_architecture_text(wanted, &b);
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_EDATA, "%s: its network is %s, but config and data make %s", path, a, b);
    }
    free(a);
    free(b);
    return status;
}

static bool same_widths(const fcnn_architecture *a, const fcnn_architecture *b)
{
    return a->layers == b->layers && memcmp(a->widths, b->widths, (size_t)(a->layers + 1) * sizeof *a->widths) == 0;
}

/* Copies count numbers from one precision to another. */
static void convert(const void *from, fcnn_precision from_precision, void *to, fcnn_precision to_precision,
                    int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        const double value =
            from_precision == FCNN_PRECISION_SINGLE ? (double)((const float *)from)[i] : ((const double *)from)[i];
        if (to_precision == FCNN_PRECISION_SINGLE) {
            ((float *)to)[i] = (float)value;
        } else {
            ((double *)to)[i] = value;
        }
    }
}

fcnn_status fcnn_start_model_read(const fcnn_config *config, fcnn_comm *comm, fcnn_model **out)
{
    fcnn_init_kind kind;
    *out = NULL;
    if (fcnn_init_kind_from_word(config->model_init, &kind)) {
        return FCNN_OK;
    }
    fcnn_model *init = NULL;
    const fcnn_status status = fcnn_comm_agree(comm, fcnn_model_read(config->model_init, &init));
    if (status != FCNN_OK) {
        fcnn_model_destroy(init); /* other ranks may have failed to read it */
        return status;
    }
    *out = init;
    return FCNN_OK;
}

/* Takes the weights of another model, whatever its precision. */
static fcnn_status take_weights(const char *path, const fcnn_model *init, fcnn_model *model)
{
    const fcnn_architecture *shape = &model->shape;
    if (!same_widths(&init->shape, shape)) {
        return shapes_differ(path, &init->shape, shape);
    }
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t in = shape->widths[layer], out = shape->widths[layer + 1];
        convert(init->weights[layer], init->shape.precision, model->weights[layer], shape->precision, in * out);
        convert(init->biases[layer], init->shape.precision, model->biases[layer], shape->precision, out);
    }
    return FCNN_OK;
}

static fcnn_status fill_weights(const fcnn_config *config, const fcnn_model *init, fcnn_model *model)
{
    fcnn_init_kind kind;
    if (!fcnn_init_kind_from_word(config->model_init, &kind)) {
        return take_weights(config->model_init, init, model);
    }
    fcnn_initializer_draw(model, kind, config->model_init_scale, (uint64_t)config->train_seed);
    return FCNN_OK;
}

/* Classes that a classifier tells apart. */
static int64_t classes_of(const fcnn_architecture *shape)
{
    return shape->output == FCNN_OUTPUT_SOFTMAX ? shape->widths[shape->layers] : 2;
}

static fcnn_status copy_decoded(const fcnn_columns *columns, char **out)
{
    fcnn_text lines = {0};
    const fcnn_status status = fcnn_columns_say_decoded(columns, &lines);
    *out = lines.data;
    return status;
}

/* What the rows' columns and classes are called; an attribute may name more classes than the rows have. */
static fcnn_status copy_names(const fcnn_dataset *train, fcnn_model *model)
{
    FCNN_TRY(fcnn_column_names_copy(&train->inputs_columns.names, &model->inputs_names));
    FCNN_TRY(fcnn_column_names_copy(&train->targets_columns.names, &model->targets_names));
    FCNN_TRY(copy_decoded(&train->inputs_columns, &model->inputs_decoded));
    FCNN_TRY(copy_decoded(&train->targets_columns, &model->targets_decoded));
    if (train->targets_columns.is_text || train->targets_columns.has_classes) {
        return fcnn_classes_copy(&train->classes, &model->classes);
    }
    const int64_t classes = fcnn_model_is_classifier(model) ? classes_of(&model->shape) : 0;
    for (int64_t i = 0; i < train->classes.count && i < classes; i++) {
        FCNN_TRY(fcnn_classes_append(&model->classes, train->classes.names[i]));
    }
    return FCNN_OK;
}

static fcnn_status make(const fcnn_config *config, fcnn_comm *comm, const fcnn_training_data *data,
                        const fcnn_architecture *shape, const fcnn_model *init, fcnn_model **out)
{
    fcnn_model *model = NULL;
    fcnn_dataset *train = data->train.dataset;
    fcnn_status status = fcnn_comm_agree(comm, fcnn_model_create(shape, &model));
    if (status == FCNN_OK) {
        fcnn_extent *targets = shape->output == FCNN_OUTPUT_SOFTMAX ? NULL : &model->targets_extent;
        status = fcnn_extent_find(train, comm, &model->extent, targets);
    }
    if (status == FCNN_OK) {
        status = fcnn_normalizer_fit(&model->inputs, config->data_normalize, config->data_scale, train,
                                     FCNN_SIDE_INPUTS, &model->extent, comm);
    }
    if (status == FCNN_OK) {
        status = fcnn_normalizer_fit(&model->targets, config->data_normalize_targets, 1, train, FCNN_SIDE_TARGETS,
                                     &model->targets_extent, comm);
    }
    if (status == FCNN_OK) {
        fcnn_extent_warn_of_constants(&model->extent, train);
    }
    if (status == FCNN_OK && train->missing.means != NULL) {
        /* those of all rows, completed ones among them, differ in the last bits */
        memcpy(model->extent.mean, train->missing.means, (size_t)model->extent.count * sizeof(double));
    }
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, copy_names(train, model));
    }
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, fill_weights(config, init, model));
    }
    if (status != FCNN_OK) {
        fcnn_model_destroy(model);
        return status;
    }
    *out = model;
    return FCNN_OK;
}

fcnn_status fcnn_start_model_prepare(const fcnn_config *config, fcnn_comm *comm, fcnn_training_data *data,
                                     const fcnn_model *init, fcnn_model **model)
{
    fcnn_target_summary summary;
    fcnn_architecture shape = {0};
    FCNN_TRY(fcnn_targets_summarize(data->train.dataset, comm, &summary));
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_task_resolve(config, fcnn_dataset_features(data->train.dataset),
                                                     fcnn_dataset_outputs(data->train.dataset), &summary, &shape)));
    fcnn_status status = fcnn_training_data_check(data, comm, &shape);
    if (status == FCNN_OK && *model == NULL) {
        status = make(config, comm, data, &shape, init, model);
    } else if (status == FCNN_OK && !same_widths(&(*model)->shape, &shape)) {
        status = shapes_differ("the checkpoint", &(*model)->shape, &shape);
    }
    if (status == FCNN_OK) {
        status = fcnn_training_data_prepare(config, data, comm, &shape);
    }
    fcnn_architecture_clear(&shape);
    return status;
}
