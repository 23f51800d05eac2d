/* src/model/model_columns.c — reads statistics, names and units of columns, and class names, from a model file. */
#include "model/model_get.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLASSES_BYTES = 16 << 20, /* much more than the names of all classes need */
    NAME_BYTES = 64
};

/* ---- columns ---- */

static fcnn_status read_statistics(fcnn_model_reader *from, const char *group, int64_t count,
                                   fcnn_column_statistics *statistics)
{
    static const char *const what[] = {"smallest", "largest", "mean"};
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%s/%s", group, what[0]);
    if (!fcnn_hdf5_has(from->file, name)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_column_statistics_create(count, statistics));
    double *const values[] = {statistics->smallest, statistics->largest, statistics->mean};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s/%s", group, what[i]);
        FCNN_TRY(fcnn_model_get_array(from, name, FCNN_TYPE_FLOAT64, count, values[i]));
    }
    return FCNN_OK;
}

static int64_t count_lines(const char *text)
{
    int64_t lines = 0;
    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

/* Takes the lines of a text as names or units of columns; there must be `count` or `other` lines. */
static fcnn_status take_texts(const char *lines, int64_t count, int64_t other, bool are_units, fcnn_column_names *names,
                              bool *fits)
{
    const int64_t found = count_lines(lines) == other ? other : count;
    if (names->count == 0) {
        FCNN_TRY(fcnn_column_names_create(found, names));
    }
    if (names->count != found) {
        *fits = false;
        return FCNN_OK;
    }
    return fcnn_column_names_take_lines(lines, found, are_units ? names->units : names->names, fits);
}

static fcnn_status read_texts(fcnn_model_reader *from, const char *group, int64_t count, int64_t other, bool are_units,
                              fcnn_column_names *names)
{
    char name[NAME_BYTES], *lines;
    bool fits = false;
    snprintf(name, sizeof name, "%s/%s", group, are_units ? "units" : "names");
    if (!fcnn_hdf5_has(from->file, name)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_read_text(from->file, name, FCNN_COLUMN_NAMES_BYTES, &lines));
    const fcnn_status status = take_texts(lines, count, other, are_units, names, &fits);
    free(lines);
    FCNN_TRY(status);
    return fits ? FCNN_OK
                : fcnn_fail(FCNN_EDATA, "%s: %s must have %" PRId64 " lines, one for each column", from->path, name,
                            count);
}

static fcnn_status read_decoded(fcnn_model_reader *from, const char *group, char **out)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%s/decoded", group);
    return fcnn_hdf5_has(from->file, name) ? fcnn_hdf5_read_text(from->file, name, FCNN_COLUMN_NAMES_BYTES, out)
                                           : FCNN_OK;
}

/* Reads the origins of names, which files of older versions or other programs do not have. */
static fcnn_status read_origins(fcnn_model_reader *from, const char *group, fcnn_column_names *names)
{
    char name[NAME_BYTES], *lines;
    snprintf(name, sizeof name, "%s/origins", group);
    if (!fcnn_hdf5_has(from->file, name)) {
        fcnn_column_names_guess_origins(names);
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_read_text(from->file, name, FCNN_COLUMN_NAMES_BYTES, &lines));
    const bool fits = fcnn_column_names_take_origins(lines, names);
    free(lines);
    return fits
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA, "%s: %s must have %" PRId64 " lines, each of them 'place', 'dataset' or 'given'",
                           from->path, name, names->count);
}

/* Reads the statistics, names and units of the inputs or targets; there are `count` or `other` columns. */
static fcnn_status read_side(fcnn_model_reader *from, const char *group, int64_t count, int64_t other,
                             fcnn_column_statistics *statistics, fcnn_column_names *names, char **decoded)
{
    if (!fcnn_hdf5_has(from->file, group)) {
        return FCNN_OK;
    }
    FCNN_TRY(read_decoded(from, group, decoded));
    FCNN_TRY(read_statistics(from, group, count, statistics));
    FCNN_TRY(read_texts(from, group, count, other, false, names));
    FCNN_TRY(read_texts(from, group, count, other, true, names));
    return read_origins(from, group, names);
}

/* ---- classes ---- */

/* Reads the class names, one per line. */
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
        status = fcnn_classes_append(classes, name);
    }
    free(text);
    const fcnn_architecture *shape = &from->model->shape;
    if (status == FCNN_OK && shape->output == FCNN_OUTPUT_SOFTMAX &&
        classes->count > fcnn_architecture_outputs(shape)) {
        status = fcnn_fail(FCNN_EDATA, "%s: /classes has more names than the network has classes", from->path);
    }
    return status;
}

fcnn_status fcnn_model_get_columns(fcnn_model_reader *from)
{
    fcnn_model *model = from->model;
    const int64_t inputs = fcnn_architecture_inputs(&model->shape), targets = fcnn_architecture_targets(&model->shape);
    const int64_t least = model->shape.output == FCNN_OUTPUT_SOFTMAX ? 1 : targets; /* one column of class labels */
    FCNN_TRY(read_side(from, "/inputs", inputs, inputs, &model->inputs_statistics, &model->inputs_names,
                       &model->inputs_decoded));
    FCNN_TRY(read_side(from, "/targets", targets, least, &model->targets_statistics, &model->targets_names,
                       &model->targets_decoded));
    return read_classes(from, &model->classes);
}
