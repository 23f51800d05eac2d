/* src/formats/npy_header.c — the header of a .npy file, which is a dictionary in Python. */
#include "formats/npy_header.h"

#include <string.h>

enum { WORD_BYTES = 64 /* of a text in the dictionary, with the zero byte */ };

typedef struct parser {
    const char *name;
    const char *at;
} parser;

/* ---- pieces of Python ---- */

static void skip_blanks(parser *p)
{
    p->at += strspn(p->at, " \t\r\n");
}

static bool take(parser *p, char wanted)
{
    skip_blanks(p);
    if (*p->at != wanted) {
        return false;
    }
    p->at++;
    return true;
}

static bool take_word(parser *p, const char *word)
{
    const size_t length = strlen(word);
    skip_blanks(p);
    if (strncmp(p->at, word, length) != 0) {
        return false;
    }
    p->at += length;
    return true;
}

/* Reads a text in single or double quotes. */
static bool take_text(parser *p, char out[WORD_BYTES])
{
    skip_blanks(p);
    const char quote = *p->at;
    if (quote != '\'' && quote != '"') {
        return false;
    }
    const char *start = p->at + 1;
    const char *end = strchr(start, quote);
    if (end == NULL || end - start >= WORD_BYTES || memchr(start, '\\', (size_t)(end - start)) != NULL) {
        return false;
    }
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = '\0';
    p->at = end + 1;
    return true;
}

/* Reads a whole number ≥ 0.  Python 2 appends an L to long numbers. */
static bool take_number(parser *p, int64_t *out)
{
    skip_blanks(p);
    if (*p->at < '0' || *p->at > '9') {
        return false;
    }
    *out = 0;
    for (; *p->at >= '0' && *p->at <= '9'; p->at++) {
        const int digit = *p->at - '0';
        if (*out > (INT64_MAX - digit) / 10) {
            return false;
        }
        *out = *out * 10 + digit;
    }
    p->at += *p->at == 'L';
    return true;
}

static fcnn_status damaged(const parser *p)
{
    return fcnn_fail(FCNN_EDATA, "%s: the header of the .npy file is damaged", p->name);
}

/* ---- entries ---- */

/* The name of a kind of elements that cannot be read. */
static const char *kind_text(char kind)
{
    switch (kind) {
    case 'O':
        return "Python objects (pickled)";
    case 'U':
    case 'S':
    case 'a':
        return "texts";
    case 'c':
        return "complex numbers";
    case 'M':
    case 'm':
        return "dates or times";
    case 'V':
        return "records";
    default:
        return "elements";
    }
}

/* Parses a type such as <f8. */
static fcnn_status parse_type(const parser *p, const char *text, fcnn_npy_header *out)
{
    static const char *const types[] = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"};
    const bool has_order = text[0] != '\0' && strchr("<>|=", text[0]) != NULL;
    const char *type = text + has_order;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        if (strcmp(type, types[t]) == 0) {
            out->kind = type[0];
            out->size = (size_t)(type[1] - '0');
            out->is_big = text[0] == '>' || (text[0] != '<' && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
            return FCNN_OK;
        }
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: contains %s of type '%.20s'; only whole numbers, floats of 2, 4 and 8 bytes, and bool can be "
                     "read",
                     p->name, kind_text(type[0]), text);
}

static fcnn_status parse_descr(parser *p, fcnn_npy_header *out)
{
    char text[WORD_BYTES];
    skip_blanks(p);
    if (*p->at == '[' || *p->at == '(') {
        return fcnn_fail(FCNN_EDATA, "%s: contains records of several fields; save each field as a separate array",
                         p->name);
    }
    return take_text(p, text) ? parse_type(p, text, out) : damaged(p);
}

static fcnn_status add_dimension(parser *p, fcnn_npy_header *out)
{
    int64_t size;
    if (!take_number(p, &size)) {
        return damaged(p);
    }
    if (size == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: dimension %d is 0: the array has no elements", p->name, out->rank + 1);
    }
    if (out->rank == FCNN_ARRAY_RANK_MAX) {
        return fcnn_fail(FCNN_EDATA, "%s: has more than %d dimensions", p->name, FCNN_ARRAY_RANK_MAX);
    }
    if (size > INT64_MAX / 8 / out->count) {
        return fcnn_fail(FCNN_EDATA, "%s: is damaged: its dimensions are larger than any file", p->name);
    }
    out->dims[out->rank++] = size;
    out->count *= size;
    return FCNN_OK;
}

static fcnn_status parse_shape(parser *p, fcnn_npy_header *out)
{
    if (!take(p, '(')) {
        return damaged(p);
    }
    out->count = 1;
    while (!take(p, ')')) {
        FCNN_TRY(add_dimension(p, out));
        skip_blanks(p);
        if (!take(p, ',') && *p->at != ')') {
            return damaged(p);
        }
    }
    if (out->rank == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: contains a single value, not an array", p->name);
    }
    return FCNN_OK;
}

static fcnn_status parse_order(parser *p, fcnn_npy_header *out)
{
    out->is_first = take_word(p, "True");
    return out->is_first || take_word(p, "False") ? FCNN_OK : damaged(p);
}

/* ---- the dictionary ---- */

fcnn_status fcnn_npy_header_parse(const char *text, const char *name, fcnn_npy_header *out)
{
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    static fcnn_status (*const parse[])(parser *, fcnn_npy_header *) = {parse_descr, parse_order, parse_shape};
    enum { KEYS = 3 };
    bool is_there[KEYS] = {false};
    parser p = {.name = name, .at = text};
    *out = (fcnn_npy_header){0};
    if (!take(&p, '{')) {
        return damaged(&p);
    }
    while (!take(&p, '}')) {
        char key[WORD_BYTES];
        int k = 0;
        if (!take_text(&p, key) || !take(&p, ':')) {
            return damaged(&p);
        }
        while (k < KEYS && strcmp(key, keys[k]) != 0) {
            k++;
        }
        if (k == KEYS || is_there[k]) {
            return damaged(&p);
        }
        is_there[k] = true;
        FCNN_TRY(parse[k](&p, out));
        skip_blanks(&p);
        if (!take(&p, ',') && *p.at != '}') {
            return damaged(&p);
        }
    }
    skip_blanks(&p);
    return is_there[0] && is_there[1] && is_there[2] && *p.at == '\0' ? FCNN_OK : damaged(&p);
}
