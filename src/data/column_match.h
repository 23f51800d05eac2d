/* src/data/column_match.h — whether the columns of a file are those that are wanted: by names and units. */
#ifndef FCNN_DATA_COLUMN_MATCH_H
#define FCNN_DATA_COLUMN_MATCH_H

#include "config/words.h"
#include "data/column_names.h"

/* Names are compared where both sides have them: from attributes, or as members of records.  Those that are made of
 * the names of datasets, as x[3], say nothing.  Only where all columns of a side are datasets of their own, and some
 * are called alike on both sides, are these names of columns, too.  Units are compared where both sides have one:
 * without blanks at their ends, and a run of blanks inside counts as one; capitals count. */

/* What the columns are to be. */
typedef struct fcnn_column_reference {
    const fcnn_column_names *names; /* borrowed; NULL or of no columns: nothing is known */
    const char *where;              /* "the training rows", for messages; borrowed */
    bool may_be_labels;             /* one column of labels may stand for a column for each class, and the other way
                                     * round: these are not compared */
} fcnn_column_reference;

/* The columns of a file, for messages. */
typedef struct fcnn_column_side {
    const fcnn_column_names *names; /* borrowed */
    const char *path, *text;        /* the file, and the list of datasets */
} fcnn_column_side;

/* Compares names and units by place.  Fails: FCNN_EDATA, with a text that lists the differences, FCNN_ENOMEM. */
fcnn_status fcnn_column_match_check(const fcnn_column_side *here, const fcnn_column_reference *there);

/* Finds the columns that are wanted by their names.
 *   order  [there->names->count]: the place of each in the file; NULL: they are to be taken by place, since these are
 *          the same names in the same order, or what is wanted has no names; to be released with free()
 * Fails: FCNN_EDATA if some are not there, or are called alike, or have another unit; FCNN_ENOMEM. */
fcnn_status fcnn_column_match_find(const fcnn_column_side *here, const fcnn_column_reference *there, int64_t **order);

/* Lists the names of columns that are not in an order [count], at most 10 of them, as in "'a', 'b' and 3 more".
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_match_left_out(const fcnn_column_names *here, const int64_t *order, int64_t count,
                                       fcnn_text *out);

/* Gives known the real names, or the units, of columns that had none there, but have in a file that has passed; nothing
 * where the numbers of columns differ.  order is that of match_find(), or NULL.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_match_complete_names(fcnn_column_names *known, const fcnn_column_names *here);
fcnn_status fcnn_column_match_complete_units(fcnn_column_names *known, const fcnn_column_names *here,
                                             const int64_t *order);

/* Does any column have a real name? */
bool fcnn_column_match_has_real(const fcnn_column_names *names);

#endif
