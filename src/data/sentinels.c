/* src/data/sentinels.c — finds numbers that may be codes for missing values. */
#include "data/sentinels.h"

#include "core/log.h"
#include "core/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WARNINGS_MOST = 5 };

/* ---- one column ---- */

void fcnn_column_ends_add(fcnn_column_ends *ends, double value)
{
    if (!isfinite(value)) {
        return;
    }
    if (ends->values++ == 0) {
        *ends = (fcnn_column_ends){1, value, value, INFINITY, -INFINITY, 1, 1};
        return;
    }
    if (value < ends->smallest) {
        ends->second = ends->smallest;
        ends->smallest = value;
        ends->at_smallest = 1;
    } else if (value == ends->smallest) {
        ends->at_smallest++;
    } else if (value < ends->second) {
        ends->second = value;
    }
    if (value > ends->largest) {
        ends->below = ends->largest;
        ends->largest = value;
        ends->at_largest = 1;
    } else if (value == ends->largest) {
        ends->at_largest++;
    } else if (value > ends->below) {
        ends->below = value;
    }
}

/* Returns whether codes with this value are common. */
static bool is_usual(double value)
{
    /* used by instruments, models, wells, maps (the largest numbers of their types), netCDF and R */
    static const double codes[] = {-99,
                                   -99.9,
                                   -999,
                                   -999.9,
                                   -999.25,
                                   -9999,
                                   -99999,
                                   -999999,
                                   9999,
                                   99999,
                                   999999,
                                   1e15,
                                   1e20,
                                   -1e20,
                                   1e30,
                                   -1e30,
                                   1e35,
                                   -1e35,
                                   1e36,
                                   1e37,
                                   -9.99e33,
                                   1e38,
                                   9.969209968386869e36,
                                   -32767,
                                   -32768,
                                   32767,
                                   65535,
                                   -2147483647.0,
                                   -2147483648.0,
                                   2147483647,
                                   4294967295,
                                   3.4028234663852886e38,
                                   -3.4028234663852886e38,
                                   1.7976931348623157e308,
                                   -1.7976931348623157e308};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (value == codes[i] || (fabs(codes[i]) < 3.5e38 && value == (double)(float)codes[i])) {
            return true;
        }
    }
    return false;
}

/* Returns whether the value is farther from the next one than the others are from each other. */
static bool is_lonely(double value, double next, double other_end)
{
    return !isfinite(next) || fabs(next - value) > fabs(other_end - next);
}

bool fcnn_sentinel_find(const fcnn_column_ends *ends, double *value, double *next, uint64_t *count)
{
    if (ends->values == 0) {
        return false;
    }
    const bool low = is_usual(ends->smallest), high = is_usual(ends->largest);
    const bool two = low && high && ends->second < ends->largest; /* both may be codes, with values between them */
    if (low && is_lonely(ends->smallest, ends->second, two ? ends->below : ends->largest)) {
        *value = ends->smallest;
        *next = ends->second;
        *count = ends->at_smallest;
        return true;
    }
    if (high && is_lonely(ends->largest, ends->below, two ? ends->second : ends->smallest)) {
        *value = ends->largest;
        *next = ends->below;
        *count = ends->at_largest;
        return true;
    }
    return false;
}

/* ---- all columns of a dataset ---- */

/* Adds this rank's values between the known minimum and maximum. */
static fcnn_status look_at_rows(fcnn_dataset *dataset, bool are_targets, int64_t columns, fcnn_column_ends *ends)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        const fcnn_table *table = are_targets ? &block.targets : &block.inputs;
        for (int64_t row = 0; row < table->rows; row++) {
            for (int64_t column = 0; column < columns; column++) {
                const double value = fcnn_table_value(table, row, column);
                fcnn_column_ends *own = &ends[column];
                own->second = value > own->smallest && value < own->second ? value : own->second;
                own->below = value < own->largest && value > own->below ? value : own->below;
                own->at_smallest += value == own->smallest;
                own->at_largest += value == own->largest;
            }
        }
    }
    fcnn_cursor_close(&cursor);
    return status;
}

/* Merges the results of all ranks. work [2][columns] and counts [2][columns] are work arrays. Collective. */
static void join(fcnn_comm *comm, int64_t columns, fcnn_column_ends *ends, double *work, uint64_t *counts)
{
    for (int64_t i = 0; i < columns; i++) {
        work[i] = -ends[i].second;
        work[columns + i] = ends[i].below;
        counts[i] = ends[i].at_smallest;
        counts[columns + i] = ends[i].at_largest;
    }
    fcnn_comm_max_doubles(comm, 2 * columns, work);
    fcnn_comm_sum_integers(comm, 2 * columns, counts);
    for (int64_t i = 0; i < columns; i++) {
        ends[i].second = -work[i];
        ends[i].below = work[columns + i];
        ends[i].at_smallest = counts[i];
        ends[i].at_largest = counts[columns + i];
    }
}

static void warn(const fcnn_dataset *dataset, bool are_targets, int64_t columns, const fcnn_column_ends *ends)
{
    const fcnn_columns *described = are_targets ? &dataset->source.targets : &dataset->source.inputs;
    const char *name = are_targets ? dataset->source.targets_name : dataset->source.inputs_name;
    int64_t found = 0;
    double value, next;
    uint64_t count;
    for (int64_t i = 0; i < columns; i++) {
        if (!fcnn_sentinel_find(&ends[i], &value, &next, &count) || found++ >= WARNINGS_MOST) {
            continue;
        }
        char label[FCNN_COLUMN_LABEL_BYTES], text[32], other[32];
        if (!fcnn_column_names_label(&described->names, i, label)) {
            snprintf(label, sizeof label, "column %" PRId64 " (counting from 0)", i);
        }
        fcnn_text_from_double(value, text);
        fcnn_text_from_double(next, other);
        fcnn_log_warning("%s: %s: %s is %s in %" PRIu64
                         " rows%s%s; if this number means a missing value, set data.missing_values = %s",
                         dataset->source.file, name, label, text, count,
                         isfinite(next) ? ", and the next value is " : "", isfinite(next) ? other : "", text);
    }
    if (found > WARNINGS_MOST) {
        fcnn_log_warning("%s: %s: %" PRId64 " more columns contain such numbers", dataset->source.file, name,
                         found - WARNINGS_MOST);
    }
}

fcnn_status fcnn_sentinels_warn(fcnn_dataset *dataset, fcnn_comm *comm, bool are_targets, const double *smallest,
                                const double *largest)
{
    const int64_t columns = are_targets ? dataset->rows.targets.width : dataset->rows.inputs.width;
    bool any = false;
    for (int64_t i = 0; i < columns; i++) {
        any = any || is_usual(smallest[i]) || is_usual(largest[i]);
    }
    if (!any) {
        return FCNN_OK; /* on all ranks, because all have the same numbers */
    }
    fcnn_column_ends *ends = NULL;
    double *work = NULL;
    uint64_t *counts = NULL;
    fcnn_status status = fcnn_memory_create("the ends of columns", columns, sizeof *ends, &ends);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the ends of columns", 2 * columns, sizeof *work, &work);
    }
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the ends of columns", 2 * columns, sizeof *counts, &counts);
    }
    for (int64_t i = 0; status == FCNN_OK && i < columns; i++) {
        ends[i] = (fcnn_column_ends){1, smallest[i], largest[i], INFINITY, -INFINITY, 0, 0};
    }
    if (status == FCNN_OK) {
        status = look_at_rows(dataset, are_targets, columns, ends);
    }
    status = fcnn_comm_agree_named(comm, status);
    if (status == FCNN_OK) {
        join(comm, columns, ends, work, counts);
        warn(dataset, are_targets, columns, ends);
    }
    free(ends);
    free(work);
    free(counts);
    return status;
}
