/* src/model/column_statistics.c — minimum, maximum and mean of each column of the training rows. */
#include "model/column_statistics.h"

#include "core/log.h"
#include "core/memory.h"
#include "data/column_sums.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fcnn_status fcnn_column_statistics_create(int64_t count, fcnn_column_statistics *out)
{
    fcnn_column_statistics statistics = {.count = count};
    fcnn_status status = fcnn_memory_create("the ranges", count, sizeof(double), &statistics.smallest);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the ranges", count, sizeof(double), &statistics.largest);
    }
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the means", count, sizeof(double), &statistics.mean);
    }
    if (status != FCNN_OK) {
        fcnn_column_statistics_clear(&statistics);
        return status;
    }
    *out = statistics;
    return FCNN_OK;
}

void fcnn_column_statistics_clear(fcnn_column_statistics *statistics)
{
    free(statistics->smallest);
    free(statistics->largest);
    free(statistics->mean);
    *statistics = (fcnn_column_statistics){0};
}

/* Adds this rank's rows; targets may be NULL. */
static fcnn_status add_rows(fcnn_dataset *dataset, fcnn_column_sums *inputs, fcnn_column_sums *targets)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        fcnn_column_sums_add(inputs, &block.inputs);
        if (targets != NULL) {
            fcnn_column_sums_add(targets, &block.targets);
        }
    }
    fcnn_cursor_close(&cursor);
    return status;
}

/* Fails if all targets of a column are missing. */
static fcnn_status check_values(const fcnn_dataset *dataset, const fcnn_column_sums *targets)
{
    for (int64_t column = 0; column < targets->columns; column++) {
        if (targets->counts[column] == 0) {
            return fcnn_fail(FCNN_EDATA,
                             "%s: %s: column %" PRId64
                             " (counting from 0) has no value in any training row, so nothing "
                             "can be learned about it: remove the column from data.targets",
                             dataset->source.file, dataset->source.targets_name, column);
        }
    }
    return FCNN_OK;
}

/* Makes both sums those of all ranks; targets may be NULL. Collective. */
static fcnn_status sum_up(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_column_sums *inputs, fcnn_column_sums *targets)
{
    fcnn_status status = fcnn_column_sums_create(dataset->rows.inputs.width, dataset->rows.inputs.type, inputs);
    if (status == FCNN_OK && targets != NULL) {
        status = fcnn_column_sums_create(dataset->rows.targets.width, dataset->rows.targets.type, targets);
    }
    FCNN_TRY(fcnn_comm_agree(comm, status));
    FCNN_TRY(fcnn_comm_agree_named(comm, add_rows(dataset, inputs, targets)));
    fcnn_column_sums_over_ranks(inputs, comm);
    if (targets != NULL) {
        fcnn_column_sums_over_ranks(targets, comm);
    }
    return targets != NULL ? check_values(dataset, targets) : FCNN_OK;
}

static fcnn_status take(const fcnn_column_sums *sums, fcnn_column_statistics *out)
{
    FCNN_TRY(fcnn_column_statistics_create(sums->columns, out));
    for (int64_t column = 0; column < sums->columns; column++) {
        out->smallest[column] = sums->smallest[column];
        out->largest[column] = sums->largest[column];
        out->mean[column] = fcnn_column_sums_mean(sums, column);
    }
    return FCNN_OK;
}

fcnn_status fcnn_column_statistics_find(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_column_statistics *inputs,
                                        fcnn_column_statistics *targets)
{
    fcnn_column_sums sums[2] = {0};
    fcnn_column_statistics found[2] = {0};
    fcnn_status status = sum_up(dataset, comm, &sums[0], targets != NULL ? &sums[1] : NULL);
    if (status == FCNN_OK) {
        status = take(&sums[0], &found[0]);
        if (status == FCNN_OK && targets != NULL) {
            status = take(&sums[1], &found[1]);
        }
        status = fcnn_comm_agree(comm, status);
    }
    fcnn_column_sums_clear(&sums[0]);
    fcnn_column_sums_clear(&sums[1]);
    if (status != FCNN_OK) {
        fcnn_column_statistics_clear(&found[0]);
        fcnn_column_statistics_clear(&found[1]);
        return status;
    }
    *inputs = found[0];
    if (targets != NULL) {
        *targets = found[1];
    }
    return FCNN_OK;
}

/* ---- constant columns ---- */

bool fcnn_column_statistics_is_constant(const fcnn_column_statistics *statistics, int64_t column)
{
    return statistics->smallest[column] == statistics->largest[column];
}

/* Returns whether the values of a column may differ only by rounding: their range is at most 10^-12 of their
 * magnitude. */
static bool is_nearly_constant(const fcnn_column_statistics *statistics, int64_t column)
{
    const double smallest = fabs(statistics->smallest[column]), largest = fabs(statistics->largest[column]);
    return !fcnn_column_statistics_is_constant(statistics, column) &&
           statistics->largest[column] - statistics->smallest[column] <=
               1e-12 * (largest > smallest ? largest : smallest);
}

/* Warns with the names of the columns for which `is` returns true. */
static void warn_of(const fcnn_column_statistics *statistics, const fcnn_dataset *dataset,
                    bool holds(const fcnn_column_statistics *statistics, int64_t column), const char *what)
{
    enum { NAMED = 5 };
    char list[NAMED * (FCNN_COLUMN_LABEL_BYTES + 40)] = "", label[FCNN_COLUMN_LABEL_BYTES], value[32];
    int64_t found = 0;
    size_t length = 0;
    for (int64_t column = 0; column < statistics->count; column++) {
        if (!holds(statistics, column)) {
            continue;
        }
        if (found++ < NAMED) {
            if (!fcnn_column_names_label(&dataset->source.inputs.names, column, label)) {
                snprintf(label, sizeof label, "%" PRId64 " (counting from 0)", column);
            }
            fcnn_text_from_double(statistics->smallest[column], value);
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%s is %s", length > 0 ? ", " : "", label,
                                       value);
        }
    }
    if (found > 0) {
        fcnn_log_warning(
            "%s: %s: %" PRId64 " of %" PRId64
            " columns have %s in all training rows (%s%s): the network cannot learn their effect, and another value in "
            "a later row changes its predictions arbitrarily; remove such columns from data.inputs",
            dataset->source.file, dataset->source.inputs_name, found, statistics->count, what, list,
            found > NAMED ? ", ..." : "");
    }
}

void fcnn_column_statistics_warn_of_constants(const fcnn_column_statistics *statistics, const fcnn_dataset *dataset)
{
    warn_of(statistics, dataset, fcnn_column_statistics_is_constant, "the same value");
    warn_of(statistics, dataset, is_nearly_constant, "the same value except for rounding");
}
