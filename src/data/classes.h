/* src/data/classes.h — names of classes, in the order of their numbers. */
#ifndef FCNN_DATA_CLASSES_H
#define FCNN_DATA_CLASSES_H

#include "parallel/comm.h"

#include <stdint.h>

typedef struct fcnn_classes {
    int64_t count;
    char **names; /* [count] */
    int64_t capacity;
    int64_t *sorted; /* [sorted_capacity ≥ count]: their numbers in the order of the names' bytes */
    int64_t sorted_capacity;
} fcnn_classes;

enum { FCNN_CLASSES_MOST = 65536 };

void fcnn_classes_clear(fcnn_classes *classes);

/* The number of a class; −1 if there is none of that name. */
int64_t fcnn_classes_find(const fcnn_classes *classes, const char *name);

/* Adds a name if it is new, where it belongs in the order of the names' bytes: so the numbers of classes that strings
 * name depend on nothing else.  It is borrowed for the call.
 * Fails: FCNN_EDATA beyond FCNN_CLASSES_MOST names and for one with a line break, FCNN_ENOMEM. */
fcnn_status fcnn_classes_add(fcnn_classes *classes, const char *name);

/* Adds a name if it is new, behind the others: those of an enumeration are in the order of its values.
 * Fails as add. */
fcnn_status fcnn_classes_append(fcnn_classes *classes, const char *name);

/* out becomes a copy. */
fcnn_status fcnn_classes_copy(const fcnn_classes *classes, fcnn_classes *out);

/* The first number that stands for different names in a and b; −1 if there is none. */
int64_t fcnn_classes_differ(const fcnn_classes *a, const fcnn_classes *b);

/* Every rank gets the classes of all, sorted.  Collective; all ranks fail alike. */
fcnn_status fcnn_classes_join(fcnn_classes *classes, fcnn_comm *comm);

/* Every rank gets those of rank 0, in their order, in the place of its own.  Collective; all ranks fail alike. */
fcnn_status fcnn_classes_share(fcnn_classes *classes, fcnn_comm *comm);

#endif
