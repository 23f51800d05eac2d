/* src/data/files.c — the files that hold a data set. */
#include "data/files.h"

#include "core/memory.h"

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
        return fcnn_fail(FCNN_ENOMEM, "out of memory: the files that %s stands for", pattern);
    }
    if (result != 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: no file has such a name", pattern);
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

static fcnn_status add_name(collection *all, const char *name)
{
    if (name[0] == '\0') {
        return fcnn_fail(FCNN_ECONFIG, "the list of data files has an empty name");
    }
    return strpbrk(name, "*?[") == NULL || exists(name) ? add(all, name) : add_pattern(all, name);
}

/* Cuts blanks off; the text may begin later than the buffer. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL) {
        text[--length] = '\0';
    }
    return text;
}

/* Adds a line's file, from the folder of the list. */
static fcnn_status add_line(collection *all, const char *list, const char *name)
{
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
        const char *name = trim(line);
        if (name[0] != '\0' && name[0] != '#') {
            status = add_line(all, list, name);
        }
    }
    if (status == FCNN_OK && ferror(file)) {
        status = fcnn_fail(FCNN_EINPUT, "%s: the list of data files cannot be read: %s", list, strerror(errno));
    }
    if (status == FCNN_OK && all->files.count == before) {
        status = fcnn_fail(FCNN_EINPUT, "%s: the list names no file", list);
    }
    free(line);
    fclose(file);
    return status;
}

static fcnn_status add_items(collection *all, char *list)
{
    char *item = list;
    while (item != NULL) {
        char *comma = strchr(item, ',');
        if (comma != NULL) {
            *comma++ = '\0';
        }
        const char *name = trim(item);
        FCNN_TRY(name[0] == '@' ? add_list(all, name + 1) : add_name(all, name));
        item = comma;
    }
    return FCNN_OK;
}

fcnn_status fcnn_files_find(const char *list, fcnn_files *out)
{
    collection all = {0};
    char *copy;
    FCNN_TRY(fcnn_memory_copy_text(list, &copy));
    fcnn_status status = exists(list) ? add(&all, list) : add_items(&all, copy);
    free(copy);
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
