/* src/data/dataset_open.c — what a dataset is: its files, shapes and classes, found on rank 0 and told to all. */
#include "data/dataset.h"

#include "core/memory.h"
#include "core/pulse.h"
#include "core/sizes.h"
#include "data/column_attributes.h"
#include "data/describe_columns.h"
#include "data/matching.h"
#include "data/reader.h"
#include "data/unwritten.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- shapes ---- */

/* The inputs have another number of rows than the targets, or the weights. */
static fcnn_status lengths_differ(const fcnn_dataset *dataset, const char *path, int64_t inputs,
                                  const fcnn_columns *others, int64_t rows)
{
    const fcnn_hdf5_info *a = &dataset->inputs_columns.parts[0].info, *b = &others->parts[0].info;
    const bool by_columns = others->by_columns;
    char shape_a[128], shape_b[128];
    fcnn_hdf5_info_shape(a, shape_a, sizeof shape_a);
    fcnn_hdf5_info_shape(b, shape_b, sizeof shape_b);
    const int other_a = by_columns ? 0 : a->rank - 1, other_b = by_columns ? 0 : b->rank - 1;
    const char *hint = "";
    if (a->dims[other_a] == b->dims[other_b]) {
        hint = by_columns ? "; they would fit with data.order = rows (fcnn-predict: without --columns)"
                          : "; they would fit with data.order = columns (fcnn-predict: --columns), "
                            "[features][rows] as Fortran writes it";
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

/* Is this file the first that has rows? */
static bool is_first(const fcnn_dataset *dataset, int64_t place)
{
    return dataset->files.starts[place] == 0;
}

/* Finds the names of classes that numbers stand for; those of the first file are the dataset's.  The names of an
 * enumeration are added: those of the first file in the order of its values, then what others have. */
static fcnn_status name_numbers(fcnn_dataset *dataset, int64_t place, const fcnn_open_columns *open)
{
    if (dataset->targets_columns.has_classes) {
        return fcnn_decoding_add_classes(&open->parts[0].decoding, &dataset->classes);
    }
    if (is_first(dataset, place)) {
        return fcnn_column_attributes_classes(open, &dataset->classes);
    }
    fcnn_classes names;
    FCNN_TRY(fcnn_column_attributes_classes(open, &names));
    const fcnn_status status =
        check_same_classes(dataset, dataset->files.paths[place], &names, &dataset->classes, "the first file");
    fcnn_classes_clear(&names);
    return status;
}

enum { INPUTS, TARGETS, WEIGHTS, SIDES };

/* Compares the columns of a further file, which it calls by these names. */
static fcnn_status compare_side(int64_t place, const fcnn_open_columns *open, const fcnn_column_names *names,
                                fcnn_matching *matching, const char *path)
{
    const fcnn_columns *columns = open->columns;
    const int64_t other_part = fcnn_describe_columns_other_part(open);
    if (matching != NULL) {
        const bool lies_otherwise = open->width == columns->width && other_part >= 0;
        FCNN_TRY(fcnn_matching_file(matching, names, lies_otherwise, path));
    }
    return other_part >= 0 && fcnn_column_orders_find(&columns->orders, place) == NULL
               ? fcnn_describe_columns_fail_other_part(open, other_part)
               : FCNN_OK;
}

/* Opens one side in a file, reads its shape, and compares its columns; weights have no matching. */
static fcnn_status describe_side(fcnn_columns *columns, int64_t place, bool is_first_file, fcnn_hdf5_file *file,
                                 fcnn_matching *matching, fcnn_open_columns *open)
{
    const char *path = fcnn_hdf5_path(file);
    if (is_first_file) {
        FCNN_TRY(fcnn_describe_columns(columns, file, open));
        fcnn_describe_columns_warn_of_names(columns, path);
        return matching == NULL ? FCNN_OK : fcnn_matching_first(matching, path);
    }
    fcnn_column_names names;
    fcnn_status status = fcnn_describe_columns_again(columns, file, open, &names);
    if (status == FCNN_OK) {
        status = compare_side(place, open, &names, matching, path);
    }
    fcnn_column_names_clear(&names);
    return status;
}

/* Has one of several files no rows?  It adds none then, whatever else it has. */
static fcnn_status find_rows(const fcnn_dataset *dataset, fcnn_hdf5_file *file, bool *has_rows)
{
    const fcnn_columns *columns[] = {&dataset->inputs_columns, &dataset->targets_columns, &dataset->weights_columns};
    *has_rows = dataset->files.count == 1;
    for (int i = 0; i < SIDES && !*has_rows; i++) {
        int64_t rows;
        FCNN_TRY(fcnn_describe_columns_count_rows(columns[i], file, &rows));
        *has_rows = rows > 0;
    }
    return FCNN_OK;
}

/* Reads the shapes of one file: those of the first with rows are what the others must have.
 *   open [SIDES]  to be closed, also on failure */
static fcnn_status describe_sides(fcnn_dataset *dataset, int64_t place, fcnn_hdf5_file *file,
                                  fcnn_matching matchings[2], fcnn_open_columns *open)
{
    fcnn_columns *columns[] = {&dataset->inputs_columns, &dataset->targets_columns, &dataset->weights_columns};
    int64_t rows = 0;
    for (int i = 0; i < SIDES; i++) {
        if (columns[i]->count == 0) {
            continue;
        }
        FCNN_TRY(describe_side(columns[i], place, is_first(dataset, place), file, i == WEIGHTS ? NULL : &matchings[i],
                               &open[i]));
        rows = i == 0 ? open[i].parts[0].rows : rows;
        if (open[i].parts[0].rows != rows) {
            return lengths_differ(dataset, dataset->files.paths[place], rows, columns[i], open[i].parts[0].rows);
        }
    }
    if (dataset->targets_name != NULL) {
        FCNN_TRY(name_numbers(dataset, place, &open[TARGETS]));
    }
    dataset->files.starts[place + 1] = dataset->files.starts[place] + rows;
    return FCNN_OK;
}

static fcnn_status describe_open_file(fcnn_dataset *dataset, const char *range, int64_t place, fcnn_hdf5_file *file,
                                      fcnn_matching matchings[2])
{
    fcnn_open_columns open[SIDES] = {0};
    bool has_rows;
    FCNN_TRY(find_rows(dataset, file, &has_rows));
    if (!has_rows) {
        dataset->files.starts[place + 1] = dataset->files.starts[place];
        return FCNN_OK;
    }
    fcnn_status status = describe_sides(dataset, place, file, matchings, open);
    if (status == FCNN_OK) {
        status = fcnn_unwritten_find(dataset, range, place, open);
    }
    for (int i = 0; i < SIDES; i++) {
        fcnn_open_columns_close(&open[i]);
    }
    return status;
}

static fcnn_status describe_all(fcnn_dataset *dataset, const char *range, fcnn_matching matchings[2])
{
    FCNN_TRY(fcnn_files_find(dataset->file, &dataset->files));
    for (int64_t place = 0; place < dataset->files.count; place++) {
        fcnn_hdf5_file *file;
        fcnn_pulse_beat(FCNN_PHASE_READING);
        FCNN_TRY(fcnn_hdf5_open(dataset->files.paths[place], &file));
        fcnn_hdf5_allow_external(file, dataset->allow_external);
        const fcnn_status status = describe_open_file(dataset, range, place, file, matchings);
        fcnn_hdf5_close(file);
        FCNN_TRY(status);
    }
    if (dataset->files.starts[dataset->files.count] == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: none of the %" PRId64 " files has rows in %s", dataset->file,
                         dataset->files.count, dataset->inputs_name);
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

static fcnn_status describe_files(fcnn_dataset *dataset, const char *range, const fcnn_dataset_reference *reference)
{
    fcnn_matching matchings[2] = {0};
    fcnn_status status = fcnn_matching_start(&dataset->inputs_columns, dataset->match,
                                             reference != NULL ? &reference->inputs : NULL, &matchings[INPUTS]);
    if (status == FCNN_OK) {
        status = fcnn_matching_start(&dataset->targets_columns, dataset->match,
                                     reference != NULL ? &reference->targets : NULL, &matchings[TARGETS]);
    }
    if (status == FCNN_OK) {
        status = describe_all(dataset, range, matchings);
    }
    for (int i = 0; i < WEIGHTS && status == FCNN_OK; i++) {
        fcnn_matching_warn(&matchings[i]);
    }
    fcnn_matching_end(&matchings[INPUTS]);
    fcnn_matching_end(&matchings[TARGETS]);
    return status;
}

/* ---- from rank 0 to all ---- */

static fcnn_status share_columns(fcnn_columns *columns, fcnn_comm *comm)
{
    FCNN_TRY(fcnn_columns_share_meaning(columns, comm));
    for (int64_t i = 0; i < columns->count; i++) {
        fcnn_comm_broadcast(comm, &columns->parts[i].info, sizeof columns->parts[i].info);
        fcnn_comm_broadcast(comm, &columns->parts[i].all, sizeof columns->parts[i].all);
        fcnn_comm_broadcast(comm, &columns->parts[i].unwritten, sizeof columns->parts[i].unwritten);
        fcnn_comm_broadcast(comm, &columns->parts[i].unwritten_place, sizeof columns->parts[i].unwritten_place);
    }
    fcnn_comm_broadcast(comm, &columns->is_text, sizeof columns->is_text);
    fcnn_comm_broadcast(comm, &columns->stored, sizeof columns->stored);
    fcnn_comm_broadcast(comm, &columns->type, sizeof columns->type);
    fcnn_comm_broadcast(comm, &columns->is_integer, sizeof columns->is_integer);
    fcnn_comm_broadcast(comm, &columns->has_classes, sizeof columns->has_classes);
    fcnn_comm_broadcast(comm, &columns->width, sizeof columns->width);
    return FCNN_OK;
}

/* What is known of the columns themselves. */
static fcnn_status share_names(fcnn_columns *columns, fcnn_comm *comm)
{
    FCNN_TRY(fcnn_column_names_share(&columns->names, comm));
    return fcnn_column_orders_share(&columns->orders, comm);
}

static fcnn_status create_files(int64_t count, const int64_t *lengths, fcnn_files *files)
{
    FCNN_TRY(fcnn_memory_create("the files", count, sizeof *files->paths, &files->paths));
    files->count = count; /* not before: there would be no paths to be released */
    FCNN_TRY(fcnn_memory_create("the rows of the files", count + 1, sizeof *files->starts, &files->starts));
    for (int64_t i = 0; i < count; i++) {
        FCNN_TRY(fcnn_memory_create("a path", lengths[i], 1, &files->paths[i]));
    }
    return FCNN_OK;
}

static fcnn_status share_files(fcnn_files *files, fcnn_comm *comm)
{
    int64_t count = files->count;
    fcnn_comm_broadcast(comm, &count, sizeof count);
    int64_t *lengths = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the files", count, sizeof *lengths, &lengths)));
    for (int64_t i = 0; comm->rank == 0 && i < count; i++) {
        lengths[i] = (int64_t)strlen(files->paths[i]) + 1;
    }
    fcnn_comm_broadcast(comm, lengths, count * (int64_t)sizeof *lengths);
    const fcnn_status status = fcnn_comm_agree(comm, comm->rank == 0 ? FCNN_OK : create_files(count, lengths, files));
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

/* Takes a list of columns, and what is said of all columns. */
static fcnn_status take_columns(const char *list, const fcnn_columns *all, char **name, fcnn_columns *columns)
{
    FCNN_TRY(fcnn_memory_copy_text(list, name));
    FCNN_TRY(fcnn_columns_parse(list, columns));
    columns->by_columns = all->by_columns;
    columns->rules = all->rules;
    return FCNN_OK;
}

static fcnn_status take_names(fcnn_dataset *dataset, const fcnn_dataset_names *names)
{
    fcnn_columns all = {.by_columns = names->columns != 0, .rules.as_stored = names->as_stored != 0};
    FCNN_TRY(fcnn_decode_rules_read(names->missing_values != NULL ? names->missing_values : "", &all.rules));
    dataset->read_retries = names->read_retries;
    dataset->allow_external = names->allow_external != 0;
    if (names->match_columns != NULL && !fcnn_match_columns_from_word(names->match_columns, &dataset->match)) {
        return fcnn_fail(FCNN_EUSAGE, "columns are matched by '%.60s': expected error, by_name or ignore",
                         names->match_columns);
    }
    FCNN_TRY(fcnn_memory_copy_text(names->file, &dataset->file));
    FCNN_TRY(take_columns(names->inputs, &all, &dataset->inputs_name, &dataset->inputs_columns));
    if (names->targets != NULL && names->targets[0] != '\0') {
        FCNN_TRY(take_columns(names->targets, &all, &dataset->targets_name, &dataset->targets_columns));
        dataset->targets_columns.may_be_classes = true;
    }
    if (names->weights != NULL && names->weights[0] != '\0') {
        FCNN_TRY(take_columns(names->weights, &all, &dataset->weights_name, &dataset->weights_columns));
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

static fcnn_status open_all(fcnn_dataset *dataset, fcnn_comm *comm, const fcnn_dataset_names *names,
                            const fcnn_dataset_reference *reference)
{
    FCNN_TRY(fcnn_comm_agree(comm, take_names(dataset, names)));
    FCNN_TRY(fcnn_comm_agree(comm, comm->rank == 0 ? describe_files(dataset, names->rows, reference) : FCNN_OK));
    FCNN_TRY(share_files(&dataset->files, comm));
    FCNN_TRY(share_columns(&dataset->inputs_columns, comm));
    FCNN_TRY(share_names(&dataset->inputs_columns, comm));
    if (dataset->targets_name != NULL) {
        FCNN_TRY(share_columns(&dataset->targets_columns, comm));
        FCNN_TRY(share_names(&dataset->targets_columns, comm));
        FCNN_TRY(fcnn_classes_share(&dataset->classes, comm));
        dataset->targets_columns.classes = &dataset->classes;
    }
    if (dataset->weights_name != NULL) {
        FCNN_TRY(share_columns(&dataset->weights_columns, comm));
    }
    set_tables(dataset);
    return narrow(dataset, names->rows);
}

fcnn_status fcnn_dataset_open_like(fcnn_comm *comm, const fcnn_dataset_names *names,
                                   const fcnn_dataset_reference *reference, fcnn_dataset **out)
{
    fcnn_dataset *dataset = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the dataset", 1, sizeof *dataset, &dataset)));
    const fcnn_status status = open_all(dataset, comm, names, reference);
    if (status != FCNN_OK) {
        fcnn_dataset_destroy(dataset);
        return status;
    }
    *out = dataset;
    return FCNN_OK;
}

fcnn_status fcnn_dataset_open(fcnn_comm *comm, const fcnn_dataset_names *names, fcnn_dataset **out)
{
    return fcnn_dataset_open_like(comm, names, NULL, out);
}

/* ---- classes ---- */

/* Adds the names in this rank's even part of the rows. */
static fcnn_status collect_classes(fcnn_dataset *dataset, const fcnn_comm *comm)
{
    const int64_t last = dataset->first_row + fcnn_comm_first_item(dataset->range_rows, comm->rank + 1, comm->size);
    int64_t first = dataset->first_row + fcnn_comm_first_item(dataset->range_rows, comm->rank, comm->size);
    fcnn_reader reader = {.dataset = dataset};
    const int64_t most = fcnn_size(FCNN_SIZE_TEXTS);
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", most, sizeof *texts, &texts));
    fcnn_status status = FCNN_OK;
    for (; status == FCNN_OK && first < last; first += most) {
        const int64_t count = last - first < most ? last - first : most;
        status = fcnn_reader_texts(&reader, first, count, texts);
        for (int64_t i = 0; i < count && texts[i] != NULL; i++) {
            if (status == FCNN_OK && !fcnn_reader_is_missing(dataset, texts[i])) {
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
    const bool has_names = dataset->targets_columns.is_text || dataset->targets_columns.has_classes;
    if (!has_names) {
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
        fcnn_classes_clear(&dataset->classes);
        return fcnn_comm_agree(comm, fcnn_classes_copy(known, &dataset->classes));
    }
    if (dataset->targets_columns.has_classes) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, collect_classes(dataset, comm))));
    return fcnn_classes_join(&dataset->classes, comm);
}
