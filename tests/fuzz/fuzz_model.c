/* tests/fuzz/fuzz_model.c — the image of a model or checkpoint whose checksum holds: whoever makes up a file can make
 * up its checksum, too. */
#include "fuzz.h"

#include "model/model_file.h"
#include "hdf5/image.h"
#include "run/checkpoint.h"

#include <string.h>

/* The functions that read take the bytes. */
static void *copy_of(const uint8_t *data, size_t size)
{
    void *bytes = malloc(size + 1);
    fuzz_require(bytes != NULL, "there is memory");
    memcpy(bytes, data, size);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fcnn_model *model = NULL;
    fcnn_training_state state = {0};
    if (fcnn_checkpoint_unpack("fuzz.h5", copy_of(data, size), (int64_t)size, &model, &state) == FCNN_OK) {
        fuzz_require(fcnn_model_find_nonfinite(model) < 0, "parameters are finite");
        fuzz_require(state.step >= 0 && state.epoch >= 0 && state.batch >= 0, "nothing is counted below 0");
        fcnn_model_destroy(model);
        fcnn_training_state_clear(&state);
        return 0;
    }
    fcnn_hdf5_file *file = NULL;
    if (fcnn_hdf5_image_open("fuzz.h5", copy_of(data, size), (int64_t)size, &file) == FCNN_OK) {
        model = NULL;
        if (fcnn_model_get(file, "fuzz.h5", &model) == FCNN_OK) {
            fuzz_require(fcnn_model_features(model) > 0 && fcnn_model_outputs(model) > 0, "a model has a shape");
            fcnn_model_destroy(model);
        }
        fcnn_hdf5_close(file);
    }
    return 0;
}
