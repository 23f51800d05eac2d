/* src/predict/part_names.h — prints the names of classes and of outputs.  Not collective. */
#ifndef FCNN_PREDICT_PART_NAMES_H
#define FCNN_PREDICT_PART_NAMES_H

#include "predict/scores.h"

/* Prints the name of a class or of an output, or its number, in `width` columns. */
void fcnn_part_names_print(const fcnn_scores *scores, const fcnn_model *model, int64_t part, int width, FILE *out);

/* The width of the longest of these names, of the first `shown` parts. */
int fcnn_part_names_width(const fcnn_scores *scores, const fcnn_model *model, int64_t shown);

#endif
