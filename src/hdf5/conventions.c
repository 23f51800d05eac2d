/* src/hdf5/conventions.c — metadata that defines the meaning of the numbers of a dataset. */
#include "hdf5/conventions.h"

#include "core/memory.h"
#include "core/text.h"
#include "hdf5/read_attributes.h"
#include "hdf5/check.h"
#include "hdf5/element.h"
#include "hdf5/reading.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

fcnn_hdf5_number fcnn_hdf5_number_of(double real)
{
    fcnn_hdf5_number number = {.real = real};
    const double size = fabs(real);
    if (size == floor(size) && size < 0x1p64) {
        number.is_whole = true;
        number.is_negative = real < 0;
        number.magnitude = (uint64_t)size;
    }
    return number;
}

static fcnn_hdf5_number number_of_signed(int64_t value)
{
    return (fcnn_hdf5_number){.real = (double)value,
                              .is_whole = true,
                              .is_negative = value < 0,
                              .magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value};
}

static fcnn_hdf5_number number_of_unsigned(uint64_t value)
{
    return (fcnn_hdf5_number){.real = (double)value, .is_whole = true, .magnitude = value};
}

static hid_t wide_type(hid_t type);

/* The type in memory, of 8 bytes, for the values of an enumeration. */
static hid_t wide_base(hid_t type)
{
    const hid_t base = H5Tget_super(type), wide = base < 0 ? -1 : wide_type(base);
    H5Tclose(base);
    return wide;
}

/* The type in memory, of 8 bytes, for numbers of a type; −1 for types that are not numeric. */
static hid_t wide_type(hid_t type)
{
    const H5T_class_t class = H5Tget_class(type);
    if (H5Tget_size(type) > 16 || !fcnn_hdf5_type_is_sound(type)) {
        return -1;
    }
    if (class == H5T_FLOAT) {
        return H5T_NATIVE_DOUBLE;
    }
    if (class == H5T_ENUM) {
        return wide_base(type);
    }
    if (class != H5T_INTEGER || H5Tget_size(type) > 8) {
        return -1;
    }
    return H5Tget_sign(type) == H5T_SGN_NONE ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64;
}

/* Converts a number of such a type. */
static fcnn_hdf5_number number_of_wide(hid_t wide, const void *bytes)
{
    double real;
    int64_t whole;
    uint64_t natural;
    if (wide == H5T_NATIVE_DOUBLE) {
        memcpy(&real, bytes, sizeof real);
        return fcnn_hdf5_number_of(real);
    }
    if (wide == H5T_NATIVE_INT64) {
        memcpy(&whole, bytes, sizeof whole);
        return number_of_signed(whole);
    }
    memcpy(&natural, bytes, sizeof natural);
    return number_of_unsigned(natural);
}

/* ---- attributes ---- */

static bool has_attribute(hid_t object, const char *name)
{
    return H5Aexists(object, name) > 0;
}

static void read_open_numbers(hid_t attribute, hid_t type, hid_t space, fcnn_hdf5_numbers *out)
{
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    const hid_t wide = type < 0 ? -1 : wide_type(type);
    uint64_t bytes[FCNN_HDF5_NUMBERS_MOST];
    if (wide < 0 || count < 1 || count > FCNN_HDF5_NUMBERS_MOST || H5Aread(attribute, wide, bytes) < 0) {
        return;
    }
    out->count = (int)count;
    for (int i = 0; i < out->count; i++) {
        out->values[i] = number_of_wide(wide, &bytes[i]);
    }
}

static void read_numbers(hid_t object, const char *name, fcnn_hdf5_numbers *out)
{
    *out = (fcnn_hdf5_numbers){.exists = has_attribute(object, name)};
    const hid_t attribute = out->exists ? H5Aopen(object, name, H5P_DEFAULT) : -1;
    if (attribute < 0) {
        return;
    }
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    read_open_numbers(attribute, type, space, out);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
}

/* Sets *out to whether an attribute is a given text. */
static fcnn_status is_word(hid_t object, const char *name, const char *word, bool *out)
{
    char *text = NULL;
    const fcnn_status status = fcnn_hdf5_attribute_text(object, name, &text);
    *out = text != NULL && strcasecmp(text, word) == 0;
    free(text);
    return status;
}

static void read_fill(hid_t dataset, hid_t type, fcnn_hdf5_conventions *out)
{
    const hid_t wide = wide_type(type), creation = H5Dget_create_plist(dataset);
    H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
    uint64_t bytes;
    out->has_fill = wide >= 0 && H5Pfill_value_defined(creation, &defined) >= 0 &&
                    defined == H5D_FILL_VALUE_USER_DEFINED && H5Pget_fill_value(creation, wide, &bytes) >= 0;
    if (out->has_fill) {
        out->fill = number_of_wide(wide, &bytes);
    }
    H5Pclose(creation);
}

/* ---- enumerations ---- */

static int by_value(const void *left, const void *right)
{
    const fcnn_hdf5_number *a = &((const fcnn_hdf5_named *)left)->value, *b = &((const fcnn_hdf5_named *)right)->value;
    if (a->is_negative != b->is_negative) {
        return a->is_negative ? -1 : 1;
    }
    const int order = (a->magnitude > b->magnitude) - (a->magnitude < b->magnitude);
    return a->is_negative ? -order : order;
}

/* Reads a value of an enumeration; the name is a copy. */
static fcnn_status read_named(const fcnn_hdf5_source *source, hid_t type, hid_t base, unsigned place,
                              fcnn_hdf5_named *out)
{
    const hid_t wide = wide_type(base);
    unsigned char bytes[16] = {0};
    char *name = H5Tget_member_name(type, place);
    if (wide < 0 || name == NULL || H5Tget_member_value(type, place, bytes) < 0 ||
        H5Tconvert(base, wide, 1, bytes, NULL, H5P_DEFAULT) < 0) {
        H5free_memory(name);
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s: value %u of its enumeration cannot be read",
                              source->path, source->name, place);
    }
    out->value = number_of_wide(wide, bytes);
    const fcnn_status status = fcnn_memory_copy_text(name, &out->name);
    H5free_memory(name);
    return status;
}

static fcnn_status read_enumeration(const fcnn_hdf5_source *source, hid_t type, fcnn_hdf5_conventions *out)
{
    const int count = H5Tget_nmembers(type);
    if (count < 1 || count > FCNN_HDF5_NAMED_MOST) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s is an enumeration of %d values, but only 1 to %d are supported",
                         source->path, source->name, count, FCNN_HDF5_NAMED_MOST);
    }
    FCNN_TRY(fcnn_memory_create("the values of an enumeration", count, sizeof *out->named, &out->named));
    out->named_count = count;
    const hid_t base = H5Tget_super(type);
    fcnn_status status = FCNN_OK;
    for (int i = 0; status == FCNN_OK && i < count; i++) {
        status = read_named(source, type, base, (unsigned)i, &out->named[i]);
    }
    H5Tclose(base);
    if (status == FCNN_OK) {
        qsort(out->named, (size_t)count, sizeof *out->named, by_value);
    }
    return status;
}

/* ---- marks ---- */

/* Opens the group that contains a dataset, whose path has been checked; sets *last to the last part of its name,
 * borrowed. */
static hid_t open_group(const fcnn_hdf5_file *file, const char *dataset, const char **last)
{
    char path[FCNN_HDF5_NAME_BYTES] = "/";
    const char *slash = strrchr(dataset, '/');
    const size_t length = slash == NULL ? 0 : (size_t)(slash - dataset);
    *last = slash == NULL ? dataset : slash + 1;
    if (length >= sizeof path) {
        return -1;
    }
    if (length > 0) {
        memcpy(path, dataset, length);
        path[length] = '\0';
    }
    return H5Gopen2(file->id, path, H5P_DEFAULT);
}

/* Reads the marks of AnnData, which stores categories, and values with a mask, in a group of several datasets. */
static fcnn_status read_group_marks(const fcnn_hdf5_file *file, const char *dataset, fcnn_hdf5_conventions *out)
{
    const char *last;
    char *encoding = NULL;
    const hid_t group = open_group(file, dataset, &last);
    if (group < 0 || (strcmp(last, "codes") != 0 && strcmp(last, "values") != 0)) {
        H5Gclose(group);
        return FCNN_OK;
    }
    const fcnn_status status = fcnn_hdf5_attribute_text(group, "encoding-type", &encoding);
    if (encoding != NULL) {
        out->is_category = out->is_category || (strcmp(last, "codes") == 0 && strcmp(encoding, "categorical") == 0);
        out->has_mask = strcmp(last, "values") == 0 && strncmp(encoding, "nullable-", 9) == 0;
    }
    free(encoding);
    H5Gclose(group);
    return status;
}

/* Reads the marks of categories: pandas has an attribute of the column, earlier versions of AnnData a reference to the
 * categories. */
static fcnn_status read_category_marks(const fcnn_hdf5_source *source, fcnn_hdf5_conventions *out)
{
    char name[FCNN_HDF5_NAME_BYTES];
    if (source->member == NULL) {
        const hid_t attribute =
            has_attribute(source->dataset, "categories") ? H5Aopen(source->dataset, "categories", H5P_DEFAULT) : -1;
        if (attribute >= 0) {
            const hid_t type = H5Aget_type(attribute);
            out->is_category = H5Tget_class(type) == H5T_REFERENCE;
            H5Tclose(type);
            H5Aclose(attribute);
        }
        return FCNN_OK;
    }
    if ((size_t)snprintf(name, sizeof name, "%s_meta", source->member) >= sizeof name) {
        return FCNN_OK;
    }
    return is_word(source->dataset, name, "category", &out->is_category);
}

/* ---- all metadata ---- */

static fcnn_status read_attributes(const fcnn_hdf5_source *source, hid_t type, fcnn_hdf5_conventions *out)
{
    const struct {
        const char *name;
        fcnn_hdf5_numbers *to;
    } wanted[] = {
        {"scale_factor", &out->scale_factor}, {"add_offset", &out->add_offset}, {"missing_value", &out->missing_value},
        {"_FillValue", &out->fill_value},     {"valid_min", &out->valid_min},   {"valid_max", &out->valid_max},
        {"valid_range", &out->valid_range},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        read_numbers(source->dataset, wanted[i].name, wanted[i].to);
    }
    read_fill(source->dataset, type, out);
    return is_word(source->dataset, "_Unsigned", "true", &out->is_unsigned);
}

/* Reads the metadata of a dataset or member with elements of a type. */
static fcnn_status read_conventions(const fcnn_hdf5_file *file, const fcnn_hdf5_source *source, hid_t type,
                                    fcnn_hdf5_conventions *out)
{
    if (H5Tget_class(type) == H5T_STRING) {
        return FCNN_OK;
    }
    if (source->member == NULL) { /* attributes apply to the whole dataset */
        FCNN_TRY(read_attributes(source, type, out));
        FCNN_TRY(read_group_marks(file, source->name, out));
    }
    out->is_from_r = has_attribute(source->dataset, "rhdf5-NA.OK");
    FCNN_TRY(read_category_marks(source, out));
    return H5Tget_class(type) == H5T_ENUM ? read_enumeration(source, type, out) : FCNN_OK;
}

fcnn_status fcnn_hdf5_conventions_read(const fcnn_hdf5_dataset *dataset, fcnn_hdf5_conventions *out)
{
    fcnn_hdf5_element element;
    *out = (fcnn_hdf5_conventions){0};
    fcnn_hdf5_enter();
    fcnn_status status = fcnn_hdf5_element_find(&dataset->source, &element);
    if (status == FCNN_OK) {
        status = read_conventions(dataset->file, &dataset->source, element.type, out);
        H5Tclose(element.type);
    }
    fcnn_hdf5_leave();
    return status;
}

void fcnn_hdf5_conventions_clear(fcnn_hdf5_conventions *conventions)
{
    for (int64_t i = 0; conventions->named != NULL && i < conventions->named_count; i++) {
        free(conventions->named[i].name);
    }
    free(conventions->named);
    *conventions = (fcnn_hdf5_conventions){0};
}

/* Converts values to a type and back. */
static fcnn_status round_to(hid_t type, int64_t count, double *values)
{
    if (H5Tget_class(type) != H5T_FLOAT || H5Tget_size(type) >= sizeof *values) {
        return FCNN_OK;
    }
    return H5Tconvert(H5T_NATIVE_DOUBLE, type, (size_t)count, values, NULL, H5P_DEFAULT) < 0 ||
                   H5Tconvert(type, H5T_NATIVE_DOUBLE, (size_t)count, values, NULL, H5P_DEFAULT) < 0
               ? fcnn_hdf5_fail(FCNN_EDATA, "HDF5 cannot round numbers to the type of the elements")
               : FCNN_OK;
}

fcnn_status fcnn_hdf5_round_as_stored(const fcnn_hdf5_dataset *dataset, int64_t count, double *values)
{
    fcnn_hdf5_element element;
    fcnn_hdf5_enter();
    fcnn_status status = fcnn_hdf5_element_find(&dataset->source, &element);
    if (status == FCNN_OK) {
        status = round_to(element.type, count, values);
        H5Tclose(element.type);
    }
    fcnn_hdf5_leave();
    return status;
}
