/* src/inspect/model_tables.c — prints what is known of a model's columns as tables. */
#include "inspect/model_print.h"

#include "core/text.h"

#include <inttypes.h>
#include <string.h>

enum {
    COLUMNS_MOST = 32,
    COLUMNS_SHOWN = 10 /* number of columns shown if there are more than COLUMNS_MOST */,
    NUMBER_WIDTH = 6
};

void fcnn_model_print_foreign(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        const int is_control = (byte < 32 && byte != '\n' && byte != '\t') || byte == 127;
        fputc(is_control ? '?' : byte, out);
    }
}

/* ---- cells ---- */

/* The columns of the inputs or targets that are shown. */
typedef struct side {
    const char *name;
    const fcnn_column_names *names;
    int64_t count, shown;
    int name_width, unit_width; /* unit_width is 0 if there are no units */
    FILE *out;
} side;

static void print_text(const char *text, int width, FILE *out)
{
    fprintf(out, "%s%*s", text, width - fcnn_text_width(text), "");
}

static int widest(char *const *texts, int64_t count, int least)
{
    int width = least;
    for (int64_t i = 0; i < count; i++) {
        const int own = fcnn_text_width(texts[i]);
        width = own > width ? own : width;
    }
    return width;
}

static side side_of(const char *name, int64_t count, const fcnn_column_names *names, bool all, FILE *out)
{
    side all_of = {
        .name = name, .names = names, .count = count, .shown = count, .name_width = NUMBER_WIDTH, .out = out};
    if (!all && count > COLUMNS_MOST) {
        all_of.shown = COLUMNS_SHOWN;
    }
    if (names->count == count) {
        all_of.name_width = widest(names->names, all_of.shown, NUMBER_WIDTH);
        all_of.unit_width = fcnn_column_names_any(names->units, count) ? widest(names->units, all_of.shown, 4) : 0;
    }
    return all_of;
}

/* Prints the name of a column, or its number, counting from 1. */
static void print_column(const side *of, int64_t column)
{
    if (of->names->count == of->count && of->names->names[column][0] != '\0') {
        print_text(of->names->names[column], of->name_width, of->out);
    } else {
        fprintf(of->out, "%*" PRId64 "%*s", NUMBER_WIDTH, column + 1, of->name_width - NUMBER_WIDTH, "");
    }
}

static void print_number(double value, FILE *out)
{
    char text[32];
    fcnn_text_from_double(value, text);
    fprintf(out, "  %20s", text);
}

static void print_rest(const side *of)
{
    if (of->shown < of->count) {
        fprintf(of->out, "   ... %" PRId64 " more; --columns shows all of them\n", of->count - of->shown);
    }
}

/* ---- tables ---- */

/* Prints a text as wide as a number, where there is such a column. */
static void print_if(bool is_there, const char *text, FILE *out)
{
    if (is_there) {
        fprintf(out, "  %20s", text);
    }
}

static bool has_power(const fcnn_normalizer *normalizer, int64_t column)
{
    return normalizer->transforms != NULL && normalizer->transforms[column].kind == FCNN_TRANSFORM_POWER;
}

static bool has_powers(const fcnn_normalizer *normalizer)
{
    for (int64_t i = 0; i < normalizer->count; i++) {
        if (has_power(normalizer, i)) {
            return true;
        }
    }
    return false;
}

static void print_normalizer(const side *of, const fcnn_normalizer *normalizer)
{
    const bool transforms = normalizer->transforms != NULL, powers = has_powers(normalizer);
    if (fcnn_normalizer_is_plain(normalizer)) {
        fprintf(of->out, "\n%s are not normalized\n", of->name);
        return;
    }
    fprintf(of->out, "\n%s are normalized: (%s - shift) / scale\n%-*s", of->name,
            transforms ? "transform(value)" : "value", of->name_width, "column");
    fprintf(of->out, "  %20s  %20s", "shift", "scale");
    print_if(powers, "lambda of power", of->out);
    fputs(transforms ? "  transform\n" : "\n", of->out);
    for (int64_t i = 0; i < of->shown; i++) {
        print_column(of, i);
        print_number(normalizer->shift[i], of->out);
        print_number(normalizer->scale[i], of->out);
        if (has_power(normalizer, i)) {
            print_number(normalizer->transforms[i].power, of->out);
        } else {
            print_if(powers, "", of->out);
        }
        if (transforms) {
            fprintf(of->out, "  %s", fcnn_transform_words[normalizer->transforms[i].kind]);
        }
        fputc('\n', of->out);
    }
    print_rest(of);
}

static void print_statistics_head(const side *of, bool has_numbers)
{
    fprintf(of->out, "\n%s of the training rows\n%-*s", of->name, of->name_width, "column");
    if (of->unit_width > 0) {
        fprintf(of->out, "  %-*s", of->unit_width, "unit");
    }
    if (has_numbers) {
        fprintf(of->out, "  %20s  %20s  %20s", "smallest", "largest", "mean");
    }
    fputc('\n', of->out);
}

static void print_statistics(const side *of, const fcnn_column_statistics *statistics)
{
    if (statistics->count == 0 && of->names->count == 0) {
        return;
    }
    print_statistics_head(of, statistics->count > 0);
    for (int64_t i = 0; i < of->shown; i++) {
        print_column(of, i);
        if (of->unit_width > 0) {
            fprintf(of->out, "  ");
            print_text(of->names->units[i], of->unit_width, of->out);
        }
        if (statistics->count > 0) {
            print_number(statistics->smallest[i], of->out);
            print_number(statistics->largest[i], of->out);
            print_number(statistics->mean[i], of->out);
        }
        fputc('\n', of->out);
    }
    print_rest(of);
}

static void print_output_weights(const side *of, const double *weights)
{
    if (weights == NULL) {
        return;
    }
    fprintf(of->out, "\nweights of the %s in the loss\n%-*s  %20s\n", of->name, of->name_width, "column", "weight");
    for (int64_t i = 0; i < of->shown; i++) {
        print_column(of, i);
        print_number(weights[i], of->out);
        fputc('\n', of->out);
    }
    print_rest(of);
}

void fcnn_model_print_tables(const fcnn_model *model, bool all, FILE *out)
{
    const bool has_labels = model->shape.output == FCNN_OUTPUT_SOFTMAX;
    const side inputs = side_of("inputs", model->inputs.count, &model->inputs_names, all, out);
    const side outputs = side_of("targets", model->targets.count, &model->targets_names, all, out);
    const side targets = side_of("targets", has_labels ? model->targets_names.count : model->targets.count,
                                 &model->targets_names, all, out);
    print_normalizer(&inputs, &model->inputs);
    print_normalizer(&outputs, &model->targets);
    print_output_weights(&outputs, model->output_weights);
    print_statistics(&inputs, &model->inputs_statistics);
    print_statistics(&targets, &model->targets_statistics);
}
