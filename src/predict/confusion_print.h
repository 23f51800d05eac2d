/* src/predict/confusion_print.h — prints how many rows of each class are predicted as each class.  Not collective. */
#ifndef FCNN_PREDICT_CONFUSION_PRINT_H
#define FCNN_PREDICT_CONFUSION_PRINT_H

#include "predict/scores.h"

/* Prints the matrix, with a line for each class of the rows; of more than 12 classes, the most frequent confusions. */
void fcnn_confusion_print(const fcnn_scores *scores, const fcnn_model *model, FILE *out);

#endif
