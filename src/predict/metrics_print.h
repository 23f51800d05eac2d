/* src/predict/metrics_print.h — prints the metrics of metrics.list.  Not collective: rank 0 calls it. */
#ifndef FCNN_PREDICT_METRICS_PRINT_H
#define FCNN_PREDICT_METRICS_PRINT_H

#include "predict/scores.h"

/* Prints a line for each number, then a table of the values of each class or output with the names of the model, then
 * notes. */
void fcnn_metrics_print(const fcnn_scores *scores, const fcnn_model *model, FILE *out);

#endif
