/* src/run/folder.c — the output folder of a run. */
#include "run/folder.h"

#include "core/file.h"
#include "core/memory.h"
#include "core/text.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Creates a folder whose parent exists. */
static fcnn_status make_one(const char *folder)
{
    struct stat info;
    if (mkdir(folder, 0777) == 0 || (errno == EEXIST && stat(folder, &info) == 0 && S_ISDIR(info.st_mode))) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_EOUTPUT, "output folder %s cannot be created: %s", folder, strerror(errno));
}

static fcnn_status make_all(char *folder)
{
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const fcnn_status status = make_one(folder);
        *slash = '/';
        FCNN_TRY(status);
    }
    return make_one(folder);
}

static fcnn_status try_to_write(const char *folder)
{
    fcnn_text path = {0};
    FCNN_TRY(fcnn_text_append(&path, "%s/.fcnn-%ld.tmp", folder, (long)getpid()));
    const int file = fcnn_file_open(path.data, O_WRONLY | O_CREAT);
    fcnn_status status = FCNN_OK;
    if (file < 0) {
        status = fcnn_fail(FCNN_EOUTPUT, "output folder %s cannot be written: %s", folder, strerror(errno));
    } else {
        close(file);
        unlink(path.data);
    }
    fcnn_text_clear(&path);
    return status;
}

fcnn_status fcnn_run_folder_prepare(const char *folder)
{
    char *copy;
    FCNN_TRY(fcnn_memory_copy_text(folder, &copy));
    const fcnn_status status = make_all(copy);
    free(copy);
    FCNN_TRY(status);
    return try_to_write(folder);
}

/* Whether a file with this name was left by a killed run and can be removed. */
static bool is_left_over(const char *name)
{
    const size_t length = strlen(name);
    const bool is_temporary = length > 4 && strcmp(name + length - 4, ".tmp") == 0;
    return strcmp(name, "hang") == 0 || strncmp(name, "hang.", 5) == 0 ||
           (is_temporary && (strncmp(name, ".checkpoint-", 12) == 0 || strncmp(name, ".model.h5.", 10) == 0 ||
                             strncmp(name, ".best.h5.", 9) == 0 || strncmp(name, ".fcnn-", 6) == 0 ||
                             strncmp(name, ".status.", 8) == 0));
}

void fcnn_run_folder_clean(const char *folder)
{
    DIR *directory = opendir(folder);
    for (struct dirent *entry = NULL; directory != NULL && (entry = readdir(directory)) != NULL;) {
        if (is_left_over(entry->d_name)) {
            unlinkat(dirfd(directory), entry->d_name, 0);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
}

/* Returns the step in a name such as checkpoint-120.h5; −1 for other names. */
static int64_t step_of_name(const char *name)
{
    static const char head[] = "checkpoint-", tail[] = ".h5";
    const size_t length = strlen(name), ends = sizeof head - 1 + sizeof tail - 1;
    char digits[24];
    if (length <= ends || length - ends >= sizeof digits || strncmp(name, head, sizeof head - 1) != 0 ||
        strcmp(name + length - (sizeof tail - 1), tail) != 0) {
        return -1;
    }
    snprintf(digits, sizeof digits, "%.*s", (int)(length - ends), name + sizeof head - 1);
    const bool as_written = strspn(digits, "0123456789") == strlen(digits) && (digits[0] != '0' || digits[1] == '\0');
    int64_t step;
    return as_written && fcnn_text_to_int64(digits, &step) ? step : -1;
}

static int newest_first(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

fcnn_status fcnn_run_folder_checkpoints(const char *folder, int64_t **steps, int64_t *count)
{
    *steps = NULL;
    *count = 0;
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return errno == ENOENT
                   ? FCNN_OK
                   : fcnn_fail(FCNN_EOUTPUT, "output folder %s cannot be read: %s", folder, strerror(errno));
    }
    int64_t capacity = 0;
    fcnn_status status = FCNN_OK;
    for (struct dirent *entry = readdir(directory); entry != NULL && status == FCNN_OK; entry = readdir(directory)) {
        const int64_t step = step_of_name(entry->d_name);
        if (step >= 0) {
            status = fcnn_memory_grow("the checkpoints", *count + 1, sizeof **steps, steps, &capacity);
        }
        if (step >= 0 && status == FCNN_OK) {
            (*steps)[(*count)++] = step;
        }
    }
    closedir(directory);
    if (status != FCNN_OK) {
        free(*steps);
        return status;
    }
    if (*count > 0) {
        qsort(*steps, (size_t)*count, sizeof **steps, newest_first);
    }
    return FCNN_OK;
}

fcnn_status fcnn_run_folder_checkpoint_path(const char *folder, int64_t step, char **out)
{
    fcnn_text path = {0};
    FCNN_TRY(fcnn_text_append(&path, "%s/checkpoint-%" PRId64 ".h5", folder, step));
    *out = path.data;
    return FCNN_OK;
}

static fcnn_status join(const char *folder, const char *name, char **out)
{
    fcnn_text path = {0};
    FCNN_TRY(fcnn_text_append(&path, "%s/%s", folder, name));
    *out = path.data;
    return FCNN_OK;
}

fcnn_status fcnn_run_folder_model_path(const char *folder, char **out)
{
    return join(folder, "model.h5", out);
}

fcnn_status fcnn_run_folder_best_path(const char *folder, char **out)
{
    return join(folder, "best.h5", out);
}

/* Removes a file if it exists.  Takes ownership of path. */
static fcnn_status remove_file(char *path)
{
    fcnn_status status = FCNN_OK;
    if (unlink(path) != 0 && errno != ENOENT) {
        status = fcnn_fail(FCNN_EOUTPUT, "%s cannot be removed: %s", path, strerror(errno));
    }
    free(path);
    return status;
}

/* Removes the checkpoints for which is_chosen() returns true; k is 0 for the newest checkpoint. */
static fcnn_status remove_checkpoints(const char *folder, bool (*is_chosen)(int64_t k, int64_t step, const int64_t *by),
                                      const int64_t *by)
{
    int64_t *steps, count;
    FCNN_TRY(fcnn_run_folder_checkpoints(folder, &steps, &count));
    fcnn_status status = FCNN_OK;
    for (int64_t k = 0; k < count && status == FCNN_OK; k++) {
        char *path;
        if (is_chosen(k, steps[k], by)) {
            status = fcnn_run_folder_checkpoint_path(folder, steps[k], &path);
            status = status == FCNN_OK ? remove_file(path) : status;
        }
    }
    free(steps);
    return status;
}

/* by [2]: the number of newest checkpoints to keep, and a step to be kept together with step 0 (−1: none). */
static bool is_old(int64_t k, int64_t step, const int64_t *by)
{
    const bool stays = by[1] >= 0 && (step == by[1] || step == 0);
    return k >= by[0] && !stays;
}

static bool is_later(int64_t k, int64_t step, const int64_t *by)
{
    (void)k;
    return step > *by;
}

fcnn_status fcnn_run_folder_prune(const char *folder, int64_t keep, int64_t stays)
{
    return remove_checkpoints(folder, is_old, (const int64_t[]){keep, stays});
}

fcnn_status fcnn_run_folder_go_back(const char *folder, int64_t step)
{
    return remove_checkpoints(folder, is_later, &step);
}

fcnn_status fcnn_run_folder_empty(const char *folder)
{
    FCNN_TRY(fcnn_run_folder_go_back(folder, -1));
    char *path;
    FCNN_TRY(fcnn_run_folder_model_path(folder, &path));
    FCNN_TRY(remove_file(path));
    FCNN_TRY(fcnn_run_folder_best_path(folder, &path));
    return remove_file(path);
}
