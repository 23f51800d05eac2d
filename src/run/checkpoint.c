/* src/run/checkpoint.c — a model with all that decides how its training goes on.
 *
 * Beside what every model file has: /state with the attributes step, epoch, batch, rows, skipped, rollbacks and
 * exponents_ready, the texts train_data, validation_data and build, and the arrays input_exponents, delta_exponents and
 * loss.  Older programs wrote the texts as attributes, too. */
#include "run/checkpoint.h"

#include "core/memory.h"
#include "model/model_file.h"
#include "files/framed_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_TEXT 65536

#ifdef __VERSION__
#define BUILD "compiler " __VERSION__
#else
#define BUILD "unknown compiler"
#endif

/* The attributes of /state that are whole numbers. */
#define STATE_INTEGERS(X) X(step) X(epoch) X(batch) X(rows) X(skipped) X(rollbacks)

void fcnn_training_state_clear(fcnn_training_state *state)
{
    fcnn_exponents_clear(&state->exponents);
    free(state->train_data);
    free(state->validation_data);
    *state = (fcnn_training_state){0};
}

/* ---- writing ---- */

/* A sum over ranks is in its limbs alone: it has been carried, and is not stored unless all its values are finite. */
#define LOSS_WORDS FCNN_EXACT_LIMBS

static fcnn_status put_state(const void *data, fcnn_hdf5_image *image)
{
    const fcnn_training_state *state = data;
    FCNN_TRY(fcnn_hdf5_image_group(image, "/state"));
#define PUT_INTEGER(name) FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, "/state", #name, state->name));
    STATE_INTEGERS(PUT_INTEGER)
#undef PUT_INTEGER
    FCNN_TRY(fcnn_hdf5_image_integer_attribute(image, "/state", "exponents_ready", state->exponents.ready));
    FCNN_TRY(fcnn_hdf5_image_text(image, "/state/train_data", state->train_data));
    FCNN_TRY(fcnn_hdf5_image_text(image, "/state/validation_data", state->validation_data));
    FCNN_TRY(fcnn_hdf5_image_text(image, "/state/build", BUILD));
    FCNN_TRY(
        fcnn_hdf5_image_dataset(image, "/state/loss", FCNN_TYPE_INT64, 1, (int64_t[]){LOSS_WORDS}, state->loss.limbs));
    FCNN_TRY(fcnn_hdf5_image_dataset(image, "/state/input_exponents", FCNN_TYPE_INT64, 1, &state->exponents.layers,
                                     state->exponents.inputs));
    return fcnn_hdf5_image_dataset(image, "/state/delta_exponents", FCNN_TYPE_INT64, 1, &state->exponents.layers,
                                   state->exponents.deltas);
}

fcnn_status fcnn_checkpoint_pack(const fcnn_model *model, const fcnn_training_state *state, void **bytes,
                                 int64_t *count)
{
    return fcnn_model_pack(model, put_state, state, bytes, count);
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

static fcnn_status check_integers(fcnn_hdf5_file *file, const char *path, const char *name, int64_t count)
{
    fcnn_hdf5_info info;
    FCNN_TRY(fcnn_hdf5_describe(file, name, &info));
    if (info.rank != 1 || info.dims[0] != count || info.type != FCNN_TYPE_INT64) {
        return fcnn_fail(FCNN_EDATA, "%s: %s is not %" PRId64 " numbers of int64", path, name, count);
    }
    return FCNN_OK;
}

static fcnn_status get_exponents(fcnn_hdf5_file *file, const char *path, int64_t layers, fcnn_exponents *out)
{
    int64_t ready;
    FCNN_TRY(fcnn_exponents_create(layers, out));
    FCNN_TRY(fcnn_hdf5_read_integer_attribute(file, "/state", "exponents_ready", &ready));
    out->ready = ready != 0;
    FCNN_TRY(check_integers(file, path, "/state/input_exponents", layers));
    FCNN_TRY(fcnn_hdf5_read_rows(file, "/state/input_exponents", 0, layers, out->inputs));
    FCNN_TRY(check_integers(file, path, "/state/delta_exponents", layers));
    return fcnn_hdf5_read_rows(file, "/state/delta_exponents", 0, layers, out->deltas);
}

static fcnn_status get_loss(fcnn_hdf5_file *file, const char *path, fcnn_exact_sum *loss)
{
    FCNN_TRY(check_integers(file, path, "/state/loss", LOSS_WORDS));
    return fcnn_hdf5_read_rows(file, "/state/loss", 0, LOSS_WORDS, loss->limbs);
}

/* A text of /state. */
static fcnn_status get_text(fcnn_hdf5_file *file, const char *name, char **out)
{
    char path[32];
    snprintf(path, sizeof path, "/state/%s", name);
    return fcnn_hdf5_has_attribute(file, "/state", name)
               ? fcnn_hdf5_read_text_attribute(file, "/state", name, LONGEST_TEXT, out)
               : fcnn_hdf5_read_text(file, path, LONGEST_TEXT, out);
}

static fcnn_status get_state(fcnn_hdf5_file *file, const char *path, int64_t layers, fcnn_training_state *state)
{
    if (!fcnn_hdf5_has(file, "/state")) {
        return fcnn_fail(FCNN_EDATA, "%s is a model, not a checkpoint: start from its weights by model.init = %s", path,
                         path);
    }
#define GET_INTEGER(name)                                                                                  \
    FCNN_TRY(fcnn_hdf5_read_integer_attribute(file, "/state", #name, &state->name));                       \
    if (state->name < 0) {                                                                                 \
        return fcnn_fail(FCNN_EDATA, "%s: /state: " #name " is %" PRId64 ", below 0: it is damaged", path, \
                         state->name);                                                                     \
    }
    STATE_INTEGERS(GET_INTEGER)
#undef GET_INTEGER
    FCNN_TRY(get_loss(file, path, &state->loss));
    FCNN_TRY(get_text(file, "train_data", &state->train_data));
    FCNN_TRY(get_text(file, "validation_data", &state->validation_data));
    return get_exponents(file, path, layers, &state->exponents);
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
        status = get_state(file, path, unpacked->shape.layers, state);
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
