/* src/data/classes.h — classes that are named by strings: in sorted order, so that their numbers depend on nothing
 * else. */
#ifndef FCNN_DATA_CLASSES_H
#define FCNN_DATA_CLASSES_H

#include "parallel/comm.h"

#include <stdint.h>

typedef struct fcnn_classes {
    int64_t count;
    char **names; /* [count], in the order of their bytes */
    int64_t capacity;
} fcnn_classes;

enum { FCNN_CLASSES_MOST = 65536 };

void fcnn_classes_clear(fcnn_classes *classes);

/* The number of a class; −1 if there is none of that name. */
int64_t fcnn_classes_find(const fcnn_classes *classes, const char *name);

/* Adds a name if it is new; it is borrowed for the call.
 * Fails: FCNN_EDATA beyond FCNN_CLASSES_MOST names and for one with a line break, FCNN_ENOMEM. */
fcnn_status fcnn_classes_add(fcnn_classes *classes, const char *name);

/* out becomes a copy. */
fcnn_status fcnn_classes_copy(const fcnn_classes *classes, fcnn_classes *out);

/* The first number that stands for different names in a and b; −1 if there is none. */
int64_t fcnn_classes_differ(const fcnn_classes *a, const fcnn_classes *b);

/* Every rank gets the classes of all.  Collective; all ranks fail alike. */
fcnn_status fcnn_classes_join(fcnn_classes *classes, fcnn_comm *comm);

#endif
