/* src/data/find_classes.h — the classes of targets that are strings: found in all rows, before any are kept. */
#ifndef FCNN_DATA_FIND_CLASSES_H
#define FCNN_DATA_FIND_CLASSES_H

#include "data/source.h"

/* Finds the classes of targets that are strings, in all rows of the files' range (those of an enumeration are known);
 * or takes those that training found (known; NULL: these are the training rows).  Names that an attribute gives to
 * numbers are compared with these.  Collective; all ranks fail alike: FCNN_EDATA also if training found none for
 * strings, or others for numbers. */
fcnn_status fcnn_find_classes(fcnn_source *source, fcnn_comm *comm, const fcnn_classes *known);

#endif
