/* src/model/model_print.c — models as text for people, and their parameters as text for programs. */
#include "model/model.h"

#include "core/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_SHOWN = 10, LINES_SHOWN = 10 };

/* Prints a text that a file brought: no byte of it may command a terminal. */
static void print_foreign(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        const int is_control = (byte < 32 && byte != '\n' && byte != '\t') || byte == 127;
        fputc(is_control ? '?' : byte, out);
    }
}

/* ---- layers ---- */

static fcnn_status print_summary(const fcnn_model *model, FILE *out)
{
    const fcnn_architecture *shape = &model->shape;
    char *text;
    FCNN_TRY(fcnn_architecture_text(shape, &text));
    fprintf(out, "model      %s, %s precision\n", text, fcnn_precision_name(shape->precision));
    free(text);
    fprintf(out, "output     %s, loss %s\n", fcnn_output_name(shape->output), fcnn_loss_name(shape->loss));
    if (model->program != NULL) {
        fprintf(out, "made by    ");
        print_foreign(model->program, out);
        fprintf(out, ", numerics version %" PRId64 "\n", model->numerics_version);
    }
    return FCNN_OK;
}

static void print_layers(const fcnn_architecture *shape, FILE *out)
{
    fprintf(out, "\nlayer  weights [out][in]       activation   parameters\n");
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        char weights[64];
        snprintf(weights, sizeof weights, "[%" PRId64 "][%" PRId64 "]", shape->widths[layer + 1], shape->widths[layer]);
        fprintf(out, "%5" PRId64 "  %-22s  %-10s  %11" PRId64 "\n", layer + 1, weights,
                fcnn_activation_name(shape->activations[layer]), fcnn_architecture_layer_parameters(shape, layer));
    }
    fprintf(out, "total  %-22s  %-10s  %11" PRId64 "\n", "", "", fcnn_architecture_parameters(shape));
}

/* ---- normalization ---- */

static int changes_something(const fcnn_normalizer *normalizer)
{
    for (int64_t i = 0; i < normalizer->count; i++) {
        if (normalizer->shift[i] != 0 || normalizer->scale[i] != 1) {
            return 1;
        }
    }
    return 0;
}

static void print_normalizer(const char *name, const fcnn_normalizer *normalizer, FILE *out)
{
    if (!changes_something(normalizer)) {
        fprintf(out, "\n%s are used as they are\n", name);
        return;
    }
    fprintf(out, "\n%s are normalized: (value - shift) / scale\ncolumn                 shift                 scale\n",
            name);
    for (int64_t i = 0; i < normalizer->count && i < COLUMNS_SHOWN; i++) {
        char shift[32], scale[32];
        fcnn_text_from_double(normalizer->shift[i], shift);
        fcnn_text_from_double(normalizer->scale[i], scale);
        fprintf(out, "%6" PRId64 "  %20s  %20s\n", i + 1, shift, scale);
    }
    if (normalizer->count > COLUMNS_SHOWN) {
        fprintf(out, "   ... %" PRId64 " more\n", normalizer->count - COLUMNS_SHOWN);
    }
}

/* ---- what the training rows held ---- */

static void print_extent(const fcnn_extent *extent, FILE *out)
{
    if (extent->count == 0) {
        return;
    }
    fprintf(
        out,
        "\ninputs of the training rows\ncolumn              smallest               largest                  mean\n");
    for (int64_t i = 0; i < extent->count && i < COLUMNS_SHOWN; i++) {
        char smallest[32], largest[32], mean[32];
        fcnn_text_from_double(extent->smallest[i], smallest);
        fcnn_text_from_double(extent->largest[i], largest);
        fcnn_text_from_double(extent->mean[i], mean);
        fprintf(out, "%6" PRId64 "  %20s  %20s  %20s\n", i + 1, smallest, largest, mean);
    }
    if (extent->count > COLUMNS_SHOWN) {
        fprintf(out, "   ... %" PRId64 " more\n", extent->count - COLUMNS_SHOWN);
    }
}

static void print_classes(const fcnn_classes *classes, FILE *out)
{
    if (classes->count > 0) {
        fprintf(out, "\nclasses\n");
    }
    for (int64_t i = 0; i < classes->count; i++) {
        fprintf(out, "%6" PRId64 "  ", i);
        print_foreign(classes->names[i], out);
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
    fprintf(out, "\n%8s  %10s  %16s  %16s  %16s\n", "epoch", "steps", "train loss", "validation loss", "metric");
    for (int64_t i = first; i < history->count; i++) {
        const fcnn_history_line *line = &history->lines[i];
        fprintf(out, "%8" PRId64 "  %10" PRId64, line->epoch, line->steps);
        print_cell(line->train_loss, out);
        print_cell(line->validation_loss, out);
        print_cell(line->validation_metric, out);
        fputc('\n', out);
    }
}

static void print_config(const char *config, FILE *out)
{
    if (config != NULL) {
        fprintf(out, "\nconfig\n");
        print_foreign(config, out);
        if (config[0] != '\0' && config[strlen(config) - 1] != '\n') {
            fputc('\n', out);
        }
    }
}

fcnn_status fcnn_model_print(const fcnn_model *model, FILE *out)
{
    FCNN_TRY(print_summary(model, out));
    print_layers(&model->shape, out);
    print_normalizer("inputs", &model->inputs, out);
    print_normalizer("targets", &model->targets, out);
    print_extent(&model->extent, out);
    print_classes(&model->classes, out);
    print_history(&model->history, out);
    print_config(model->config, out);
    if (fflush(out) != 0 || ferror(out)) {
        return fcnn_fail(FCNN_EOUTPUT, "the model cannot be printed: %s", strerror(errno));
    }
    return FCNN_OK;
}

/* ---- parameters ---- */

/* values [rows][columns], one row a line; the digits give back the same bits when they are read. */
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
    const fcnn_architecture *shape = &model->shape;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t columns = shape->widths[layer], rows = shape->widths[layer + 1];
        fprintf(out, "W%" PRId64 " [%" PRId64 "][%" PRId64 "]\n", layer + 1, rows, columns);
        print_matrix(model->weights[layer], rows, columns, shape->precision, out);
        fprintf(out, "b%" PRId64 " [%" PRId64 "]\n", layer + 1, rows);
        print_matrix(model->biases[layer], 1, rows, shape->precision, out);
    }
}
