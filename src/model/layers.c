/* src/model/layers.c — a layer, forward and backward. */
#include "model/layers.h"

#include "compute/panels.h"
#include "core/sizes.h"
#include "model/losses.h"

static void *element(const fcnn_network *network, void *matrix, int64_t index)
{
    return (char *)matrix + (size_t)index * network->kernels->size;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Returns the job for one panel of the results. `all` has everything that does not depend on a panel or a part of the
 * chain: weights [panels][inner + bias rows][width]; out, results and slopes are whole matrices. */
static fcnn_multiply_job panel_of(const fcnn_network *network, const fcnn_multiply_job *all, int64_t bias_rows,
                                  int64_t panel)
{
    const int64_t width = fcnn_panel_width(all->width, panel), at = fcnn_panel_offset(all->rows, panel);
    const char *weights =
        element(network, (void *)(uintptr_t)all->weights, fcnn_panel_offset(all->inner + bias_rows, panel));
    fcnn_multiply_job job = *all;
    job.width = width;
    job.bias = bias_rows > 0 ? weights : NULL;
    job.weights = weights + (size_t)(bias_rows * width) * network->kernels->size;
    job.out = element(network, all->out, at);
    job.results = all->results == NULL ? NULL : element(network, (void *)(uintptr_t)all->results, at);
    job.slopes = all->slopes == NULL ? NULL : element(network, all->slopes, at);
    return job;
}

/* Computes a product over rows. Returns the magnitude of the results. */
static uint64_t multiply(const fcnn_network *network, const fcnn_multiply_job *all, int64_t bias_rows)
{
    const int64_t part = fcnn_size(FCNN_SIZE_CHAIN_PART) / FCNN_PANEL * FCNN_PANEL;
    uint64_t most = 0;
    for (int64_t k = 0; k < all->inner; k += part) {
        for (int64_t panel = 0; panel < fcnn_panel_count(all->width); panel++) {
            fcnn_multiply_job job = panel_of(network, all, bias_rows, panel);
            job.inner_first = k;
            job.inner_last = all->inner - k < part ? all->inner : k + part;
            most = larger(most, network->kernels->multiply(&job));
        }
    }
    return most;
}

/* Returns the matrix for a layer's results; the last layer's results are later replaced by derivatives. */
static void *results_of(const fcnn_network *network, const fcnn_work_area *area, int64_t layer)
{
    return layer + 1 < network->shape.layers ? area->values[layer + 1] : area->deltas[layer];
}

/* Returns the activation that a product ends with: linear if the loss is computed from logits. */
static fcnn_activation activation_of(const fcnn_architecture *shape, int64_t layer)
{
    const bool is_logit = layer + 1 == shape->layers && fcnn_loss_rule_of(shape->loss)->takes_logits;
    return is_logit ? FCNN_ACTIVATION_LINEAR : shape->layer[layer].activation;
}

uint64_t fcnn_layer_forward(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer)
{
    const fcnn_architecture *shape = &network->shape;
    const fcnn_work_area *area = rows->area;
    const fcnn_multiply_job job = {
        .in = area->values[layer],
        .inner = shape->layer[layer].inputs,
        .weights = network->parameters[layer],
        .out = results_of(network, area, layer),
        .width = shape->layer[layer].outputs,
        .rows = area->rows,
        .first = rows->at,
        .last = rows->at + rows->last - rows->first,
        .activation = activation_of(shape, layer),
        .parameter = shape->layer[layer].leaky_slope,
        .slopes = area->slopes[layer],
    };
    return multiply(network, &job, 1);
}

uint64_t fcnn_layer_backward(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer)
{
    const fcnn_architecture *shape = &network->shape;
    const fcnn_work_area *area = rows->area;
    const fcnn_multiply_job job = {
        .in = area->deltas[layer + 1],
        .inner = shape->layer[layer + 1].outputs,
        .weights = network->transposed[layer + 1],
        .out = area->deltas[layer],
        .width = shape->layer[layer].outputs,
        .rows = area->rows,
        .first = rows->at,
        .last = rows->at + rows->last - rows->first,
        .activation = shape->layer[layer].activation,
        .parameter = shape->layer[layer].leaky_slope,
        .results = area->values[layer + 1],
        .slopes = area->slopes[layer],
    };
    return multiply(network, &job, 0);
}
