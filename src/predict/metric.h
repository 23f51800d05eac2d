/* src/predict/metric.h — the interface of metrics: a metric is a file metric_NAME.c that defines an fcnn_metric, and a
 * line in FCNN_METRICS (config/words.h).
 *
 * A metric counts and sums over rows, in cells that the evaluation owns.  Counts are whole numbers and sums are exact,
 * so that they have the same bits for any distribution of the rows over ranks and threads; each formula is applied
 * once, to the counts and sums of all rows.  Rows may have weights; then a row counts as often as its weight says.
 *
 * Not collective.  Functions on different cells may run at the same time. */
#ifndef FCNN_PREDICT_METRIC_H
#define FCNN_PREDICT_METRIC_H

#include "compute/exact_sum.h"
#include "config/words.h"
#include "model/architecture.h"
#include "predict/ranking.h"

typedef struct fcnn_scores fcnn_scores;

/* What metrics are computed for. */
typedef struct fcnn_metric_facts {
    const fcnn_architecture *shape; /* borrowed */
    int64_t outputs;
    int64_t targets;    /* columns of the targets; classes of a softmax */
    int64_t per_target; /* outputs for each target */
    int64_t prediction; /* which of them predicts it; −1: none */
    int64_t classes;    /* of which each row has one; 0: a regression, or each of several outputs is a decision */
    int64_t parts;      /* classes, or targets if there are no classes: a metric may have a value for each */
    int64_t k, bins;    /* metrics.k, metrics.bins */
    bool weighs;        /* rows have weights */
} fcnn_metric_facts;

/* A row with its prediction.  The arrays are borrowed for the call. */
typedef struct fcnn_metric_row {
    const double *values;  /* [outputs]: probabilities, or predictions of a regression in physical units */
    const double *targets; /* [targets]: in the same units; a target that is missing is NaN; NULL if there are labels */
    int64_t label, taken;  /* the class of the row and the class that is predicted; −1 if there are no classes */
    double log_loss;       /* Σ over outputs of −log of the probability of the target, from the logits */
    double weight;         /* 1 without weights */
} fcnn_metric_row;

/* How many cells of each kind a metric needs. */
typedef struct fcnn_metric_sizes {
    int64_t counts, sums;
} fcnn_metric_sizes;

/* What was counted and summed in the rows of a thread, or in all rows. */
typedef struct fcnn_metric_cells {
    uint64_t *counts;         /* without weights */
    fcnn_exact_sum *weighted; /* with weights, instead of counts */
    fcnn_exact_sum *sums;
} fcnn_metric_cells;

/* Adds a row to a count. */
void fcnn_metric_count(const fcnn_metric_cells *cells, int64_t place, const fcnn_metric_row *row);

/* Adds a row's value, times its weight, to a sum. */
void fcnn_metric_add(const fcnn_metric_cells *cells, int64_t place, const fcnn_metric_row *row, double value);

/* The prediction of a target of a regression. */
static inline double fcnn_metric_prediction(const fcnn_metric_facts *facts, const fcnn_metric_row *row, int64_t target)
{
    return row->values[target * facts->per_target + facts->prediction];
}

/* A count, and a sum divided by a count, which is NaN if the count is 0. */
double fcnn_metric_total(const fcnn_metric_cells *cells, int64_t place);
double fcnn_metric_mean(const fcnn_metric_cells *cells, int64_t sum, int64_t count);

/* Counts of the rows of a class, of the rows predicted as this class, and of those for which both are true.  If each of
 * several outputs is a decision, of the rows for which it is, or is predicted to be, above 1/2. */
typedef struct fcnn_metric_part {
    double rows, taken, right;
} fcnn_metric_part;

/* All that is known at the end of an evaluation. */
typedef struct fcnn_metric_totals {
    const fcnn_metric_cells *cells; /* of this metric, over all rows */
    const fcnn_metric_part *parts; /* [facts->parts], for a metric that needs FCNN_METRIC_NEEDS_PARTS; otherwise NULL */
    const fcnn_scores *scores;     /* those that each evaluation has */
    double all;                    /* number of rows, or the sum of their weights */
    const fcnn_ranked *ranked;     /* [outputs], predict/ranking.h, for FCNN_METRIC_NEEDS_RANKING; otherwise NULL */
    int64_t bins;                  /* of these; 0: they are exact */
} fcnn_metric_totals;

enum { FCNN_METRIC_NAME_BYTES = 40, FCNN_METRIC_NUMBERS_MOST = 1 + FCNN_QUANTILES_MOST, FCNN_METRIC_NOTE_BYTES = 320 };

/* A number that a metric computes; it is in the history under its name. */
typedef struct fcnn_metric_number {
    char name[FCNN_METRIC_NAME_BYTES];
    double value; /* NaN: not defined */
} fcnn_metric_number;

/* What a metric has computed. */
typedef struct fcnn_metric_result {
    const struct fcnn_metric *metric;
    int numbers; /* at least 1, except for tables; the first is the most important */
    fcnn_metric_number number[FCNN_METRIC_NUMBERS_MOST];
    double *parts;                     /* [facts->parts]: the value of each class or output; NaN: not defined */
    bool has_parts;                    /* whether the metric has set them */
    char note[FCNN_METRIC_NOTE_BYTES]; /* a sentence for the report; empty: none */
} fcnn_metric_result;

/* Appends a number.  The name is that of the metric, with `suffix` behind it, which may be "". */
void fcnn_metric_put(fcnn_metric_result *result, const char *suffix, double value);

/* Appends the mean of the parts that are not NaN. */
void fcnn_metric_put_mean(fcnn_metric_result *result, const char *suffix, const fcnn_metric_facts *facts);

/* Appends NAME_macro, the mean over classes, and NAME_weighted, the mean in which each class counts as often as it has
 * rows.  Classes whose value is NaN count as 0 if none_is_zero, but not if they have neither rows nor predictions;
 * otherwise they do not count.  The metric needs FCNN_METRIC_NEEDS_PARTS. */
void fcnn_metric_put_class_means(fcnn_metric_result *result, const fcnn_metric_facts *facts,
                                 const fcnn_metric_part *parts, bool none_is_zero);

/* What a metric needs besides its own cells. */
typedef enum fcnn_metric_need {
    FCNN_METRIC_NEEDS_PARTS = 1 << 0,    /* totals->parts */
    FCNN_METRIC_NEEDS_LOG_LOSS = 1 << 1, /* row->log_loss */
    FCNN_METRIC_NEEDS_RANKING = 1 << 2,  /* totals->ranked */
    FCNN_METRIC_NEEDS_CONFUSION = 1 << 3 /* scores->confusion, which the evaluation counts */
} fcnn_metric_need;

/* A metric. */
typedef struct fcnn_metric {
    const char *name; /* its word in metrics.list */
    bool is_error;    /* lower values are better */
    bool is_table;    /* it has no number */
    bool may_lack;    /* whether its first number is defined depends on the predictions, not only on the rows */
    unsigned needs;   /* fcnn_metric_need */
    /* Returns how many cells it needs.  NULL: none. */
    fcnn_metric_sizes (*sizes)(const fcnn_metric_facts *facts);
    /* Adds a row to the cells of a thread.  NULL: there is nothing to add. */
    void (*row)(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells);
    /* Computes the numbers; result is set to zero, and its parts to NaN. */
    void (*finish)(const fcnn_metric_facts *facts, const fcnn_metric_totals *totals, fcnn_metric_result *result);
} fcnn_metric;

/* The metric of a word other than auto. */
const fcnn_metric *fcnn_metric_of(fcnn_metric_kind kind);

#define FCNN_METRIC_DECLARE(constant, word, name, use) extern const fcnn_metric fcnn_metric_##name;
FCNN_METRICS(FCNN_METRIC_DECLARE)
#undef FCNN_METRIC_DECLARE

#endif
