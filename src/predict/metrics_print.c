/* src/predict/metrics_print.c — prints the metrics of metrics.list. */
#include "predict/metrics_print.h"

#include "predict/confusion_print.h"
#include "predict/part_names.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { PARTS_SHOWN = FCNN_SCORES_CLASSES_MOST };

/* ---- numbers ---- */

/* Prints a number right-aligned, or a dash if it is NaN. */
static void print_number(double value, int width, FILE *out)
{
    if (isnan(value)) {
        fprintf(out, " %*s", width, "-");
    } else {
        fprintf(out, " %*.8g", width, value);
    }
}

static void print_numbers(const fcnn_scores *scores, FILE *out)
{
    for (int i = 0; i < scores->metric_count; i++) {
        for (int k = 0; k < scores->metrics[i].numbers; k++) {
            const fcnn_metric_number *number = &scores->metrics[i].number[k];
            fprintf(out, "  %-27s", number->name);
            print_number(number->value, 12, out);
            fputc('\n', out);
        }
    }
}

/* The width of the column of a metric. */
static int column_width(const fcnn_metric_result *result)
{
    const int width = (int)strlen(result->metric->name);
    return width > 12 ? width : 12;
}

static void print_line(const fcnn_scores *scores, const fcnn_model *model, int64_t part, int width, FILE *out)
{
    fprintf(out, "  ");
    fcnn_part_names_print(scores, model, part, width, out);
    if (scores->part_counts != NULL) {
        fprintf(out, " %11.10g", scores->part_counts[part].rows);
    }
    for (int i = 0; i < scores->metric_count; i++) {
        const fcnn_metric_result *result = &scores->metrics[i];
        if (result->has_parts) {
            print_number(result->parts[part], column_width(result), out);
        }
    }
    fputc('\n', out);
}

/* The table of classes or outputs; of very many, the first ones. */
static void print_parts(const fcnn_scores *scores, const fcnn_model *model, FILE *out)
{
    const int64_t shown = scores->parts < PARTS_SHOWN ? scores->parts : PARTS_SHOWN;
    const int width = fcnn_part_names_width(scores, model, shown);
    fprintf(out, "  %-*s", width, scores->parts_are_outputs ? "output" : "class");
    if (scores->part_counts != NULL) {
        fprintf(out, " %11s", "rows");
    }
    for (int i = 0; i < scores->metric_count; i++) {
        if (scores->metrics[i].has_parts) {
            fprintf(out, " %*s", column_width(&scores->metrics[i]), scores->metrics[i].metric->name);
        }
    }
    fputc('\n', out);
    for (int64_t part = 0; part < shown; part++) {
        print_line(scores, model, part, width, out);
    }
    if (scores->parts > shown) {
        fprintf(out, "  … %" PRId64 " more\n", scores->parts - shown);
    }
}

void fcnn_metrics_print(const fcnn_scores *scores, const fcnn_model *model, FILE *out)
{
    bool has_parts = false;
    if (scores->is_weighted) {
        fprintf(out, "  each row counts with its weight, except in max_error and confusion\n");
    }
    print_numbers(scores, out);
    for (int i = 0; i < scores->metric_count; i++) {
        has_parts = has_parts || scores->metrics[i].has_parts;
    }
    if (has_parts) {
        print_parts(scores, model, out);
    }
    if (scores->confusion != NULL) {
        fcnn_confusion_print(scores, model, out);
    }
    for (int i = 0; i < scores->metric_count; i++) {
        if (scores->metrics[i].note[0] != '\0') {
            fprintf(out, "  %s\n", scores->metrics[i].note);
        }
    }
}
