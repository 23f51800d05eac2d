/* src/data/targets.h — what kind of targets a dataset has. */
#ifndef FCNN_DATA_TARGETS_H
#define FCNN_DATA_TARGETS_H

#include "data/dataset.h"

/* Over all ranks. */
typedef struct fcnn_target_summary {
    bool one_column;   /* [rows] or [rows][1] */
    bool integer_type; /* as stored, without a factor; or names of classes */
    bool zero_or_one;  /* every value is 0 or 1, and no third class has a name */
    bool one_hot;      /* several columns, of which each row has 1 in one and 0 in the others */
    double largest;
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
