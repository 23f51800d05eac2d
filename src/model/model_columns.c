/* src/model/model_columns.c — what a model's file tells of the columns that it was trained on, and of its classes. */
#include "model/model_get.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLASSES_BYTES = 16 << 20, /* far more than all names of classes have */
    NAME_BYTES = 64
};

/* ---- columns ---- */

static fcnn_status read_extent(fcnn_model_reader *from, const char *group, int64_t count, fcnn_extent *extent)
{
    static const char *const what[] = {"smallest", "largest", "mean"};
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%s/%s", group, what[0]);
    if (!fcnn_hdf5_has(from->file, name)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_extent_create(count, extent));
    double *const values[] = {extent->smallest, extent->largest, extent->mean};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s/%s", group, what[i]);
        FCNN_TRY(fcnn_model_get_array(from, name, FCNN_TYPE_FLOAT64, count, values[i]));
    }
    return FCNN_OK;
}

/* Takes the lines of a text as names, or units, of columns. */
static fcnn_status read_texts(fcnn_model_reader *from, const char *name, int64_t count, char **texts)
{
    char *lines;
    bool fits;
    FCNN_TRY(fcnn_hdf5_read_text(from->file, name, FCNN_COLUMN_NAMES_BYTES, &lines));
    const fcnn_status status = fcnn_column_names_take_lines(lines, count, texts, &fits);
    free(lines);
    FCNN_TRY(status);
    return fits ? FCNN_OK
                : fcnn_fail(FCNN_EDATA, "%s: %s must be %" PRId64 " lines, one for each column", from->path, name,
                            count);
}

static fcnn_status read_names(fcnn_model_reader *from, const char *group, int64_t count, fcnn_column_names *names)
{
    char of_names[NAME_BYTES], of_units[NAME_BYTES];
    snprintf(of_names, sizeof of_names, "%s/names", group);
    snprintf(of_units, sizeof of_units, "%s/units", group);
    const bool has_names = fcnn_hdf5_has(from->file, of_names), has_units = fcnn_hdf5_has(from->file, of_units);
    if (!has_names && !has_units) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_column_names_create(count, names));
    if (has_names) {
        FCNN_TRY(read_texts(from, of_names, count, names->names));
    }
    return has_units ? read_texts(from, of_units, count, names->units) : FCNN_OK;
}

static fcnn_status read_side(fcnn_model_reader *from, const char *group, int64_t count, fcnn_extent *extent,
                             fcnn_column_names *names)
{
    if (!fcnn_hdf5_has(from->file, group)) {
        return FCNN_OK;
    }
    FCNN_TRY(read_extent(from, group, count, extent));
    return read_names(from, group, count, names);
}

/* ---- classes ---- */

/* Takes the lines of a text as names. */
static fcnn_status read_classes(fcnn_model_reader *from, fcnn_classes *classes)
{
    char *text = NULL;
    if (!fcnn_hdf5_has(from->file, "/classes")) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_read_text(from->file, "/classes", CLASSES_BYTES, &text));
    fcnn_status status = FCNN_OK;
    for (char *name = text, *end; status == FCNN_OK && (end = strchr(name, '\n')) != NULL; name = end + 1) {
        *end = '\0';
        status = fcnn_classes_add(classes, name);
    }
    free(text);
    const fcnn_architecture *shape = &from->model->shape;
    if (status == FCNN_OK && shape->output == FCNN_OUTPUT_SOFTMAX && classes->count > shape->widths[shape->layers]) {
        status = fcnn_fail(FCNN_EDATA, "%s: /classes names more classes than the network has", from->path);
    }
    return status;
}

fcnn_status fcnn_model_get_columns(fcnn_model_reader *from)
{
    fcnn_model *model = from->model;
    FCNN_TRY(read_side(from, "/inputs", model->shape.widths[0], &model->extent, &model->inputs_names));
    FCNN_TRY(read_side(from, "/targets", fcnn_architecture_target_columns(&model->shape), &model->targets_extent,
                       &model->targets_names));
    return read_classes(from, &model->classes);
}
