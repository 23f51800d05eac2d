/* src/hdf5/read_rows.c — reads rows of datasets. */
#include "core/memory.h"
#include "core/sizes.h"
#include "hdf5/reading.h"

#include <stdlib.h>
#include <string.h>

/* ---- datasets stored by columns ---- */

/* Transposes in [features][rows] to out [rows][features], tile by tile. */
#define TRANSPOSE(type)                                                                 \
    for (int64_t r0 = 0; r0 < rows; r0 += tile) {                                       \
        for (int64_t f0 = 0; f0 < features; f0 += tile) {                               \
            for (int64_t r = r0; r < rows && r < r0 + tile; r++) {                      \
                for (int64_t f = f0; f < features && f < f0 + tile; f++) {              \
                    ((type *)out)[r * features + f] = ((const type *)in)[f * rows + r]; \
                }                                                                       \
            }                                                                           \
        }                                                                               \
    }

/* The same for elements of any size. */
static void transpose_arrays(size_t size, int64_t features, int64_t rows, const char *in, char *out)
{
    for (int64_t r = 0; r < rows; r++) {
        for (int64_t f = 0; f < features; f++) {
            memcpy(out + (size_t)(r * features + f) * size, in + (size_t)(f * rows + r) * size, size);
        }
    }
}

static void transpose(size_t size, int64_t features, int64_t rows, const void *in, void *out)
{
    const int64_t tile = fcnn_size(FCNN_SIZE_COLUMNS_TILE);
    switch (size) {
    case 1:
        TRANSPOSE(uint8_t)
        break;
    case 2:
        TRANSPOSE(uint16_t)
        break;
    case 4:
        TRANSPOSE(uint32_t)
        break;
    case 8:
        TRANSPOSE(uint64_t)
        break;
    default:
        transpose_arrays(size, features, rows, in, out);
        break;
    }
}

static fcnn_status read_transposed(const fcnn_hdf5_dataset *from, int64_t first, int64_t count, char *out)
{
    const int along = from->along;
    int64_t features = 1;
    size_t size = fcnn_type_size(from->info.type); /* size of an element, with all numbers of an array */
    for (int d = 0; d < from->info.rank; d++) {
        features *= d < along ? from->info.dims[d] : 1;
        size *= d > along ? (size_t)from->info.dims[d] : 1;
    }
    if (features == 0 || count == 0) {
        return FCNN_OK;
    }
    const int64_t fitting = fcnn_size(FCNN_SIZE_COLUMNS_BYTES) / (int64_t)size / features;
    const int64_t most = fitting < 1 ? 1 : fitting < count ? fitting : count;
    char *block; /* [features][most] */
    FCNN_TRY(fcnn_memory_create("the transposition of columns", features * most, size, &block));
    fcnn_status status = FCNN_OK;
    for (int64_t done = 0; done < count && status == FCNN_OK; done += most) {
        const int64_t rows = most < count - done ? most : count - done;
        status = fcnn_hdf5_read_slab(from, first + done, rows, block);
        if (status == FCNN_OK) {
            transpose(size, features, rows, block, out + (size_t)(done * features) * size);
        }
    }
    free(block);
    return status;
}

/* ---- rows ---- */

static fcnn_status require_numbers(const fcnn_hdf5_dataset *from)
{
    return !from->info.is_text ? FCNN_OK
                               : fcnn_fail(FCNN_EDATA, "%s: dataset %.200s contains strings, not numbers",
                                           from->source.path, from->source.name);
}

static fcnn_status read_rows(fcnn_hdf5_dataset *from, int64_t first, int64_t count, void *out)
{
    fcnn_status status = fcnn_hdf5_require_rows(from, first, count);
    if (status == FCNN_OK) {
        status = require_numbers(from);
    }
    if (status != FCNN_OK) {
        if (from->together >= 0) {
            fcnn_hdf5_read_slab(from, 0, 0, NULL); /* the other ranks wait for this rank */
            fcnn_fail(status, "%s", fcnn_error_text());
        }
        return status;
    }
    FCNN_TRY(from->by_columns ? read_transposed(from, first, count, out)
                              : fcnn_hdf5_read_slab(from, first, count, out));
    return fcnn_hdf5_release_sources(from);
}

fcnn_status fcnn_hdf5_dataset_read(fcnn_hdf5_dataset *dataset, int64_t first, int64_t count, void *out)
{
    fcnn_hdf5_enter();
    const fcnn_status status = read_rows(dataset, first, count, out);
    fcnn_hdf5_leave();
    return status;
}
