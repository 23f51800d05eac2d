/* src/compute/places.h — where OpenMP may put the threads of this process, and how many it gives. */
#ifndef FCNN_COMPUTE_PLACES_H
#define FCNN_COMPUTE_PLACES_H

#include "core/processors.h"

/* The processors of this process.  Where OpenMP binds threads, its initial one is bound as soon as the program is
 * loaded, so that thread's own mask tells of one place only: then they are those of all places, or
 * with OMP_PROC_BIND=primary those of that place.  Never empty.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_places_find(fcnn_processors *out);

/* The environment variable by which OpenMP binds threads; NULL: it does not bind any. */
const char *fcnn_places_variable(void);

/* Does that variable choose processors, which may then be fewer than the process has? */
bool fcnn_places_are_named(void);

/* The most threads that OpenMP gives at a time. */
int fcnn_places_thread_limit(void);

#endif
