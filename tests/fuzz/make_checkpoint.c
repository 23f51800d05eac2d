/* tests/fuzz/make_checkpoint.c — a small checkpoint, as the seed of fuzzers.
 *   make_checkpoint FRAMED.h5 IMAGE.h5   the file, and what is in its frame */
#include "files/framed_file.h"
#include "run/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(void)
{
    fprintf(stderr, "make_checkpoint: %s\n", fcnn_error_text());
    return 1;
}

int main(int argc, char **argv)
{
    static const char config[] = "[data]\ntrain = x.h5\n[model]\nhidden = 3\n";
    int64_t exponents[] = {1, 2, 3, 4, 5};
    fcnn_layer layers[] = {
        {.inputs = 4,
         .outputs = 3,
         .activation = FCNN_ACTIVATION_PRELU,
         .leaky_slope = FCNN_LEAKY_SLOPE,
         .layer_norm = true},
        {.inputs = 3, .outputs = 2, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE}};
    char train[] = "float64[40][4] 0123456789abcdef", validation[] = "";
    const fcnn_architecture shape = {
        .layers = 2, .layer = layers, .output = FCNN_OUTPUT_SOFTMAX, .loss = FCNN_LOSS_CROSS_ENTROPY};
    const fcnn_training_state state = {.step = 7,
                                       .epoch = 2,
                                       .exponents = {.count = 5, .inputs = exponents, .deltas = exponents},
                                       .train_data = train,
                                       .validation_data = validation};
    const fcnn_history_line line = {.epoch = 1, .steps = 3, .train_loss = 0.5};
    fcnn_model *model;
    void *bytes;
    int64_t count;
    if (argc != 3) {
        fprintf(stderr, "usage: make_checkpoint FRAMED.h5 IMAGE.h5\n");
        return 64;
    }
    if (fcnn_model_create(&shape, &model) != FCNN_OK || fcnn_history_append(&model->history, &line) != FCNN_OK ||
        fcnn_history_put(&model->history, "accuracy", 0.5) != FCNN_OK) {
        return fail();
    }
    model->config = strdup(config);
    if (fcnn_checkpoint_pack(model, &state, &bytes, &count) != FCNN_OK ||
        fcnn_framed_file_write(argv[1], bytes, count) != FCNN_OK) {
        return fail();
    }
    FILE *image = fopen(argv[2], "wb");
    const int written = image != NULL && fwrite(bytes, 1, (size_t)count, image) == (size_t)count;
    free(bytes);
    fcnn_model_destroy(model);
    return written && fclose(image) == 0 ? 0 : 1;
}
