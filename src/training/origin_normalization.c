/* src/training/origin_normalization.c — whether the normalization of a model is the one that the config requires. */
#include "training/origin_normalization.h"

#include "config/normalization.h"

#include <stdlib.h>
#include <string.h>

static fcnn_status kinds_differ(const fcnn_origin *origin, const char *key, const char *then, const char *now)
{
    return fcnn_fail(
        FCNN_ECONFIG,
        "%s was trained with %s = %s, but the config specifies %s: its weights require the normalization with which "
        "they were trained: set %s = %s, or set model.init_refit = yes to compute a new normalization from these rows",
        origin->path, key, then, now, key, then);
}

/* Compares the words of each column.  A column whose word is file now has numbers, which are compared later. */
static fcnn_status compare_columns(const fcnn_origin *origin, const char *key, int64_t columns, const char *then,
                                   const char *now)
{
    fcnn_normalization before = {0}, after = {0};
    fcnn_status status = FCNN_OK;
    if (strcmp(then, now) == 0) {
        return FCNN_OK;
    }
    if (fcnn_normalization_assign(then, key, columns, &before) != FCNN_OK) {
        status = kinds_differ(origin, key, then, now);
    }
    if (status == FCNN_OK) {
        status = fcnn_normalization_assign(now, key, columns, &after);
    }
    for (int64_t i = 0; status == FCNN_OK && i < columns; i++) {
        if (after.kinds[i] != before.kinds[i] && after.kinds[i] != FCNN_NORMALIZE_FILE) {
            status = kinds_differ(origin, key, then, now);
        }
    }
    fcnn_normalization_clear(&before);
    fcnn_normalization_clear(&after);
    return status;
}

static fcnn_status compare_kinds(const fcnn_origin *origin, const fcnn_config *then, const fcnn_config *now)
{
    FCNN_TRY(compare_columns(origin, "data.normalize", origin->model->inputs.count, then->data_normalize,
                             now->data_normalize));
    FCNN_TRY(compare_columns(origin, "data.normalize_targets", origin->model->targets.count,
                             then->data_normalize_targets, now->data_normalize_targets));
    if (fcnn_normalization_has(now->data_normalize, FCNN_NORMALIZE_SCALE) && then->data_scale != now->data_scale) {
        char a[32], b[32];
        fcnn_text_from_double(then->data_scale, a);
        fcnn_text_from_double(now->data_scale, b);
        return kinds_differ(origin, "data.scale", a, b);
    }
    return FCNN_OK;
}

/* Checks a model without a known config: it must contain a normalization if the config requires one. */
static fcnn_status check_plain(const fcnn_origin *origin, const fcnn_config *config)
{
    const fcnn_model *model = origin->model;
    const bool lacks =
        (fcnn_normalization_is_used(config->data_normalize) && fcnn_normalizer_is_plain(&model->inputs)) ||
        (fcnn_normalization_is_used(config->data_normalize_targets) && fcnn_normalizer_is_plain(&model->targets));
    return !lacks ? FCNN_OK
                  : fcnn_fail(
                        FCNN_ECONFIG,
                        "%s does not contain the normalization that data.normalize and data.normalize_targets require: "
                        "set both to none, or set model.init_refit = yes to compute one from these rows",
                        origin->path);
}

fcnn_status fcnn_origin_check_normalization(const fcnn_origin *origin, const fcnn_config *config)
{
    const char *text = origin->model->config;
    fcnn_config *then = NULL;
    fcnn_status status = FCNN_ECONFIG;
    if (text != NULL) {
        status = fcnn_config_parse_effective(text, (int64_t)strlen(text), origin->path, &then);
    }
    if (status == FCNN_ECONFIG) { /* the model has no config, or one of a newer version of fcnn */
        return check_plain(origin, config);
    }
    FCNN_TRY(status);
    status = compare_kinds(origin, then, config);
    fcnn_config_destroy(then);
    return status;
}
