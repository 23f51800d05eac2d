/* src/predict/ranking.h — the scores of rows, ranked: areas under the ROC curve, and average precisions.
 *
 * A column of scores is one output: of a class against all others, or of one decision.  A row is positive if it is of
 * this class, or if its target is above 1/2.
 *
 * Area under the ROC curve: the probability that a positive row has a higher score than a negative one; a tie counts
 * half.  (J. A. Hanley and B. J. McNeil, The meaning and use of the area under a receiver operating characteristic
 * curve, Radiology 143, 1982.)  Average precision: Σ (Rₖ − Rₖ₋₁)·Pₖ over the distinct scores, from the highest down, of
 * recall R and precision P of all rows with at least this score: rows that are tied enter together.
 *
 * Up to the size ranked_scores (core/sizes.def), over all columns, the scores are kept and sorted, and the results are
 * exact.  Of more, each column has a histogram of equal bins from 0 to 1, and rows of one bin count as tied; the result
 * then comes with a bound of its error, which follows from the histogram.
 *
 * Rows with weights count as often as their weight says: for exact results in a fixed order, so that they have the same
 * bits for any distribution over ranks; a histogram adds weights that are rounded to multiples of 2^-20.
 *
 * Functions are called by the main thread. */
#ifndef FCNN_PREDICT_RANKING_H
#define FCNN_PREDICT_RANKING_H

#include "parallel/comm.h"

#include <stdbool.h>

typedef struct fcnn_ranking fcnn_ranking;

/* Results of a column.  A result is NaN if it is not defined: the area without positive or without negative rows, the
 * precision without positive rows. */
typedef struct fcnn_ranked {
    double roc_auc, average_precision;
    double roc_auc_error, average_precision_error; /* bounds of the magnitude of the error; 0: exact */
    double positive;                               /* rows, or the sum of their weights */
} fcnn_ranked;

/* Creates an empty ranking.
 *   rows  over all ranks
 *   own   rows of this rank
 * comm is borrowed.  Not collective.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_ranking_create(fcnn_comm *comm, int64_t columns, int64_t rows, int64_t own, bool weighs,
                                fcnn_ranking **out);

/* Releases the ranking, which may be NULL. */
void fcnn_ranking_destroy(fcnn_ranking *ranking);

/* Bytes that a ranking allocates on a rank: on rank 0 those of all scores of a column at a time, too. */
int64_t fcnn_ranking_bytes(int64_t columns, int64_t rows, int64_t own, bool weighs, bool is_first_rank);

/* Whether results are exact, and otherwise the number of bins of a column. */
bool fcnn_ranking_is_exact(const fcnn_ranking *ranking);
int64_t fcnn_ranking_bins(const fcnn_ranking *ranking);

/* Adds a row's score, from 0 to 1, in a column; each row adds one to each column, in ascending order of columns. */
void fcnn_ranking_add(fcnn_ranking *ranking, int64_t column, double score, bool positive, double weight);

/* Sets results [columns] to those of all rows since the last call.  Collective. */
void fcnn_ranking_finish(fcnn_ranking *ranking, fcnn_ranked *results);

#endif
