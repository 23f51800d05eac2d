/* src/data/targets.h — what kind of targets a dataset has. */
#ifndef FCNN_DATA_TARGETS_H
#define FCNN_DATA_TARGETS_H

#include "data/dataset.h"

enum {
    FCNN_TARGETS_CLASSES_MOST = 1000, /* classes that are counted, and made without being asked for */
    FCNN_TARGETS_VALUES_MOST = 20     /* different values of numbers that may be classes */
};

/* Over all ranks.  What is said of values is said of one column of numbers, or of classes that strings name. */
typedef struct fcnn_target_summary {
    bool one_column;   /* [rows] or [rows][1] */
    bool is_text;      /* strings */
    bool is_named;     /* the file has names for the numbers */
    bool text_numbers; /* the strings are all numbers, but not just "0" and "1" */
    bool integer_type; /* as stored, without a factor; or names of classes */
    bool zero_or_one;  /* every value is 0 or 1, and no third class has a name */
    bool one_hot;      /* several columns, of which each row has 1 in one and 0 in the others */
    bool whole;        /* every value is a whole number */
    double smallest, largest;
    int64_t rows;
    int64_t values;  /* different ones; more than FCNN_TARGETS_VALUES_MOST count as one more */
    int64_t classes; /* whole numbers from 0 to FCNN_TARGETS_CLASSES_MOST − 1 that occur */
    int64_t single;  /* of these with a single row */
} fcnn_target_summary;

/* Collective.  Fails, alike on all ranks, as reading does. */
fcnn_status fcnn_targets_summarize(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_target_summary *out);

/* Fails, alike on all ranks, with FCNN_EDATA naming the row of a target that is negative, not whole or not below
 * classes; of several columns, which are one for each class, one that is not 1 in one and 0 in the others.
 * Collective. */
fcnn_status fcnn_targets_check_labels(fcnn_dataset *dataset, fcnn_comm *comm, int64_t classes);

/* The class of a row of targets that have passed that check, or of one column of 0 and 1; of one column from 0 to 1 the
 * nearer. */
int64_t fcnn_targets_class(const fcnn_table *targets, int64_t row);

/* Targets that have passed that check as class numbers: labels [rows of the table] is caller-owned. */
void fcnn_targets_labels(const fcnn_table *targets, int32_t *labels);

/* Fails, alike on all ranks, with FCNN_EDATA naming a target outside of 0 … 1.  Collective. */
fcnn_status fcnn_targets_check_unit(fcnn_dataset *dataset, fcnn_comm *comm);

#endif
