/* src/inspect/model_print.h — what the parts of fcnn_model_print() share. */
#ifndef FCNN_INSPECT_MODEL_PRINT_H
#define FCNN_INSPECT_MODEL_PRINT_H

#include "model/model.h"

#include <stdbool.h>
#include <stdio.h>

/* Prints a text that a file brought: no byte of it may command a terminal. */
void fcnn_model_print_foreign(const char *text, FILE *out);

/* Prints how the columns of inputs and targets are normalized, and what the training rows held of them; of very many
 * the first ones, unless all are wanted. */
void fcnn_model_print_tables(const fcnn_model *model, bool all, FILE *out);

#endif
