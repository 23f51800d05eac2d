/* src/data/column_names.c — what columns are called, and the units of their values. */
#include "data/column_names.h"

#include "core/memory.h"
#include "storage/hdf5.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_texts(char **texts, int64_t count)
{
    for (int64_t i = 0; texts != NULL && i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

void fcnn_column_names_clear(fcnn_column_names *names)
{
    clear_texts(names->names, names->count);
    clear_texts(names->units, names->count);
    *names = (fcnn_column_names){0};
}

static fcnn_status copy_texts(char *const *from, int64_t count, char **to)
{
    for (int64_t i = 0; i < count; i++) {
        FCNN_TRY(fcnn_memory_copy_text(from != NULL ? from[i] : "", &to[i]));
    }
    return FCNN_OK;
}

/* Copies of names and units, or empty ones where these are NULL. */
static fcnn_status create(int64_t count, char *const *names, char *const *units, fcnn_column_names *out)
{
    fcnn_column_names copy = {.count = count};
    fcnn_status status = fcnn_memory_create("the names of columns", count, sizeof *copy.names, &copy.names);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the units of columns", count, sizeof *copy.units, &copy.units);
    }
    if (status == FCNN_OK) {
        status = copy_texts(names, count, copy.names);
    }
    if (status == FCNN_OK) {
        status = copy_texts(units, count, copy.units);
    }
    if (status != FCNN_OK) {
        fcnn_column_names_clear(&copy);
        return status;
    }
    *out = copy;
    return FCNN_OK;
}

fcnn_status fcnn_column_names_create(int64_t count, fcnn_column_names *out)
{
    return create(count, NULL, NULL, out);
}

fcnn_status fcnn_column_names_copy(const fcnn_column_names *names, fcnn_column_names *out)
{
    return create(names->count, names->names, names->units, out);
}

bool fcnn_column_names_any(char *const *texts, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (texts[i][0] != '\0') {
            return true;
        }
    }
    return false;
}

bool fcnn_column_names_label(const fcnn_column_names *names, int64_t column, char out[FCNN_COLUMN_LABEL_BYTES])
{
    if (names->count <= column || names->names[column][0] == '\0') {
        return false;
    }
    const char *unit = names->units[column];
    const bool has_unit = unit[0] != '\0';
    snprintf(out, FCNN_COLUMN_LABEL_BYTES, "%s%s%s%s", names->names[column], has_unit ? " [" : "", unit,
             has_unit ? "]" : "");
    return true;
}

/* ---- as lines ---- */

fcnn_status fcnn_column_names_put_lines(char *const *texts, int64_t count, fcnn_text *out)
{
    for (int64_t i = 0; i < count; i++) {
        FCNN_TRY(fcnn_text_append(out, "%s\n", texts[i]));
    }
    return FCNN_OK;
}

/* The next line of a text as a copy; NULL if there is none that may be a name. */
static fcnn_status take_line(const char **lines, char **out)
{
    const char *end = strchr(*lines, '\n');
    *out = NULL;
    if (end == NULL || end - *lines > FCNN_HDF5_LABEL_BYTES) {
        return FCNN_OK;
    }
    char *line;
    FCNN_TRY(fcnn_memory_create("a name", end - *lines + 1, 1, &line));
    memcpy(line, *lines, (size_t)(end - *lines));
    *lines = end + 1;
    if (!fcnn_text_prints(line)) {
        free(line);
        return FCNN_OK;
    }
    *out = line;
    return FCNN_OK;
}

fcnn_status fcnn_column_names_take_lines(const char *lines, int64_t count, char **texts, bool *fits)
{
    *fits = true;
    for (int64_t i = 0; i < count && *fits; i++) {
        char *line;
        FCNN_TRY(take_line(&lines, &line));
        *fits = line != NULL;
        if (*fits) {
            free(texts[i]);
            texts[i] = line;
        }
    }
    *fits = *fits && *lines == '\0';
    return FCNN_OK;
}

/* ---- order ---- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The texts in the order of their bytes; they are borrowed. */
static fcnn_status sort(char *const *texts, int64_t count, char ***out)
{
    FCNN_TRY(fcnn_memory_create("the names of columns", count, sizeof **out, out));
    memcpy(*out, texts, (size_t)count * sizeof **out);
    qsort(*out, (size_t)count, sizeof **out, compare_texts);
    return FCNN_OK;
}

/* The first place at which texts differ; −1 if none does. */
static int64_t find_difference(char *const *a, char *const *b, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (strcmp(a[i], b[i]) != 0) {
            return i;
        }
    }
    return -1;
}

fcnn_status fcnn_column_names_compare(const fcnn_column_names *a, const fcnn_column_names *b, int64_t *moved)
{
    const int64_t count = a->count;
    *moved = -1;
    const int64_t first = count == b->count ? find_difference(a->names, b->names, count) : -1;
    if (first < 0) {
        return FCNN_OK;
    }
    char **sorted_a = NULL, **sorted_b = NULL;
    fcnn_status status = sort(a->names, count, &sorted_a);
    if (status == FCNN_OK) {
        status = sort(b->names, count, &sorted_b);
    }
    if (status == FCNN_OK && find_difference(sorted_a, sorted_b, count) < 0) {
        *moved = first;
    }
    free(sorted_a);
    free(sorted_b);
    return status;
}

/* ---- over ranks ---- */

/* Every rank gets rank 0's texts [count], which all have room for.  Collective. */
static fcnn_status share_texts(char **texts, int64_t count, fcnn_comm *comm)
{
    fcnn_text lines = {0};
    bool fits;
    fcnn_status status = FCNN_OK;
    if (comm->rank == 0) {
        status = fcnn_column_names_put_lines(texts, count, &lines);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        fcnn_comm_broadcast(comm, &lines.length, sizeof lines.length);
        if (comm->rank != 0) {
            status = fcnn_memory_create("the names of columns", lines.length + 1, 1, &lines.data);
        }
        status = fcnn_comm_agree(comm, status);
    }
    if (status == FCNN_OK) {
        fcnn_comm_broadcast(comm, lines.data, lines.length);
        status = fcnn_comm_agree(comm, comm->rank == 0 ? FCNN_OK
                                                       : fcnn_column_names_take_lines(lines.data, count, texts, &fits));
    }
    fcnn_text_clear(&lines);
    return status;
}

fcnn_status fcnn_column_names_share(fcnn_column_names *names, fcnn_comm *comm)
{
    int64_t count = names->count;
    fcnn_comm_broadcast(comm, &count, sizeof count);
    if (count == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_comm_agree(comm, comm->rank == 0 ? FCNN_OK : fcnn_column_names_create(count, names)));
    FCNN_TRY(share_texts(names->names, count, comm));
    return share_texts(names->units, count, comm);
}
