/* src/data/classes.h — class names, in the order of the class numbers. Only join and share are collective. Threads may
 * read the same object at the same time; only one thread may change it. */
#ifndef FCNN_DATA_CLASSES_H
#define FCNN_DATA_CLASSES_H

#include "parallel/comm.h"

#include <stdint.h>

typedef struct fcnn_classes {
    int64_t count;
    char **names; /* [count] */
    int64_t capacity;
    int64_t *sorted; /* [sorted_capacity ≥ count]: class numbers, sorted by the bytes of their names */
    int64_t sorted_capacity;
} fcnn_classes;

enum { FCNN_CLASSES_MOST = 65536 };

/* Frees the memory. Accepts {0}. */
void fcnn_classes_clear(fcnn_classes *classes);

/* Returns the number of the class with this name, or −1 if there is none. */
int64_t fcnn_classes_find(const fcnn_classes *classes, const char *name);

/* Adds a name, if it is new, in the sorted order of the names' bytes, so that the numbers of classes depend only on the
 * set of names. Copies the name.
 * Fails: FCNN_EDATA if there are FCNN_CLASSES_MOST names already or the name contains a line break; FCNN_ENOMEM. */
fcnn_status fcnn_classes_add(fcnn_classes *classes, const char *name);

/* Adds a name, if it is new, after all others. Used for enumerations, whose classes have the order of their values.
 * Fails: as fcnn_classes_add(). */
fcnn_status fcnn_classes_append(fcnn_classes *classes, const char *name);

/* Makes out a copy, to be released with fcnn_classes_clear(); unchanged on failure. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_classes_copy(const fcnn_classes *classes, fcnn_classes *out);

/* Returns the first number that has different names in a and b, or −1 if there is none. */
int64_t fcnn_classes_differ(const fcnn_classes *a, const fcnn_classes *b);

/* Gives every rank the sorted union of the classes of all ranks. Collective; all ranks return the same status. */
fcnn_status fcnn_classes_join(fcnn_classes *classes, fcnn_comm *comm);

/* Replaces the classes of every rank by those of rank 0, in their order. Collective; all ranks return the same
 * status. */
fcnn_status fcnn_classes_share(fcnn_classes *classes, fcnn_comm *comm);

#endif
