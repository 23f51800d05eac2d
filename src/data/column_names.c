/* src/data/column_names.c — names of columns, and the units of their values. */
#include "data/column_names.h"

#include "core/memory.h"
#include "hdf5/file.h"

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
    free(names->origins);
    *names = (fcnn_column_names){0};
}

static fcnn_status copy_texts(char *const *from, int64_t count, char **to)
{
    for (int64_t i = 0; i < count; i++) {
        FCNN_TRY(fcnn_memory_copy_text(from != NULL ? from[i] : "", &to[i]));
    }
    return FCNN_OK;
}

/* Allocates names and units: empty ones, or copies of those of another object. */
static fcnn_status create(int64_t count, const fcnn_column_names *of, fcnn_column_names *out)
{
    fcnn_column_names copy = {.count = count};
    fcnn_status status = fcnn_memory_create("the names of columns", count, sizeof *copy.names, &copy.names);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the units of columns", count, sizeof *copy.units, &copy.units);
    }
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the names of columns", count, sizeof *copy.origins, &copy.origins);
    }
    if (status == FCNN_OK) {
        status = copy_texts(of != NULL ? of->names : NULL, count, copy.names);
    }
    if (status == FCNN_OK) {
        status = copy_texts(of != NULL ? of->units : NULL, count, copy.units);
    }
    if (status != FCNN_OK) {
        fcnn_column_names_clear(&copy);
        return status;
    }
    if (of != NULL && count > 0) {
        memcpy(copy.origins, of->origins, (size_t)count);
    }
    *out = copy;
    return FCNN_OK;
}

fcnn_status fcnn_column_names_create(int64_t count, fcnn_column_names *out)
{
    return create(count, NULL, out);
}

fcnn_status fcnn_column_names_copy(const fcnn_column_names *names, fcnn_column_names *out)
{
    return create(names->count, names, out);
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

/* ---- conversion to lines ---- */

fcnn_status fcnn_column_names_put_lines(char *const *texts, int64_t count, fcnn_text *out)
{
    for (int64_t i = 0; i < count; i++) {
        FCNN_TRY(fcnn_text_append(out, "%s\n", texts[i]));
    }
    return FCNN_OK;
}

/* Copies the next line of a text to *out, which is NULL if the line is missing or cannot be a name. */
static fcnn_status take_line(const char **lines, char **out)
{
    const char *end = strchr(*lines, '\n');
    *out = NULL;
    if (end == NULL || end - *lines > FCNN_HDF5_ATTRIBUTE_TEXT_BYTES) {
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

/* ---- origins ---- */

static const char *const origin_words[] = {
    [FCNN_NAME_PLACE] = "place", [FCNN_NAME_DATASET] = "dataset", [FCNN_NAME_GIVEN] = "given"};

fcnn_status fcnn_column_names_put_origins(const fcnn_column_names *names, fcnn_text *out)
{
    for (int64_t i = 0; i < names->count; i++) {
        FCNN_TRY(fcnn_text_append(out, "%s\n", origin_words[names->origins[i]]));
    }
    return FCNN_OK;
}

bool fcnn_column_names_take_origins(const char *lines, fcnn_column_names *names)
{
    for (int64_t i = 0; i < names->count; i++) {
        const size_t length = strcspn(lines, "\n");
        int origin = FCNN_NAME_GIVEN;
        while (origin >= 0 &&
               (strlen(origin_words[origin]) != length || strncmp(origin_words[origin], lines, length) != 0)) {
            origin--;
        }
        if (origin < 0 || lines[length] != '\n') {
            return false;
        }
        names->origins[i] = (unsigned char)origin;
        lines += length + 1;
    }
    return *lines == '\0';
}

/* Returns whether a name ends with a position, as in x[3]. */
static bool ends_with_place(const char *name)
{
    const size_t length = strlen(name);
    size_t at = length > 0 ? length - 1 : 0;
    while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9') {
        at--;
    }
    return length > 0 && name[length - 1] == ']' && at < length - 1 && at > 1 && name[at - 1] == '[';
}

void fcnn_column_names_guess_origins(fcnn_column_names *names)
{
    for (int64_t i = 0; i < names->count; i++) {
        names->origins[i] = ends_with_place(names->names[i]) ? FCNN_NAME_PLACE
                            : names->count == 1              ? FCNN_NAME_DATASET
                                                             : FCNN_NAME_GIVEN;
    }
}

/* ---- over ranks ---- */

/* Copies the texts [count] of rank 0 to all ranks, which have allocated the arrays. Collective. */
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
    fcnn_comm_broadcast(comm, names->origins, count);
    FCNN_TRY(share_texts(names->names, count, comm));
    return share_texts(names->units, count, comm);
}
