/* src/data/find_missing.c — finds rows with missing values, and the means that replace missing values. */
#include "data/find_missing.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "data/column_sums.h"
#include "data/cursor.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows that are left out ---- */

static bool has_missing(const fcnn_table *table, int64_t row)
{
    if (table->values == NULL || fcnn_type_is_integer(table->type)) {
        return false;
    }
    for (int64_t column = 0; column < table->width; column++) {
        if (isnan(fcnn_table_value(table, row, column))) {
            return true;
        }
    }
    return false;
}

/* Numbers of rows with missing values. */
typedef struct row_list {
    int64_t *rows;
    int64_t count, capacity;
} row_list;

static fcnn_status append(row_list *list, int64_t row)
{
    FCNN_TRY(fcnn_memory_grow("the rows with missing values", list->count + 1, sizeof *list->rows, &list->rows,
                              &list->capacity));
    list->rows[list->count++] = row;
    return FCNN_OK;
}

/* Marks the rows first … first+count−1 of the range whose labels are strings that mean a missing value. */
static fcnn_status mark_labels(fcnn_reader *reader, int64_t first, int64_t count, char **texts, bool *marks)
{
    const fcnn_source *source = reader->source;
    const fcnn_status status = fcnn_reader_texts(reader, source->first_row + first, count, texts);
    for (int64_t i = 0; i < count && texts[i] != NULL; i++) {
        marks[i] = fcnn_source_is_missing(source, texts[i]);
        free(texts[i]);
    }
    return status;
}

/* Appends the rows of a block that have missing values.
 *   unlabelled  [rows]: rows whose labels are missing; NULL: labels are not strings */
static fcnn_status append_missing(const fcnn_block *block, int64_t first, bool keeps_targets, const bool *unlabelled,
                                  row_list *out)
{
    fcnn_status status = FCNN_OK;
    for (int64_t row = 0; status == FCNN_OK && row < block->inputs.rows; row++) {
        if (has_missing(&block->inputs, row) || (!keeps_targets && has_missing(&block->targets, row)) ||
            has_missing(&block->weights, row) || (unlabelled != NULL && unlabelled[row])) {
            status = append(out, first + row);
        }
    }
    return status;
}

/* Examines the rows of a cursor, at most `most` at a time; texts and marks, for labels that are strings, have as many
 * elements. */
static fcnn_status look_at_rows(fcnn_cursor *cursor, int64_t most, char **texts, bool *marks, row_list *out)
{
    fcnn_reader reader = {.source = cursor->source};
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(cursor, most, &block, &status);) {
        const int64_t first = cursor->first + block.first;
        if (texts != NULL) {
            status = mark_labels(&reader, first, block.inputs.rows, texts, marks);
        }
        if (status == FCNN_OK) {
            status =
                append_missing(&block, first, cursor->source->missing.keeps_targets, texts != NULL ? marks : NULL, out);
        }
    }
    fcnn_reader_close(&reader);
    return status;
}

/* Finds the rows with missing values in this rank's even share. */
static fcnn_status find_rows(const fcnn_source *source, const fcnn_comm *comm, row_list *out)
{
    const int64_t most = source->targets.is_text ? fcnn_size(FCNN_SIZE_TEXTS) : 0;
    fcnn_cursor cursor = fcnn_cursor_over_even_part(source, comm);
    char **texts = NULL;
    bool *marks = NULL;
    fcnn_status status = FCNN_OK;
    if (most > 0) {
        status = fcnn_memory_create("the labels", most, sizeof *texts, &texts);
    }
    if (status == FCNN_OK && most > 0) {
        status = fcnn_memory_create("the labels", most, sizeof *marks, &marks);
    }
    if (status == FCNN_OK) {
        status = look_at_rows(&cursor, most, texts, marks, out);
    }
    free(texts);
    free(marks);
    fcnn_cursor_close(&cursor);
    return status;
}

/* Gives every rank the rows of all ranks, in ascending order. Collective. */
static fcnn_status join_rows(const row_list *own, fcnn_comm *comm, fcnn_source *source)
{
    int64_t *sizes = NULL, *dropped = NULL, drops = 0;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the sizes", comm->size, sizeof *sizes, &sizes)));
    fcnn_comm_share_integers(comm, own->count, sizes);
    for (int rank = 0; rank < comm->size; rank++) {
        drops += sizes[rank];
        sizes[rank] *= (int64_t)sizeof *dropped;
    }
    const fcnn_status status =
        fcnn_comm_agree(comm, fcnn_memory_create("the rows with missing values", drops, sizeof *dropped, &dropped));
    if (status == FCNN_OK) {
        fcnn_comm_gather(comm, own->rows, sizes, dropped);
        fcnn_comm_broadcast(comm, dropped, drops * (int64_t)sizeof *dropped);
        fcnn_source_drop(source, dropped, drops);
    } else {
        free(dropped);
    }
    free(sizes);
    return status;
}

fcnn_status fcnn_find_missing_rows(fcnn_source *source, fcnn_comm *comm)
{
    row_list own = {0};
    fcnn_status status = fcnn_comm_agree_named(comm, find_rows(source, comm, &own));
    if (status == FCNN_OK) {
        status = join_rows(&own, comm, source);
    }
    free(own.rows);
    FCNN_TRY(status);
    return source->rows > 0 ? FCNN_OK
                            : fcnn_fail(FCNN_EDATA,
                                        "%s: each of the %" PRId64
                                        " rows has missing values, so data.missing = drop_row leaves no rows",
                                        source->file, source->range_rows);
}

/* ---- means of missing values ---- */

static fcnn_status add_rows(const fcnn_source *source, const fcnn_comm *comm, fcnn_column_sums *sums)
{
    fcnn_cursor cursor = fcnn_cursor_over_even_part(source, comm);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        fcnn_column_sums_add(sums, &block.inputs);
    }
    fcnn_cursor_close(&cursor);
    return status;
}

static fcnn_status set_means(const fcnn_source *source, const fcnn_column_sums *sums, double *means)
{
    for (int64_t column = 0; column < sums->columns; column++) {
        if (sums->counts[column] == 0) {
            return fcnn_fail(
                FCNN_EDATA,
                "%s: %s: column %" PRId64
                " (counting from 0) has no value in any row, so it has no mean: remove the column from data.inputs",
                source->file, source->inputs_name, column);
        }
        means[column] = fcnn_column_sums_mean(sums, column);
    }
    return FCNN_OK;
}

fcnn_status fcnn_find_missing_means(fcnn_source *source, fcnn_comm *comm)
{
    const int64_t columns = source->inputs.width;
    fcnn_column_sums sums = {0};
    double *means = NULL;
    fcnn_status status = fcnn_column_sums_create(columns, FCNN_TYPE_FLOAT64, &sums);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the means", columns, sizeof *means, &means);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        status = fcnn_comm_agree_named(comm, add_rows(source, comm, &sums));
    }
    if (status == FCNN_OK) {
        fcnn_column_sums_over_ranks(&sums, comm);
        status = set_means(source, &sums, means);
    }
    fcnn_column_sums_clear(&sums);
    if (status != FCNN_OK) {
        free(means);
        return status;
    }
    source->missing.means = means;
    return FCNN_OK;
}
