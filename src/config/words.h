/* src/config/words.h — the enumerations of a config.  Each list of words generates the constants, their names in
 * messages and files, and the conversion from names to constants.  Further arguments in a list belong to other rooms.
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_WORDS_H
#define FCNN_CONFIG_WORDS_H

#include <stdbool.h>

#define FCNN_ORDER_WORDS(X)    \
    X(FCNN_ORDER_ROWS, "rows") \
    X(FCNN_ORDER_COLUMNS, "columns")

#define FCNN_MEMORY_WORDS(X)            \
    X(FCNN_MEMORY_AUTO, "auto")         \
    X(FCNN_MEMORY_RESIDENT, "resident") \
    X(FCNN_MEMORY_STREAM, "stream")

#define FCNN_READ_WORDS(X)                  \
    X(FCNN_READ_INDEPENDENT, "independent") \
    X(FCNN_READ_COLLECTIVE, "collective")

#define FCNN_NORMALIZE_TARGETS_WORDS(X)                      \
    X(FCNN_NORMALIZE_NONE, "none")                           \
    X(FCNN_NORMALIZE_STANDARDIZE, "standardize")             \
    X(FCNN_NORMALIZE_MINMAX, "minmax")                       \
    X(FCNN_NORMALIZE_ROBUST, "robust")                       \
    X(FCNN_NORMALIZE_LOG, "log")                             \
    X(FCNN_NORMALIZE_LOG_STANDARDIZE, "log_standardize")     \
    X(FCNN_NORMALIZE_LOG1P, "log1p")                         \
    X(FCNN_NORMALIZE_LOG1P_STANDARDIZE, "log1p_standardize") \
    X(FCNN_NORMALIZE_ASINH, "asinh")                         \
    X(FCNN_NORMALIZE_ASINH_STANDARDIZE, "asinh_standardize") \
    X(FCNN_NORMALIZE_POWER, "power")                         \
    X(FCNN_NORMALIZE_QUANTILE, "quantile")                   \
    X(FCNN_NORMALIZE_FILE, "file")

#define FCNN_MISSING_WORDS(X)            \
    X(FCNN_MISSING_ERROR, "error")       \
    X(FCNN_MISSING_DROP_ROW, "drop_row") \
    X(FCNN_MISSING_MEAN, "mean")

#define FCNN_MISSING_TARGETS_WORDS(X)      \
    X(FCNN_MISSING_TARGETS_ERROR, "error") \
    X(FCNN_MISSING_TARGETS_IGNORE, "ignore")

#define FCNN_DECODE_WORDS(X)    \
    X(FCNN_DECODE_AUTO, "auto") \
    X(FCNN_DECODE_NO, "no")

#define FCNN_NEGATIVE_WORDS(X)      \
    X(FCNN_NEGATIVE_ERROR, "error") \
    X(FCNN_NEGATIVE_ZERO, "zero")   \
    X(FCNN_NEGATIVE_KEEP, "keep")

#define FCNN_MATCH_WORDS(X)          \
    X(FCNN_MATCH_ERROR, "error")     \
    X(FCNN_MATCH_BY_NAME, "by_name") \
    X(FCNN_MATCH_IGNORE, "ignore")

#define FCNN_NORMALIZE_WORDS(X)     \
    FCNN_NORMALIZE_TARGETS_WORDS(X) \
    X(FCNN_NORMALIZE_SCALE, "scale")

/* Further arguments: the name of its functions (compute/template_activations.h), the default initial weights of its
 * layer, and whether its derivative is stored because it cannot be computed from its value. */
#define FCNN_ACTIVATION_WORDS(X)                                                 \
    X(FCNN_ACTIVATION_RELU, "relu", relu, FCNN_INIT_HE, false)                   \
    X(FCNN_ACTIVATION_LEAKY_RELU, "leaky_relu", leaky_relu, FCNN_INIT_HE, false) \
    X(FCNN_ACTIVATION_PRELU, "prelu", prelu, FCNN_INIT_HE, true)                 \
    X(FCNN_ACTIVATION_RELU6, "relu6", relu6, FCNN_INIT_HE, false)                \
    X(FCNN_ACTIVATION_ELU, "elu", elu, FCNN_INIT_HE, false)                      \
    X(FCNN_ACTIVATION_SELU, "selu", selu, FCNN_INIT_LECUN, false)                \
    X(FCNN_ACTIVATION_GELU, "gelu", gelu, FCNN_INIT_HE, true)                    \
    X(FCNN_ACTIVATION_SILU, "silu", silu, FCNN_INIT_HE, true)                    \
    X(FCNN_ACTIVATION_MISH, "mish", mish, FCNN_INIT_HE, true)                    \
    X(FCNN_ACTIVATION_SOFTPLUS, "softplus", softplus, FCNN_INIT_HE, false)       \
    X(FCNN_ACTIVATION_TANH, "tanh", tanh, FCNN_INIT_XAVIER, false)               \
    X(FCNN_ACTIVATION_SIGMOID, "sigmoid", sigmoid, FCNN_INIT_XAVIER, false)      \
    X(FCNN_ACTIVATION_SOFTSIGN, "softsign", softsign, FCNN_INIT_XAVIER, true)    \
    X(FCNN_ACTIVATION_LINEAR, "linear", linear, FCNN_INIT_XAVIER, false)

/* With the activation of the last layer. */
#define FCNN_OUTPUT_WORDS(X)                                          \
    X(FCNN_OUTPUT_AUTO, "auto", FCNN_ACTIVATION_LINEAR)               \
    X(FCNN_OUTPUT_SOFTMAX, "softmax", FCNN_ACTIVATION_LINEAR)         \
    X(FCNN_OUTPUT_SIGMOID, "sigmoid", FCNN_ACTIVATION_SIGMOID)        \
    X(FCNN_OUTPUT_LINEAR, "linear", FCNN_ACTIVATION_LINEAR)           \
    X(FCNN_OUTPUT_EXPONENTIAL, "exponential", FCNN_ACTIVATION_LINEAR) \
    X(FCNN_OUTPUT_RELU, "relu", FCNN_ACTIVATION_RELU)                 \
    X(FCNN_OUTPUT_TANH, "tanh", FCNN_ACTIVATION_TANH)                 \
    X(FCNN_OUTPUT_SOFTPLUS, "softplus", FCNN_ACTIVATION_SOFTPLUS)

#define FCNN_INIT_WORDS(X)                \
    X(FCNN_INIT_AUTO, "auto")             \
    X(FCNN_INIT_HE, "he")                 \
    X(FCNN_INIT_XAVIER, "xavier")         \
    X(FCNN_INIT_LECUN, "lecun")           \
    X(FCNN_INIT_ORTHOGONAL, "orthogonal") \
    X(FCNN_INIT_NORMAL, "normal")         \
    X(FCNN_INIT_UNIFORM, "uniform")       \
    X(FCNN_INIT_ZERO, "zero")             \
    X(FCNN_INIT_TORCH, "torch")

/* Of a network.  With mixed, all numbers are stored as with single, and the factors of products are rounded to bfloat16
 * (docs/exactness.md). */
#define FCNN_PRECISION_WORDS(X)        \
    X(FCNN_PRECISION_SINGLE, "single") \
    X(FCNN_PRECISION_DOUBLE, "double") \
    X(FCNN_PRECISION_MIXED, "mixed")

/* Each with the name of its kernel, loss_X (compute/template_loss.h), and of its settings, settings_X
 * (model/losses.c); the kind of its targets; the factor of its derivative that the kernel leaves out; and the outputs
 * that it goes with, the usual one first.  The usual loss of an output is the first that goes with it. */
#define FCNN_OUTPUTS_OF_NUMBERS                                                                        \
    FCNN_OUTPUT_LINEAR, FCNN_OUTPUT_SIGMOID, FCNN_OUTPUT_RELU, FCNN_OUTPUT_TANH, FCNN_OUTPUT_SOFTPLUS, \
        FCNN_OUTPUT_COLUMNS
#define FCNN_LOSSES(X)                                                                                             \
    X(FCNN_LOSS_CROSS_ENTROPY, "cross_entropy", cross_entropy, smoothing, FCNN_TARGETS_CLASSES, 1,                 \
      FCNN_OUTPUT_SOFTMAX)                                                                                         \
    X(FCNN_LOSS_BINARY_CROSS_ENTROPY, "binary_cross_entropy", binary_cross_entropy, focal, FCNN_TARGETS_YES_NO, 1, \
      FCNN_OUTPUT_SIGMOID)                                                                                         \
    X(FCNN_LOSS_MSE, "mse", mse, none, FCNN_TARGETS_NUMBERS, 2, FCNN_OUTPUTS_OF_NUMBERS)                           \
    X(FCNN_LOSS_MAE, "mae", mae, none, FCNN_TARGETS_NUMBERS, 1, FCNN_OUTPUTS_OF_NUMBERS)                           \
    X(FCNN_LOSS_HUBER, "huber", huber, huber, FCNN_TARGETS_NUMBERS, 1, FCNN_OUTPUTS_OF_NUMBERS)                    \
    X(FCNN_LOSS_LOG_COSH, "log_cosh", log_cosh, none, FCNN_TARGETS_NUMBERS, 1, FCNN_OUTPUTS_OF_NUMBERS)            \
    X(FCNN_LOSS_RELATIVE, "relative", relative, relative, FCNN_TARGETS_NUMBERS, 2, FCNN_OUTPUT_LINEAR,             \
      FCNN_OUTPUT_RELU, FCNN_OUTPUT_SOFTPLUS, FCNN_OUTPUT_COLUMNS)                                                 \
    X(FCNN_LOSS_POISSON, "poisson", poisson, none, FCNN_TARGETS_COUNTS, 1, FCNN_OUTPUT_EXPONENTIAL)                \
    X(FCNN_LOSS_QUANTILE, "quantile", quantile, quantile, FCNN_TARGETS_NUMBERS, 1, FCNN_OUTPUT_LINEAR)             \
    X(FCNN_LOSS_GAUSSIAN_NLL, "gaussian_nll", gaussian_nll, gaussian, FCNN_TARGETS_NUMBERS, 1, FCNN_OUTPUT_LINEAR)

#define FCNN_LOSS_WORDS(X)    \
    X(FCNN_LOSS_AUTO, "auto") \
    FCNN_LOSSES(X)

/* The largest number of quantiles of a target. */
enum { FCNN_QUANTILES_MOST = 32 };

#define FCNN_REDUCTION_WORDS(X)      \
    X(FCNN_REDUCTION_EXACT, "exact") \
    X(FCNN_REDUCTION_FAST, "fast")

#define FCNN_EXCHANGE_WORDS(X)              \
    X(FCNN_EXCHANGE_AUTO, "auto")           \
    X(FCNN_EXCHANGE_ALLREDUCE, "allreduce") \
    X(FCNN_EXCHANGE_SHARED, "shared")

/* Further arguments: the names of its rule, fcnn_optimizer_X (methods/optimizer.h), of its method, fcnn_method_X
 * (training/method.h), and of its kernel, update_X (compute/template_optimizers.h). */
#define FCNN_OPTIMIZER_WORDS(X)                                       \
    X(FCNN_OPTIMIZER_SGD, "sgd", sgd, minibatch, sgd)                 \
    X(FCNN_OPTIMIZER_ADAM, "adam", adam, minibatch, adam)             \
    X(FCNN_OPTIMIZER_ADAMW, "adamw", adamw, minibatch, adam)          \
    X(FCNN_OPTIMIZER_NADAM, "nadam", nadam, minibatch, adam)          \
    X(FCNN_OPTIMIZER_RADAM, "radam", radam, minibatch, adam)          \
    X(FCNN_OPTIMIZER_RMSPROP, "rmsprop", rmsprop, minibatch, rmsprop) \
    X(FCNN_OPTIMIZER_ADAGRAD, "adagrad", adagrad, minibatch, rmsprop) \
    X(FCNN_OPTIMIZER_LAMB, "lamb", lamb, minibatch, lamb)             \
    X(FCNN_OPTIMIZER_LARS, "lars", lars, minibatch, lars)

#define FCNN_EPSILON_WORDS(X)      \
    X(FCNN_EPSILON_TORCH, "torch") \
    X(FCNN_EPSILON_HAT, "hat")

/* Which keys of [schedule] a kind of schedule uses, besides those that all do. */
enum {
    FCNN_USES_FINAL = 1 << 0,
    FCNN_USES_FACTOR = 1 << 1,
    FCNN_USES_PERIOD = 1 << 2,
    FCNN_USES_PERIOD_FACTOR = 1 << 3,
    FCNN_USES_MILESTONES = 1 << 4,
    FCNN_USES_MINIMUM = 1 << 5,
    FCNN_USES_PLATEAU = 1 << 6, /* patience, threshold, cooldown */
    FCNN_LASTS = 1 << 7         /* period = auto is the length of the training, not an error */
};

/* With the name of the rule of each, fcnn_schedule_X (methods/schedule.h), and the keys that it uses. */
#define FCNN_SCHEDULE_WORDS(X)                                                                                      \
    X(FCNN_SCHEDULE_CONSTANT, "constant", constant, 0)                                                              \
    X(FCNN_SCHEDULE_LINEAR, "linear", linear, FCNN_USES_FINAL | FCNN_USES_PERIOD | FCNN_LASTS)                      \
    X(FCNN_SCHEDULE_STEP, "step", step, FCNN_USES_FACTOR | FCNN_USES_PERIOD | FCNN_USES_MINIMUM)                    \
    X(FCNN_SCHEDULE_MULTISTEP, "multistep", multistep, FCNN_USES_FACTOR | FCNN_USES_MILESTONES | FCNN_USES_MINIMUM) \
    X(FCNN_SCHEDULE_EXPONENTIAL, "exponential", exponential, FCNN_USES_FACTOR | FCNN_USES_MINIMUM)                  \
    X(FCNN_SCHEDULE_COSINE, "cosine", cosine, FCNN_USES_FINAL | FCNN_USES_PERIOD | FCNN_LASTS)                      \
    X(FCNN_SCHEDULE_COSINE_RESTARTS, "cosine_restarts", cosine_restarts,                                            \
      FCNN_USES_FINAL | FCNN_USES_PERIOD | FCNN_USES_PERIOD_FACTOR)                                                 \
    X(FCNN_SCHEDULE_ONE_CYCLE, "one_cycle", one_cycle, FCNN_USES_FINAL | FCNN_USES_PERIOD | FCNN_LASTS)             \
    X(FCNN_SCHEDULE_CYCLIC, "cyclic", cyclic, FCNN_USES_FINAL | FCNN_USES_FACTOR | FCNN_USES_PERIOD)                \
    X(FCNN_SCHEDULE_INVERSE, "inverse", inverse, FCNN_USES_FACTOR | FCNN_USES_MINIMUM)                              \
    X(FCNN_SCHEDULE_PLATEAU, "plateau", plateau, FCNN_USES_FACTOR | FCNN_USES_MINIMUM | FCNN_USES_PLATEAU)

#define FCNN_SCHEDULE_UNIT_WORDS(X)      \
    X(FCNN_SCHEDULE_UNIT_EPOCH, "epoch") \
    X(FCNN_SCHEDULE_UNIT_STEP, "step")

/* What a metric can be computed for. */
typedef enum fcnn_metric_use {
    FCNN_METRIC_FOR_LABELS,  /* classifiers */
    FCNN_METRIC_FOR_CLASSES, /* classifiers with one class for each row: softmax, or one sigmoid */
    FCNN_METRIC_FOR_SOFTMAX,
    FCNN_METRIC_FOR_NUMBERS,   /* regressions that predict the target */
    FCNN_METRIC_FOR_QUANTILES, /* train.loss = quantile */
    FCNN_METRIC_FOR_DENSITIES  /* train.loss = gaussian_nll */
} fcnn_metric_use;

/* Each with its name, fcnn_metric_X (predict/metric.h), and what it is for. */
#define FCNN_METRICS(X)                                                                                 \
    X(FCNN_METRIC_ACCURACY, "accuracy", accuracy, FCNN_METRIC_FOR_LABELS)                               \
    X(FCNN_METRIC_TOP_K, "top_k", top_k, FCNN_METRIC_FOR_SOFTMAX)                                       \
    X(FCNN_METRIC_BALANCED_ACCURACY, "balanced_accuracy", balanced_accuracy, FCNN_METRIC_FOR_CLASSES)   \
    X(FCNN_METRIC_PRECISION, "precision", precision, FCNN_METRIC_FOR_LABELS)                            \
    X(FCNN_METRIC_RECALL, "recall", recall, FCNN_METRIC_FOR_LABELS)                                     \
    X(FCNN_METRIC_F1, "f1", f1, FCNN_METRIC_FOR_LABELS)                                                 \
    X(FCNN_METRIC_LOG_LOSS, "log_loss", log_loss, FCNN_METRIC_FOR_LABELS)                               \
    X(FCNN_METRIC_BRIER, "brier", brier, FCNN_METRIC_FOR_LABELS)                                        \
    X(FCNN_METRIC_CALIBRATION_ERROR, "calibration_error", calibration_error, FCNN_METRIC_FOR_LABELS)    \
    X(FCNN_METRIC_ROC_AUC, "roc_auc", roc_auc, FCNN_METRIC_FOR_LABELS)                                  \
    X(FCNN_METRIC_AVERAGE_PRECISION, "average_precision", average_precision, FCNN_METRIC_FOR_LABELS)    \
    X(FCNN_METRIC_CONFUSION, "confusion", confusion, FCNN_METRIC_FOR_CLASSES)                           \
    X(FCNN_METRIC_R2, "r2", r2, FCNN_METRIC_FOR_NUMBERS)                                                \
    X(FCNN_METRIC_RMSE, "rmse", rmse, FCNN_METRIC_FOR_NUMBERS)                                          \
    X(FCNN_METRIC_MAE, "mae", mae, FCNN_METRIC_FOR_NUMBERS)                                             \
    X(FCNN_METRIC_MAX_ERROR, "max_error", max_error, FCNN_METRIC_FOR_NUMBERS)                           \
    X(FCNN_METRIC_MAPE, "mape", mape, FCNN_METRIC_FOR_NUMBERS)                                          \
    X(FCNN_METRIC_QUANTILE_COVERAGE, "quantile_coverage", quantile_coverage, FCNN_METRIC_FOR_QUANTILES) \
    X(FCNN_METRIC_QUANTILE_CROSSING, "quantile_crossing", quantile_crossing, FCNN_METRIC_FOR_QUANTILES) \
    X(FCNN_METRIC_PINBALL, "pinball", pinball, FCNN_METRIC_FOR_QUANTILES)                               \
    X(FCNN_METRIC_NLL, "nll", nll, FCNN_METRIC_FOR_DENSITIES)

#define FCNN_METRIC_WORDS(X)    \
    X(FCNN_METRIC_AUTO, "auto") \
    FCNN_METRICS(X)

#define FCNN_NONFINITE_WORDS(X)    \
    X(FCNN_NONFINITE_STOP, "stop") \
    X(FCNN_NONFINITE_SKIP, "skip") \
    X(FCNN_NONFINITE_ROLLBACK, "rollback")

/* The loss, and all metrics. */
#define FCNN_STOP_METRIC_WORDS(X) \
    X(FCNN_METRIC_AUTO, "loss")   \
    FCNN_METRICS(X)

#define FCNN_KEEP_BEST_WORDS(X)    \
    X(FCNN_KEEP_BEST_AUTO, "auto") \
    X(FCNN_KEEP_BEST_NO, "no")     \
    X(FCNN_KEEP_BEST_YES, "yes")

#define FCNN_RESUME_WORDS(X)    \
    X(FCNN_RESUME_AUTO, "auto") \
    X(FCNN_RESUME_NO, "no")

#define FCNN_INIT_CLASSES_WORDS(X)      \
    X(FCNN_INIT_CLASSES_ERROR, "error") \
    X(FCNN_INIT_CLASSES_EXTEND, "extend")

/* What the targets of a loss are. */
typedef enum fcnn_target_kind {
    FCNN_TARGETS_CLASSES, /* a class for each row */
    FCNN_TARGETS_YES_NO,  /* a number from 0 to 1 for each output */
    FCNN_TARGETS_NUMBERS, /* any numbers */
    FCNN_TARGETS_COUNTS   /* numbers of at least 0 */
} fcnn_target_kind;

#define FCNN_WORDS_CONSTANT(constant, ...) constant,
typedef enum fcnn_order { FCNN_ORDER_WORDS(FCNN_WORDS_CONSTANT) } fcnn_order;
typedef enum fcnn_memory { FCNN_MEMORY_WORDS(FCNN_WORDS_CONSTANT) } fcnn_memory;
typedef enum fcnn_read_kind { FCNN_READ_WORDS(FCNN_WORDS_CONSTANT) } fcnn_read_kind;
typedef enum fcnn_missing_kind { FCNN_MISSING_WORDS(FCNN_WORDS_CONSTANT) } fcnn_missing_kind;
typedef enum fcnn_missing_targets { FCNN_MISSING_TARGETS_WORDS(FCNN_WORDS_CONSTANT) } fcnn_missing_targets;
typedef enum fcnn_decode_kind { FCNN_DECODE_WORDS(FCNN_WORDS_CONSTANT) } fcnn_decode_kind;
typedef enum fcnn_negative_weights { FCNN_NEGATIVE_WORDS(FCNN_WORDS_CONSTANT) } fcnn_negative_weights;
typedef enum fcnn_match_columns { FCNN_MATCH_WORDS(FCNN_WORDS_CONSTANT) } fcnn_match_columns;
typedef enum fcnn_normalize { FCNN_NORMALIZE_WORDS(FCNN_WORDS_CONSTANT) } fcnn_normalize;
typedef fcnn_normalize fcnn_normalize_targets; /* the same constants, without scale */
typedef enum fcnn_activation { FCNN_ACTIVATION_WORDS(FCNN_WORDS_CONSTANT) } fcnn_activation;
typedef enum fcnn_output {
    FCNN_OUTPUT_WORDS(FCNN_WORDS_CONSTANT) FCNN_OUTPUT_COLUMNS /* no word: that of each range of columns */
} fcnn_output;
typedef enum fcnn_init_kind { FCNN_INIT_WORDS(FCNN_WORDS_CONSTANT) } fcnn_init_kind;
typedef enum fcnn_init_classes { FCNN_INIT_CLASSES_WORDS(FCNN_WORDS_CONSTANT) } fcnn_init_classes;
typedef enum fcnn_precision { FCNN_PRECISION_WORDS(FCNN_WORDS_CONSTANT) } fcnn_precision;
typedef enum fcnn_loss { FCNN_LOSS_WORDS(FCNN_WORDS_CONSTANT) } fcnn_loss;
typedef enum fcnn_reduction { FCNN_REDUCTION_WORDS(FCNN_WORDS_CONSTANT) } fcnn_reduction;
typedef enum fcnn_exchange_kind { FCNN_EXCHANGE_WORDS(FCNN_WORDS_CONSTANT) } fcnn_exchange_kind;
typedef enum fcnn_optimizer_kind { FCNN_OPTIMIZER_WORDS(FCNN_WORDS_CONSTANT) } fcnn_optimizer_kind;
typedef enum fcnn_epsilon_placement { FCNN_EPSILON_WORDS(FCNN_WORDS_CONSTANT) } fcnn_epsilon_placement;
typedef enum fcnn_schedule_kind { FCNN_SCHEDULE_WORDS(FCNN_WORDS_CONSTANT) } fcnn_schedule_kind;
typedef enum fcnn_schedule_unit { FCNN_SCHEDULE_UNIT_WORDS(FCNN_WORDS_CONSTANT) } fcnn_schedule_unit;
typedef enum fcnn_metric_kind { FCNN_METRIC_WORDS(FCNN_WORDS_CONSTANT) } fcnn_metric_kind;
typedef enum fcnn_nonfinite { FCNN_NONFINITE_WORDS(FCNN_WORDS_CONSTANT) } fcnn_nonfinite;
typedef fcnn_metric_kind fcnn_stop_metric; /* the same constants */
#define FCNN_STOP_LOSS FCNN_METRIC_AUTO
typedef enum fcnn_keep_best { FCNN_KEEP_BEST_WORDS(FCNN_WORDS_CONSTANT) } fcnn_keep_best;
typedef enum fcnn_resume_kind { FCNN_RESUME_WORDS(FCNN_WORDS_CONSTANT) } fcnn_resume_kind;
#undef FCNN_WORDS_CONSTANT

#define FCNN_WORDS_COUNT(...) +1
enum {
    FCNN_LOSSES_END = FCNN_LOSS_WORDS(FCNN_WORDS_COUNT),          /* losses are below it */
    FCNN_OPTIMIZERS_END = FCNN_OPTIMIZER_WORDS(FCNN_WORDS_COUNT), /* optimizers are below it */
    FCNN_METRICS_END = FCNN_METRIC_WORDS(FCNN_WORDS_COUNT)        /* metrics are below it */
};
#undef FCNN_WORDS_COUNT

/* name X of the enumeration fcnn_X, its list */
#define FCNN_WORDS_TABLE(X)                            \
    X(order, FCNN_ORDER_WORDS)                         \
    X(memory, FCNN_MEMORY_WORDS)                       \
    X(read_kind, FCNN_READ_WORDS)                      \
    X(missing_kind, FCNN_MISSING_WORDS)                \
    X(missing_targets, FCNN_MISSING_TARGETS_WORDS)     \
    X(decode_kind, FCNN_DECODE_WORDS)                  \
    X(negative_weights, FCNN_NEGATIVE_WORDS)           \
    X(match_columns, FCNN_MATCH_WORDS)                 \
    X(normalize, FCNN_NORMALIZE_WORDS)                 \
    X(normalize_targets, FCNN_NORMALIZE_TARGETS_WORDS) \
    X(activation, FCNN_ACTIVATION_WORDS)               \
    X(output, FCNN_OUTPUT_WORDS)                       \
    X(init_kind, FCNN_INIT_WORDS)                      \
    X(init_classes, FCNN_INIT_CLASSES_WORDS)           \
    X(precision, FCNN_PRECISION_WORDS)                 \
    X(loss, FCNN_LOSS_WORDS)                           \
    X(reduction, FCNN_REDUCTION_WORDS)                 \
    X(exchange_kind, FCNN_EXCHANGE_WORDS)              \
    X(optimizer_kind, FCNN_OPTIMIZER_WORDS)            \
    X(epsilon_placement, FCNN_EPSILON_WORDS)           \
    X(schedule_kind, FCNN_SCHEDULE_WORDS)              \
    X(schedule_unit, FCNN_SCHEDULE_UNIT_WORDS)         \
    X(metric_kind, FCNN_METRIC_WORDS)                  \
    X(nonfinite, FCNN_NONFINITE_WORDS)                 \
    X(stop_metric, FCNN_STOP_METRIC_WORDS)             \
    X(keep_best, FCNN_KEEP_BEST_WORDS)                 \
    X(resume_kind, FCNN_RESUME_WORDS)

/* For each enumeration, here fcnn_loss:
 *   fcnn_loss_words[]                     the words, indexed by their constants, terminated by NULL
 *   fcnn_loss_name(FCNN_LOSS_MSE)         "mse", a static string
 *   fcnn_loss_from_word("mse", &loss)     false, with loss unchanged, if the list does not contain the word */
#define FCNN_WORDS_DECLARE(enumeration, list)                        \
    extern const char *const fcnn_##enumeration##_words[];           \
    const char *fcnn_##enumeration##_name(fcnn_##enumeration value); \
    bool fcnn_##enumeration##_from_word(const char *word, fcnn_##enumeration *out);
FCNN_WORDS_TABLE(FCNN_WORDS_DECLARE)
#undef FCNN_WORDS_DECLARE

/* The index of a word in a list terminated by NULL; −1 if it is not in the list. */
int fcnn_words_find(const char *const *words, const char *word);

#endif
