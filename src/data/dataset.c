/* src/data/dataset.c — rows of HDF5 files, dealt to the ranks. */
#include "data/dataset.h"

#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/memory.h"
#include "core/pulse.h"
#include "core/sizes.h"
#include "core/text.h"
#include "data/reader.h"
#include "data/selection.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fcnn_dataset_select(fcnn_dataset *dataset, const int64_t *chosen, int64_t count, bool inside)
{
    dataset->chosen = chosen;
    dataset->chosen_count = count;
    dataset->inside = inside;
    dataset->rows = inside ? count : dataset->file_rows - count;
}

int64_t fcnn_dataset_joined_row(const fcnn_dataset *dataset, int64_t row)
{
    const int64_t kept = dataset->chosen == NULL
                             ? row
                             : fcnn_selection_row(dataset->chosen, dataset->chosen_count, dataset->inside, row);
    return dataset->first_row + fcnn_selection_row(dataset->missing.dropped, dataset->missing.drops, false, kept);
}

const char *fcnn_dataset_place(const fcnn_dataset *dataset, int64_t own_row, int64_t *file_row)
{
    const int64_t row = fcnn_dataset_joined_row(dataset, dataset->first + own_row);
    const int64_t place = fcnn_files_of_row(&dataset->files, row);
    *file_row = row - dataset->files.starts[place];
    return dataset->files.paths[place];
}

/* ---- rows ---- */

static int64_t table_row_bytes(const fcnn_table *table)
{
    return table->width * (int64_t)fcnn_type_size(table->type);
}

int64_t fcnn_dataset_row_bytes(const fcnn_dataset *dataset)
{
    return table_row_bytes(&dataset->inputs) + table_row_bytes(&dataset->targets) + table_row_bytes(&dataset->weights);
}

int64_t fcnn_dataset_stored_row_bytes(const fcnn_dataset *dataset)
{
    const fcnn_columns *columns[] = {&dataset->inputs_columns, &dataset->targets_columns, &dataset->weights_columns};
    int64_t bytes = 0;
    for (int i = 0; i < 3; i++) {
        bytes += columns[i]->is_text ? (int64_t)sizeof(int32_t)
                                     : columns[i]->width * (int64_t)fcnn_type_size(columns[i]->stored);
    }
    return bytes;
}

const char *fcnn_dataset_targets_type(const fcnn_dataset *dataset)
{
    return fcnn_type_name(dataset->targets_columns.is_text ? FCNN_TYPE_INT32 : dataset->targets_columns.stored);
}

static fcnn_status create_rows(const char *name, int64_t rows, fcnn_table *table)
{
    FCNN_TRY(fcnn_memory_create(name, rows, (size_t)table->width * fcnn_type_size(table->type), &table->values));
    table->rows = rows;
    return FCNN_OK;
}

/* Room for a block, and what reads into it. */
static fcnn_status create_block(fcnn_dataset *dataset, bool has_targets)
{
    const int64_t most = fcnn_size_rows(FCNN_SIZE_BLOCK_BYTES, fcnn_dataset_row_bytes(dataset));
    dataset->block_room = dataset->own_rows < most ? dataset->own_rows : most;
    FCNN_TRY(fcnn_memory_create("the reader", 1, sizeof *dataset->reader, &dataset->reader));
    dataset->reader->dataset = dataset;
    dataset->block_inputs = dataset->inputs;
    dataset->block_targets = dataset->targets;
    dataset->block_weights = dataset->weights;
    FCNN_TRY(create_rows(dataset->inputs_name, dataset->block_room, &dataset->block_inputs));
    if (has_targets) {
        FCNN_TRY(create_rows(dataset->targets_name, dataset->block_room, &dataset->block_targets));
    }
    if (dataset->weights_name != NULL) {
        FCNN_TRY(create_rows(dataset->weights_name, dataset->block_room, &dataset->block_weights));
    }
    dataset->block_inputs.rows = 0;
    return FCNN_OK;
}

/* Reads the block that begins with a row, unless that row is there. */
static fcnn_status bring_block(fcnn_dataset *dataset, int64_t first)
{
    if (first >= dataset->block_first && first < dataset->block_first + dataset->block_inputs.rows) {
        return FCNN_OK;
    }
    const int64_t left = dataset->own_rows - first;
    const int64_t count = left < dataset->block_room ? left : dataset->block_room;
    dataset->block_inputs.rows = 0;
    FCNN_TRY(fcnn_reader_inputs(dataset->reader, dataset->first + first, count, dataset->block_inputs.values));
    if (dataset->block_targets.values != NULL) {
        FCNN_TRY(fcnn_reader_targets(dataset->reader, dataset->first + first, count, dataset->block_targets.values));
    }
    if (dataset->block_weights.values != NULL) {
        FCNN_TRY(fcnn_reader_weights(dataset->reader, dataset->first + first, count, dataset->block_weights.values));
    }
    dataset->block_first = first;
    dataset->block_inputs.rows = count;
    return FCNN_OK;
}

/* Rows of a table from `first` on. */
static fcnn_table part_of(const fcnn_table *table, int64_t first, int64_t rows)
{
    fcnn_table part = *table;
    part.rows = rows;
    if (table->values != NULL) {
        part.values = (char *)table->values + (size_t)(first * table->width) * fcnn_type_size(table->type);
    }
    return part;
}

bool fcnn_dataset_next(fcnn_dataset *dataset, int64_t most, fcnn_block *block, fcnn_status *status)
{
    const int64_t first = block->first + block->inputs.rows;
    if (first >= dataset->own_rows) {
        return false;
    }
    const fcnn_table *inputs = &dataset->inputs, *targets = &dataset->targets, *weights = &dataset->weights;
    int64_t offset = first, left = dataset->own_rows - first;
    if (dataset->streams) {
        *status = bring_block(dataset, first);
        if (*status != FCNN_OK) {
            return false;
        }
        inputs = &dataset->block_inputs;
        targets = &dataset->block_targets;
        weights = &dataset->block_weights;
        offset = first - dataset->block_first;
        left = inputs->rows - offset;
    }
    const int64_t count = most > 0 && most < left ? most : left;
    block->first = first;
    block->inputs = part_of(inputs, offset, count);
    block->targets = part_of(targets, offset, count);
    block->weights = part_of(weights, offset, count);
    return true;
}

static fcnn_status not_finite(const char *path, const char *name, int64_t file_row, int64_t column, const char *what,
                              bool is_nan)
{
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 ", column %" PRId64
                     " is %s (rows and columns count from 0): take such rows out, or replace the value%s",
                     path, name, file_row, column, what,
                     is_nan ? "; in training data.missing = drop_row or mean does" : "");
}

static fcnn_status check_finite(const fcnn_dataset *dataset, const fcnn_table *table, int64_t first, const char *name,
                                const fcnn_columns *columns)
{
    int64_t row, column, file_row;
    if (table->values == NULL || !fcnn_table_find_nonfinite(table, &row, &column)) {
        return FCNN_OK;
    }
    const char *path = fcnn_dataset_place(dataset, first + row, &file_row);
    if (!isnan(fcnn_table_value(table, row, column))) {
        return not_finite(path, name, file_row, column, "infinite", false);
    }
    fcnn_text why = {0};
    fcnn_status status = fcnn_reader_explain(dataset, columns, dataset->first + first + row, column, &why);
    if (status == FCNN_OK) {
        status = not_finite(path, name, file_row, column, why.data != NULL ? why.data : "NaN", true);
    }
    fcnn_text_clear(&why);
    return status;
}

/* Numbers of all ranks' rows. */
enum { INPUTS_FINGERPRINT, TARGETS_FINGERPRINT, WEIGHTS_FINGERPRINT, FILLED_VALUES, FILLED_ROWS, SUMS };

/* Checks all rows and adds up their fingerprints. */
static fcnn_status look_at_rows(fcnn_dataset *dataset, uint64_t fingerprints[3])
{
    const char *const names[] = {dataset->inputs_name, dataset->targets_name, dataset->weights_name};
    const fcnn_columns *const columns[] = {&dataset->inputs_columns, &dataset->targets_columns,
                                           &dataset->weights_columns};
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(dataset, 0, &block, &status);) {
        const fcnn_table *const tables[] = {&block.inputs, &block.targets, &block.weights};
        for (int i = 0; i < 3 && status == FCNN_OK; i++) {
            if (names[i] != NULL) {
                status = check_finite(dataset, tables[i], block.first, names[i], columns[i]);
                fingerprints[i] += fcnn_table_fingerprint(tables[i], dataset->first + block.first);
            }
        }
        if (status == FCNN_OK && dataset->hashes != NULL) {
            status = fcnn_row_hashes_add(dataset->hashes, &block.inputs, &block.targets);
        }
    }
    return status;
}

/* Room for all of this rank's rows. */
static fcnn_status create_all(fcnn_dataset *dataset)
{
    const int64_t count = dataset->own_rows;
    FCNN_TRY(create_rows(dataset->inputs_name, count, &dataset->inputs));
    if (dataset->targets_name != NULL) {
        FCNN_TRY(create_rows(dataset->targets_name, count, &dataset->targets));
    }
    return dataset->weights_name != NULL ? create_rows(dataset->weights_name, count, &dataset->weights) : FCNN_OK;
}

/* Reads them; counts what was completed. */
static fcnn_status read_all(fcnn_dataset *dataset, uint64_t filled[2])
{
    fcnn_reader reader = {.dataset = dataset, .comm = dataset->together};
    const fcnn_status status = fcnn_reader_rows(&reader, dataset->first, dataset->own_rows, dataset->inputs.values,
                                                dataset->targets.values, dataset->weights.values);
    fcnn_reader_close(&reader);
    memcpy(filled, reader.filled, sizeof reader.filled);
    return status;
}

fcnn_status fcnn_dataset_read(fcnn_dataset *dataset, fcnn_comm *comm, int64_t first, int64_t count, bool streams)
{
    dataset->first = first;
    dataset->own_rows = count;
    dataset->streams = streams;
    uint64_t sums[SUMS] = {0};
    fcnn_pulse_beat(FCNN_PHASE_READING);
    FCNN_TRY(
        fcnn_comm_agree(comm, streams ? create_block(dataset, dataset->targets_name != NULL) : create_all(dataset)));
    if (!streams) {
        FCNN_TRY(fcnn_comm_agree_named(comm, read_all(dataset, sums + FILLED_VALUES)));
    }
    FCNN_TRY(fcnn_comm_agree(comm, look_at_rows(dataset, sums)));
    if (streams) {
        memcpy(sums + FILLED_VALUES, dataset->reader->filled, sizeof dataset->reader->filled);
    }
    fcnn_comm_sum_integers(comm, SUMS, sums);
    dataset->inputs_fingerprint = sums[INPUTS_FINGERPRINT];
    dataset->targets_fingerprint = sums[TARGETS_FINGERPRINT];
    dataset->weights_fingerprint = sums[WEIGHTS_FINGERPRINT];
    dataset->filled_values = sums[FILLED_VALUES];
    dataset->filled_rows = sums[FILLED_ROWS];
    return FCNN_OK;
}

fcnn_status fcnn_dataset_read_evenly(fcnn_dataset *dataset, fcnn_comm *comm, bool streams)
{
    const int64_t first = fcnn_comm_first_item(dataset->rows, comm->rank, comm->size);
    const int64_t after = fcnn_comm_first_item(dataset->rows, comm->rank + 1, comm->size);
    return fcnn_dataset_read(dataset, comm, first, after - first, streams);
}

/* ---- before that ---- */

fcnn_status fcnn_dataset_begin_pass(fcnn_dataset *dataset, const fcnn_comm *comm)
{
    dataset->first = fcnn_comm_first_item(dataset->rows, comm->rank, comm->size);
    dataset->own_rows = fcnn_comm_first_item(dataset->rows, comm->rank + 1, comm->size) - dataset->first;
    dataset->streams = true;
    fcnn_pulse_beat(FCNN_PHASE_READING);
    return create_block(dataset, dataset->targets_name != NULL && !dataset->targets_columns.is_text);
}

void fcnn_dataset_end_pass(fcnn_dataset *dataset)
{
    if (dataset->reader != NULL) {
        fcnn_reader_close(dataset->reader);
    }
    free(dataset->reader);
    free(dataset->block_inputs.values);
    free(dataset->block_targets.values);
    free(dataset->block_weights.values);
    dataset->reader = NULL;
    dataset->block_inputs = dataset->block_targets = dataset->block_weights = (fcnn_table){0};
    dataset->block_room = 0;
    dataset->streams = false;
}

fcnn_status fcnn_dataset_describe_content(const fcnn_dataset *dataset, char **out)
{
    fcnn_text text = {0};
    fcnn_status status = fcnn_text_append(&text, "%s[%" PRId64 "][%" PRId64 "] %016" PRIx64,
                                          fcnn_type_name(dataset->inputs_columns.stored), dataset->rows,
                                          dataset->inputs.width, dataset->inputs_fingerprint);
    if (status == FCNN_OK && dataset->targets_name != NULL) {
        status =
            fcnn_text_append(&text, " %s[%" PRId64 "][%" PRId64 "] %016" PRIx64, fcnn_dataset_targets_type(dataset),
                             dataset->rows, dataset->targets.width, dataset->targets_fingerprint);
    }
    if (status == FCNN_OK && dataset->weights_name != NULL) {
        status = fcnn_text_append(&text, " weights %s %016" PRIx64, fcnn_type_name(dataset->weights_columns.stored),
                                  dataset->weights_fingerprint);
    }
    if (status != FCNN_OK) {
        fcnn_text_clear(&text);
        return status;
    }
    *out = text.data;
    return FCNN_OK;
}

fcnn_status fcnn_dataset_load(fcnn_comm *comm, const fcnn_dataset_names *names, fcnn_dataset **out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    fcnn_dataset *dataset;
    FCNN_TRY(fcnn_dataset_open(comm, names, &dataset));
    fcnn_status status = fcnn_dataset_find_classes(dataset, comm, NULL);
    if (status == FCNN_OK) {
        status = fcnn_dataset_read_evenly(dataset, comm, false);
    }
    if (status != FCNN_OK) {
        fcnn_dataset_destroy(dataset);
        return status;
    }
    *out = dataset;
    return FCNN_OK;
}

void fcnn_dataset_destroy(fcnn_dataset *dataset)
{
    if (dataset == NULL) {
        return;
    }
    free(dataset->file);
    free(dataset->inputs_name);
    free(dataset->targets_name);
    free(dataset->weights_name);
    fcnn_files_clear(&dataset->files);
    fcnn_columns_clear(&dataset->inputs_columns);
    fcnn_columns_clear(&dataset->targets_columns);
    fcnn_columns_clear(&dataset->weights_columns);
    fcnn_classes_clear(&dataset->classes);
    fcnn_missing_clear(&dataset->missing);
    fcnn_dataset_end_pass(dataset);
    free(dataset->inputs.values);
    free(dataset->targets.values);
    free(dataset->weights.values);
    free(dataset);
}

int64_t fcnn_dataset_rows(const fcnn_dataset *dataset)
{
    return dataset->rows;
}

int64_t fcnn_dataset_features(const fcnn_dataset *dataset)
{
    return dataset->inputs.width;
}

int64_t fcnn_dataset_outputs(const fcnn_dataset *dataset)
{
    return dataset->targets_name == NULL ? 0 : dataset->targets.width;
}
