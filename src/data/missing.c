/* src/data/missing.c — values that are missing, which is NaN: their rows are left out, or they become means. */
#include "data/missing.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "data/column_sums.h"
#include "data/dataset.h"
#include "data/reader.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void fcnn_missing_clear(fcnn_missing *missing)
{
    free(missing->dropped);
    free(missing->means);
    *missing = (fcnn_missing){0};
}

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

/* Rows that a rank has found. */
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

/* Marks the rows first … first+count−1 of the range whose labels are strings that stand for none. */
static fcnn_status mark_labels(const fcnn_dataset *dataset, fcnn_reader *reader, int64_t first, int64_t count,
                               char **texts, bool *marks)
{
    const fcnn_status status = fcnn_reader_texts(reader, dataset->first_row + first, count, texts);
    for (int64_t i = 0; i < count && texts[i] != NULL; i++) {
        marks[i] = fcnn_reader_is_missing(dataset, texts[i]);
        free(texts[i]);
    }
    return status;
}

/* The rows of a block that have missing values; unlabelled [rows]: NULL, or those whose labels are missing. */
static fcnn_status append_missing(const fcnn_block *block, int64_t first, const bool *unlabelled, row_list *out)
{
    fcnn_status status = FCNN_OK;
    for (int64_t row = 0; status == FCNN_OK && row < block->inputs.rows; row++) {
        if (has_missing(&block->inputs, row) || has_missing(&block->targets, row) ||
            has_missing(&block->weights, row) || (unlabelled != NULL && unlabelled[row])) {
            status = append(out, first + row);
        }
    }
    return status;
}

/* Looks at the rows of this rank's even part, some at a time; of labels that are strings there is room for as many. */
static fcnn_status look_at_rows(fcnn_dataset *dataset, int64_t most, char **texts, bool *marks, row_list *out)
{
    fcnn_reader reader = {.dataset = dataset};
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(dataset, most, &block, &status);) {
        const int64_t first = dataset->first + block.first;
        if (texts != NULL) {
            status = mark_labels(dataset, &reader, first, block.inputs.rows, texts, marks);
        }
        if (status == FCNN_OK) {
            status = append_missing(&block, first, texts != NULL ? marks : NULL, out);
        }
    }
    fcnn_reader_close(&reader);
    return status;
}

/* The rows of this rank's even part that have missing values. */
static fcnn_status find_rows(fcnn_dataset *dataset, const fcnn_comm *comm, row_list *out)
{
    const int64_t most = dataset->targets_columns.is_text ? fcnn_size(FCNN_SIZE_TEXTS) : 0;
    char **texts = NULL;
    bool *marks = NULL;
    fcnn_status status = fcnn_dataset_begin_pass(dataset, comm);
    if (status == FCNN_OK && most > 0) {
        status = fcnn_memory_create("the labels", most, sizeof *texts, &texts);
    }
    if (status == FCNN_OK && most > 0) {
        status = fcnn_memory_create("the labels", most, sizeof *marks, &marks);
    }
    if (status == FCNN_OK) {
        status = look_at_rows(dataset, most, texts, marks, out);
    }
    free(texts);
    free(marks);
    fcnn_dataset_end_pass(dataset);
    return status;
}

/* Every rank gets the rows of all, which are in order.  Collective. */
static fcnn_status join_rows(const row_list *own, fcnn_comm *comm, fcnn_missing *out)
{
    int64_t *sizes = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the sizes", comm->size, sizeof *sizes, &sizes)));
    fcnn_comm_share_integers(comm, own->count, sizes);
    out->drops = 0;
    for (int rank = 0; rank < comm->size; rank++) {
        out->drops += sizes[rank];
        sizes[rank] *= (int64_t)sizeof *out->dropped;
    }
    const fcnn_status status = fcnn_comm_agree(
        comm, fcnn_memory_create("the rows with missing values", out->drops, sizeof *out->dropped, &out->dropped));
    if (status == FCNN_OK) {
        fcnn_comm_gather(comm, own->rows, sizes, out->dropped);
        fcnn_comm_broadcast(comm, out->dropped, out->drops * (int64_t)sizeof *out->dropped);
    }
    free(sizes);
    return status;
}

static void leave_out(fcnn_dataset *dataset)
{
    dataset->file_rows = dataset->rows = dataset->range_rows - dataset->missing.drops;
}

fcnn_status fcnn_missing_drop(fcnn_dataset *dataset, fcnn_comm *comm)
{
    row_list own = {0};
    fcnn_status status = fcnn_comm_agree_named(comm, find_rows(dataset, comm, &own));
    if (status == FCNN_OK) {
        status = join_rows(&own, comm, &dataset->missing);
    }
    free(own.rows);
    FCNN_TRY(status);
    leave_out(dataset);
    return dataset->rows > 0 ? FCNN_OK
                             : fcnn_fail(FCNN_EDATA,
                                         "%s: each of the %" PRId64 " rows has missing values: with data.missing "
                                         "= drop_row none is left",
                                         dataset->file, dataset->range_rows);
}

fcnn_status fcnn_missing_drop_as(fcnn_dataset *dataset, const fcnn_dataset *other)
{
    const int64_t drops = other->missing.drops;
    FCNN_TRY(fcnn_memory_create("the rows with missing values", drops, sizeof(int64_t), &dataset->missing.dropped));
    if (drops > 0) {
        memcpy(dataset->missing.dropped, other->missing.dropped, (size_t)drops * sizeof(int64_t));
    }
    dataset->missing.drops = drops;
    leave_out(dataset);
    return FCNN_OK;
}

/* ---- values that become means ---- */

static fcnn_status add_rows(fcnn_dataset *dataset, const fcnn_comm *comm, fcnn_column_sums *sums)
{
    fcnn_status status = fcnn_dataset_begin_pass(dataset, comm);
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(dataset, 0, &block, &status);) {
        fcnn_column_sums_add(sums, &block.inputs);
    }
    fcnn_dataset_end_pass(dataset);
    return status;
}

static fcnn_status set_means(const fcnn_dataset *dataset, const fcnn_column_sums *sums, double *means)
{
    for (int64_t column = 0; column < sums->columns; column++) {
        if (sums->counts[column] == 0) {
            return fcnn_fail(FCNN_EDATA, "%s: %s: column %" PRId64 " (from 0) has no value in any row: it has no mean",
                             dataset->file, dataset->inputs_name, column);
        }
        means[column] = fcnn_column_sums_mean(sums, column);
    }
    return FCNN_OK;
}

fcnn_status fcnn_missing_find_means(fcnn_dataset *dataset, fcnn_comm *comm)
{
    const int64_t columns = dataset->inputs.width;
    fcnn_column_sums sums = {0};
    double *means = NULL;
    fcnn_status status = fcnn_column_sums_create(columns, FCNN_TYPE_FLOAT64, &sums);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the means", columns, sizeof *means, &means);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        status = fcnn_comm_agree_named(comm, add_rows(dataset, comm, &sums));
    }
    if (status == FCNN_OK) {
        fcnn_column_sums_over_ranks(&sums, comm);
        status = set_means(dataset, &sums, means);
    }
    fcnn_column_sums_clear(&sums);
    if (status != FCNN_OK) {
        free(means);
        return status;
    }
    dataset->missing.means = means;
    return FCNN_OK;
}

fcnn_status fcnn_missing_take_means(fcnn_dataset *dataset, const double *means)
{
    const int64_t columns = dataset->inputs.width;
    FCNN_TRY(fcnn_memory_create("the means", columns, sizeof *means, &dataset->missing.means));
    memcpy(dataset->missing.means, means, (size_t)columns * sizeof *means);
    return FCNN_OK;
}

static void put(fcnn_table *table, int64_t row, int64_t column, double value)
{
    const int64_t at = row * table->width + column;
    if (table->type == FCNN_TYPE_FLOAT32) {
        ((float *)table->values)[at] = (float)value;
    } else {
        ((double *)table->values)[at] = value;
    }
}

void fcnn_missing_put_means(const fcnn_missing *missing, fcnn_table *inputs, uint64_t counts[2])
{
    if (missing->means == NULL || fcnn_type_is_integer(inputs->type)) {
        return;
    }
    for (int64_t row = 0; row < inputs->rows; row++) {
        const uint64_t before = counts[0];
        for (int64_t column = 0; column < inputs->width; column++) {
            if (isnan(fcnn_table_value(inputs, row, column))) {
                put(inputs, row, column, missing->means[column]);
                counts[0]++;
            }
        }
        counts[1] += counts[0] > before;
    }
}
