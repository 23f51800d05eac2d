/* src/config/key_read.c — reads the values of keys. */
#include "config/column_words.h"
#include "config/ini.h"
#include "config/key.h"
#include "config/paths.h"
#include "core/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts and paths ---- */

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
    *(char **)fcnn_key_field(key, config) = copy;
    return FCNN_OK;
}

static fcnn_status read_path(const fcnn_key *key, const char *value, const char *folder, fcnn_config *config)
{
    /* a path in quotes that equals a word of the key needs "./" when it is written without quotes */
    const bool may_be_word = key->words != NULL && *value == '"' && *folder == '\0';
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
        return fcnn_key_refuse(key, value, "is neither an allowed word nor a path");
    }
    return read_path(key, value, folder, config);
}

static fcnn_status read_fraction_or_path(const fcnn_key *key, const char *value, const char *folder,
                                         fcnn_config *config)
{
    double fraction;
    if (fcnn_text_to_double(value, &fraction)) {
        if (!(fraction > 0 && fraction < 1)) {
            return fcnn_key_refuse(key, value, "is out of range");
        }
        return store_text(key, value, config);
    }
    if (*value != '\0' && !looks_like_path(value)) {
        return fcnn_key_refuse(key, value, "is neither a fraction nor a path");
    }
    return read_path(key, value, folder, config);
}

/* ---- numbers and words ---- */

static fcnn_status read_integer(const fcnn_key *key, const char *value, int64_t *out)
{
    int64_t number;
    if (!fcnn_text_to_int64(value, &number)) {
        const char *digits = value + (*value == '-' || *value == '+');
        const bool whole = *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0';
        return fcnn_key_refuse(key, value, whole ? "is out of range" : "is not a whole number");
    }
    if (number < key->low || number > key->high) {
        return fcnn_key_refuse(key, value, "is out of range");
    }
    *out = number;
    return FCNN_OK;
}

static fcnn_status read_double(const fcnn_key *key, const char *value, double *out)
{
    double number;
    if (!fcnn_text_to_double(value, &number)) {
        return fcnn_key_refuse(key, value, "is not a finite number");
    }
    const bool too_small = number < key->above || (number == key->above && !key->or_equal);
    const bool too_large = key->has_most && (number > key->most || (number == key->most && key->below_most));
    if (too_small || too_large) {
        return fcnn_key_refuse(key, value, "is out of range");
    }
    *out = number;
    return FCNN_OK;
}

static fcnn_status read_boolean(const fcnn_key *key, const char *value, bool *out)
{
    const int place = fcnn_words_find(fcnn_key_boolean_words, value);
    if (place < 0) {
        return fcnn_key_refuse(key, value, "is not a truth value");
    }
    *out = place % 2 == 1;
    return FCNN_OK;
}

static fcnn_status read_word(const fcnn_key *key, const char *value, int *out)
{
    const int place = fcnn_words_find(key->words, value);
    if (place < 0) {
        return fcnn_key_refuse(key, value, "is not an allowed word");
    }
    *out = place;
    return FCNN_OK;
}

/* ---- lists ---- */

/* Size of an item of any list. */
enum { ITEM_BYTES = 8 };
static_assert(sizeof(int64_t) == ITEM_BYTES && sizeof(double) == ITEM_BYTES, "the bytes of an item");

static fcnn_status read_item(const fcnn_key *key, const char *item, void *out)
{
    if (*item == '\0') {
        return fcnn_key_refuse(key, item, "is an empty item of a list");
    }
    if (key->type == FCNN_KEY_DOUBLE_LIST) {
        return read_double(key, item, out);
    }
    if (key->type == FCNN_KEY_INTEGER_LIST) {
        return read_integer(key, item, out);
    }
    int word = 0;
    FCNN_TRY(read_word(key, item, &word));
    *(int64_t *)out = word;
    return FCNN_OK;
}

/* Reads the items of a list into values [count]; splits text in place. */
static fcnn_status read_items(const fcnn_key *key, char *text, int64_t count, void *values)
{
    for (int64_t i = 0; i < count; i++) {
        char *next = text + strcspn(text, ",");
        next += *next == ',';
        if (i + 1 < count) {
            next[-1] = '\0';
        }
        FCNN_TRY(read_item(key, fcnn_ini_trim(text), (char *)values + (size_t)i * ITEM_BYTES));
        text = next;
    }
    return FCNN_OK;
}

static fcnn_status count_items(const fcnn_key *key, const char *value, int64_t *out)
{
    *out = *value != '\0';
    for (const char *comma = strchr(value, ','); comma != NULL; comma = strchr(comma + 1, ',')) {
        (*out)++;
    }
    if (*out > FCNN_DEPTH_LIMIT) {
        return fcnn_key_refuse(key, value, "has too many items");
    }
    if (*out == 0 && key->type != FCNN_KEY_INTEGER_LIST) {
        return fcnn_key_refuse(key, value, "is empty");
    }
    return FCNN_OK;
}

/* Allocates *values [*count] and reads the items of a list into it.  The caller releases it with free(). */
static fcnn_status create_items(const fcnn_key *key, const char *value, int64_t *count, void **values)
{
    char *text = NULL;
    FCNN_TRY(count_items(key, value, count));
    FCNN_TRY(fcnn_memory_copy_text(value, &text));
    fcnn_status status = fcnn_memory_create("a list of the config", *count, ITEM_BYTES, values);
    if (status == FCNN_OK) {
        status = read_items(key, text, *count, *values);
        if (status != FCNN_OK) {
            free(*values);
        }
    }
    free(text);
    return status;
}

static fcnn_status read_list(const fcnn_key *key, const char *value, fcnn_config *config)
{
    int64_t count;
    void *values;
    FCNN_TRY(create_items(key, value, &count, &values));
    fcnn_key_clear(key, config);
    if (key->type == FCNN_KEY_DOUBLE_LIST) {
        *(fcnn_double_list *)fcnn_key_field(key, config) = (fcnn_double_list){.count = count, .values = values};
    } else {
        *(fcnn_int_list *)fcnn_key_field(key, config) = (fcnn_int_list){.count = count, .values = values};
    }
    return FCNN_OK;
}

/* Stores words as a text in which ", " separates them. */
static fcnn_status store_words(const fcnn_key *key, const int64_t *words, int64_t count, fcnn_config *config)
{
    fcnn_text text = {0};
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; i < count && status == FCNN_OK; i++) {
        status = fcnn_text_append(&text, "%s%s", i > 0 ? ", " : "", key->words[words[i]]);
    }
    if (status == FCNN_OK) {
        status = store_text(key, text.data, config);
    }
    fcnn_text_clear(&text);
    return status;
}

static fcnn_status read_words_or_path(const fcnn_key *key, const char *value, const char *folder, fcnn_config *config)
{
    if (looks_like_path(value)) {
        return read_path(key, value, folder, config);
    }
    if (*value == '\0' || (strchr(value, ',') == NULL && fcnn_words_find(key->words, value) < 0)) {
        return fcnn_key_refuse(key, value, "is neither an allowed word nor a path");
    }
    int64_t count;
    void *words;
    FCNN_TRY(create_items(key, value, &count, &words));
    const fcnn_status status = store_words(key, words, count, config);
    free(words);
    return status;
}

static fcnn_status read_column_words(const fcnn_key *key, const char *value, const char *folder, fcnn_config *config)
{
    fcnn_column_fault fault;
    fcnn_column_words words;
    fcnn_text text = {0};
    fcnn_status status = fcnn_column_words_parse(value, key->words, &fault, &words);
    if (status != FCNN_OK) {
        return status == FCNN_ECONFIG ? fcnn_key_refuse(key, fault.part, fault.reason) : status;
    }
    status = fcnn_column_words_move(&words, folder);
    if (status == FCNN_OK) {
        status = fcnn_column_words_print(&words, key->words, &text);
    }
    if (status == FCNN_OK) {
        status = store_text(key, text.data, config);
    }
    fcnn_text_clear(&text);
    fcnn_column_words_clear(&words);
    return status;
}

/* ---- all types ---- */

fcnn_status fcnn_key_read(const fcnn_key *key, const char *value, const char *folder, fcnn_config *config)
{
    void *field = fcnn_key_field(key, config);
    switch (key->type) {
    case FCNN_KEY_TEXT:
        return key->not_empty && *value == '\0' ? fcnn_key_refuse(key, value, "is empty")
                                                : store_text(key, value, config);
    case FCNN_KEY_PATH:
        return read_path(key, value, folder, config);
    case FCNN_KEY_WORD_OR_PATH:
        return read_word_or_path(key, value, folder, config);
    case FCNN_KEY_WORDS_OR_PATH:
        return read_words_or_path(key, value, folder, config);
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
    case FCNN_KEY_DOUBLE_OR_AUTO:
        if (strcmp(value, "auto") == 0) {
            *(double *)field = FCNN_AUTO;
            return FCNN_OK;
        }
        return read_double(key, value, field);
    case FCNN_KEY_DOUBLE:
        return read_double(key, value, field);
    case FCNN_KEY_BOOLEAN:
        return read_boolean(key, value, field);
    case FCNN_KEY_ENUM:
        return read_word(key, value, field);
    case FCNN_KEY_INTEGER_LIST:
    case FCNN_KEY_DOUBLE_LIST:
    case FCNN_KEY_WORD_LIST:
        return read_list(key, value, config);
    case FCNN_KEY_COLUMN_WORDS:
        return read_column_words(key, value, folder, config);
    }
    return FCNN_OK;
}
