/* src/predict/confusion_print.c — prints how many rows of each class are predicted as each class. */
#include "predict/confusion_print.h"

#include "core/text.h"
#include "inspect/model_print.h"
#include "predict/part_names.h"

#include <inttypes.h>
#include <stdio.h>

enum { MATRIX_CLASSES = 12, NAME_WIDTH = 10, PAIRS_SHOWN = 20 };

/* The head of a column: the name of the class, or its number if the class has a long name or none. */
static void print_head(const fcnn_model *model, int64_t class, FILE *out)
{
    const char *name = fcnn_model_class_name(model, class);
    if (name != NULL && fcnn_text_width(name) <= NAME_WIDTH) {
        fprintf(out, " %*s", NAME_WIDTH - fcnn_text_width(name), "");
        fcnn_model_print_foreign(name, out);
    } else {
        fprintf(out, " %*" PRId64, NAME_WIDTH, class);
    }
}

static void print_matrix(const fcnn_scores *scores, const fcnn_model *model, FILE *out)
{
    const int width = fcnn_part_names_width(scores, model, scores->parts);
    fprintf(out, "  rows of each class (lines) by predicted class (columns)\n  %*s", width, "");
    for (int64_t class = 0; class < scores->parts; class ++) {
        print_head(model, class, out);
    }
    fputc('\n', out);
    for (int64_t class = 0; class < scores->parts; class ++) {
        fprintf(out, "  ");
        fcnn_part_names_print(scores, model, class, width, out);
        for (int64_t taken = 0; taken < scores->parts; taken++) {
            fprintf(out, " %*" PRIu64, NAME_WIDTH, scores->confusion[class * scores->parts + taken]);
        }
        fputc('\n', out);
    }
}

/* Whether a pair comes before another: more rows, or the same number and a lower place. */
static bool is_before(const fcnn_scores *scores, int64_t pair, int64_t other)
{
    const uint64_t rows = scores->confusion[pair], others = scores->confusion[other];
    return rows > others || (rows == others && pair < other);
}

/* Finds the most frequent pairs of different classes, in descending order.  Returns their number. */
static int find_pairs(const fcnn_scores *scores, int64_t pairs[PAIRS_SHOWN])
{
    int count = 0;
    for (int64_t pair = 0; pair < scores->parts * scores->parts; pair++) {
        const bool is_right = pair / scores->parts == pair % scores->parts;
        if (is_right || scores->confusion[pair] == 0 ||
            (count == PAIRS_SHOWN && !is_before(scores, pair, pairs[count - 1]))) {
            continue;
        }
        int place = count < PAIRS_SHOWN ? count++ : PAIRS_SHOWN - 1;
        for (; place > 0 && is_before(scores, pair, pairs[place - 1]); place--) {
            pairs[place] = pairs[place - 1];
        }
        pairs[place] = pair;
    }
    return count;
}

static void print_pairs(const fcnn_scores *scores, const fcnn_model *model, FILE *out)
{
    int64_t pairs[PAIRS_SHOWN];
    const int count = find_pairs(scores, pairs), width = fcnn_part_names_width(scores, model, scores->parts);
    fprintf(out, "  the most frequent confusions\n  %-*s  %-*s %11s\n", width, "class", width < 9 ? 9 : width,
            "predicted", "rows");
    for (int i = 0; i < count; i++) {
        fprintf(out, "  ");
        fcnn_part_names_print(scores, model, pairs[i] / scores->parts, width, out);
        fprintf(out, "  ");
        fcnn_part_names_print(scores, model, pairs[i] % scores->parts, width < 9 ? 9 : width, out);
        fprintf(out, " %11" PRIu64 "\n", scores->confusion[pairs[i]]);
    }
}

void fcnn_confusion_print(const fcnn_scores *scores, const fcnn_model *model, FILE *out)
{
    if (scores->parts <= MATRIX_CLASSES) {
        print_matrix(scores, model, out);
    } else {
        print_pairs(scores, model, out);
    }
}
