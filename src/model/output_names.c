/* src/model/output_names.c — names of the outputs of a model, from those of its targets. */
#include "model/output_names.h"

#include "core/memory.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static fcnn_status replace(char **text, const char *with)
{
    char *copy;
    FCNN_TRY(fcnn_memory_copy_text(with, &copy));
    free(*text);
    *text = copy;
    return FCNN_OK;
}

/* Sets suffix to what follows the name of the target in that of an output. */
static void set_suffix(const fcnn_architecture *shape, int64_t output, char suffix[40])
{
    double quantile;
    suffix[0] = '\0';
    switch (fcnn_architecture_output(shape, output, &quantile)) {
    case FCNN_MEANS_QUANTILE:
        suffix[0] = ' ';
        suffix[1] = 'q';
        fcnn_text_from_double(quantile, suffix + 2);
        break;
    case FCNN_MEANS_DEVIATION:
        snprintf(suffix, 40, " sigma");
        break;
    default:
        break;
    }
}

static fcnn_status name_output(const fcnn_model *model, int64_t output, fcnn_column_names *out)
{
    const fcnn_column_names *targets = &model->targets_names;
    const int64_t each = fcnn_architecture_outputs_per_target(&model->shape), target = output / each;
    const bool is_known = target < targets->count;
    char suffix[40], number[24] = "";
    fcnn_text name = {0};
    set_suffix(&model->shape, output, suffix);
    if (each > 1) {
        snprintf(number, sizeof number, "%" PRId64, target + 1);
    }
    fcnn_status status = fcnn_text_append(
        &name, "%s%s", is_known && targets->names[target][0] != '\0' ? targets->names[target] : number, suffix);
    if (status == FCNN_OK) {
        status = replace(&out->names[output], name.data);
    }
    fcnn_text_clear(&name);
    FCNN_TRY(status);
    return is_known ? replace(&out->units[output], targets->units[target]) : FCNN_OK;
}

static fcnn_status name_outputs(const fcnn_model *model, fcnn_column_names *out)
{
    for (int64_t output = 0; output < out->count; output++) {
        FCNN_TRY(name_output(model, output, out));
    }
    return FCNN_OK;
}

fcnn_status fcnn_output_names_create(const fcnn_model *model, fcnn_column_names *out)
{
    const fcnn_architecture *shape = &model->shape;
    const int64_t outputs = fcnn_architecture_outputs(shape);
    *out = (fcnn_column_names){0};
    if (shape->output == FCNN_OUTPUT_SOFTMAX && model->classes.count == outputs) {
        FCNN_TRY(fcnn_column_names_create(outputs, out));
        fcnn_status status = FCNN_OK;
        for (int64_t i = 0; i < outputs && status == FCNN_OK; i++) {
            status = replace(&out->names[i], model->classes.names[i]);
        }
        return status;
    }
    if (model->targets_names.count != fcnn_architecture_targets(shape) &&
        fcnn_architecture_outputs_per_target(shape) == 1) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_column_names_create(outputs, out));
    return name_outputs(model, out);
}
