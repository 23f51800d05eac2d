/* tests/fuzz/make_checkpoint.c — small checkpoints, as the seeds of fuzzers.
 *   make_checkpoint KIND FRAMED.h5 IMAGE.h5   the file, and what is in its frame
 * KIND is classes, or values, which has what files have otherwise: outputs by ranges of columns, transforms, weights of
 * outputs, a best epoch, an average, a plateau. */
#include "core/memory.h"
#include "files/framed_file.h"
#include "run/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether a step failed; then it says why. */
static bool failed(fcnn_status status)
{
    if (status != FCNN_OK) {
        fprintf(stderr, "make_checkpoint: %s\n", fcnn_error_text());
    }
    return status != FCNN_OK;
}

/* The layers of both kinds: 4 inputs, 3 units, 2 outputs. */
static fcnn_layer layers[] = {
    {.inputs = 4,
     .outputs = 3,
     .activation = FCNN_ACTIVATION_PRELU,
     .leaky_slope = FCNN_LEAKY_SLOPE,
     .layer_norm = true},
    {.inputs = 3, .outputs = 2, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE}};

static const fcnn_architecture classes = {
    .layers = 2, .layer = layers, .output = FCNN_OUTPUT_SOFTMAX, .loss = FCNN_LOSS_CROSS_ENTROPY};
static const fcnn_architecture values = {
    .precision = FCNN_PRECISION_DOUBLE,
    .layers = 2,
    .layer = layers,
    .output = FCNN_OUTPUT_COLUMNS,
    .columns = {.count = 2, .range = {{FCNN_OUTPUT_LINEAR, 0, 1}, {FCNN_OUTPUT_RELU, 1, 2}}},
    .loss = FCNN_LOSS_MSE};

/* Gives the normalizers of a model every kind of transform. */
static fcnn_status add_transforms(fcnn_model *model)
{
    static const fcnn_transform_kind inputs[] = {FCNN_TRANSFORM_QUANTILE, FCNN_TRANSFORM_POWER, FCNN_TRANSFORM_LOG,
                                                 FCNN_TRANSFORM_QUANTILE};
    static const fcnn_transform_kind targets[] = {FCNN_TRANSFORM_ASINH, FCNN_TRANSFORM_LOG1P};
    FCNN_TRY(fcnn_normalizer_add_transforms(&model->inputs));
    FCNN_TRY(fcnn_normalizer_add_transforms(&model->targets));
    for (int i = 0; i < 4; i++) {
        model->inputs.transforms[i].kind = inputs[i];
        model->inputs.transforms[i].power = 0.5;
    }
    for (int i = 0; i < 2; i++) {
        model->targets.transforms[i].kind = targets[i];
    }
    FCNN_TRY(fcnn_normalizer_add_landmarks(&model->inputs, 3));
    for (int i = 0; i < 6; i++) {
        model->inputs.landmarks[i] = i % 3;
    }
    return FCNN_OK;
}

static fcnn_status create_model(bool has_classes, fcnn_model **model)
{
    static const char config[] = "[data]\ntrain = x.h5\n[model]\nhidden = 3\n";
    const fcnn_history_line line = {.epoch = 1, .steps = 3, .train_loss = 0.5};
    FCNN_TRY(fcnn_model_create(has_classes ? &classes : &values, model));
    FCNN_TRY(fcnn_history_append(&(*model)->history, &line));
    FCNN_TRY(fcnn_history_put(&(*model)->history, has_classes ? "accuracy" : "r2", 0.5));
    FCNN_TRY(fcnn_memory_copy_text(config, &(*model)->config));
    if (has_classes) {
        return FCNN_OK;
    }
    (*model)->choice.epoch = 1;
    FCNN_TRY(fcnn_memory_copy_text("the last epoch", &(*model)->choice.reason));
    FCNN_TRY(fcnn_memory_create("weights", 2, sizeof(double), &(*model)->output_weights));
    return add_transforms(*model);
}

/* Adds what a state has of optimizers, of the schedule and of the comparison of epochs. */
static fcnn_status add_methods(fcnn_training_state *state)
{
    static const char *const arrays[] = {"moment", "square", FCNN_OPTIMIZER_AVERAGE}, *const best[] = {"parameters"};
    state->plateau = (fcnn_plateau){.begun = 1, .best = 0.5, .bad_epochs = 2, .cooldown = 1, .lowered = 3};
    state->best = (fcnn_best){.begun = 1, .epoch = 1, .step = 3, .value = 0.5, .reference = 0.75, .bad_epochs = 1};
    FCNN_TRY(fcnn_optimizer_state_create(&values, 1, best, &state->best.parameters));
    return fcnn_optimizer_state_create(&values, 3, arrays, &state->optimizer);
}

static bool write_files(const fcnn_model *model, const fcnn_training_state *state, const char *framed,
                        const char *image)
{
    void *bytes;
    int64_t count;
    if (failed(fcnn_checkpoint_pack(model, state, &bytes, &count))) {
        return false;
    }
    FILE *file = fopen(image, "wb");
    bool written = !failed(fcnn_framed_file_write(framed, bytes, count));
    written = written && file != NULL && fwrite(bytes, 1, (size_t)count, file) == (size_t)count;
    free(bytes);
    return (file == NULL || fclose(file) == 0) && written;
}

int main(int argc, char **argv)
{
    int64_t exponents[] = {1, 2, 3, 4, 5};
    char train[] = "float64[40][4] 0123456789abcdef", validation[] = "";
    fcnn_training_state state = {.step = 7,
                                 .epoch = 2,
                                 .exponents = {.count = 5, .inputs = exponents, .deltas = exponents},
                                 .train_data = train,
                                 .validation_data = validation};
    fcnn_model *model = NULL;
    if (argc != 4) {
        fprintf(stderr, "usage: make_checkpoint classes|values FRAMED.h5 IMAGE.h5\n");
        return 64;
    }
    const bool has_classes = strcmp(argv[1], "classes") == 0;
    const bool written = !failed(create_model(has_classes, &model)) && (has_classes || !failed(add_methods(&state))) &&
                         write_files(model, &state, argv[2], argv[3]);
    fcnn_optimizer_state_clear(&state.optimizer);
    fcnn_optimizer_state_clear(&state.best.parameters);
    fcnn_model_destroy(model);
    return written ? 0 : 1;
}
