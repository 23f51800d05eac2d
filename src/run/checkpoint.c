/* src/run/checkpoint.c — checkpoints: a model together with the state that training needs to continue exactly.
 *
 * In addition to the contents of a model file, a checkpoint has the group /state with the attributes step, epoch,
 * batch, rows, skipped, rollbacks, returns (not in older checkpoints) and exponents_ready, the texts train_data,
 * validation_data and build, and the arrays input_exponents, delta_exponents and loss.  Older versions of fcnn stored
 * the texts as attributes, which can still be read.  If the optimizer has state arrays, /state/optimizer contains them
 * (run/checkpoint_arrays.h).  If there is an average of the parameters (train.ema), it is the model of the file, and
 * the array "trained", the last one, contains the parameters that train.  If schedule.kind
 * is plateau, /state/plateau contains its counters and the best loss, from the first epoch on.  If epochs are compared
 * (train.keep_best, train.stop_patience), /state/best contains the best epoch, its value and the reference of
 * train.stop_min_delta, and, if the best model is kept, its parameters. */
#include "run/checkpoint.h"

#include "core/memory.h"
#include "model/model_file.h"
#include "files/framed_file.h"
#include "run/checkpoint_arrays.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_TEXT 65536

#define OPTIMIZER "/state/optimizer"
#define TRAINED "trained" /* array of parameters, if the model of the file is their average */
#define PLATEAU "/state/plateau"
#define BEST "/state/best"
#define BEST_PARAMETERS "/state/best/parameters"

#ifdef __VERSION__
#define BUILD "compiler " __VERSION__
#else
#define BUILD "unknown compiler"
#endif

/* The integer attributes of /state. */
#define STATE_INTEGERS(X) X(step) X(epoch) X(batch) X(rows) X(skipped) X(rollbacks)

/* The attributes of /state/plateau. */
#define PLATEAU_INTEGERS(X) X(begun) X(bad_epochs) X(cooldown) X(lowered)

/* The attributes of /state/best. */
#define BEST_INTEGERS(X) X(begun) X(epoch) X(step) X(bad_epochs)

void fcnn_training_state_clear(fcnn_training_state *state)
{
    fcnn_exponents_clear(&state->exponents);
    fcnn_optimizer_state_clear(&state->optimizer);
    fcnn_optimizer_state_clear(&state->best.parameters);
    free(state->train_data);
    free(state->validation_data);
    *state = (fcnn_training_state){0};
}

/* ---- writing ---- */

/* Only the limbs of the sum over ranks are stored: its carries have been propagated, and all its terms are finite. */
#define LOSS_WORDS FCNN_EXACT_LIMBS

static fcnn_status put_state(const fcnn_training_state *state, fcnn_hdf5_image *image)
{
    FCNN_TRY(fcnn_hdf5_image_group(image, "/state"));
#define PUT_INTEGER(name) FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, "/state", #name, state->name));
    STATE_INTEGERS(PUT_INTEGER)
#undef PUT_INTEGER
    FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, "/state", "returns", state->returns));
    FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, "/state", "exponents_ready", state->exponents.ready));
    FCNN_TRY(fcnn_hdf5_image_text(image, "/state/train_data", state->train_data));
    FCNN_TRY(fcnn_hdf5_image_text(image, "/state/validation_data", state->validation_data));
    FCNN_TRY(fcnn_hdf5_image_text(image, "/state/build", BUILD));
    FCNN_TRY(
        fcnn_hdf5_image_dataset(image, "/state/loss", FCNN_TYPE_INT64, 1, (int64_t[]){LOSS_WORDS}, state->loss.limbs));
    FCNN_TRY(fcnn_hdf5_image_dataset(image, "/state/input_exponents", FCNN_TYPE_INT64, 1, &state->exponents.count,
                                     state->exponents.inputs));
    return fcnn_hdf5_image_dataset(image, "/state/delta_exponents", FCNN_TYPE_INT64, 1, &state->exponents.count,
                                   state->exponents.deltas);
}

static fcnn_status put_plateau(const fcnn_plateau *plateau, fcnn_hdf5_image *image)
{
    if (plateau->begun == 0 && plateau->bad_epochs == 0 && plateau->cooldown == 0 && plateau->lowered == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_image_group(image, PLATEAU));
#define PUT_INTEGER(name) FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, PLATEAU, #name, plateau->name));
    PLATEAU_INTEGERS(PUT_INTEGER)
#undef PUT_INTEGER
    return fcnn_hdf5_image_dataset(image, PLATEAU "/best", FCNN_TYPE_FLOAT64, 1, (int64_t[]){1}, &plateau->best);
}

static fcnn_status put_best(const fcnn_architecture *shape, const fcnn_best *best, fcnn_hdf5_image *image)
{
    if (best->begun == 0 && best->bad_epochs == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_image_group(image, BEST));
#define PUT_INTEGER(name) FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, BEST, #name, best->name));
    BEST_INTEGERS(PUT_INTEGER)
#undef PUT_INTEGER
    FCNN_TRY(fcnn_hdf5_image_dataset(image, BEST "/values", FCNN_TYPE_FLOAT64, 1, (int64_t[]){2},
                                     (double[]){best->value, best->reference}));
    return fcnn_checkpoint_put_arrays(BEST_PARAMETERS, shape, &best->parameters, image);
}

/* What a checkpoint contains in addition to the model. */
typedef struct rest {
    const fcnn_architecture *shape;
    const fcnn_training_state *state;
} rest;

static fcnn_status put_rest(const void *data, fcnn_hdf5_image *image)
{
    const rest *given = data;
    FCNN_TRY(put_state(given->state, image));
    FCNN_TRY(put_plateau(&given->state->plateau, image));
    FCNN_TRY(put_best(given->shape, &given->state->best, image));
    return fcnn_checkpoint_put_arrays(OPTIMIZER, given->shape, &given->state->optimizer, image);
}

/* The place of the average among the arrays of an optimizer, or, in a file, of the parameters that train; −1: none. */
static int find_array(const fcnn_optimizer_state *state, const char *name)
{
    const int last = state->count - 1;
    return last >= 0 && strcmp(state->arrays[last].name, name) == 0 ? last : -1;
}

/* Exchanges the parameters of a model with those of an array. */
static void exchange(fcnn_model *model, fcnn_state_array *array)
{
    void **weights = model->weights, **biases = model->biases;
    model->weights = array->weights;
    model->biases = array->biases;
    array->weights = weights;
    array->biases = biases;
}

fcnn_status fcnn_checkpoint_pack(const fcnn_model *model, const fcnn_training_state *state, void **bytes,
                                 int64_t *count)
{
    fcnn_model shown = *model;
    fcnn_training_state stored = *state;
    fcnn_state_array arrays[FCNN_OPTIMIZER_ARRAYS];
    const int average = find_array(&state->optimizer, FCNN_OPTIMIZER_AVERAGE);
    if (average >= 0) {
        memcpy(arrays, state->optimizer.arrays, (size_t)state->optimizer.count * sizeof *arrays);
        exchange(&shown, &arrays[average]);
        arrays[average].name = (char *)TRAINED;
        stored.optimizer.arrays = arrays;
    }
    return fcnn_model_pack(&shown, put_rest, &(rest){&model->shape, &stored}, bytes, count);
}

/* ---- reading ---- */

static fcnn_status read_framed(const char *path, void **bytes, int64_t *count)
{
    bool is_framed;
    FCNN_TRY(fcnn_framed_file_read(path, &is_framed, bytes, count));
    if (!is_framed) {
        return fcnn_fail(FCNN_EDATA, "%s is not a checkpoint of fcnn", path);
    }
    return FCNN_OK;
}

fcnn_status fcnn_checkpoint_share(fcnn_comm *comm, const char *path, void **bytes, int64_t *count)
{
    *bytes = NULL;
    *count = 0;
    const fcnn_status read = comm->rank == 0 ? read_framed(path, bytes, count) : FCNN_OK;
    FCNN_TRY(fcnn_comm_agree(comm, read));
    fcnn_comm_broadcast(comm, count, sizeof *count);
    fcnn_status status = FCNN_OK;
    if (comm->rank != 0) {
        *bytes = malloc((size_t)*count);
        status = *bytes != NULL ? FCNN_OK : fcnn_fail(FCNN_ENOMEM, "out of memory: %s", path);
    }
    status = fcnn_comm_agree(comm, status);
    if (status != FCNN_OK) {
        free(*bytes);
        return status;
    }
    fcnn_comm_broadcast(comm, *bytes, *count);
    return FCNN_OK;
}

/* An attribute that is a whole number of at least 0. */
static fcnn_status get_count(fcnn_hdf5_file *file, const char *path, const char *group, const char *name, int64_t *out)
{
    FCNN_TRY(fcnn_hdf5_read_integer_attribute(file, group, name, out));
    if (*out < 0) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: attribute %s of %s is %" PRId64 ", but must not be negative: the checkpoint is damaged",
                         path, name, group, *out);
    }
    return FCNN_OK;
}

static fcnn_status check_integers(fcnn_hdf5_file *file, const char *path, const char *name, int64_t count)
{
    fcnn_hdf5_info info;
    FCNN_TRY(fcnn_hdf5_describe(file, name, &info));
    if (info.rank != 1 || info.dims[0] != count || info.type != FCNN_TYPE_INT64) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %s does not have %" PRId64 " elements of type int64: the checkpoint is damaged",
                         path, name, count);
    }
    return FCNN_OK;
}

static fcnn_status get_exponents(fcnn_hdf5_file *file, const char *path, int64_t tensors, fcnn_exponents *out)
{
    int64_t ready;
    FCNN_TRY(fcnn_exponents_create(tensors, out));
    FCNN_TRY(fcnn_hdf5_read_integer_attribute(file, "/state", "exponents_ready", &ready));
    out->ready = ready != 0;
    FCNN_TRY(check_integers(file, path, "/state/input_exponents", tensors));
    FCNN_TRY(fcnn_hdf5_read_rows(file, "/state/input_exponents", 0, tensors, out->inputs));
    FCNN_TRY(check_integers(file, path, "/state/delta_exponents", tensors));
    return fcnn_hdf5_read_rows(file, "/state/delta_exponents", 0, tensors, out->deltas);
}

static fcnn_status get_loss(fcnn_hdf5_file *file, const char *path, fcnn_exact_sum *loss)
{
    FCNN_TRY(check_integers(file, path, "/state/loss", LOSS_WORDS));
    return fcnn_hdf5_read_rows(file, "/state/loss", 0, LOSS_WORDS, loss->limbs);
}

/* Reads a text of /state, which is a dataset or, in older checkpoints, an attribute. */
static fcnn_status get_text(fcnn_hdf5_file *file, const char *name, char **out)
{
    char path[32];
    snprintf(path, sizeof path, "/state/%s", name);
    return fcnn_hdf5_has_attribute(file, "/state", name)
               ? fcnn_hdf5_read_text_attribute(file, "/state", name, LONGEST_TEXT, out)
               : fcnn_hdf5_read_text(file, path, LONGEST_TEXT, out);
}

/* Reads numbers [count], which must be finite. */
static fcnn_status get_numbers(fcnn_hdf5_file *file, const char *path, const char *name, int64_t count, double *out)
{
    fcnn_hdf5_info info;
    FCNN_TRY(fcnn_hdf5_describe(file, name, &info));
    if (info.rank != 1 || info.dims[0] != count || info.type != FCNN_TYPE_FLOAT64) {
        return fcnn_fail(FCNN_EDATA, "%s: %s does not have %" PRId64 " elements of type float64: it is damaged", path,
                         name, count);
    }
    FCNN_TRY(fcnn_hdf5_read_rows(file, name, 0, count, out));
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(out[i])) {
            return fcnn_fail(FCNN_EDATA, "%s: %s is not finite: it is damaged", path, name);
        }
    }
    return FCNN_OK;
}

static fcnn_status get_plateau(fcnn_hdf5_file *file, const char *path, fcnn_plateau *out)
{
    if (!fcnn_hdf5_has(file, PLATEAU)) {
        return FCNN_OK;
    }
#define GET_INTEGER(name) FCNN_TRY(get_count(file, path, PLATEAU, #name, &out->name));
    PLATEAU_INTEGERS(GET_INTEGER)
#undef GET_INTEGER
    return get_numbers(file, path, PLATEAU "/best", 1, &out->best);
}

static fcnn_status get_best(fcnn_hdf5_file *file, const char *path, const fcnn_architecture *shape, fcnn_best *out)
{
    double values[2];
    if (!fcnn_hdf5_has(file, BEST)) {
        return FCNN_OK;
    }
#define GET_INTEGER(name) FCNN_TRY(get_count(file, path, BEST, #name, &out->name));
    BEST_INTEGERS(GET_INTEGER)
#undef GET_INTEGER
    FCNN_TRY(get_numbers(file, path, BEST "/values", 2, values));
    out->value = values[0];
    out->reference = values[1];
    FCNN_TRY(fcnn_checkpoint_get_arrays(file, path, BEST_PARAMETERS, shape, &out->parameters));
    return out->parameters.count <= 1
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA, "%s: " BEST_PARAMETERS " has %d arrays, not one: the checkpoint is damaged",
                           path, out->parameters.count);
}

static fcnn_status get_state(fcnn_hdf5_file *file, const char *path, const fcnn_architecture *shape,
                             fcnn_training_state *state)
{
    if (!fcnn_hdf5_has(file, "/state")) {
        return fcnn_fail(FCNN_EDATA, "%s is a model, not a checkpoint: to start from its weights, set model.init = %s",
                         path, path);
    }
#define GET_INTEGER(name) FCNN_TRY(get_count(file, path, "/state", #name, &state->name));
    STATE_INTEGERS(GET_INTEGER)
#undef GET_INTEGER
    if (fcnn_hdf5_has_attribute(file, "/state", "returns")) {
        FCNN_TRY(get_count(file, path, "/state", "returns", &state->returns));
    }
    FCNN_TRY(get_loss(file, path, &state->loss));
    FCNN_TRY(get_text(file, "train_data", &state->train_data));
    FCNN_TRY(get_text(file, "validation_data", &state->validation_data));
    FCNN_TRY(get_exponents(file, path, fcnn_architecture_tensors(shape), &state->exponents));
    FCNN_TRY(get_plateau(file, path, &state->plateau));
    FCNN_TRY(get_best(file, path, shape, &state->best));
    return fcnn_checkpoint_get_arrays(file, path, OPTIMIZER, shape, &state->optimizer);
}

/* Gives the model the parameters that train, and the state their average, if the file has the average as its model. */
static fcnn_status take_average(fcnn_model *model, fcnn_optimizer_state *state)
{
    const int trained = find_array(state, TRAINED);
    if (trained < 0) {
        return FCNN_OK;
    }
    exchange(model, &state->arrays[trained]);
    free(state->arrays[trained].name);
    state->arrays[trained].name = NULL;
    return fcnn_memory_copy_text(FCNN_OPTIMIZER_AVERAGE, &state->arrays[trained].name);
}

fcnn_status fcnn_checkpoint_unpack(const char *path, void *bytes, int64_t count, fcnn_model **model,
                                   fcnn_training_state *state)
{
    fcnn_hdf5_file *file;
    *state = (fcnn_training_state){0};
    FCNN_TRY(fcnn_hdf5_image_open(path, bytes, count, &file));
    fcnn_model *unpacked = NULL;
    fcnn_status status = fcnn_model_get(file, path, &unpacked);
    if (status == FCNN_OK) {
        status = get_state(file, path, &unpacked->shape, state);
    }
    if (status == FCNN_OK) {
        status = take_average(unpacked, &state->optimizer);
    }
    fcnn_hdf5_close(file);
    if (status != FCNN_OK) {
        fcnn_model_destroy(unpacked);
        fcnn_training_state_clear(state);
        return status;
    }
    *model = unpacked;
    return FCNN_OK;
}
