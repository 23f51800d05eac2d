/* src/training/evaluation.h — how good a network is on rows with targets: sums and counts over all ranks. */
#ifndef FCNN_TRAINING_EVALUATION_H
#define FCNN_TRAINING_EVALUATION_H

#include "compute/team.h"
#include "model/network.h"
#include "reporting/scores.h"
#include "training/training_data.h"

typedef struct fcnn_evaluation fcnn_evaluation;

/* Prepares to score a dataset's rows, each rank its own.  comm, team and part are borrowed.  Collective. */
fcnn_status fcnn_evaluation_create(fcnn_comm *comm, fcnn_team *team, const fcnn_data_part *part,
                                   const fcnn_architecture *shape, fcnn_evaluation **out);
void fcnn_evaluation_destroy(fcnn_evaluation *evaluation);

/* Runs this rank's rows first … first+count−1 (count at most the network's capacity) through the network,
 * whose outputs then lie in its rows 0 … count−1, and adds up their scores.  Not collective. */
void fcnn_evaluation_run_rows(fcnn_evaluation *evaluation, fcnn_network *network, int64_t first, int64_t count);

/* The scores of the rows since the last call, whose arrays are the evaluation's.  Collective. */
void fcnn_evaluation_finish(fcnn_evaluation *evaluation, fcnn_scores *out);

/* Scores all rows.  Collective. */
void fcnn_evaluation_run(fcnn_evaluation *evaluation, fcnn_network *network, fcnn_scores *out);

/* The class of a row of outputs: the first largest of several, or whether a single one is above 1/2. */
int64_t fcnn_evaluation_class(const fcnn_network *network, int64_t row);

#endif
