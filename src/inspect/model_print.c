/* src/inspect/model_print.c — prints models for the user, and their parameters for programs. */
#include "inspect/model_print.h"

#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_SHOWN = 10 };

/* ---- layers ---- */

static fcnn_status print_summary(const fcnn_model *model, FILE *out)
{
    const fcnn_architecture *shape = &model->shape;
    char *text;
    FCNN_TRY(fcnn_architecture_text(shape, &text));
    fprintf(out, "model      %s, %s precision\n", text, fcnn_precision_name(shape->precision));
    free(text);
    fcnn_text output = {0};
    FCNN_TRY(fcnn_architecture_output_text(shape, &output));
    fprintf(out, "output     %s, loss %s\n", output.data, fcnn_loss_name(shape->loss));
    fcnn_text_clear(&output);
    if (shape->quantiles > 0) {
        fcnn_text quantiles = {0};
        const fcnn_status status = fcnn_architecture_quantiles_text(shape, &quantiles);
        if (status == FCNN_OK) {
            fprintf(out, "quantiles  %s\n", quantiles.data);
        }
        fcnn_text_clear(&quantiles);
        FCNN_TRY(status);
    }
    if (shape->layer[0].layer_norm) {
        fprintf(out, "layer norm before the activations of the hidden layers\n");
    }
    if (shape->layers > 2 && shape->layer[1].residual) {
        fprintf(out, "residual   each hidden layer after the first adds its inputs to its result\n");
    }
    if (model->program != NULL) {
        fprintf(out, "made by    ");
        fcnn_model_print_foreign(model->program, out);
        fprintf(out, ", numerics version %" PRId64 "\n", model->numerics_version);
    }
    if (model->choice.reason != NULL) {
        fprintf(out, "epoch      %" PRId64 ", step %" PRId64 ": ", model->choice.epoch, model->choice.steps);
        fcnn_model_print_foreign(model->choice.reason, out);
        fputc('\n', out);
    }
    return FCNN_OK;
}

static void print_layers(const fcnn_architecture *shape, FILE *out)
{
    fprintf(out, "\nlayer  weights [out][in]       activation   parameters\n");
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        char weights[64], activation[64];
        fcnn_layer_activation(&shape->layer[layer], activation);
        snprintf(weights, sizeof weights, "[%" PRId64 "][%" PRId64 "]", shape->layer[layer].outputs,
                 shape->layer[layer].inputs);
        fprintf(out, "%5" PRId64 "  %-22s  %-10s  %11" PRId64 "\n", layer + 1, weights, activation,
                fcnn_architecture_layer_parameters(shape, layer));
    }
    fprintf(out, "total  %-22s  %-10s  %11" PRId64 "\n", "", "", fcnn_architecture_parameters(shape));
}

/* ---- classes ---- */

static void print_classes(const fcnn_classes *classes, FILE *out)
{
    if (classes->count > 0) {
        fprintf(out, "\nclasses\n");
    }
    for (int64_t i = 0; i < classes->count; i++) {
        fprintf(out, "%6" PRId64 "  ", i);
        fcnn_model_print_foreign(classes->names[i], out);
        fputc('\n', out);
    }
}

/* ---- history and config ---- */

static void print_cell(double value, FILE *out)
{
    if (isnan(value)) {
        fprintf(out, "  %16s", "-");
    } else {
        fprintf(out, "  %16.9g", value);
    }
}

static void print_history(const fcnn_history *history, FILE *out)
{
    const int64_t first = history->count > LINES_SHOWN ? history->count - LINES_SHOWN : 0;
    if (history->count == 0) {
        return;
    }
    fprintf(out, "\nhistory");
    if (first > 0) {
        fprintf(out, ", the last %d of %" PRId64 " lines", LINES_SHOWN, history->count);
    }
    fprintf(out, "\n%8s  %10s  %16s  %16s  %16s  %16s\n", "epoch", "steps", "train loss", "validation loss", "metric",
            "learning rate");
    for (int64_t i = first; i < history->count; i++) {
        const fcnn_history_line *line = &history->lines[i];
        fprintf(out, "%8" PRId64 "  %10" PRId64, line->epoch, line->steps);
        print_cell(line->train_loss, out);
        print_cell(line->validation_loss, out);
        print_cell(line->validation_metric, out);
        print_cell(line->learning_rate, out);
        fputc('\n', out);
    }
}

/* The metrics of the last line in which any was computed. */
static void print_metrics(const fcnn_history *history, FILE *out)
{
    int64_t line = history->count - 1;
    bool found = false;
    for (; !found && line >= 0; line -= !found) {
        for (int64_t i = 0; i < history->metric_count; i++) {
            found = found || !isnan(fcnn_history_value(&history->metrics[i], line));
        }
    }
    if (found) {
        fprintf(out, "\nmetrics of the validation rows after epoch %" PRId64 "\n", history->lines[line].epoch);
    }
    for (int64_t i = 0; found && i < history->metric_count; i++) {
        fprintf(out, "  %-27s", history->metrics[i].name);
        print_cell(fcnn_history_value(&history->metrics[i], line), out);
        fputc('\n', out);
    }
}

static void print_decoded(const char *decoded, const char *what, FILE *out)
{
    if (decoded != NULL) {
        fprintf(out, "\n%s were decoded\n", what);
        fcnn_model_print_foreign(decoded, out);
    }
}

static void print_config(const char *config, FILE *out)
{
    if (config != NULL) {
        fprintf(out, "\nconfig\n");
        fcnn_model_print_foreign(config, out);
        if (config[0] != '\0' && config[strlen(config) - 1] != '\n') {
            fputc('\n', out);
        }
    }
}

fcnn_status fcnn_model_print(const fcnn_model *model, FILE *out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    FCNN_TRY(print_summary(model, out));
    print_layers(&model->shape, out);
    fcnn_model_print_tables(model, false, out);
    print_decoded(model->inputs_decoded, "inputs", out);
    print_decoded(model->targets_decoded, "targets", out);
    print_classes(&model->classes, out);
    print_history(&model->history, out);
    print_metrics(&model->history, out);
    print_config(model->config, out);
    if (fflush(out) != 0 || ferror(out)) {
        return fcnn_fail(FCNN_EOUTPUT, "the model cannot be printed: %s", strerror(errno));
    }
    return FCNN_OK;
}

void fcnn_model_print_columns(const fcnn_model *model, FILE *out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    fcnn_model_print_tables(model, true, out);
}

/* ---- parameters ---- */

/* Prints values [rows][columns], one row per line, with enough digits to restore the same bits. */
static void print_matrix(const void *values, int64_t rows, int64_t columns, fcnn_precision precision, FILE *out)
{
    for (int64_t i = 0; i < rows * columns; i++) {
        if (precision == FCNN_PRECISION_SINGLE) {
            fprintf(out, "%.9g", (double)((const float *)values)[i]);
        } else {
            fprintf(out, "%.17g", ((const double *)values)[i]);
        }
        fputc((i + 1) % columns == 0 ? '\n' : ' ', out);
    }
}

void fcnn_model_print_weights(const fcnn_model *model, FILE *out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    const fcnn_architecture *shape = &model->shape;
    for (int64_t i = 0; i < fcnn_architecture_tensors(shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, i);
        char name[FCNN_TENSOR_NAME];
        if (tensor.inputs > 0) {
            fcnn_tensor_name_weights(&tensor, name);
            fprintf(out, "%s [%" PRId64 "][%" PRId64 "]\n", name, tensor.outputs, tensor.inputs);
            print_matrix(model->weights[i], tensor.outputs, tensor.inputs, shape->precision, out);
        }
        fcnn_tensor_name_biases(&tensor, name);
        fprintf(out, "%s [%" PRId64 "]\n", name, tensor.outputs);
        print_matrix(model->biases[i], 1, tensor.outputs, shape->precision, out);
    }
}
