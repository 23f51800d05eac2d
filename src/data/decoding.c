/* src/data/decoding.c — how stored numbers are converted to values. */
#include "data/decoding.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fcnn_decoding_clear(fcnn_decoding *decoding)
{
    for (int64_t i = 0; decoding->names != NULL && i < decoding->named_count; i++) {
        free(decoding->names[i]);
    }
    free(decoding->names);
    free(decoding->named);
    free(decoding->codes);
    fcnn_text_clear(&decoding->remarks);
    *decoding = (fcnn_decoding){0};
}

/* ---- elements ---- */

/* A stored element. Keys of signed and of unsigned numbers are in the order of the numbers. */
typedef struct element {
    uint64_t key; /* for whole numbers */
    double real;
} element;

static element element_at(fcnn_type type, const void *stored, int64_t i)
{
#define SIGNED_AT(c_type)                                                              \
    {                                                                                  \
        const c_type value = ((const c_type *)stored)[i];                              \
        return (element){(uint64_t)(int64_t)value ^ UINT64_C(1) << 63, (double)value}; \
    }
#define UNSIGNED_AT(c_type)                               \
    {                                                     \
        const c_type value = ((const c_type *)stored)[i]; \
        return (element){value, (double)value};           \
    }
    switch (type) {
    case FCNN_TYPE_INT8:
        SIGNED_AT(int8_t)
    case FCNN_TYPE_UINT8:
        UNSIGNED_AT(uint8_t)
    case FCNN_TYPE_INT16:
        SIGNED_AT(int16_t)
    case FCNN_TYPE_UINT16:
        UNSIGNED_AT(uint16_t)
    case FCNN_TYPE_INT32:
        SIGNED_AT(int32_t)
    case FCNN_TYPE_UINT32:
        UNSIGNED_AT(uint32_t)
    case FCNN_TYPE_INT64:
        SIGNED_AT(int64_t)
    case FCNN_TYPE_UINT64:
        UNSIGNED_AT(uint64_t)
    case FCNN_TYPE_FLOAT32:
        return (element){.real = (double)((const float *)stored)[i]};
    case FCNN_TYPE_FLOAT64:
        break;
    }
    return (element){.real = ((const double *)stored)[i]};
}

/* Returns the code that is equal to an element, or NULL. */
static const fcnn_code *find_code(const fcnn_decoding *decoding, element value)
{
    const bool is_whole = fcnn_type_is_integer(decoding->stored);
    for (int64_t i = 0; i < decoding->code_count; i++) {
        if (is_whole ? decoding->codes[i].key == value.key : decoding->codes[i].real == value.real) {
            return &decoding->codes[i];
        }
    }
    return NULL;
}

static bool is_below(const fcnn_decoding *decoding, element a, const fcnn_code *b)
{
    return b->fits && fcnn_type_is_integer(decoding->stored) ? a.key < b->key : a.real < b->real;
}

static bool is_above(const fcnn_decoding *decoding, element a, const fcnn_code *b)
{
    return b->fits && fcnn_type_is_integer(decoding->stored) ? a.key > b->key : a.real > b->real;
}

/* Returns the position of an element among the values of the enumeration, or −1. */
static int64_t find_named(const fcnn_decoding *decoding, uint64_t key)
{
    int64_t low = 0, high = decoding->named_count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (decoding->named[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < decoding->named_count && decoding->named[low].key == key ? low : -1;
}

static bool is_missing(const fcnn_decoding *decoding, element value)
{
    return find_code(decoding, value) != NULL || (decoding->has_least && is_below(decoding, value, &decoding->least)) ||
           (decoding->has_most && is_above(decoding, value, &decoding->most));
}

double fcnn_decoding_value(const fcnn_decoding *decoding, const void *stored, int64_t i, bool classes)
{
    const element value = element_at(decoding->stored, stored, i);
    if (is_missing(decoding, value)) {
        return NAN;
    }
    if (decoding->named != NULL) {
        const int64_t place = find_named(decoding, value.key);
        if (place < 0 || decoding->named[place].is_missing) {
            return NAN;
        }
        return classes ? (double)decoding->named[place].number : value.real;
    }
    if (!decoding->scales) {
        return value.real;
    }
    const double product = value.real * decoding->scale; /* rounded before the addition, as in netCDF4 for Python */
    return product + decoding->offset;
}

/* ---- classes ---- */

bool fcnn_decoding_has_classes(const fcnn_decoding *decoding)
{
    return decoding->named != NULL && !decoding->is_boolean;
}

fcnn_status fcnn_decoding_add_classes(const fcnn_decoding *decoding, fcnn_classes *classes)
{
    for (int64_t i = 0; i < decoding->named_count; i++) {
        if (!decoding->named[i].is_missing) {
            FCNN_TRY(fcnn_classes_append(classes, decoding->names[i]));
        }
    }
    return FCNN_OK;
}

void fcnn_decoding_number_classes(fcnn_decoding *decoding, const fcnn_classes *classes)
{
    for (int64_t i = 0; i < decoding->named_count; i++) {
        decoding->named[i].number = fcnn_classes_find(classes, decoding->names[i]);
    }
}

const char *fcnn_decoding_name(const fcnn_decoding *decoding, const void *stored, int64_t i)
{
    const int64_t place = find_named(decoding, element_at(decoding->stored, stored, i).key);
    return place < 0 ? NULL : decoding->names[place];
}

/* ---- descriptions ---- */

static fcnn_status append_number(const fcnn_hdf5_number *number, fcnn_text *out)
{
    char text[32];
    if (number->is_whole && number->magnitude < UINT64_C(1) << 63) {
        return fcnn_text_append(out, "%s%" PRIu64, number->is_negative ? "-" : "", number->magnitude);
    }
    fcnn_text_from_double(number->real, text);
    return fcnn_text_append(out, "%s", text);
}

/* Prints a whole number of a type. */
static void print_key(fcnn_type type, uint64_t key, char out[32])
{
    const bool is_signed =
        type == FCNN_TYPE_INT8 || type == FCNN_TYPE_INT16 || type == FCNN_TYPE_INT32 || type == FCNN_TYPE_INT64;
    if (is_signed) {
        snprintf(out, 32, "%" PRId64, (int64_t)(key ^ UINT64_C(1) << 63));
    } else {
        snprintf(out, 32, "%" PRIu64, key);
    }
}

static fcnn_status append_element(fcnn_type type, element value, fcnn_text *out)
{
    char text[32];
    if (fcnn_type_is_integer(type)) {
        print_key(type, value.key, text);
    } else {
        fcnn_text_from_double(value.real, text);
    }
    return fcnn_text_append(out, "%s", text);
}

fcnn_status fcnn_decoding_explain(const fcnn_decoding *decoding, const void *stored, int64_t i, fcnn_text *out)
{
    const element value = element_at(decoding->stored, stored, i);
    if (!isnan(fcnn_decoding_value(decoding, stored, i, false)) || isnan(value.real)) {
        return FCNN_OK;
    }
    FCNN_TRY(append_element(decoding->stored, value, out));
    const fcnn_code *code = find_code(decoding, value);
    if (code != NULL) {
        return fcnn_text_append(out, ", which is a missing value according to %s", code->origin);
    }
    if (decoding->has_least && is_below(decoding, value, &decoding->least)) {
        FCNN_TRY(fcnn_text_append(out, ", which is a missing value: it is below the "));
        FCNN_TRY(append_number(&decoding->least.number, out));
        return fcnn_text_append(out, " of %s", decoding->least.origin);
    }
    if (decoding->has_most && is_above(decoding, value, &decoding->most)) {
        FCNN_TRY(fcnn_text_append(out, ", which is a missing value: it is above the "));
        FCNN_TRY(append_number(&decoding->most.number, out));
        return fcnn_text_append(out, " of %s", decoding->most.origin);
    }
    const char *name = fcnn_decoding_name(decoding, stored, i);
    return name != NULL
               ? fcnn_text_append(out, ", which is a missing value: its name in the enumeration is %.60s", name)
               : fcnn_text_append(out, ", which is a missing value: its enumeration has no such value");
}

static fcnn_status begin_clause(fcnn_text *out, int64_t start)
{
    return out->length > start ? fcnn_text_append(out, ", ") : FCNN_OK;
}

static fcnn_status describe_codes(const fcnn_decoding *decoding, int64_t start, fcnn_text *out)
{
    int64_t told = 0;
    for (int64_t i = 0; i < decoding->code_count; i++) {
        const fcnn_code *code = &decoding->codes[i];
        if (!code->is_usual) {
            FCNN_TRY(begin_clause(out, start));
            FCNN_TRY(append_number(&code->number, out));
            FCNN_TRY(fcnn_text_append(out, " (%s)", code->origin));
            told++;
        }
    }
    if (decoding->has_least) {
        FCNN_TRY(begin_clause(out, start));
        FCNN_TRY(fcnn_text_append(out, "what is below "));
        FCNN_TRY(append_number(&decoding->least.number, out));
        FCNN_TRY(fcnn_text_append(out, " (%s)", decoding->least.origin));
        told++;
    }
    if (decoding->has_most) {
        FCNN_TRY(begin_clause(out, start));
        FCNN_TRY(fcnn_text_append(out, "what is above "));
        FCNN_TRY(append_number(&decoding->most.number, out));
        FCNN_TRY(fcnn_text_append(out, " (%s)", decoding->most.origin));
        told++;
    }
    return told == 0 ? FCNN_OK : fcnn_text_append(out, told == 1 ? " is missing" : " are missing");
}

static fcnn_status describe_named(const fcnn_decoding *decoding, bool classes, fcnn_text *out)
{
    enum { TOLD_MOST = 8 };
    FCNN_TRY(fcnn_text_append(out, "an enumeration, %s", classes ? "whose names are class names: " : ""));
    int64_t told = 0;
    for (int64_t i = 0; i < decoding->named_count && told < TOLD_MOST; i++) {
        const fcnn_named_value *value = &decoding->named[i];
        char number[32] = "missing";
        if (!value->is_missing && !classes) {
            print_key(decoding->stored, value->key, number);
        } else if (!value->is_missing) {
            snprintf(number, sizeof number, "%" PRId64, value->number);
        }
        const char *name = fcnn_text_prints(decoding->names[i]) ? decoding->names[i] : "?";
        FCNN_TRY(fcnn_text_append(out, "%s%.60s = %s", told > 0 ? ", " : "", name, number));
        told++;
    }
    return decoding->named_count > told ? fcnn_text_append(out, ", ...") : FCNN_OK;
}

fcnn_status fcnn_decoding_describe(const fcnn_decoding *decoding, bool classes, fcnn_text *out)
{
    const int64_t start = out->length;
    if (decoding->scales) {
        char scale[32], offset[32];
        fcnn_text_from_double(decoding->scale, scale);
        fcnn_text_from_double(fabs(decoding->offset), offset);
        FCNN_TRY(fcnn_text_append(out, "value"));
        if (decoding->scale != 1) {
            FCNN_TRY(fcnn_text_append(out, "*%s", scale));
        }
        if (decoding->offset != 0) {
            FCNN_TRY(fcnn_text_append(out, " %s %s", decoding->offset < 0 ? "-" : "+", offset));
        }
    }
    if (decoding->is_unsigned) {
        FCNN_TRY(begin_clause(out, start));
        FCNN_TRY(fcnn_text_append(out, "unsigned (_Unsigned)"));
    }
    if (fcnn_decoding_has_classes(decoding)) {
        FCNN_TRY(begin_clause(out, start));
        FCNN_TRY(describe_named(decoding, classes, out));
    }
    FCNN_TRY(describe_codes(decoding, start, out));
    return decoding->remarks.data == NULL
               ? FCNN_OK
               : fcnn_text_append(out, "%s", decoding->remarks.data + (out->length > start ? 0 : 2));
}
