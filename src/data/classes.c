/* src/data/classes.c — class names, in the order of the class numbers. */
#include "data/classes.h"

#include "core/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void fcnn_classes_clear(fcnn_classes *classes)
{
    for (int64_t i = 0; i < classes->count; i++) {
        free(classes->names[i]);
    }
    free(classes->names);
    free(classes->sorted);
    *classes = (fcnn_classes){0};
}

/* Returns the first position in the sorted order whose name is not less than the given one. */
static int64_t place_of(const fcnn_classes *classes, const char *name)
{
    int64_t low = 0, high = classes->count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (strcmp(classes->names[classes->sorted[middle]], name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int64_t fcnn_classes_find(const fcnn_classes *classes, const char *name)
{
    const int64_t place = place_of(classes, name);
    const bool is_there = place < classes->count && strcmp(classes->names[classes->sorted[place]], name) == 0;
    return is_there ? classes->sorted[place] : -1;
}

/* Allocates memory for one more name, and checks that it may be added. */
static fcnn_status make_room(fcnn_classes *classes, const char *name)
{
    if (strchr(name, '\n') != NULL) {
        return fcnn_fail(FCNN_EDATA, "the label '%.60s' contains a line break, which labels may not", name);
    }
    if (classes->count == FCNN_CLASSES_MOST) {
        return fcnn_fail(FCNN_EDATA, "the labels have more than %d different names, the largest number of classes",
                         FCNN_CLASSES_MOST);
    }
    FCNN_TRY(fcnn_memory_grow("the classes", classes->count + 1, sizeof *classes->sorted, &classes->sorted,
                              &classes->sorted_capacity));
    return fcnn_memory_grow("the classes", classes->count + 1, sizeof *classes->names, &classes->names,
                            &classes->capacity);
}

/* Inserts a new name into the sorted order. It gets the given number; this number and all greater ones increase by
 * 1. */
static fcnn_status insert(fcnn_classes *classes, const char *name, int64_t number)
{
    char *copy;
    FCNN_TRY(make_room(classes, name));
    FCNN_TRY(fcnn_memory_copy_text(name, &copy));
    const int64_t place = place_of(classes, name), count = classes->count;
    for (int64_t i = 0; number < count && i < count; i++) {
        classes->sorted[i] += classes->sorted[i] >= number;
    }
    memmove(&classes->sorted[place + 1], &classes->sorted[place], (size_t)(count - place) * sizeof *classes->sorted);
    memmove(&classes->names[number + 1], &classes->names[number], (size_t)(count - number) * sizeof *classes->names);
    classes->sorted[place] = number;
    classes->names[number] = copy;
    classes->count++;
    return FCNN_OK;
}

fcnn_status fcnn_classes_add(fcnn_classes *classes, const char *name)
{
    return fcnn_classes_find(classes, name) >= 0 ? FCNN_OK : insert(classes, name, place_of(classes, name));
}

fcnn_status fcnn_classes_append(fcnn_classes *classes, const char *name)
{
    return fcnn_classes_find(classes, name) >= 0 ? FCNN_OK : insert(classes, name, classes->count);
}

fcnn_status fcnn_classes_copy(const fcnn_classes *classes, fcnn_classes *out)
{
    fcnn_classes copy = {0};
    for (int64_t i = 0; i < classes->count; i++) {
        const fcnn_status status = fcnn_classes_append(&copy, classes->names[i]);
        if (status != FCNN_OK) {
            fcnn_classes_clear(&copy);
            return status;
        }
    }
    *out = copy;
    return FCNN_OK;
}

int64_t fcnn_classes_differ(const fcnn_classes *a, const fcnn_classes *b)
{
    for (int64_t i = 0; i < a->count && i < b->count; i++) {
        if (strcmp(a->names[i], b->names[i]) != 0) {
            return i;
        }
    }
    return -1;
}

/* ---- over ranks ---- */

/* Copies the names into one array of bytes; each ends with a zero byte. */
static fcnn_status pack(const fcnn_classes *classes, char **out, int64_t *bytes)
{
    *bytes = 0;
    for (int64_t i = 0; i < classes->count; i++) {
        *bytes += (int64_t)strlen(classes->names[i]) + 1;
    }
    FCNN_TRY(fcnn_memory_create("the classes", *bytes, 1, out));
    char *at = *out;
    for (int64_t i = 0; i < classes->count; i++) {
        at = stpcpy(at, classes->names[i]) + 1;
    }
    return FCNN_OK;
}

static fcnn_status add_packed(fcnn_classes *classes, const char *names, int64_t bytes)
{
    for (const char *name = names; name < names + bytes; name += strlen(name) + 1) {
        FCNN_TRY(fcnn_classes_add(classes, name));
    }
    return FCNN_OK;
}

static fcnn_status append_packed(fcnn_classes *classes, const char *names, int64_t bytes)
{
    for (const char *name = names; name < names + bytes; name += strlen(name) + 1) {
        FCNN_TRY(fcnn_classes_append(classes, name));
    }
    return FCNN_OK;
}

/* Adds the names of all ranks to those of rank 0. Collective. */
static fcnn_status gather(fcnn_classes *classes, fcnn_comm *comm)
{
    char *own = NULL, *all = NULL;
    int64_t bytes = 0, total = 0, *sizes = NULL;
    fcnn_status status = pack(classes, &own, &bytes);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the classes", comm->size, sizeof *sizes, &sizes);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        fcnn_comm_share_integers(comm, bytes, sizes);
        for (int rank = 0; comm->rank == 0 && rank < comm->size; rank++) {
            total += sizes[rank];
        }
        status = fcnn_comm_agree(comm, fcnn_memory_create("the classes", total, 1, &all));
    }
    if (status == FCNN_OK) {
        fcnn_comm_gather(comm, own, sizes, all);
        status = fcnn_comm_agree(comm, add_packed(classes, all, total));
    }
    free(own);
    free(all);
    free(sizes);
    return status;
}

fcnn_status fcnn_classes_share(fcnn_classes *classes, fcnn_comm *comm)
{
    char *names = NULL;
    int64_t bytes = 0;
    FCNN_TRY(fcnn_comm_agree(comm, comm->rank == 0 ? pack(classes, &names, &bytes) : FCNN_OK));
    fcnn_comm_broadcast(comm, &bytes, sizeof bytes);
    fcnn_status status = FCNN_OK;
    if (comm->rank != 0) {
        fcnn_classes_clear(classes);
        status = fcnn_memory_create("the classes", bytes, 1, &names);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        fcnn_comm_broadcast(comm, names, bytes);
        status = fcnn_comm_agree(comm, append_packed(classes, names, bytes));
    }
    free(names);
    return status;
}

fcnn_status fcnn_classes_join(fcnn_classes *classes, fcnn_comm *comm)
{
    FCNN_TRY(gather(classes, comm));
    return fcnn_classes_share(classes, comm);
}
