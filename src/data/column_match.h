/* src/data/column_match.h — compares the names and units of a file's columns with the expected ones. Not collective;
 * thread-safe. */
#ifndef FCNN_DATA_COLUMN_MATCH_H
#define FCNN_DATA_COLUMN_MATCH_H

#include "config/words.h"
#include "data/column_names.h"

/* Names are compared if both sides have names of their own, from attributes or from members of records. Names that are
 * made of the names of datasets, such as x[3], are not compared, except if each column of a side is a dataset of its
 * own, and some names are equal on both sides. Units are compared if both sides have one. Leading and trailing blanks
 * are ignored, and several blanks are equal to one; case is significant. */

/* The expected columns. */
typedef struct fcnn_column_reference {
    const fcnn_column_names *names; /* borrowed; NULL or without columns: nothing is known */
    const char *where;              /* where they come from, such as "the training rows", for messages; borrowed */
    /* one column of labels may replace one column per class and vice versa; these are not compared */
    bool may_be_labels;
} fcnn_column_reference;

/* The columns of a file. */
typedef struct fcnn_column_side {
    const fcnn_column_names *names; /* borrowed */
    const char *path, *text;        /* the file and the list of datasets, for messages */
} fcnn_column_side;

/* Compares names and units by position. Fails: FCNN_EDATA, with a text that lists the differences; FCNN_ENOMEM. */
fcnn_status fcnn_column_match_check(const fcnn_column_side *here, const fcnn_column_reference *there);

/* Finds the expected columns by name.
 *   order  [there->names->count]: the position of each column in the file, to be released with free(); NULL: columns
 *          are used by position, because the file has the same names in the same order, or the expected columns have no
 *          names
 * Fails: FCNN_EDATA if columns are missing, have the same name as others, or have another unit; FCNN_ENOMEM. */
fcnn_status fcnn_column_match_find(const fcnn_column_side *here, const fcnn_column_reference *there, int64_t **order);

/* Appends the names of columns that are not in an order [count], at most 10 of them, such as "'a', 'b' and 3 more".
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_match_left_out(const fcnn_column_names *here, const int64_t *order, int64_t count,
                                       fcnn_text *out);

/* Add names, or units, that only the columns `here` have to `known`; nothing if the numbers of columns differ. order is
 * that of fcnn_column_match_find(), or NULL. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_match_complete_names(fcnn_column_names *known, const fcnn_column_names *here);
fcnn_status fcnn_column_match_complete_units(fcnn_column_names *known, const fcnn_column_names *here,
                                             const int64_t *order);

/* Returns whether any column has a name of its own. */
bool fcnn_column_match_has_real(const fcnn_column_names *names);

#endif
