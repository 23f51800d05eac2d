/* src/predict/scores.c — prints scores. */
#include "predict/scores.h"

#include "core/text.h"
#include "inspect/model_print.h"
#include "predict/metrics_print.h"

#include <inttypes.h>
#include <math.h>

#define OUTPUTS_SHOWN 32

double fcnn_scores_metric(const fcnn_scores *scores)
{
    return scores->outputs > 0 ? scores->mean_r2 : scores->accuracy;
}

double fcnn_scores_value(const fcnn_scores *scores, fcnn_stop_metric metric)
{
    for (int i = 0; metric != FCNN_STOP_LOSS && i < scores->metric_count; i++) {
        if (scores->metrics[i].metric == fcnn_metric_of(metric)) {
            return scores->metrics[i].number[0].value;
        }
    }
    if (metric == FCNN_METRIC_R2) {
        return scores->outputs > 0 ? scores->mean_r2 : NAN;
    }
    return metric == FCNN_METRIC_ACCURACY ? scores->accuracy : scores->loss;
}

bool fcnn_scores_is_higher_better(fcnn_stop_metric metric)
{
    return metric != FCNN_STOP_LOSS && !fcnn_metric_of(metric)->is_error;
}

bool fcnn_scores_may_lack(fcnn_stop_metric metric)
{
    return metric != FCNN_STOP_LOSS && fcnn_metric_of(metric)->may_lack;
}

const char *fcnn_scores_value_name(fcnn_stop_metric metric)
{
    return metric == FCNN_STOP_LOSS   ? "validation loss"
           : metric == FCNN_METRIC_R2 ? "mean R2"
                                      : fcnn_metric_of(metric)->name;
}

void fcnn_scores_show(const fcnn_scores *scores, double shown[FCNN_SCORES_SHOWN])
{
    int count = 0;
    for (int i = 0; i < scores->metric_count && count < FCNN_SCORES_SHOWN; i++) {
        if (scores->metrics[i].numbers > 0) {
            shown[count++] = scores->metrics[i].number[0].value;
        }
    }
    if (scores->metric_count == 0) {
        shown[count++] = fcnn_scores_metric(scores);
    }
    while (count < FCNN_SCORES_SHOWN) {
        shown[count++] = NAN;
    }
}

/* ---- outputs ---- */

/* Sets label to the name and unit of a column, or to its number, counted from 1. */
static void label_output(const fcnn_model *model, int64_t column, char label[FCNN_COLUMN_LABEL_BYTES])
{
    if (!fcnn_column_names_label(&model->targets_names, column, label)) {
        snprintf(label, FCNN_COLUMN_LABEL_BYTES, "%6" PRId64, column + 1);
    }
}

/* Prints R², or a dash if it is NaN. */
static void print_r2(double r2, int width, FILE *out)
{
    if (isnan(r2)) {
        fprintf(out, "%*s", width, "-");
    } else {
        fprintf(out, "%*.6f", width, r2);
    }
}

/* Explains why some outputs have no R². */
static void explain_r2(const fcnn_scores *scores, FILE *out)
{
    const int64_t constant = scores->outputs - scores->varying;
    if (constant == 1) {
        fprintf(out, "  R2 is - if the target is the same in all rows%s\n",
                scores->varying > 0 ? "; the mean R2 does not include this output" : "");
    } else if (constant > 1) {
        fprintf(out, "  R2 is - if the target is the same in all rows, which is true for %" PRId64 " outputs%s\n",
                constant, scores->varying > 0 ? "; the mean R2 does not include them" : "");
    }
}

static void print_outputs(const fcnn_scores *scores, const fcnn_model *model, FILE *out)
{
    char label[FCNN_COLUMN_LABEL_BYTES];
    const int64_t shown = scores->outputs < OUTPUTS_SHOWN ? scores->outputs : OUTPUTS_SHOWN;
    int width = 6;
    for (int64_t i = 0; i < shown; i++) {
        label_output(model, i, label);
        width = fcnn_text_width(label) > width ? fcnn_text_width(label) : width;
    }
    const char *r2 = scores->is_weighted ? "weighted R2" : "R2", *rmse = scores->is_weighted ? "weighted RMSE" : "RMSE";
    const int rmse_width = scores->is_weighted ? 13 : 12;
    const bool counts = scores->targets < scores->all_targets; /* some are missing */
    fprintf(out, "  %-*s %12s %*s %12s%s\n", width, "output", r2, rmse_width, rmse, "max error",
            counts ? "      targets" : "");
    for (int64_t i = 0; i < shown; i++) {
        label_output(model, i, label);
        fprintf(out, "  %s%*s ", label, width - fcnn_text_width(label), "");
        print_r2(scores->r2[i], 12, out);
        fprintf(out, " %*.6g %12.6g", rmse_width, scores->rmse[i], scores->max_error[i]);
        if (counts) {
            fprintf(out, " %12" PRId64, scores->output_targets[i]);
        }
        fputc('\n', out);
    }
    if (scores->outputs > shown) {
        fprintf(out, "  … %" PRId64 " more; mean R2 of all ", scores->outputs - shown);
        print_r2(scores->mean_r2, 0, out);
        fputc('\n', out);
    }
    explain_r2(scores, out);
}

/* ---- classes ---- */

/* Prints part/all in percent, or a dash if all is 0. */
static void print_part(uint64_t part, uint64_t all, FILE *out)
{
    if (all == 0) {
        fprintf(out, " %11s", "-");
    } else {
        fprintf(out, " %9.2f %%", 100 * (double)part / (double)all);
    }
}

static void print_class(const char *name, int64_t number, int width, FILE *out)
{
    if (name != NULL) {
        fcnn_model_print_foreign(name, out);
        fprintf(out, "%*s", width - fcnn_text_width(name), "");
    } else {
        fprintf(out, "%6" PRId64 "%*s", number, width - 6, "");
    }
}

static void print_classes(const fcnn_scores *scores, const fcnn_model *model, FILE *out)
{
    int width = 6;
    for (int64_t i = 0; i < scores->class_count; i++) {
        const char *name = fcnn_model_class_name(model, i);
        width = name != NULL && fcnn_text_width(name) > width ? fcnn_text_width(name) : width;
    }
    if (scores->class_count > 0) {
        fprintf(out, "  %-*s %11s %11s %11s %11s\n", width, "class", "rows", "right", "precision", "recall");
    }
    for (int64_t i = 0; i < scores->class_count; i++) {
        const fcnn_class_score *score = &scores->classes[i];
        fprintf(out, "  ");
        print_class(fcnn_model_class_name(model, i), i, width, out);
        fprintf(out, " %11" PRIu64 " %11" PRIu64, score->rows, score->right);
        print_part(score->right, score->taken, out);
        print_part(score->right, score->rows, out);
        fputc('\n', out);
    }
}

/* Ends a line, after the numbers of targets if some are missing. */
static void print_missing(const fcnn_scores *scores, FILE *out)
{
    if (scores->targets < scores->all_targets) {
        fprintf(out, ", %" PRId64 " of %" PRId64 " targets", scores->targets, scores->all_targets);
    }
    if (scores->scored < scores->rows) {
        fprintf(out, ", %" PRId64 " rows without targets", scores->rows - scores->scored);
    }
    fputc('\n', out);
}

void fcnn_scores_print(const fcnn_scores *scores, const char *title, const fcnn_model *model, FILE *out)
{
    const char *weighted = scores->is_weighted ? "weighted " : "";
    fprintf(out, "%s: %sloss %.8g", title, weighted, scores->loss);
    if (scores->metric_count > 0) {
        fprintf(out, ", %" PRId64 " rows\n", scores->rows);
        fcnn_metrics_print(scores, model, out);
        return;
    }
    if (scores->outputs > 0) {
        fprintf(out, ", %" PRId64 " rows", scores->rows);
        print_missing(scores, out);
        print_outputs(scores, model, out);
        return;
    }
    if (isnan(scores->accuracy)) {
        fprintf(out, ", %" PRId64 " rows", scores->rows);
        print_missing(scores, out);
        return;
    }
    fprintf(out, ", %saccuracy %.2f %%, %" PRId64 " of %" PRId64 " rows right", weighted, 100 * scores->accuracy,
            scores->right, scores->scored);
    print_missing(scores, out);
    print_classes(scores, model, out);
}
