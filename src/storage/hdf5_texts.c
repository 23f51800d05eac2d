/* src/storage/hdf5_texts.c — strings of datasets of HDF5 files, read. */
#include "core/memory.h"
#include "storage/hdf5_check.h"
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
static fcnn_status read_fixed(const fcnn_hdf5_reading *from, hid_t type, int64_t first, int64_t count, char **out)
{
    const size_t size = H5Tget_size(type);
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

/* Finds the strings of references [count]. */
static fcnn_status find_texts(const fcnn_hdf5_reading *from, const unsigned char *references, int64_t first,
                              int64_t count, char **out)
{
    fcnn_hdf5_heap heap;
    if (!fcnn_hdf5_heap_open(from->source.dataset, &heap)) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s: its addresses have not 8 bytes", from->source.path,
                         from->source.name);
    }
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; status == FCNN_OK && i < count; i++) {
        const unsigned char *reference = references + i * FCNN_HDF5_REFERENCE_BYTES;
        const char *text;
        status = fcnn_hdf5_heap_find(&heap, reference, &text);
        if (status == FCNN_OK && text == NULL) {
            status = fcnn_fail(FCNN_EDATA,
                               "%s: dataset %.200s: the string of row %" PRId64
                               " (counting from 0) is not in the file, or has more than 1 MB",
                               from->source.path, from->source.name, first + i);
        } else if (status == FCNN_OK) {
            status = copy_trimmed(text, fcnn_hdf5_reference_length(reference), &out[i]);
        }
    }
    fcnn_hdf5_heap_close(&heap);
    return status;
}

static fcnn_status read_variable(fcnn_hdf5_reading *from, int64_t first, int64_t count, char **out)
{
    if (fcnn_hdf5_is_virtual(from->source.dataset)) {
        return read_elsewhere(from, first, count, out);
    }
    unsigned char *references;
    FCNN_TRY(fcnn_memory_create("the labels", count, FCNN_HDF5_REFERENCE_BYTES, &references));
    const hid_t strings = from->type;
    from->type = fcnn_hdf5_references_begin(strings);
    fcnn_status status =
        from->type < 0 ? fcnn_hdf5_unreadable(from) : fcnn_hdf5_read_slab(from, 0, first, count, references);
    if (from->type >= 0) {
        fcnn_hdf5_references_end(from->type);
    }
    from->type = strings;
    if (status == FCNN_OK) {
        status = find_texts(from, references, first, count, out);
    }
    free(references);
    return status;
}

/* The strings' type in memory is that of the file. */
static fcnn_status read_texts(fcnn_hdf5_reading *from, int64_t first, int64_t count, char **out)
{
    if (!from->info.is_text || from->source.member != NULL || (from->info.rank > 1 && from->info.dims[1] != 1) ||
        from->info.rank > 2) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is not one string a row", from->source.path,
                         from->source.name);
    }
    H5Tclose(from->type);
    from->type = H5Dget_type(from->source.dataset);
    if (from->type < 0) {
        return fcnn_hdf5_unreadable(from);
    }
    return H5Tis_variable_str(from->type) > 0 ? read_variable(from, first, count, out)
                                              : read_fixed(from, from->type, first, count, out);
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
