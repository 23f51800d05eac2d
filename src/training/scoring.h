/* src/training/scoring.h — what a trainer learns about its current parameters: the scores of validation and test rows.
 *
 * All functions are collective; errors are the same on all ranks: FCNN_EINPUT and FCNN_EDATA if rows cannot be read,
 * FCNN_ENOMEM. */
#ifndef FCNN_TRAINING_SCORING_H
#define FCNN_TRAINING_SCORING_H

#include "training/trainer.h"

/* Unset if the epoch was not evaluated. */
typedef struct fcnn_epoch_scores {
    fcnn_history_line line;
    double value; /* of train.stop_metric; NaN without validation rows */
    fcnn_scores
        scores; /* of the validation rows, whose arrays stay until the next evaluation; no metrics without them */
} fcnn_epoch_scores;

/* Evaluates the parameters after an epoch, if the history, the schedule or the comparison of epochs needs it: sets
 * *out, lets a schedule of kind plateau count the epoch, compares it with the best one so far, and keeps the
 * parameters of a better one on rank 0.  Whether the epoch is the last one may depend on it.
 * Fails, besides: FCNN_EDIVERGED, as fcnn_plateau_count(), fcnn_best_count() and fcnn_best_keep(); FCNN_EINTERNAL if
 * the parameters differ between ranks. */
fcnn_status fcnn_scoring_epoch(fcnn_trainer *trainer, double train_loss, bool is_logged, fcnn_epoch_scores *out);

/* Adds a line and its metrics to the history and informs the observers. */
fcnn_status fcnn_scoring_log(fcnn_trainer *trainer, const fcnn_epoch_scores *scores, double rows_per_second);

/* Adds the line of epoch 0 with the loss of the initial weights. */
fcnn_status fcnn_scoring_start(fcnn_trainer *trainer);

/* Evaluates the test rows, if there are any, and prints their scores. */
fcnn_status fcnn_scoring_test(fcnn_trainer *trainer);

#endif
