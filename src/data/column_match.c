/* src/data/column_match.c — compares the names and units of a file's columns with the expected ones. */
#include "data/column_match.h"

#include "core/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    LISTED = 10,    /* maximum number of names in a list */
    NAME_BYTES = 48 /* maximum length of a name in a list */
};

/* ---- names ---- */

/* Returns whether a column has a name of its own, which is not that of its dataset. */
static bool is_real(const fcnn_column_names *names, int64_t column)
{
    return names->origins[column] == FCNN_NAME_GIVEN && names->names[column][0] != '\0';
}

static bool is_of_one_column(const fcnn_column_names *names, int64_t column)
{
    return names->origins[column] != FCNN_NAME_PLACE && names->names[column][0] != '\0';
}

static bool all_are(bool (*is)(const fcnn_column_names *, int64_t), const fcnn_column_names *names)
{
    for (int64_t i = 0; i < names->count; i++) {
        if (!is(names, i)) {
            return false;
        }
    }
    return names->count > 0;
}

bool fcnn_column_match_has_real(const fcnn_column_names *names)
{
    for (int64_t i = 0; i < names->count; i++) {
        if (is_real(names, i)) {
            return true;
        }
    }
    return false;
}

/* Returns whether there is nothing to compare. */
static bool is_unknown(const fcnn_column_names *here, const fcnn_column_reference *there)
{
    return there->names == NULL || there->names->count == 0 ||
           (there->may_be_labels && (here->count == 1) != (there->names->count == 1));
}

/* ---- lists ---- */

/* Returns how many bytes of a name are shown; characters are not cut. */
static int shown_bytes(const char *name)
{
    size_t bytes = strlen(name);
    if (bytes > NAME_BYTES) {
        bytes = NAME_BYTES;
        while (bytes > 0 && ((unsigned char)name[bytes] & 0xc0) == 0x80) {
            bytes--;
        }
    }
    return (int)bytes;
}

static fcnn_status put_rest(int64_t count, fcnn_text *out)
{
    return count <= LISTED ? FCNN_OK : fcnn_text_append(out, " and %" PRId64 " more", count - LISTED);
}

/* Appends the marked names, such as "'a', 'b' and 3 more". */
static fcnn_status list_names(const fcnn_column_names *names, const bool *marked, fcnn_text *out)
{
    int64_t found = 0;
    for (int64_t i = 0; i < names->count; i++) {
        if (marked[i] && ++found <= LISTED) {
            const char *name = names->names[i];
            FCNN_TRY(fcnn_text_append(out, "%s'%.*s'", found > 1 ? ", " : "", shown_bytes(name), name));
        }
    }
    return put_rest(found, out);
}

/* Appends the columns with different texts, such as "column 0 (counting from 0) is 'b' instead of 'a'". */
static fcnn_status list_places(char *const *here, char *const *there, const bool *marked, int64_t count, fcnn_text *out)
{
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++) {
        if (marked[i] && ++found <= LISTED) {
            FCNN_TRY(fcnn_text_append(out, "%scolumn %" PRId64 "%s is '%.*s' instead of '%.*s'", found > 1 ? ", " : "",
                                      i, found == 1 ? " (counting from 0)" : "", shown_bytes(here[i]), here[i],
                                      shown_bytes(there[i]), there[i]));
        }
    }
    return put_rest(found, out);
}

/* ---- sets ---- */

typedef struct named {
    const char *name;
    int64_t place;
} named;

static int compare_named(const void *a, const void *b)
{
    const named *first = a, *second = b;
    const int order = strcmp(first->name, second->name);
    return order != 0 ? order : first->place < second->place ? -1 : 1;
}

/* Sorts the names by their bytes; they are borrowed. */
static fcnn_status sort(const fcnn_column_names *names, named **out)
{
    FCNN_TRY(fcnn_memory_create("the names of columns", names->count, sizeof **out, out));
    for (int64_t i = 0; i < names->count; i++) {
        (*out)[i] = (named){names->names[i], i};
    }
    qsort(*out, (size_t)names->count, sizeof **out, compare_named);
    return FCNN_OK;
}

/* Marks the names of each side that the other side does not have, or has less often. */
static void mark_alone(const named *here, int64_t here_count, const named *there, int64_t there_count, bool *alone_here,
                       bool *alone_there)
{
    int64_t i = 0, k = 0;
    while (i < here_count || k < there_count) {
        const int order = i == here_count ? 1 : k == there_count ? -1 : strcmp(here[i].name, there[k].name);
        if (order < 0) {
            alone_here[here[i].place] = true;
        } else if (order > 0) {
            alone_there[there[k].place] = true;
        }
        i += order <= 0;
        k += order >= 0;
    }
}

static bool any(const bool *marked, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (marked[i]) {
            return true;
        }
    }
    return false;
}

/* The differences between two sides. */
typedef struct comparison {
    const fcnn_column_side *here;
    const fcnn_column_reference *there;
    named *sorted_here, *sorted_there;
    bool *alone_here, *alone_there; /* [columns]: names that only this side has */
    bool *differs;                  /* [columns of both together]: positions with different names or units */
} comparison;

static fcnn_status compare(const fcnn_column_side *here, const fcnn_column_reference *there, comparison *out)
{
    const int64_t count = here->names->count, wanted = there->names->count;
    *out = (comparison){.here = here, .there = there};
    FCNN_TRY(sort(here->names, &out->sorted_here));
    FCNN_TRY(sort(there->names, &out->sorted_there));
    FCNN_TRY(fcnn_memory_create("the names of columns", count, sizeof(bool), &out->alone_here));
    FCNN_TRY(fcnn_memory_create("the names of columns", wanted, sizeof(bool), &out->alone_there));
    FCNN_TRY(fcnn_memory_create("the names of columns", count + wanted, sizeof(bool), &out->differs));
    mark_alone(out->sorted_here, count, out->sorted_there, wanted, out->alone_here, out->alone_there);
    return FCNN_OK;
}

static void clear(comparison *of)
{
    free(of->sorted_here);
    free(of->sorted_there);
    free(of->alone_here);
    free(of->alone_there);
    free(of->differs);
}

/* ---- differences ---- */

/* Fails because the sets of names differ. */
static fcnn_status fail_set(const comparison *of, fcnn_text *text)
{
    const fcnn_column_side *here = of->here;
    const fcnn_column_names *a = here->names, *b = of->there->names;
    const bool lacks = any(of->alone_there, b->count), has_others = any(of->alone_here, a->count);
    if (lacks) {
        FCNN_TRY(fcnn_text_append(text, "missing: "));
        FCNN_TRY(list_names(b, of->alone_there, text));
    }
    if (has_others) {
        FCNN_TRY(fcnn_text_append(text, "%sunexpected: ", lacks ? "; " : ""));
        FCNN_TRY(list_names(a, of->alone_here, text));
    }
    return fcnn_fail(
        FCNN_EDATA, "%s: %s does not have the columns of %s: %s; %s", here->path, here->text, of->there->where,
        text->data,
        !lacks
            ? "set data.match_columns = by_name (fcnn-predict: --match-columns by_name) to leave the other columns out"
        : a->count != b->count ? "specify the right file or columns"
                               : "specify the right file or columns, or set data.match_columns = ignore (fcnn-predict: "
                                 "--match-columns ignore) to use columns by position");
}

/* Fails because the same names have other positions. */
static fcnn_status fail_order(const comparison *of, fcnn_text *text)
{
    const fcnn_column_side *here = of->here;
    FCNN_TRY(list_places(here->names->names, of->there->names->names, of->differs, here->names->count, text));
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s has the columns of %s in another order: %s; set data.match_columns (fcnn-predict: "
                     "--match-columns) to by_name to use columns by name, or to ignore to use them by position",
                     here->path, here->text, of->there->where, text->data);
}

/* Fails because names at the same positions differ; only some columns have names. */
static fcnn_status fail_places(const comparison *of, fcnn_text *text)
{
    const fcnn_column_side *here = of->here;
    FCNN_TRY(list_places(here->names->names, of->there->names->names, of->differs, here->names->count, text));
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s has other columns than %s: %s; specify the right file or columns, or set "
                     "data.match_columns = ignore (fcnn-predict: --match-columns ignore) to use columns by position",
                     here->path, here->text, of->there->where, text->data);
}

/* Marks positions at which both sides have a name of this kind and the names differ. Returns whether there is one. */
static bool mark_places(comparison *of, bool (*is)(const fcnn_column_names *, int64_t))
{
    const fcnn_column_names *a = of->here->names, *b = of->there->names;
    for (int64_t i = 0; i < a->count; i++) {
        of->differs[i] = is(a, i) && is(b, i) && strcmp(a->names[i], b->names[i]) != 0;
    }
    return any(of->differs, a->count);
}

/* Returns whether the names of both sides can be compared as sets: all columns have names of their own; or all have
 * those or names of single-column datasets, and some names are equal. */
static bool name_alike(const comparison *of)
{
    const fcnn_column_names *a = of->here->names, *b = of->there->names;
    if (all_are(is_real, a) && all_are(is_real, b)) {
        return true;
    }
    int64_t alone = 0;
    for (int64_t i = 0; i < b->count; i++) {
        alone += of->alone_there[i];
    }
    return alone < b->count && all_are(is_of_one_column, a) && all_are(is_of_one_column, b);
}

static fcnn_status check_names(comparison *of, fcnn_text *text)
{
    const fcnn_column_names *a = of->here->names, *b = of->there->names;
    if (name_alike(of)) {
        return any(of->alone_here, a->count) || any(of->alone_there, b->count) ? fail_set(of, text)
               : mark_places(of, is_of_one_column)                             ? fail_order(of, text)
                                                                               : FCNN_OK;
    }
    if (a->count != b->count) {
        return FCNN_OK; /* the caller compares the numbers of columns */
    }
    return mark_places(of, is_real) ? fail_places(of, text) : FCNN_OK;
}

/* ---- units ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *text)
{
    while (is_blank(*text)) {
        text++;
    }
    return text;
}

/* Returns whether two units are equal, except for the number of blanks. */
static bool same_unit(const char *a, const char *b)
{
    a = skip_blanks(a);
    b = skip_blanks(b);
    while (*a != '\0' && *b != '\0') {
        if (is_blank(*a) != is_blank(*b) || (!is_blank(*a) && *a != *b)) {
            break;
        }
        const bool blank = is_blank(*a);
        a = blank ? skip_blanks(a) : a + 1;
        b = blank ? skip_blanks(b) : b + 1;
    }
    return *skip_blanks(a) == '\0' && *skip_blanks(b) == '\0';
}

/* Compares the units of the file's columns with the expected ones, by an order or by position. */
static fcnn_status check_units(const fcnn_column_side *here, const fcnn_column_reference *there, const int64_t *order,
                               fcnn_text *text)
{
    const fcnn_column_names *a = here->names, *b = there->names;
    int64_t found = 0;
    for (int64_t i = 0; i < b->count && (order != NULL || a->count == b->count); i++) {
        const int64_t place = order != NULL ? order[i] : i;
        const char *unit = a->units[place], *wanted = b->units[i], *name = a->names[place];
        if (*skip_blanks(unit) == '\0' || *skip_blanks(wanted) == '\0' || same_unit(unit, wanted)) {
            continue;
        }
        if (++found <= LISTED) {
            FCNN_TRY(fcnn_text_append(text, "%scolumn %" PRId64 "%s%s%.*s%s is in '%.*s' instead of '%.*s'",
                                      found > 1 ? ", " : "", place, found == 1 ? " (counting from 0)" : "",
                                      name[0] != '\0' ? " '" : "", shown_bytes(name), name, name[0] != '\0' ? "'" : "",
                                      shown_bytes(unit), unit, shown_bytes(wanted), wanted));
        }
    }
    if (found == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(put_rest(found, text));
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s has other units than %s: %s; convert the values, correct the attribute, or set "
                     "data.match_columns = ignore (fcnn-predict: --match-columns ignore) to use the values as they are",
                     here->path, here->text, there->where, text->data);
}

fcnn_status fcnn_column_match_check(const fcnn_column_side *here, const fcnn_column_reference *there)
{
    comparison of;
    fcnn_text text = {0};
    if (here->names->count == 0 || is_unknown(here->names, there)) {
        return FCNN_OK;
    }
    fcnn_status status = compare(here, there, &of);
    if (status == FCNN_OK) {
        status = check_names(&of, &text);
    }
    if (status == FCNN_OK) {
        status = check_units(here, there, NULL, &text);
    }
    clear(&of);
    fcnn_text_clear(&text);
    return status;
}

/* ---- by name ---- */

/* Fails because two columns have the same name. */
static fcnn_status fail_twice(const fcnn_column_side *here, const char *where, const named *first)
{
    return fcnn_fail(
        FCNN_EDATA,
        "%s: %s: data.match_columns = by_name cannot distinguish columns %" PRId64 " and %" PRId64
        " (counting from 0) of %s, which have the same name '%.*s': rename one of them, or select columns by position",
        here->path, here->text, first[0].place, first[1].place, where, shown_bytes(first->name), first->name);
}

/* Fails because expected columns are missing. */
static fcnn_status fail_missing(const comparison *of, fcnn_text *text)
{
    const fcnn_column_side *here = of->here;
    FCNN_TRY(list_names(of->there->names, of->alone_there, text));
    if (any(of->alone_here, here->names->count)) {
        FCNN_TRY(fcnn_text_append(text, "; it has "));
        FCNN_TRY(list_names(here->names, of->alone_here, text));
    }
    return fcnn_fail(FCNN_EDATA, "%s: %s lacks columns of %s that data.match_columns = by_name requires: %s",
                     here->path, here->text, of->there->where, text->data);
}

static bool are_alike(const fcnn_column_names *a, const fcnn_column_names *b)
{
    bool alike = a->count == b->count;
    for (int64_t i = 0; alike && i < a->count; i++) {
        alike = strcmp(a->names[i], b->names[i]) == 0;
    }
    return alike;
}

/* Returns the first of two successive sorted names that are equal; NULL: none. */
static const named *find_twice(const named *names, int64_t count)
{
    for (int64_t i = 0; i + 1 < count; i++) {
        if (strcmp(names[i].name, names[i + 1].name) == 0) {
            return &names[i];
        }
    }
    return NULL;
}

/* Sets order to the positions of the expected names in the file. None is missing, and each occurs once. */
static fcnn_status place_names(const comparison *of, int64_t *order)
{
    const int64_t count = of->here->names->count, wanted = of->there->names->count;
    const named *here = of->sorted_here, *there = of->sorted_there;
    for (int64_t i = 0, k = 0; k < wanted; k++) {
        while (strcmp(here[i].name, there[k].name) < 0) {
            i++;
        }
        if (i + 1 < count && strcmp(here[i].name, here[i + 1].name) == 0) {
            return fail_twice(of->here, "this file", &here[i]);
        }
        order[there[k].place] = here[i].place;
    }
    return FCNN_OK;
}

static fcnn_status find(const comparison *of, fcnn_text *text, int64_t **order)
{
    const int64_t wanted = of->there->names->count;
    const bool by_name = fcnn_column_match_has_real(of->there->names) || name_alike(of);
    if (!by_name || are_alike(of->here->names, of->there->names)) {
        return check_units(of->here, of->there, NULL, text);
    }
    const named *twice = find_twice(of->sorted_there, wanted);
    if (twice != NULL) {
        return fail_twice(of->here, of->there->where, twice);
    }
    if (any(of->alone_there, wanted)) {
        return fail_missing(of, text);
    }
    FCNN_TRY(fcnn_memory_create("the order of columns", wanted, sizeof **order, order));
    FCNN_TRY(place_names(of, *order));
    return check_units(of->here, of->there, *order, text);
}

fcnn_status fcnn_column_match_find(const fcnn_column_side *here, const fcnn_column_reference *there, int64_t **order)
{
    comparison of;
    fcnn_text text = {0};
    *order = NULL;
    if (is_unknown(here->names, there)) {
        return FCNN_OK;
    }
    fcnn_status status = compare(here, there, &of);
    if (status == FCNN_OK) {
        status = find(&of, &text, order);
    }
    if (status != FCNN_OK) {
        free(*order);
        *order = NULL;
    }
    clear(&of);
    fcnn_text_clear(&text);
    return status;
}

fcnn_status fcnn_column_match_left_out(const fcnn_column_names *here, const int64_t *order, int64_t count,
                                       fcnn_text *out)
{
    bool *marked;
    FCNN_TRY(fcnn_memory_create("the order of columns", here->count, sizeof *marked, &marked));
    memset(marked, true, (size_t)here->count);
    for (int64_t i = 0; i < count; i++) {
        marked[order[i]] = false;
    }
    const fcnn_status status = list_names(here, marked, out);
    free(marked);
    return status;
}

/* Replaces a text by a copy of another. */
static fcnn_status replace(const char *text, char **at)
{
    free(*at);
    *at = NULL;
    return fcnn_memory_copy_text(text, at);
}

fcnn_status fcnn_column_match_complete_names(fcnn_column_names *known, const fcnn_column_names *here)
{
    for (int64_t i = 0; known->count == here->count && i < known->count; i++) {
        if (is_real(here, i) && !is_real(known, i)) {
            FCNN_TRY(replace(here->names[i], &known->names[i]));
            known->origins[i] = FCNN_NAME_GIVEN;
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_column_match_complete_units(fcnn_column_names *known, const fcnn_column_names *here,
                                             const int64_t *order)
{
    for (int64_t i = 0; (order != NULL || known->count == here->count) && i < known->count; i++) {
        const char *unit = here->units[order != NULL ? order[i] : i];
        if (*skip_blanks(known->units[i]) == '\0' && *skip_blanks(unit) != '\0') {
            FCNN_TRY(replace(unit, &known->units[i]));
        }
    }
    return FCNN_OK;
}
