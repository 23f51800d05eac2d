/* src/data/files.c — the files that contain the rows of a source. */
#include "data/files.h"

#include "core/list.h"
#include "core/memory.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- collecting ---- */

typedef struct collection {
    fcnn_files files;
    int64_t capacity;
} collection;

static fcnn_status add(collection *all, const char *path)
{
    fcnn_files *files = &all->files;
    FCNN_TRY(fcnn_memory_grow("the files", files->count + 1, sizeof *files->paths, &files->paths, &all->capacity));
    FCNN_TRY(fcnn_memory_copy_text(path, &files->paths[files->count]));
    files->count++;
    return FCNN_OK;
}

static int in_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static fcnn_status add_pattern(collection *all, const char *pattern)
{
    glob_t found;
    const int result = glob(pattern, GLOB_NOSORT, NULL, &found);
    fcnn_status status = FCNN_OK;
    if (result == GLOB_NOSPACE) {
        return fcnn_fail(FCNN_ENOMEM, "out of memory: the list of files that match %s", pattern);
    }
    if (result != 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: no file matches this pattern", pattern);
    }
    qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, in_order);
    for (size_t i = 0; status == FCNN_OK && i < found.gl_pathc; i++) {
        status = add(all, found.gl_pathv[i]);
    }
    globfree(&found);
    return status;
}

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* ---- names and patterns ---- */

/* Appends a pattern that matches the same files as another one, but differs from it as a text: its last letter or digit
 * is replaced by a set of one character. */
static fcnn_status put_as_pattern(const char *pattern, fcnn_text *out)
{
    const int length = (int)strlen(pattern);
    return isalnum((unsigned char)pattern[length - 1])
               ? fcnn_text_append(out, "%.*s[%c]", length - 1, pattern, pattern[length - 1])
               : fcnn_text_append(out, "%s*", pattern);
}

static fcnn_status means_two_things(const char *name, const char *other)
{
    fcnn_text quoted = {0}, pattern = {0};
    fcnn_status status = fcnn_list_put_quoted(name, &quoted);
    if (status == FCNN_OK) {
        status = put_as_pattern(name, &pattern);
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_ECONFIG,
                           "%s is ambiguous: it is the name of a file, and also a pattern that matches %s; write '%s', "
                           "including the quotes, for the file, or '%s' for the pattern",
                           name, other, quoted.data, pattern.data);
    }
    fcnn_text_clear(&quoted);
    fcnn_text_clear(&pattern);
    return status;
}

/* Accepts a file whose name looks like a pattern, unless the pattern matches other files. */
static fcnn_status check_pattern(const char *name)
{
    glob_t found;
    fcnn_status status = FCNN_OK;
    if (glob(name, GLOB_NOSORT, NULL, &found) != 0) {
        return FCNN_OK;
    }
    for (size_t i = 0; i < found.gl_pathc && status == FCNN_OK; i++) {
        status = strcmp(found.gl_pathv[i], name) == 0 ? FCNN_OK : means_two_things(name, found.gl_pathv[i]);
    }
    globfree(&found);
    return status;
}

static fcnn_status add_name(collection *all, const char *name)
{
    if (name[0] == '\0') {
        return fcnn_fail(FCNN_ECONFIG, "the list of data files contains an empty name");
    }
    const bool is_pattern = strpbrk(name, "*?[") != NULL, is_there = exists(name);
    if (is_pattern && is_there) {
        FCNN_TRY(check_pattern(name));
    }
    return is_pattern && !is_there ? add_pattern(all, name) : add(all, name);
}

/* Removes blanks at both ends. The result is inside the buffer, possibly not at its start. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL) {
        text[--length] = '\0';
    }
    return text;
}

/* Adds the file of a line, relative to the folder of the list. */
static fcnn_status add_line(collection *all, const char *list, char *name)
{
    if (*name == '"') {
        const char *at = name;
        if (!fcnn_list_unquote(&at, name) || *at != '\0') {
            return fcnn_fail(FCNN_ECONFIG, "%s: a line has a quote that is not closed, or text after the closing quote",
                             list);
        }
    }
    const char *slash = strrchr(list, '/');
    const size_t folder = name[0] == '/' || slash == NULL ? 0 : (size_t)(slash - list) + 1;
    char *path;
    FCNN_TRY(fcnn_memory_create("a path", (int64_t)(folder + strlen(name) + 1), 1, &path));
    memcpy(path, list, folder);
    memcpy(path + folder, name, strlen(name));
    const fcnn_status status = add(all, path);
    free(path);
    return status;
}

static fcnn_status add_list(collection *all, const char *list)
{
    FILE *file = fopen(list, "re");
    if (file == NULL) {
        return fcnn_fail(FCNN_EINPUT, "%s: the list of data files cannot be read: %s", list, strerror(errno));
    }
    const int64_t before = all->files.count;
    char *line = NULL;
    size_t size = 0;
    fcnn_status status = FCNN_OK;
    while (status == FCNN_OK && getline(&line, &size, file) >= 0) {
        char *name = trim(line);
        if (name[0] != '\0' && name[0] != '#') {
            status = add_line(all, list, name);
        }
    }
    if (status == FCNN_OK && ferror(file)) {
        status = fcnn_fail(FCNN_EINPUT, "%s: the list of data files cannot be read: %s", list, strerror(errno));
    }
    if (status == FCNN_OK && all->files.count == before) {
        status = fcnn_fail(FCNN_EINPUT, "%s: the list of data files contains no names", list);
    }
    free(line);
    fclose(file);
    return status;
}

/* ---- items ---- */

/* Removes the quotes of an item that is a name in quotes, in place. */
static fcnn_status unquote(char *item)
{
    const char *at = item;
    return fcnn_list_unquote(&at, item) && *at == '\0'
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG, "%.200s: a name in quotes may only be followed by a comma", at);
}

/* Adds the item "@name": the files of the list `name`, or the file that is itself called "@name". */
static fcnn_status add_at(collection *all, char *item)
{
    char *name = item + 1;
    if (*name == '"') {
        FCNN_TRY(unquote(name));
        return add_list(all, name);
    }
    const char *slash = strrchr(name, '/');
    const int folder = slash != NULL ? (int)(slash + 1 - name) : 0;
    fcnn_text own = {0};
    fcnn_status status = fcnn_text_append(&own, "%.*s@%s", folder, name, name + folder);
    if (status == FCNN_OK && exists(own.data) && exists(name)) {
        status = fcnn_fail(FCNN_ECONFIG,
                           "%s is the name of a file, and %s may also be a list of files: write '\"%s\"' for the file "
                           "or '@\"%s\"' for the list, including the quotes",
                           own.data, name, own.data, name);
    } else if (status == FCNN_OK) {
        status = exists(own.data) ? add(all, own.data) : add_list(all, name);
    }
    fcnn_text_clear(&own);
    return status;
}

static fcnn_status add_item(collection *all, char *item)
{
    if (*item == '@') {
        return add_at(all, item);
    }
    if (*item == '"') {
        FCNN_TRY(unquote(item));
        return *item != '\0' ? add(all, item) : add_name(all, item);
    }
    return add_name(all, item);
}

/* Adds a list as a single file if its text is the name of a file, unless all of its items exist, too. */
static fcnn_status add_whole(collection *all, const char *list, int64_t count, char *const *items)
{
    bool has_all = true;
    for (int64_t i = 0; i < count; i++) {
        has_all = has_all && exists(items[i]);
    }
    return has_all ? fcnn_fail(FCNN_ECONFIG,
                               "%s is ambiguous: it is the name of a file, and also a list of files that all exist; "
                               "write '\"%s\"' for the single file, or put each name of the list in quotes",
                               list, list)
                   : add(all, list);
}

static fcnn_status add_items(collection *all, const char *list)
{
    int64_t count;
    char **items;
    FCNN_TRY(fcnn_list_split(list, &count, &items));
    fcnn_status status = FCNN_OK;
    if (count > 1 && strchr(list, '"') == NULL && exists(list)) {
        status = add_whole(all, list, count, items);
    } else {
        for (int64_t i = 0; i < count && status == FCNN_OK; i++) {
            status = add_item(all, items[i]);
        }
    }
    fcnn_list_free(count, items);
    return status;
}

fcnn_status fcnn_files_find(const char *list, fcnn_files *out)
{
    collection all = {0};
    fcnn_status status = add_items(&all, list);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the rows of the files", all.files.count + 1, sizeof *all.files.starts,
                                    &all.files.starts);
    }
    if (status != FCNN_OK) {
        fcnn_files_clear(&all.files);
        return status;
    }
    *out = all.files;
    return FCNN_OK;
}

void fcnn_files_clear(fcnn_files *files)
{
    for (int64_t i = 0; i < files->count; i++) {
        free(files->paths[i]);
    }
    free(files->paths);
    free(files->starts);
    *files = (fcnn_files){0};
}

int64_t fcnn_files_of_row(const fcnn_files *files, int64_t row)
{
    int64_t low = 0, high = files->count - 1;
    while (low < high) {
        const int64_t middle = low + (high - low + 1) / 2;
        if (files->starts[middle] <= row) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

int64_t fcnn_files_without_rows(const fcnn_files *files, int64_t *first)
{
    int64_t found = 0;
    *first = -1;
    for (int64_t place = 0; place < files->count; place++) {
        if (files->starts[place] == files->starts[place + 1]) {
            *first = found == 0 ? place : *first;
            found++;
        }
    }
    return found;
}
