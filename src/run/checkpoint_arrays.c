/* src/run/checkpoint_arrays.c — groups of arrays with an element for each parameter, in checkpoints. */
#include "run/checkpoint_arrays.h"

#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_TEXT 65536
#define NAME_SIZE 128

/* ---- writing ---- */

/* Sets out to the name in the file of the weights or the biases of a tensor in an array of a group. */
static void name_part(const char *group, const char *array, const fcnn_tensor *tensor, bool is_weights,
                      char out[NAME_SIZE])
{
    char own[FCNN_TENSOR_NAME];
    if (is_weights) {
        fcnn_tensor_name_weights(tensor, own);
    } else {
        fcnn_tensor_name_biases(tensor, own);
    }
    snprintf(out, NAME_SIZE, "%s/%s/%s", group, array, own);
}

static fcnn_type type_of(const fcnn_architecture *shape)
{
    return shape->precision != FCNN_PRECISION_DOUBLE ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64;
}

static fcnn_status put_array(const char *group, const fcnn_architecture *shape, const fcnn_state_array *array,
                             fcnn_hdf5_image *image)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%s/%s", group, array->name);
    FCNN_TRY(fcnn_hdf5_image_group(image, name));
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        const int64_t dims[] = {tensor.outputs, tensor.inputs};
        if (tensor.inputs > 0) {
            name_part(group, array->name, &tensor, true, name);
            FCNN_TRY(fcnn_hdf5_image_dataset(image, name, type_of(shape), 2, dims, array->weights[i]));
        }
        name_part(group, array->name, &tensor, false, name);
        FCNN_TRY(fcnn_hdf5_image_dataset(image, name, type_of(shape), 1, dims, array->biases[i]));
    }
    return FCNN_OK;
}

static fcnn_status put_names(const char *group, const fcnn_optimizer_state *state, fcnn_hdf5_image *image)
{
    char name[NAME_SIZE];
    fcnn_text names = {0};
    fcnn_status status = FCNN_OK;
    snprintf(name, sizeof name, "%s/arrays", group);
    for (int i = 0; i < state->count && status == FCNN_OK; i++) {
        status = fcnn_text_append(&names, "%s\n", state->arrays[i].name);
    }
    if (status == FCNN_OK) {
        status = fcnn_hdf5_image_text(image, name, names.data);
    }
    fcnn_text_clear(&names);
    return status;
}

fcnn_status fcnn_checkpoint_put_arrays(const char *group, const fcnn_architecture *shape,
                                       const fcnn_optimizer_state *state, fcnn_hdf5_image *image)
{
    if (state->count == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_image_group(image, group));
    FCNN_TRY(put_names(group, state, image));
    for (int i = 0; i < state->count; i++) {
        FCNN_TRY(put_array(group, shape, &state->arrays[i], image));
    }
    return FCNN_OK;
}

/* ---- reading ---- */

/* Reads W [out][in] or b [out] of a layer; in is 0 for b. */
static fcnn_status get_part(fcnn_hdf5_file *file, const char *path, const char *name, fcnn_type type, int64_t out,
                            int64_t in, void *values)
{
    fcnn_hdf5_info info;
    FCNN_TRY(fcnn_hdf5_describe(file, name, &info));
    if (info.type != type || info.rank != (in > 0 ? 2 : 1) || info.dims[0] != out || (in > 0 && info.dims[1] != in)) {
        return fcnn_fail(
            FCNN_EDATA,
            "%s: dataset %s does not have the shape and type of the model's parameters: the checkpoint is damaged",
            path, name);
    }
    return fcnn_hdf5_read_rows(file, name, 0, out, values);
}

static fcnn_status get_array(fcnn_hdf5_file *file, const char *path, const char *group, const fcnn_architecture *shape,
                             fcnn_state_array *array)
{
    char name[NAME_SIZE];
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        if (tensor.inputs > 0) {
            name_part(group, array->name, &tensor, true, name);
            FCNN_TRY(get_part(file, path, name, type_of(shape), tensor.outputs, tensor.inputs, array->weights[i]));
        }
        name_part(group, array->name, &tensor, false, name);
        FCNN_TRY(get_part(file, path, name, type_of(shape), tensor.outputs, 0, array->biases[i]));
    }
    return FCNN_OK;
}

/* Splits a text into its lines, which must be names of lower-case letters and '_'; returns false if they are not. */
static bool cut_names(char *text, const char *names[FCNN_OPTIMIZER_ARRAYS], int *count)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    const size_t longest = 32;
    *count = 0;
    while (*text != '\0') {
        const size_t length = strspn(text, letters);
        if (length == 0 || length > longest || text[length] != '\n' || *count == FCNN_OPTIMIZER_ARRAYS) {
            return false;
        }
        text[length] = '\0';
        names[(*count)++] = text;
        text += length + 1;
    }
    return true;
}

static fcnn_status get_arrays(fcnn_hdf5_file *file, const char *path, const char *group, const fcnn_architecture *shape,
                              char *names, fcnn_optimizer_state *out)
{
    const char *each[FCNN_OPTIMIZER_ARRAYS];
    int count;
    if (!cut_names(names, each, &count)) {
        return fcnn_fail(FCNN_EDATA, "%s: %s/arrays is not a list of names: the checkpoint is damaged", path, group);
    }
    FCNN_TRY(fcnn_optimizer_state_create(shape, count, each, out));
    for (int i = 0; i < count; i++) {
        FCNN_TRY(get_array(file, path, group, shape, &out->arrays[i]));
    }
    return FCNN_OK;
}

fcnn_status fcnn_checkpoint_get_arrays(fcnn_hdf5_file *file, const char *path, const char *group,
                                       const fcnn_architecture *shape, fcnn_optimizer_state *out)
{
    char *names, name[NAME_SIZE];
    if (!fcnn_hdf5_has(file, group)) {
        return FCNN_OK;
    }
    snprintf(name, sizeof name, "%s/arrays", group);
    FCNN_TRY(fcnn_hdf5_read_text(file, name, LONGEST_TEXT, &names));
    const fcnn_status status = get_arrays(file, path, group, shape, names, out);
    free(names);
    return status;
}
