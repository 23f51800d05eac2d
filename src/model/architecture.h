/* src/model/architecture.h — the layers of a network, its output and its loss.
 *
 * Not collective. Functions on different objects may run at the same time. */
#ifndef FCNN_MODEL_ARCHITECTURE_H
#define FCNN_MODEL_ARCHITECTURE_H

#include "config/output_columns.h"
#include "config/words.h"
#include "core/status.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* y = f(x·Wᵀ + b) with W [outputs][inputs] and b [outputs], or with layer normalization N (fcnn_normalize_job,
 * compute/kernels.h) y = f(gamma·N(x·Wᵀ + b) + beta). */
typedef struct fcnn_layer {
    int64_t inputs, outputs;
    fcnn_activation activation; /* f; in the last layer linear, or sigmoid if the output is sigmoid */
    double leaky_slope;         /* slope of leaky_relu below 0; not used by other activations */
    bool layer_norm;            /* never in the last layer */
    bool residual;              /* a hidden layer whose result is y + x; its outputs are as many as its inputs */
    /* In training, probability with which an input of the layer is set to 0: of the network, or of the y of the layer
     * before, to which its x is added afterwards.  0: none; always so in models that were read from files. */
    double dropout;
} fcnn_layer;

/* Probabilities of dropout are rounded to multiples of 1/FCNN_DROPOUT_STEPS. */
#define FCNN_DROPOUT_STEPS 65536

/* The slope of leaky_relu in PyTorch, and in files that do not name it. */
#define FCNN_LEAKY_SLOPE 0.01

/* Slopes that a config or a file may have.  The derivative is computed from the value, whose sign must be that of the
 * argument: so 0 and negative slopes are not among them. */
#define FCNN_LEAKY_SLOPE_LEAST 1e-6
#define FCNN_LEAKY_SLOPE_MOST 1.0

/* The activation of a layer, with the slope of a leaky_relu if it is not FCNN_LEAKY_SLOPE: "relu", "leaky_relu 0.2". */
void fcnn_layer_activation(const fcnn_layer *layer, char text[64]);

/* Whether two layers apply the same function to their sums. */
bool fcnn_layer_same_activation(const fcnn_layer *a, const fcnn_layer *b);

/* Layers are numbered from 0 in code and from 1 in names and messages. */
typedef struct fcnn_architecture {
    fcnn_precision precision;
    int64_t layers;                       /* number of layers, including the last */
    fcnn_layer *layer;                    /* [layers]; the outputs of a layer are the inputs of the next */
    fcnn_output output;                   /* not auto */
    fcnn_output_columns columns;          /* of the outputs, if output is FCNN_OUTPUT_COLUMNS */
    fcnn_loss loss;                       /* not auto */
    int64_t quantiles;                    /* number of quantiles of each target, for the loss quantile; otherwise 0 */
    double quantile[FCNN_QUANTILES_MOST]; /* [quantiles], ascending */
} fcnn_architecture;

/* Return the number of inputs of the first layer, and of outputs of the last. */
int64_t fcnn_architecture_inputs(const fcnn_architecture *shape);
int64_t fcnn_architecture_outputs(const fcnn_architecture *shape);

/* Returns the output of a column of the targets: that of its range, or that of all. */
fcnn_output fcnn_architecture_column(const fcnn_architecture *shape, int64_t column);

/* Appends the output, as in "linear" or "linear 0:120, relu 120:128".  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_architecture_output_text(const fcnn_architecture *shape, fcnn_text *out);

/* Returns whether the derivatives of a layer's activation are stored in the forward pass: because they cannot be
 * computed from its results, or because they differ by columns. */
bool fcnn_architecture_keeps_slopes(const fcnn_architecture *shape, int64_t layer);

/* Returns how many outputs each column of the targets has: output o is one of target o / this number. */
int64_t fcnn_architecture_outputs_per_target(const fcnn_architecture *shape);

/* Returns the number of columns of the targets; for a softmax, that of the classes, although its targets may be one
 * column of labels. */
int64_t fcnn_architecture_targets(const fcnn_architecture *shape);

/* Appends the quantiles, as in "0.05, 0.5, 0.95".  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_architecture_quantiles_text(const fcnn_architecture *shape, fcnn_text *out);

/* What an output says of its target. */
typedef enum fcnn_output_meaning {
    FCNN_MEANS_VALUE,    /* its value, its probability or its rate */
    FCNN_MEANS_QUANTILE, /* a quantile of its distribution: *quantile in fcnn_architecture_output() */
    FCNN_MEANS_MEAN,     /* the mean of its normal distribution */
    FCNN_MEANS_DEVIATION /* the standard deviation of it */
} fcnn_output_meaning;

/* Returns what an output says of its target, and sets *quantile if it is a quantile. */
fcnn_output_meaning fcnn_architecture_output(const fcnn_architecture *shape, int64_t output, double *quantile);

/* Returns the output that predicts a target: its value, its mean or its median; −1 if there is none, because none of
 * its quantiles is the median. */
int64_t fcnn_architecture_prediction(const fcnn_architecture *shape, int64_t target);

/* Returns the bytes of one parameter. */
size_t fcnn_architecture_size(const fcnn_architecture *shape);

/* Return the number of parameters of a layer, and of all layers. */
int64_t fcnn_architecture_layer_parameters(const fcnn_architecture *shape, int64_t layer);
int64_t fcnn_architecture_parameters(const fcnn_architecture *shape);

/* Returns the floating-point operations per row of a training step; a multiply-add counts as 2. They are those of the
 * forward pass, the weight gradients, and the derivatives of the inputs of all layers except the first. Biases are not
 * counted. */
double fcnn_architecture_flops(const fcnn_architecture *shape);

/* Returns the number of classes: that of the outputs, or 2 for a single output. Returns 0 if the network is not a
 * classifier, or if each of its outputs is a decision of its own. */
int64_t fcnn_architecture_classes(const fcnn_architecture *shape);

/* Sets *out to a text such as "784-128-10", to be released with free(). Fails: FCNN_ENOMEM. */
fcnn_status fcnn_architecture_text(const fcnn_architecture *shape, char **out);

/* Allocates the layers, to be set by the caller. out is to be cleared, also after a failure. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_architecture_create(int64_t layers, fcnn_architecture *out);

/* Copies the shape with its layers. *out is unchanged on failure. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_architecture_copy(const fcnn_architecture *shape, fcnn_architecture *out);
void fcnn_architecture_clear(fcnn_architecture *shape);

#endif
