/* src/data/unwritten.h — counts rows that were never written, which are read as fill values, so that the user is told.
 * Not collective; called on the rank that has the files open. */
#ifndef FCNN_DATA_UNWRITTEN_H
#define FCNN_DATA_UNWRITTEN_H

#include "data/open_columns.h"
#include "data/source.h"

/* Counts such rows in one file, whose number of rows is known, for each part of the open inputs, targets and weights.
 * Counts only rows of a range of the joined files such as 0:80000 (NULL or "": all).
 * Fails: FCNN_EDATA if there is no fill value for them; FCNN_ECONFIG for the range. */
fcnn_status fcnn_unwritten_find(fcnn_source *source, const char *range, int64_t place, const fcnn_open_columns open[3]);

typedef char fcnn_unwritten_text[1024];

/* Describes the next part that has such rows. *at is 0 before the first call. Returns false if there are no more
 * parts. */
bool fcnn_unwritten_next(const fcnn_source *source, int64_t *at, fcnn_unwritten_text out);

#endif
