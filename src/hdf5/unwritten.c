/* src/hdf5/unwritten.c — counts the rows of a dataset that were never written, and describes their fill value. */
#include "core/memory.h"
#include "core/text.h"
#include "hdf5/holes.h"
#include "hdf5/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- fill values as text ---- */

static void print_number(const void *value, fcnn_type type, char *out, size_t size)
{
    double number = 0;
    switch (type) {
#define WIDEN(name, c_type, text)                \
    case name:                                   \
        number = (double)*(const c_type *)value; \
        break;
        FCNN_TYPE_TABLE(WIDEN)
#undef WIDEN
    }
    if (type == FCNN_TYPE_INT64) {
        snprintf(out, size, "%" PRId64, *(const int64_t *)value);
    } else if (type == FCNN_TYPE_UINT64) {
        snprintf(out, size, "%" PRIu64, *(const uint64_t *)value);
    } else {
        snprintf(out, size, "%.9g", number);
    }
}

static fcnn_status describe_text(const fcnn_hdf5_source *source, char *out, size_t size)
{
    char *text;
    FCNN_TRY(fcnn_hdf5_fill_text(source, &text));
    if (fcnn_text_prints(text)) {
        snprintf(out, size, "'%.*s'", (int)(size - 3), text);
    }
    free(text);
    return FCNN_OK;
}

/* Writes the fill value as text, for arrays their first number. */
static fcnn_status describe_value(const fcnn_hdf5_dataset *from, char *out, size_t size)
{
    void *value;
    out[0] = '\0';
    if (from->info.is_text) {
        return describe_text(&from->source, out, size);
    }
    FCNN_TRY(fcnn_memory_create("a fill value", (int64_t)H5Tget_size(from->type), 1, &value));
    const fcnn_status status = fcnn_hdf5_fill(&from->source, from->type, 1, value);
    if (status == FCNN_OK) {
        print_number(value, from->info.type, out, size);
    }
    free(value);
    return status;
}

/* ---- rows ---- */

static fcnn_status find_holes(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, fcnn_hdf5_holes *holes,
                              fcnn_hdf5_unwritten *out)
{
    hsize_t start[FCNN_HDF5_RANK_MAX], extent[FCNN_HDF5_RANK_MAX];
    FCNN_TRY(fcnn_hdf5_require_rows(from, first, count));
    fcnn_hdf5_rows_box(from, first, count, start, extent);
    FCNN_TRY(fcnn_hdf5_holes_find(&from->source, from->along, start, extent, false, holes));
    if (holes->count == 0) {
        return FCNN_OK;
    }
    if (holes->filling == FCNN_HDF5_UNFILLED) {
        return fcnn_hdf5_refuse_holes(&from->source, holes, count);
    }
    out->rows = fcnn_hdf5_holes_rows(holes);
    out->first = holes->runs[0].first;
    /* the sources of a virtual dataset may have other fill values */
    return from->info.is_virtual ? FCNN_OK : describe_value(from, out->value, sizeof out->value);
}

fcnn_status fcnn_hdf5_dataset_find_unwritten(const fcnn_hdf5_dataset *dataset, int64_t first, int64_t count,
                                             fcnn_hdf5_unwritten *out)
{
    fcnn_hdf5_holes holes = {0};
    *out = (fcnn_hdf5_unwritten){0};
    fcnn_hdf5_enter();
    const fcnn_status status = find_holes(dataset, first, count, &holes, out);
    fcnn_hdf5_holes_clear(&holes);
    fcnn_hdf5_leave();
    return status;
}
