/* src/model/model_get_outputs.c — reads from a model file which outputs each target has. */
#include "model/model_get.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 64, OUTPUT_BYTES_MOST = 4096 };

static fcnn_status read_quantiles(fcnn_model_reader *from, fcnn_architecture *shape)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%s%squantiles", from->group, from->group[1] == '\0' ? "" : "/");
    if (!fcnn_hdf5_has(from->file, name)) {
        return fcnn_fail(FCNN_EDATA, "%s: there is no %s, which loss quantile requires", from->path, name);
    }
    fcnn_hdf5_info info;
    int64_t budget = from->budget;
    FCNN_TRY(fcnn_hdf5_describe_whole(from->file, name, &budget, &info));
    if (info.rank != 1 || info.dims[0] < 1 || info.dims[0] > FCNN_QUANTILES_MOST) {
        return fcnn_fail(FCNN_EDATA, "%s: %s must have the shape [quantiles], with 1 to %d quantiles", from->path, name,
                         (int)FCNN_QUANTILES_MOST);
    }
    shape->quantiles = info.dims[0];
    FCNN_TRY(fcnn_model_get_array(from, name, FCNN_TYPE_FLOAT64, shape->quantiles, shape->quantile));
    for (int64_t i = 0; i < shape->quantiles; i++) {
        const double below = i > 0 ? shape->quantile[i - 1] : 0;
        if (!(shape->quantile[i] > below && shape->quantile[i] < 1)) {
            return fcnn_fail(FCNN_EDATA, "%s: %s must ascend and be above 0 and below 1", from->path, name);
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_model_get_outputs(fcnn_model_reader *from, fcnn_architecture *shape)
{
    if (shape->loss == FCNN_LOSS_QUANTILE) {
        FCNN_TRY(read_quantiles(from, shape));
    }
    const int64_t outputs = fcnn_architecture_outputs(shape), each = fcnn_architecture_outputs_per_target(shape);
    return outputs % each == 0 ? FCNN_OK
                               : fcnn_fail(FCNN_EDATA,
                                           "%s: the network has %" PRId64 " outputs, which is no multiple of %" PRId64
                                           ", the number that loss %s has for each target",
                                           from->path, outputs, each, fcnn_loss_name(shape->loss));
}

/* Takes a text with ranges; others are words. */
static fcnn_status take_columns(const fcnn_model_reader *from, const char *text, fcnn_architecture *shape)
{
    if (strchr(text, ' ') == NULL) {
        return FCNN_OK;
    }
    const fcnn_status status =
        fcnn_output_columns_assign(text, "attribute output", fcnn_architecture_outputs(shape), &shape->columns);
    return status == FCNN_ECONFIG ? fcnn_fail_prefix(FCNN_EDATA, "%s: %s", from->path, from->group) : status;
}

fcnn_status fcnn_model_get_output_columns(const fcnn_model_reader *from, fcnn_architecture *shape)
{
    char *text;
    if (!fcnn_hdf5_has_attribute(from->file, from->group, "output")) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_read_text_attribute(from->file, from->group, "output", OUTPUT_BYTES_MOST, &text));
    const fcnn_status status = take_columns(from, text, shape);
    free(text);
    return status;
}
