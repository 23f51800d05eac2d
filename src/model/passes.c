/* src/model/passes.c — forward and backward through the layers, rows by rows.
 *
 * A thread takes its rows in chunks that stay in its cache, through all layers and back, and waits for
 * nobody on the way. */
#include "model/network.h"

#include "compute/panels.h"

#include <math.h>
#include <string.h>

#define CHUNK_ROWS 96

static void *element(const fcnn_network *network, void *matrix, int64_t index)
{
    return (char *)matrix + (size_t)index * network->kernels->size;
}

/* ---- rows in ---- */

static void take_inputs(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last)
{
    const int64_t features = network->shape.widths[0];
    const fcnn_rows_job job = {
        .values = batch->inputs->values,
        .type = batch->inputs->type,
        .width = features,
        .index = batch->index + first,
        .factor = network->input_line,
        .shift = network->input_line + features,
        .out = network->values[0],
        .rows = network->rows,
        .first = first,
        .last = last,
    };
    network->kernels->take_rows(&job);
}

static void take_targets(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last)
{
    for (int64_t row = first; batch->labels != NULL && row < last; row++) {
        network->labels[row] = batch->labels[batch->index[row]];
    }
    if (batch->targets == NULL) {
        return;
    }
    const int64_t outputs = network->shape.widths[network->shape.layers];
    const fcnn_rows_job job = {
        .values = batch->targets->values,
        .type = batch->targets->type,
        .width = outputs,
        .index = batch->index + first,
        .factor = network->target_line,
        .shift = network->target_line + outputs,
        .out = network->targets,
        .rows = network->rows,
        .first = first,
        .last = last,
    };
    network->kernels->take_rows(&job);
}

/* ---- layers ---- */

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* What a layer applies in place.  Binary cross entropy starts from the logits: its sigmoid comes with the loss. */
static fcnn_activation activation_of(const fcnn_architecture *shape, int64_t layer)
{
    const bool is_logit = layer + 1 == shape->layers && shape->loss == FCNN_LOSS_BINARY_CROSS_ENTROPY;
    return is_logit ? FCNN_ACTIVATION_LINEAR : shape->activations[layer];
}

/* Applies a layer to rows; returns the magnitude of its results. */
static uint64_t layer_forward(fcnn_network *network, int64_t layer, int64_t first, int64_t last)
{
    const fcnn_architecture *shape = &network->shape;
    const int64_t in = shape->widths[layer], out = shape->widths[layer + 1];
    uint64_t most = 0;
    for (int64_t panel = 0; panel < fcnn_panel_count(out); panel++) {
        const int64_t width = fcnn_panel_width(out, panel);
        const int64_t parameters = fcnn_panel_offset(1 + in, panel);
        const int64_t results = fcnn_panel_offset(network->rows, panel);
        const fcnn_multiply_job job = {
            .in = network->values[layer],
            .inner = in,
            .bias = element(network, network->parameters[layer], parameters),
            .weights = element(network, network->parameters[layer], parameters + width),
            .out = element(network, network->values[layer + 1], results),
            .width = width,
            .rows = network->rows,
            .first = first,
            .last = last,
        };
        network->kernels->multiply(&job);
        const int64_t start = results + first * width;
        void *slopes = network->slopes[layer] == NULL ? NULL : element(network, network->slopes[layer], start);
        most = larger(most, network->kernels->activate(activation_of(shape, layer), (last - first) * width,
                                                       element(network, network->values[layer + 1], start), slopes));
    }
    return most;
}

/* Multiplies a layer's derivatives by its activation's; returns their magnitude. */
static uint64_t panel_through_activation(fcnn_network *network, int64_t layer, int64_t panel, int64_t first,
                                         int64_t last)
{
    const int64_t width = fcnn_panel_width(network->shape.widths[layer + 1], panel);
    const int64_t start = fcnn_panel_offset(network->rows, panel) + first * width;
    const void *slopes = network->slopes[layer] == NULL ? NULL : element(network, network->slopes[layer], start);
    return network->kernels->backpropagate(network->shape.activations[layer], (last - first) * width,
                                           element(network, network->deltas[layer], start),
                                           element(network, network->values[layer + 1], start), slopes);
}

static uint64_t through_activation(fcnn_network *network, int64_t layer, int64_t first, int64_t last)
{
    uint64_t most = 0;
    for (int64_t panel = 0; panel < fcnn_panel_count(network->shape.widths[layer + 1]); panel++) {
        most = larger(most, panel_through_activation(network, layer, panel, first, last));
    }
    return most;
}

/* From the derivatives of layer + 1 to those of layer; returns their magnitude. */
static uint64_t layer_backward(fcnn_network *network, int64_t layer, int64_t first, int64_t last)
{
    const fcnn_architecture *shape = &network->shape;
    const int64_t width_here = shape->widths[layer + 1], width_above = shape->widths[layer + 2];
    uint64_t most = 0;
    for (int64_t panel = 0; panel < fcnn_panel_count(width_here); panel++) {
        const int64_t width = fcnn_panel_width(width_here, panel);
        const fcnn_multiply_job job = {
            .in = network->deltas[layer + 1],
            .inner = width_above,
            .weights = element(network, network->transposed[layer + 1], fcnn_panel_offset(width_above, panel)),
            .out = element(network, network->deltas[layer], fcnn_panel_offset(network->rows, panel)),
            .width = width,
            .rows = network->rows,
            .first = first,
            .last = last,
        };
        network->kernels->multiply(&job);
        most = larger(most, panel_through_activation(network, layer, panel, first, last));
    }
    return most;
}

/* ---- the loss ---- */

/* Copies the last layer's results into its derivatives, without what fills up the last panel. */
static void copy_results(fcnn_network *network, int64_t first, int64_t last)
{
    const int64_t layers = network->shape.layers, outputs = network->shape.widths[layers];
    for (int64_t panel = 0; panel < fcnn_panel_count(outputs); panel++) {
        const int64_t width = fcnn_panel_width(outputs, panel);
        const int64_t left = outputs - panel * FCNN_PANEL;
        const size_t bytes = (size_t)(left < FCNN_PANEL ? left : FCNN_PANEL) * network->kernels->size;
        for (int64_t row = first; row < last; row++) {
            const int64_t start = fcnn_panel_offset(network->rows, panel) + row * width;
            memcpy(element(network, network->deltas[layers - 1], start),
                   element(network, network->values[layers], start), bytes);
        }
    }
}

/* Losses and outputs, or derivatives; returns the magnitude of what it leaves in the last deltas. */
static uint64_t apply_loss(fcnn_network *network, const fcnn_batch *batch, fcnn_head head, int64_t first, int64_t last)
{
    const fcnn_kernels *kernels = network->kernels;
    const int64_t layers = network->shape.layers, outputs = network->shape.widths[layers];
    void *deltas = network->deltas[layers - 1];
    const bool known = batch->labels != NULL || batch->targets != NULL;
    double *losses = known ? network->losses + first : NULL;
    copy_results(network, first, last);
    switch (network->shape.loss) {
    case FCNN_LOSS_CROSS_ENTROPY:
        return kernels->softmax(head, deltas, network->rows, outputs, first, last,
                                known ? network->labels + first : NULL, losses);
    case FCNN_LOSS_BINARY_CROSS_ENTROPY:
        return kernels->sigmoid(head, deltas, network->rows, outputs, first, last, known ? network->targets : NULL,
                                losses);
    case FCNN_LOSS_MSE:
    case FCNN_LOSS_AUTO:
        break;
    }
    const uint64_t most =
        kernels->square(head, deltas, network->rows, outputs, first, last, known ? network->targets : NULL, losses);
    return head == FCNN_HEAD_DELTA ? through_activation(network, layers - 1, first, last) : most;
}

int64_t fcnn_network_loss_terms(const fcnn_architecture *shape)
{
    return shape->loss == FCNN_LOSS_CROSS_ENTROPY ? 1 : shape->widths[shape->layers];
}

double fcnn_network_mean_factor(const fcnn_architecture *shape, int64_t rows)
{
    const double slope = shape->loss == FCNN_LOSS_MSE ? 2 : 1; /* of the square */
    return slope / ((double)rows * (double)fcnn_network_loss_terms(shape));
}

/* ---- passes ---- */

void fcnn_network_forward(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last)
{
    for (int64_t begin = first; begin < last; begin += CHUNK_ROWS) {
        const int64_t end = last - begin < CHUNK_ROWS ? last : begin + CHUNK_ROWS;
        take_inputs(network, batch, begin, end);
        take_targets(network, batch, begin, end);
        for (int64_t layer = 0; layer < network->shape.layers; layer++) {
            layer_forward(network, layer, begin, end);
        }
        apply_loss(network, batch, FCNN_HEAD_OUTPUT, begin, end);
    }
}

static uint64_t input_magnitude(const fcnn_network *network, int64_t first, int64_t last)
{
    const int64_t features = network->shape.widths[0];
    uint64_t most = 0;
    for (int64_t panel = 0; panel < fcnn_panel_count(features); panel++) {
        const int64_t width = fcnn_panel_width(features, panel);
        const int64_t start = fcnn_panel_offset(network->rows, panel) + first * width;
        most = larger(most,
                      network->kernels->magnitude((last - first) * width, element(network, network->values[0], start)));
    }
    return most;
}

/* The magnitude of infinity if a row's loss is not finite, else 0: derivatives of a loss that overflowed, or of
 * infinite logits, may be finite all the same. */
static uint64_t loss_magnitude(const fcnn_network *network, int64_t first, int64_t last)
{
    for (int64_t row = first; row < last; row++) {
        if (!isfinite(network->losses[row])) {
            return network->kernels->bits == 32 ? 0x7F800000 : 0x7FF0000000000000;
        }
    }
    return 0;
}

static void note(uint64_t *most, uint64_t magnitude)
{
    *most = larger(*most, magnitude);
}

void fcnn_network_forward_backward(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last,
                                   bool count_loss, fcnn_thread_notes *notes)
{
    const int64_t layers = network->shape.layers;
    for (int64_t begin = first; begin < last; begin += CHUNK_ROWS) {
        const int64_t end = last - begin < CHUNK_ROWS ? last : begin + CHUNK_ROWS;
        take_inputs(network, batch, begin, end);
        take_targets(network, batch, begin, end);
        note(&notes->input_magnitudes[0], input_magnitude(network, begin, end));
        for (int64_t layer = 0; layer < layers; layer++) {
            const uint64_t magnitude = layer_forward(network, layer, begin, end);
            if (layer + 1 < layers) {
                note(&notes->input_magnitudes[layer + 1], magnitude);
            }
        }
        note(&notes->delta_magnitudes[layers - 1], apply_loss(network, batch, FCNN_HEAD_DELTA, begin, end));
        note(&notes->delta_magnitudes[layers - 1], loss_magnitude(network, begin, end));
        for (int64_t layer = layers - 2; layer >= 0; layer--) {
            note(&notes->delta_magnitudes[layer], layer_backward(network, layer, begin, end));
        }
        for (int64_t row = begin; count_loss && row < end; row++) {
            fcnn_exact_sum_add(&notes->loss, network->losses[row]);
        }
    }
}

double fcnn_network_output(const fcnn_network *network, int64_t row, int64_t column)
{
    const int64_t layers = network->shape.layers;
    const int64_t i = fcnn_panel_index(network->rows, network->shape.widths[layers], row, column);
    const void *outputs = network->deltas[layers - 1];
    return network->kernels->bits == 32 ? (double)((const float *)outputs)[i] : ((const double *)outputs)[i];
}

double fcnn_network_physical(const fcnn_network *network, int64_t row, int64_t column)
{
    const int64_t outputs = network->shape.widths[network->shape.layers];
    return fma(fcnn_network_output(network, row, column), network->target_units[column],
               network->target_units[outputs + column]);
}

/* ---- rows of the caller's, in physical units ---- */

static fcnn_status forward_table(fcnn_network *network, const fcnn_table *table, void (*put)(void *, int64_t, double),
                                 void *y)
{
    if (table->rows > network->rows) {
        return fcnn_fail(FCNN_ESHAPE, "%lld rows for a network that was made for %lld at a time",
                         (long long)table->rows, (long long)network->rows);
    }
    const int64_t outputs = network->shape.widths[network->shape.layers];
    for (int64_t first = 0; first < table->rows; first += CHUNK_ROWS) {
        int64_t index[CHUNK_ROWS];
        const int64_t rows = table->rows - first < CHUNK_ROWS ? table->rows - first : CHUNK_ROWS;
        for (int64_t row = 0; row < rows; row++) {
            index[row] = first + row;
        }
        const fcnn_batch batch = {.inputs = table, .index = index, .rows = rows};
        fcnn_network_forward(network, &batch, 0, rows);
        for (int64_t row = 0; row < rows; row++) {
            for (int64_t column = 0; column < outputs; column++) {
                put(y, (first + row) * outputs + column, fcnn_network_physical(network, row, column));
            }
        }
    }
    return FCNN_OK;
}

static void put_float(void *y, int64_t i, double value)
{
    ((float *)y)[i] = (float)value;
}

static void put_double(void *y, int64_t i, double value)
{
    ((double *)y)[i] = value;
}

fcnn_status fcnn_network_forward_f32(fcnn_network *network, int64_t n, const float *x, float *y)
{
    const fcnn_table table = {FCNN_TYPE_FLOAT32, n, network->shape.widths[0], (void *)(uintptr_t)x};
    return forward_table(network, &table, put_float, y);
}

fcnn_status fcnn_network_forward_f64(fcnn_network *network, int64_t n, const double *x, double *y)
{
    const fcnn_table table = {FCNN_TYPE_FLOAT64, n, network->shape.widths[0], (void *)(uintptr_t)x};
    return forward_table(network, &table, put_double, y);
}
