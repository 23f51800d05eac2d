/* src/model/domain.c — checks that values can be transformed. */
#include "model/domain.h"

#include <inttypes.h>
#include <math.h>

static fcnn_status outside_domain(const fcnn_dataset *dataset, fcnn_side side, const fcnn_transform *transform,
                                  int64_t row, int64_t column, double value)
{
    int64_t file_row;
    const char *path = fcnn_dataset_place(dataset, row, &file_row);
    const bool is_input = side == FCNN_SIDE_INPUTS;
    return fcnn_fail(
        FCNN_EDATA,
        "%s: %s: row %" PRId64 ", column %" PRId64
        " (counting from 0) is %.17g, but data.%s = %s takes numbers above %g: choose another word for this "
        "column, such as asinh or standardize, or leave such rows out",
        path, is_input ? dataset->source.inputs_name : dataset->source.targets_name, file_row, column, value,
        is_input ? "normalize" : "normalize_targets", fcnn_transform_words[transform->kind],
        fcnn_transform_limit(transform));
}

static fcnn_status check_block(const fcnn_dataset *dataset, fcnn_side side, const fcnn_normalizer *normalizer,
                               const fcnn_block *block)
{
    const fcnn_table *table = side == FCNN_SIDE_INPUTS ? &block->inputs : &block->targets;
    for (int64_t row = 0; row < table->rows; row++) {
        for (int64_t column = 0; column < table->width; column++) {
            const fcnn_transform *transform = fcnn_normalizer_transform(normalizer, column);
            const double value = fcnn_table_value(table, row, column);
            if (transform != NULL && !isnan(value) && !fcnn_transform_takes(transform, value)) {
                return outside_domain(dataset, side, transform, block->first + row, column, value);
            }
        }
    }
    return FCNN_OK;
}

static fcnn_status check_rows(const fcnn_dataset *dataset, fcnn_side side, const fcnn_normalizer *normalizer)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        status = check_block(dataset, side, normalizer, &block);
    }
    fcnn_cursor_close(&cursor);
    return status;
}

fcnn_status fcnn_domain_check(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side, const fcnn_normalizer *normalizer)
{
    bool has_limit = false;
    for (int64_t column = 0; column < normalizer->count; column++) {
        const fcnn_transform *transform = fcnn_normalizer_transform(normalizer, column);
        has_limit = has_limit || (transform != NULL && isfinite(fcnn_transform_limit(transform)));
    }
    return has_limit ? fcnn_comm_agree(comm, check_rows(dataset, side, normalizer)) : FCNN_OK;
}
