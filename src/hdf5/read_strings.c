/* src/hdf5/read_strings.c — reads strings of datasets. */
#include "core/memory.h"
#include "hdf5/check.h"
#include "hdf5/element.h"
#include "hdf5/heap.h"
#include "hdf5/holes.h"
#include "hdf5/reading.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Copies at most `most` bytes, without blanks and zero bytes at the end. */
static fcnn_status copy_trimmed(const char *text, size_t most, char **out)
{
    size_t length = text == NULL ? 0 : strnlen(text, most);
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    FCNN_TRY(fcnn_memory_create("a label", (int64_t)length + 1, 1, out));
    memcpy(*out, text != NULL ? text : "", length);
    return FCNN_OK;
}

/* Copies the fill value of strings of a type. */
static fcnn_status copy_fill_text(const fcnn_hdf5_source *source, hid_t strings, char **out)
{
    const hid_t type = fcnn_hdf5_element_memory(source, strings);
    char *value = NULL, *text = NULL;
    fcnn_status status =
        type >= 0 ? fcnn_memory_create("a fill value", (int64_t)H5Tget_size(type), 1, &value)
                  : fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", source->path, source->name);
    if (status == FCNN_OK) {
        status = fcnn_hdf5_fill(source, type, 1, value);
    }
    if (status == FCNN_OK && H5Tis_variable_str(strings) > 0) {
        memcpy(&text, value, sizeof text);
        status = copy_trimmed(text, SIZE_MAX, out);
        H5free_memory(text);
    } else if (status == FCNN_OK) {
        status = copy_trimmed(value, H5Tget_size(strings), out);
    }
    free(value);
    H5Tclose(type);
    return status;
}

fcnn_status fcnn_hdf5_fill_text(const fcnn_hdf5_source *source, char **out)
{
    fcnn_hdf5_element element;
    FCNN_TRY(fcnn_hdf5_element_find(source, &element));
    const fcnn_status status = copy_fill_text(source, element.type, out);
    H5Tclose(element.type);
    return status;
}

/* Reads strings of fixed size, in memory [count][size]. */
static fcnn_status read_fixed(const fcnn_hdf5_dataset *from, size_t size, int64_t first, int64_t count, char **out)
{
    char *bytes;
    FCNN_TRY(fcnn_memory_create("the labels", count, size, &bytes));
    fcnn_status status = fcnn_hdf5_read_slab(from, first, count, bytes);
    for (int64_t i = 0; status == FCNN_OK && i < count; i++) {
        status = copy_trimmed(bytes + (size_t)i * size, size, &out[i]);
    }
    free(bytes);
    return status;
}

/* Reads strings of variable length through HDF5, because they are in other files, which the user has allowed. */
static fcnn_status read_elsewhere(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, char **out)
{
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", count, sizeof *texts, &texts));
    fcnn_status status = fcnn_hdf5_read_slab(from, first, count, texts);
    for (int64_t i = 0; status == FCNN_OK && i < count; i++) {
        status = copy_trimmed(texts[i], SIZE_MAX, &out[i]);
    }
    for (int64_t i = 0; i < count; i++) {
        H5free_memory(texts[i]);
    }
    free(texts);
    return status;
}

/* The destination of strings that are found. */
typedef struct finding {
    char **out;
    int64_t lost; /* index of the first string that is not in the file; −1: none */
} finding;

/* A fcnn_hdf5_heap_take: copies a string. */
static fcnn_status take_text(void *data, int64_t index, const char *bytes, uint64_t length)
{
    finding *found = data;
    if (bytes == NULL) {
        found->lost = found->lost < 0 || index < found->lost ? index : found->lost;
        return FCNN_OK;
    }
    return copy_trimmed(bytes, length, &found->out[index]);
}

/* Reads the references of rows that were written; those of other rows stay empty.  (For these HDF5 would create new
 * references to the fill value, and fail, because it cannot write to the file.) */
static fcnn_status read_references(fcnn_hdf5_dataset *from, const fcnn_hdf5_holes *holes, int64_t first, int64_t count,
                                   unsigned char *references)
{
    fcnn_status status = FCNN_OK;
    int64_t row = first;
    for (int64_t i = 0; status == FCNN_OK && i <= holes->count; i++) {
        const int64_t end = i < holes->count ? holes->runs[i].first : first + count;
        if (row < end) {
            status = fcnn_hdf5_read_slab(from, row, end - row, references + (row - first) * FCNN_HDF5_REFERENCE_BYTES);
        }
        row = i < holes->count ? holes->runs[i].end : end;
    }
    return status;
}

/* Copies the fill value to the rows that were never written. */
static fcnn_status put_fill_texts(const fcnn_hdf5_dataset *from, const fcnn_hdf5_holes *holes, int64_t first,
                                  char **out)
{
    char *value = NULL;
    fcnn_status status = holes->count > 0 ? fcnn_hdf5_fill_text(&from->source, &value) : FCNN_OK;
    for (int64_t i = 0; i < holes->count; i++) {
        for (int64_t row = holes->runs[i].first; status == FCNN_OK && row < holes->runs[i].end; row++) {
            free(out[row - first]);
            out[row - first] = NULL;
            status = fcnn_memory_copy_text(value, &out[row - first]);
        }
    }
    free(value);
    return status;
}

/* Finds the rows that were never written.  If they have no fill value, reading them reports the error. */
static fcnn_status find_holes(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, fcnn_hdf5_holes *out)
{
    hsize_t start[FCNN_HDF5_RANK_MAX], extent[FCNN_HDF5_RANK_MAX];
    fcnn_hdf5_rows_box(from, first, count, start, extent);
    return from->info.filling == FCNN_HDF5_UNFILLED
               ? FCNN_OK
               : fcnn_hdf5_holes_find(&from->source, from->along, start, extent, false, out);
}

static fcnn_status read_variable(fcnn_hdf5_dataset *from, int64_t first, int64_t count, char **out)
{
    unsigned char *references;
    fcnn_hdf5_holes holes = {0};
    FCNN_TRY(fcnn_memory_create("the labels", count, FCNN_HDF5_REFERENCE_BYTES, &references));
    fcnn_status status = find_holes(from, first, count, &holes);
    if (status == FCNN_OK) {
        if (from->info.filling == FCNN_HDF5_LEFT) {
            from->info.filling = FCNN_HDF5_FILLED; /* all rows that are read were written */
        }
        status = read_references(from, &holes, first, count, references);
    }
    finding found = {.out = out, .lost = -1};
    if (status == FCNN_OK) {
        status = fcnn_hdf5_heap_find(from->source.dataset, references, count, take_text, &found);
    }
    if (status == FCNN_OK && found.lost >= 0) {
        status = fcnn_fail(FCNN_EDATA,
                           "%s: dataset %.200s: the string of row %" PRId64
                           " (counting from 0) is not in the file: the file is damaged",
                           from->source.path, from->source.name, first + found.lost);
    }
    if (status == FCNN_OK) {
        status = put_fill_texts(from, &holes, first, out);
    }
    fcnn_hdf5_holes_clear(&holes);
    free(references);
    return status;
}

/* Sets the type in memory, to be closed, with `leaf`, the type of the strings or of references to them. */
static fcnn_status set_type(fcnn_hdf5_dataset *from, hid_t leaf)
{
    from->type = fcnn_hdf5_element_memory(&from->source, leaf);
    return from->type >= 0 ? FCNN_OK : fcnn_hdf5_unreadable(from);
}

static fcnn_status read_referred(fcnn_hdf5_dataset *from, hid_t strings, int64_t first, int64_t count, char **out)
{
    const hid_t reference = fcnn_hdf5_references_begin(strings);
    if (reference < 0) {
        return fcnn_hdf5_unreadable(from);
    }
    fcnn_status status = set_type(from, reference);
    if (status == FCNN_OK) {
        status = read_variable(from, first, count, out);
    }
    fcnn_hdf5_references_end(reference);
    return status;
}

static fcnn_status read_strings(fcnn_hdf5_dataset *from, hid_t strings, int64_t first, int64_t count, char **out)
{
    const bool is_fixed = H5Tis_variable_str(strings) <= 0;
    if (!is_fixed && !from->info.is_virtual) {
        return read_referred(from, strings, first, count, out);
    }
    FCNN_TRY(set_type(from, strings));
    return is_fixed ? read_fixed(from, from->info.joined > 0 ? (size_t)from->info.joined : H5Tget_size(strings), first,
                                 count, out)
                    : read_elsewhere(from, first, count, out);
}

/* Reads with a copy of the dataset object, whose type in memory is valid only for this call. */
static fcnn_status read_with_type(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, char **out)
{
    fcnn_hdf5_dataset strings = *from;
    fcnn_hdf5_element element;
    FCNN_TRY(fcnn_hdf5_element_find(&from->source, &element));
    const fcnn_status status = read_strings(&strings, element.type, first, count, out);
    H5Tclose(strings.type);
    H5Tclose(element.type);
    return status;
}

static fcnn_status read_texts(fcnn_hdf5_dataset *from, int64_t first, int64_t count, char **out)
{
    FCNN_TRY(fcnn_hdf5_require_rows(from, first, count));
    bool is_one = from->info.is_text;
    for (int d = 0; d < from->info.rank; d++) {
        is_one = is_one && (from->info.dims[d] == 1 || d == from->along);
    }
    if (!is_one) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s does not have one string per row", from->source.path,
                         from->source.name);
    }
    FCNN_TRY(read_with_type(from, first, count, out));
    return fcnn_hdf5_release_sources(from);
}

fcnn_status fcnn_hdf5_dataset_read_strings(fcnn_hdf5_dataset *dataset, int64_t first, int64_t count, char **out)
{
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", count, sizeof *texts, &texts));
    fcnn_hdf5_enter();
    const fcnn_status status = read_texts(dataset, first, count, texts);
    fcnn_hdf5_leave();
    for (int64_t i = 0; i < count; i++) {
        if (status == FCNN_OK) {
            out[i] = texts[i];
        } else {
            free(texts[i]);
        }
    }
    free(texts);
    return status;
}
