/* src/model/model.h — a network as data: its shape, its parameters row by row, and how to read its numbers. */
#ifndef FCNN_MODEL_MODEL_H
#define FCNN_MODEL_MODEL_H

#include "compute/kernels.h"
#include "config/config.h"
#include "core/status.h"
#include "data/classes.h"
#include "data/column_names.h"
#include "model/architecture.h"

#include <fcnn/model.h>

#include <stdbool.h>
#include <stdint.h>

/* Version of the arithmetic: a change that gives other bits from the same config raises it. */
#define FCNN_NUMERICS_VERSION 1

/* What is done to a column: stored = (physical − shift) / scale. */
typedef struct fcnn_normalizer {
    int64_t count;
    double *shift, *scale; /* [count] */
} fcnn_normalizer;

/* What the columns of the training rows held. */
typedef struct fcnn_column_statistics {
    int64_t count;                     /* 0: it is not known */
    double *smallest, *largest, *mean; /* [count] */
} fcnn_column_statistics;

/* One line of the progress table; NaN where there is no number. */
typedef struct fcnn_history_line {
    int64_t epoch, steps;
    double train_loss, validation_loss, validation_metric;
} fcnn_history_line;

typedef struct fcnn_history {
    int64_t count, capacity;
    fcnn_history_line *lines; /* [count] */
} fcnn_history;

struct fcnn_model {
    fcnn_architecture shape;
    void **weights;                            /* [layers], each [out][in] of the precision's type, row-major */
    void **biases;                             /* [layers], each [out] */
    fcnn_normalizer inputs, targets;           /* targets: shift 0 and scale 1 for classifiers */
    fcnn_column_statistics inputs_statistics;  /* of the inputs */
    double loss_settings[FCNN_LOSS_SETTINGS];  /* of the loss, as in the config; 0 without a config */
    bool fills_missing;                        /* its means stand for missing inputs */
    fcnn_column_statistics targets_statistics; /* not where the targets are numbers of classes */
    fcnn_column_names inputs_names;
    fcnn_column_names targets_names; /* of the targets' columns: one, or one for each class, where they are classes */
    fcnn_classes classes;            /* names, where the training rows had them */
    char *inputs_decoded, *targets_decoded; /* what was done to stored values, a line for each dataset; NULL: nothing */
    char *config;                           /* effective text; NULL in a file not made by fcnn */
    char *program;                          /* what wrote the file that the model was read from, or NULL */
    int64_t numerics_version;               /* of that program, or 0 */
    fcnn_history history;
};

fcnn_status fcnn_normalizer_create(int64_t count, fcnn_normalizer *out); /* shift 0, scale 1 */
void fcnn_normalizer_clear(fcnn_normalizer *normalizer);

fcnn_status fcnn_column_statistics_create(int64_t count, fcnn_column_statistics *out); /* zeros */
void fcnn_column_statistics_clear(fcnn_column_statistics *statistics);

fcnn_status fcnn_history_append(fcnn_history *history, const fcnn_history_line *line);

/* A model of a shape, which is copied: zero parameters, normalizers that change nothing. */
fcnn_status fcnn_model_create(const fcnn_architecture *shape, fcnn_model **out);

/* The first parameter that is NaN or Inf: its layer (from 0); −1 if there is none.  The same for arrays with an element
 * for each parameter. */
int64_t fcnn_model_find_nonfinite(const fcnn_model *model);
int64_t fcnn_parameters_find_nonfinite(const fcnn_architecture *shape, void *const *weights, void *const *biases);

#endif
