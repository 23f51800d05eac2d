/* src/model/model_access.c — public functions that return the columns and classes of a model. */
#include "model/model.h"

int64_t fcnn_model_features(const fcnn_model *model)
{
    return fcnn_architecture_inputs(&model->shape);
}

int64_t fcnn_model_outputs(const fcnn_model *model)
{
    return fcnn_architecture_outputs(&model->shape);
}

int fcnn_model_is_classifier(const fcnn_model *model)
{
    return fcnn_architecture_classes(&model->shape) > 0;
}

int fcnn_model_fills_missing(const fcnn_model *model)
{
    return model->fills_missing && model->inputs_statistics.count > 0;
}

/* ---- columns ---- */

static const char *text_of(char *const *texts, const fcnn_column_names *names, int64_t column)
{
    return column >= 0 && column < names->count ? texts[column] : "";
}

static int range_of(const fcnn_column_statistics *statistics, int64_t column, double *smallest, double *largest,
                    double *mean)
{
    if (column < 0 || column >= statistics->count) {
        return 0;
    }
    *smallest = statistics->smallest[column];
    *largest = statistics->largest[column];
    *mean = statistics->mean[column];
    return 1;
}

const char *fcnn_model_input_name(const fcnn_model *model, int64_t column)
{
    return text_of(model->inputs_names.names, &model->inputs_names, column);
}

const char *fcnn_model_input_unit(const fcnn_model *model, int64_t column)
{
    return text_of(model->inputs_names.units, &model->inputs_names, column);
}

int fcnn_model_input_range(const fcnn_model *model, int64_t column, double *smallest, double *largest, double *mean)
{
    return range_of(&model->inputs_statistics, column, smallest, largest, mean);
}

int64_t fcnn_model_targets(const fcnn_model *model)
{
    if (model->shape.output == FCNN_OUTPUT_SOFTMAX) {
        return model->targets_names.count > 0 ? model->targets_names.count : 1;
    }
    return fcnn_architecture_targets(&model->shape);
}

const char *fcnn_model_target_name(const fcnn_model *model, int64_t column)
{
    return text_of(model->targets_names.names, &model->targets_names, column);
}

const char *fcnn_model_target_unit(const fcnn_model *model, int64_t column)
{
    return text_of(model->targets_names.units, &model->targets_names, column);
}

int fcnn_model_target_range(const fcnn_model *model, int64_t column, double *smallest, double *largest, double *mean)
{
    return range_of(&model->targets_statistics, column, smallest, largest, mean);
}

/* ---- classes ---- */

int64_t fcnn_model_classes(const fcnn_model *model)
{
    return fcnn_architecture_classes(&model->shape);
}

const char *fcnn_model_class_name(const fcnn_model *model, int64_t number)
{
    const fcnn_column_names *columns = &model->targets_names;
    if (number < 0) {
        return NULL;
    }
    if (number < model->classes.count) {
        return model->classes.names[number];
    }
    const bool has_columns = model->shape.output == FCNN_OUTPUT_SOFTMAX && columns->count == fcnn_model_outputs(model);
    const bool has_name = has_columns && number < columns->count && columns->names[number][0] != '\0';
    return has_name ? columns->names[number] : NULL;
}
