/* src/core/list.c — lists of names in configs and options. */
#include "core/list.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

bool fcnn_list_unquote(const char **at, char *out)
{
    const char *from = *at + 1;
    while (*from != '\0' && (*from != '"' || from[1] == '"')) {
        from += *from == '"'; /* "" stands for one quotation mark */
        *out++ = *from++;
    }
    *out = '\0';
    *at = from + (*from == '"');
    return *from == '"';
}

/* The character after the quoted part at the start of a text; NULL if the closing quotation mark is missing. */
static const char *skip_quotes(const char *text)
{
    const char *at = text + 1;
    while (*at != '\0' && (*at != '"' || at[1] == '"')) {
        at += *at == '"' ? 2 : 1;
    }
    return *at == '"' ? at + 1 : NULL;
}

/* The comma or zero byte at the end of an item that has no leading blanks; NULL if a quotation mark is not closed. */
static const char *end_of(const char *item)
{
    const char *at = item;
    while (at != NULL && *at != '\0' && *at != ',') {
        const bool opens = at == item || at[-1] == ':' || (at[-1] == '@' && at == item + 1);
        at = *at == '"' && opens ? skip_quotes(at) : at + 1;
    }
    return at;
}

static fcnn_status add(const char *item, const char *end, int64_t *count, char ***items, int64_t *capacity)
{
    while (end > item && strchr(BLANKS, end[-1]) != NULL) {
        end--;
    }
    FCNN_TRY(fcnn_memory_grow("a list", *count + 1, sizeof **items, items, capacity));
    FCNN_TRY(fcnn_memory_create("a list", end - item + 1, 1, &(*items)[*count]));
    memcpy((*items)[*count], item, (size_t)(end - item));
    (*count)++;
    return FCNN_OK;
}

fcnn_status fcnn_list_split(const char *text, int64_t *count, char ***items)
{
    int64_t found = 0, capacity = 0;
    char **all = NULL;
    fcnn_status status = FCNN_OK;
    for (const char *at = text; at != NULL && status == FCNN_OK;) {
        const char *item = at + strspn(at, BLANKS), *end = end_of(item);
        if (end == NULL) {
            status = fcnn_fail(FCNN_ECONFIG, "'%.200s': a quote is not closed", text);
        } else {
            status = add(item, end, &found, &all, &capacity);
            at = *end == ',' ? end + 1 : NULL;
        }
    }
    if (status != FCNN_OK) {
        fcnn_list_free(found, all);
        return status;
    }
    *count = found;
    *items = all;
    return FCNN_OK;
}

void fcnn_list_free(int64_t count, char **items)
{
    for (int64_t i = 0; i < count; i++) {
        free(items[i]);
    }
    free(items);
}

bool fcnn_list_is_plain(const char *name)
{
    const size_t length = strlen(name);
    return length > 0 && name[strcspn(name, ",\":[]*?")] == '\0' && strchr(BLANKS "@#;", name[0]) == NULL &&
           strchr(BLANKS, name[length - 1]) == NULL;
}

fcnn_status fcnn_list_put_quoted(const char *name, fcnn_text *out)
{
    FCNN_TRY(fcnn_text_append(out, "\""));
    for (const char *at = name; *at != '\0';) {
        const size_t length = strcspn(at, "\"");
        const bool has_quote = at[length] == '"';
        FCNN_TRY(fcnn_text_append(out, "%.*s%s", (int)length, at, has_quote ? "\"\"" : ""));
        at += length + has_quote;
    }
    return fcnn_text_append(out, "\"");
}

fcnn_status fcnn_list_put(const char *name, fcnn_text *out)
{
    return fcnn_list_is_plain(name) ? fcnn_text_append(out, "%s", name) : fcnn_list_put_quoted(name, out);
}
