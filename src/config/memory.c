/* src/config/memory.c — creates, copies and destroys configs. */
#include "config/memory.h"

#include "config/key.h"
#include "core/memory.h"

#include <stdlib.h>

void fcnn_config_destroy(fcnn_config *config)
{
    if (config == NULL) {
        return;
    }
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        fcnn_key_clear(&fcnn_keys[i], config);
    }
    for (int64_t i = 0; i < config->stage_count; i++) {
        fcnn_config_destroy(config->stages[i].values); /* has no stages itself */
        free(config->stages[i].lines);
    }
    free(config->stages);
    free(config->name);
    free(config);
}

static fcnn_status set_defaults(const char *name, fcnn_config *config)
{
    FCNN_TRY(fcnn_memory_copy_text(name, &config->name));
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        const char *standard = fcnn_keys[i].standard;
        FCNN_TRY(fcnn_key_read(&fcnn_keys[i], standard != NULL ? standard : "", "", config));
    }
    return FCNN_OK;
}

fcnn_status fcnn_config_create(const char *name, fcnn_config **out)
{
    fcnn_config *config;
    FCNN_TRY(fcnn_memory_create("a config", 1, sizeof *config, &config));
    const fcnn_status status = set_defaults(name, config);
    if (status != FCNN_OK) {
        fcnn_config_destroy(config);
        return status;
    }
    *out = config;
    return FCNN_OK;
}

fcnn_status fcnn_config_copy_key(const fcnn_config *from, int key, fcnn_config *to)
{
    fcnn_text text = {0};
    fcnn_status status = fcnn_key_print(&fcnn_keys[key], from, &text);
    if (status == FCNN_OK) {
        status = fcnn_key_read(&fcnn_keys[key], text.data != NULL ? text.data : "", "", to);
    }
    fcnn_text_clear(&text);
    return status;
}
