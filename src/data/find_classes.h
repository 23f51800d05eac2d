/* src/data/find_classes.h — the classes of targets that are strings. */
#ifndef FCNN_DATA_FIND_CLASSES_H
#define FCNN_DATA_FIND_CLASSES_H

#include "data/source.h"

/* Finds the classes of targets that are strings, in all rows of the range; the classes of an enumeration are known from
 * the file. With `known` (the classes of the training rows), uses those instead; NULL: these are the training rows.
 * Compares the names that an attribute gives to class numbers with them. Borrows known.
 * Collective; all ranks return the same status. Fails: FCNN_EDATA also for strings if training had class numbers, and
 * for numbers with other names than in training. */
fcnn_status fcnn_find_classes(fcnn_source *source, fcnn_comm *comm, const fcnn_classes *known);

#endif
