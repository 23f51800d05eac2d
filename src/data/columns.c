/* src/data/columns.c — which columns of which datasets make the inputs, or the targets. */
#include "data/columns.h"

#include "core/log.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "data/column_attributes.h"
#include "data/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- shapes ---- */

static int64_t row_count(const fcnn_hdf5_info *info, bool by_columns)
{
    return info->dims[fcnn_hdf5_info_rows(info, by_columns)];
}

static int64_t row_width(const fcnn_hdf5_info *info, bool by_columns)
{
    int64_t width = 1;
    for (int i = 0; i < info->rank; i++) {
        width *= i == fcnn_hdf5_info_rows(info, by_columns) ? 1 : info->dims[i];
    }
    return width;
}

static fcnn_status describe_part(fcnn_column_part *part, fcnn_hdf5_file *file, const char *path, bool by_columns,
                                 int64_t *rows)
{
    fcnn_hdf5_info *info = &part->info;
    FCNN_TRY(fcnn_hdf5_describe(file, part->dataset, info));
    if (info->rank == info->array_rank) {
        return fcnn_fail(FCNN_EDATA, "%s: %s is a single value; it must have one entry a row", path, part->dataset);
    }
    *rows = row_count(info, by_columns);
    part->all = row_width(info, by_columns);
    char shape[128];
    fcnn_hdf5_info_shape(info, shape, sizeof shape);
    if (*rows == 0 || part->all == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: %s has no rows: its shape is %s", path, part->dataset, shape);
    }
    if (part->first >= part->all || part->last > part->all) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s has %" PRId64 " columns (its shape is %s), so there is no column %" PRId64
                         " (columns count from 0)",
                         path, part->dataset, part->all, shape, part->last > part->all ? part->last - 1 : part->first);
    }
    return FCNN_OK;
}

int64_t fcnn_column_part_width(const fcnn_column_part *part)
{
    return (part->last < 0 ? part->all : part->last) - part->first;
}

/* A type that holds the values of two others: double precision, but for small ones. */
static fcnn_type common_type(fcnn_type a, fcnn_type b)
{
    if (a == b) {
        return a;
    }
    const bool small =
        (fcnn_type_size(a) <= 2 || a == FCNN_TYPE_FLOAT32) && (fcnn_type_size(b) <= 2 || b == FCNN_TYPE_FLOAT32);
    return small ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64;
}

/* Two datasets of a file lie side by side, row by row. */
static fcnn_status rows_differ(const char *path, const fcnn_column_part *a, const fcnn_column_part *b, bool by_columns)
{
    char shape_a[128], shape_b[128];
    fcnn_hdf5_info_shape(&a->info, shape_a, sizeof shape_a);
    fcnn_hdf5_info_shape(&b->info, shape_b, sizeof shape_b);
    return fcnn_fail(FCNN_EDATA, "%s: %s %s has %" PRId64 " rows, but %s %s has %" PRId64, path, a->dataset, shape_a,
                     row_count(&a->info, by_columns), b->dataset, shape_b, row_count(&b->info, by_columns));
}

/* Keeps what is done to the values of a part of the first file, or compares that of another one. */
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

/* Takes what part i of a file needs in memory. */
static fcnn_status take_decoding(fcnn_columns *columns, int64_t i, const char *path, const fcnn_decoding *decoding,
                                 bool is_first)
{
    fcnn_column_part *part = &columns->parts[i];
    const bool has_classes =
        columns->may_be_classes && columns->count == 1 && columns->width == 1 && fcnn_decoding_has_classes(decoding);
    if (!is_first && has_classes != columns->has_classes) {
        return fcnn_fail(FCNN_EDATA, "%s: %s is %s enumeration, in the first file it is %s", path, part->dataset,
                         has_classes ? "an" : "no", has_classes ? "none" : "one");
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
                         "%s: %s is an enumeration with other names or numbers than in the first file: the same number "
                         "would mean two things; number its names alike, or take the numbers by data.decode = no",
                         path, part->dataset);
    }
    part->decoded_differs = part->decoded_differs || differed;
    return FCNN_OK;
}

void fcnn_columns_warn_of_names(const fcnn_columns *columns, const char *path)
{
    for (int64_t i = 0; i < columns->count; i++) {
        const fcnn_column_part *part = &columns->parts[i];
        if (part->takes_numbers) {
            fcnn_log_warning("%s: %s is an enumeration, whose numbers are taken: other files must give its names the "
                             "same numbers, which is compared within a list of files only",
                             path, part->dataset);
        }
        if (part->is_category) {
            fcnn_log_warning("%s: %s holds places among categories, whose names are not read: other files must have "
                             "the same categories in the same order, which is not compared; labels that are strings "
                             "are matched by name",
                             path, part->dataset);
        }
    }
}

/* Finds how each part of a file, which has `there`, is decoded, and what all need in memory. */
static fcnn_status find_decodings(fcnn_columns *columns, const fcnn_columns *there, fcnn_hdf5_file *file,
                                  const char *path, bool is_first)
{
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; status == FCNN_OK && i < columns->count && !columns->is_text; i++) {
        const fcnn_column_part *part = &there->parts[i];
        fcnn_decoding decoding;
        status = fcnn_decoding_find(file, path, part->dataset, &part->info, &columns->rules, &decoding);
        if (status == FCNN_OK) {
            status = take_decoding(columns, i, path, &decoding, is_first);
        }
        fcnn_decoding_clear(&decoding);
    }
    return status;
}

fcnn_status fcnn_columns_say_decoded(const fcnn_columns *columns, fcnn_text *out)
{
    for (int64_t i = 0; i < columns->count; i++) {
        const fcnn_column_part *part = &columns->parts[i];
        if (part->decoded != NULL || part->decoded_differs) {
            FCNN_TRY(fcnn_text_append(out, "%.200s: %s%s\n", part->dataset,
                                      part->decoded != NULL ? part->decoded : "nothing is done in the first file",
                                      part->decoded_differs ? "; other files by their own attributes" : ""));
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_columns_describe(fcnn_columns *columns, fcnn_hdf5_file *file, const char *path, bool by_columns,
                                  int64_t *rows)
{
    columns->width = 0;
    FCNN_TRY(fcnn_columns_settle(columns, file, path));
    for (int64_t i = 0; i < columns->count; i++) {
        fcnn_column_part *part = &columns->parts[i];
        int64_t own;
        FCNN_TRY(describe_part(part, file, path, by_columns, &own));
        if (i > 0 && own != *rows) {
            return rows_differ(path, &columns->parts[0], part, by_columns);
        }
        *rows = own;
        columns->is_text = columns->is_text || part->info.is_text;
        columns->stored = i == 0 ? part->info.type : common_type(columns->stored, part->info.type);
        columns->width += fcnn_column_part_width(part);
    }
    if (columns->is_text && columns->width > 1) {
        return fcnn_fail(FCNN_EDATA, "%s: %s holds strings, which can be nothing but one column of class labels", path,
                         columns->text);
    }
    FCNN_TRY(find_decodings(columns, columns, file, path, true));
    fcnn_column_names_clear(&columns->names);
    return fcnn_column_attributes_find(columns, file, &columns->names);
}

fcnn_status fcnn_columns_count_rows(const fcnn_columns *columns, fcnn_hdf5_file *file, bool by_columns, int64_t *rows)
{
    *rows = 0;
    for (int64_t i = 0; i < columns->count; i++) {
        fcnn_hdf5_info info;
        /* what cannot be described, or is not settled yet, counts as rows: it is judged where they are read */
        const bool is_known = fcnn_hdf5_describe(file, columns->parts[i].dataset, &info) == FCNN_OK;
        const int64_t own = !is_known || info.rank == info.array_rank ? 1 : row_count(&info, by_columns);
        *rows = own > *rows ? own : *rows;
    }
    return FCNN_OK;
}

static fcnn_status shapes_differ(const fcnn_column_part *first, const fcnn_column_part *here, const char *path)
{
    char shape[128], wanted[128];
    fcnn_hdf5_info_shape(&here->info, shape, sizeof shape);
    fcnn_hdf5_info_shape(&first->info, wanted, sizeof wanted);
    return fcnn_fail(FCNN_EDATA, "%s: %s has the shape %s, in the first file %s: only the rows may differ", path,
                     here->dataset, shape, wanted);
}

fcnn_status fcnn_columns_describe_other(const fcnn_columns *columns, fcnn_hdf5_file *file, const char *path,
                                        bool by_columns, fcnn_columns *other, int64_t *rows)
{
    *other = *columns;
    other->parts = NULL;
    other->orders = (fcnn_column_orders){0};
    other->names = (fcnn_column_names){0};
    other->width = 0;
    FCNN_TRY(fcnn_memory_create("the columns of a file", columns->count, sizeof *other->parts, &other->parts));
    FCNN_TRY(fcnn_columns_settle_again(columns, file, path));
    for (int64_t i = 0; i < columns->count; i++) {
        const fcnn_column_part *first = &columns->parts[i];
        fcnn_column_part *here = &other->parts[i];
        int64_t own;
        *here = *first;
        FCNN_TRY(describe_part(here, file, path, by_columns, &own));
        if (here->info.is_text != first->info.is_text) {
            return shapes_differ(first, here, path);
        }
        if (i > 0 && own != *rows) {
            return fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " rows, but %s has %" PRId64, path, here->dataset, own,
                             columns->parts[0].dataset, *rows);
        }
        *rows = own;
        other->width += fcnn_column_part_width(here);
    }
    return FCNN_OK;
}

void fcnn_columns_clear_other(fcnn_columns *other)
{
    free(other->parts);
    fcnn_column_names_clear(&other->names);
    *other = (fcnn_columns){0};
}

fcnn_status fcnn_columns_join_types(fcnn_columns *columns, const fcnn_columns *other, fcnn_hdf5_file *file,
                                    const char *path)
{
    for (int64_t i = 0; i < columns->count && !columns->is_text; i++) {
        columns->stored_differs = columns->stored_differs || columns->parts[i].info.type != other->parts[i].info.type;
        columns->stored = common_type(columns->stored, other->parts[i].info.type);
    }
    return find_decodings(columns, other, file, path, false);
}

int64_t fcnn_columns_find_other_part(const fcnn_columns *columns, const fcnn_columns *other)
{
    for (int64_t i = 0; i < columns->count; i++) {
        if (other->parts[i].all != columns->parts[i].all) {
            return i;
        }
    }
    return -1;
}

fcnn_status fcnn_columns_fail_other_part(const fcnn_columns *columns, const fcnn_columns *other, int64_t part,
                                         const char *path)
{
    return shapes_differ(&columns->parts[part], &other->parts[part], path);
}
