/* src/data/targets.h — what kind of targets a dataset has, and the conversion of labels to class numbers. */
#ifndef FCNN_DATA_TARGETS_H
#define FCNN_DATA_TARGETS_H

#include "data/dataset.h"

enum {
    FCNN_TARGETS_CLASSES_MOST =
        1000,                     /* maximum number of classes that are counted, and that are chosen automatically */
    FCNN_TARGETS_VALUES_MOST = 20 /* maximum number of different values of floating-point numbers that may be classes */
};

/* A summary over all ranks. Members about values refer to a single column of numbers, or of class names. */
typedef struct fcnn_target_summary {
    bool one_column;   /* the shape is [rows] or [rows][1] */
    bool is_text;      /* strings */
    bool is_named;     /* the file has names for the numbers */
    bool text_numbers; /* all strings are numbers, other than just "0" and "1" */
    bool integer_type; /* stored as whole numbers without a scale factor, or as class names */
    bool zero_or_one;  /* every value is 0 or 1, and there are no names for other classes */
    bool one_hot;      /* several columns; each row has 1 in one of them and 0 in all others */
    bool whole;        /* every value is a whole number */
    double smallest, largest;
    int64_t rows;
    int64_t values;  /* number of different values, up to FCNN_TARGETS_VALUES_MOST + 1 */
    int64_t classes; /* number of different whole numbers from 0 to FCNN_TARGETS_CLASSES_MOST − 1 */
    int64_t single;  /* how many of these occur in a single row */
} fcnn_target_summary;

/* Reads the targets and summarizes them. Collective; all ranks return the same status. Fails: as reading. */
fcnn_status fcnn_targets_summarize(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_target_summary *out);

/* Fails with FCNN_EDATA if a target is negative, not a whole number or not less than classes; with several columns (one
 * per class), if a row does not have 1 in one and 0 in all others. The message contains the row. Collective; all ranks
 * return the same status. */
fcnn_status fcnn_targets_check_labels(fcnn_dataset *dataset, fcnn_comm *comm, int64_t classes);

/* Returns the class of a row of targets that have passed this check. With one column of values from 0 to 1, returns the
 * nearer of 0 and 1. */
int64_t fcnn_targets_class(const fcnn_table *targets, int64_t row);

/* Converts targets that have passed this check to class numbers. labels [rows of the table] is owned by the caller. */
void fcnn_targets_labels(const fcnn_table *targets, int32_t *labels);

/* Fails with FCNN_EDATA if a target is less than 0 or greater than 1; the message contains its row. Collective; all
 * ranks return the same status. */
fcnn_status fcnn_targets_check_unit(fcnn_dataset *dataset, fcnn_comm *comm);

/* Fails with FCNN_EDATA if a target is less than 0; the message contains its row. Collective; all ranks return the same
 * status. */
fcnn_status fcnn_targets_check_counts(fcnn_dataset *dataset, fcnn_comm *comm);

#endif
