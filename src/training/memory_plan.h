/* src/training/memory_plan.h — which rows lie in memory and which stay in their files. */
#ifndef FCNN_TRAINING_MEMORY_PLAN_H
#define FCNN_TRAINING_MEMORY_PLAN_H

#include "training/training_data.h"

typedef struct fcnn_memory_plan {
    int64_t limit;                                        /* bytes of a rank, the least of all ranks */
    int64_t available;                                    /* of that, for rows */
    bool has_weights;                                     /* training rows count differently */
    bool streams_train, streams_validation, streams_test; /* alike on all ranks */
} fcnn_memory_plan;

/* Decides by data.memory and data.memory_limit, once the shapes are known.  What is small stays in memory first:
 * rows to watch the training by are read again and again.  Collective. */
void fcnn_memory_plan_make(const fcnn_config *config, fcnn_comm *comm, const fcnn_training_data *data,
                           fcnn_memory_plan *out);

/* Whether the windows of the training rows fit, once the sampler is there.  Fails, alike on all ranks: FCNN_ECONFIG
 * with the window that would.  Collective. */
fcnn_status fcnn_memory_plan_check(const fcnn_memory_plan *plan, fcnn_comm *comm, const fcnn_training_data *data);

#endif
