/* src/config/column_words.c — values of keys that give each column a word. */
#include "config/column_words.h"

#include "config/words.h"
#include "core/list.h"
#include "core/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

/* What a value is parsed into. */
typedef struct parser {
    const char *const *words;
    fcnn_column_fault *fault;
    fcnn_column_words *out;
    int64_t capacity;
} parser;

static fcnn_status refuse(const parser *to, const char *part, const char *reason)
{
    snprintf(to->fault->part, sizeof to->fault->part, "%.60s", part);
    to->fault->reason = reason;
    return FCNN_ECONFIG;
}

/* Appends an item, whose path is copied. */
static fcnn_status append(parser *to, fcnn_column_item item)
{
    fcnn_column_words *out = to->out;
    FCNN_TRY(fcnn_memory_grow("a list of the config", out->count + 1, sizeof *out->items, &out->items, &to->capacity));
    if (item.path != NULL) {
        FCNN_TRY(fcnn_memory_copy_text(item.path, &item.path));
    }
    out->items[out->count++] = item;
    return FCNN_OK;
}

/* ---- parsing ---- */

/* Reads the digits at *at as a number and moves *at past them.  Returns −1 if there are none. */
static int64_t take_number(const char **at)
{
    int64_t number = -1;
    while (**at >= '0' && **at <= '9' && number < INT64_MAX / 20) {
        number = 10 * (number < 0 ? 0 : number) + (*(*at)++ - '0');
    }
    return number;
}

/* Reads 6, 0:6, 7: or :4.  Returns false if the text is something else. */
static bool read_range(const char *text, int64_t *first, int64_t *last)
{
    const char *at = text;
    const int64_t from = take_number(&at);
    const bool has_colon = *at == ':';
    at += has_colon;
    const int64_t to = has_colon ? take_number(&at) : from + 1;
    *first = from < 0 ? 0 : from;
    *last = to;
    return *at == '\0' && (from >= 0 || to >= 0) && (to < 0 || to > *first);
}

/* Copies the path behind "file:" to path [strlen(*at) + 1], without quotes, and moves *at past the blanks behind it. */
static fcnn_status take_path(const parser *to, const char **at, char *path)
{
    const char *from = *at + strlen(FCNN_COLUMN_FILE ":");
    bool is_whole = true;
    if (*from == '"') {
        is_whole = fcnn_list_unquote(&from, path) && strchr(BLANKS, *from) != NULL; /* a blank or the end follows */
    } else {
        const size_t length = strcspn(from, BLANKS);
        memcpy(path, from, length);
        path[length] = '\0';
        from += length;
    }
    if (!is_whole || *path == '\0') {
        return refuse(to, *at, is_whole ? "does not name a file" : "has text behind a quotation mark");
    }
    *at = from + strspn(from, BLANKS);
    return FCNN_OK;
}

/* Reads the word of an item, up to a blank, and moves *at past the blanks behind it. */
static fcnn_status take_word(const parser *to, const char **at, char *word, fcnn_column_item *item)
{
    const int file = fcnn_words_find(to->words, FCNN_COLUMN_FILE);
    if (file >= 0 && strncmp(*at, FCNN_COLUMN_FILE ":", strlen(FCNN_COLUMN_FILE ":")) == 0) {
        item->word = file;
        item->path = word;
        return take_path(to, at, word);
    }
    const size_t length = strcspn(*at, BLANKS);
    memcpy(word, *at, length);
    word[length] = '\0';
    item->word = fcnn_words_find(to->words, word);
    if (item->word < 0) {
        return refuse(to, word, *word == '\0' ? "is an empty item of a list" : "is not an allowed word");
    }
    if (item->word == file) {
        return refuse(to, word, "must be followed by a path, as in file:NAME.h5");
    }
    *at += length + strspn(*at + length, BLANKS);
    return FCNN_OK;
}

/* Reads the ranges of an item.
 *   range  room for any of them */
static fcnn_status read_ranges(parser *to, const char *text, char *range, fcnn_column_item item)
{
    while (*text != '\0') {
        const size_t length = strcspn(text, BLANKS);
        memcpy(range, text, length);
        range[length] = '\0';
        if (!read_range(range, &item.first, &item.last)) {
            return refuse(to, range, "is not a range of columns such as 6, 0:6, 7: or :4");
        }
        FCNN_TRY(append(to, item));
        text += length + strspn(text + length, BLANKS);
    }
    return FCNN_OK;
}

/* Reads an item of a list.
 *   room [2][strlen(text) + 1]  for its parts */
static fcnn_status read_item(parser *to, const char *text, char *room, bool is_single)
{
    fcnn_column_item item = {.last = -1};
    char *range = room + strlen(text) + 1;
    FCNN_TRY(take_word(to, &text, room, &item));
    if (*text == '\0') {
        return is_single ? append(to, item)
                         : refuse(to, to->words[item.word], "has no columns, which each word of several needs");
    }
    return read_ranges(to, text, range, item);
}

fcnn_status fcnn_column_words_parse(const char *text, const char *const *words, fcnn_column_fault *fault,
                                    fcnn_column_words *out)
{
    parser to = {.words = words, .fault = fault, .out = out};
    int64_t count;
    char **items;
    *out = (fcnn_column_words){0};
    fcnn_status status = fcnn_list_split(text, &count, &items);
    if (status != FCNN_OK) {
        return status == FCNN_ECONFIG ? refuse(&to, text, "has a quotation mark that is not closed") : status;
    }
    for (int64_t i = 0; i < count && status == FCNN_OK; i++) {
        char *room;
        status = fcnn_memory_create("a list of the config", 2 * (int64_t)strlen(items[i]) + 2, 1, &room);
        if (status == FCNN_OK) {
            status = read_item(&to, items[i], room, count == 1);
            free(room);
        }
    }
    fcnn_list_free(count, items);
    if (status != FCNN_OK) {
        fcnn_column_words_clear(out);
    }
    return status;
}

void fcnn_column_words_clear(fcnn_column_words *words)
{
    for (int64_t i = 0; i < words->count; i++) {
        free(words->items[i].path);
    }
    free(words->items);
    *words = (fcnn_column_words){0};
}

/* ---- paths ---- */

/* Appends a path in the notation of a list, to be read by fcnn_column_words_parse(). */
static fcnn_status put_path(const char *path, fcnn_text *out)
{
    return strpbrk(path, BLANKS ",\"") != NULL ? fcnn_list_put_quoted(path, out) : fcnn_text_append(out, "%s", path);
}

fcnn_status fcnn_column_words_move(fcnn_column_words *words, const char *folder)
{
    for (int64_t i = 0; i < words->count; i++) {
        char **path = &words->items[i].path;
        fcnn_text moved = {0};
        if (*path == NULL || **path == '/') {
            continue;
        }
        const fcnn_status status = fcnn_text_append(&moved, "%s%s", folder, *path);
        if (status != FCNN_OK) {
            fcnn_text_clear(&moved);
            return status;
        }
        free(*path);
        *path = moved.data;
    }
    return FCNN_OK;
}

bool fcnn_column_words_same(const fcnn_column_words *a, const fcnn_column_words *b)
{
    bool are_same = a->count == b->count;
    for (int64_t i = 0; are_same && i < a->count; i++) {
        const fcnn_column_item *one = &a->items[i], *other = &b->items[i];
        are_same = one->word == other->word && one->first == other->first && one->last == other->last;
    }
    return are_same;
}

/* ---- printing ---- */

static fcnn_status print_range(const fcnn_column_item *item, fcnn_text *out)
{
    if (item->last < 0) {
        return item->first == 0 ? FCNN_OK : fcnn_text_append(out, " %" PRId64 ":", item->first);
    }
    if (item->last == item->first + 1) {
        return fcnn_text_append(out, " %" PRId64, item->first);
    }
    return fcnn_text_append(out, " %" PRId64 ":%" PRId64, item->first, item->last);
}

fcnn_status fcnn_column_words_print(const fcnn_column_words *words, const char *const *names, fcnn_text *out)
{
    for (int64_t i = 0; i < words->count; i++) {
        const fcnn_column_item *item = &words->items[i];
        FCNN_TRY(fcnn_text_append(out, "%s%s", i > 0 ? ", " : "", names[item->word]));
        if (item->path != NULL) {
            FCNN_TRY(fcnn_text_append(out, ":"));
            FCNN_TRY(put_path(item->path, out));
        }
        FCNN_TRY(print_range(item, out));
    }
    return FCNN_OK;
}

/* ---- columns ---- */

fcnn_status fcnn_column_words_assign(const fcnn_column_words *words, const char *key, int64_t columns, int64_t *item)
{
    for (int64_t column = 0; column < columns; column++) {
        item[column] = -1;
    }
    for (int64_t i = 0; i < words->count; i++) {
        const fcnn_column_item *own = &words->items[i];
        const int64_t last = own->last < 0 ? columns : own->last;
        if (own->first >= columns || last > columns) {
            return fcnn_fail(FCNN_ECONFIG,
                             "%s mentions column %" PRId64 ", but there are %" PRId64 " columns, 0 to %" PRId64, key,
                             own->first >= columns ? own->first : last - 1, columns, columns - 1);
        }
        for (int64_t column = own->first; column < last; column++) {
            if (item[column] >= 0) {
                return fcnn_fail(FCNN_ECONFIG, "%s mentions column %" PRId64 " twice", key, column);
            }
            item[column] = i;
        }
    }
    for (int64_t column = 0; column < columns; column++) {
        if (item[column] < 0) {
            return fcnn_fail(FCNN_ECONFIG,
                             "%s does not mention column %" PRId64 " of %" PRId64
                             " (counting from 0): each column needs a word",
                             key, column, columns);
        }
    }
    return FCNN_OK;
}
