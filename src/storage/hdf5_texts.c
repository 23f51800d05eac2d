/* src/storage/hdf5_texts.c — strings of datasets of HDF5 files, read. */
#include "core/memory.h"
#include "storage/hdf5_check.h"
#include "storage/hdf5_element.h"
#include "storage/hdf5_heap.h"
#include "storage/hdf5_reading.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A copy of at most `most` bytes, without blanks and zeros at the end. */
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

/* Strings of one size: [count][size]. */
static fcnn_status read_fixed(const fcnn_hdf5_reading *from, size_t size, int64_t first, int64_t count, char **out)
{
    char *bytes;
    FCNN_TRY(fcnn_memory_create("the labels", count, size, &bytes));
    fcnn_status status = fcnn_hdf5_read_slab(from, 0, first, count, bytes);
    for (int64_t i = 0; status == FCNN_OK && i < count; i++) {
        status = copy_trimmed(bytes + (size_t)i * size, size, &out[i]);
    }
    free(bytes);
    return status;
}

/* Strings of other files, which the user has let in: only HDF5 knows where they are. */
static fcnn_status read_elsewhere(const fcnn_hdf5_reading *from, int64_t first, int64_t count, char **out)
{
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", count, sizeof *texts, &texts));
    fcnn_status status = fcnn_hdf5_read_slab(from, 0, first, count, texts);
    for (int64_t i = 0; status == FCNN_OK && i < count; i++) {
        status = copy_trimmed(texts[i], SIZE_MAX, &out[i]);
    }
    for (int64_t i = 0; i < count; i++) {
        H5free_memory(texts[i]);
    }
    free(texts);
    return status;
}

/* Where strings go that are found. */
typedef struct finding {
    char **out;
    int64_t lost; /* the first of those that are not in the file; −1: none is */
} finding;

/* A fcnn_hdf5_heap_take. */
static fcnn_status take_text(void *data, int64_t index, const char *bytes, uint64_t length)
{
    finding *found = data;
    if (bytes == NULL) {
        found->lost = found->lost < 0 || index < found->lost ? index : found->lost;
        return FCNN_OK;
    }
    return copy_trimmed(bytes, length, &found->out[index]);
}

static fcnn_status read_variable(fcnn_hdf5_reading *from, int64_t first, int64_t count, char **out)
{
    unsigned char *references;
    FCNN_TRY(fcnn_memory_create("the labels", count, FCNN_HDF5_REFERENCE_BYTES, &references));
    fcnn_status status = fcnn_hdf5_read_slab(from, 0, first, count, references);
    finding found = {.out = out, .lost = -1};
    if (status == FCNN_OK) {
        status = fcnn_hdf5_heap_find(from->source.dataset, references, count, take_text, &found);
    }
    if (status == FCNN_OK && found.lost >= 0) {
        status = fcnn_fail(FCNN_EDATA,
                           "%s: dataset %.200s: the string of row %" PRId64
                           " (counting from 0) is not in the file: it is damaged",
                           from->source.path, from->source.name, first + found.lost);
    }
    free(references);
    return status;
}

/* Sets the type in memory: around the strings as the file has them, or references that stand for them. */
static fcnn_status set_type(fcnn_hdf5_reading *from, hid_t leaf)
{
    H5Tclose(from->type);
    from->type = fcnn_hdf5_element_memory(&from->source, leaf);
    return from->type >= 0 ? FCNN_OK : fcnn_hdf5_unreadable(from);
}

static fcnn_status read_referred(fcnn_hdf5_reading *from, hid_t strings, int64_t first, int64_t count, char **out)
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

static fcnn_status read_strings(fcnn_hdf5_reading *from, hid_t strings, int64_t first, int64_t count, char **out)
{
    const bool is_fixed = H5Tis_variable_str(strings) <= 0;
    if (!is_fixed && !fcnn_hdf5_is_virtual(from->source.dataset)) {
        return read_referred(from, strings, first, count, out);
    }
    FCNN_TRY(set_type(from, strings));
    return is_fixed ? read_fixed(from, H5Tget_size(strings), first, count, out)
                    : read_elsewhere(from, first, count, out);
}

static fcnn_status read_texts(fcnn_hdf5_reading *from, int64_t first, int64_t count, char **out)
{
    bool is_one = from->info.is_text;
    for (int d = 1; d < from->info.rank; d++) {
        is_one = is_one && from->info.dims[d] == 1;
    }
    if (!is_one) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is not one string a row", from->source.path,
                         from->source.name);
    }
    fcnn_hdf5_element element;
    FCNN_TRY(fcnn_hdf5_element_find(&from->source, &element));
    const fcnn_status status = read_strings(from, element.type, first, count, out);
    H5Tclose(element.type);
    return status;
}

fcnn_status fcnn_hdf5_read_texts(fcnn_hdf5_file *file, const char *dataset, int64_t first, int64_t count, char **out)
{
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", count, sizeof *texts, &texts));
    fcnn_hdf5_reading from;
    fcnn_hdf5_enter();
    fcnn_status status = fcnn_hdf5_reading_open(file, dataset, 0, true, first, count, &from);
    if (status == FCNN_OK) {
        status = read_texts(&from, first, count, texts);
        fcnn_hdf5_reading_close(&from);
    }
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
