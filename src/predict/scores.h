/* src/predict/scores.h — the scores of predictions, and how they are printed. */
#ifndef FCNN_PREDICT_SCORES_H
#define FCNN_PREDICT_SCORES_H

#include "model/model.h"
#include "predict/metric.h"

#include <stdint.h>
#include <stdio.h>

enum { FCNN_SCORES_CLASSES_MOST = 50 }; /* largest number of classes that have scores of their own */

/* Counts of a class: rows of the class, rows predicted as the class, and rows for which both are true. */
typedef struct fcnn_class_score {
    uint64_t rows, taken, right;
} fcnn_class_score;

/* Scores of all rows, over all ranks.  The evaluation that computed them owns the arrays. */
struct fcnn_scores {
    int64_t rows;
    int64_t scored;                /* rows that have at least one target */
    int64_t targets, all_targets;  /* targets that are not missing, and all */
    const int64_t *output_targets; /* [outputs]: those of each output that are not missing */
    double loss;             /* mean over rows (and outputs, for mse and binary cross entropy), normalized units */
    bool is_weighted;        /* each row counts with its weight in the loss, accuracy, R² and RMSE */
    int64_t right;           /* number of rows that are predicted correctly; 0 for regressions */
    double accuracy;         /* fraction of rows that are predicted correctly; NaN for regressions */
    int64_t outputs;         /* length of the next three arrays; 0 for classifiers */
    const double *r2;        /* [outputs] 1 − Σ(y−t)²/Σ(t−mean)², physical units; NaN if all t are the same */
    const double *rmse;      /* [outputs] √(Σ(y−t)²/rows), physical units */
    const double *max_error; /* [outputs] max |y−t|, physical units */
    int64_t class_count;     /* length of classes; 0 for regressions, several sigmoids, and too many classes */
    const fcnn_class_score *classes;   /* [class_count] */
    int64_t varying;                   /* outputs whose targets are not all the same; 0 for classifiers */
    double mean_r2;                    /* mean R² over these outputs; NaN if there are none */
    int metric_count;                  /* length of metrics; 0 for metrics.list = auto */
    const fcnn_metric_result *metrics; /* [metric_count], in the order of the list */
    int64_t parts;                     /* classes or outputs for which metrics have values of their own */
    bool parts_are_outputs;
    const uint64_t *confusion; /* [parts][parts]: rows of the first class that are predicted as the second; or NULL */
    const fcnn_metric_part *part_counts; /* [parts]: their rows; NULL: not counted */
};

/* Returns the accuracy, or the mean R²; NaN if it is not defined.  Not collective. */
double fcnn_scores_metric(const fcnn_scores *scores);

/* The value of a metric by which epochs are compared (train.stop_metric), NaN if it is not defined; whether higher
 * values are better; whether it may be undefined because of the predictions, and not only because of the rows; and what
 * it is called in messages.  Metrics other than accuracy and r2 are among scores->metrics.
 * Not collective. */
double fcnn_scores_value(const fcnn_scores *scores, fcnn_stop_metric metric);
bool fcnn_scores_is_higher_better(fcnn_stop_metric metric);
bool fcnn_scores_may_lack(fcnn_stop_metric metric);
const char *fcnn_scores_value_name(fcnn_stop_metric metric);

enum { FCNN_SCORES_SHOWN = 2 }; /* largest number of metrics in the progress table */

/* Sets shown to the numbers of the progress table: the first number of the first metrics of the list, or the accuracy
 * or mean R² without a list; NaN if a number is not defined or there are no more.  Not collective. */
void fcnn_scores_show(const fcnn_scores *scores, double shown[FCNN_SCORES_SHOWN]);

/* Prints "title: loss …, accuracy …", followed by a table of the classes, or of the outputs of a regression, with their
 * names in the model.  Not collective: rank 0 calls it. */
void fcnn_scores_print(const fcnn_scores *scores, const char *title, const fcnn_model *model, FILE *out);

#endif
