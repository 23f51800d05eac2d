/* src/inspect/model_print.h — shared by the parts of fcnn_model_print(). Not collective. */
#ifndef FCNN_INSPECT_MODEL_PRINT_H
#define FCNN_INSPECT_MODEL_PRINT_H

#include "model/model.h"

#include <stdbool.h>
#include <stdio.h>

/* Prints a text from a file. Control characters are replaced, so that the text cannot control the terminal. */
void fcnn_model_print_foreign(const char *text, FILE *out);

/* Prints the normalization of the input and target columns, the weights of targets in the loss, and the statistics of
 * the columns in the training rows. If there are many columns, only the first ones are printed unless `all` is true. */
void fcnn_model_print_tables(const fcnn_model *model, bool all, FILE *out);

#endif
