/* src/config/config.c — reads, changes, checks and writes configs. */
#include "config/config.h"

#include "config/ini.h"
#include "config/key.h"
#include "config/layers.h"
#include "config/loss_keys.h"
#include "config/memory.h"
#include "config/metric_keys.h"
#include "config/optimizers.h"
#include "config/schedule_keys.h"
#include "config/stages.h"
#include "config/stop_keys.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- read ---- */

/* The state of reading a file. */
typedef struct reading {
    const char *name, *folder;
    const char *section;                   /* NULL: the last stage of the config */
    int64_t section_lines[FCNN_KEY_COUNT]; /* line of a section, at the row of its first key; 0: not found yet */
    int64_t key_lines[FCNN_KEY_COUNT];     /* line of a key, at its row; 0: not found yet */
} reading;

static fcnn_status enter_section(reading *state, const fcnn_ini_line *line, fcnn_config *config)
{
    int first;
    if (strncmp(line->name, "stage.", strlen("stage.")) == 0) {
        state->section = NULL;
        return fcnn_stages_begin(config, line->name + strlen("stage."), line->number);
    }
    FCNN_TRY(fcnn_key_find_section(line->name, &first));
    if (state->section_lines[first] != 0) {
        return fcnn_fail(FCNN_ECONFIG, "section [%s] is given twice, first on line %" PRId64, line->name,
                         state->section_lines[first]);
    }
    state->section_lines[first] = line->number;
    state->section = fcnn_keys[first].section;
    return FCNN_OK;
}

static fcnn_status read_entry(reading *state, const fcnn_ini_line *line, fcnn_config *config)
{
    int place;
    if (state->section == NULL) {
        return fcnn_stages_read(config, line->name, line->value, line->number);
    }
    FCNN_TRY(fcnn_key_find(state->section, line->name, &place));
    if (state->key_lines[place] != 0) {
        return fcnn_fail(FCNN_ECONFIG, "%s.%s is given twice, first on line %" PRId64, state->section, line->name,
                         state->key_lines[place]);
    }
    state->key_lines[place] = line->number;
    return fcnn_key_read(&fcnn_keys[place], line->value, state->folder, config);
}

static fcnn_status read_lines(fcnn_ini *ini, reading *state, fcnn_config *config)
{
    fcnn_ini_line line;
    FCNN_TRY(fcnn_ini_next(ini, &line));
    while (line.kind != FCNN_INI_END) {
        const fcnn_status status =
            line.kind == FCNN_INI_SECTION ? enter_section(state, &line, config) : read_entry(state, &line, config);
        if (status != FCNN_OK) {
            return fcnn_fail_prefix(status, "%s:%" PRId64, state->name, line.number);
        }
        FCNN_TRY(fcnn_ini_next(ini, &line));
    }
    return FCNN_OK;
}

static fcnn_status read_text(const char *text, int64_t length, reading *state, fcnn_config *config)
{
    fcnn_ini *ini;
    FCNN_TRY(fcnn_ini_create(text, length, state->name, &ini));
    const fcnn_status status = read_lines(ini, state, config);
    fcnn_ini_destroy(ini);
    return status;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Sets output.directory, if the file does not set it, to the base name of the file without .ini. */
static fcnn_status default_directory(const char *name, fcnn_config *config)
{
    if (*config->output_directory != '\0') {
        return FCNN_OK;
    }
    int place;
    FCNN_TRY(fcnn_key_find("output", "directory", &place));
    char *directory;
    FCNN_TRY(fcnn_memory_copy_text(base_name(name), &directory));
    const size_t length = strlen(directory);
    if (length > 4 && strcmp(directory + length - 4, ".ini") == 0) {
        directory[length - 4] = '\0';
    }
    const fcnn_status status = fcnn_key_read(&fcnn_keys[place], directory, "", config);
    free(directory);
    return status;
}

static fcnn_status read_all(const char *text, int64_t length, reading *state, fcnn_config *config)
{
    int epochs;
    FCNN_TRY(read_text(text, length, state, config));
    FCNN_TRY(fcnn_key_find("train", "epochs", &epochs));
    config->epochs_line = state->key_lines[epochs];
    fcnn_stages_settle(config);
    return default_directory(state->name, config);
}

static fcnn_status parse(const char *text, int64_t length, const char *name, const char *folder, fcnn_config **out)
{
    fcnn_config *config;
    FCNN_TRY(fcnn_config_create(name, &config));
    reading state = {.name = name, .folder = folder};
    const fcnn_status status = read_all(text, length, &state, config);
    if (status != FCNN_OK) {
        fcnn_config_destroy(config);
        return status;
    }
    *out = config;
    return FCNN_OK;
}

fcnn_status fcnn_config_parse(const char *text, int64_t length, const char *name, fcnn_config **out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    char *folder;
    FCNN_TRY(fcnn_memory_copy_text(name, &folder));
    folder[base_name(name) - name] = '\0';
    const fcnn_status status = parse(text, length, name, folder, out);
    free(folder);
    return status;
}

fcnn_status fcnn_config_parse_effective(const char *text, int64_t length, const char *name, fcnn_config **out)
{
    return parse(text, length, name, "", out);
}

/* ---- change ---- */

/* Splits "section.key=value" in place and applies it. */
static fcnn_status assign(fcnn_config *config, char *text)
{
    char *equals = strchr(text, '=');
    if (equals == NULL) {
        return fcnn_fail(FCNN_EUSAGE, "expected section.key=value");
    }
    *equals = '\0';
    char *dot = strchr(text, '.');
    if (dot == NULL) {
        return fcnn_fail(FCNN_EUSAGE, "expected section.key=value: there is no '.' before the '='");
    }
    *dot = '\0';
    const char *section = fcnn_ini_trim(text), *name = fcnn_ini_trim(dot + 1), *value = fcnn_ini_trim(equals + 1);
    int place;
    if (strcmp(section, "stage") == 0) {
        return fcnn_stages_assign(config, name, value);
    }
    FCNN_TRY(fcnn_key_find_section(section, &place));
    FCNN_TRY(fcnn_key_find(section, name, &place));
    FCNN_TRY(fcnn_key_read(&fcnn_keys[place], value, "", config));
    if (strcmp(section, "train") == 0 && strcmp(name, "epochs") == 0) {
        config->epochs_line = FCNN_LINE_OPTION;
    }
    return FCNN_OK;
}

fcnn_status fcnn_config_set(fcnn_config *config, const char *assignment)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    char *text;
    FCNN_TRY(fcnn_memory_copy_text(assignment, &text));
    const fcnn_status status = assign(config, text);
    fcnn_stages_settle(config);
    free(text);
    return status == FCNN_OK ? FCNN_OK : fcnn_fail_prefix(status, "--set %.200s", assignment);
}

/* ---- check ---- */

static fcnn_status check_required(const fcnn_config *config)
{
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        const fcnn_key *key = &fcnn_keys[i];
        if (key->standard != NULL) {
            continue;
        }
        fcnn_text value = {0};
        const fcnn_status status = fcnn_key_print(key, config, &value);
        const bool given = value.length > 0;
        fcnn_text_clear(&value);
        FCNN_TRY(status);
        if (!given) {
            return fcnn_fail(FCNN_ECONFIG, "%s.%s is required: set it in the config file, or by --set %s.%s=VALUE",
                             key->section, key->name, key->section, key->name);
        }
    }
    if (*config->output_directory == '\0') {
        return fcnn_fail(FCNN_ECONFIG, "output.directory is empty: set it to the name of a folder");
    }
    return FCNN_OK;
}

static bool any_given(const char *inputs, const char *targets, const char *rows)
{
    return *inputs != '\0' || *targets != '\0' || *rows != '\0';
}

static fcnn_status check_datasets(const fcnn_config *config)
{
    double fraction;
    const bool validation_file =
        *config->data_validation != '\0' && !fcnn_config_validation_fraction(config, &fraction);
    if (!validation_file && any_given(config->data_validation_inputs, config->data_validation_targets,
                                      config->data_validation_rows)) {
        return fcnn_fail(FCNN_ECONFIG,
                         "data.validation_inputs, data.validation_targets and data.validation_rows select parts of a "
                         "validation file, but data.validation is '%s'",
                         config->data_validation);
    }
    if (*config->data_test == '\0' &&
        any_given(config->data_test_inputs, config->data_test_targets, config->data_test_rows)) {
        return fcnn_fail(FCNN_ECONFIG, "data.test_inputs, data.test_targets and data.test_rows select parts of a test "
                                       "file, but data.test is not set");
    }
    return FCNN_OK;
}

static fcnn_status check_time_limit(const fcnn_config *config)
{
    double seconds;
    if (fcnn_config_time_limit(config, &seconds) == FCNN_TIME_LIMIT_BAD) {
        return fcnn_fail(FCNN_ECONFIG, "output.time_limit: '%.60s' is not a time: expected auto, none or HH:MM:SS",
                         config->output_time_limit);
    }
    return FCNN_OK;
}

static fcnn_status check_memory_limit(const fcnn_config *config)
{
    int64_t bytes;
    if (!fcnn_config_memory_limit(config, &bytes)) {
        return fcnn_fail(FCNN_ECONFIG,
                         "data.memory_limit: '%.60s' is not a size: expected auto, or a number such as 500M "
                         "or 4G",
                         config->data_memory_limit);
    }
    return FCNN_OK;
}

static fcnn_status check_reading(const fcnn_config *config)
{
    return config->data_read == FCNN_READ_COLLECTIVE && config->data_order == FCNN_ORDER_COLUMNS
               ? fcnn_fail(FCNN_ECONFIG, "data.read = collective requires data.order = rows")
               : FCNN_OK;
}

/* Keys about weights mean nothing without weights. */
static fcnn_status check_weights(const fcnn_config *config)
{
    if (config->data_negative_weights != FCNN_NEGATIVE_ERROR && config->data_weights[0] == '\0') {
        return fcnn_fail(FCNN_ECONFIG, "data.negative_weights = %s is for weights of rows, but data.weights is empty",
                         fcnn_negative_weights_name(config->data_negative_weights));
    }
    if (config->data_weights_in_evaluation && config->data_weights[0] == '\0' && config->data_class_weight[0] == '\0') {
        return fcnn_fail(FCNN_ECONFIG, "data.weights_in_evaluation = yes requires data.weights or data.class_weight");
    }
    return FCNN_OK;
}

static fcnn_status check_keys(const fcnn_config *config)
{
    fcnn_status (*const checks[])(const fcnn_config *) = {check_required,
                                                          check_datasets,
                                                          fcnn_config_check_layers,
                                                          fcnn_config_check_loss,
                                                          check_time_limit,
                                                          check_memory_limit,
                                                          check_reading,
                                                          check_weights,
                                                          fcnn_config_check_metrics,
                                                          fcnn_config_check_optimizer,
                                                          fcnn_config_check_stop,
                                                          fcnn_config_schedule_check};
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        FCNN_TRY(checks[i](config));
    }
    return FCNN_OK;
}

/* Checks the keys of each stage together with those of the other sections. */
static fcnn_status check_stages(const fcnn_config *config)
{
    for (int64_t i = 0; i < config->stage_count; i++) {
        fcnn_config *stage;
        FCNN_TRY(fcnn_config_stage(config, i, &stage));
        const fcnn_status status = check_keys(stage);
        fcnn_config_destroy(stage);
        if (status != FCNN_OK) {
            return fcnn_stages_name(config, i, status);
        }
    }
    return fcnn_stages_check_epochs(config);
}

fcnn_status fcnn_config_check(const fcnn_config *config)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    const fcnn_status status = config->stage_count > 0 ? check_stages(config) : check_keys(config);
    return status == FCNN_OK || config->stage_count > 0 ? status : fcnn_fail_prefix(status, "%s", config->name);
}

/* ---- write ---- */

static fcnn_status print(const fcnn_config *config, fcnn_text *out)
{
    FCNN_TRY(fcnn_text_append(out, "# Paths are relative to the working directory of the run.\n"));
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        const fcnn_key *key = &fcnn_keys[i];
        if (i == 0 || strcmp(key->section, fcnn_keys[i - 1].section) != 0) {
            FCNN_TRY(fcnn_text_append(out, "\n[%s]\n", key->section));
        }
        FCNN_TRY(fcnn_text_append(out, "%s = ", key->name));
        const int64_t start = out->length;
        FCNN_TRY(fcnn_key_print(key, config, out));
        out->length -= out->length == start; /* removes the blank before an empty value */
        FCNN_TRY(fcnn_text_append(out, "\n"));
    }
    return fcnn_stages_print(config, out);
}

fcnn_status fcnn_config_text(const fcnn_config *config, char **out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    fcnn_text text = {0};
    const fcnn_status status = print(config, &text);
    if (status != FCNN_OK) {
        fcnn_text_clear(&text);
        return status;
    }
    *out = text.data;
    return FCNN_OK;
}

/* ---- ask ---- */

/* Reads digits up to a ':' or the end as a number below limit, and moves *text after the ':'.  Returns −1 if there is
 * no such number. */
static int64_t take_part(const char **text, int64_t limit)
{
    int64_t number = 0;
    const char *digit = *text;
    while (*digit >= '0' && *digit <= '9' && number < limit) {
        number = 10 * number + (*digit++ - '0');
    }
    const bool is_number = digit > *text && (*digit == ':' || *digit == '\0') && number < limit;
    *text = digit + (*digit == ':');
    return is_number ? number : -1;
}

bool fcnn_config_memory_limit(const fcnn_config *config, int64_t *bytes)
{
    static const char units[] = "KMGT";
    const char *text = config->data_memory_limit;
    *bytes = FCNN_AUTO;
    if (strcmp(text, "auto") == 0) {
        return true;
    }
    const size_t digits = strspn(text, "0123456789");
    const char *unit = text[digits] != '\0' ? strchr(units, text[digits]) : units;
    const int shift = unit == NULL || text[digits] == '\0' ? 0 : 10 * (int)(unit - units + 1);
    if (digits == 0 || digits > 9 || unit == NULL || (shift > 0 && text[digits + 1] != '\0')) {
        return false;
    }
    *bytes = strtoll(text, NULL, 10) << shift;
    return *bytes > 0;
}

fcnn_time_limit fcnn_config_time_limit(const fcnn_config *config, double *seconds)
{
    enum { MOST_HOURS = 1000000 };
    const char *text = config->output_time_limit;
    if (strcmp(text, "auto") == 0) {
        return FCNN_TIME_LIMIT_AUTO;
    }
    if (strcmp(text, "none") == 0) {
        return FCNN_TIME_LIMIT_NONE;
    }
    const int64_t hours = take_part(&text, MOST_HOURS);
    const int64_t minutes = hours < 0 ? -1 : take_part(&text, 60);
    const char *last = text;
    const int64_t rest = minutes < 0 ? -1 : take_part(&text, 60);
    if (rest < 0 || strchr(last, ':') != NULL) {
        return FCNN_TIME_LIMIT_BAD;
    }
    *seconds = 3600.0 * (double)hours + 60.0 * (double)minutes + (double)rest;
    return FCNN_TIME_LIMIT_GIVEN;
}

bool fcnn_config_validation_fraction(const fcnn_config *config, double *out)
{
    return fcnn_text_to_double(config->data_validation, out);
}
