/* src/predict/evaluation.h — scores a network on rows with targets, by sums and counts over all ranks.
 *
 * Functions must be called by the main thread; the threads of the team share the work. */
#ifndef FCNN_PREDICT_EVALUATION_H
#define FCNN_PREDICT_EVALUATION_H

#include "compute/team.h"
#include "model/data_part.h"
#include "model/network.h"
#include "predict/metrics.h"

typedef struct fcnn_evaluation fcnn_evaluation;

/* Creates an evaluation of the rows of a dataset; each rank scores its own rows.  comm, team, part and shape are
 * borrowed.
 *   choice  the metrics to be computed; NULL: none.  Without targets none is computed.
 * Collective.  Errors, the same on all ranks: FCNN_ENOMEM, FCNN_EINPUT, FCNN_EDATA; FCNN_ECONFIG for a metric that the
 * network does not have. */
fcnn_status fcnn_evaluation_create(fcnn_comm *comm, fcnn_team *team, const fcnn_data_part *part,
                                   const fcnn_architecture *shape, const fcnn_metric_choice *choice,
                                   fcnn_evaluation **out);

/* Releases the evaluation, which may be NULL.  Not collective. */
void fcnn_evaluation_destroy(fcnn_evaluation *evaluation);

/* Computes the outputs of the next rows of this rank, at least one and at most `most` or the capacity of the network,
 * and adds their scores.  The outputs are in the rows of the network from row 0.  Returns false after the last row or
 * an error, which is in *status, like fcnn_cursor_next().  Not collective. */
bool fcnn_evaluation_next(fcnn_evaluation *evaluation, fcnn_network *network, int64_t most, fcnn_block *block,
                          fcnn_status *status);

/* Sets out to the scores of all rows since the last call.  The evaluation owns the arrays of out.  Collective. */
void fcnn_evaluation_finish(fcnn_evaluation *evaluation, fcnn_scores *out);

/* Scores all rows.  The evaluation owns the arrays of out.  Collective.
 * Errors, the same on all ranks: FCNN_EINPUT, FCNN_EDATA if rows cannot be read. */
fcnn_status fcnn_evaluation_run(fcnn_evaluation *evaluation, fcnn_network *network, fcnn_scores *out);

/* Returns the class of a row of the network's outputs: the first index of the largest output, or for a single output
 * whether it is above 1/2.  Not collective. */
int64_t fcnn_evaluation_class(const fcnn_network *network, int64_t row);

#endif
