/* src/formats/csv.c — tables of numbers in CSV. */
#include "formats/csv.h"

#include "core/memory.h"
#include "core/text.h"
#include "formats/input.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN = 40,           /* bytes of a cell that a message shows */
    CLASSES_MAX = 1 << 16 /* a column with more distinct names is not a column of classes */
};

/* The state of reading a stream into a table. */
typedef struct reader {
    const char *name; /* name of the stream in messages */
    const fcnn_csv_options *options;
    char delimiter;
    int64_t line;    /* number of the current line, ≥ 1 */
    int64_t blank;   /* number of the first empty line; 0: none so far */
    int64_t rows;    /* number of rows of this stream */
    int64_t columns; /* number of columns of this stream; 0: not known yet */
    char **names;    /* [columns] names of the columns of this stream, if it has a header */
    int64_t names_capacity;
    fcnn_csv *table;
} reader;

/* ---- messages ---- */

/* Copies a cell for a message: without control characters, and truncated between two characters of UTF-8. */
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

/* Writes advice about a cell that is not a number to out [size]; it may be empty. */
static void find_hint(const reader *in, int64_t column, const char *cell, char *out, size_t size)
{
    const bool is_decimal = strchr(cell, ',') != NULL && cell[strspn(cell, "+-0123456789,")] == '\0';
    if (is_decimal && in->delimiter != ',') {
        snprintf(out, size, "; write decimals with a point, not with a comma");
    } else if (in->line == 1) {
        snprintf(out, size, "; if the first line contains the names of the columns, add --header%s",
                 column > 1 ? "; if this is the name of a class, add --classes" : "");
    } else if (strpbrk(cell, ",;\t") != NULL) {
        snprintf(out, size, "; cells are separated by %s here; --delimiter sets another separator",
                 in->delimiter == ';'    ? "semicolons"
                 : in->delimiter == '\t' ? "tabs"
                                         : "commas");
    } else {
        snprintf(out, size, "%s", "");
    }
}

/* Fails with a message that says why a cell is not a number. */
static fcnn_status bad_cell(const reader *in, int64_t column, const char *cell)
{
    char shown[SHOWN + 4], hint[128], *end;
    show_cell(cell, shown);
    const double value = strtod(cell, &end);
    if (*end == '\0' && end != cell && !isfinite(value)) {
        return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 ", column %" PRId64 ": '%s' is not a finite number", in->name,
                         in->line, column, shown);
    }
    find_hint(in, column, cell, hint, sizeof hint);
    return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 ", column %" PRId64 ": '%s' is not a number%s", in->name, in->line,
                     column, shown, hint);
}

static fcnn_status missing_cell(const reader *in, int64_t column, const char *cell)
{
    char shown[SHOWN + 4];
    show_cell(cell, shown);
    return fcnn_fail(FCNN_EDATA,
                     "%s: line %" PRId64 ", column %" PRId64 ": %s%s%s; --missing imports such inputs as NaN", in->name,
                     in->line, column, cell[0] == '\0' ? "the cell is empty" : "'", shown,
                     cell[0] == '\0' ? "" : "' is a missing value");
}

static fcnn_status bad_text(const reader *in, int64_t column, const char *what)
{
    return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 ", column %" PRId64 ": %s", in->name, in->line, column, what);
}

/* ---- cells ---- */

static bool is_blank(const reader *in, char c)
{
    return c == ' ' || (c == '\t' && in->delimiter != '\t');
}

/* Removes the blanks at both ends of [start, end), terminates the text there, and returns its start. */
static char *trim(const reader *in, char *start, char *end)
{
    while (start < end && is_blank(in, *start)) {
        start++;
    }
    while (end > start && is_blank(in, end[-1])) {
        end--;
    }
    *end = '\0';
    return start;
}

/* Sets *out to the first cell of *rest, and moves *rest to the next cell, or to NULL after the last one.  Changes the
 * text.  column is the number of the cell, for messages. */
static fcnn_status take_cell(const reader *in, int64_t column, char **rest, char **out)
{
    char *start = *rest;
    while (is_blank(in, *start)) {
        start++;
    }
    if (*start != '"') {
        char *end = strchr(start, in->delimiter);
        *rest = end != NULL ? end + 1 : NULL;
        *out = trim(in, start, end != NULL ? end : start + strlen(start));
        return FCNN_OK;
    }
    char *write = start;
    char *read = start + 1;
    while (*read != '\0' && (*read != '"' || read[1] == '"')) {
        read += *read == '"';
        *write++ = *read++;
    }
    if (*read == '\0') {
        return bad_text(in, column, "a quote is not closed in this line; a cell cannot contain a line break");
    }
    do {
        read++;
    } while (is_blank(in, *read));
    if (*read != in->delimiter && *read != '\0') {
        return bad_text(in, column, "text follows the closing quote; within quotes, write \"\" for a quote");
    }
    *rest = *read == in->delimiter ? read + 1 : NULL;
    *out = trim(in, start, write);
    return FCNN_OK;
}

/* ---- classes ---- */

/* The index in class_order of the first class whose name is not less than a text. */
static int64_t find_class(const fcnn_csv *table, const char *text)
{
    int64_t low = 0, high = table->classes_count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (strcmp(table->classes[table->class_order[middle]], text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static fcnn_status add_class(const reader *in, int64_t place, const char *text)
{
    fcnn_csv *table = in->table;
    const int64_t count = table->classes_count;
    int64_t capacity = table->classes_capacity;
    if (count == CLASSES_MAX) {
        return bad_text(in, table->class_column + 1,
                        "the column has more than 65536 distinct names; is it the column of classes?");
    }
    FCNN_TRY(fcnn_memory_grow("the classes", count + 1, sizeof *table->classes, &table->classes, &capacity));
    FCNN_TRY(fcnn_memory_grow("the classes", count + 1, sizeof *table->class_order, &table->class_order,
                              &table->classes_capacity));
    FCNN_TRY(fcnn_memory_copy_text(text, &table->classes[count]));
    memmove(table->class_order + place + 1, table->class_order + place,
            (size_t)(count - place) * sizeof *table->class_order);
    table->class_order[place] = count;
    table->classes_count++;
    return FCNN_OK;
}

/* Sets *out to the number of a class name; a new name gets the next number. */
static fcnn_status read_class(const reader *in, const char *cell, double *out)
{
    const fcnn_csv *table = in->table;
    if (fcnn_text_is_missing(cell)) {
        return bad_text(in, table->class_column + 1, "the name of the class is missing");
    }
    const int64_t place = find_class(table, cell);
    if (place == table->classes_count || strcmp(table->classes[table->class_order[place]], cell) != 0) {
        FCNN_TRY(add_class(in, place, cell));
    }
    *out = (double)table->class_order[place];
    return FCNN_OK;
}

/* ---- the first line ---- */

/* The most frequent delimiter of a line outside quotes. */
static char find_delimiter(const char *line)
{
    static const char delimiters[] = ",;\t";
    int64_t counts[3] = {0};
    bool is_quoted = false;
    for (const char *c = line; *c != '\0'; c++) {
        const char *delimiter = strchr(delimiters, *c);
        is_quoted ^= *c == '"';
        if (delimiter != NULL && !is_quoted) {
            counts[delimiter - delimiters]++;
        }
    }
    int most = 0;
    for (int d = 1; d < 3; d++) {
        most = counts[d] > counts[most] ? d : most;
    }
    return delimiters[most];
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static fcnn_status check_names_differ(const reader *in)
{
    char **sorted;
    FCNN_TRY(fcnn_memory_create("the names of the columns", in->columns, sizeof *sorted, &sorted));
    memcpy(sorted, in->names, (size_t)in->columns * sizeof *sorted);
    qsort(sorted, (size_t)in->columns, sizeof *sorted, compare_names);
    fcnn_status status = FCNN_OK;
    for (int64_t i = 1; i < in->columns && status == FCNN_OK; i++) {
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
    for (char *rest = line; rest != NULL;) {
        char *name;
        FCNN_TRY(take_cell(in, in->columns + 1, &rest, &name));
        if (name[0] == '\0') {
            return bad_text(
                in, in->columns + 1,
                "the name of the column is empty (if it is the row index of pandas, write the file with index=False)");
        }
        FCNN_TRY(fcnn_memory_grow("the names of the columns", in->columns + 1, sizeof *in->names, &in->names,
                                  &in->names_capacity));
        FCNN_TRY(fcnn_memory_copy_text(name, &in->names[in->columns]));
        in->columns++;
    }
    return check_names_differ(in);
}

/* Adds the number of cells of a line to in->columns; the line is not changed. */
static fcnn_status count_cells(reader *in, const char *line)
{
    char *copy, *cell;
    FCNN_TRY(fcnn_memory_copy_text(line, &copy));
    fcnn_status status = FCNN_OK;
    for (char *rest = copy; rest != NULL && status == FCNN_OK; in->columns++) {
        status = take_cell(in, in->columns + 1, &rest, &cell);
    }
    free(copy);
    return status;
}

/* Checks that the columns equal those of the first stream. */
static fcnn_status check_columns(const reader *in)
{
    const fcnn_csv *table = in->table;
    if (in->columns != table->columns) {
        return fcnn_fail(FCNN_EDATA, "%s: has %" PRId64 " columns, but %s has %" PRId64, in->name, in->columns,
                         table->origin, table->columns);
    }
    for (int64_t c = 0; c < table->columns && table->names != NULL; c++) {
        if (strcmp(in->names[c], table->names[c]) != 0) {
            char here[SHOWN + 4], there[SHOWN + 4];
            show_cell(in->names[c], here);
            show_cell(table->names[c], there);
            return fcnn_fail(FCNN_EDATA, "%s: column %" PRId64 " has the name '%s', but in %s it is '%s'", in->name,
                             c + 1, here, table->origin, there);
        }
    }
    return FCNN_OK;
}

/* Determines the columns by the first line, which contains names or numbers. */
static fcnn_status begin(reader *in, char *line)
{
    fcnn_csv *table = in->table;
    in->delimiter = in->options->delimiter != '\0' ? in->options->delimiter : find_delimiter(line);
    FCNN_TRY(in->options->header ? read_names(in, line) : count_cells(in, line));
    if (table->columns > 0) {
        return check_columns(in);
    }
    FCNN_TRY(fcnn_memory_copy_text(in->name, &table->origin));
    table->columns = in->columns;
    table->names = in->names;
    in->names = NULL;
    table->class_column = -1;
    return in->options->choose != NULL ? in->options->choose(table, in->options->context, &table->class_column)
                                       : FCNN_OK;
}

/* ---- rows ---- */

static fcnn_status read_cell(const reader *in, int64_t column, const char *cell, double *out)
{
    if (column == in->table->class_column) {
        return read_class(in, cell, out);
    }
    if (fcnn_text_to_double(cell, out)) {
        return FCNN_OK;
    }
    if (!fcnn_text_is_missing(cell)) {
        return bad_cell(in, column + 1, cell);
    }
    *out = (double)NAN;
    return in->options->missing ? FCNN_OK : missing_cell(in, column + 1, cell);
}

static fcnn_status read_row(reader *in, char *line)
{
    fcnn_csv *table = in->table;
    const int64_t start = table->rows * table->columns;
    int64_t cells = 0;
    FCNN_TRY(fcnn_memory_grow("a table", start + table->columns, sizeof *table->values, &table->values,
                              &table->values_capacity));
    for (char *rest = line; rest != NULL; cells++) {
        char *cell;
        FCNN_TRY(take_cell(in, cells + 1, &rest, &cell));
        if (cells < table->columns) { /* further cells are only counted */
            FCNN_TRY(read_cell(in, cells, cell, &table->values[start + cells]));
        }
    }
    if (cells != table->columns) {
        return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 " has %" PRId64 " cells, but line 1 has %" PRId64, in->name,
                         in->line, cells, table->columns);
    }
    table->rows++;
    in->rows++;
    return FCNN_OK;
}

/* ---- lines ---- */

/* Whether a line contains only blanks.  A line of delimiters is a row of missing cells. */
static bool is_empty(const reader *in, const char *line)
{
    while (is_blank(in, *line)) {
        line++;
    }
    return *line == '\0';
}

/* Reads line [length], which has no line feed and is terminated by a zero byte. */
static fcnn_status read_line(reader *in, char *line, int64_t length)
{
    in->line++;
    if ((int64_t)strlen(line) != length) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: line %" PRId64 " contains a zero byte: the file is not plain text (it may be UTF-16)",
                         in->name, in->line);
    }
    if (length > 0 && line[length - 1] == '\r') {
        line[length - 1] = '\0';
    }
    if (in->line == 1 && strncmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
    }
    if (is_empty(in, line)) {
        in->blank = in->blank == 0 ? in->line : in->blank;
        return FCNN_OK;
    }
    if (in->blank != 0) {
        return fcnn_fail(FCNN_EDATA, "%s: line %" PRId64 " is empty, but more lines follow", in->name, in->blank);
    }
    if (in->line == 1) {
        FCNN_TRY(begin(in, line));
    }
    return in->options->header && in->line == 1 ? FCNN_OK : read_row(in, line);
}

static fcnn_status read_lines(reader *in, fcnn_input *input)
{
    char *line;
    int64_t length;
    FCNN_TRY(fcnn_input_line(input, &line, &length));
    while (line != NULL) {
        FCNN_TRY(read_line(in, line, length));
        FCNN_TRY(fcnn_input_line(input, &line, &length));
    }
    return in->rows > 0 ? FCNN_OK : fcnn_fail(FCNN_EDATA, "%s: contains no rows", in->name);
}

static void clear_texts(char **texts, int64_t count)
{
    for (int64_t i = 0; texts != NULL && i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

fcnn_status fcnn_csv_read(FILE *stream, const char *name, const fcnn_csv_options *options, fcnn_csv *table)
{
    reader in = {.name = name, .options = options, .table = table};
    fcnn_input *input = NULL;
    fcnn_status status = fcnn_input_open(stream, name, &input);
    if (status == FCNN_OK) {
        status = read_lines(&in, input);
    }
    fcnn_input_close(input);
    clear_texts(in.names, in.columns);
    if (status != FCNN_OK) {
        fcnn_csv_clear(table);
    }
    return status;
}

void fcnn_csv_clear(fcnn_csv *table)
{
    clear_texts(table->names, table->columns);
    clear_texts(table->classes, table->classes_count);
    free(table->class_order);
    free(table->origin);
    free(table->values);
    *table = (fcnn_csv){0};
}
