/* src/data/describe_columns.c — shapes, types, names and decoding of columns in the files of a source. */
#include "data/describe_columns.h"

#include "core/log.h"
#include "data/column_attributes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- types and decoding ---- */

/* Returns a type that can represent the values of two types: double precision, except for small types. */
static fcnn_type common_type(fcnn_type a, fcnn_type b)
{
    if (a == b) {
        return a;
    }
    const bool small =
        (fcnn_type_size(a) <= 2 || a == FCNN_TYPE_FLOAT32) && (fcnn_type_size(b) <= 2 || b == FCNN_TYPE_FLOAT32);
    return small ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64;
}

/* Records how the values of a part are decoded in the first file; for other files, records whether it differs. */
static fcnn_status note_decoding(fcnn_column_part *part, const fcnn_decoding *decoding, bool classes, bool is_first)
{
    fcnn_text words = {0};
    const fcnn_status status = fcnn_decoding_describe(decoding, classes, &words);
    if (status == FCNN_OK && is_first) {
        free(part->decoded);
        part->decoded = words.data;
        return FCNN_OK;
    }
    const char *a = part->decoded != NULL ? part->decoded : "", *b = words.data != NULL ? words.data : "";
    part->decoded_differs = part->decoded_differs || strcmp(a, b) != 0;
    fcnn_text_clear(&words);
    return status;
}

/* Merges the decoding of part i in a file, and the type that its values need, into the columns. */
static fcnn_status take_decoding(fcnn_columns *columns, int64_t i, const char *path, const fcnn_decoding *decoding,
                                 bool is_first)
{
    fcnn_column_part *part = &columns->parts[i];
    const bool has_classes =
        columns->may_be_classes && columns->count == 1 && columns->width == 1 && fcnn_decoding_has_classes(decoding);
    if (!is_first && has_classes != columns->has_classes) {
        return fcnn_fail(FCNN_EDATA, "%s: %s is %s enumeration, but in the first file it is %s", path, part->dataset,
                         has_classes ? "an" : "not an", has_classes ? "not" : "one");
    }
    const bool is_start = is_first && i == 0;
    columns->has_classes = has_classes;
    columns->is_integer =
        (is_start || columns->is_integer) && fcnn_type_is_integer(decoding->stored) && !decoding->scales;
    columns->type = is_start ? decoding->type : common_type(columns->type, decoding->type);
    const bool differed = part->decoded_differs;
    part->takes_numbers = decoding->named != NULL && !decoding->is_boolean && !has_classes;
    part->is_category = decoding->is_category;
    part->decoded_differs = false;
    FCNN_TRY(note_decoding(part, decoding, has_classes, is_first));
    if (part->takes_numbers && part->decoded_differs) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s is an enumeration with other names or numbers than in the first file, so the same "
                         "number would have different meanings: use the same enumeration in all files, or set "
                         "data.decode = no to use the numbers",
                         path, part->dataset);
    }
    part->decoded_differs = part->decoded_differs || differed;
    return FCNN_OK;
}

/* Does this for all parts of a file. */
static fcnn_status take_decodings(fcnn_columns *columns, const fcnn_open_columns *open, const char *path, bool is_first)
{
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; status == FCNN_OK && i < columns->count && !columns->is_text; i++) {
        status = take_decoding(columns, i, path, &open->parts[i].decoding, is_first);
    }
    return status;
}

/* ---- the first file ---- */

/* Fails because two datasets of a file have different numbers of rows. */
static fcnn_status rows_differ(const char *path, const fcnn_columns *columns, const fcnn_open_columns *open, int64_t b)
{
    char shape_a[128], shape_b[128];
    fcnn_hdf5_info_shape(fcnn_hdf5_dataset_info(open->parts[0].dataset), shape_a, sizeof shape_a);
    fcnn_hdf5_info_shape(fcnn_hdf5_dataset_info(open->parts[b].dataset), shape_b, sizeof shape_b);
    return fcnn_fail(FCNN_EDATA, "%s: %s %s has %" PRId64 " rows, but %s %s has %" PRId64, path,
                     columns->parts[0].dataset, shape_a, open->parts[0].rows, columns->parts[b].dataset, shape_b,
                     open->parts[b].rows);
}

static fcnn_status take_shapes(fcnn_columns *columns, const char *path, const fcnn_open_columns *open)
{
    for (int64_t i = 0; i < columns->count; i++) {
        fcnn_column_part *part = &columns->parts[i];
        part->info = *fcnn_hdf5_dataset_info(open->parts[i].dataset);
        part->all = open->parts[i].all;
        if (open->parts[i].rows != open->parts[0].rows) {
            return rows_differ(path, columns, open, i);
        }
        columns->is_text = columns->is_text || part->info.is_text;
        columns->stored = i == 0 ? part->info.type : common_type(columns->stored, part->info.type);
    }
    columns->width = open->width;
    return columns->is_text && columns->width > 1
               ? fcnn_fail(FCNN_EDATA, "%s: %s contains strings, which can only be a single column of class labels",
                           path, columns->text)
               : FCNN_OK;
}

fcnn_status fcnn_describe_columns(fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_open_columns *open)
{
    const char *path = fcnn_hdf5_path(file);
    *open = (fcnn_open_columns){0};
    FCNN_TRY(fcnn_columns_settle(columns, file));
    FCNN_TRY(fcnn_open_columns_open(columns, file, open));
    FCNN_TRY(take_shapes(columns, path, open));
    FCNN_TRY(take_decodings(columns, open, path, true));
    fcnn_column_names_clear(&columns->names);
    return fcnn_column_attributes_find(open, &columns->names);
}

/* ---- further files ---- */

fcnn_status fcnn_describe_columns_count_rows(const fcnn_columns *columns, fcnn_hdf5_file *file, int64_t *rows)
{
    *rows = 0;
    for (int64_t i = 0; i < columns->count; i++) {
        fcnn_hdf5_info info;
        /* a dataset that cannot be described or resolved yet counts as having rows; reading reports the error */
        const bool is_known = fcnn_hdf5_describe(file, columns->parts[i].dataset, &info) == FCNN_OK;
        const int64_t own =
            !is_known || info.rank == info.array_rank ? 1 : info.dims[fcnn_hdf5_info_rows(&info, columns->by_columns)];
        *rows = own > *rows ? own : *rows;
    }
    return FCNN_OK;
}

fcnn_status fcnn_describe_columns_fail_other_part(const fcnn_open_columns *open, int64_t part)
{
    char shape[128], wanted[128];
    const fcnn_column_part *first = &open->columns->parts[part];
    const fcnn_hdf5_dataset *here = open->parts[part].dataset;
    fcnn_hdf5_info_shape(fcnn_hdf5_dataset_info(here), shape, sizeof shape);
    fcnn_hdf5_info_shape(&first->info, wanted, sizeof wanted);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s has the shape %s, but %s in the first file: files may differ only in the number of rows",
                     fcnn_hdf5_dataset_path(here), first->dataset, shape, wanted);
}

int64_t fcnn_describe_columns_other_part(const fcnn_open_columns *open)
{
    for (int64_t i = 0; i < open->count; i++) {
        if (open->parts[i].all != open->columns->parts[i].all) {
            return i;
        }
    }
    return -1;
}

static fcnn_status join_shapes(fcnn_columns *columns, const char *path, const fcnn_open_columns *open)
{
    for (int64_t i = 0; i < columns->count; i++) {
        const fcnn_hdf5_info *first = &columns->parts[i].info, *here = fcnn_hdf5_dataset_info(open->parts[i].dataset);
        if (here->is_text != first->is_text) {
            return fcnn_describe_columns_fail_other_part(open, i);
        }
        if (open->parts[i].rows != open->parts[0].rows) {
            return fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " rows, but %s has %" PRId64, path,
                             columns->parts[i].dataset, open->parts[i].rows, columns->parts[0].dataset,
                             open->parts[0].rows);
        }
        columns->stored_differs = columns->stored_differs || (!here->is_text && here->type != first->type);
        columns->stored = columns->is_text ? columns->stored : common_type(columns->stored, here->type);
    }
    return FCNN_OK;
}

fcnn_status fcnn_describe_columns_again(fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_open_columns *open,
                                        fcnn_column_names *names)
{
    const char *path = fcnn_hdf5_path(file);
    *open = (fcnn_open_columns){0};
    *names = (fcnn_column_names){0};
    FCNN_TRY(fcnn_columns_settle_again(columns, file));
    FCNN_TRY(fcnn_open_columns_open(columns, file, open));
    FCNN_TRY(join_shapes(columns, path, open));
    FCNN_TRY(take_decodings(columns, open, path, false));
    return fcnn_column_attributes_find(open, names);
}

/* ---- descriptions ---- */

fcnn_status fcnn_describe_columns_say_decoded(const fcnn_columns *columns, fcnn_text *out)
{
    for (int64_t i = 0; i < columns->count; i++) {
        const fcnn_column_part *part = &columns->parts[i];
        if (part->decoded != NULL || part->decoded_differs) {
            FCNN_TRY(fcnn_text_append(out, "%.200s: %s%s\n", part->dataset,
                                      part->decoded != NULL ? part->decoded : "no decoding in the first file",
                                      part->decoded_differs ? "; other files according to their own attributes" : ""));
        }
    }
    return FCNN_OK;
}

void fcnn_describe_columns_warn_of_names(const fcnn_columns *columns, const char *path)
{
    for (int64_t i = 0; i < columns->count; i++) {
        const fcnn_column_part *part = &columns->parts[i];
        if (part->takes_numbers) {
            fcnn_log_warning("%s: %s is an enumeration whose numbers are used as values: other files must assign the "
                             "same numbers to its names, which fcnn checks only among the files of one list",
                             path, part->dataset);
        }
        if (part->is_category) {
            fcnn_log_warning(
                "%s: %s contains numbers of categories, whose names are not read: other files must have the same "
                "categories in the same order, which fcnn does not check; labels that are strings are matched by name",
                path, part->dataset);
        }
    }
}
