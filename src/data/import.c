/* src/data/import.c — tables in other formats: read, and sorted into inputs and targets. */
#include "data/import.h"

#include "core/memory.h"
#include "core/text.h"
#include "formats/csv.h"
#include "formats/idx.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- files ---- */

/* Opens an input, which must not be what is to be replaced. */
static fcnn_status open_input(const char *path, const char *output, FILE **out)
{
    struct stat input, target;
    *out = fopen(path, "rb");
    if (*out == NULL) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (fstat(fileno(*out), &input) == 0 && stat(output, &target) == 0 && input.st_dev == target.st_dev &&
        input.st_ino == target.st_ino) {
        fclose(*out);
        return fcnn_fail(FCNN_EUSAGE, "%s: is the input and the output as well", path);
    }
    return FCNN_OK;
}

static fcnn_status read_csv(const fcnn_import_options *options, fcnn_csv *out)
{
    FILE *stream;
    FCNN_TRY(open_input(options->csv, options->output, &stream));
    const fcnn_status status = fcnn_csv_read(stream, options->csv, options->header != 0, out);
    fclose(stream);
    return status;
}

static fcnn_status read_idx(const char *path, const char *output, fcnn_idx *out)
{
    FILE *stream;
    FCNN_TRY(open_input(path, output, &stream));
    const fcnn_status status = fcnn_idx_read(stream, path, out);
    fclose(stream);
    return status;
}

/* ---- which columns are targets ---- */

static fcnn_status find_title(const char *path, const fcnn_csv *table, const char *title, int64_t *out)
{
    if (table->names == NULL) {
        return fcnn_fail(FCNN_EUSAGE, "--target-columns: '%s' is no column's number; names need --header", title);
    }
    const char *nearest = table->names[0];
    for (int64_t c = 0; c < table->columns; c++) {
        if (strcmp(table->names[c], title) == 0) {
            *out = c;
            return FCNN_OK;
        }
        if (fcnn_text_distance(table->names[c], title) < fcnn_text_distance(nearest, title)) {
            nearest = table->names[c];
        }
    }
    return fcnn_fail(FCNN_EDATA, "%s: no column has the name '%s'; the nearest is '%s'", path, title, nearest);
}

static fcnn_status find_column(const char *path, const fcnn_csv *table, const char *word, int64_t *out)
{
    int64_t number;
    if (strcmp(word, "last") == 0) {
        *out = table->columns - 1;
        return FCNN_OK;
    }
    if (!fcnn_text_to_int64(word, &number)) {
        return find_title(path, table, word, out);
    }
    if (number < 1) {
        return fcnn_fail(FCNN_EUSAGE, "--target-columns: %" PRId64 " is no column; they count from 1", number);
    }
    if (number > table->columns) {
        return fcnn_fail(FCNN_EDATA, "%s: there is no column %" PRId64 "; the table has %" PRId64, path, number,
                         table->columns);
    }
    *out = number - 1;
    return FCNN_OK;
}

/* is_target [columns] marks what y takes. */
static fcnn_status choose_targets(const fcnn_import_options *options, const fcnn_csv *table, bool *is_target,
                                  fcnn_import_field *y)
{
    char *words;
    FCNN_TRY(fcnn_memory_copy_text(options->target_columns != NULL ? options->target_columns : "last", &words));
    fcnn_status status = FCNN_OK;
    for (char *word = words, *next; word != NULL && status == FCNN_OK; word = next) {
        next = strchr(word, ',');
        if (next != NULL) {
            *next++ = '\0';
        }
        int64_t column = 0;
        status = find_column(options->csv, table, word, &column);
        if (status == FCNN_OK && is_target[column]) {
            status = fcnn_fail(FCNN_EUSAGE, "--target-columns: column %" PRId64 " is named twice", column + 1);
        }
        if (status == FCNN_OK) {
            is_target[column] = true;
            y->columns[y->columns_count++] = column;
        }
    }
    free(words);
    return status;
}

/* Sorts the table's columns into x and y. */
static fcnn_status sort_columns(const fcnn_import_options *options, const fcnn_csv *table, fcnn_import_field fields[2])
{
    fcnn_import_field *x = &fields[0], *y = &fields[1];
    for (int f = 0; f < 2; f++) {
        FCNN_TRY(fcnn_memory_create("column numbers", table->columns, sizeof *fields[f].columns, &fields[f].columns));
    }
    bool *is_target;
    FCNN_TRY(fcnn_memory_create("column marks", table->columns, sizeof *is_target, &is_target));
    const fcnn_status status = choose_targets(options, table, is_target, y);
    for (int64_t c = 0; c < table->columns; c++) {
        if (!is_target[c]) {
            x->columns[x->columns_count++] = c;
        }
    }
    free(is_target);
    FCNN_TRY(status);
    if (x->columns_count == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: no column is left for the inputs", options->csv);
    }
    for (int f = 0; f < 2 && table->names != NULL; f++) {
        FCNN_TRY(
            fcnn_memory_create("column names", fields[f].columns_count, sizeof *fields[f].titles, &fields[f].titles));
        for (int64_t c = 0; c < fields[f].columns_count; c++) {
            fields[f].titles[c] = table->names[fields[f].columns[c]];
        }
    }
    return FCNN_OK;
}

/* ---- rows ---- */

static double cell(const fcnn_import_field *field, int64_t row, int64_t c)
{
    return ((const double *)field->values)[row * field->columns_all + field->columns[c]];
}

static void gather_doubles(const fcnn_import_field *field, int64_t row, void *out)
{
    for (int64_t c = 0; c < field->columns_count; c++) {
        ((double *)out)[c] = cell(field, row, c);
    }
}

static void gather_int32(const fcnn_import_field *field, int64_t row, void *out)
{
    *(int32_t *)out = (int32_t)cell(field, row, 0);
}

static void gather_int64(const fcnn_import_field *field, int64_t row, void *out)
{
    *(int64_t *)out = (int64_t)cell(field, row, 0);
}

static void gather_bytes(const fcnn_import_field *field, int64_t row, void *out)
{
    size_t bytes = 1;
    for (int d = 1; d < field->info.rank; d++) {
        bytes *= (size_t)field->info.dims[d];
    }
    memcpy(out, (const uint8_t *)field->values + (size_t)row * bytes, bytes);
}

/* The type of a single target column: the smallest that holds all of its values exactly. */
static fcnn_type target_type(const fcnn_import_field *y, int64_t rows)
{
    fcnn_type type = FCNN_TYPE_INT32;
    for (int64_t row = 0; row < rows; row++) {
        const double value = cell(y, row, 0);
        if (value != floor(value) || fabs(value) > 0x1p53) {
            return FCNN_TYPE_FLOAT64;
        }
        if (value < INT32_MIN || value > INT32_MAX) {
            type = FCNN_TYPE_INT64;
        }
    }
    return type;
}

static void shape_fields(const fcnn_import_options *options, const fcnn_csv *table, fcnn_import_field fields[2])
{
    fcnn_import_field *y = &fields[1];
    for (int f = 0; f < 2; f++) {
        fields[f].values = table->values;
        fields[f].columns_all = table->columns;
        fields[f].gather = gather_doubles;
        fields[f].info =
            (fcnn_hdf5_info){.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {table->rows, fields[f].columns_count}};
    }
    if (y->columns_count > 1) {
        return;
    }
    y->info.rank = 1;
    if (options->float_targets == 0) {
        y->info.type = target_type(y, table->rows);
        y->gather = y->info.type == FCNN_TYPE_INT32   ? gather_int32
                    : y->info.type == FCNN_TYPE_INT64 ? gather_int64
                                                      : gather_doubles;
    }
}

/* ---- formats ---- */

static fcnn_status import_csv(const fcnn_import_options *options, char *summary, size_t size)
{
    fcnn_csv table = {0};
    fcnn_import_field fields[2] = {{.name = "x"}, {.name = "y"}};
    FCNN_TRY(read_csv(options, &table));
    fcnn_status status = sort_columns(options, &table, fields);
    if (status == FCNN_OK) {
        shape_fields(options, &table, fields);
        status = fcnn_import_write(options, fields, summary, size);
    }
    for (int f = 0; f < 2; f++) {
        free(fields[f].columns);
        free(fields[f].titles);
    }
    fcnn_csv_clear(&table);
    return status;
}

static fcnn_status check_pair(const fcnn_import_options *options, const fcnn_idx *images, const fcnn_idx *labels)
{
    if (images->rank < 2 || labels->rank != 1) {
        return fcnn_fail(FCNN_EDATA, "%s: has %d dimension%s; the order is --idx IMAGES LABELS",
                         images->rank < 2 ? options->images : options->labels,
                         images->rank < 2 ? images->rank : labels->rank, images->rank < 2 ? "" : "s");
    }
    if (images->dims[0] != labels->dims[0]) {
        return fcnn_fail(FCNN_EDATA, "%s has %" PRId64 " images, but %s has %" PRId64 " labels", options->images,
                         images->dims[0], options->labels, labels->dims[0]);
    }
    return FCNN_OK;
}

static fcnn_import_field field_of_idx(const char *name, const fcnn_idx *array)
{
    fcnn_import_field field = {.name = name, .values = array->values, .gather = gather_bytes};
    field.info = (fcnn_hdf5_info){.type = FCNN_TYPE_UINT8, .rank = array->rank};
    memcpy(field.info.dims, array->dims, (size_t)array->rank * sizeof array->dims[0]);
    return field;
}

static fcnn_status import_idx(const fcnn_import_options *options, char *summary, size_t size)
{
    fcnn_idx images = {0}, labels = {0};
    fcnn_status status = read_idx(options->images, options->output, &images);
    if (status == FCNN_OK) {
        status = read_idx(options->labels, options->output, &labels);
    }
    if (status == FCNN_OK) {
        status = check_pair(options, &images, &labels);
    }
    if (status == FCNN_OK) {
        const fcnn_import_field fields[2] = {field_of_idx("x", &images), field_of_idx("y", &labels)};
        status = fcnn_import_write(options, fields, summary, size);
    }
    fcnn_idx_clear(&images);
    fcnn_idx_clear(&labels);
    return status;
}

static fcnn_status check_options(const fcnn_import_options *options)
{
    const bool is_idx = options->images != NULL && options->labels != NULL;
    if (options->output == NULL || options->output[0] == '\0') {
        return fcnn_fail(FCNN_EUSAGE, "no output file is named");
    }
    if ((options->csv != NULL) == is_idx) {
        return fcnn_fail(FCNN_EUSAGE, "either --csv FILE or --idx IMAGES LABELS must be given");
    }
    if (is_idx && (options->header || options->float_targets || options->target_columns != NULL)) {
        return fcnn_fail(FCNN_EUSAGE, "--header, --target-columns and --float-targets go with --csv, not with --idx");
    }
    if (!(options->split == 0 || (options->split > 0 && options->split < 1))) {
        return fcnn_fail(FCNN_EUSAGE, "--split: must lie between 0 and 1");
    }
    return FCNN_OK;
}

fcnn_status fcnn_import(const fcnn_import_options *options, char *summary, size_t size)
{
    FCNN_TRY(check_options(options));
    return options->csv != NULL ? import_csv(options, summary, size) : import_idx(options, summary, size);
}
