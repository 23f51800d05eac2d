/* src/config/key.c — the rows of keys.def, and access to the values of a config by row. */
#include "config/key.h"

#include "config/column_words.h"
#include "config/paths.h"

#include <assert.h>
#include <ctype.h>
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
#define BETWEEN(lowest, highest) .above = (lowest), .or_equal = true, .most = (highest), .has_most = true
#define ABOVE_UP_TO(limit, highest) .above = (limit), .most = (highest), .has_most = true
#define WITHIN(lower, upper) ABOVE_UP_TO(lower, upper), .below_most = true
#define FROM_BELOW(lowest, limit) BETWEEN(lowest, limit), .below_most = true

#define FCNN_BOUNDS_TEXT(...) __VA_ARGS__
#define FCNN_BOUNDS_PATH(...) __VA_ARGS__
#define FCNN_BOUNDS_WORD_OR_PATH(enumeration) .words = fcnn_##enumeration##_words, IN_CONFIG_FOLDER
#define FCNN_BOUNDS_WORDS_OR_PATH(enumeration) .words = fcnn_##enumeration##_words, IN_CONFIG_FOLDER
#define FCNN_BOUNDS_FRACTION_OR_PATH(...) __VA_ARGS__, FILES_IN_CONFIG_FOLDER
#define FCNN_BOUNDS_INTEGER(...) __VA_ARGS__
#define FCNN_BOUNDS_INTEGER_OR_AUTO(...) __VA_ARGS__
#define FCNN_BOUNDS_DOUBLE(...) __VA_ARGS__
#define FCNN_BOUNDS_DOUBLE_OR_AUTO(...) __VA_ARGS__
#define FCNN_BOUNDS_BOOLEAN(...) __VA_ARGS__
#define FCNN_BOUNDS_ENUM(enumeration) .words = fcnn_##enumeration##_words
#define FCNN_BOUNDS_INTEGER_LIST(...) __VA_ARGS__
#define FCNN_BOUNDS_DOUBLE_LIST(...) __VA_ARGS__
#define FCNN_BOUNDS_WORD_LIST(enumeration) .words = fcnn_##enumeration##_words
#define FCNN_BOUNDS_COLUMN_WORDS(enumeration) .words = fcnn_##enumeration##_words, IN_CONFIG_FOLDER

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

const char *const fcnn_key_boolean_words[] = {"no", "yes", "false", "true", "off", "on", "0", "1", NULL};

void *fcnn_key_field(const fcnn_key *key, fcnn_config *config)
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
    static const char stage[] = "stage.1"; /* the sections of stages are not in the table */
    const char *known = fcnn_keys[nearest].section;
    return fcnn_fail(FCNN_ECONFIG, "unknown section [%.60s]: the nearest one is [%s]", section,
                     fcnn_text_distance(stage, section) < fcnn_text_distance(known, section) ? stage : known);
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

/* Appends "above 0", "of at least 0", "from 0 to 1", "above 0 and at most 1" or "of at least 0 and below 1". */
static fcnn_status append_limits(const fcnn_key *key, fcnn_text *out)
{
    char limit[32], most[32];
    fcnn_text_from_double(key->above, limit);
    fcnn_text_from_double(key->most, most);
    if (key->has_most && key->or_equal && !key->below_most) {
        return fcnn_text_append(out, "from %s to %s", limit, most);
    }
    FCNN_TRY(fcnn_text_append(out, key->or_equal ? "of at least %s" : "above %s", limit));
    return key->has_most ? fcnn_text_append(out, key->below_most ? " and below %s" : " and at most %s", most) : FCNN_OK;
}

static fcnn_status append_column_words(const fcnn_key *key, fcnn_text *out)
{
    const int first = strcmp(key->words[0], "auto") == 0 ? 2 : 0; /* auto and softmax are for all columns */
    const int file = fcnn_words_find(key->words, FCNN_COLUMN_FILE);
    FCNN_TRY(fcnn_text_append(out, "one of "));
    for (int i = 0; key->words[i] != NULL; i++) {
        if (i != file) {
            FCNN_TRY(fcnn_text_append(out, "%s%s", i > 0 ? ", " : "", key->words[i]));
        }
    }
    if (file >= 0) {
        FCNN_TRY(fcnn_text_append(out, " or file:PATH.h5, relative to the folder of the config file"));
    }
    return fcnn_text_append(out, "; or several, each with its columns, separated by commas, such as '%s 0:6, %s 6:'",
                            key->words[first + 1], key->words[first]);
}

fcnn_status fcnn_key_describe(const fcnn_key *key, fcnn_text *out)
{
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
    case FCNN_KEY_WORDS_OR_PATH:
        FCNN_TRY(fcnn_text_append(out, "1 to %d of the words ", FCNN_DEPTH_LIMIT));
        FCNN_TRY(append_words(key->words, out));
        return fcnn_text_append(out, ", separated by commas; or a path with a '.' or '/' in it, or in quotes, from the "
                                     "config file's folder");
    case FCNN_KEY_FRACTION_OR_PATH:
        return fcnn_text_append(out, "a fraction above 0 and below 1; or paths, separated by commas, that contain '.' "
                                     "or '/' or are in quotes, relative to the folder of the config file; or nothing");
    case FCNN_KEY_INTEGER:
        FCNN_TRY(fcnn_text_append(out, "a whole number "));
        return append_range(key, out);
    case FCNN_KEY_INTEGER_OR_AUTO:
        FCNN_TRY(fcnn_text_append(out, "auto or a whole number "));
        return append_range(key, out);
    case FCNN_KEY_DOUBLE_OR_AUTO:
    case FCNN_KEY_DOUBLE:
        FCNN_TRY(fcnn_text_append(out, key->type == FCNN_KEY_DOUBLE ? "a number " : "auto or a number "));
        return append_limits(key, out);
    case FCNN_KEY_BOOLEAN:
        return fcnn_text_append(out, "yes or no");
    case FCNN_KEY_ENUM:
        FCNN_TRY(fcnn_text_append(out, "one of "));
        return append_words(key->words, out);
    case FCNN_KEY_INTEGER_LIST:
        FCNN_TRY(fcnn_text_append(out, "up to %d whole numbers ", FCNN_DEPTH_LIMIT));
        FCNN_TRY(append_range(key, out));
        return fcnn_text_append(out, ", separated by commas; or nothing");
    case FCNN_KEY_DOUBLE_LIST:
        FCNN_TRY(fcnn_text_append(out, "1 to %d numbers ", FCNN_DEPTH_LIMIT));
        FCNN_TRY(append_limits(key, out));
        return fcnn_text_append(out, ", separated by commas");
    case FCNN_KEY_WORD_LIST:
        FCNN_TRY(fcnn_text_append(out, "a list of 1 to %d of the words ", FCNN_DEPTH_LIMIT));
        FCNN_TRY(append_words(key->words, out));
        return fcnn_text_append(out, ", separated by commas");
    case FCNN_KEY_COLUMN_WORDS:
        return append_column_words(key, out);
    }
    return FCNN_OK;
}

/* The word that is nearest to a value in small letters; NULL: the value is a word, and its fault is another one. */
static const char *nearest_word(const char *const *words, const char *value)
{
    enum { LONGEST = 63 };
    char small[LONGEST + 1] = "";
    for (int i = 0; i < LONGEST && value[i] != '\0'; i++) {
        small[i] = (char)tolower((unsigned char)value[i]);
    }
    const char *nearest = words[0];
    for (int i = 1; words[i] != NULL; i++) {
        if (fcnn_text_distance(words[i], small) < fcnn_text_distance(nearest, small)) {
            nearest = words[i];
        }
    }
    return strcmp(nearest, value) != 0 ? nearest : NULL;
}

/* What this key calls a word of other programs; NULL: it does not know it. */
static const char *translate(const char *const *words, const char *value)
{
    static const char *const others[][2] = {{"swish", "silu"},     {"logistic", "sigmoid"}, {"identity", "linear"},
                                            {"glorot", "xavier"},  {"kaiming", "he"},       {"zeros", "zero"},
                                            {"l1", "mae"},         {"l2", "mse"},           {"squared_error", "mse"},
                                            {"float32", "single"}, {"float64", "double"},   {"float", "single"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(value, others[i][0]) == 0 && fcnn_words_find(words, others[i][1]) >= 0) {
            return others[i][1];
        }
    }
    return NULL;
}

fcnn_status fcnn_key_refuse(const fcnn_key *key, const char *value, const char *reason)
{
    enum { SHOWN = 60 };
    fcnn_text expected = {0};
    fcnn_status status = fcnn_key_describe(key, &expected);
    if (status == FCNN_OK && key->words != NULL && *value != '\0') {
        const char *same = translate(key->words, value), *nearest = nearest_word(key->words, value);
        status = same != NULL      ? fcnn_text_append(&expected, " (it is called %s here)", same)
                 : nearest != NULL ? fcnn_text_append(&expected, " (nearest: %s)", nearest)
                                   : FCNN_OK;
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

static fcnn_status print_doubles(const fcnn_double_list *list, fcnn_text *out)
{
    for (int64_t i = 0; i < list->count; i++) {
        char number[32];
        fcnn_text_from_double(list->values[i], number);
        FCNN_TRY(fcnn_text_append(out, "%s%s", i > 0 ? ", " : "", number));
    }
    return FCNN_OK;
}

fcnn_status fcnn_key_print(const fcnn_key *key, const fcnn_config *config, fcnn_text *out)
{
    const void *value = value_of(key, config);
    char number[32];
    switch (key->type) {
    case FCNN_KEY_PATH:
    case FCNN_KEY_WORD_OR_PATH:
    case FCNN_KEY_WORDS_OR_PATH:
        if (!key->is_list) {
            return fcnn_path_put(*(char *const *)value, out);
        }
        return fcnn_text_append(out, "%s", *(char *const *)value);
    case FCNN_KEY_TEXT:
    case FCNN_KEY_FRACTION_OR_PATH:
    case FCNN_KEY_COLUMN_WORDS:
        return fcnn_text_append(out, "%s", *(char *const *)value);
    case FCNN_KEY_INTEGER_OR_AUTO:
        if (*(const int64_t *)value == FCNN_AUTO) {
            return fcnn_text_append(out, "auto");
        }
        return fcnn_text_append(out, "%" PRId64, *(const int64_t *)value);
    case FCNN_KEY_INTEGER:
        return fcnn_text_append(out, "%" PRId64, *(const int64_t *)value);
    case FCNN_KEY_DOUBLE_OR_AUTO:
        if (*(const double *)value == FCNN_AUTO) {
            return fcnn_text_append(out, "auto");
        }
        fcnn_text_from_double(*(const double *)value, number);
        return fcnn_text_append(out, "%s", number);
    case FCNN_KEY_DOUBLE:
        fcnn_text_from_double(*(const double *)value, number);
        return fcnn_text_append(out, "%s", number);
    case FCNN_KEY_BOOLEAN:
        return fcnn_text_append(out, "%s", fcnn_key_boolean_words[*(const bool *)value]);
    case FCNN_KEY_ENUM:
        return fcnn_text_append(out, "%s", key->words[*(const int *)value]);
    case FCNN_KEY_DOUBLE_LIST:
        return print_doubles(value, out);
    case FCNN_KEY_INTEGER_LIST:
    case FCNN_KEY_WORD_LIST:
        return print_list(key, value, out);
    }
    return FCNN_OK;
}

void fcnn_key_clear(const fcnn_key *key, fcnn_config *config)
{
    void *field = fcnn_key_field(key, config);
    switch (key->type) {
    case FCNN_KEY_TEXT:
    case FCNN_KEY_PATH:
    case FCNN_KEY_WORD_OR_PATH:
    case FCNN_KEY_WORDS_OR_PATH:
    case FCNN_KEY_FRACTION_OR_PATH:
    case FCNN_KEY_COLUMN_WORDS:
        free(*(char **)field);
        *(char **)field = NULL;
        break;
    case FCNN_KEY_DOUBLE_LIST:
        free(((fcnn_double_list *)field)->values);
        *(fcnn_double_list *)field = (fcnn_double_list){0};
        break;
    case FCNN_KEY_INTEGER_LIST:
    case FCNN_KEY_WORD_LIST:
        free(((fcnn_int_list *)field)->values);
        *(fcnn_int_list *)field = (fcnn_int_list){0};
        break;
    case FCNN_KEY_INTEGER:
    case FCNN_KEY_INTEGER_OR_AUTO:
    case FCNN_KEY_DOUBLE:
    case FCNN_KEY_DOUBLE_OR_AUTO:
    case FCNN_KEY_BOOLEAN:
    case FCNN_KEY_ENUM:
        break;
    }
}
