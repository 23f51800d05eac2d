/* src/data/unwritten.h — rows of a data set that no one has written, which are read as fill values: counted in all
 * files, so that whoever trains on them knows. */
#ifndef FCNN_DATA_UNWRITTEN_H
#define FCNN_DATA_UNWRITTEN_H

#include "data/open_columns.h"
#include "data/source.h"

/* Counts those of one file, whose rows are known, for each part of inputs, targets and weights, which are open; of the
 * rows of a range as in 0:80000 of the joined files alone (NULL or "": all).
 * Fails: FCNN_EDATA if no fill value stands for them; FCNN_ECONFIG for the range. */
fcnn_status fcnn_unwritten_find(fcnn_source *source, const char *range, int64_t place, const fcnn_open_columns open[3]);

typedef char fcnn_unwritten_text[1024];

/* Says what was found of one part, for loops over all that have such rows; *at starts as 0.  False behind the last. */
bool fcnn_unwritten_next(const fcnn_source *source, int64_t *at, fcnn_unwritten_text out);

#endif
