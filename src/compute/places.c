/* src/compute/places.c — the processors on which OpenMP may run threads, and the largest number of threads. */
#include "compute/places.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <omp.h>

enum { PRIMARY = 2 }; /* omp_proc_bind_primary, which older <omp.h> call omp_proc_bind_master */

static bool binds(void)
{
    return omp_get_proc_bind() != omp_proc_bind_false && omp_get_num_places() > 0;
}

static fcnn_status add_place(fcnn_processors *set, int place)
{
    const int count = omp_get_place_num_procs(place);
    int *numbers;
    FCNN_TRY(fcnn_memory_create("a place of OpenMP", count, sizeof *numbers, &numbers));
    omp_get_place_proc_ids(place, numbers);
    fcnn_status status = FCNN_OK;
    for (int i = 0; i < count && status == FCNN_OK; i++) {
        status = fcnn_processors_add(set, numbers[i]);
    }
    free(numbers);
    return status;
}

/* Adds all processors, if the affinity mask cannot be read. */
static fcnn_status add_all(fcnn_processors *set)
{
    for (long processor = 0; processor < sysconf(_SC_NPROCESSORS_ONLN); processor++) {
        FCNN_TRY(fcnn_processors_add(set, processor));
    }
    return FCNN_OK;
}

static fcnn_status find(fcnn_processors *out)
{
    if (!binds()) {
        FCNN_TRY(fcnn_processors_of_thread(out));
    }
    /* with OMP_PROC_BIND=primary all threads share the place of the initial thread */
    const bool is_shared = (int)omp_get_proc_bind() == PRIMARY;
    for (int place = 0; binds() && place < omp_get_num_places(); place++) {
        if (!is_shared || place == omp_get_place_num()) {
            FCNN_TRY(add_place(out, place));
        }
    }
    return fcnn_processors_count(out) > 0 ? FCNN_OK : add_all(out);
}

fcnn_status fcnn_places_find(fcnn_processors *out)
{
    *out = (fcnn_processors){0};
    const fcnn_status status = find(out);
    if (status != FCNN_OK) {
        fcnn_processors_clear(out);
    }
    return status;
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && *value != '\0';
}

const char *fcnn_places_variable(void)
{
    static const char *const names[] = {"OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY"};
    if (!binds()) {
        return NULL;
    }
    if ((int)omp_get_proc_bind() == PRIMARY) {
        return "OMP_PROC_BIND=primary";
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is_set(names[i])) {
            return names[i];
        }
    }
    return "OMP_PROC_BIND";
}

bool fcnn_places_are_named(void)
{
    const char *variable = fcnn_places_variable();
    if (variable == NULL || strcmp(variable, "OMP_PROC_BIND") == 0) {
        return false;
    }
    if (strchr(variable, '=') != NULL) {
        return true;
    }
    const char *value = getenv(variable); /* for example "{0},{1}" or "cores(4)"; "0-3"; "explicit,proclist=[0,1]" */
    return strcmp(variable, "OMP_PLACES") == 0 ? strpbrk(value, "{(") != NULL : strpbrk(value, "0123456789") != NULL;
}

int fcnn_places_thread_limit(void)
{
    return omp_get_thread_limit();
}
