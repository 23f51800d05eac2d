/* tests/fuzz/fuzz_config.c — a config file of any bytes: refused with a line's number, or one that its own effective
 * text gives again. */
#include "fuzz.h"

#include "config/config.h"
#include "core/status.h"

#include <string.h>

/* The effective text of a config is a config with the same effective text. */
static void require_round_trip(const fcnn_config *config)
{
    char *text = NULL, *again = NULL;
    fcnn_config *parsed = NULL;
    fuzz_require(fcnn_config_text(config, &text) == FCNN_OK, "a good config has a text");
    fuzz_require(fcnn_config_parse_effective(text, (int64_t)strlen(text), "effective.ini", &parsed) == FCNN_OK,
                 "the text of a config is one");
    fuzz_require(fcnn_config_text(parsed, &again) == FCNN_OK && strcmp(text, again) == 0, "the texts are the same");
    fcnn_config_destroy(parsed);
    free(text);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fcnn_config *config = NULL;
    if (fcnn_config_parse((const char *)data, (int64_t)size, "fuzz.ini", &config) != FCNN_OK) {
        fuzz_require(strncmp(fcnn_error_text(), "fuzz.ini:", 9) == 0, "a message names the line");
        return 0;
    }
    if (fcnn_config_check(config) == FCNN_OK) {
        require_round_trip(config);
    }
    fcnn_config_destroy(config);
    return 0;
}
