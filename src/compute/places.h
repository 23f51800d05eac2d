/* src/compute/places.h — the processors on which OpenMP may run threads, and the largest number of threads.
 *
 * No function is collective. */
#ifndef FCNN_COMPUTE_PLACES_H
#define FCNN_COMPUTE_PLACES_H

#include "core/processors.h"

/* Sets out to the processors of this process, at least one; the caller clears it.  If OpenMP binds threads, it binds
 * the initial thread when the program is loaded, so the affinity mask of this thread has only one place.  In this case
 * the result is the set of processors of all places, or with OMP_PROC_BIND=primary those of this place.
 * Errors: FCNN_ENOMEM. */
fcnn_status fcnn_places_find(fcnn_processors *out);

/* Returns the environment variable by which OpenMP binds threads, such as "OMP_PLACES"; NULL if it does not bind them.
 * The text is static. */
const char *fcnn_places_variable(void);

/* Returns whether this variable lists processors, which may be fewer than those of the process. */
bool fcnn_places_are_named(void);

/* Returns the largest number of threads that OpenMP provides (OMP_THREAD_LIMIT). */
int fcnn_places_thread_limit(void);

#endif
