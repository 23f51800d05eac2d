/* src/data/targets.c — what kind of targets a dataset has. */
#include "data/targets.h"

#include "core/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

void fcnn_targets_summarize(const fcnn_dataset *dataset, fcnn_comm *comm, fcnn_target_summary *out)
{
    const fcnn_table *targets = &dataset->targets;
    double found[2] = {0, -INFINITY}; /* another value than 0 or 1; the largest */
    for (int64_t row = 0; row < targets->rows; row++) {
        for (int64_t column = 0; column < targets->width; column++) {
            const double value = fcnn_table_value(targets, row, column);
            found[0] = value == 0 || value == 1 ? found[0] : 1;
            found[1] = value > found[1] ? value : found[1];
        }
    }
    fcnn_comm_max_doubles(comm, 2, found);
    *out = (fcnn_target_summary){
        .one_column = dataset->one_target_column,
        .integer_type = fcnn_type_is_integer(targets->type),
        .zero_or_one = found[0] == 0,
        .largest = found[1],
    };
}

static fcnn_status bad_label(const fcnn_dataset *dataset, int64_t row, double value, int64_t classes)
{
    const char *what = value != floor(value) ? "is not a whole number" : value < 0 ? "is negative" : NULL;
    if (what != NULL) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s: row %" PRId64
                         " (counting from 0) has the label %.17g, which %s: classes are numbered "
                         "from 0; for a regression say model.output = linear",
                         dataset->file, dataset->targets_name, fcnn_dataset_file_row(dataset, row), value, what);
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 " (counting from 0) has the label %.17g, but the network has %" PRId64
                     " classes, 0 to %" PRId64 ": set model.classes",
                     dataset->file, dataset->targets_name, fcnn_dataset_file_row(dataset, row), value, classes,
                     classes - 1);
}

static fcnn_status convert_labels(const fcnn_dataset *dataset, int64_t classes, int32_t **labels)
{
    const fcnn_table *targets = &dataset->targets;
    if (!dataset->one_target_column) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s has %" PRId64 " columns, but class labels are one number a row: for a regression say "
                         "model.output = linear",
                         dataset->file, dataset->targets_name, targets->width);
    }
    int32_t *converted;
    FCNN_TRY(fcnn_memory_create("the labels", targets->rows, sizeof *converted, &converted));
    for (int64_t row = 0; row < targets->rows; row++) {
        const double value = fcnn_table_value(targets, row, 0);
        if (!(value >= 0 && value < (double)classes && value == floor(value))) {
            free(converted);
            return bad_label(dataset, row, value, classes);
        }
        converted[row] = (int32_t)value;
    }
    *labels = converted;
    return FCNN_OK;
}

fcnn_status fcnn_targets_labels(const fcnn_dataset *dataset, fcnn_comm *comm, int64_t classes, int32_t **labels)
{
    int32_t *converted = NULL;
    const fcnn_status status = fcnn_comm_agree(comm, convert_labels(dataset, classes, &converted));
    if (status != FCNN_OK) {
        free(converted);
        return status;
    }
    *labels = converted;
    return FCNN_OK;
}

static fcnn_status check_unit(const fcnn_dataset *dataset)
{
    const fcnn_table *targets = &dataset->targets;
    for (int64_t row = 0; row < targets->rows; row++) {
        for (int64_t column = 0; column < targets->width; column++) {
            const double value = fcnn_table_value(targets, row, column);
            if (!(value >= 0 && value <= 1)) {
                return fcnn_fail(FCNN_EDATA,
                                 "%s: %s: row %" PRId64 ", column %" PRId64 " (counting from 0) is %.17g: binary cross "
                                 "entropy needs targets from 0 to 1",
                                 dataset->file, dataset->targets_name, fcnn_dataset_file_row(dataset, row), column,
                                 value);
            }
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_targets_check_unit(const fcnn_dataset *dataset, fcnn_comm *comm)
{
    return fcnn_comm_agree(comm, check_unit(dataset));
}
