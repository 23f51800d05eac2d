/* src/config/key.c — the rows of keys.def, and access to the values of a config by row. */
#include "config/key.h"

#include "config/ini.h"
#include "config/paths.h"
#include "core/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRED NULL
#define CHANGEABLE true
#define FIXED false
#define UNBOUNDED .low = 0
#define NOT_EMPTY .not_empty = true
#define MAY_BE_EMPTY .not_empty = false
#define IN_CONFIG_FOLDER .in_config_folder = true
#define FILES_IN_CONFIG_FOLDER IN_CONFIG_FOLDER, .is_list = true
#define IN_WORKING_DIRECTORY .in_config_folder = false
#define RANGE(lowest, highest) .low = (lowest), .high = (highest)
#define ITEMS(lowest, highest) .low = (lowest), .high = (highest)
#define ABOVE(limit) .above = (limit)
#define AT_LEAST(limit) .above = (limit), .or_equal = true

#define FCNN_BOUNDS_TEXT(...) __VA_ARGS__
#define FCNN_BOUNDS_PATH(...) __VA_ARGS__
#define FCNN_BOUNDS_WORD_OR_PATH(enumeration) .words = fcnn_##enumeration##_words, IN_CONFIG_FOLDER
#define FCNN_BOUNDS_FRACTION_OR_PATH(...) __VA_ARGS__, FILES_IN_CONFIG_FOLDER
#define FCNN_BOUNDS_INTEGER(...) __VA_ARGS__
#define FCNN_BOUNDS_INTEGER_OR_AUTO(...) __VA_ARGS__
#define FCNN_BOUNDS_DOUBLE(...) __VA_ARGS__
#define FCNN_BOUNDS_BOOLEAN(...) __VA_ARGS__
#define FCNN_BOUNDS_ENUM(enumeration) .words = fcnn_##enumeration##_words
#define FCNN_BOUNDS_INTEGER_LIST(...) __VA_ARGS__
#define FCNN_BOUNDS_WORD_LIST(enumeration) .words = fcnn_##enumeration##_words

const fcnn_key fcnn_keys[FCNN_KEY_COUNT] = {
#define FCNN_KEY(type_, section_, name_, standard_, bounds_, resume_, help_) \
    {.type = FCNN_KEY_##type_,                                               \
     .section = #section_,                                                   \
     .name = #name_,                                                         \
     .standard = standard_,                                                  \
     .help = help_,                                                          \
     .offset = offsetof(struct fcnn_config, section_##_##name_),             \
     .changeable = resume_,                                                  \
     FCNN_BOUNDS_##type_(bounds_)},
#include "config/keys.def"
#undef FCNN_KEY
};

/* The index of a word is its constant, and each enumeration is stored as an int. */
#define FCNN_WORDS_FIT_INT(enumeration, list) \
    static_assert(sizeof(fcnn_##enumeration) == sizeof(int), "fcnn_" #enumeration " is read and written as an int");
FCNN_WORDS_TABLE(FCNN_WORDS_FIT_INT)

static const char *const boolean_words[] = {"no", "yes", "false", "true", "off", "on", "0", "1", NULL};

static void *field_of(const fcnn_key *key, fcnn_config *config)
{
    return (char *)config + key->offset;
}

static const void *value_of(const fcnn_key *key, const fcnn_config *config)
{
    return (const char *)config + key->offset;
}

/* ---- finding ---- */

fcnn_status fcnn_key_find_section(const char *section, int *first)
{
    int nearest = 0;
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        if (strcmp(fcnn_keys[i].section, section) == 0) {
            *first = i;
            return FCNN_OK;
        }
        if (fcnn_text_distance(fcnn_keys[i].section, section) <
            fcnn_text_distance(fcnn_keys[nearest].section, section)) {
            nearest = i;
        }
    }
    return fcnn_fail(FCNN_ECONFIG, "unknown section [%.60s]: the nearest one is [%s]", section,
                     fcnn_keys[nearest].section);
}

fcnn_status fcnn_key_find(const char *section, const char *name, int *place)
{
    const fcnn_key *nearest = NULL, *elsewhere = NULL;
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        const fcnn_key *key = &fcnn_keys[i];
        const bool same_name = strcmp(key->name, name) == 0;
        if (strcmp(key->section, section) != 0) {
            elsewhere = same_name ? key : elsewhere;
        } else if (same_name) {
            *place = i;
            return FCNN_OK;
        } else if (nearest == NULL || fcnn_text_distance(key->name, name) < fcnn_text_distance(nearest->name, name)) {
            nearest = key;
        }
    }
    assert(nearest != NULL); /* the section has passed fcnn_key_find_section() */
    if (elsewhere != NULL) {
        return fcnn_fail(FCNN_ECONFIG, "section [%s] has no key '%s': it belongs in section [%s]", section, name,
                         elsewhere->section);
    }
    return fcnn_fail(FCNN_ECONFIG, "unknown key '%.60s' in section [%s]: the nearest one is '%s'", name, section,
                     nearest->name);
}

/* ---- describing and refusing ---- */

static fcnn_status append_words(const char *const *words, fcnn_text *out)
{
    for (int i = 0; words[i] != NULL; i++) {
        FCNN_TRY(fcnn_text_append(out, "%s%s", i > 0 ? ", " : "", words[i]));
    }
    return FCNN_OK;
}

static fcnn_status append_range(const fcnn_key *key, fcnn_text *out)
{
    if (key->high == INT64_MAX) {
        return fcnn_text_append(out, "of at least %" PRId64, key->low);
    }
    return fcnn_text_append(out, "from %" PRId64 " to %" PRId64, key->low, key->high);
}

fcnn_status fcnn_key_describe(const fcnn_key *key, fcnn_text *out)
{
    char limit[32];
    switch (key->type) {
    case FCNN_KEY_TEXT:
        return fcnn_text_append(out, key->not_empty ? "a text" : "a text, or nothing");
    case FCNN_KEY_PATH:
        if (key->is_list) {
            return fcnn_text_append(out, "paths, separated by commas, relative to the folder of the config file");
        }
        return fcnn_text_append(out, key->in_config_folder ? "a path, relative to the folder of the config file"
                                                           : "a path, relative to the working directory");
    case FCNN_KEY_WORD_OR_PATH:
        FCNN_TRY(fcnn_text_append(out, "one of "));
        FCNN_TRY(append_words(key->words, out));
        return fcnn_text_append(out, "; or a path that contains '.' or '/' or is in quotes, relative to the folder of "
                                     "the config file");
    case FCNN_KEY_FRACTION_OR_PATH:
        return fcnn_text_append(out, "a fraction above 0 and below 1; or paths, separated by commas, that contain '.' "
                                     "or '/' or are in quotes, relative to the folder of the config file; or nothing");
    case FCNN_KEY_INTEGER:
        FCNN_TRY(fcnn_text_append(out, "a whole number "));
        return append_range(key, out);
    case FCNN_KEY_INTEGER_OR_AUTO:
        FCNN_TRY(fcnn_text_append(out, "auto or a whole number "));
        return append_range(key, out);
    case FCNN_KEY_DOUBLE:
        fcnn_text_from_double(key->above, limit);
        return fcnn_text_append(out, key->or_equal ? "a number of at least %s" : "a number above %s", limit);
    case FCNN_KEY_BOOLEAN:
        return fcnn_text_append(out, "yes or no");
    case FCNN_KEY_ENUM:
        FCNN_TRY(fcnn_text_append(out, "one of "));
        return append_words(key->words, out);
    case FCNN_KEY_INTEGER_LIST:
        FCNN_TRY(fcnn_text_append(out, "up to %d whole numbers ", FCNN_DEPTH_LIMIT));
        FCNN_TRY(append_range(key, out));
        return fcnn_text_append(out, ", separated by commas; or nothing");
    case FCNN_KEY_WORD_LIST:
        FCNN_TRY(fcnn_text_append(out, "a list of 1 to %d of the words ", FCNN_DEPTH_LIMIT));
        FCNN_TRY(append_words(key->words, out));
        return fcnn_text_append(out, ", separated by commas");
    }
    return FCNN_OK;
}

static const char *nearest_word(const char *const *words, const char *value)
{
    const char *nearest = words[0];
    for (int i = 1; words[i] != NULL; i++) {
        if (fcnn_text_distance(words[i], value) < fcnn_text_distance(nearest, value)) {
            nearest = words[i];
        }
    }
    return nearest;
}

/* Fails with a message that says why a value, or an item of a list, is refused, and what is expected. */
static fcnn_status refuse(const fcnn_key *key, const char *value, const char *reason)
{
    enum { SHOWN = 60 };
    fcnn_text expected = {0};
    fcnn_status status = fcnn_key_describe(key, &expected);
    if (status == FCNN_OK && key->words != NULL && *value != '\0') {
        status = fcnn_text_append(&expected, " (nearest: %s)", nearest_word(key->words, value));
    }
    if (status == FCNN_OK && (strstr(value, " #") != NULL || strstr(value, " ;") != NULL)) {
        status = fcnn_text_append(&expected, "; write comments on separate lines");
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_ECONFIG, "%s.%s: '%.*s%s' %s: expected %s", key->section, key->name, SHOWN, value,
                           strlen(value) > SHOWN ? "…" : "", reason, expected.data);
    }
    fcnn_text_clear(&expected);
    return status;
}

/* ---- reading ---- */

/* Control characters are refused: a line feed could not be written back to a config, and the others are mistakes. */
static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if ((byte < ' ' && byte != '\t') || byte == 0x7F) {
            return true;
        }
    }
    return false;
}

static fcnn_status store_text(const fcnn_key *key, const char *value, fcnn_config *config)
{
    char *copy;
    if (has_control_character(value)) {
        return fcnn_fail(FCNN_ECONFIG, "%s.%s: the value contains a control character", key->section, key->name);
    }
    FCNN_TRY(fcnn_memory_copy_text(value, &copy));
    fcnn_key_clear(key, config);
    *(char **)field_of(key, config) = copy;
    return FCNN_OK;
}

static fcnn_status read_path(const fcnn_key *key, const char *value, const char *folder, fcnn_config *config)
{
    /* a path in quotes that equals a word of the key needs "./" when it is written without quotes */
    const bool may_be_word = key->type == FCNN_KEY_WORD_OR_PATH && *value == '"' && *folder == '\0';
    const char *start = may_be_word ? "./" : key->in_config_folder ? folder : "";
    fcnn_text moved = {0};
    fcnn_status status = key->is_list ? fcnn_paths_move(value, start, &moved) : fcnn_path_move(value, start, &moved);
    if (status != FCNN_OK) {
        fcnn_text_clear(&moved);
        return fcnn_fail_prefix(status, "%s.%s", key->section, key->name);
    }
    if (status == FCNN_OK) {
        status = store_text(key, moved.data, config);
    }
    fcnn_text_clear(&moved);
    return status;
}

/* Whether a value of a key that also takes words or fractions is a path. */
static bool looks_like_path(const char *value)
{
    return *value == '"' || strpbrk(value, "./") != NULL;
}

static fcnn_status read_word_or_path(const fcnn_key *key, const char *value, const char *folder, fcnn_config *config)
{
    if (fcnn_words_find(key->words, value) >= 0) {
        return store_text(key, value, config);
    }
    if (!looks_like_path(value)) {
        return refuse(key, value, "is neither an allowed word nor a path");
    }
    return read_path(key, value, folder, config);
}

static fcnn_status read_fraction_or_path(const fcnn_key *key, const char *value, const char *folder,
                                         fcnn_config *config)
{
    double fraction;
    if (fcnn_text_to_double(value, &fraction)) {
        if (!(fraction > 0 && fraction < 1)) {
            return refuse(key, value, "is out of range");
        }
        return store_text(key, value, config);
    }
    if (*value != '\0' && !looks_like_path(value)) {
        return refuse(key, value, "is neither a fraction nor a path");
    }
    return read_path(key, value, folder, config);
}

static fcnn_status read_integer(const fcnn_key *key, const char *value, int64_t *out)
{
    int64_t number;
    if (!fcnn_text_to_int64(value, &number)) {
        const char *digits = value + (*value == '-' || *value == '+');
        const bool whole = *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0';
        return refuse(key, value, whole ? "is out of range" : "is not a whole number");
    }
    if (number < key->low || number > key->high) {
        return refuse(key, value, "is out of range");
    }
    *out = number;
    return FCNN_OK;
}

static fcnn_status read_double(const fcnn_key *key, const char *value, double *out)
{
    double number;
    if (!fcnn_text_to_double(value, &number)) {
        return refuse(key, value, "is not a finite number");
    }
    if (number < key->above || (number == key->above && !key->or_equal)) {
        return refuse(key, value, "is out of range");
    }
    *out = number;
    return FCNN_OK;
}

static fcnn_status read_boolean(const fcnn_key *key, const char *value, bool *out)
{
    const int place = fcnn_words_find(boolean_words, value);
    if (place < 0) {
        return refuse(key, value, "is not a truth value");
    }
    *out = place % 2 == 1;
    return FCNN_OK;
}

static fcnn_status read_word(const fcnn_key *key, const char *value, int *out)
{
    const int place = fcnn_words_find(key->words, value);
    if (place < 0) {
        return refuse(key, value, "is not an allowed word");
    }
    *out = place;
    return FCNN_OK;
}

static fcnn_status read_item(const fcnn_key *key, const char *item, int64_t *out)
{
    if (*item == '\0') {
        return refuse(key, item, "is an empty item of a list");
    }
    if (key->type == FCNN_KEY_INTEGER_LIST) {
        return read_integer(key, item, out);
    }
    int word = 0;
    FCNN_TRY(read_word(key, item, &word));
    *out = word;
    return FCNN_OK;
}

/* Reads the items of a list into values [count]; splits text in place. */
static fcnn_status read_items(const fcnn_key *key, char *text, int64_t count, int64_t *values)
{
    for (int64_t i = 0; i < count; i++) {
        char *next = text + strcspn(text, ",");
        next += *next == ',';
        if (i + 1 < count) {
            next[-1] = '\0';
        }
        FCNN_TRY(read_item(key, fcnn_ini_trim(text), &values[i]));
        text = next;
    }
    return FCNN_OK;
}

static fcnn_status read_list(const fcnn_key *key, const char *value, fcnn_config *config)
{
    int64_t count = *value != '\0';
    for (const char *comma = strchr(value, ','); comma != NULL; comma = strchr(comma + 1, ',')) {
        count++;
    }
    if (count > FCNN_DEPTH_LIMIT) {
        return refuse(key, value, "has too many items");
    }
    if (count == 0 && key->type == FCNN_KEY_WORD_LIST) {
        return refuse(key, value, "is empty");
    }
    char *text = NULL;
    int64_t *values = NULL;
    fcnn_status status = fcnn_memory_copy_text(value, &text);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("a list of the config", count, sizeof *values, &values);
    }
    if (status == FCNN_OK) {
        status = read_items(key, text, count, values);
    }
    free(text);
    if (status != FCNN_OK) {
        free(values);
        return status;
    }
    fcnn_key_clear(key, config);
    *(fcnn_int_list *)field_of(key, config) = (fcnn_int_list){.count = count, .values = values};
    return FCNN_OK;
}

fcnn_status fcnn_key_read(const fcnn_key *key, const char *value, const char *folder, fcnn_config *config)
{
    void *field = field_of(key, config);
    switch (key->type) {
    case FCNN_KEY_TEXT:
        return key->not_empty && *value == '\0' ? refuse(key, value, "is empty") : store_text(key, value, config);
    case FCNN_KEY_PATH:
        return read_path(key, value, folder, config);
    case FCNN_KEY_WORD_OR_PATH:
        return read_word_or_path(key, value, folder, config);
    case FCNN_KEY_FRACTION_OR_PATH:
        return read_fraction_or_path(key, value, folder, config);
    case FCNN_KEY_INTEGER_OR_AUTO:
        if (strcmp(value, "auto") == 0) {
            *(int64_t *)field = FCNN_AUTO;
            return FCNN_OK;
        }
        return read_integer(key, value, field);
    case FCNN_KEY_INTEGER:
        return read_integer(key, value, field);
    case FCNN_KEY_DOUBLE:
        return read_double(key, value, field);
    case FCNN_KEY_BOOLEAN:
        return read_boolean(key, value, field);
    case FCNN_KEY_ENUM:
        return read_word(key, value, field);
    case FCNN_KEY_INTEGER_LIST:
    case FCNN_KEY_WORD_LIST:
        return read_list(key, value, config);
    }
    return FCNN_OK;
}

/* ---- printing, releasing ---- */

static fcnn_status print_list(const fcnn_key *key, const fcnn_int_list *list, fcnn_text *out)
{
    for (int64_t i = 0; i < list->count; i++) {
        FCNN_TRY(fcnn_text_append(out, i > 0 ? ", " : ""));
        if (key->words != NULL) {
            FCNN_TRY(fcnn_text_append(out, "%s", key->words[list->values[i]]));
        } else {
            FCNN_TRY(fcnn_text_append(out, "%" PRId64, list->values[i]));
        }
    }
    return fcnn_text_append(out, "%s", ""); /* for an empty list, sets the text to "" */
}

fcnn_status fcnn_key_print(const fcnn_key *key, const fcnn_config *config, fcnn_text *out)
{
    const void *value = value_of(key, config);
    char number[32];
    switch (key->type) {
    case FCNN_KEY_PATH:
    case FCNN_KEY_WORD_OR_PATH:
        if (!key->is_list) {
            return fcnn_path_put(*(char *const *)value, out);
        }
        return fcnn_text_append(out, "%s", *(char *const *)value);
    case FCNN_KEY_TEXT:
    case FCNN_KEY_FRACTION_OR_PATH:
        return fcnn_text_append(out, "%s", *(char *const *)value);
    case FCNN_KEY_INTEGER_OR_AUTO:
        if (*(const int64_t *)value == FCNN_AUTO) {
            return fcnn_text_append(out, "auto");
        }
        return fcnn_text_append(out, "%" PRId64, *(const int64_t *)value);
    case FCNN_KEY_INTEGER:
        return fcnn_text_append(out, "%" PRId64, *(const int64_t *)value);
    case FCNN_KEY_DOUBLE:
        fcnn_text_from_double(*(const double *)value, number);
        return fcnn_text_append(out, "%s", number);
    case FCNN_KEY_BOOLEAN:
        return fcnn_text_append(out, "%s", boolean_words[*(const bool *)value]);
    case FCNN_KEY_ENUM:
        return fcnn_text_append(out, "%s", key->words[*(const int *)value]);
    case FCNN_KEY_INTEGER_LIST:
    case FCNN_KEY_WORD_LIST:
        return print_list(key, value, out);
    }
    return FCNN_OK;
}

void fcnn_key_clear(const fcnn_key *key, fcnn_config *config)
{
    void *field = field_of(key, config);
    switch (key->type) {
    case FCNN_KEY_TEXT:
    case FCNN_KEY_PATH:
    case FCNN_KEY_WORD_OR_PATH:
    case FCNN_KEY_FRACTION_OR_PATH:
        free(*(char **)field);
        *(char **)field = NULL;
        break;
    case FCNN_KEY_INTEGER_LIST:
    case FCNN_KEY_WORD_LIST:
        free(((fcnn_int_list *)field)->values);
        *(fcnn_int_list *)field = (fcnn_int_list){0};
        break;
    case FCNN_KEY_INTEGER:
    case FCNN_KEY_INTEGER_OR_AUTO:
    case FCNN_KEY_DOUBLE:
    case FCNN_KEY_BOOLEAN:
    case FCNN_KEY_ENUM:
        break;
    }
}
