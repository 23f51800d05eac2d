/* src/predict/evaluation.h — how good a network is on rows with targets: sums and counts over all ranks. */
#ifndef FCNN_PREDICT_EVALUATION_H
#define FCNN_PREDICT_EVALUATION_H

#include "compute/team.h"
#include "model/data_part.h"
#include "model/network.h"
#include "predict/scores.h"

typedef struct fcnn_evaluation fcnn_evaluation;

/* Prepares to score a dataset's rows, each rank its own.  comm, team and part are borrowed.  Collective; all ranks
 * fail alike. */
fcnn_status fcnn_evaluation_create(fcnn_comm *comm, fcnn_team *team, const fcnn_data_part *part,
                                   const fcnn_architecture *shape, fcnn_evaluation **out);
void fcnn_evaluation_destroy(fcnn_evaluation *evaluation);

/* Runs the next rows of this rank, at least one and no more than `most` and the network's capacity, through the network
 * and adds up their scores; its outputs then lie in the rows of the network from 0 on.  A loop as that of
 * fcnn_cursor_next().  Not collective. */
bool fcnn_evaluation_next(fcnn_evaluation *evaluation, fcnn_network *network, int64_t most, fcnn_block *block,
                          fcnn_status *status);

/* The scores of the rows since the last call, whose arrays are the evaluation's.  Collective. */
void fcnn_evaluation_finish(fcnn_evaluation *evaluation, fcnn_scores *out);

/* Scores all rows.  Collective; fails, alike on all ranks, if rows cannot be read. */
fcnn_status fcnn_evaluation_run(fcnn_evaluation *evaluation, fcnn_network *network, fcnn_scores *out);

/* The class of a row of outputs: the first largest of several, or whether a single one is above 1/2. */
int64_t fcnn_evaluation_class(const fcnn_network *network, int64_t row);

#endif
