/* src/data/dataset.c — the rows of a source that belong to this rank. */
#include "data/dataset.h"

#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/memory.h"
#include "core/pulse.h"
#include "core/text.h"
#include "data/find_classes.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

fcnn_status fcnn_dataset_open(fcnn_comm *comm, const fcnn_dataset_names *names, const fcnn_source_reference *reference,
                              fcnn_dataset **out)
{
    fcnn_dataset *dataset = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the dataset", 1, sizeof *dataset, &dataset)));
    const fcnn_status status = fcnn_source_open(comm, names, reference, &dataset->source);
    if (status != FCNN_OK) {
        fcnn_dataset_destroy(dataset);
        return status;
    }
    dataset->rows = fcnn_source_shapes(&dataset->source);
    *out = dataset;
    return FCNN_OK;
}

const char *fcnn_dataset_place(const fcnn_dataset *dataset, int64_t own_row, int64_t *file_row)
{
    return fcnn_source_place(&dataset->source, dataset->first + own_row, file_row);
}

fcnn_cursor fcnn_dataset_cursor(const fcnn_dataset *dataset)
{
    return fcnn_cursor_over(&dataset->source, dataset->first, dataset->own_rows,
                            dataset->streams ? NULL : &dataset->rows);
}

/* ---- rows ---- */

/* advice is what else can be done, or "". */
static fcnn_status not_finite(const char *path, const char *name, int64_t file_row, int64_t column, const char *what,
                              const char *advice)
{
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 ", column %" PRId64
                     " is %s (rows and columns count from 0): remove such rows or replace the value%s",
                     path, name, file_row, column, what, advice);
}

/* The keys that treat missing values of these columns. */
static const char *missing_advice(const fcnn_source *source, const fcnn_columns *columns)
{
    if (columns == &source->inputs) {
        return "; in training, data.missing = drop_row or mean does this";
    }
    return columns == &source->targets ? "; in training, data.missing = drop_row does this, and train.missing_targets "
                                         "= ignore leaves out only the missing targets"
                                       : "; in training, data.missing = drop_row does this";
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
        return not_finite(path, name, file_row, column, "infinite", "");
    }
    fcnn_text why = {0};
    fcnn_status status = fcnn_reader_explain(&dataset->source, columns, dataset->first + first + row, column, &why);
    if (status == FCNN_OK) {
        status = not_finite(path, name, file_row, column, why.data != NULL ? why.data : "NaN",
                            missing_advice(&dataset->source, columns));
    }
    fcnn_text_clear(&why);
    return status;
}

/* Sums over the rows of all ranks. */
enum {
    INPUTS_FINGERPRINT,
    TARGETS_FINGERPRINT,
    WEIGHTS_FINGERPRINT,
    FILLED_VALUES,
    FILLED_ROWS,
    MISSING_TARGETS,
    ROWS_WITHOUT_TARGETS,
    SUMS
};

/* Checks that targets are finite or missing, and counts those that are missing. */
static fcnn_status count_targets(const fcnn_dataset *dataset, const fcnn_block *block, uint64_t sums[SUMS])
{
    const fcnn_table *targets = &block->targets;
    for (int64_t row = 0; row < targets->rows; row++) {
        const int64_t present = fcnn_table_present(targets, row);
        sums[MISSING_TARGETS] += (uint64_t)(targets->width - present);
        sums[ROWS_WITHOUT_TARGETS] += present == 0;
        for (int64_t column = 0; column < targets->width; column++) {
            if (isinf(fcnn_table_value(targets, row, column))) {
                int64_t file_row;
                const char *path = fcnn_dataset_place(dataset, block->first + row, &file_row);
                return not_finite(path, dataset->source.targets_name, file_row, column, "infinite", "");
            }
        }
    }
    return FCNN_OK;
}

/* Checks a block, and adds its rows to the fingerprints. */
static fcnn_status look_at_block(const fcnn_dataset *dataset, const fcnn_block *block, uint64_t sums[SUMS])
{
    const fcnn_source *source = &dataset->source;
    const char *const names[] = {source->inputs_name, source->targets_name, source->weights_name};
    const fcnn_columns *const columns[] = {&source->inputs, &source->targets, &source->weights};
    const fcnn_table *const tables[] = {&block->inputs, &block->targets, &block->weights};
    for (int i = 0; i < 3; i++) {
        if (names[i] != NULL) {
            FCNN_TRY(tables[i] == &block->targets && source->missing.keeps_targets
                         ? count_targets(dataset, block, sums)
                         : check_finite(dataset, tables[i], block->first, names[i], columns[i]));
            sums[INPUTS_FINGERPRINT + i] += fcnn_table_fingerprint(tables[i], dataset->first + block->first);
        }
    }
    return FCNN_OK;
}

/* Checks all rows of this rank; if they are read from files, counts the missing values that are replaced. */
static fcnn_status look_at_rows(const fcnn_dataset *dataset, fcnn_row_hashes *hashes, uint64_t sums[SUMS])
{
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        status = look_at_block(dataset, &block, sums);
        if (status == FCNN_OK && hashes != NULL) {
            status = fcnn_row_hashes_add(hashes, &block.inputs, &block.targets);
        }
    }
    sums[FILLED_VALUES] += cursor.reader.filled[0];
    sums[FILLED_ROWS] += cursor.reader.filled[1];
    fcnn_cursor_close(&cursor);
    return status;
}

/* Reads all rows of this rank into memory, and counts the missing values that are replaced. */
static fcnn_status read_all(const fcnn_dataset *dataset, uint64_t filled[2])
{
    fcnn_reader reader = {.source = &dataset->source, .comm = dataset->source.together};
    const fcnn_status status = fcnn_reader_read(&reader, dataset->first, dataset->own_rows, &dataset->rows);
    fcnn_reader_close(&reader);
    memcpy(filled, reader.filled, sizeof reader.filled);
    return status;
}

fcnn_status fcnn_dataset_read(fcnn_dataset *dataset, fcnn_comm *comm, int64_t first, int64_t count, bool streams,
                              fcnn_row_hashes *hashes)
{
    dataset->first = first;
    dataset->own_rows = count;
    dataset->streams = streams;
    uint64_t sums[SUMS] = {0};
    fcnn_pulse_beat(FCNN_PHASE_READING);
    if (!streams) {
        FCNN_TRY(fcnn_comm_agree(comm, fcnn_rows_create(count, &dataset->rows)));
        FCNN_TRY(fcnn_comm_agree_named(comm, read_all(dataset, sums + FILLED_VALUES)));
    }
    FCNN_TRY(fcnn_comm_agree(comm, look_at_rows(dataset, hashes, sums)));
    fcnn_comm_sum_integers(comm, SUMS, sums);
    dataset->inputs_fingerprint = sums[INPUTS_FINGERPRINT];
    dataset->targets_fingerprint = sums[TARGETS_FINGERPRINT];
    dataset->weights_fingerprint = sums[WEIGHTS_FINGERPRINT];
    dataset->filled_values = sums[FILLED_VALUES];
    dataset->filled_rows = sums[FILLED_ROWS];
    dataset->missing_targets = sums[MISSING_TARGETS];
    dataset->rows_without_targets = sums[ROWS_WITHOUT_TARGETS];
    return FCNN_OK;
}

fcnn_status fcnn_dataset_read_evenly(fcnn_dataset *dataset, fcnn_comm *comm, bool streams, fcnn_row_hashes *hashes)
{
    const int64_t first = fcnn_comm_first_item(dataset->source.rows, comm->rank, comm->size);
    const int64_t after = fcnn_comm_first_item(dataset->source.rows, comm->rank + 1, comm->size);
    return fcnn_dataset_read(dataset, comm, first, after - first, streams, hashes);
}

/* ---- after reading ---- */

fcnn_status fcnn_dataset_describe_content(const fcnn_dataset *dataset, char **out)
{
    fcnn_text text = {0};
    fcnn_status status = fcnn_text_append(&text, "%s[%" PRId64 "][%" PRId64 "] %016" PRIx64,
                                          fcnn_type_name(dataset->source.inputs.stored), dataset->source.rows,
                                          dataset->rows.inputs.width, dataset->inputs_fingerprint);
    if (status == FCNN_OK && dataset->source.targets_name != NULL) {
        status = fcnn_text_append(&text, " %s[%" PRId64 "][%" PRId64 "] %016" PRIx64,
                                  fcnn_source_targets_type(&dataset->source), dataset->source.rows,
                                  dataset->rows.targets.width, dataset->targets_fingerprint);
    }
    if (status == FCNN_OK && dataset->source.weights_name != NULL) {
        status = fcnn_text_append(&text, " weights %s %016" PRIx64, fcnn_type_name(dataset->source.weights.stored),
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
    FCNN_TRY(fcnn_dataset_open(comm, names, NULL, &dataset));
    fcnn_status status = fcnn_find_classes(&dataset->source, comm, NULL);
    if (status == FCNN_OK) {
        status = fcnn_dataset_read_evenly(dataset, comm, false, NULL);
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
    fcnn_source_clear(&dataset->source);
    fcnn_rows_clear(&dataset->rows);
    free(dataset);
}

int64_t fcnn_dataset_rows(const fcnn_dataset *dataset)
{
    return dataset->source.rows;
}

int64_t fcnn_dataset_features(const fcnn_dataset *dataset)
{
    return dataset->rows.inputs.width;
}

int64_t fcnn_dataset_outputs(const fcnn_dataset *dataset)
{
    return dataset->rows.targets.width;
}
