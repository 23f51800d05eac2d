/* src/data/decoding_find.c — finds the decoding of a dataset from its attributes and the config. */
#include "data/decoding.h"

#include "core/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CODES_MOST = FCNN_MISSING_VALUES_MOST + 2 * FCNN_HDF5_NUMBERS_MOST + 8 };

/* ---- numbers of a type ---- */

static bool is_signed(fcnn_type type)
{
    return type == FCNN_TYPE_INT8 || type == FCNN_TYPE_INT16 || type == FCNN_TYPE_INT32 || type == FCNN_TYPE_INT64;
}

/* Keys of signed and of unsigned numbers are in the order of the numbers. */
static uint64_t key_of_signed(int64_t value)
{
    return (uint64_t)value ^ UINT64_C(1) << 63;
}

/* Finds the key of a number in a type. For unsigned elements, negative numbers are those with the same bits. */
static void fit(fcnn_code *code, fcnn_type type)
{
    const fcnn_hdf5_number *number = &code->number;
    const int bits = 8 * (int)fcnn_type_size(type);
    const uint64_t half = UINT64_C(1) << (bits - 1);
    code->fits = false;
    code->real = number->real;
    if (!fcnn_type_is_integer(type) || !number->is_whole) {
        return;
    }
    if (is_signed(type)) {
        code->fits = number->is_negative ? number->magnitude <= half : number->magnitude < half;
        code->key = key_of_signed((int64_t)(number->is_negative ? -number->magnitude : number->magnitude));
    } else if (number->is_negative) {
        code->fits = number->magnitude <= half;
        code->key = (half << 1) - number->magnitude; /* with 64 bits, 2^64 is 0 */
        code->real = (double)code->key;
    } else {
        code->fits = bits == 64 || number->magnitude >> bits == 0;
        code->key = number->magnitude;
    }
}

/* ---- rules ---- */

static bool read_missing_value(const char *text, fcnn_hdf5_number *out)
{
    int64_t whole;
    double real;
    if (fcnn_text_to_int64(text, &whole)) {
        *out = (fcnn_hdf5_number){.real = (double)whole,
                                  .is_whole = true,
                                  .is_negative = whole < 0,
                                  .magnitude = whole < 0 ? -(uint64_t)whole : (uint64_t)whole};
        return true;
    }
    if (!fcnn_text_to_double(text, &real)) {
        return false;
    }
    *out = fcnn_hdf5_number_of(real);
    return true;
}

fcnn_status fcnn_decode_rules_read(const char *missing_values, fcnn_decode_rules *out)
{
    const char *at = missing_values + strspn(missing_values, " \t");
    out->count = 0;
    while (*at != '\0') {
        const size_t length = strcspn(at, ",");
        size_t end = length;
        while (end > 0 && (at[end - 1] == ' ' || at[end - 1] == '\t')) {
            end--;
        }
        char word[64];
        const bool is_short = end < sizeof word;
        memcpy(word, at, is_short ? end : 0);
        word[is_short ? end : 0] = '\0';
        if (out->count == FCNN_MISSING_VALUES_MOST || !read_missing_value(word, &out->missing_values[out->count])) {
            return fcnn_fail(FCNN_ECONFIG,
                             "data.missing_values = %.100s is not a list of at most %d numbers such as -999, 1e20",
                             missing_values, FCNN_MISSING_VALUES_MOST);
        }
        out->count++;
        at += length;
        at += *at == ',' ? 1 + strspn(at + 1, " \t") : 0;
    }
    return FCNN_OK;
}

/* ---- finding ---- */

static void add_code(fcnn_decoding *decoding, fcnn_hdf5_number number, const char *origin, bool is_usual)
{
    fcnn_code code = {.number = number, .origin = origin, .is_usual = is_usual};
    fit(&code, decoding->stored);
    const bool is_whole = fcnn_type_is_integer(decoding->stored);
    if ((is_whole && !code.fits) || isnan(number.real) || decoding->code_count == CODES_MOST) {
        return; /* no element can be equal to it, or it is NaN and therefore missing anyway */
    }
    for (int64_t i = 0; i < decoding->code_count; i++) {
        if (is_whole ? decoding->codes[i].key == code.key : decoding->codes[i].real == code.real) {
            return; /* already added */
        }
    }
    decoding->codes[decoding->code_count++] = code;
}

static fcnn_status add_codes(fcnn_decoding *decoding, const fcnn_hdf5_numbers *numbers, const char *origin)
{
    if (numbers->exists && numbers->count == 0) {
        return fcnn_text_append(&decoding->remarks, ", its attribute %s does not contain numbers and is not used",
                                origin);
    }
    for (int i = 0; i < numbers->count; i++) {
        add_code(decoding, numbers->values[i], origin, false);
    }
    return FCNN_OK;
}

static void set_bound(fcnn_decoding *decoding, const fcnn_hdf5_number *number, const char *origin, bool is_least)
{
    fcnn_code *bound = is_least ? &decoding->least : &decoding->most;
    *bound = (fcnn_code){.number = *number, .origin = origin};
    fit(bound, decoding->stored);
    *(is_least ? &decoding->has_least : &decoding->has_most) = true;
}

static void find_bounds(fcnn_decoding *decoding, const fcnn_hdf5_conventions *conventions)
{
    if (conventions->valid_range.count == 2) {
        set_bound(decoding, &conventions->valid_range.values[0], "valid_range", true);
        set_bound(decoding, &conventions->valid_range.values[1], "valid_range", false);
        return;
    }
    if (conventions->valid_min.count == 1) {
        set_bound(decoding, &conventions->valid_min.values[0], "valid_min", true);
    }
    if (conventions->valid_max.count == 1) {
        set_bound(decoding, &conventions->valid_max.values[0], "valid_max", false);
    }
}

/* Sets *out to the default fill value of netCDF for a type. Returns false if there is none; netCDF has none for reading
 * bytes. */
static bool netcdf_fill(fcnn_type type, double *out)
{
    switch (type) {
    case FCNN_TYPE_INT16:
        *out = -32767;
        return true;
    case FCNN_TYPE_UINT16:
        *out = 65535;
        return true;
    case FCNN_TYPE_INT32:
        *out = -2147483647;
        return true;
    case FCNN_TYPE_UINT32:
        *out = 4294967295;
        return true;
    case FCNN_TYPE_FLOAT32:
    case FCNN_TYPE_FLOAT64:
        *out = 9.9692099683868690e+36;
        return true;
    default:
        return false;
    }
}

static bool is_netcdf_fill(fcnn_type type, const fcnn_hdf5_number *fill)
{
    double standard;
    if (type == FCNN_TYPE_INT64) {
        return fill->is_negative && fill->magnitude == UINT64_C(9223372036854775806);
    }
    if (type == FCNN_TYPE_UINT64) {
        return !fill->is_negative && fill->magnitude == UINT64_C(18446744073709551614);
    }
    return netcdf_fill(type, &standard) && fill->real == standard;
}

/* Finds the marks for missing values that R, pandas, numpy and AnnData write. */
static void find_marks(fcnn_decoding *decoding, const fcnn_hdf5_conventions *conventions)
{
    const fcnn_type type = decoding->stored;
    if (!is_signed(type)) {
        return;
    }
    const fcnn_hdf5_number smallest = {.real = -ldexp(1, 8 * (int)fcnn_type_size(type) - 1),
                                       .is_whole = true,
                                       .is_negative = true,
                                       .magnitude = UINT64_C(1) << (8 * fcnn_type_size(type) - 1)};
    if (conventions->is_from_r) {
        add_code(decoding, smallest, "R (rhdf5-NA.OK)", false);
    }
    if (type == FCNN_TYPE_INT64 && conventions->named == NULL) {
        add_code(decoding, smallest, "the convention of NaT and integer64", true);
    }
    decoding->is_category = conventions->is_category;
    if (conventions->is_category) {
        add_code(decoding, fcnn_hdf5_number_of(-1), "the codes of categories", false);
    }
}

static bool is_code(const fcnn_decoding *decoding, uint64_t key)
{
    for (int64_t i = 0; i < decoding->code_count; i++) {
        if (decoding->codes[i].key == key) {
            return true;
        }
    }
    return false;
}

/* Takes over the names of an enumeration, which is sorted. */
static fcnn_status find_named(fcnn_decoding *decoding, fcnn_hdf5_conventions *conventions)
{
    const int64_t count = conventions->named_count;
    FCNN_TRY(fcnn_memory_create("the values of an enumeration", count, sizeof *decoding->named, &decoding->named));
    FCNN_TRY(fcnn_memory_create("the values of an enumeration", count, sizeof *decoding->names, &decoding->names));
    decoding->named_count = count;
    int64_t next = 0, known = 0;
    for (int64_t i = 0; i < count; i++) {
        const fcnn_hdf5_named *from = &conventions->named[i];
        fcnn_code code = {.number = from->value};
        fit(&code, decoding->stored);
        const bool is_missing = strcmp(from->name, "NA") == 0 || is_code(decoding, code.key);
        decoding->named[i] = (fcnn_named_value){code.key, is_missing, is_missing ? -1 : next++};
        decoding->names[i] = conventions->named[i].name;
        conventions->named[i].name = NULL;
        const char *boolean = from->value.magnitude == 0 ? "FALSE" : "TRUE";
        known += !is_missing && !from->value.is_negative && from->value.magnitude <= 1 &&
                 strcasecmp(decoding->names[i], boolean) == 0;
    }
    decoding->is_boolean = known == 2 && next == 2;
    return FCNN_OK;
}

static fcnn_status find_scale(fcnn_decoding *decoding, const fcnn_hdf5_conventions *conventions,
                              const fcnn_hdf5_dataset *dataset)
{
    const struct {
        const char *name;
        const fcnn_hdf5_numbers *from;
        double *to;
    } two[] = {{"scale_factor", &conventions->scale_factor, &decoding->scale},
               {"add_offset", &conventions->add_offset, &decoding->offset}};
    for (int i = 0; i < 2; i++) {
        if (!two[i].from->exists) {
            continue;
        }
        if (two[i].from->count != 1 || !isfinite(two[i].from->values[0].real)) {
            return fcnn_fail(FCNN_EDATA,
                             "%s: %s: its attribute %s is not a single number: correct the attribute, or set "
                             "data.decode = no to use the values as they are stored",
                             fcnn_hdf5_dataset_path(dataset), fcnn_hdf5_dataset_name(dataset), two[i].name);
        }
        *two[i].to = two[i].from->values[0].real;
    }
    decoding->scales = decoding->scale != 1 || decoding->offset != 0;
    return FCNN_OK;
}

/* Rounds codes of half-precision numbers, which have fewer digits than the type in memory. */
static fcnn_status round_codes(fcnn_decoding *decoding, const fcnn_hdf5_dataset *dataset)
{
    double values[CODES_MOST + 2];
    if (fcnn_type_is_integer(decoding->stored)) {
        return FCNN_OK;
    }
    for (int64_t i = 0; i < decoding->code_count; i++) {
        values[i] = decoding->codes[i].real;
    }
    values[decoding->code_count] = decoding->least.real;
    values[decoding->code_count + 1] = decoding->most.real;
    FCNN_TRY(fcnn_hdf5_round_as_stored(dataset, decoding->code_count + 2, values));
    for (int64_t i = 0; i < decoding->code_count; i++) {
        decoding->codes[i].real = values[i];
    }
    decoding->least.real = values[decoding->code_count];
    decoding->most.real = values[decoding->code_count + 1];
    return FCNN_OK;
}

/* Chooses float32 if it can represent every value, otherwise float64. */
static void settle_type(fcnn_decoding *decoding)
{
    const fcnn_type stored = decoding->stored;
    decoding->is_plain = !decoding->scales && decoding->code_count == 0 && !decoding->has_least &&
                         !decoding->has_most && decoding->named == NULL;
    const bool is_small = fcnn_type_size(stored) <= 2 || stored == FCNN_TYPE_FLOAT32;
    decoding->type = decoding->is_plain              ? stored
                     : is_small && !decoding->scales ? FCNN_TYPE_FLOAT32
                                                     : FCNN_TYPE_FLOAT64;
}

/* Uses the attributes of the dataset. */
static fcnn_status use_conventions(fcnn_decoding *decoding, fcnn_hdf5_conventions *conventions,
                                   const fcnn_hdf5_dataset *dataset)
{
    if (conventions->has_mask) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s: the dataset 'mask' next to it marks missing values, but fcnn does not read masks: "
                         "write NaN for these values, or set data.decode = no to use all values as they are stored",
                         fcnn_hdf5_dataset_path(dataset), fcnn_hdf5_dataset_name(dataset));
    }
    FCNN_TRY(add_codes(decoding, &conventions->fill_value, "_FillValue"));
    FCNN_TRY(add_codes(decoding, &conventions->missing_value, "missing_value"));
    if (!conventions->fill_value.exists && conventions->has_fill &&
        is_netcdf_fill(decoding->stored, &conventions->fill)) {
        add_code(decoding, conventions->fill, "the default fill value of netCDF", false);
    }
    find_marks(decoding, conventions);
    find_bounds(decoding, conventions);
    return conventions->named != NULL ? find_named(decoding, conventions) : find_scale(decoding, conventions, dataset);
}

static fcnn_status find(const fcnn_hdf5_dataset *dataset, const fcnn_decode_rules *rules,
                        fcnn_hdf5_conventions *conventions, fcnn_decoding *out)
{
    FCNN_TRY(fcnn_memory_create("the codes of missing values", CODES_MOST, sizeof *out->codes, &out->codes));
    if (!rules->as_stored) {
        FCNN_TRY(fcnn_hdf5_conventions_read(dataset, conventions));
        out->is_unsigned = conventions->is_unsigned && is_signed(out->stored);
        out->stored =
            out->is_unsigned ? (fcnn_type)((int)out->stored + 1) : out->stored; /* the unsigned type of the same size */
    }
    for (int i = 0; i < rules->count; i++) {
        add_code(out, rules->missing_values[i], "data.missing_values", false);
    }
    if (!rules->as_stored) {
        FCNN_TRY(use_conventions(out, conventions, dataset));
    }
    FCNN_TRY(round_codes(out, dataset));
    settle_type(out);
    return FCNN_OK;
}

fcnn_status fcnn_decoding_find(const fcnn_hdf5_dataset *dataset, const fcnn_decode_rules *rules, fcnn_decoding *out)
{
    const fcnn_hdf5_info *info = fcnn_hdf5_dataset_info(dataset);
    *out = (fcnn_decoding){.stored = info->type, .type = info->type, .is_plain = true, .scale = 1};
    if (info->is_text || (rules->as_stored && rules->count == 0)) {
        return FCNN_OK;
    }
    fcnn_hdf5_conventions conventions = {0};
    const fcnn_status status = find(dataset, rules, &conventions, out);
    fcnn_hdf5_conventions_clear(&conventions);
    return status;
}
