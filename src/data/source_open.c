/* src/data/source_open.c — opens a source: rank 0 finds files, shapes and classes, and sends them to all ranks. */
#include "data/source.h"

#include "core/memory.h"
#include "core/pulse.h"
#include "data/column_attributes.h"
#include "data/describe_columns.h"
#include "data/matching.h"
#include "data/unwritten.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- shapes ---- */

/* Fails because the inputs have another number of rows than the targets or weights. */
static fcnn_status lengths_differ(const fcnn_source *source, const char *path, int64_t inputs,
                                  const fcnn_columns *others, int64_t rows)
{
    const fcnn_hdf5_info *a = &source->inputs.parts[0].info, *b = &others->parts[0].info;
    const bool by_columns = others->by_columns;
    char shape_a[128], shape_b[128];
    fcnn_hdf5_info_shape(a, shape_a, sizeof shape_a);
    fcnn_hdf5_info_shape(b, shape_b, sizeof shape_b);
    const int other_a = by_columns ? 0 : a->rank - 1, other_b = by_columns ? 0 : b->rank - 1;
    const char *hint = "";
    if (a->dims[other_a] == b->dims[other_b]) {
        hint = by_columns ? "; the numbers of rows are equal with data.order = rows (fcnn-predict: without --columns)"
                          : "; the numbers of rows are equal with data.order = columns (fcnn-predict: --columns), "
                            "which reads [features][rows] as written by Fortran";
    }
    return fcnn_fail(FCNN_EDATA, "%s: %s %s has %" PRId64 " rows, but %s %s has %" PRId64 "%s", path,
                     source->inputs.parts[0].dataset, shape_a, inputs, others->parts[0].dataset, shape_b, rows, hint);
}

/* Returns whether this is the first file that has rows. */
static bool is_first(const fcnn_source *source, int64_t place)
{
    return source->files.starts[place] == 0;
}

/* Finds the names of numbered classes; those of the first file become the source's. The names of an enumeration are
 * added: those of the first file in the order of its values, then further names of other files. */
static fcnn_status name_numbers(fcnn_source *source, int64_t place, const fcnn_open_columns *open)
{
    if (source->targets.has_classes) {
        return fcnn_decoding_add_classes(&open->parts[0].decoding, &source->classes);
    }
    if (is_first(source, place)) {
        return fcnn_column_attributes_classes(open, &source->classes);
    }
    fcnn_classes names;
    FCNN_TRY(fcnn_column_attributes_classes(open, &names));
    const fcnn_status status =
        fcnn_source_check_classes(source, source->files.paths[place], &names, &source->classes, "the first file");
    fcnn_classes_clear(&names);
    return status;
}

enum { INPUTS, TARGETS, WEIGHTS, SIDES };

/* Compares the columns of a further file, which have these names. */
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

/* Opens the inputs, targets or weights in a file, reads their shape, and compares their columns; weights have no
 * matching. */
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

/* Finds whether a file has rows. One of several files without rows is skipped, whatever else it contains. */
static fcnn_status find_rows(const fcnn_source *source, fcnn_hdf5_file *file, bool *has_rows)
{
    const fcnn_columns *columns[] = {&source->inputs, &source->targets, &source->weights};
    *has_rows = source->files.count == 1;
    for (int i = 0; i < SIDES && !*has_rows; i++) {
        int64_t rows;
        FCNN_TRY(fcnn_describe_columns_count_rows(columns[i], file, &rows));
        *has_rows = rows > 0;
    }
    return FCNN_OK;
}

/* Reads the shapes of one file. All files must have the shapes of the first file with rows.
 *   open  [SIDES], to be closed by the caller, also after a failure */
static fcnn_status describe_sides(fcnn_source *source, int64_t place, fcnn_hdf5_file *file, fcnn_matching matchings[2],
                                  fcnn_open_columns *open)
{
    fcnn_columns *columns[] = {&source->inputs, &source->targets, &source->weights};
    int64_t rows = 0;
    for (int i = 0; i < SIDES; i++) {
        if (columns[i]->count == 0) {
            continue;
        }
        FCNN_TRY(describe_side(columns[i], place, is_first(source, place), file, i == WEIGHTS ? NULL : &matchings[i],
                               &open[i]));
        rows = i == 0 ? open[i].parts[0].rows : rows;
        if (open[i].parts[0].rows != rows) {
            return lengths_differ(source, source->files.paths[place], rows, columns[i], open[i].parts[0].rows);
        }
    }
    if (source->targets_name != NULL) {
        FCNN_TRY(name_numbers(source, place, &open[TARGETS]));
    }
    source->files.starts[place + 1] = source->files.starts[place] + rows;
    return FCNN_OK;
}

static fcnn_status describe_open_file(fcnn_source *source, const char *range, int64_t place, fcnn_hdf5_file *file,
                                      fcnn_matching matchings[2])
{
    fcnn_open_columns open[SIDES] = {0};
    bool has_rows;
    FCNN_TRY(find_rows(source, file, &has_rows));
    if (!has_rows) {
        source->files.starts[place + 1] = source->files.starts[place];
        return FCNN_OK;
    }
    fcnn_status status = describe_sides(source, place, file, matchings, open);
    if (status == FCNN_OK) {
        status = fcnn_unwritten_find(source, range, place, open);
    }
    for (int i = 0; i < SIDES; i++) {
        fcnn_open_columns_close(&open[i]);
    }
    return status;
}

static fcnn_status describe_all(fcnn_source *source, const char *range, fcnn_matching matchings[2])
{
    FCNN_TRY(fcnn_files_find(source->file, &source->files));
    for (int64_t place = 0; place < source->files.count; place++) {
        fcnn_hdf5_file *file;
        fcnn_pulse_beat(FCNN_PHASE_READING);
        FCNN_TRY(fcnn_hdf5_open(source->files.paths[place], &file));
        fcnn_hdf5_allow_external(file, source->allow_external);
        const fcnn_status status = describe_open_file(source, range, place, file, matchings);
        fcnn_hdf5_close(file);
        FCNN_TRY(status);
    }
    if (source->files.starts[source->files.count] == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: none of the %" PRId64 " files has rows in %s", source->file,
                         source->files.count, source->inputs_name);
    }
    if (source->inputs.is_text) {
        return fcnn_fail(FCNN_EDATA, "%s: %s contains strings, but inputs must be numbers", source->files.paths[0],
                         source->inputs_name);
    }
    if (source->weights_name != NULL && (source->weights.is_text || source->weights.width != 1)) {
        return fcnn_fail(FCNN_EDATA, "%s: %s does not have one number per row, as weights must", source->files.paths[0],
                         source->weights_name);
    }
    return FCNN_OK;
}

static fcnn_status describe_files(fcnn_source *source, const char *range, const fcnn_source_reference *reference)
{
    fcnn_matching matchings[2] = {0};
    fcnn_status status = fcnn_matching_start(&source->inputs, source->match,
                                             reference != NULL ? &reference->inputs : NULL, &matchings[INPUTS]);
    if (status == FCNN_OK) {
        status = fcnn_matching_start(&source->targets, source->match, reference != NULL ? &reference->targets : NULL,
                                     &matchings[TARGETS]);
    }
    if (status == FCNN_OK) {
        status = describe_all(source, range, matchings);
    }
    for (int i = 0; i < WEIGHTS && status == FCNN_OK; i++) {
        fcnn_matching_warn(&matchings[i]);
    }
    fcnn_matching_end(&matchings[INPUTS]);
    fcnn_matching_end(&matchings[TARGETS]);
    return status;
}

/* ---- broadcast from rank 0 ---- */

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

/* Sends names, units and decoding of the columns to all ranks. Collective. */
static fcnn_status share_names(fcnn_columns *columns, fcnn_comm *comm)
{
    FCNN_TRY(fcnn_column_names_share(&columns->names, comm));
    return fcnn_column_orders_share(&columns->orders, comm);
}

static fcnn_status create_files(int64_t count, const int64_t *lengths, fcnn_files *files)
{
    FCNN_TRY(fcnn_memory_create("the files", count, sizeof *files->paths, &files->paths));
    files->count = count; /* only now, because clearing would otherwise free paths that do not exist */
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

/* Parses a list of columns, and copies the settings for all columns. */
static fcnn_status take_columns(const char *list, const fcnn_columns *all, char **name, fcnn_columns *columns)
{
    FCNN_TRY(fcnn_memory_copy_text(list, name));
    FCNN_TRY(fcnn_columns_parse(list, columns));
    columns->by_columns = all->by_columns;
    columns->rules = all->rules;
    return FCNN_OK;
}

static fcnn_status take_names(fcnn_source *source, const fcnn_dataset_names *names)
{
    fcnn_columns all = {.by_columns = names->columns != 0, .rules.as_stored = names->as_stored != 0};
    FCNN_TRY(fcnn_decode_rules_read(names->missing_values != NULL ? names->missing_values : "", &all.rules));
    source->read_retries = names->read_retries;
    source->allow_external = names->allow_external != 0;
    if (names->match_columns != NULL && !fcnn_match_columns_from_word(names->match_columns, &source->match)) {
        return fcnn_fail(FCNN_EUSAGE, "columns cannot be matched by '%.60s': specify error, by_name or ignore",
                         names->match_columns);
    }
    FCNN_TRY(fcnn_memory_copy_text(names->file, &source->file));
    FCNN_TRY(take_columns(names->inputs, &all, &source->inputs_name, &source->inputs));
    if (names->targets != NULL && names->targets[0] != '\0') {
        FCNN_TRY(take_columns(names->targets, &all, &source->targets_name, &source->targets));
        source->targets.may_be_classes = true;
    }
    if (names->weights != NULL && names->weights[0] != '\0') {
        FCNN_TRY(take_columns(names->weights, &all, &source->weights_name, &source->weights));
    }
    return FCNN_OK;
}

/* Restricts the source to rows such as 0:80000, 100: or :100 of the joined files; "" or NULL: all rows. */
static fcnn_status narrow(fcnn_source *source, const char *range)
{
    const int64_t total = source->files.starts[source->files.count];
    int64_t first = 0, last = total;
    if (range != NULL && range[0] != '\0') {
        FCNN_TRY(fcnn_columns_range(range, &first, &last));
        last = last < 0 ? total : last;
        if (last > total) {
            return fcnn_fail(FCNN_EDATA, "%s: rows %s were requested, but there are only %" PRId64, source->file, range,
                             total);
        }
    }
    if (first >= last) {
        return fcnn_fail(FCNN_EDATA, "%s: the range %s contains none of the %" PRId64 " rows", source->file, range,
                         total);
    }
    source->first_row = first;
    source->range_rows = source->kept_rows = source->rows = last - first;
    return FCNN_OK;
}

static fcnn_status open_all(fcnn_source *source, fcnn_comm *comm, const fcnn_dataset_names *names,
                            const fcnn_source_reference *reference)
{
    FCNN_TRY(fcnn_comm_agree(comm, take_names(source, names)));
    FCNN_TRY(fcnn_comm_agree(comm, comm->rank == 0 ? describe_files(source, names->rows, reference) : FCNN_OK));
    FCNN_TRY(share_files(&source->files, comm));
    FCNN_TRY(share_columns(&source->inputs, comm));
    FCNN_TRY(share_names(&source->inputs, comm));
    if (source->targets_name != NULL) {
        FCNN_TRY(share_columns(&source->targets, comm));
        FCNN_TRY(share_names(&source->targets, comm));
        FCNN_TRY(fcnn_classes_share(&source->classes, comm));
        source->targets.classes = &source->classes;
    }
    if (source->weights_name != NULL) {
        FCNN_TRY(share_columns(&source->weights, comm));
    }
    return narrow(source, names->rows);
}

fcnn_status fcnn_source_open(fcnn_comm *comm, const fcnn_dataset_names *names, const fcnn_source_reference *reference,
                             fcnn_source *out)
{
    *out = (fcnn_source){0};
    return open_all(out, comm, names, reference);
}
