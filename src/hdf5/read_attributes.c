/* src/hdf5/read_attributes.c — reads texts of attributes, in particular those for the columns of a dataset. */
#include "hdf5/read_attributes.h"

#include "core/memory.h"
#include "core/text.h"
#include "hdf5/check.h"
#include "hdf5/heap.h"
#include "hdf5/reading.h"

#include <stdlib.h>
#include <string.h>

enum { BYTES_MOST = 1 << 20 /* largest size of all strings of an attribute */ };

/* An attribute that is open for reading. */
typedef struct strings {
    hid_t id, type, space;
    int64_t count;
} strings;

static void strings_close(const strings *from)
{
    H5Sclose(from->space);
    H5Tclose(from->type);
    H5Aclose(from->id);
}

/* Opens an attribute.  False if it does not exist or does not contain strings. */
static bool strings_open(hid_t dataset, const char *name, strings *out)
{
    if (H5Aexists(dataset, name) <= 0) {
        return false;
    }
    out->id = H5Aopen(dataset, name, H5P_DEFAULT);
    if (out->id < 0) {
        return false;
    }
    out->type = H5Aget_type(out->id);
    out->space = H5Aget_space(out->id);
    out->count = H5Sget_simple_extent_npoints(out->space);
    if (out->type < 0 || out->space < 0 || out->count < 1 || H5Tget_class(out->type) != H5T_STRING ||
        !fcnn_hdf5_type_is_sound(out->type)) {
        strings_close(out);
        return false;
    }
    return true;
}

/* ---- texts ---- */

/* Copies at most `most` bytes, without blanks at the end; sets *out to NULL if the text is empty, too long or not
 * printable. */
static fcnn_status copy_text(const char *text, size_t most, char **out)
{
    size_t length = text == NULL ? 0 : strnlen(text, most);
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    if (length == 0 || length > FCNN_HDF5_ATTRIBUTE_TEXT_BYTES) {
        return FCNN_OK;
    }
    char *copy;
    FCNN_TRY(fcnn_memory_create("a name", (int64_t)length + 1, 1, &copy));
    memcpy(copy, text, length);
    if (!fcnn_text_prints(copy)) {
        free(copy);
        return FCNN_OK;
    }
    *out = copy;
    return FCNN_OK;
}

static fcnn_status read_fixed(const strings *from, char **out)
{
    const size_t size = H5Tget_size(from->type);
    if (size > (size_t)(BYTES_MOST / from->count)) {
        return FCNN_OK;
    }
    char *bytes;
    FCNN_TRY(fcnn_memory_create("names", from->count, size, &bytes));
    fcnn_status status = FCNN_OK;
    if (H5Aread(from->id, from->type, bytes) >= 0) {
        for (int64_t i = 0; status == FCNN_OK && i < from->count; i++) {
            status = copy_text(bytes + (size_t)i * size, size, &out[i]);
        }
    }
    free(bytes);
    return status;
}

/* Reads the references [count] to the strings, each of FCNN_HDF5_REFERENCE_BYTES bytes.  False on failure. */
static bool read_references(const strings *from, unsigned char *references)
{
    if (H5Aget_storage_size(from->id) != (hsize_t)from->count * FCNN_HDF5_REFERENCE_BYTES) {
        return false;
    }
    const hid_t type = fcnn_hdf5_references_begin(from->type);
    if (type < 0) {
        return false;
    }
    const bool done = H5Aread(from->id, type, references) >= 0;
    fcnn_hdf5_references_end(type);
    return done;
}

/* A fcnn_hdf5_heap_take: copies a string. */
static fcnn_status take_text(void *data, int64_t index, const char *bytes, uint64_t length)
{
    char **out = data;
    return copy_text(bytes, length, &out[index]);
}

static fcnn_status read_variable(const strings *from, char **out)
{
    unsigned char *references;
    if (from->count > BYTES_MOST / FCNN_HDF5_REFERENCE_BYTES) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("names", from->count, FCNN_HDF5_REFERENCE_BYTES, &references));
    bool is_read = read_references(from, references);
    uint64_t bytes = 0;
    for (int64_t i = 0; is_read && i < from->count; i++) {
        bytes += fcnn_hdf5_reference_length(references + i * FCNN_HDF5_REFERENCE_BYTES);
    }
    const fcnn_status status = is_read && bytes <= BYTES_MOST && fcnn_hdf5_heap_is_usual(from->id)
                                   ? fcnn_hdf5_heap_find(from->id, references, from->count, take_text, out)
                                   : FCNN_OK;
    free(references);
    return status;
}

/* ---- columns ---- */

/* The index of the string of the first column among `count` strings; −1 if the number of strings does not match.  Sets
 * *is_one to whether one string applies to all columns. */
static int64_t first_of(const fcnn_hdf5_source *source, int64_t count, int64_t columns, bool shared, bool *is_one)
{
    *is_one = count == 1 && (shared || columns == 1);
    if (count == columns || *is_one) {
        return 0;
    }
    int64_t first = -1;
    if (source->member != NULL && (columns == 1 || shared)) {
        const hid_t type = H5Dget_type(source->dataset);
        first = count == H5Tget_nmembers(type) ? H5Tget_member_index(type, source->member) : -1;
        *is_one = true;
        H5Tclose(type);
    }
    return first;
}

/* Copies strings to the columns: texts[first], texts[first + 1], …; or texts[first] to all if is_one is set. */
static fcnn_status deal(char *const *texts, int64_t first, bool is_one, int64_t columns, char **out)
{
    for (int64_t column = 0; column < columns; column++) {
        const char *text = texts[first + (is_one ? 0 : column)];
        if (text != NULL) {
            FCNN_TRY(fcnn_memory_copy_text(text, &out[column]));
        }
    }
    return FCNN_OK;
}

/* Reads all strings of an attribute to *out [count], with NULL for those that are ignored; to be released with
 * clear_texts(). */
static fcnn_status read_all(const strings *from, char ***out)
{
    FCNN_TRY(fcnn_memory_create("names", from->count, sizeof **out, out));
    return H5Tis_variable_str(from->type) > 0 ? read_variable(from, *out) : read_fixed(from, *out);
}

static void clear_texts(char **texts, int64_t count)
{
    for (int64_t i = 0; texts != NULL && i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

static fcnn_status read_strings(const fcnn_hdf5_source *source, const strings *from, int64_t columns, bool shared,
                                char **out)
{
    bool is_one;
    const int64_t first = first_of(source, from->count, columns, shared, &is_one);
    if (first < 0) {
        return FCNN_OK;
    }
    char **texts = NULL;
    fcnn_status status = read_all(from, &texts);
    if (status == FCNN_OK) {
        status = deal(texts, first, is_one, columns, out);
    }
    clear_texts(texts, from->count);
    return status;
}

fcnn_status fcnn_hdf5_dataset_read_column_attribute(const fcnn_hdf5_dataset *dataset, const char *attribute,
                                                    int64_t columns, bool shared, char **out)
{
    strings from;
    fcnn_status status = FCNN_OK;
    fcnn_hdf5_enter();
    if (strings_open(dataset->source.dataset, attribute, &from)) {
        status = read_strings(&dataset->source, &from, columns, shared, out);
        strings_close(&from);
    }
    fcnn_hdf5_leave();
    return status;
}

/* ---- lists ---- */

static fcnn_status read_list(const strings *from, int64_t *count, char ***out)
{
    char **texts = NULL;
    const fcnn_status status = read_all(from, &texts);
    bool is_whole = status == FCNN_OK;
    for (int64_t i = 0; is_whole && i < from->count; i++) {
        is_whole = texts[i] != NULL;
    }
    if (!is_whole) {
        clear_texts(texts, from->count);
        return status;
    }
    *count = from->count;
    *out = texts;
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_dataset_read_list_attribute(const fcnn_hdf5_dataset *dataset, const char *attribute,
                                                  int64_t *count, char ***out)
{
    strings from;
    fcnn_status status = FCNN_OK;
    *count = 0;
    *out = NULL;
    fcnn_hdf5_enter();
    if (strings_open(dataset->source.dataset, attribute, &from)) {
        status = read_list(&from, count, out);
        strings_close(&from);
    }
    fcnn_hdf5_leave();
    return status;
}

/* ---- single texts ---- */

fcnn_status fcnn_hdf5_attribute_text(hid_t object, const char *name, char **out)
{
    strings from;
    if (!strings_open(object, name, &from)) {
        return FCNN_OK;
    }
    char **texts = NULL;
    const fcnn_status status = from.count == 1 ? read_all(&from, &texts) : FCNN_OK;
    if (status == FCNN_OK && texts != NULL) {
        *out = texts[0];
        texts[0] = NULL;
    }
    clear_texts(texts, from.count);
    strings_close(&from);
    return status;
}

fcnn_status fcnn_hdf5_placeholder(hid_t dataset, const char **what)
{
    static const char netcdf[] = "This is a netCDF dimension but not a netCDF variable";
    char *name = NULL;
    *what = NULL;
    const fcnn_status status = fcnn_hdf5_attribute_text(dataset, "NAME", &name);
    if (name != NULL && strncmp(name, netcdf, strlen(netcdf)) == 0) {
        *what = "a netCDF dimension without values";
    } else if (H5Aexists(dataset, "MATLAB_empty") > 0) {
        *what = "an empty MATLAB array, which is stored as its dimensions";
    }
    free(name);
    return status;
}
