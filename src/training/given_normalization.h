/* src/training/given_normalization.h — columns whose word in data.normalize or data.normalize_targets is file. */
#ifndef FCNN_TRAINING_GIVEN_NORMALIZATION_H
#define FCNN_TRAINING_GIVEN_NORMALIZATION_H

#include "config/normalization.h"
#include "data/column_squares.h"
#include "data/dataset.h"
#include "training/origin.h"

/* Sets these columns to what their files give.  Rank 0 reads the files.
 *   side        the inputs or the targets of the training rows
 *   words       what each column has
 *   normalizer  that of the side, whose other columns are set already
 * Collective; all ranks return the same status.  Fails: as fcnn_given_normalizer_read() and
 * fcnn_given_normalizer_take(). */
fcnn_status fcnn_given_normalization_apply(const fcnn_config *config, fcnn_comm *comm, const fcnn_dataset *train,
                                           fcnn_side side, const fcnn_normalization *words,
                                           fcnn_normalizer *normalizer);

/* Checks that a transform which a file gives to a target goes with the loss.  Not collective.  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_given_normalization_check(const fcnn_config *config, const fcnn_model *model);

/* Checks that the files give the normalization which the origin has, and which is used.  When a run is resumed, a file
 * that does not exist any more is not needed.
 * Collective; all ranks return the same status.  Fails: FCNN_ECONFIG if a column differs; in the same ways. */
fcnn_status fcnn_given_normalization_compare(const fcnn_config *config, fcnn_comm *comm, const fcnn_dataset *train,
                                             const fcnn_origin *origin);

#endif
