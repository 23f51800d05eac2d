/* src/model/model_get_further.c — reads what layers of a model have besides weights and biases: gamma and beta of layer
 * normalization, and the slope of a prelu. */
#include "model/model_get.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { NAME_BYTES = 64 };

static void further_name(const fcnn_model_reader *from, const fcnn_tensor *tensor, char name[NAME_BYTES])
{
    char own[FCNN_TENSOR_NAME];
    fcnn_tensor_name_biases(tensor, own);
    snprintf(name, NAME_BYTES, "%s%s%s", from->group, from->group[1] == '\0' ? "" : "/", own);
}

static bool has_further(const fcnn_model_reader *from, int64_t layer, fcnn_tensor_kind kind)
{
    char name[NAME_BYTES];
    further_name(from, &(fcnn_tensor){.kind = kind, .layer = layer}, name);
    return fcnn_hdf5_has(from->file, name);
}

/* Finds which layers are normalized: those with gamma or beta, which must have both. */
static fcnn_status find_further(const fcnn_model_reader *from, fcnn_architecture *shape)
{
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        fcnn_layer *own = &shape->layer[layer];
        own->layer_norm = has_further(from, layer, FCNN_TENSOR_GAMMA) || has_further(from, layer, FCNN_TENSOR_BETA);
        if (layer == shape->layers - 1 && own->layer_norm) {
            return fcnn_fail(FCNN_EDATA,
                             "%s: gamma%" PRId64 " or beta%" PRId64 " exists, but the last layer is never "
                             "normalized",
                             from->path, layer + 1, layer + 1);
        }
        if (has_further(from, layer, FCNN_TENSOR_SLOPE) && own->activation != FCNN_ACTIVATION_PRELU) {
            return fcnn_fail(FCNN_EDATA,
                             "%s: slope%" PRId64 " exists, but the activation of its layer is %s, not prelu",
                             from->path, layer + 1, fcnn_activation_name(own->activation));
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_model_get_further_shape(fcnn_model_reader *from, fcnn_architecture *shape)
{
    FCNN_TRY(find_further(from, shape));
    int type = shape->precision != FCNN_PRECISION_DOUBLE ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64;
    for (int64_t i = shape->layers; i < fcnn_architecture_tensors(shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        char name[NAME_BYTES];
        fcnn_hdf5_info info;
        further_name(from, &tensor, name);
        FCNN_TRY(fcnn_model_get_describe(from, name, 1, &type, &info));
        if (info.dims[0] != tensor.outputs) {
            return fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " values; it must have %" PRId64, from->path, name,
                             info.dims[0], tensor.outputs);
        }
    }
    return FCNN_OK;
}

static bool are_finite(const fcnn_model *model, const void *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(model->shape.precision != FCNN_PRECISION_DOUBLE ? (double)((const float *)values)[i]
                                                                      : ((const double *)values)[i])) {
            return false;
        }
    }
    return true;
}

fcnn_status fcnn_model_get_further(const fcnn_model_reader *from)
{
    const fcnn_model *model = from->model;
    for (int64_t i = model->shape.layers; i < fcnn_architecture_tensors(&model->shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(&model->shape, i);
        char name[NAME_BYTES];
        further_name(from, &tensor, name);
        FCNN_TRY(fcnn_hdf5_read_rows(from->file, name, 0, tensor.outputs, model->biases[i]));
        if (!are_finite(model, model->biases[i], tensor.outputs)) {
            return fcnn_fail(FCNN_EDATA, "%s: %s contains NaN or Inf", from->path, name);
        }
    }
    return FCNN_OK;
}
