/* src/model/architecture.h — the shape of a network: its layers, its output and its loss.
 *
 * Not collective.  Functions on different objects may run at the same time. */
#ifndef FCNN_MODEL_ARCHITECTURE_H
#define FCNN_MODEL_ARCHITECTURE_H

#include "config/words.h"
#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* y = f(x·Wᵀ + b) with W [outputs][inputs]. */
typedef struct fcnn_layer {
    int64_t inputs, outputs;
    fcnn_activation activation; /* f, what follows; the last layer's is linear, or sigmoid where the output is */
} fcnn_layer;

/* Layers count from 0 in code and from 1 in names. */
typedef struct fcnn_architecture {
    fcnn_precision precision;
    int64_t layers;     /* hidden ones and the last */
    fcnn_layer *layer;  /* [layers]: the outputs of each are the inputs of the next */
    fcnn_output output; /* not auto */
    fcnn_loss loss;     /* not auto */
} fcnn_architecture;

/* Columns of the inputs of the first layer, and of the outputs of the last. */
int64_t fcnn_architecture_inputs(const fcnn_architecture *shape);
int64_t fcnn_architecture_outputs(const fcnn_architecture *shape);

/* Bytes of one parameter. */
size_t fcnn_architecture_size(const fcnn_architecture *shape);

/* Weights and biases of a layer, of all layers. */
int64_t fcnn_architecture_layer_parameters(const fcnn_architecture *shape, int64_t layer);
int64_t fcnn_architecture_parameters(const fcnn_architecture *shape);

/* Arithmetic of a training step for each row, a multiply-add being 2: forward, weight gradients and, for all
 * layers but the first, derivatives of the inputs.  Biases do not count. */
double fcnn_architecture_flops(const fcnn_architecture *shape);

/* Classes that a network tells apart: its outputs, or the 2 of a single output; 0: it is no classifier, or each of its
 * outputs tells two classes apart. */
int64_t fcnn_architecture_classes(const fcnn_architecture *shape);

/* "784-128-10", to be released with free(). */
fcnn_status fcnn_architecture_text(const fcnn_architecture *shape, char **out);

/* Makes so many layers, to be filled in; to be cleared, also on failure.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_architecture_create(int64_t layers, fcnn_architecture *out);

/* Copies the layers, too.  Fails: FCNN_ENOMEM, with *out untouched. */
fcnn_status fcnn_architecture_copy(const fcnn_architecture *shape, fcnn_architecture *out);
void fcnn_architecture_clear(fcnn_architecture *shape);

#endif
