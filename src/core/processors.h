/* src/core/processors.h — sets of processors, and those that a thread may run on. */
#ifndef FCNN_CORE_PROCESSORS_H
#define FCNN_CORE_PROCESSORS_H

#include "core/status.h"
#include "core/text.h"

#include <stdbool.h>
#include <stdint.h>

/* A set of processor numbers, 64 to a word; start it as {0}, which is empty, and end it with
 * fcnn_processors_clear(). */
typedef struct fcnn_processors {
    int64_t words;
    uint64_t *bits;
} fcnn_processors;

/* Those that the kernel lets the calling thread run on; empty where it does not tell.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_processors_of_thread(fcnn_processors *out);
void fcnn_processors_clear(fcnn_processors *set);

/* Fails: FCNN_ENOMEM. */
fcnn_status fcnn_processors_add(fcnn_processors *set, int64_t processor);
/* Adds all of another set.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_processors_unite(fcnn_processors *set, const fcnn_processors *other);

int fcnn_processors_count(const fcnn_processors *set);
bool fcnn_processors_are_equal(const fcnn_processors *a, const fcnn_processors *b);
/* Have they one in common? */
bool fcnn_processors_meet(const fcnn_processors *a, const fcnn_processors *b);
/* Are all of the first in the second? */
bool fcnn_processors_are_within(const fcnn_processors *a, const fcnn_processors *b);

/* Appends a set as "0-3,8"; "unknown" if it is empty. */
fcnn_status fcnn_processors_append(const fcnn_processors *set, fcnn_text *text);

#endif
