/* src/data/dataset.c — rows of an HDF5 file, dealt to the ranks. */
#include "data/dataset.h"

#include "core/memory.h"
#include "core/pulse.h"
#include "core/text.h"
#include "data/selection.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES ((int64_t)64 << 20) /* of one read where rows are picked out */

/* ---- shapes ---- */

/* Rows of a dataset as it lies; columns are what one row holds. */
static int64_t row_count(const fcnn_hdf5_info *info, bool by_columns)
{
    return by_columns ? info->dims[info->rank - 1] : info->dims[0];
}

static int64_t row_width(const fcnn_hdf5_info *info, bool by_columns)
{
    int64_t width = 1;
    for (int i = 0; i < info->rank; i++) {
        width *= i == (by_columns ? info->rank - 1 : 0) ? 1 : info->dims[i];
    }
    return width;
}

static fcnn_status describe_one(fcnn_hdf5_file *file, const fcnn_dataset *dataset, const char *name,
                                fcnn_hdf5_info *info)
{
    FCNN_TRY(fcnn_hdf5_describe(file, name, info));
    if (info->rank == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: %s is a single value; it must have one entry a row", dataset->file, name);
    }
    if (row_count(info, dataset->by_columns) == 0 || row_width(info, dataset->by_columns) == 0) {
        char shape[128];
        fcnn_hdf5_info_shape(info, shape, sizeof shape);
        return fcnn_fail(FCNN_EDATA, "%s: %s has no rows: its shape is %s", dataset->file, name, shape);
    }
    return FCNN_OK;
}

static fcnn_status lengths_differ(const fcnn_dataset *dataset)
{
    char inputs[128], targets[128];
    fcnn_hdf5_info_shape(&dataset->inputs_info, inputs, sizeof inputs);
    fcnn_hdf5_info_shape(&dataset->targets_info, targets, sizeof targets);
    const bool other = !dataset->by_columns;
    const char *hint = "";
    if (row_count(&dataset->inputs_info, other) == row_count(&dataset->targets_info, other)) {
        hint = other ? "; they would fit with data.order = columns ([features][rows], as Fortran writes it)"
                     : "; they would fit with data.order = rows";
    }
    return fcnn_fail(FCNN_EDATA, "%s: %s %s has %" PRId64 " rows, but %s %s has %" PRId64 "%s", dataset->file,
                     dataset->inputs_name, inputs, row_count(&dataset->inputs_info, dataset->by_columns),
                     dataset->targets_name, targets, row_count(&dataset->targets_info, dataset->by_columns), hint);
}

static fcnn_status describe_both(fcnn_dataset *dataset)
{
    fcnn_hdf5_file *file;
    FCNN_TRY(fcnn_hdf5_open(dataset->file, &file));
    fcnn_status status = describe_one(file, dataset, dataset->inputs_name, &dataset->inputs_info);
    if (status == FCNN_OK && dataset->targets_name != NULL) {
        status = describe_one(file, dataset, dataset->targets_name, &dataset->targets_info);
    }
    fcnn_hdf5_close(file);
    FCNN_TRY(status);
    const bool by_columns = dataset->by_columns;
    dataset->rows = row_count(&dataset->inputs_info, by_columns);
    dataset->file_rows = dataset->rows;
    dataset->inputs.type = dataset->inputs_info.type;
    dataset->inputs.width = row_width(&dataset->inputs_info, by_columns);
    if (dataset->targets_name != NULL) {
        dataset->targets.type = dataset->targets_info.type;
        dataset->targets.width = row_width(&dataset->targets_info, by_columns);
        dataset->one_target_column = dataset->targets.width == 1;
        if (row_count(&dataset->targets_info, by_columns) != dataset->rows) {
            return lengths_differ(dataset);
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_dataset_open(const fcnn_dataset_names *names, fcnn_dataset **out)
{
    fcnn_dataset *dataset;
    FCNN_TRY(fcnn_memory_create("the dataset", 1, sizeof *dataset, &dataset));
    dataset->by_columns = names->columns != 0;
    fcnn_status status = fcnn_memory_copy_text(names->file, &dataset->file);
    if (status == FCNN_OK) {
        status = fcnn_memory_copy_text(names->inputs, &dataset->inputs_name);
    }
    if (status == FCNN_OK && names->targets != NULL && names->targets[0] != '\0') {
        status = fcnn_memory_copy_text(names->targets, &dataset->targets_name);
    }
    if (status == FCNN_OK) {
        status = describe_both(dataset);
    }
    if (status != FCNN_OK) {
        fcnn_dataset_destroy(dataset);
        return status;
    }
    *out = dataset;
    return FCNN_OK;
}

void fcnn_dataset_select(fcnn_dataset *dataset, const int64_t *chosen, int64_t count, bool inside)
{
    dataset->chosen = chosen;
    dataset->chosen_count = count;
    dataset->inside = inside;
    dataset->rows = inside ? count : dataset->file_rows - count;
}

/* ---- rows ---- */

static int64_t file_row(const fcnn_dataset *dataset, int64_t row)
{
    return dataset->chosen == NULL ? row
                                   : fcnn_selection_row(dataset->chosen, dataset->chosen_count, dataset->inside, row);
}

int64_t fcnn_dataset_file_row(const fcnn_dataset *dataset, int64_t own_row)
{
    return file_row(dataset, dataset->first + own_row);
}

static fcnn_status read_run(const fcnn_dataset *dataset, fcnn_hdf5_file *file, const char *name, int64_t first,
                            int64_t count, void *out)
{
    fcnn_pulse_beat(FCNN_PHASE_READING);
    return dataset->by_columns ? fcnn_hdf5_read_columns(file, name, first, count, out)
                               : fcnn_hdf5_read_rows(file, name, first, count, out);
}

/* Reads the file in runs and keeps the rows of the dataset. */
static fcnn_status read_selected(const fcnn_dataset *dataset, fcnn_hdf5_file *file, const char *name, fcnn_table *table)
{
    const int64_t bytes = table->width * (int64_t)fcnn_type_size(table->type);
    const int64_t most = READ_BYTES / bytes > 0 ? READ_BYTES / bytes : 1;
    const int64_t span = fcnn_dataset_file_row(dataset, table->rows - 1) + 1 - fcnn_dataset_file_row(dataset, 0);
    const int64_t run = span < most ? span : most;
    char *buffer;
    FCNN_TRY(fcnn_memory_create("the read buffer", run, (size_t)bytes, &buffer));
    fcnn_status status = FCNN_OK;
    int64_t done = 0;
    while (status == FCNN_OK && done < table->rows) {
        const int64_t begin = fcnn_dataset_file_row(dataset, done);
        const int64_t left = fcnn_dataset_file_row(dataset, table->rows - 1) + 1 - begin;
        const int64_t count = left < run ? left : run;
        status = read_run(dataset, file, name, begin, count, buffer);
        while (status == FCNN_OK && done < table->rows) {
            const int64_t offset = fcnn_dataset_file_row(dataset, done) - begin;
            if (offset >= count) {
                break;
            }
            memcpy((char *)table->values + done * bytes, buffer + offset * bytes, (size_t)bytes);
            done++;
        }
    }
    free(buffer);
    return status;
}

static fcnn_status read_values(const fcnn_dataset *dataset, fcnn_hdf5_file *file, const char *name, fcnn_table *table,
                               int64_t count)
{
    return dataset->chosen != NULL ? read_selected(dataset, file, name, table)
                                   : read_run(dataset, file, name, dataset->first, count, table->values);
}

static fcnn_status read_table(const fcnn_dataset *dataset, fcnn_comm *comm, fcnn_hdf5_file *file, const char *name,
                              fcnn_table *table, int64_t count)
{
    const size_t bytes = (size_t)table->width * fcnn_type_size(table->type);
    FCNN_TRY(fcnn_memory_create(name, count, bytes, &table->values));
    table->rows = count;
    if (count == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_comm_name_rank(comm, read_values(dataset, file, name, table, count)));
    int64_t row, column;
    if (fcnn_table_find_nonfinite(table, &row, &column)) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s: row %" PRId64 ", column %" PRId64 " is %s (rows and columns count from 0): "
                         "take such rows out, or replace the value",
                         dataset->file, name, fcnn_dataset_file_row(dataset, row), column,
                         isnan(fcnn_table_value(table, row, column)) ? "NaN" : "infinite");
    }
    return FCNN_OK;
}

static fcnn_status read_both(fcnn_dataset *dataset, fcnn_comm *comm, int64_t count)
{
    fcnn_hdf5_file *file;
    FCNN_TRY(fcnn_comm_name_rank(comm, fcnn_hdf5_open(dataset->file, &file)));
    fcnn_status status = read_table(dataset, comm, file, dataset->inputs_name, &dataset->inputs, count);
    if (status == FCNN_OK && dataset->targets_name != NULL) {
        status = read_table(dataset, comm, file, dataset->targets_name, &dataset->targets, count);
    }
    fcnn_hdf5_close(file);
    return status;
}

fcnn_status fcnn_dataset_read(fcnn_dataset *dataset, fcnn_comm *comm, int64_t first, int64_t count)
{
    dataset->first = first;
    FCNN_TRY(fcnn_comm_agree(comm, read_both(dataset, comm, count)));
    uint64_t sums[2] = {fcnn_table_fingerprint(&dataset->inputs, first), 0};
    if (dataset->targets_name != NULL) {
        sums[1] = fcnn_table_fingerprint(&dataset->targets, first);
    }
    fcnn_comm_sum_integers(comm, 2, sums);
    dataset->inputs_fingerprint = sums[0];
    dataset->targets_fingerprint = sums[1];
    return FCNN_OK;
}

fcnn_status fcnn_dataset_describe_content(const fcnn_dataset *dataset, char **out)
{
    fcnn_text text = {0};
    fcnn_status status =
        fcnn_text_append(&text, "%s[%" PRId64 "][%" PRId64 "] %016" PRIx64, fcnn_type_name(dataset->inputs.type),
                         dataset->rows, dataset->inputs.width, dataset->inputs_fingerprint);
    if (status == FCNN_OK && dataset->targets_name != NULL) {
        status =
            fcnn_text_append(&text, " %s[%" PRId64 "][%" PRId64 "] %016" PRIx64, fcnn_type_name(dataset->targets.type),
                             dataset->rows, dataset->targets.width, dataset->targets_fingerprint);
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
    fcnn_dataset *dataset = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_dataset_open(names, &dataset)));
    const int64_t first = fcnn_comm_first_item(dataset->rows, comm->rank, comm->size);
    const int64_t after = fcnn_comm_first_item(dataset->rows, comm->rank + 1, comm->size);
    const fcnn_status status = fcnn_dataset_read(dataset, comm, first, after - first);
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
    free(dataset->inputs.values);
    free(dataset->targets.values);
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
