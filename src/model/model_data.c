/* src/model/model_data.c — rows for a model that is there already. */
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

/* What the model's config says of stored numbers. */
typedef struct rules {
    bool as_stored;
    char *missing_values;
} rules;

/* One that a newer program has written may not be understood: what stands beside the numbers counts then. */
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

/* The first line of a text, for a message. */
static int first_line(const char *text)
{
    return (int)strcspn(text, "\n");
}

static bool scales(const char *decoded)
{
    return decoded != NULL && strstr(decoded, ": value") != NULL;
}

/* Numbers that nobody decoded in training, or that are taken as they are on request, may have other meanings here. */
static void warn_as_stored(const fcnn_model *model, const fcnn_dataset *dataset, const char *here, bool on_request)
{
    const char *there = model->inputs_decoded;
    if (on_request && there != NULL) {
        fcnn_log_warning("%s: %s is taken as it is stored (--no-decode), but the model was trained on decoded values: "
                         "%.*s",
                         dataset->source.file, dataset->source.inputs_name, first_line(there), there);
    } else if (here != NULL) {
        fcnn_log_warning("%s: %s is taken as it is stored, as in the model's training, whatever its attributes say: "
                         "%.*s",
                         dataset->source.file, dataset->source.inputs_name, first_line(here), here);
    }
}

/* Physical values on one side, and numbers without a scale on the other, may be in other units. */
static void warn_of_scales(const fcnn_model *model, const fcnn_dataset *dataset, const char *here)
{
    const char *there = model->inputs_decoded;
    if (model->config != NULL && scales(here) != scales(there)) {
        const char *decoded = scales(here) ? here : there;
        fcnn_log_warning("%s: %s is %s, the inputs of the model's training were %s: both must be in the same units "
                         "(%.*s)",
                         dataset->source.file, dataset->source.inputs_name, scales(here) ? "scaled" : "not scaled",
                         scales(there) ? "scaled" : "not", first_line(decoded), decoded);
    }
}

/* Compares what is done to the numbers; what is not known on this rank has no text. */
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

/* Opens the rows and compares.  Collective. */
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
        fcnn_dataset_destroy(status == FCNN_OK ? *out : NULL); /* what stands beside the numbers may be anything */
        own.as_stored = 1;
        status = fcnn_dataset_open(comm, &own, &reference, out);
    }
    free(said.missing_values);
    return status;
}
