/* src/inspect/survey_pair.c — finds the tables of a file that are probably inputs and targets. */
#include "inspect/survey.h"

#include <string.h>

/* Common names of inputs and targets in one group, and of test inputs and targets. */
static const struct {
    const char *inputs, *targets, *test_inputs, *test_targets;
} usual[] = {
    {"train/x", "train/y", "test/x", "test/y"},
    {"x_train", "y_train", "x_test", "y_test"},
    {"X_train", "y_train", "X_test", "y_test"},
    {"x", "y", NULL, NULL},
    {"X", "y", NULL, NULL},
    {"X", "Y", NULL, NULL},
    {"inputs", "targets", NULL, NULL},
    {"features", "targets", NULL, NULL},
    {"features", "labels", NULL, NULL},
    {"images", "labels", NULL, NULL},
    {"data", "labels", NULL, NULL},
    {"data", "target", NULL, NULL},
};

static bool is_candidate(const fcnn_hdf5_table *table)
{
    return table->refusal == NULL && !table->is_records && table->info.rank > 0 &&
           fcnn_survey_width(table, false) > 0 && fcnn_survey_may_be_written(table->name);
}

/* Returns whether two tables have the same number of rows, contain numbers, and the second one can be targets. */
static bool fit(const fcnn_hdf5_table *inputs, const fcnn_hdf5_table *targets, bool by_columns)
{
    return is_candidate(inputs) && is_candidate(targets) && !inputs->info.is_text &&
           (!targets->info.is_text || fcnn_survey_width(targets, by_columns) == 1) &&
           fcnn_survey_rows(inputs, by_columns) == fcnn_survey_rows(targets, by_columns);
}

/* Returns the table whose name is the first `length` bytes of prefix and then `name`; NULL: none. */
static const fcnn_hdf5_table *find(const fcnn_hdf5_survey *survey, const char *prefix, size_t length, const char *name)
{
    for (int64_t i = 0; name != NULL && i < survey->count; i++) {
        const char *own = survey->tables[i].name;
        if (strlen(own) == length + strlen(name) && strncmp(own, prefix, length) == 0 &&
            strcmp(own + length, name) == 0) {
            return &survey->tables[i];
        }
    }
    return NULL;
}

/* Finds a pair with common names, if the file has exactly one. */
static bool take_usual(const fcnn_hdf5_survey *survey, size_t names, bool by_columns, fcnn_survey_pair *out)
{
    int found = 0;
    for (int64_t i = 0; i < survey->count; i++) {
        const fcnn_hdf5_table *inputs = &survey->tables[i];
        const size_t whole = strlen(inputs->name), own = strlen(usual[names].inputs);
        if (whole <= own || inputs->name[whole - own - 1] != '/' ||
            strcmp(inputs->name + whole - own, usual[names].inputs) != 0) {
            continue;
        }
        const size_t length = whole - own;
        const fcnn_hdf5_table *targets = find(survey, inputs->name, length, usual[names].targets);
        if (targets == NULL || !fit(inputs, targets, by_columns)) {
            continue;
        }
        found++;
        *out = (fcnn_survey_pair){.inputs = inputs, .targets = targets, .by_columns = by_columns};
        const fcnn_hdf5_table *more = find(survey, inputs->name, length, usual[names].test_inputs);
        const fcnn_hdf5_table *labels = find(survey, inputs->name, length, usual[names].test_targets);
        if (more != NULL && labels != NULL && fit(more, labels, by_columns)) {
            out->test_inputs = more;
            out->test_targets = labels;
        }
    }
    return found == 1;
}

/* Uses the only two candidates; the wider one becomes the inputs. */
static bool take_only_two(const fcnn_hdf5_survey *survey, bool by_columns, fcnn_survey_pair *out)
{
    const fcnn_hdf5_table *two[2] = {NULL, NULL};
    int count = 0;
    for (int64_t i = 0; i < survey->count && count <= 2; i++) {
        if (is_candidate(&survey->tables[i])) {
            two[count % 2] = &survey->tables[i];
            count++;
        }
    }
    if (count != 2 || fcnn_survey_width(two[0], by_columns) == fcnn_survey_width(two[1], by_columns)) {
        return false;
    }
    const int wider = fcnn_survey_width(two[1], by_columns) > fcnn_survey_width(two[0], by_columns);
    *out = (fcnn_survey_pair){.inputs = two[wider], .targets = two[!wider], .by_columns = by_columns};
    const bool looks_turned = fcnn_survey_rows(out->inputs, by_columns) > fcnn_survey_width(out->inputs, by_columns);
    return fit(out->inputs, out->targets, by_columns) && (!by_columns || looks_turned);
}

void fcnn_survey_find_pair(const fcnn_hdf5_survey *survey, fcnn_survey_pair *out)
{
    for (int by_columns = 0; by_columns < 2; by_columns++) {
        for (size_t names = 0; names < sizeof usual / sizeof *usual; names++) {
            if (take_usual(survey, names, by_columns != 0, out)) {
                return;
            }
        }
        if (take_only_two(survey, by_columns != 0, out)) {
            return;
        }
    }
    *out = (fcnn_survey_pair){.by_columns = false};
}
