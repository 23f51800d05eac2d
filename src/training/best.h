/* src/training/best.h — which epoch is the best so far, and when training ends early.
 *
 * Values are those of train.stop_metric, of the validation rows: exact sums, which are the same on all ranks, so all
 * ranks decide alike.  docs/methods.md describes the rules.  Nothing here is collective unless it says so. */
#ifndef FCNN_TRAINING_BEST_H
#define FCNN_TRAINING_BEST_H

#include "config/config.h"
#include "model/network.h"
#include "predict/scores.h"
#include "run/checkpoint.h"

enum { FCNN_BEST_TEXT = 200 };

/* Checks that train.stop_metric is defined for a network of this shape.  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_best_check(const fcnn_config *config, const fcnn_architecture *shape);

/* Compares an epoch with the best one so far.  *is_best is set if it is the new best one: its value is finite, and
 * better than all before; the first of equal ones stays.  The epoch ends a row of bad ones if its value is better
 * than the reference by more than train.stop_min_delta.
 *   epoch, step  completed so far
 *   loss, value  of the validation rows
 * A value that is NaN because of the predictions (fcnn_scores_may_lack()) is that of a bad epoch.
 * Fails, if the result of the run depends on another value that is NaN: FCNN_EDIVERGED, or FCNN_EDATA if only the
 * metric is not defined.  If it does not, such an epoch is not counted. */
fcnn_status fcnn_best_count(const fcnn_config *config, int64_t epoch, int64_t step, double loss, double value,
                            fcnn_best *best, bool *is_best);

/* Whether training ends after the epochs that were counted. */
bool fcnn_best_stops(const fcnn_config *config, const fcnn_best *best);

/* Copies parameters in panels to best->parameters, which are created first where they do not exist.
 * Fails: FCNN_ENOMEM; FCNN_EDIVERGED, with an advice, if one of them is not finite. */
fcnn_status fcnn_best_keep(const fcnn_network *network, void *const *panels, const char *advice, fcnn_best *best);

/* Writes the parameters of the best epoch, which rank 0 has, to panels of each rank, those of the network or of
 * their average; transposed weights are not changed, so the network cannot be trained any more.  Collective.  Fails,
 * alike on all ranks: FCNN_ENOMEM. */
fcnn_status fcnn_best_restore(fcnn_comm *comm, fcnn_best *best, const fcnn_network *network, void *const *panels);

/* Says in words why an epoch is the best one, such as "the lowest validation loss, 0.25". */
void fcnn_best_say(const fcnn_config *config, const fcnn_best *best, char out[FCNN_BEST_TEXT]);

/* Says in words why training ended early. */
void fcnn_best_say_stop(const fcnn_config *config, char out[FCNN_BEST_TEXT]);

#endif
