/* src/data/column_list.c — parses lists of columns, and resolves ambiguous items with the names that a file
 * contains. */
#include "data/columns.h"

#include "core/list.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- ranges ---- */

/* Reads the digits at *at as a number and moves *at past them. Returns −1 if there are none. */
static int64_t take_number(const char **at)
{
    int64_t number = -1;
    while (**at >= '0' && **at <= '9' && number < INT64_MAX / 20) {
        number = 10 * (number < 0 ? 0 : number) + (*(*at)++ - '0');
    }
    return number;
}

/* Reads a text that is a range of columns such as [3] or [0:12]. Returns false if it is not. */
static bool read_range(const char *text, int64_t *from, int64_t *to)
{
    const char *at = text + 1;
    const int64_t first = text[0] == '[' ? take_number(&at) : -1;
    const bool has_colon = text[0] == '[' && *at == ':';
    at += has_colon;
    const int64_t last = has_colon ? take_number(&at) : first + 1;
    *from = first < 0 ? 0 : first;
    *to = last;
    return text[0] == '[' && strcmp(at, "]") == 0 && (has_colon || first >= 0) && (last < 0 || last > *from);
}

static fcnn_status bad_range(const char *item)
{
    return fcnn_fail(FCNN_ECONFIG,
                     "'%.200s' is not a valid range of columns: write it as [3], [0:12], [4:] or [:4], and put a name "
                     "that contains ']' in quotes",
                     item);
}

fcnn_status fcnn_columns_range(const char *text, int64_t *first, int64_t *last)
{
    const char *at = text;
    const int64_t from = take_number(&at);
    const bool has_colon = *at == ':';
    at += has_colon;
    const int64_t to = take_number(&at);
    if (!has_colon || *at != '\0' || (to >= 0 && to <= from)) {
        return fcnn_fail(FCNN_ECONFIG, "'%.60s' is not a valid range of rows: write it as 0:80000, 100: or :100", text);
    }
    *first = from < 0 ? 0 : from;
    *last = to;
    return FCNN_OK;
}

/* ---- interpretations of an item ---- */

/* One way to interpret an item: a dataset, or a member of its records, and a range of its columns. */
typedef struct reading {
    fcnn_text exact; /* all names are in quotes */
    fcnn_text plain; /* names are in quotes only where necessary: for messages and hdf5/file.h */
    const char *range;
    int64_t first, last;
} reading;

static void clear_reading(reading *one)
{
    fcnn_text_clear(&one->exact);
    fcnn_text_clear(&one->plain);
    *one = (reading){0};
}

/* Sets the names of an interpretation: the first `length` bytes of `name` are the dataset; if a ':' follows, the rest
 * is the member. */
static fcnn_status name_reading(const char *name, size_t length, reading *out)
{
    char *copy;
    FCNN_TRY(fcnn_memory_copy_text(name, &copy));
    const char *member = copy[length] == ':' ? copy + length + 1 : NULL;
    copy[length] = '\0';
    fcnn_status status = fcnn_list_put_quoted(copy, &out->exact);
    if (status == FCNN_OK) {
        status = fcnn_list_put(copy, &out->plain);
    }
    if (status == FCNN_OK && member != NULL) {
        status = fcnn_text_append(&out->exact, ":");
    }
    if (status == FCNN_OK && member != NULL) {
        status = fcnn_list_put_quoted(member, &out->exact);
    }
    if (status == FCNN_OK && member != NULL) {
        /* the path of a nested member needs no quotes */
        status = fcnn_text_append(&out->plain, ":%s", member);
    }
    free(copy);
    return status;
}

/* The search for the meaning of an item in a file. */
typedef struct search {
    fcnn_hdf5_file *file;
    const char *item;
    reading found; /* the first interpretation that the file contains */
} search;

static fcnn_status means_two_things(const search *in, const reading *other)
{
    return fcnn_fail(FCNN_ECONFIG,
                     "%s: %s is ambiguous, because the file has both datasets that it can name: write '%s%s' or "
                     "'%s%s', including the quotes",
                     fcnn_hdf5_path(in->file), in->item, in->found.exact.data, in->found.range, other->exact.data,
                     other->range);
}

/* Keeps an interpretation if the file contains it. Fails if another one was kept before. */
static fcnn_status try(search *in, const char *name, size_t length, const char *range, int64_t first, int64_t last)
{
    reading one = {.range = range, .first = first, .last = last};
    fcnn_status status = name_reading(name, length, &one);
    if (status == FCNN_OK && fcnn_hdf5_has_exactly(in->file, one.exact.data)) {
        if (in->found.range == NULL) {
            in->found = one;
            return FCNN_OK;
        }
        status = means_two_things(in, &one);
    }
    clear_reading(&one);
    return status;
}

/* Tries the whole name as a dataset, and each of its colons as the separator between dataset and member. */
static fcnn_status try_all(search *in, const char *name, const char *range, int64_t first, int64_t last)
{
    FCNN_TRY(try(in, name, strlen(name), range, first, last));
    for (const char *colon = strchr(name, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        if (colon > name && colon[1] != '\0') {
            FCNN_TRY(try(in, name, (size_t)(colon - name), range, first, last));
        }
    }
    return FCNN_OK;
}

/* Finds the meaning of an item in a file. in->found stays empty if the file contains none of the interpretations. */
static fcnn_status find_meaning(search *in)
{
    char *name;
    int64_t first, last;
    FCNN_TRY(try_all(in, in->item, "", 0, -1));
    const char *bracket = strrchr(in->item, '[');
    if (bracket == NULL || bracket == in->item || !read_range(bracket, &first, &last)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_copy_text(in->item, &name));
    name[bracket - in->item] = '\0';
    const fcnn_status status = try_all(in, name, bracket, first, last);
    free(name);
    return status;
}

/* ---- parsing of items ---- */

/* Appends the name at *at, which is in quotes or ends before a ':' or '[', to out, and moves *at past it.
 *   fits  set to false if the name is empty or its quotes are not closed */
static fcnn_status take_segment(const char **at, char *buffer, fcnn_text *out, bool *fits)
{
    if (**at == '"') {
        *fits = fcnn_list_unquote(at, buffer) && buffer[0] != '\0';
        return fcnn_list_put_quoted(buffer, out);
    }
    const size_t length = strcspn(*at, ":[");
    *fits = length > 0;
    const fcnn_status status = fcnn_text_append(out, "%.*s", (int)length, *at);
    *at += length;
    return status;
}

/* Reads an item with a name in quotes, which is unambiguous: "/velocity, x"[0:3], "/tab":"a, b". */
static fcnn_status read_exact(const char *item, char *buffer, fcnn_column_part *part)
{
    fcnn_text name = {0};
    const char *at = item;
    bool fits = true;
    fcnn_status status = take_segment(&at, buffer, &name, &fits);
    while (status == FCNN_OK && fits && *at == ':') {
        at++;
        status = fcnn_text_append(&name, ":");
        if (status == FCNN_OK) {
            status = take_segment(&at, buffer, &name, &fits);
        }
    }
    if (status == FCNN_OK && (!fits || (*at != '\0' && *at != '['))) {
        status = fcnn_fail(FCNN_ECONFIG,
                           "'%.200s': a name in quotes may only be followed by a ':' and the name of a member, or by "
                           "columns as in [3]",
                           item);
    }
    if (status == FCNN_OK && *at == '[' && !read_range(at, &part->first, &part->last)) {
        status = bad_range(item);
    }
    if (status != FCNN_OK) {
        fcnn_text_clear(&name);
        return status;
    }
    part->dataset = name.data;
    return FCNN_OK;
}

/* Reads an item without quotes. An ambiguous item is kept as part->item until a file is open. */
static fcnn_status read_open(const char *item, fcnn_column_part *part)
{
    const size_t length = strlen(item);
    FCNN_TRY(fcnn_memory_copy_text(item, &part->dataset));
    if (strchr(item, ':') != NULL || item[length - 1] == ']') {
        FCNN_TRY(fcnn_memory_copy_text(item, &part->item));
    }
    char *bracket = strrchr(part->dataset, '[');
    if (bracket != NULL && bracket > part->dataset && read_range(bracket, &part->first, &part->last)) {
        *bracket = '\0';
    } else {
        part->first = 0;
        part->last = -1;
    }
    return FCNN_OK;
}

static fcnn_status read_item(const char *item, fcnn_column_part *part)
{
    char *buffer;
    part->last = -1;
    if (item[0] == '\0' || item[0] == '[') {
        return fcnn_fail(FCNN_ECONFIG, "the name of a dataset is empty");
    }
    if (item[0] != '"' && strstr(item, ":\"") == NULL) {
        return read_open(item, part);
    }
    FCNN_TRY(fcnn_memory_create("the name of a dataset", (int64_t)strlen(item) + 1, 1, &buffer));
    const fcnn_status status = read_exact(item, buffer, part);
    free(buffer);
    return status;
}

fcnn_status fcnn_columns_parse(const char *text, fcnn_columns *out)
{
    char **items;
    fcnn_columns columns = {0};
    FCNN_TRY(fcnn_list_split(text, &columns.count, &items));
    const int64_t count = columns.count;
    fcnn_status status = fcnn_memory_copy_text(text, &columns.text);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the columns", count, sizeof *columns.parts, &columns.parts);
    }
    for (int64_t i = 0; i < count && status == FCNN_OK; i++) {
        status = read_item(items[i], &columns.parts[i]);
    }
    fcnn_list_free(count, items);
    if (status != FCNN_OK) {
        fcnn_columns_clear(&columns);
        return status;
    }
    *out = columns;
    return FCNN_OK;
}

/* ---- resolving items in a file ---- */

static void clear_parts(fcnn_columns *columns)
{
    for (int64_t i = 0; columns->parts != NULL && i < columns->count; i++) {
        free(columns->parts[i].dataset);
        free(columns->parts[i].item);
        free(columns->parts[i].decoded);
    }
    free(columns->parts);
    columns->parts = NULL;
    columns->count = 0;
}

void fcnn_columns_clear(fcnn_columns *columns)
{
    clear_parts(columns);
    free(columns->text);
    fcnn_column_names_clear(&columns->names);
    fcnn_column_orders_clear(&columns->orders);
    *columns = (fcnn_columns){0};
}

int64_t fcnn_column_part_width(const fcnn_column_part *part)
{
    return (part->last < 0 ? part->all : part->last) - part->first;
}

/* Resolves an ambiguous item. *found is set to whether the file contains one of its interpretations. */
static fcnn_status settle(fcnn_column_part *part, fcnn_hdf5_file *file, bool *found)
{
    search in = {.file = file, .item = part->item};
    const fcnn_status status = find_meaning(&in);
    *found = status == FCNN_OK && in.found.range != NULL;
    if (*found) {
        free(part->dataset);
        part->dataset = in.found.plain.data;
        part->first = in.found.first;
        part->last = in.found.last;
        in.found.plain = (fcnn_text){0};
    }
    clear_reading(&in.found);
    return status;
}

static fcnn_status settle_part(fcnn_column_part *part, fcnn_hdf5_file *file)
{
    bool found;
    if (part->item == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(settle(part, file, &found));
    const size_t length = strlen(part->item);
    const bool has_bracket = part->item[length - 1] == ']' && strlen(part->dataset) == length;
    return found || !has_bracket ? FCNN_OK : bad_range(part->item);
}

/* Replaces the list by a single dataset. */
static fcnn_status become_one(fcnn_columns *columns, const char *exact)
{
    char *name;
    fcnn_column_part *part;
    FCNN_TRY(fcnn_memory_copy_text(exact, &name));
    const fcnn_status status = fcnn_memory_create("the columns", 1, sizeof *part, &part);
    if (status != FCNN_OK) {
        free(name);
        return status;
    }
    clear_parts(columns);
    *part = (fcnn_column_part){.dataset = name, .last = -1};
    columns->parts = part;
    columns->count = 1;
    return FCNN_OK;
}

/* If the text of the whole list is the name of a dataset in the file, replaces the list by this dataset. */
static fcnn_status settle_list(fcnn_columns *columns, fcnn_hdf5_file *file)
{
    fcnn_text exact = {0};
    FCNN_TRY(fcnn_list_put_quoted(columns->text, &exact));
    fcnn_status status = FCNN_OK;
    if (fcnn_hdf5_has_exactly(file, exact.data)) {
        bool has_all = true;
        for (int64_t i = 0; i < columns->count && has_all && status == FCNN_OK; i++) {
            fcnn_column_part *part = &columns->parts[i];
            has_all = part->item == NULL && fcnn_hdf5_has_exactly(file, part->dataset);
            if (part->item != NULL) {
                status = settle(part, file, &has_all);
            }
        }
        if (status == FCNN_OK && has_all) {
            status =
                fcnn_fail(FCNN_ECONFIG,
                          "%s: %s is ambiguous: it is the name of a dataset, and also a list of datasets that the file "
                          "contains; write '%s' for the single dataset, or put each name of the list in quotes",
                          fcnn_hdf5_path(file), columns->text, exact.data);
        } else if (status == FCNN_OK) {
            status = become_one(columns, exact.data);
        }
    }
    fcnn_text_clear(&exact);
    return status;
}

fcnn_status fcnn_columns_settle(fcnn_columns *columns, fcnn_hdf5_file *file)
{
    if (columns->count > 1 && strchr(columns->text, '"') == NULL) {
        FCNN_TRY(settle_list(columns, file));
    }
    for (int64_t i = 0; i < columns->count; i++) {
        FCNN_TRY(settle_part(&columns->parts[i], file));
    }
    return FCNN_OK;
}

fcnn_status fcnn_columns_settle_again(const fcnn_columns *columns, fcnn_hdf5_file *file)
{
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; i < columns->count && status == FCNN_OK; i++) {
        const fcnn_column_part *part = &columns->parts[i];
        search in = {.file = file, .item = part->item};
        status = part->item != NULL ? find_meaning(&in) : FCNN_OK;
        if (status == FCNN_OK && in.found.range != NULL &&
            (strcmp(in.found.plain.data, part->dataset) != 0 || in.found.first != part->first ||
             in.found.last != part->last)) {
            status = fcnn_fail(FCNN_ECONFIG,
                               "%s: %s means '%s%s' in this file, but something else in the first file: write the "
                               "intended name in quotes",
                               fcnn_hdf5_path(file), part->item, in.found.exact.data, in.found.range);
        }
        clear_reading(&in.found);
    }
    return status;
}

/* ---- over ranks ---- */

static fcnn_status make_parts(fcnn_columns *columns, int64_t count, const int64_t *lengths)
{
    if (columns->count != count) {
        clear_parts(columns);
        FCNN_TRY(fcnn_memory_create("the columns", count, sizeof *columns->parts, &columns->parts));
        columns->count = count;
    }
    for (int64_t i = 0; i < count; i++) {
        free(columns->parts[i].dataset);
        columns->parts[i].dataset = NULL;
        FCNN_TRY(fcnn_memory_create("the name of a dataset", lengths[i], 1, &columns->parts[i].dataset));
    }
    return FCNN_OK;
}

fcnn_status fcnn_columns_share_meaning(fcnn_columns *columns, fcnn_comm *comm)
{
    int64_t count = columns->count, *lengths = NULL;
    fcnn_comm_broadcast(comm, &count, sizeof count);
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the columns", count, sizeof *lengths, &lengths)));
    for (int64_t i = 0; comm->rank == 0 && i < count; i++) {
        lengths[i] = (int64_t)strlen(columns->parts[i].dataset) + 1;
    }
    fcnn_comm_broadcast(comm, lengths, count * (int64_t)sizeof *lengths);
    const fcnn_status status = fcnn_comm_agree(comm, comm->rank == 0 ? FCNN_OK : make_parts(columns, count, lengths));
    for (int64_t i = 0; i < count && status == FCNN_OK; i++) {
        fcnn_column_part *part = &columns->parts[i];
        fcnn_comm_broadcast(comm, part->dataset, lengths[i]);
        fcnn_comm_broadcast(comm, &part->first, sizeof part->first);
        fcnn_comm_broadcast(comm, &part->last, sizeof part->last);
    }
    free(lengths);
    return status;
}
