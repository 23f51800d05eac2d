/* src/data/columns_read.c — rows of columns, read and decoded. */
#include "core/memory.h"
#include "core/sizes.h"
#include "data/columns.h"
#include "data/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- one file ---- */

static fcnn_status look_at_part(const fcnn_columns *columns, const fcnn_column_part *part, fcnn_hdf5_file *file,
                                const char *path, fcnn_part_in_file *out)
{
    FCNN_TRY(fcnn_hdf5_describe(file, part->dataset, &out->info));
    FCNN_TRY(fcnn_decoding_find(file, path, part->dataset, &out->info, &columns->rules, &out->decoding));
    if (columns->has_classes && columns->classes != NULL) {
        fcnn_decoding_number_classes(&out->decoding, columns->classes);
    }
    return FCNN_OK;
}

fcnn_status fcnn_columns_look(const fcnn_columns *columns, fcnn_hdf5_file *file, int64_t place, const char *path,
                              bool by_columns, fcnn_columns_in_file *out)
{
    *out = (fcnn_columns_in_file){.path = path};
    if (columns->is_text) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("the columns of a file", columns->count, sizeof *out->parts, &out->parts));
    out->count = columns->count;
    for (int64_t i = 0; i < columns->count; i++) {
        FCNN_TRY(look_at_part(columns, &columns->parts[i], file, path, &out->parts[i]));
    }
    out->order = fcnn_column_orders_find(&columns->orders, place);
    return out->order == NULL ? FCNN_OK
                              : fcnn_columns_describe_other(columns, file, path, by_columns, &out->all, &(int64_t){0});
}

void fcnn_columns_in_file_clear(fcnn_columns_in_file *here)
{
    for (int64_t i = 0; i < here->count; i++) {
        fcnn_decoding_clear(&here->parts[i].decoding);
    }
    free(here->parts);
    fcnn_columns_clear_other(&here->all);
    *here = (fcnn_columns_in_file){0};
}

/* ---- values ---- */

/* Rows of a part as they are stored, and their place among all columns. */
typedef struct part_rows {
    const fcnn_columns *columns;
    const fcnn_part_in_file *here;
    fcnn_table stored;
    int64_t column, count; /* of them that are wanted */
} part_rows;

static fcnn_status unknown_class(const part_rows *from, const char *path, int64_t row, int64_t i)
{
    const char *name = fcnn_decoding_name(&from->here->decoding, from->stored.values, i);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 " (counting from 0) has the label '%.60s', which is none of the %" PRId64
                     " classes of the training rows",
                     path, from->columns->text, row, name != NULL ? name : "", from->columns->classes->count);
}

static void put(fcnn_type type, void *to, int64_t i, double value)
{
    if (type == FCNN_TYPE_FLOAT32) {
        ((float *)to)[i] = (float)value;
    } else {
        ((double *)to)[i] = value;
    }
}

/* Puts columns of rows into a wider table; the first is row `first` of the file. */
static fcnn_status place(const part_rows *from, const char *path, int64_t first, void *out)
{
    const fcnn_columns *columns = from->columns;
    const fcnn_decoding *decoding = &from->here->decoding;
    const fcnn_table *stored = &from->stored;
    const size_t size = fcnn_type_size(columns->type);
    for (int64_t row = 0; row < stored->rows; row++) {
        const int64_t start = row * stored->width + from->column;
        char *to = (char *)out + (size_t)(row * columns->width) * size;
        if (stored->type == columns->type && decoding->is_plain) {
            memcpy(to, (const char *)stored->values + (size_t)start * size, (size_t)from->count * size);
            continue;
        }
        for (int64_t i = 0; i < from->count; i++) {
            const double value = decoding->is_plain
                                     ? fcnn_table_value(stored, row, from->column + i)
                                     : fcnn_decoding_value(decoding, stored->values, start + i, columns->has_classes);
            if (columns->has_classes && value < 0) {
                return unknown_class(from, path, first + row, start + i);
            }
            put(columns->type, to, i, value);
        }
    }
    return FCNN_OK;
}

/* Reads whole rows of a part, or its columns alone where HDF5 can pick them. */
static fcnn_status read_part(const fcnn_column_part *part, fcnn_hdf5_file *file, bool by_columns, bool picks,
                             int64_t first, int64_t count, void *out)
{
    if (by_columns) {
        return fcnn_hdf5_read_columns(file, part->dataset, first, count, out);
    }
    return picks
               ? fcnn_hdf5_read_block(file, part->dataset, first, count, part->first, fcnn_column_part_width(part), out)
               : fcnn_hdf5_read_rows(file, part->dataset, first, count, out);
}

/* Reads a part in runs, together with other ranks in one, and puts it beside the others. */
static fcnn_status read_beside(const fcnn_columns *columns, int64_t number, fcnn_hdf5_file *file,
                               const fcnn_columns_in_file *here, bool by_columns, int64_t first, int64_t count,
                               void *out)
{
    const fcnn_column_part *part = &columns->parts[number];
    const int64_t width = fcnn_column_part_width(part);
    const fcnn_hdf5_info *info = &here->parts[number].info;
    const bool picks = !by_columns && info->rank == 2 && info->array_rank == 0 && width < part->all;
    part_rows run = {
        .columns = columns, .here = &here->parts[number], .column = picks ? 0 : part->first, .count = width};
    run.stored = (fcnn_table){.type = run.here->decoding.stored, .width = picks ? width : part->all};
    const int64_t bytes = run.stored.width * (int64_t)fcnn_type_size(run.stored.type);
    const int64_t fitting = fcnn_size(FCNN_SIZE_BESIDE_BYTES) / bytes, least = fitting < 1 ? 1 : fitting;
    const int64_t most = least < count && !fcnn_hdf5_is_together(file) ? least : count;
    fcnn_status status = fcnn_memory_create("the read buffer", most, (size_t)bytes, &run.stored.values);
    if (status != FCNN_OK) {
        if (fcnn_hdf5_is_together(file)) {
            read_part(part, file, by_columns, picks, 0, 0, NULL); /* the other ranks wait for this one */
        }
        return status;
    }
    int64_t done = 0;
    do {
        run.stored.rows = count - done < most ? count - done : most;
        status = read_part(part, file, by_columns, picks, first + done, run.stored.rows, run.stored.values);
        if (status == FCNN_OK) {
            status = place(&run, here->path, first + done,
                           (char *)out + (size_t)(done * columns->width) * fcnn_type_size(columns->type));
        }
        done += most;
    } while (status == FCNN_OK && done < count);
    free(run.stored.values);
    return status;
}

/* Reads all columns that a file has, as it has them. */
static fcnn_status read_all(const fcnn_columns *columns, fcnn_hdf5_file *file, const fcnn_columns_in_file *here,
                            bool by_columns, int64_t first, int64_t count, void *out)
{
    const fcnn_column_part *only = &columns->parts[0];
    const fcnn_decoding *decoding = &here->parts[0].decoding;
    if (columns->count == 1 && fcnn_column_part_width(only) == only->all && decoding->is_plain &&
        decoding->stored == columns->type) {
        return read_part(only, file, by_columns, false, first, count, out);
    }
    fcnn_status status = FCNN_OK;
    char *place_of_part = out;
    for (int64_t i = 0; i < columns->count; i++) {
        const fcnn_status part = read_beside(columns, i, file, here, by_columns, first, count, place_of_part);
        status = status == FCNN_OK ? part : status;
        if (status != FCNN_OK && !fcnn_hdf5_is_together(file)) {
            return status;
        }
        place_of_part += (size_t)fcnn_column_part_width(&columns->parts[i]) * fcnn_type_size(columns->type);
    }
    return status;
}

/* Takes columns of rows in an order. */
static void pick(const char *from, int64_t from_width, const int64_t *order, int64_t width, size_t size, int64_t rows,
                 char *out)
{
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t i = 0; i < width; i++) {
            memcpy(out + (size_t)(row * width + i) * size, from + (size_t)(row * from_width + order[i]) * size, size);
        }
    }
}

/* Reads all columns in runs, together with other ranks in one, and takes those that are wanted. */
static fcnn_status read_in_order(const fcnn_columns *columns, fcnn_hdf5_file *file, const fcnn_columns_in_file *here,
                                 bool by_columns, int64_t first, int64_t count, void *out)
{
    const fcnn_columns *all = &here->all;
    const size_t size = fcnn_type_size(columns->type);
    const bool together = fcnn_hdf5_is_together(file);
    const int64_t bytes = all->width * (int64_t)size;
    const int64_t fitting = fcnn_size(FCNN_SIZE_BESIDE_BYTES) / bytes, least = fitting < 1 ? 1 : fitting;
    const int64_t most = least < count && !together ? least : count;
    char *run;
    fcnn_status status = fcnn_memory_create("the read buffer", most, (size_t)bytes, &run);
    if (status != FCNN_OK) {
        if (together) {
            read_all(all, file, here, by_columns, 0, 0, NULL); /* the other ranks wait for this one */
        }
        return status;
    }
    int64_t done = 0;
    do {
        const int64_t rows = count - done < most ? count - done : most;
        status = read_all(all, file, here, by_columns, first + done, rows, run);
        if (status == FCNN_OK) {
            pick(run, all->width, here->order, columns->width, size, rows,
                 (char *)out + (size_t)(done * columns->width) * size);
        }
        done += most;
    } while (status == FCNN_OK && done < count);
    free(run);
    return status;
}

fcnn_status fcnn_columns_read(const fcnn_columns *columns, fcnn_hdf5_file *file, const fcnn_columns_in_file *here,
                              bool by_columns, int64_t first, int64_t count, void *out)
{
    return here->order != NULL ? read_in_order(columns, file, here, by_columns, first, count, out)
                               : read_all(columns, file, here, by_columns, first, count, out);
}

fcnn_status fcnn_columns_explain(const fcnn_columns *columns, fcnn_hdf5_file *file, const fcnn_columns_in_file *here,
                                 bool by_columns, int64_t row, int64_t column, fcnn_text *out)
{
    int64_t number = 0;
    if (here->order != NULL) {
        columns = &here->all;
        column = here->order[column];
    }
    while (column >= fcnn_column_part_width(&columns->parts[number])) {
        column -= fcnn_column_part_width(&columns->parts[number++]);
    }
    const fcnn_column_part *part = &columns->parts[number];
    const fcnn_decoding *decoding = &here->parts[number].decoding;
    if (decoding->is_plain) {
        return FCNN_OK;
    }
    void *values;
    FCNN_TRY(fcnn_memory_create("a row", part->all, fcnn_type_size(decoding->stored), &values));
    fcnn_status status = read_part(part, file, by_columns, false, row, 1, values);
    if (status == FCNN_OK) {
        status = fcnn_decoding_explain(decoding, values, part->first + column, out);
    }
    free(values);
    return status;
}
