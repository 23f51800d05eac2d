/* src/model/model_data.c — opens rows for an existing model. */
#include "model/model_data.h"

#include "core/log.h"
#include "core/memory.h"
#include "data/describe_columns.h"

#include <stdlib.h>
#include <string.h>

fcnn_source_reference fcnn_model_data_reference(const fcnn_model *model, const char *path)
{
    return (fcnn_source_reference){
        .inputs = {.names = &model->inputs_names, .where = path},
        .targets = {.names = &model->targets_names,
                    .where = path,
                    .may_be_labels = model->shape.output == FCNN_OUTPUT_SOFTMAX},
    };
}

/* The decoding rules in the model's config. */
typedef struct rules {
    bool as_stored;
    char *missing_values;
} rules;

/* Reads the decoding rules. A config of a newer version may have unknown keys; the attributes are used then. */
static fcnn_status find_rules(const fcnn_model *model, rules *out)
{
    *out = (rules){0};
    if (model->config == NULL) {
        return FCNN_OK;
    }
    fcnn_config *config;
    const fcnn_status status =
        fcnn_config_parse_effective(model->config, (int64_t)strlen(model->config), "the model's config", &config);
    if (status != FCNN_OK) {
        return status == FCNN_ECONFIG ? FCNN_OK : status;
    }
    const bool knows_decoding = strstr(model->config, "\ndecode = ") != NULL;
    out->as_stored = config->data_decode == FCNN_DECODE_NO || !knows_decoding;
    const fcnn_status copied = fcnn_memory_copy_text(config->data_missing_values, &out->missing_values);
    fcnn_config_destroy(config);
    return copied;
}

/* Returns the length of the first line of a text, for a message. */
static int first_line(const char *text)
{
    return (int)strcspn(text, "\n");
}

static bool scales(const char *decoded)
{
    return decoded != NULL && strstr(decoded, ": value") != NULL;
}

/* Warns of numbers that are used as they are stored although decoding would change them, because they may have another
 * meaning than in training. */
static void warn_as_stored(const fcnn_model *model, const fcnn_dataset *dataset, const char *here, bool on_request)
{
    const char *there = model->inputs_decoded;
    if (on_request && there != NULL) {
        fcnn_log_warning(
            "%s: %s is used as it is stored (--no-decode), but the model was trained with decoded values: %.*s",
            dataset->source.file, dataset->source.inputs_name, first_line(there), there);
    } else if (here != NULL) {
        fcnn_log_warning(
            "%s: %s is used as it is stored, as in the training of the model, although its attributes define: %.*s",
            dataset->source.file, dataset->source.inputs_name, first_line(here), here);
    }
}

/* Warns if only one side is scaled, because the units may differ. */
static void warn_of_scales(const fcnn_model *model, const fcnn_dataset *dataset, const char *here)
{
    const char *there = model->inputs_decoded;
    if (model->config != NULL && scales(here) != scales(there)) {
        const char *decoded = scales(here) ? here : there;
        fcnn_log_warning(
            "%s: %s is %s, but the inputs in the training of the model were %s: both must have the same units (%.*s)",
            dataset->source.file, dataset->source.inputs_name, scales(here) ? "scaled" : "not scaled",
            scales(there) ? "scaled" : "not", first_line(decoded), decoded);
    }
}

/* Compares how the numbers are decoded. On ranks that do not know it, the text is empty. */
static fcnn_status compare(const fcnn_model *model, const fcnn_dataset *decoded, bool as_stored, bool on_request)
{
    fcnn_text here = {0};
    const fcnn_status status = fcnn_describe_columns_say_decoded(&decoded->source.inputs, &here);
    if (status == FCNN_OK && as_stored) {
        warn_as_stored(model, decoded, here.data, on_request);
    } else if (status == FCNN_OK) {
        warn_of_scales(model, decoded, here.data);
    }
    fcnn_text_clear(&here);
    return status;
}

/* Opens the rows and compares them. Collective. */
static fcnn_status open_and_compare(fcnn_comm *comm, const fcnn_model *model, const fcnn_source_reference *reference,
                                    const fcnn_dataset_names *names, bool as_stored, bool on_request,
                                    fcnn_dataset **out)
{
    FCNN_TRY(fcnn_dataset_open(comm, names, as_stored ? NULL : reference, out));
    const fcnn_status status =
        fcnn_comm_agree(comm, comm->rank == 0 ? compare(model, *out, as_stored, on_request) : FCNN_OK);
    if (status != FCNN_OK) {
        fcnn_dataset_destroy(*out);
        *out = NULL;
    }
    return status;
}

fcnn_status fcnn_model_data_open(fcnn_comm *comm, const fcnn_model *model, const char *path,
                                 const fcnn_dataset_names *names, fcnn_dataset **out)
{
    const fcnn_source_reference reference = fcnn_model_data_reference(model, path);
    rules said;
    fcnn_dataset_names own = *names;
    FCNN_TRY(fcnn_comm_agree(comm, find_rules(model, &said)));
    own.missing_values = names->missing_values != NULL ? names->missing_values : said.missing_values;
    const bool as_stored = said.as_stored || names->as_stored != 0;
    own.as_stored = 0;
    fcnn_status status = open_and_compare(comm, model, &reference, &own, as_stored, names->as_stored != 0, out);
    if (as_stored) {
        fcnn_dataset_destroy(
            status == FCNN_OK
                ? *out
                : NULL); /* only an attribute error is ignored, because numbers are used as they are stored */
        own.as_stored = 1;
        status = fcnn_dataset_open(comm, &own, &reference, out);
    }
    free(said.missing_values);
    return status;
}
