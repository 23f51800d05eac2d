/* src/reporting/scores.h — how good predictions are, as numbers and as text. */
#ifndef FCNN_REPORTING_SCORES_H
#define FCNN_REPORTING_SCORES_H

#include <stdint.h>
#include <stdio.h>

/* Of all rows, over all ranks. */
typedef struct fcnn_scores {
    int64_t rows;
    double loss;             /* mean over rows (and outputs, for mse and binary cross entropy), normalized units */
    double accuracy;         /* classifiers: fraction of rows whose class is right; else NaN */
    int64_t outputs;         /* of the arrays below; 0 for classifiers */
    const double *r2;        /* [outputs] 1 − Σ(y−t)²/Σ(t−mean)², physical units; NaN for constant targets */
    const double *rmse;      /* [outputs] √(Σ(y−t)²/rows), physical units */
    const double *max_error; /* [outputs] max |y−t|, physical units */
    double mean_r2;          /* over outputs whose targets vary; NaN for classifiers */
} fcnn_scores;

/* The one number for a table: the accuracy, or the mean R². */
double fcnn_scores_metric(const fcnn_scores *scores);

/* Prints "title: loss …, accuracy … (N rows)", or for a regression a table of its outputs below. */
void fcnn_scores_print(const fcnn_scores *scores, const char *title, FILE *out);

#endif
