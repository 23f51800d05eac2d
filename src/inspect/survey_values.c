/* src/inspect/survey_values.c — prints the meaning of the numbers in a data file, and possible codes for missing
 * values. */
#include "inspect/survey.h"

#include "core/memory.h"
#include "data/describe_columns.h"
#include "data/sentinels.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum {
    TABLE_BYTES = 4 << 20, /* bytes of one table that are examined */
    ALL_BYTES = 64 << 20,  /* bytes of all tables that are examined */
    COLUMNS_MOST = 1024    /* with more columns, or more columns than rows, all values are examined as one column */
};

typedef struct looker {
    fcnn_hdf5_file *file;
    const char *path;
    fcnn_text meanings, codes; /* one line each */
    int64_t bytes;             /* examined so far */
} looker;

static fcnn_status add_code(looker *by, const char *name, int64_t column, const fcnn_column_ends *ends, int64_t rows,
                            int64_t all)
{
    double value, next;
    uint64_t count;
    char text[32], other[32];
    if (!fcnn_sentinel_find(ends, &value, &next, &count)) {
        return FCNN_OK;
    }
    fcnn_text_from_double(value, text);
    fcnn_text_from_double(next, other);
    FCNN_TRY(fcnn_text_append(&by->codes, "%s", name));
    if (column >= 0) {
        FCNN_TRY(fcnn_text_append(&by->codes, "[%" PRId64 "]", column));
    }
    FCNN_TRY(fcnn_text_append(&by->codes, ": %" PRIu64 " values are %s", count, text));
    if (isfinite(next)) {
        FCNN_TRY(fcnn_text_append(&by->codes, ", the next value is %s", other));
    }
    return rows < all ? fcnn_text_append(&by->codes, " (in the first %" PRId64 " of %" PRId64 " rows)\n", rows, all)
                      : fcnn_text_append(&by->codes, "\n");
}

/* Examines rows that have been read for codes. */
static fcnn_status look_for_codes(looker *by, const char *name, const fcnn_table *table, int64_t all)
{
    const bool as_one = table->width == 1 || table->width > COLUMNS_MOST || table->width > all;
    fcnn_column_ends *ends;
    FCNN_TRY(fcnn_memory_create("the ends of columns", as_one ? 1 : table->width, sizeof *ends, &ends));
    for (int64_t row = 0; row < table->rows; row++) {
        for (int64_t column = 0; column < table->width; column++) {
            fcnn_column_ends_add(&ends[as_one ? 0 : column], fcnn_table_value(table, row, column));
        }
    }
    fcnn_status status = FCNN_OK;
    for (int64_t column = 0; status == FCNN_OK && column < (as_one ? 1 : table->width); column++) {
        status = add_code(by, name, as_one ? -1 : column, &ends[column], table->rows, all);
    }
    free(ends);
    return status;
}

/* Reads the first rows, up to the limits. */
static fcnn_status look_at_rows(looker *by, const char *name, const fcnn_open_columns *open)
{
    const fcnn_columns *columns = open->columns;
    const int64_t rows = open->parts[0].rows;
    const int64_t row_bytes = columns->width * (int64_t)fcnn_type_size(columns->type);
    const int64_t room = ALL_BYTES - by->bytes < TABLE_BYTES ? ALL_BYTES - by->bytes : TABLE_BYTES;
    fcnn_table table = {.type = columns->type, .width = columns->width, .rows = room / row_bytes};
    table.rows = table.rows < rows ? table.rows : rows;
    if (table.rows == 0) {
        return FCNN_OK;
    }
    by->bytes += table.rows * row_bytes;
    FCNN_TRY(fcnn_memory_create("values", table.rows * table.width, fcnn_type_size(table.type), &table.values));
    fcnn_status status = fcnn_open_columns_read(open, 0, table.rows, table.values);
    if (status == FCNN_OK) {
        status = look_for_codes(by, name, &table, rows);
    }
    free(table.values);
    return status;
}

/* Examines a dataset or a member of records. Errors are ignored, because they were listed before or are reported when
 * the dataset is used. */
static fcnn_status look_at(looker *by, const char *name)
{
    fcnn_columns columns;
    fcnn_open_columns open;
    if (fcnn_columns_parse(name, &columns) != FCNN_OK) {
        return FCNN_OK;
    }
    fcnn_status status = fcnn_describe_columns(&columns, by->file, &open);
    if (status == FCNN_OK && !columns.is_text) {
        status = fcnn_describe_columns_say_decoded(&columns, &by->meanings);
        if (status == FCNN_OK) {
            status = look_at_rows(by, name, &open);
        }
    }
    fcnn_open_columns_close(&open);
    fcnn_columns_clear(&columns);
    return status == FCNN_ENOMEM ? status : FCNN_OK;
}

static fcnn_status look_at_members(looker *by, const fcnn_hdf5_table *table)
{
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; status == FCNN_OK && i < table->member_count; i++) {
        fcnn_text name = {0};
        if (!fcnn_survey_is_plain(table->members[i].name)) {
            continue;
        }
        status = fcnn_text_append(&name, "%s:%s", table->name, table->members[i].name);
        if (status == FCNN_OK) {
            status = look_at(by, name.data);
        }
        fcnn_text_clear(&name);
    }
    return status;
}

fcnn_status fcnn_survey_print_values(fcnn_hdf5_file *file, const fcnn_hdf5_survey *survey, const char *path, FILE *out)
{
    looker by = {.file = file, .path = path};
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; status == FCNN_OK && i < survey->count; i++) {
        const fcnn_hdf5_table *table = &survey->tables[i];
        if (table->refusal == NULL && table->info.rank > 0 && fcnn_survey_is_plain(table->name)) {
            status = table->is_records ? look_at_members(&by, table) : look_at(&by, table->name);
        }
    }
    if (status == FCNN_OK && by.meanings.length > 0) {
        fprintf(out, "\nmeaning of the numbers (data.decode = no uses them as they are stored)\n%s", by.meanings.data);
    }
    if (status == FCNN_OK && by.codes.length > 0) {
        fprintf(out, "\nnumbers that may mean missing values: if they do, add them to data.missing_values\n%s",
                by.codes.data);
    }
    fcnn_text_clear(&by.meanings);
    fcnn_text_clear(&by.codes);
    return status;
}
