/* src/model/given_normalizer.h — normalization that a file gives instead of the statistics of the training rows.
 *
 * The file contains, for the columns of the inputs or of the targets,
 *   /offset, /scale  [columns]  numbers of any type: stored = (physical − offset) / scale
 *   /names           [columns]  strings, optional: the names of the columns
 * or it is a model or a checkpoint, whose normalization of the inputs or of the targets is taken, with its transforms
 * and with the names and units of its columns. */
#ifndef FCNN_MODEL_GIVEN_NORMALIZER_H
#define FCNN_MODEL_GIVEN_NORMALIZER_H

#include "config/words.h"
#include "data/column_names.h"
#include "data/column_squares.h"
#include "model/model.h"
#include "parallel/comm.h"

/* What is asked of a file.  Everything is borrowed. */
typedef struct fcnn_given_request {
    const char *path;
    fcnn_side side;                 /* of a model; targets have no negative scale */
    int64_t columns;                /* number of columns of the data */
    const fcnn_column_names *names; /* of these columns */
    fcnn_match_columns match;       /* how they are compared with the names in the file */
} fcnn_given_request;

/* Reads the normalization of all columns of the data; with by_name the columns of the file are selected by name.
 *   out  to be released with fcnn_normalizer_clear(), also after a failure
 * Not collective.  Fails: FCNN_EINPUT if the file is missing or unreadable; FCNN_EDATA if it has neither form, or other
 * columns than the data, or contains NaN, Inf, or a scale that is 0 or too small to divide by; FCNN_ENOMEM. */
fcnn_status fcnn_given_normalizer_read(const fcnn_given_request *request, fcnn_normalizer *out);

/* Gives every rank the normalizer of rank 0; on the others it is {0}, to be released in the same way.  Collective; all
 * ranks return the same status.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_given_normalizer_share(fcnn_normalizer *normalizer, fcnn_comm *comm);

/* Replaces the columns of a normalizer that are marked, [count], by those of another one of the same count.
 * Not collective.  Fails: FCNN_ECONFIG if columns of the kind quantile have different numbers of landmarks;
 * FCNN_ENOMEM. */
fcnn_status fcnn_given_normalizer_take(fcnn_normalizer *to, const fcnn_normalizer *from, const bool *marked);

/* Returns the first of the marked columns that is not the same in both; −1: there is none.  Not collective. */
int64_t fcnn_given_normalizer_differs(const fcnn_normalizer *a, const fcnn_normalizer *b, const bool *marked);

#endif
