/* src/predict/part_names.c — prints the names of classes and of outputs. */
#include "predict/part_names.h"

#include "core/text.h"
#include "inspect/model_print.h"

#include <inttypes.h>

enum { LEAST_WIDTH = 6 };

/* Sets label to the name and unit of an output, or to its number, counted from 1. */
static void label_output(const fcnn_model *model, int64_t output, char label[FCNN_COLUMN_LABEL_BYTES])
{
    if (!fcnn_column_names_label(&model->targets_names, output, label)) {
        snprintf(label, FCNN_COLUMN_LABEL_BYTES, "%*" PRId64, LEAST_WIDTH, output + 1);
    }
}

void fcnn_part_names_print(const fcnn_scores *scores, const fcnn_model *model, int64_t part, int width, FILE *out)
{
    char label[FCNN_COLUMN_LABEL_BYTES];
    const char *name = fcnn_model_class_name(model, part);
    if (scores->parts_are_outputs) {
        label_output(model, part, label);
        fprintf(out, "%s%*s", label, width - fcnn_text_width(label), "");
    } else if (name != NULL) {
        fcnn_model_print_foreign(name, out);
        fprintf(out, "%*s", width - fcnn_text_width(name), "");
    } else {
        fprintf(out, "%*" PRId64 "%*s", LEAST_WIDTH, part, width - LEAST_WIDTH, "");
    }
}

int fcnn_part_names_width(const fcnn_scores *scores, const fcnn_model *model, int64_t shown)
{
    int most = LEAST_WIDTH;
    for (int64_t part = 0; part < shown; part++) {
        char label[FCNN_COLUMN_LABEL_BYTES] = "";
        const char *name = scores->parts_are_outputs ? label : fcnn_model_class_name(model, part);
        if (scores->parts_are_outputs) {
            label_output(model, part, label);
        }
        most = name != NULL && fcnn_text_width(name) > most ? fcnn_text_width(name) : most;
    }
    return most;
}
