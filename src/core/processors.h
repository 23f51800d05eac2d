/* src/core/processors.h — sets of processors, and the processors on which a thread may run.
 * Not collective; any thread may call any function, but one set is used by one thread at a time. */
#ifndef FCNN_CORE_PROCESSORS_H
#define FCNN_CORE_PROCESSORS_H

#include "core/status.h"
#include "core/text.h"

#include <stdbool.h>
#include <stdint.h>

/* A set of processor numbers, 64 per word.  Initialize it with {0}, the empty set, and release it with
 * fcnn_processors_clear(). */
typedef struct fcnn_processors {
    int64_t words;
    uint64_t *bits;
} fcnn_processors;

/* Sets *out to the processors on which the calling thread may run; it is empty if the kernel does not report them.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_processors_of_thread(fcnn_processors *out);
void fcnn_processors_clear(fcnn_processors *set);

/* Adds one processor.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_processors_add(fcnn_processors *set, int64_t processor);
/* Adds all processors of another set.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_processors_unite(fcnn_processors *set, const fcnn_processors *other);

int fcnn_processors_count(const fcnn_processors *set);
bool fcnn_processors_are_equal(const fcnn_processors *a, const fcnn_processors *b);
/* Whether two sets have a processor in common. */
bool fcnn_processors_meet(const fcnn_processors *a, const fcnn_processors *b);
/* Whether a is a subset of b. */
bool fcnn_processors_are_within(const fcnn_processors *a, const fcnn_processors *b);

/* Appends a set as "0-3,8", or "unknown" if it is empty.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_processors_append(const fcnn_processors *set, fcnn_text *text);

#endif
