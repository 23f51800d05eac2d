/* src/training/memory_plan.h — decides which rows are kept in memory and which are streamed from their files. */
#ifndef FCNN_TRAINING_MEMORY_PLAN_H
#define FCNN_TRAINING_MEMORY_PLAN_H

#include "training/training_data.h"

typedef struct fcnn_memory_plan {
    int64_t limit;                                        /* bytes that a rank may use; minimum over ranks */
    int64_t available;                                    /* bytes of it for rows */
    bool has_weights;                                     /* training rows have weights */
    bool streams_train, streams_validation, streams_test; /* the same on all ranks */
} fcnn_memory_plan;

/* Decides by data.memory and data.memory_limit, after the files have been opened.  Validation and test rows are kept in
 * memory before training rows, because validation rows are read in every epoch.  Collective. */
void fcnn_memory_plan_make(const fcnn_config *config, fcnn_comm *comm, const fcnn_training_data *data,
                           fcnn_memory_plan *out);

/* Checks that the windows of streamed training rows fit into memory, after the sampler has been created.  Collective.
 * Errors, the same on all ranks: FCNN_ECONFIG, with the largest window that fits in the text. */
fcnn_status fcnn_memory_plan_check(const fcnn_memory_plan *plan, fcnn_comm *comm, const fcnn_training_data *data);

#endif
