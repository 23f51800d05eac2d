/* src/data/open_columns.c — opens, reads and decodes columns of one file. */
#include "data/open_columns.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "data/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */

static void take_shape(const fcnn_column_part *part, const fcnn_hdf5_info *info, bool by_columns, fcnn_open_part *out)
{
    const int rows = fcnn_hdf5_info_rows(info, by_columns);
    out->rows = info->dims[rows];
    out->all = 1;
    for (int i = 0; i < info->rank; i++) {
        out->all *= i == rows ? 1 : info->dims[i];
    }
    out->first = part->first;
    out->width = (part->last < 0 ? out->all : part->last) - part->first;
}

static fcnn_status check_shape(const fcnn_column_part *part, const char *path, bool by_columns, fcnn_open_part *out)
{
    const fcnn_hdf5_info *info = fcnn_hdf5_dataset_info(out->dataset);
    if (info->rank == info->array_rank) {
        return fcnn_fail(FCNN_EDATA, "%s: %s is a single value; it must have one entry per row", path, part->dataset);
    }
    take_shape(part, info, by_columns, out);
    char shape[128];
    fcnn_hdf5_info_shape(info, shape, sizeof shape);
    if (out->rows == 0 || out->all == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: %s has no rows; its shape is %s", path, part->dataset, shape);
    }
    if (part->first >= out->all || part->last > out->all) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s has %" PRId64 " columns (its shape is %s); there is no column %" PRId64
                         " (columns count from 0)",
                         path, part->dataset, out->all, shape, part->last > out->all ? part->last - 1 : part->first);
    }
    return FCNN_OK;
}

static fcnn_status open_part(const fcnn_columns *columns, const fcnn_column_part *part, fcnn_hdf5_file *file,
                             fcnn_open_part *out)
{
    FCNN_TRY(fcnn_hdf5_dataset_open(file, part->dataset, columns->by_columns, &out->dataset));
    FCNN_TRY(check_shape(part, fcnn_hdf5_path(file), columns->by_columns, out));
    if (out->width < out->all) {
        FCNN_TRY(fcnn_hdf5_dataset_pick(out->dataset, out->first, out->width, &out->picks));
    }
    FCNN_TRY(fcnn_decoding_find(out->dataset, &columns->rules, &out->decoding));
    if (columns->has_classes && columns->classes != NULL) {
        fcnn_decoding_number_classes(&out->decoding, columns->classes);
    }
    return FCNN_OK;
}

fcnn_status fcnn_open_columns_open(const fcnn_columns *columns, fcnn_hdf5_file *file, fcnn_open_columns *out)
{
    *out = (fcnn_open_columns){.columns = columns};
    FCNN_TRY(fcnn_memory_create("the columns of a file", columns->count, sizeof *out->parts, &out->parts));
    out->count = columns->count;
    for (int64_t i = 0; i < columns->count; i++) {
        FCNN_TRY(open_part(columns, &columns->parts[i], file, &out->parts[i]));
        out->width += out->parts[i].width;
    }
    return FCNN_OK;
}

void fcnn_open_columns_set_order(fcnn_open_columns *open, const int64_t *order)
{
    open->order = order;
}

fcnn_status fcnn_open_columns_join(fcnn_open_columns *open)
{
    for (int64_t i = 0; i < open->count && !open->columns->is_text; i++) {
        FCNN_TRY(fcnn_hdf5_dataset_join(open->parts[i].dataset));
        open->is_joined = true;
    }
    return FCNN_OK;
}

void fcnn_open_columns_close(fcnn_open_columns *open)
{
    for (int64_t i = 0; i < open->count; i++) {
        fcnn_hdf5_dataset_close(open->parts[i].dataset);
        fcnn_decoding_clear(&open->parts[i].decoding);
    }
    free(open->parts);
    *open = (fcnn_open_columns){0};
}

/* ---- values ---- */

/* Stored rows of a part, and the position of its first column in them. */
typedef struct part_rows {
    const fcnn_open_columns *open;
    const fcnn_open_part *part;
    fcnn_table stored;
    int64_t column;
} part_rows;

static fcnn_status unknown_class(const part_rows *from, int64_t row, int64_t i)
{
    const fcnn_columns *columns = from->open->columns;
    const char *name = fcnn_decoding_name(&from->part->decoding, from->stored.values, i);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 " (counting from 0) has the label '%.60s', which is not one of the %" PRId64
                     " classes of the training rows",
                     fcnn_hdf5_dataset_path(from->part->dataset), columns->text, row, name != NULL ? name : "",
                     columns->classes->count);
}

static void put(fcnn_type type, void *to, int64_t i, double value)
{
    if (type == FCNN_TYPE_FLOAT32) {
        ((float *)to)[i] = (float)value;
    } else {
        ((double *)to)[i] = value;
    }
}

/* Decodes columns of rows into a wider table. The first row is row `first` of the file. */
static fcnn_status place(const part_rows *from, int64_t first, void *out)
{
    const fcnn_columns *columns = from->open->columns;
    const fcnn_decoding *decoding = &from->part->decoding;
    const fcnn_table *stored = &from->stored;
    const int64_t width = from->part->width;
    const size_t size = fcnn_type_size(columns->type);
    for (int64_t row = 0; row < stored->rows; row++) {
        const int64_t start = row * stored->width + from->column;
        char *to = (char *)out + (size_t)(row * from->open->width) * size;
        if (stored->type == columns->type && decoding->is_plain) {
            memcpy(to, (const char *)stored->values + (size_t)start * size, (size_t)width * size);
            continue;
        }
        for (int64_t i = 0; i < width; i++) {
            const double value = decoding->is_plain
                                     ? fcnn_table_value(stored, row, from->column + i)
                                     : fcnn_decoding_value(decoding, stored->values, start + i, columns->has_classes);
            if (columns->has_classes && value < 0) {
                return unknown_class(from, first + row, start + i);
            }
            put(columns->type, to, i, value);
        }
    }
    return FCNN_OK;
}

/* Returns how many rows of `bytes` bytes are read at a time: as many as the buffer takes; all of them if ranks read
 * together. */
static int64_t rows_at_once(int64_t bytes, int64_t count, bool is_joined)
{
    const int64_t least = fcnn_size_rows(FCNN_SIZE_BESIDE_BYTES, bytes);
    return least < count && !is_joined ? least : count;
}

/* Reads a part in runs (in a single run if ranks read together) and stores it next to the other parts. */
static fcnn_status read_beside(const fcnn_open_columns *open, const fcnn_open_part *part, int64_t first, int64_t count,
                               char *out)
{
    part_rows run = {.open = open, .part = part, .column = part->picks ? 0 : part->first};
    run.stored = (fcnn_table){.type = part->decoding.stored, .width = part->picks ? part->width : part->all};
    const int64_t bytes = run.stored.width * (int64_t)fcnn_type_size(run.stored.type);
    const bool is_joined = fcnn_hdf5_dataset_is_joined(part->dataset);
    const int64_t most = rows_at_once(bytes, count, is_joined);
    fcnn_status status = fcnn_memory_create("the read buffer", most, (size_t)bytes, &run.stored.values);
    if (status != FCNN_OK) {
        if (is_joined) {
            fcnn_hdf5_dataset_read(part->dataset, 0, 0, NULL); /* takes part in the collective read without rows */
        }
        return status;
    }
    int64_t done = 0;
    do {
        run.stored.rows = count - done < most ? count - done : most;
        status = fcnn_hdf5_dataset_read(part->dataset, first + done, run.stored.rows, run.stored.values);
        if (status == FCNN_OK) {
            status =
                place(&run, first + done, out + (size_t)(done * open->width) * fcnn_type_size(open->columns->type));
        }
        done += most;
    } while (status == FCNN_OK && done < count);
    free(run.stored.values);
    return status;
}

/* Reads all columns of the file in their order. */
static fcnn_status read_all(const fcnn_open_columns *open, int64_t first, int64_t count, void *out)
{
    const fcnn_open_part *only = &open->parts[0];
    const fcnn_type type = open->columns->type;
    if (open->count == 1 && only->width == only->all && only->decoding.is_plain && only->decoding.stored == type) {
        return fcnn_hdf5_dataset_read(only->dataset, first, count, out);
    }
    fcnn_status status = FCNN_OK;
    char *place_of_part = out;
    for (int64_t i = 0; i < open->count; i++) {
        const fcnn_status part = read_beside(open, &open->parts[i], first, count, place_of_part);
        status = status == FCNN_OK ? part : status;
        if (status != FCNN_OK && !open->is_joined) {
            return status;
        }
        place_of_part += (size_t)open->parts[i].width * fcnn_type_size(type);
    }
    return status;
}

/* Copies the selected columns of rows, in their order. */
static void pick(const char *from, const fcnn_open_columns *open, int64_t rows, char *out)
{
    const int64_t width = open->columns->width;
    const size_t size = fcnn_type_size(open->columns->type);
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t i = 0; i < width; i++) {
            memcpy(out + (size_t)(row * width + i) * size, from + (size_t)(row * open->width + open->order[i]) * size,
                   size);
        }
    }
}

/* Reads all columns in runs (in a single run if ranks read together) and copies the selected ones. */
static fcnn_status read_in_order(const fcnn_open_columns *open, int64_t first, int64_t count, char *out)
{
    const size_t size = fcnn_type_size(open->columns->type);
    const int64_t bytes = open->width * (int64_t)size, most = rows_at_once(bytes, count, open->is_joined);
    char *run;
    fcnn_status status = fcnn_memory_create("the read buffer", most, (size_t)bytes, &run);
    if (status != FCNN_OK) {
        if (open->is_joined) {
            read_all(open, 0, 0, NULL); /* takes part in the collective read without rows */
        }
        return status;
    }
    int64_t done = 0;
    do {
        const int64_t rows = count - done < most ? count - done : most;
        status = read_all(open, first + done, rows, run);
        if (status == FCNN_OK) {
            pick(run, open, rows, out + (size_t)(done * open->columns->width) * size);
        }
        done += most;
    } while (status == FCNN_OK && done < count);
    free(run);
    return status;
}

fcnn_status fcnn_open_columns_read(const fcnn_open_columns *open, int64_t first, int64_t count, void *out)
{
    return open->order != NULL ? read_in_order(open, first, count, out) : read_all(open, first, count, out);
}

fcnn_status fcnn_open_columns_read_strings(const fcnn_open_columns *open, int64_t first, int64_t count, char **out)
{
    return fcnn_hdf5_dataset_read_strings(open->parts[0].dataset, first, count, out);
}

fcnn_status fcnn_open_columns_explain(const fcnn_open_columns *open, int64_t row, int64_t column, fcnn_text *out)
{
    const fcnn_open_part *part = open->parts;
    column = open->order != NULL ? open->order[column] : column;
    for (; column >= part->width; part++) {
        column -= part->width;
    }
    const fcnn_decoding *decoding = &part->decoding;
    if (decoding->is_plain) {
        return FCNN_OK;
    }
    void *values;
    FCNN_TRY(fcnn_memory_create("a row", part->all, fcnn_type_size(decoding->stored), &values));
    fcnn_status status = fcnn_hdf5_dataset_read(part->dataset, row, 1, values);
    if (status == FCNN_OK) {
        status = fcnn_decoding_explain(decoding, values, (part->picks ? 0 : part->first) + column, out);
    }
    free(values);
    return status;
}
