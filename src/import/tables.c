/* src/import/tables.c — imports CSV tables and divides their columns into inputs and targets. */
#include "import/import.h"

#include "core/list.h"
#include "core/memory.h"
#include "core/text.h"
#include "formats/csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The state of an import. */
typedef struct import {
    const fcnn_import_options *options;
    fcnn_csv table;
    fcnn_import_field fields[2]; /* x and y; only x if there are no targets */
} import;

/* ---- target columns ---- */

/* Returns the column with this name, or −1. */
static int64_t place_of_title(const fcnn_csv *table, const char *title)
{
    for (int64_t c = 0; table->names != NULL && c < table->columns; c++) {
        if (strcmp(table->names[c], title) == 0) {
            return c;
        }
    }
    return -1;
}

static fcnn_status no_such_title(const fcnn_csv *table, const char *title)
{
    if (table->names == NULL) {
        return fcnn_fail(FCNN_EUSAGE, "--target-columns: '%s' is not the number of a column; names require --header",
                         title);
    }
    const char *nearest = table->names[0];
    for (int64_t c = 0; c < table->columns; c++) {
        if (fcnn_text_distance(table->names[c], title) < fcnn_text_distance(nearest, title)) {
            nearest = table->names[c];
        }
    }
    return fcnn_fail(FCNN_EDATA, "%s: there is no column '%s'; the most similar name is '%s'", table->origin, title,
                     nearest);
}

/* Fails because a word is the name of a column and also the number of another, or "last". The message gives an
 * unambiguous name for both. */
static fcnn_status means_two_columns(const fcnn_csv *table, const char *word, int64_t named, int64_t counted)
{
    fcnn_text first = {0}, second = {0};
    fcnn_status status = fcnn_list_put_quoted(word, &first);
    if (status == FCNN_OK) {
        status = fcnn_list_put_quoted(table->names[counted], &second);
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_EUSAGE,
                           "--target-columns: %s is ambiguous: it is the name of column %" PRId64
                           " of %s, and also the number of column %" PRId64
                           "; write '%s' for the first or '%s' for the second, including the quotes",
                           word, named + 1, table->origin, counted + 1, first.data, second.data);
    }
    fcnn_text_clear(&first);
    fcnn_text_clear(&second);
    return status;
}

static fcnn_status no_such_number(const fcnn_csv *table, int64_t number)
{
    return number < 1
               ? fcnn_fail(FCNN_EUSAGE,
                           "--target-columns: %" PRId64 " is not the number of a column; columns count from 1", number)
               : fcnn_fail(FCNN_EDATA, "%s: there is no column %" PRId64 "; the table has %" PRId64, table->origin,
                           number, table->columns);
}

/* Finds the column of a word without quotes, which is a name, a number or "last". */
static fcnn_status find_column(const fcnn_csv *table, const char *word, int64_t *out)
{
    int64_t number = strcmp(word, "last") == 0 ? table->columns : 0;
    const bool counts = number > 0 || fcnn_text_to_int64(word, &number);
    const int64_t named = place_of_title(table, word);
    const bool is_there = counts && number >= 1 && number <= table->columns;
    if (named >= 0 && is_there && number - 1 != named) {
        return means_two_columns(table, word, named, number - 1);
    }
    if (named < 0 && !is_there) {
        return counts ? no_such_number(table, number) : no_such_title(table, word);
    }
    *out = named >= 0 ? named : number - 1;
    return FCNN_OK;
}

/* Finds the column of a word in quotes, which is a name. */
static fcnn_status find_quoted(const fcnn_csv *table, char *word, int64_t *out)
{
    const char *at = word;
    if (!fcnn_list_unquote(&at, word) || *at != '\0') {
        return fcnn_fail(FCNN_EUSAGE, "--target-columns: only a comma may follow the name in quotes '%s'", word);
    }
    *out = place_of_title(table, word);
    return *out >= 0 ? FCNN_OK : no_such_title(table, word);
}

/* Checks a list that is also the name of a column: it is ambiguous if all of its items are columns, too. */
static fcnn_status check_whole(const fcnn_csv *table, const char *list, int64_t count, char *const *words)
{
    bool has_all = true;
    for (int64_t i = 0; i < count; i++) {
        int64_t number = strcmp(words[i], "last") == 0;
        const bool counts = number > 0 || fcnn_text_to_int64(words[i], &number);
        has_all =
            has_all && (place_of_title(table, words[i]) >= 0 || (counts && number >= 1 && number <= table->columns));
    }
    return has_all
               ? fcnn_fail(FCNN_EUSAGE,
                           "--target-columns: %s is ambiguous: it is the name of a column of %s, and also a list of "
                           "columns; write '\"%s\"' for the single column, or put each name of the list in quotes",
                           list, table->origin, list)
               : FCNN_OK;
}

/* Marks a column as a target in is_target [columns], and adds it to y. */
static fcnn_status mark_target(int64_t column, bool *is_target, fcnn_import_field *y)
{
    if (is_target[column]) {
        return fcnn_fail(FCNN_EUSAGE, "--target-columns: column %" PRId64 " is specified twice", column + 1);
    }
    is_target[column] = true;
    y->columns[y->columns_count++] = column;
    return FCNN_OK;
}

static fcnn_status choose_targets(const fcnn_import_options *options, const fcnn_csv *table, bool *is_target,
                                  fcnn_import_field *y)
{
    int64_t count;
    char **words;
    const char *list = options->target_columns;
    if (list == NULL) {
        return mark_target(table->columns - 1, is_target, y);
    }
    FCNN_TRY(fcnn_list_split(list, &count, &words));
    const int64_t whole = count > 1 ? place_of_title(table, list) : -1;
    fcnn_status status = FCNN_OK;
    if (whole >= 0) {
        status = check_whole(table, list, count, words);
        status = status == FCNN_OK ? mark_target(whole, is_target, y) : status;
    }
    for (int64_t i = 0; i < count && whole < 0 && status == FCNN_OK; i++) {
        int64_t column = 0;
        status = words[i][0] == '"' ? find_quoted(table, words[i], &column) : find_column(table, words[i], &column);
        if (status == FCNN_OK) {
            status = mark_target(column, is_target, y);
        }
    }
    fcnn_list_free(count, words);
    return status;
}

/* Divides the columns of the table into x and y. */
static fcnn_status sort_columns(import *work, const fcnn_csv *table)
{
    fcnn_import_field *x = &work->fields[0], *y = &work->fields[1];
    for (int f = 0; f < 2; f++) {
        FCNN_TRY(fcnn_memory_create("column numbers", table->columns, sizeof *x->columns, &work->fields[f].columns));
    }
    bool *is_target;
    FCNN_TRY(fcnn_memory_create("column marks", table->columns, sizeof *is_target, &is_target));
    const fcnn_status status = work->options->no_targets ? FCNN_OK : choose_targets(work->options, table, is_target, y);
    for (int64_t c = 0; c < table->columns; c++) {
        if (!is_target[c]) {
            x->columns[x->columns_count++] = c;
        }
    }
    free(is_target);
    FCNN_TRY(status);
    if (x->columns_count == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: no columns are left for the inputs", table->origin);
    }
    return FCNN_OK;
}

/* Called by the CSV reader when the columns are known. */
static fcnn_status choose(const fcnn_csv *table, void *context, int64_t *class_column)
{
    import *work = context;
    FCNN_TRY(sort_columns(work, table));
    if (work->options->classes) {
        if (work->fields[1].columns_count > 1) {
            return fcnn_fail(FCNN_EUSAGE, "--classes requires exactly one target column, not %" PRId64,
                             work->fields[1].columns_count);
        }
        *class_column = work->fields[1].columns[0];
    }
    return FCNN_OK;
}

static fcnn_status read_tables(import *work)
{
    const fcnn_import_options *options = work->options;
    const fcnn_csv_options how = {.header = options->header != 0,
                                  .missing = options->missing != 0,
                                  .delimiter = options->delimiter,
                                  .choose = choose,
                                  .context = work};
    for (int64_t i = 0; options->csv[i] != NULL; i++) {
        FILE *stream;
        FCNN_TRY(fcnn_import_open(options->csv[i], options->output, &stream));
        const fcnn_status status = fcnn_csv_read(stream, options->csv[i], &how, &work->table);
        fclose(stream);
        FCNN_TRY(status);
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

/* Returns the type of a single target column: the smallest type that represents all of its values exactly. */
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

/* Checks that each row has all targets. */
static fcnn_status check_targets(const import *work)
{
    const fcnn_import_field *y = &work->fields[1];
    for (int64_t row = 0; row < work->table.rows; row++) {
        for (int64_t c = 0; c < y->columns_count; c++) {
            if (isnan(cell(y, row, c))) {
                return fcnn_fail(
                    FCNN_EDATA, "%s: row %" PRId64 " of the table has no target (column %" PRId64 "); remove such rows",
                    work->table.origin, row + 1, y->columns[c] + 1);
            }
        }
    }
    return FCNN_OK;
}

static fcnn_status name_columns(const fcnn_csv *table, fcnn_import_field *field)
{
    if (table->names == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("column names", field->columns_count, sizeof *field->titles, &field->titles));
    for (int64_t c = 0; c < field->columns_count; c++) {
        field->titles[c] = table->names[field->columns[c]];
    }
    return FCNN_OK;
}

/* Numbers the classes in the order of their names. */
static fcnn_status number_classes(const fcnn_csv *table, fcnn_import_field *y)
{
    if (table->class_column < 0) {
        return FCNN_OK;
    }
    int64_t *number; /* numbers of the classes, in the order of their first occurrence */
    FCNN_TRY(fcnn_memory_create("class names", table->classes_count, sizeof *y->classes, &y->classes));
    FCNN_TRY(fcnn_memory_create("class numbers", table->classes_count, sizeof *number, &number));
    y->classes_count = table->classes_count;
    for (int64_t i = 0; i < table->classes_count; i++) {
        y->classes[i] = table->classes[table->class_order[i]];
        number[table->class_order[i]] = i;
    }
    for (int64_t row = 0; row < table->rows; row++) {
        double *value = &table->values[row * table->columns + table->class_column];
        *value = (double)number[(int64_t)*value];
    }
    free(number);
    return FCNN_OK;
}

static fcnn_status shape_fields(import *work)
{
    const fcnn_csv *table = &work->table;
    fcnn_import_field *y = &work->fields[1];
    for (int f = 0; f < 2; f++) {
        fcnn_import_field *field = &work->fields[f];
        field->values = table->values;
        field->columns_all = table->columns;
        field->gather = gather_doubles;
        field->info =
            (fcnn_hdf5_info){.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {table->rows, field->columns_count}};
        FCNN_TRY(name_columns(table, field));
    }
    FCNN_TRY(check_targets(work));
    FCNN_TRY(number_classes(table, y));
    if (y->columns_count == 1) {
        y->info.rank = 1;
        y->info.type = work->options->float_targets ? FCNN_TYPE_FLOAT64 : target_type(y, table->rows);
        y->gather = y->info.type == FCNN_TYPE_INT32   ? gather_int32
                    : y->info.type == FCNN_TYPE_INT64 ? gather_int64
                                                      : gather_doubles;
    }
    return FCNN_OK;
}

fcnn_status fcnn_import_tables(const fcnn_import_options *options, char *summary, size_t size)
{
import work = {.options = options, .fields = { {.name = "x" }, {.name = "y" } } };
    fcnn_status status = read_tables(&work);
    if (status == FCNN_OK) {
        status = shape_fields(&work);
    }
    if (status == FCNN_OK) {
        status = fcnn_import_write(options, options->no_targets ? 1 : 2, work.fields, summary, size);
    }
    for (int f = 0; f < 2; f++) {
        free(work.fields[f].columns);
        free(work.fields[f].titles);
        free(work.fields[f].classes);
    }
    fcnn_csv_clear(&work.table);
    return status;
}
