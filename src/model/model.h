/* src/model/model.h — a model in memory: its shape, its parameters in row-major order, and what is known of its data.
 * Nothing is collective. Functions on different models may run at the same time. */
#ifndef FCNN_MODEL_MODEL_H
#define FCNN_MODEL_MODEL_H

#include "compute/kernels.h"
#include "compute/transform.h"
#include "config/config.h"
#include "core/status.h"
#include "data/classes.h"
#include "data/column_names.h"
#include "model/architecture.h"
#include "model/tensors.h"

#include <fcnn/model.h>

#include <stdbool.h>
#include <stdint.h>

/* Version of the arithmetic. It is increased by each change that gives other bits for the same config. */
#define FCNN_NUMERICS_VERSION 1

/* Normalization of columns: stored = (transform(physical) − shift) / scale. */
typedef struct fcnn_normalizer {
    int64_t count;
    double *shift, *scale;      /* [count] */
    fcnn_transform *transforms; /* [count]; NULL: none */
    int64_t landmark_count;     /* of each transform of the kind quantile; 0: there is none */
    double *landmarks;          /* those of all such columns, in their order: [columns][landmark_count] */
} fcnn_normalizer;

/* Statistics of the columns of the training rows. */
typedef struct fcnn_column_statistics {
    int64_t count;                     /* 0: not known */
    double *smallest, *largest, *mean; /* [count] */
} fcnn_column_statistics;

/* One line of the progress table; NaN: no value. */
typedef struct fcnn_history_line {
    int64_t epoch, steps;
    double train_loss, validation_loss, validation_metric;
    double learning_rate; /* of the last step */
} fcnn_history_line;

/* A number of metrics.list in these lines. */
typedef struct fcnn_history_metric {
    char *name;
    int64_t count, capacity;
    double *values; /* [count]; later lines, and those in which the metric was not computed, have NaN */
} fcnn_history_metric;

typedef struct fcnn_history {
    int64_t count, capacity;
    fcnn_history_line *lines; /* [count] */
    int64_t metric_count, metric_capacity;
    fcnn_history_metric *metrics; /* [metric_count], in the order in which they were computed first */
} fcnn_history;

/* At the end of which epoch the parameters were these, and why they were chosen; reason is NULL if it is not known. */
typedef struct fcnn_model_choice {
    int64_t epoch, steps;
    char *reason; /* such as "the last epoch" */
} fcnn_model_choice;

struct fcnn_model {
    fcnn_architecture shape;
    void **weights;                            /* [tensors], each [out][in] of the precision's type, row-major */
    void **biases;                             /* [tensors], each [out] */
    fcnn_normalizer inputs, targets;           /* targets of classifiers have shift 0 and scale 1 */
    fcnn_column_statistics inputs_statistics;  /* statistics of the inputs */
    double loss_settings[FCNN_LOSS_SETTINGS];  /* of the loss, as in the config; 0 without a config */
    double *output_weights;                    /* [targets]: in the loss, with a mean of 1; NULL: all are 1 */
    bool fills_missing;                        /* the means replace missing inputs */
    bool ignores_missing_targets;              /* missing targets count in no sum */
    fcnn_column_statistics targets_statistics; /* empty if the targets are class numbers */
    fcnn_column_names inputs_names;
    fcnn_column_names targets_names;        /* names of the target columns: one, or one per class */
    fcnn_classes classes;                   /* class names, if the training rows had them */
    char *inputs_decoded, *targets_decoded; /* how stored values were decoded, a line per dataset; NULL: not at all */
    char *config;                           /* text of the effective config; NULL if another program wrote the file */
    char *program;            /* program that wrote the file of the model; NULL: not read from a file, or not known */
    int64_t numerics_version; /* numerics version of that program, or 0 */
    fcnn_model_choice choice;
    fcnn_history history;
};

fcnn_status fcnn_normalizer_create(int64_t count, fcnn_normalizer *out); /* sets shift 0 and scale 1 */
void fcnn_normalizer_clear(fcnn_normalizer *normalizer);

/* Adds transforms of the kind none to a normalizer that has none.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_normalizer_add_transforms(fcnn_normalizer *normalizer);

/* Creates landmarks, all 0, for the transforms of the kind quantile, which receive theirs.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_normalizer_add_landmarks(fcnn_normalizer *normalizer, int64_t landmark_count);

/* Makes a normalizer of the same count the same as another.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_normalizer_copy(const fcnn_normalizer *from, fcnn_normalizer *to);

/* Returns whether the normalizer changes nothing. */
bool fcnn_normalizer_is_plain(const fcnn_normalizer *normalizer);

/* Returns the transform of a column; NULL: none. */
static inline const fcnn_transform *fcnn_normalizer_transform(const fcnn_normalizer *normalizer, int64_t column)
{
    const fcnn_transform *own = normalizer->transforms;
    return own == NULL || own[column].kind == FCNN_TRANSFORM_NONE ? NULL : &own[column];
}

fcnn_status fcnn_column_statistics_create(int64_t count, fcnn_column_statistics *out); /* sets zeros */
void fcnn_column_statistics_clear(fcnn_column_statistics *statistics);

/* Appends a line, which is copied. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_history_append(fcnn_history *history, const fcnn_history_line *line);

/* Sets the number of a metric in the last line. A metric that the history does not have yet gets NaN in all lines
 * before. The name is copied. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_history_put(fcnn_history *history, const char *name, double value);

/* Returns the number of a metric in a line; NaN if there is none. */
double fcnn_history_value(const fcnn_history_metric *metric, int64_t line);

/* Frees the memory. */
void fcnn_history_clear(fcnn_history *history);

/* Makes a model of a shape, which is copied, with zero parameters and normalizers that do nothing; to be released with
 * fcnn_model_destroy(). Fails: FCNN_ENOMEM. */
fcnn_status fcnn_model_create(const fcnn_architecture *shape, fcnn_model **out);

/* Return the layer (counting from 0) of the first parameter that is NaN or Inf, or −1; for a model, and for arrays with
 * one element per parameter. */
int64_t fcnn_model_find_nonfinite(const fcnn_model *model);
int64_t fcnn_parameters_find_nonfinite(const fcnn_architecture *shape, void *const *weights, void *const *biases);

#endif
