/* src/model/passes.c — forward and backward passes.
 *
 * Each thread takes its rows through all layers and back in chunks that stay in its cache, without waiting for other
 * threads. If several threads train, each uses matrices of its own and copies what the gradient needs to those of the
 * network. If it wrote there directly, where other threads have read before, each cache line would cost a message
 * between caches. */
#include "compute/panels.h"
#include "core/clock.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/sizes.h"
#include "model/layers.h"
#include "model/log_losses.h"
#include "model/losses.h"
#include "model/mapped_rows.h"
#include "model/noise.h"

#include <math.h>
#include <string.h>

#define CHUNK_MULTIPLE 12 /* whole tiles */

/* Returns the rows per chunk when n rows are divided into nearly equal chunks. */
static int64_t chunk_rows(const fcnn_network *network, int64_t n)
{
    const int64_t chunks = (n + network->chunk_rows - 1) / network->chunk_rows;
    const int64_t rows = chunks > 0 ? (n + chunks - 1) / chunks : 1;
    return (rows + CHUNK_MULTIPLE - 1) / CHUNK_MULTIPLE * CHUNK_MULTIPLE;
}

static void *element(const fcnn_network *network, void *matrix, int64_t index)
{
    return (char *)matrix + (size_t)index * network->kernels->size;
}

/* ---- input of rows ---- */

/* Converts rows of a table into a matrix of the work area. Returns the magnitude of the result. */
static uint64_t take_rows(const fcnn_network *network, const fcnn_pass_rows *rows, const fcnn_table *table,
                          const fcnn_column_map *map, void *out)
{
    const fcnn_rows_job job = {
        .values = table->values,
        .type = table->type,
        .width = table->width,
        .index = rows->batch->index + rows->first,
        .factor = map->affine,
        .shift = map->affine + table->width,
        .keeps = table == rows->batch->inputs && map->is_plain,
        .out = out,
        .rows = rows->area->rows,
        .first = rows->at,
        .last = rows->at + rows->last - rows->first,
    };
    return map->is_affine ? network->kernels->take_rows(&job)
                          : fcnn_mapped_rows_take(network->kernels, map, table, &job);
}

/* Copies the inputs and targets of the rows to the work area. Returns the magnitude of the inputs. */
static uint64_t take_batch(const fcnn_network *network, const fcnn_pass_rows *rows)
{
    const fcnn_batch *batch = rows->batch;
    for (int64_t row = rows->first; batch->labels != NULL && row < rows->last; row++) {
        rows->area->labels[rows->at + row - rows->first] = batch->labels[batch->index[row]];
    }
    if (batch->targets != NULL) {
        take_rows(network, rows, batch->targets, &network->target_map, rows->area->targets);
    }
    return take_rows(network, rows, batch->inputs, &network->input_map, rows->area->values[0]);
}

/* ---- the loss ---- */

/* The columns of the outputs of rows, if their activations differ. */
static fcnn_columns_job columns_of(const fcnn_network *network, const fcnn_pass_rows *rows)
{
    const int64_t last = network->shape.layers - 1;
    return (fcnn_columns_job){.z = rows->area->deltas[last],
                              .slopes = rows->area->slopes[last],
                              .rows = rows->area->rows,
                              .width = fcnn_architecture_outputs(&network->shape),
                              .first = rows->at,
                              .last = rows->at + rows->last - rows->first};
}

/* Applies the activations of ranges of columns to the results of the last layer. */
static void activate_columns(const fcnn_network *network, const fcnn_pass_rows *rows)
{
    for (int64_t i = 0; i < network->shape.columns.count; i++) {
        const fcnn_output_range *range = &network->shape.columns.range[i];
        fcnn_columns_job job = columns_of(network, rows);
        job.output = range->output;
        job.column_first = range->first;
        job.column_after = range->after;
        network->kernels->activate_columns(&job);
    }
}

/* Computes losses, and outputs or derivatives. Returns the magnitude of the results in the last deltas matrix. */
static uint64_t apply_loss(const fcnn_network *network, const fcnn_pass_rows *rows, fcnn_head head)
{
    const fcnn_architecture *shape = &network->shape;
    const fcnn_work_area *area = rows->area;
    const bool known = rows->batch->labels != NULL || rows->batch->targets != NULL;
    const fcnn_loss_job job = {
        .head = head,
        .activation = shape->layer[shape->layers - 1].activation,
        .settings = network->loss_settings,
        .z = area->deltas[shape->layers - 1],
        .rows = area->rows,
        .width = fcnn_architecture_outputs(shape),
        .first = rows->at,
        .last = rows->at + rows->last - rows->first,
        .labels = known ? area->labels + rows->at : NULL,
        .targets = known ? area->targets : NULL,
        .target_width = fcnn_architecture_targets(shape),
        .weights = network->output_weights,
        .losses = known ? area->losses + rows->at : NULL,
    };
    if (shape->output != FCNN_OUTPUT_COLUMNS) {
        return network->kernels->losses[shape->loss](&job);
    }
    activate_columns(network, rows);
    const uint64_t most = network->kernels->losses[shape->loss](&job);
    const fcnn_columns_job columns = columns_of(network, rows);
    return head == FCNN_HEAD_DELTA ? network->kernels->multiply_slopes(&columns) : most;
}

/* Multiplies losses and derivatives by the weights of the rows. Returns the magnitude of the derivatives. */
static uint64_t apply_weights(const fcnn_network *network, const fcnn_pass_rows *rows)
{
    const fcnn_batch *batch = rows->batch;
    const fcnn_work_area *area = rows->area;
    const int64_t last_layer = network->shape.layers - 1, *index = batch->index + rows->first;
    const int64_t count = rows->last - rows->first;
    for (int64_t row = 0; row < count; row++) {
        area->losses[rows->at + row] *= batch->weights[index[row]];
    }
    return network->kernels->weigh_rows(area->deltas[last_layer], area->rows, network->shape.layer[last_layer].outputs,
                                        rows->at, rows->at + count, batch->weights, index);
}

int64_t fcnn_network_loss_terms(const fcnn_architecture *shape)
{
    if (!fcnn_loss_rule_of(shape->loss)->is_mean_of_outputs) {
        return 1;
    }
    return shape->loss == FCNN_LOSS_GAUSSIAN_NLL ? fcnn_architecture_targets(shape) : fcnn_architecture_outputs(shape);
}

double fcnn_network_terms_of_rows(const fcnn_architecture *shape, int64_t rows)
{
    return (double)rows * (double)fcnn_network_loss_terms(shape);
}

double fcnn_network_terms_of_targets(const fcnn_architecture *shape, int64_t targets)
{
    return (double)targets * (double)(fcnn_network_loss_terms(shape) / fcnn_architecture_targets(shape));
}

double fcnn_network_mean_factor(const fcnn_architecture *shape, int64_t rows)
{
    return fcnn_loss_rule_of(shape->loss)->factor / fcnn_network_terms_of_rows(shape, rows);
}

/* ---- passes ---- */

void fcnn_network_forward(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last)
{
    const int64_t chunk = chunk_rows(network, last - first);
    for (int64_t begin = first; begin < last; begin += chunk) {
        const fcnn_pass_rows rows = {
            .batch = batch,
            .first = begin,
            .last = last - begin < chunk ? last : begin + chunk,
            .area = &network->all,
            .at = begin,
        };
        take_batch(network, &rows);
        for (int64_t layer = 0; layer < network->shape.layers; layer++) {
            fcnn_layer_forward(network, &rows, layer);
        }
        if (network->log_losses != NULL && (batch->labels != NULL || batch->targets != NULL)) {
            fcnn_log_losses_measure(network, batch->labels != NULL, begin, rows.last);
        }
        apply_loss(network, &rows, FCNN_HEAD_OUTPUT);
    }
}

/* Copies rows of a thread's own matrix to that of the network. */
static void publish(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t width, const void *own, void *all)
{
    if (own == all) {
        return;
    }
    for (int64_t panel = 0; panel < fcnn_panel_count(width); panel++) {
        const int64_t columns = fcnn_panel_width(width, panel);
        const int64_t from = fcnn_panel_offset(rows->area->rows, panel) + rows->at * columns;
        const int64_t to = fcnn_panel_offset(network->all.rows, panel) + rows->first * columns;
        network->kernels->copy_out((rows->last - rows->first) * columns, element(network, (void *)(uintptr_t)own, from),
                                   element(network, all, to));
    }
}

static void publish_inputs(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer)
{
    publish(network, rows, network->shape.layer[layer].inputs, rows->area->values[layer], network->all.values[layer]);
}

/* Publishes the derivatives of all tensors of a layer. */
static void publish_deltas(const fcnn_network *network, const fcnn_pass_rows *rows, int64_t layer)
{
    for (int kind = FCNN_TENSOR_WEIGHTS; kind <= FCNN_TENSOR_SLOPE; kind++) {
        const int64_t tensor = fcnn_architecture_find_tensor(&network->shape, layer, (fcnn_tensor_kind)kind);
        if (tensor >= 0) {
            publish(network, rows, fcnn_architecture_tensor(&network->shape, tensor).outputs,
                    rows->area->deltas[tensor], network->all.deltas[tensor]);
        }
    }
}

/* Returns the magnitude of infinity if the loss of a row is not finite, otherwise 0, because the derivatives of a loss
 * that overflowed, or of infinite logits, may be finite. */
static uint64_t loss_magnitude(const fcnn_network *network, const double *losses, int64_t count)
{
    for (int64_t row = 0; row < count; row++) {
        if (!isfinite(losses[row])) {
            return network->kernels->bits == 32 ? 0x7F800000 : 0x7FF0000000000000;
        }
    }
    return 0;
}

static void note(uint64_t *most, uint64_t magnitude)
{
    *most = magnitude > *most ? magnitude : *most;
}

static void chunk_forward_backward(const fcnn_network *network, const fcnn_pass_rows *rows, bool count_loss,
                                   fcnn_thread_notes *notes)
{
    const int64_t layers = network->shape.layers;
    double since = fcnn_clock_seconds();
    uint64_t inputs = take_batch(network, rows);
    inputs = network->noise == 0 ? inputs : fcnn_noise_add(network, rows, inputs);
    inputs = network->shape.layer[0].dropout == 0 ? inputs : fcnn_layer_drop_inputs(network, rows);
    note(&notes->input_magnitudes[0], inputs);
    publish_inputs(network, rows, 0);
    fcnn_clock_count(&notes->times->elementwise, &since);
    for (int64_t layer = 0; layer < layers; layer++) {
        const uint64_t magnitude = fcnn_layer_forward(network, rows, layer);
        if (layer + 1 < layers) {
            note(&notes->input_magnitudes[layer + 1], magnitude);
            publish_inputs(network, rows, layer + 1);
        }
    }
    fcnn_clock_count(&notes->times->multiply, &since);
    const double *losses = rows->area->losses + rows->at;
    const uint64_t magnitude = apply_loss(network, rows, FCNN_HEAD_DELTA);
    note(&notes->delta_magnitudes[layers - 1], rows->batch->weights == NULL ? magnitude : apply_weights(network, rows));
    note(&notes->delta_magnitudes[layers - 1], loss_magnitude(network, losses, rows->last - rows->first));
    for (int64_t row = 0; count_loss && row < rows->last - rows->first; row++) {
        fcnn_exact_sum_add(&notes->loss, losses[row]);
        notes->targets += rows->batch->counts_targets
                              ? fcnn_table_present(rows->batch->targets, rows->batch->index[rows->first + row])
                              : 0;
    }
    publish_deltas(network, rows, layers - 1);
    fcnn_clock_count(&notes->times->elementwise, &since);
    for (int64_t layer = layers - 2; layer >= 0; layer--) {
        fcnn_layer_backward(network, rows, layer, notes->delta_magnitudes);
        publish_deltas(network, rows, layer);
    }
    fcnn_clock_count(&notes->times->multiply, &since);
}

void fcnn_network_forward_backward(fcnn_network *network, const fcnn_batch *batch, int64_t first, int64_t last,
                                   int64_t at, bool count_loss, int thread, fcnn_thread_notes *notes)
{
    const int64_t chunk = chunk_rows(network, last - first);
    for (int64_t begin = first; begin < last; begin += chunk) {
        const fcnn_pass_rows rows = {
            .batch = batch,
            .first = begin,
            .last = last - begin < chunk ? last : begin + chunk,
            .area = network->own == NULL ? &network->all : &network->own[thread],
            .at = network->own == NULL ? at + begin - first : 0,
            .trains = true,
        };
        chunk_forward_backward(network, &rows, count_loss, notes);
    }
    network->kernels->fence();
}

double fcnn_network_output(const fcnn_network *network, int64_t row, int64_t column)
{
    const int64_t layers = network->shape.layers;
    const int64_t i = fcnn_panel_index(network->all.rows, fcnn_architecture_outputs(&network->shape), row, column);
    const void *outputs = network->all.deltas[layers - 1];
    return network->kernels->bits == 32 ? (double)((const float *)outputs)[i] : ((const double *)outputs)[i];
}

double fcnn_network_physical(const fcnn_network *network, int64_t row, int64_t column)
{
    const fcnn_architecture *shape = &network->shape;
    const int64_t outputs = fcnn_architecture_outputs(shape);
    const double value = fma(fcnn_network_output(network, row, column), network->target_units[column],
                             network->target_units[outputs + column]);
    if (network->target_map.own.transforms == NULL) {
        return value;
    }
    const fcnn_transform *transform =
        fcnn_normalizer_transform(&network->target_map.own, column / fcnn_architecture_outputs_per_target(shape));
    return transform == NULL ? value : fcnn_transform_invert(transform, value);
}

/* ---- rows of the caller, in physical units ---- */

/* Returns rows of a table, starting with `first`. If values are missing, the rows are copied and means replace the
 * values. */
static fcnn_table completed_rows(fcnn_network *network, const fcnn_table *table, int64_t first, int64_t rows)
{
    const int64_t row_bytes = table->width * (int64_t)fcnn_type_size(table->type);
    fcnn_table part = {table->type, rows, table->width, (char *)table->values + first * row_bytes};
    int64_t row, column;
    if (network->missing.means != NULL && fcnn_table_find_nonfinite(&part, &row, &column)) {
        uint64_t counts[2] = {0};
        memcpy(network->completed, part.values, (size_t)(rows * row_bytes));
        part.values = network->completed;
        fcnn_missing_put_means(&network->missing, &part, counts);
    }
    return part;
}

static bool is_finite_row(const fcnn_table *table, int64_t row)
{
    for (int64_t column = 0; column < table->width; column++) {
        if (!isfinite(fcnn_table_value(table, row, column))) {
            return false;
        }
    }
    return true;
}

/* Computes a forward pass of some rows. A relu converts −Inf to 0, so outputs of rows that are not finite are set to
 * NaN. */
static void forward_part(fcnn_network *network, const fcnn_table *part, int64_t first,
                         void (*put)(void *, int64_t, double), void *y)
{
    int64_t index[FCNN_SIZE_APPLY_ROWS_MOST], at, column;
    const int64_t outputs = fcnn_architecture_outputs(&network->shape);
    for (int64_t row = 0; row < part->rows; row++) {
        index[row] = row;
    }
    const fcnn_batch batch = {.inputs = part, .index = index, .rows = part->rows};
    const bool all_finite = !fcnn_table_find_nonfinite(part, &at, &column);
    fcnn_network_forward(network, &batch, 0, part->rows);
    for (int64_t row = 0; row < part->rows; row++) {
        const bool is_known = all_finite || is_finite_row(part, row);
        for (int64_t output = 0; output < outputs; output++) {
            put(y, (first + row) * outputs + output, is_known ? fcnn_network_physical(network, row, output) : NAN);
        }
    }
}

static fcnn_status forward_table(fcnn_network *network, const fcnn_table *table, void (*put)(void *, int64_t, double),
                                 void *y)
{
    if (table->rows > network->all.rows) {
        return fcnn_fail(FCNN_ESHAPE,
                         "the table has %lld rows, but the network was created for at most %lld rows at a time",
                         (long long)table->rows, (long long)network->all.rows);
    }
    const int64_t most = fcnn_size(FCNN_SIZE_APPLY_ROWS);
    for (int64_t first = 0; first < table->rows; first += most) {
        const int64_t rows = table->rows - first < most ? table->rows - first : most;
        const fcnn_table part = completed_rows(network, table, first, rows);
        forward_part(network, &part, first, put, y);
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
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    const fcnn_table table = {FCNN_TYPE_FLOAT32, n, fcnn_architecture_inputs(&network->shape), (void *)(uintptr_t)x};
    return forward_table(network, &table, put_float, y);
}

fcnn_status fcnn_network_forward_f64(fcnn_network *network, int64_t n, const double *x, double *y)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    const fcnn_table table = {FCNN_TYPE_FLOAT64, n, fcnn_architecture_inputs(&network->shape), (void *)(uintptr_t)x};
    return forward_table(network, &table, put_double, y);
}
