/* src/data/targets.c — what kind of targets a dataset has. */
#include "data/targets.h"

#include <inttypes.h>
#include <math.h>

fcnn_status fcnn_targets_summarize(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_target_summary *out)
{
    double found[2] = {0, -INFINITY}; /* another value than 0 or 1; the largest */
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(dataset, 0, &block, &status);) {
        for (int64_t row = 0; row < block.targets.rows; row++) {
            for (int64_t column = 0; column < block.targets.width; column++) {
                const double value = fcnn_table_value(&block.targets, row, column);
                found[0] = value == 0 || value == 1 ? found[0] : 1;
                found[1] = value > found[1] ? value : found[1];
            }
        }
    }
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, status)));
    fcnn_comm_max_doubles(comm, 2, found);
    const double last_class = dataset->targets_columns.is_text ? (double)dataset->classes.count - 1 : -1;
    *out = (fcnn_target_summary){
        .one_column = dataset->one_target_column,
        .integer_type = fcnn_type_is_integer(dataset->targets.type),
        .zero_or_one = found[0] == 0,
        .largest = last_class > found[1] ? last_class : found[1],
    };
    return FCNN_OK;
}

static fcnn_status bad_label(const fcnn_dataset *dataset, int64_t row, double value, int64_t classes)
{
    int64_t file_row;
    const char *path = fcnn_dataset_place(dataset, row, &file_row);
    const char *what = value != floor(value) ? "is not a whole number" : value < 0 ? "is negative" : NULL;
    if (what != NULL) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s: row %" PRId64
                         " (counting from 0) has the label %.17g, which %s: classes are numbered "
                         "from 0; for a regression say model.output = linear",
                         path, dataset->targets_name, file_row, value, what);
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 " (counting from 0) has the label %.17g, but the network has %" PRId64
                     " classes, 0 to %" PRId64 ": set model.classes",
                     path, dataset->targets_name, file_row, value, classes, classes - 1);
}

static fcnn_status check_labels(fcnn_dataset *dataset, int64_t classes)
{
    if (!dataset->one_target_column) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s has %" PRId64 " columns, but class labels are one number a row: for a regression say "
                         "model.output = linear",
                         dataset->file, dataset->targets_name, dataset->targets.width);
    }
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(dataset, 0, &block, &status);) {
        for (int64_t row = 0; row < block.targets.rows; row++) {
            const double value = fcnn_table_value(&block.targets, row, 0);
            if (!(value >= 0 && value < (double)classes && value == floor(value))) {
                return bad_label(dataset, block.first + row, value, classes);
            }
        }
    }
    return status;
}

fcnn_status fcnn_targets_check_labels(fcnn_dataset *dataset, fcnn_comm *comm, int64_t classes)
{
    return fcnn_comm_agree(comm, check_labels(dataset, classes));
}

void fcnn_targets_labels(const fcnn_table *targets, int32_t *labels)
{
    for (int64_t row = 0; row < targets->rows; row++) {
        labels[row] = (int32_t)fcnn_table_value(targets, row, 0);
    }
}

static fcnn_status bad_unit(const fcnn_dataset *dataset, int64_t row, int64_t column, double value)
{
    int64_t file_row;
    const char *path = fcnn_dataset_place(dataset, row, &file_row);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 ", column %" PRId64 " (counting from 0) is %.17g: binary cross "
                     "entropy needs targets from 0 to 1",
                     path, dataset->targets_name, file_row, column, value);
}

static fcnn_status check_unit(fcnn_dataset *dataset)
{
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(dataset, 0, &block, &status);) {
        for (int64_t row = 0; row < block.targets.rows; row++) {
            for (int64_t column = 0; column < block.targets.width; column++) {
                const double value = fcnn_table_value(&block.targets, row, column);
                if (!(value >= 0 && value <= 1)) {
                    return bad_unit(dataset, block.first + row, column, value);
                }
            }
        }
    }
    return status;
}

fcnn_status fcnn_targets_check_unit(fcnn_dataset *dataset, fcnn_comm *comm)
{
    return fcnn_comm_agree(comm, check_unit(dataset));
}
