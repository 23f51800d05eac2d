/* src/predict/scores.h — how good predictions are, as numbers and as text. */
#ifndef FCNN_PREDICT_SCORES_H
#define FCNN_PREDICT_SCORES_H

#include "model/model.h"

#include <stdint.h>
#include <stdio.h>

enum { FCNN_SCORES_CLASSES_MOST = 50 }; /* that are counted one by one */

/* Rows of a class: how many there are, how many the network takes for it, and of how many both is true. */
typedef struct fcnn_class_score {
    uint64_t rows, taken, right;
} fcnn_class_score;

/* Of all rows, over all ranks. */
typedef struct fcnn_scores {
    int64_t rows;
    double loss;        /* mean over rows (and outputs, for mse and binary cross entropy), normalized units */
    double accuracy;    /* classifiers: fraction of rows whose class is right; else NaN */
    int64_t outputs;    /* of the arrays below; 0 for classifiers */
    const double *r2;   /* [outputs] 1 − Σ(y−t)²/Σ(t−mean)², physical units; NaN where all t are the same */
    const double *rmse; /* [outputs] √(Σ(y−t)²/rows), physical units */
    const double *max_error;         /* [outputs] max |y−t|, physical units */
    int64_t class_count;             /* of the array below; 0 for regressions, several sigmoids, and too many classes */
    const fcnn_class_score *classes; /* [class_count] */
    int64_t varying;                 /* outputs whose targets are not all the same; 0 for classifiers */
    double mean_r2;                  /* over these; NaN where there are none */
} fcnn_scores;

/* The one number for a table: the accuracy, or the mean R²; NaN where there is none. */
double fcnn_scores_metric(const fcnn_scores *scores);

/* Prints "title: loss …, accuracy …", and below it a table of the classes, or of a regression's outputs, by the names
 * that the model has for them. */
void fcnn_scores_print(const fcnn_scores *scores, const char *title, const fcnn_model *model, FILE *out);

#endif
