/* src/data/dataset.c — rows of HDF5 files, dealt to the ranks. */
#include "data/dataset.h"

#include "core/memory.h"
#include "core/pulse.h"
#include "core/text.h"
#include "data/column_labels.h"
#include "data/reader.h"
#include "data/selection.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_AT_ONCE 65536
#define BLOCK_BYTES ((int64_t)16 << 20)

/* ---- shapes ---- */

/* The inputs have another number of rows than the targets, or the weights. */
static fcnn_status lengths_differ(const fcnn_dataset *dataset, const char *path, int64_t inputs,
                                  const fcnn_columns *others, int64_t rows)
{
    const fcnn_hdf5_info *a = &dataset->inputs_columns.parts[0].info, *b = &others->parts[0].info;
    char shape_a[128], shape_b[128];
    fcnn_hdf5_info_shape(a, shape_a, sizeof shape_a);
    fcnn_hdf5_info_shape(b, shape_b, sizeof shape_b);
    const int other_a = dataset->by_columns ? 0 : a->rank - 1, other_b = dataset->by_columns ? 0 : b->rank - 1;
    const char *hint = "";
    if (a->dims[other_a] == b->dims[other_b]) {
        hint = dataset->by_columns
                   ? "; they would fit with data.order = rows"
                   : "; they would fit with data.order = columns ([features][rows], as Fortran writes it)";
    }
    return fcnn_fail(FCNN_EDATA, "%s: %s %s has %" PRId64 " rows, but %s %s has %" PRId64 "%s", path,
                     dataset->inputs_columns.parts[0].dataset, shape_a, inputs, others->parts[0].dataset, shape_b, rows,
                     hint);
}

/* Numbers that count different classes cannot be trained on, or scored, together. */
static fcnn_status check_same_classes(const fcnn_dataset *dataset, const char *path, const fcnn_classes *names,
                                      const fcnn_classes *others, const char *where)
{
    const int64_t number = fcnn_classes_differ(names, others);
    return number < 0
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA,
                           "%s: %s: by its attribute 'classes' the number %" PRId64
                           " is '%.60s', but '%.60s' in %s: number both in the same way",
                           path, dataset->targets_name, number, names->names[number], others->names[number], where);
}

/* Finds the names of classes that numbers stand for; those of the first file are the dataset's. */
static fcnn_status name_numbers(fcnn_dataset *dataset, int64_t place, fcnn_hdf5_file *file)
{
    if (place == 0) {
        return fcnn_column_labels_classes(&dataset->targets_columns, file, &dataset->classes);
    }
    fcnn_classes names;
    FCNN_TRY(fcnn_column_labels_classes(&dataset->targets_columns, file, &names));
    const fcnn_status status =
        check_same_classes(dataset, dataset->files.paths[place], &names, &dataset->classes, "the first file");
    fcnn_classes_clear(&names);
    return status;
}

/* Reads the shapes of one file: those of the first are what the others must have. */
static fcnn_status describe_open_file(fcnn_dataset *dataset, int64_t place, fcnn_hdf5_file *file)
{
    const char *path = dataset->files.paths[place];
    const bool by_columns = dataset->by_columns;
    fcnn_columns *columns[] = {&dataset->inputs_columns, &dataset->targets_columns, &dataset->weights_columns};
    int64_t rows[3];
    for (int i = 0; i < 3; i++) {
        if (columns[i]->count == 0) {
            continue;
        }
        FCNN_TRY(place == 0 ? fcnn_columns_describe(columns[i], file, path, by_columns, &rows[i])
                            : fcnn_columns_compare(columns[i], file, path, by_columns, &rows[i]));
        if (rows[i] != rows[0]) {
            return lengths_differ(dataset, path, rows[0], columns[i], rows[i]);
        }
    }
    if (dataset->targets_name != NULL) {
        FCNN_TRY(name_numbers(dataset, place, file));
    }
    dataset->files.starts[place + 1] = dataset->files.starts[place] + rows[0];
    return FCNN_OK;
}

static fcnn_status describe_files(fcnn_dataset *dataset)
{
    FCNN_TRY(fcnn_files_find(dataset->file, &dataset->files));
    for (int64_t place = 0; place < dataset->files.count; place++) {
        fcnn_hdf5_file *file;
        fcnn_pulse_beat(FCNN_PHASE_READING);
        FCNN_TRY(fcnn_hdf5_open(dataset->files.paths[place], &file));
        fcnn_hdf5_allow_external(file, dataset->allow_external);
        const fcnn_status status = describe_open_file(dataset, place, file);
        fcnn_hdf5_close(file);
        FCNN_TRY(status);
    }
    if (dataset->inputs_columns.is_text) {
        return fcnn_fail(FCNN_EDATA, "%s: %s holds strings, but inputs are numbers", dataset->files.paths[0],
                         dataset->inputs_name);
    }
    if (dataset->weights_name != NULL && (dataset->weights_columns.is_text || dataset->weights_columns.width != 1)) {
        return fcnn_fail(FCNN_EDATA, "%s: %s is not one number a row, as weights are", dataset->files.paths[0],
                         dataset->weights_name);
    }
    return FCNN_OK;
}

/* ---- from rank 0 to all ---- */

static void share_columns(fcnn_columns *columns, fcnn_comm *comm)
{
    for (int64_t i = 0; i < columns->count; i++) {
        fcnn_comm_broadcast(comm, &columns->parts[i].info, sizeof columns->parts[i].info);
        fcnn_comm_broadcast(comm, &columns->parts[i].all, sizeof columns->parts[i].all);
    }
    fcnn_comm_broadcast(comm, &columns->is_text, sizeof columns->is_text);
    fcnn_comm_broadcast(comm, &columns->type, sizeof columns->type);
    fcnn_comm_broadcast(comm, &columns->width, sizeof columns->width);
}

static fcnn_status create_files(fcnn_files *files, const int64_t *lengths)
{
    FCNN_TRY(fcnn_memory_create("the files", files->count, sizeof *files->paths, &files->paths));
    FCNN_TRY(fcnn_memory_create("the rows of the files", files->count + 1, sizeof *files->starts, &files->starts));
    for (int64_t i = 0; i < files->count; i++) {
        FCNN_TRY(fcnn_memory_create("a path", lengths[i], 1, &files->paths[i]));
    }
    return FCNN_OK;
}

static fcnn_status share_files(fcnn_files *files, fcnn_comm *comm)
{
    fcnn_comm_broadcast(comm, &files->count, sizeof files->count);
    int64_t *lengths = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the files", files->count, sizeof *lengths, &lengths)));
    for (int64_t i = 0; comm->rank == 0 && i < files->count; i++) {
        lengths[i] = (int64_t)strlen(files->paths[i]) + 1;
    }
    fcnn_comm_broadcast(comm, lengths, files->count * (int64_t)sizeof *lengths);
    const fcnn_status status = fcnn_comm_agree(comm, comm->rank == 0 ? FCNN_OK : create_files(files, lengths));
    if (status == FCNN_OK) {
        fcnn_comm_broadcast(comm, files->starts, (files->count + 1) * (int64_t)sizeof *files->starts);
        for (int64_t i = 0; i < files->count; i++) {
            fcnn_comm_broadcast(comm, files->paths[i], lengths[i]);
        }
    }
    free(lengths);
    return status;
}

/* ---- opening ---- */

static fcnn_status take_names(fcnn_dataset *dataset, const fcnn_dataset_names *names)
{
    dataset->by_columns = names->columns != 0;
    dataset->read_retries = names->read_retries;
    dataset->allow_external = names->allow_external != 0;
    FCNN_TRY(fcnn_memory_copy_text(names->file, &dataset->file));
    FCNN_TRY(fcnn_memory_copy_text(names->inputs, &dataset->inputs_name));
    FCNN_TRY(fcnn_columns_parse(names->inputs, &dataset->inputs_columns));
    if (names->targets != NULL && names->targets[0] != '\0') {
        FCNN_TRY(fcnn_memory_copy_text(names->targets, &dataset->targets_name));
        FCNN_TRY(fcnn_columns_parse(names->targets, &dataset->targets_columns));
    }
    if (names->weights != NULL && names->weights[0] != '\0') {
        FCNN_TRY(fcnn_memory_copy_text(names->weights, &dataset->weights_name));
        FCNN_TRY(fcnn_columns_parse(names->weights, &dataset->weights_columns));
    }
    return FCNN_OK;
}

/* Narrows to rows as in 0:80000, 100: or :100 of the joined files; "" or NULL is all. */
static fcnn_status narrow(fcnn_dataset *dataset, const char *range)
{
    const int64_t total = dataset->files.starts[dataset->files.count];
    int64_t first = 0, last = total;
    if (range != NULL && range[0] != '\0') {
        FCNN_TRY(fcnn_columns_range(range, &first, &last));
        last = last < 0 ? total : last;
        if (last > total) {
            return fcnn_fail(FCNN_EDATA, "%s: rows %s are asked for, but there are %" PRId64, dataset->file, range,
                             total);
        }
    }
    if (first >= last) {
        return fcnn_fail(FCNN_EDATA, "%s: rows %s of %" PRId64 " are none", dataset->file, range, total);
    }
    dataset->first_row = first;
    dataset->range_rows = dataset->file_rows = dataset->rows = last - first;
    return FCNN_OK;
}

static void set_tables(fcnn_dataset *dataset)
{
    const fcnn_columns *inputs = &dataset->inputs_columns, *targets = &dataset->targets_columns;
    dataset->inputs = (fcnn_table){.type = inputs->type, .width = inputs->width};
    if (dataset->targets_name != NULL) {
        dataset->targets =
            (fcnn_table){.type = targets->is_text ? FCNN_TYPE_INT32 : targets->type, .width = targets->width};
        dataset->one_target_column = targets->width == 1;
    }
    if (dataset->weights_name != NULL) {
        dataset->weights = (fcnn_table){.type = dataset->weights_columns.type, .width = 1};
    }
}

static fcnn_status open_all(fcnn_dataset *dataset, fcnn_comm *comm, const fcnn_dataset_names *names)
{
    FCNN_TRY(fcnn_comm_agree(comm, take_names(dataset, names)));
    FCNN_TRY(fcnn_comm_agree(comm, comm->rank == 0 ? describe_files(dataset) : FCNN_OK));
    FCNN_TRY(share_files(&dataset->files, comm));
    share_columns(&dataset->inputs_columns, comm);
    FCNN_TRY(fcnn_column_names_share(&dataset->inputs_columns.names, comm));
    if (dataset->targets_name != NULL) {
        share_columns(&dataset->targets_columns, comm);
        FCNN_TRY(fcnn_column_names_share(&dataset->targets_columns.names, comm));
        FCNN_TRY(fcnn_classes_join(&dataset->classes, comm));
    }
    if (dataset->weights_name != NULL) {
        share_columns(&dataset->weights_columns, comm);
    }
    set_tables(dataset);
    return narrow(dataset, names->rows);
}

fcnn_status fcnn_dataset_open(fcnn_comm *comm, const fcnn_dataset_names *names, fcnn_dataset **out)
{
    fcnn_dataset *dataset = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the dataset", 1, sizeof *dataset, &dataset)));
    const fcnn_status status = open_all(dataset, comm, names);
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

/* ---- classes ---- */

/* Adds the names in this rank's even part of the rows. */
static fcnn_status collect_classes(fcnn_dataset *dataset, const fcnn_comm *comm)
{
    const int64_t last = dataset->first_row + fcnn_comm_first_item(dataset->range_rows, comm->rank + 1, comm->size);
    int64_t first = dataset->first_row + fcnn_comm_first_item(dataset->range_rows, comm->rank, comm->size);
    fcnn_reader reader = {.dataset = dataset};
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", TEXTS_AT_ONCE, sizeof *texts, &texts));
    fcnn_status status = FCNN_OK;
    for (; status == FCNN_OK && first < last; first += TEXTS_AT_ONCE) {
        const int64_t count = last - first < TEXTS_AT_ONCE ? last - first : TEXTS_AT_ONCE;
        status = fcnn_reader_texts(&reader, first, count, texts);
        for (int64_t i = 0; i < count && texts[i] != NULL; i++) {
            if (status == FCNN_OK) {
                status = fcnn_classes_add(&dataset->classes, texts[i]);
            }
            free(texts[i]);
            texts[i] = NULL;
        }
    }
    fcnn_reader_close(&reader);
    free(texts);
    return status;
}

fcnn_status fcnn_dataset_find_classes(fcnn_dataset *dataset, fcnn_comm *comm, const fcnn_classes *known)
{
    if (dataset->targets_name == NULL) {
        return FCNN_OK;
    }
    if (!dataset->targets_columns.is_text) {
        return known == NULL
                   ? FCNN_OK
                   : check_same_classes(dataset, dataset->file, &dataset->classes, known, "the training rows");
    }
    if (known != NULL && known->count == 0) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s holds names of classes, but the targets of the training rows were numbers: which name "
                         "is which number is not known, so give numbers here, too",
                         dataset->file, dataset->targets_name);
    }
    if (known != NULL) {
        return fcnn_comm_agree(comm, fcnn_classes_copy(known, &dataset->classes));
    }
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, collect_classes(dataset, comm))));
    return fcnn_classes_join(&dataset->classes, comm);
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

static fcnn_status create_rows(const char *name, int64_t rows, fcnn_table *table)
{
    FCNN_TRY(fcnn_memory_create(name, rows, (size_t)table->width * fcnn_type_size(table->type), &table->values));
    table->rows = rows;
    return FCNN_OK;
}

/* Room for a block, and what reads into it. */
static fcnn_status create_block(fcnn_dataset *dataset, bool has_targets)
{
    const int64_t fitting = BLOCK_BYTES / fcnn_dataset_row_bytes(dataset);
    const int64_t most = fitting < 1 ? 1 : fitting;
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

static fcnn_status check_finite(const fcnn_dataset *dataset, const fcnn_table *table, int64_t first, const char *name)
{
    int64_t row, column, file_row;
    if (table->values == NULL || !fcnn_table_find_nonfinite(table, &row, &column)) {
        return FCNN_OK;
    }
    const char *path = fcnn_dataset_place(dataset, first + row, &file_row);
    const bool is_nan = isnan(fcnn_table_value(table, row, column));
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 ", column %" PRId64 " is %s (rows and columns count from 0): "
                     "take such rows out, or replace the value%s",
                     path, name, file_row, column, is_nan ? "NaN" : "infinite",
                     is_nan ? "; in training data.missing = drop_row or mean does" : "");
}

/* Numbers of all ranks' rows. */
enum { INPUTS_FINGERPRINT, TARGETS_FINGERPRINT, WEIGHTS_FINGERPRINT, FILLED_VALUES, FILLED_ROWS, SUMS };

/* Checks all rows and adds up their fingerprints. */
static fcnn_status look_at_rows(fcnn_dataset *dataset, uint64_t fingerprints[3])
{
    const char *const names[] = {dataset->inputs_name, dataset->targets_name, dataset->weights_name};
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(dataset, 0, &block, &status);) {
        const fcnn_table *const tables[] = {&block.inputs, &block.targets, &block.weights};
        for (int i = 0; i < 3 && status == FCNN_OK; i++) {
            if (names[i] != NULL) {
                status = check_finite(dataset, tables[i], block.first, names[i]);
                fingerprints[i] += fcnn_table_fingerprint(tables[i], dataset->first + block.first);
            }
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
        FCNN_TRY(fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, read_all(dataset, sums + FILLED_VALUES))));
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
    fcnn_status status =
        fcnn_text_append(&text, "%s[%" PRId64 "][%" PRId64 "] %016" PRIx64, fcnn_type_name(dataset->inputs.type),
                         dataset->rows, dataset->inputs.width, dataset->inputs_fingerprint);
    if (status == FCNN_OK && dataset->targets_name != NULL) {
        status =
            fcnn_text_append(&text, " %s[%" PRId64 "][%" PRId64 "] %016" PRIx64, fcnn_type_name(dataset->targets.type),
                             dataset->rows, dataset->targets.width, dataset->targets_fingerprint);
    }
    if (status == FCNN_OK && dataset->weights_name != NULL) {
        status = fcnn_text_append(&text, " weights %s %016" PRIx64, fcnn_type_name(dataset->weights.type),
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
