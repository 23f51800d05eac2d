/* src/training/stages.h — where the stages of a training begin and end.
 *
 * Everything follows from the config and the number of rows, so checkpoints need not contain it.  A change of stage is
 * as if a run ended with a checkpoint and the next one, with another config, resumed from it (fcnn_trainer_next_stage).
 *
 * Not collective; thread-safe. */
#ifndef FCNN_TRAINING_STAGES_H
#define FCNN_TRAINING_STAGES_H

#include "config/stages.h"

#include <stdint.h>

/* A stage of a training. */
typedef struct fcnn_stage_place {
    int64_t number;                 /* from 0 */
    int64_t first_epoch, end_epoch; /* epochs of the training before it, and at its end */
    int64_t first_step;             /* steps of the training before it */
    int64_t optimizer_begin; /* steps before the first of the stages in a row, up to it, that have its optimizer */
} fcnn_stage_place;

/* Finds the stage that the step after a number of completed epochs belongs to; after all epochs, the last stage.
 *   rows  training rows */
fcnn_stage_place fcnn_stages_find(const fcnn_config *config, int64_t rows, int64_t epochs);

/* Whether the optimizer of a stage continues that of the stage before. */
bool fcnn_stages_continue(const fcnn_config *config, int64_t stage);

/* Return the steps of an epoch of a stage, and those of the first epochs of the training. */
int64_t fcnn_stages_epoch_steps(const fcnn_config *config, int64_t rows, int64_t stage);
int64_t fcnn_stages_steps(const fcnn_config *config, int64_t rows, int64_t epochs);

#endif
