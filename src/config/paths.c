/* src/config/paths.c — paths in a config, which are relative to its folder. */
#include "config/paths.h"

#include "core/list.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

#define PATTERN "*?["

static const char *folder_of(const char *path, const char *folder)
{
    return *path != '/' && *path != '\0' ? folder : "";
}

/* Removes the quotes of a text that is a quoted name; *out is to be released with free(). */
static fcnn_status unquote(const char *text, char **out)
{
    const char *at = text;
    FCNN_TRY(fcnn_memory_create("a path", (int64_t)strlen(text) + 1, 1, out));
    if (fcnn_list_unquote(&at, *out) && *at == '\0') {
        return FCNN_OK;
    }
    free(*out);
    return fcnn_fail(FCNN_ECONFIG,
                     "'%.200s': a quote is not closed, or text follows it; within quotes, write \"\" for a quote",
                     text);
}

fcnn_status fcnn_path_move(const char *value, const char *folder, fcnn_text *out)
{
    char *path;
    if (*value != '"') {
        return fcnn_text_append(out, "%s%s", folder_of(value, folder), value);
    }
    FCNN_TRY(unquote(value, &path));
    const fcnn_status status = fcnn_text_append(out, "%s%s", folder_of(path, folder), path);
    free(path);
    return status;
}

fcnn_status fcnn_path_put(const char *path, fcnn_text *out)
{
    const size_t length = strlen(path);
    const bool is_odd =
        length > 0 && (path[0] == '"' || strchr(" \t", path[0]) != NULL || strchr(" \t", path[length - 1]) != NULL);
    return is_odd ? fcnn_list_put_quoted(path, out) : fcnn_text_append(out, "%s", path);
}

/* ---- lists ---- */

/* Appends the folder and a name, together in quotes. */
static fcnn_status put_quoted(const char *folder, const char *path, fcnn_text *out)
{
    fcnn_text joined = {0};
    fcnn_status status = fcnn_text_append(&joined, "%s%s", folder_of(path, folder), path);
    if (status == FCNN_OK) {
        status = fcnn_list_put_quoted(joined.data, out);
    }
    fcnn_text_clear(&joined);
    return status;
}

/* Appends a pattern after a folder, whose special characters are escaped. */
static fcnn_status put_pattern(const char *folder, const char *pattern, fcnn_text *out)
{
    if (strpbrk(folder, ",\"") != NULL) {
        return fcnn_fail(FCNN_ECONFIG,
                         "'%.200s': a pattern cannot be used because the name of the config's folder, '%.200s', "
                         "contains a comma or a quote: name each file, or use a list, @LIST",
                         pattern, folder);
    }
    for (const char *at = folder; *at != '\0'; at++) {
        FCNN_TRY(fcnn_text_append(out, "%s%c", strchr(PATTERN "\\", *at) != NULL ? "\\" : "", *at));
    }
    return fcnn_text_append(out, "%s", pattern);
}

/* Appends an item that is not in quotes. */
static fcnn_status put_open(const char *folder, const char *path, fcnn_text *out)
{
    const char *before = folder_of(path, folder);
    if (*before == '\0' || (strpbrk(before, PATTERN ",\"\\") == NULL && before[0] != '@')) {
        return fcnn_text_append(out, "%s%s", before, path);
    }
    return strpbrk(path, PATTERN) != NULL ? put_pattern(before, path, out) : put_quoted(before, path, out);
}

static fcnn_status move_item(const char *item, const char *folder, fcnn_text *out)
{
    const char *path = item + (*item == '@');
    char *name;
    FCNN_TRY(fcnn_text_append(out, "%s", *item == '@' ? "@" : ""));
    path += strspn(path, " \t");
    if (*path != '"') {
        return put_open(folder, path, out);
    }
    FCNN_TRY(unquote(path, &name));
    const fcnn_status status = put_quoted(folder, name, out);
    free(name);
    return status;
}

fcnn_status fcnn_paths_move(const char *list, const char *folder, fcnn_text *out)
{
    int64_t count;
    char **items;
    FCNN_TRY(fcnn_text_append(out, "%s", ""));
    if (*list == '\0') {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_list_split(list, &count, &items));
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; i < count && status == FCNN_OK; i++) {
        status = fcnn_text_append(out, "%s", i > 0 ? ", " : "");
        if (status == FCNN_OK) {
            status = move_item(items[i], folder, out);
        }
    }
    fcnn_list_free(count, items);
    return status;
}
