/* src/formats/csv.c — tables of numbers in CSV. */
#include "formats/csv.h"

#include "core/memory.h"
#include "core/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 40 /* characters of a bad cell in a message */ };

/* A table being read. */
typedef struct reader {
    const char *name; /* what messages call the stream */
    bool header;      /* the first line holds names */
    int64_t line;     /* the current one, from 1 */
    int64_t blank;    /* the first empty line, or 0: more lines may not follow it */
    fcnn_csv table;
    int64_t values_capacity, names_capacity;
} reader;

/* ---- messages ---- */

/* A cell as messages show it: cut, in one line, and never within a character of UTF-8. */
static void show_cell(const char *cell, char out[SHOWN + 4])
{
    size_t length = strlen(cell);
    const bool is_cut = length > SHOWN;
    if (is_cut) {
        length = SHOWN;
        while (length > SHOWN - 4 && ((unsigned char)cell[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)cell[i];
        out[i] = c < 0x20 || c == 0x7F ? '?' : cell[i];
    }
    memcpy(out + length, is_cut ? "..." : "", is_cut ? 4 : 1);
}

/* Why a cell is not what it should be. */
static fcnn_status bad_cell(const reader *in, int64_t column, const char *cell)
{
    if (cell[0] == '\0') {
        return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 ", column %" PRId64 ": the cell is empty", in->name, in->line,
                         column);
    }
    char shown[SHOWN + 4];
    show_cell(cell, shown);
    char *end;
    const double value = strtod(cell, &end);
    const bool is_number = *end == '\0' && end != cell;
    const char *what = is_number && !isfinite(value) ? "is not a finite number" : "is not a number";
    const char *hint = "";
    if (strpbrk(cell, ";\t") != NULL) {
        hint = "; cells are separated by commas";
    } else if (in->line == 1 && !is_number) {
        hint = "; if the first line names the columns, say --header";
    } else if (cell[0] == '"') {
        hint = "; numbers in quotes cannot be read";
    }
    return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 ", column %" PRId64 ": '%s' %s%s", in->name, in->line, column,
                     shown, what, hint);
}

static fcnn_status bad_name(const reader *in, int64_t column, const char *what)
{
    return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 ", column %" PRId64 ": the column's name %s", in->name, in->line,
                     column, what);
}

/* ---- cells ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts the blanks off both ends of [start, end) and ends the text there. */
static char *trim(char *start, char *end)
{
    while (start < end && is_blank(*start)) {
        start++;
    }
    while (end > start && is_blank(end[-1])) {
        end--;
    }
    *end = '\0';
    return start;
}

/* Takes the next cell of numbers off *rest, which becomes NULL behind the last one. */
static char *take_cell(char **rest)
{
    char *start = *rest;
    char *comma = strchr(start, ',');
    *rest = comma != NULL ? comma + 1 : NULL;
    return trim(start, comma != NULL ? comma : start + strlen(start));
}

/* The same for a name, which may be quoted, with "" for a quote; NULL if it is quoted wrongly. */
static char *take_name(char **rest)
{
    char *start = *rest + strspn(*rest, " \t");
    if (*start != '"') {
        return take_cell(rest);
    }
    char *write = start;
    char *read = start + 1;
    while (*read != '\0' && (*read != '"' || read[1] == '"')) {
        read += *read == '"';
        *write++ = *read++;
    }
    if (*read == '\0') {
        return NULL;
    }
    read += 1 + strspn(read + 1, " \t");
    if (*read != ',' && *read != '\0') {
        return NULL;
    }
    *rest = *read == ',' ? read + 1 : NULL;
    return trim(start, write);
}

/* ---- lines ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static fcnn_status check_names(const reader *in)
{
    const int64_t columns = in->table.columns;
    char **sorted;
    FCNN_TRY(fcnn_memory_create("the names of the columns", columns, sizeof *sorted, &sorted));
    memcpy(sorted, in->table.names, (size_t)columns * sizeof *sorted);
    qsort(sorted, (size_t)columns, sizeof *sorted, compare_names);
    fcnn_status status = FCNN_OK;
    for (int64_t i = 1; i < columns && status == FCNN_OK; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            char shown[SHOWN + 4];
            show_cell(sorted[i], shown);
            status = fcnn_fail(FCNN_EDATA, "%s: line 1: two columns have the name '%s'", in->name, shown);
        }
    }
    free(sorted);
    return status;
}

static fcnn_status read_names(reader *in, char *line)
{
    fcnn_csv *table = &in->table;
    for (char *rest = line; rest != NULL;) {
        const char *name = take_name(&rest);
        if (name == NULL) {
            return bad_name(in, table->columns + 1, "is quoted wrongly");
        }
        if (name[0] == '\0') {
            return bad_name(in, table->columns + 1, "is empty (pandas writes its row index so: say index=False there)");
        }
        FCNN_TRY(fcnn_memory_grow("the names of the columns", table->columns + 1, sizeof *table->names, &table->names,
                                  &in->names_capacity));
        FCNN_TRY(fcnn_memory_copy_text(name, &table->names[table->columns]));
        table->columns++;
    }
    return check_names(in);
}

static fcnn_status read_row(reader *in, char *line)
{
    fcnn_csv *table = &in->table;
    const bool is_first = table->columns == 0;
    const int64_t start = table->rows * table->columns;
    int64_t cells = 0;
    for (char *rest = line; rest != NULL; cells++) {
        const char *cell = take_cell(&rest);
        double value = 0;
        if (!is_first && cells >= table->columns) {
            continue; /* only to be counted */
        }
        if (!fcnn_text_to_double(cell, &value)) {
            return bad_cell(in, cells + 1, cell);
        }
        FCNN_TRY(fcnn_memory_grow("a table", start + cells + 1, sizeof *table->values, &table->values,
                                  &in->values_capacity));
        table->values[start + cells] = value;
    }
    if (is_first) {
        table->columns = cells;
    }
    if (cells != table->columns) {
        return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 " has %" PRId64 " cells, line 1 has %" PRId64, in->name,
                         in->line, cells, table->columns);
    }
    table->rows++;
    return FCNN_OK;
}

/* line [length] without its line feed, ended by a zero byte */
static fcnn_status read_line(reader *in, char *line, size_t length)
{
    in->line++;
    if (strlen(line) != length) {
        return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 " holds a zero byte: this is no plain text (UTF-16, perhaps?)",
                         in->name, in->line);
    }
    if (in->line == 1 && strncmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        length -= 3;
    }
    if (length > 0 && line[length - 1] == '\r') {
        line[length - 1] = '\0';
    }
    if (line[strspn(line, " \t")] == '\0') {
        in->blank = in->blank == 0 ? in->line : in->blank;
        return FCNN_OK;
    }
    if (in->blank != 0) {
        return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 " is empty, but more lines follow", in->name, in->blank);
    }
    return in->header && in->line == 1 ? read_names(in, line) : read_row(in, line);
}

static fcnn_status read_lines(reader *in, FILE *stream)
{
    fcnn_status status = FCNN_OK;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    errno = 0;
    while (status == FCNN_OK && (length = getline(&line, &capacity, stream)) >= 0) {
        if (length > 0 && line[length - 1] == '\n') {
            line[--length] = '\0';
        }
        status = read_line(in, line, (size_t)length);
        errno = 0;
    }
    if (status == FCNN_OK && !feof(stream)) {
        status = fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", in->name, strerror(errno));
    }
    free(line);
    if (status == FCNN_OK && in->table.rows == 0) {
        status = fcnn_fail(FCNN_EDATA, "%s: holds no rows", in->name);
    }
    return status;
}

fcnn_status fcnn_csv_read(FILE *stream, const char *name, bool header, fcnn_csv *out)
{
    reader in = {.name = name, .header = header};
    const fcnn_status status = read_lines(&in, stream);
    if (status != FCNN_OK) {
        fcnn_csv_clear(&in.table);
        return status;
    }
    *out = in.table;
    return FCNN_OK;
}

void fcnn_csv_clear(fcnn_csv *table)
{
    for (int64_t i = 0; table->names != NULL && i < table->columns; i++) {
        free(table->names[i]);
    }
    free(table->names);
    free(table->values);
    *table = (fcnn_csv){0};
}
