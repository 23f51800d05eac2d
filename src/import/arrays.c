/* src/import/arrays.c — inputs and targets that are arrays already: IDX, .npy and .npz. */
#include "import/import.h"

#include "core/text.h"
#include "formats/idx.h"
#include "formats/npy.h"
#include "formats/npz.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- fields ---- */

static void gather_row(const fcnn_import_field *field, int64_t row, void *out)
{
    const size_t bytes = fcnn_import_row_bytes(&field->info);
    memcpy(out, (const uint8_t *)field->values + (size_t)row * bytes, bytes);
}

static fcnn_import_field make_field(const char *name, fcnn_type type, int rank, const int64_t *dims, const void *values)
{
    fcnn_import_field field = {.name = name, .values = values, .gather = gather_row};
    field.info = (fcnn_hdf5_info){.type = type, .rank = rank};
    memcpy(field.info.dims, dims, (size_t)rank * sizeof *dims);
    return field;
}

/* ---- IDX ---- */

static fcnn_status read_idx(const char *path, const char *output, fcnn_idx *out)
{
    FILE *stream;
    FCNN_TRY(fcnn_import_open(path, output, &stream));
    const fcnn_status status = fcnn_idx_read(stream, path, out);
    fclose(stream);
    return status;
}

static fcnn_status check_idx_pair(const fcnn_import_options *options, const fcnn_idx *images, const fcnn_idx *labels)
{
    if (images->rank < 2 || labels->rank != 1) {
        return fcnn_fail(FCNN_EDATA, "%s: has %d dimension%s; the order is --idx IMAGES LABELS",
                         images->rank < 2 ? options->images : options->labels,
                         images->rank < 2 ? images->rank : labels->rank, images->rank < 2 ? "" : "s");
    }
    if (images->dims[0] != labels->dims[0]) {
        return fcnn_fail(FCNN_EDATA, "%s has %" PRId64 " images, but %s has %" PRId64 " labels", options->images,
                         images->dims[0], options->labels, labels->dims[0]);
    }
    return FCNN_OK;
}

static fcnn_import_field field_of_idx(const char *name, const fcnn_idx *array)
{
    return make_field(name, FCNN_TYPE_UINT8, array->rank, array->dims, array->values);
}

static fcnn_status import_idx(const fcnn_import_options *options, char *summary, size_t size)
{
    fcnn_idx images = {0}, labels = {0};
    fcnn_status status = read_idx(options->images, options->output, &images);
    if (status == FCNN_OK) {
        status = read_idx(options->labels, options->output, &labels);
    }
    if (status == FCNN_OK) {
        status = check_idx_pair(options, &images, &labels);
    }
    if (status == FCNN_OK) {
        const fcnn_import_field fields[2] = {field_of_idx("x", &images), field_of_idx("y", &labels)};
        status = fcnn_import_write(options, 2, fields, summary, size);
    }
    fcnn_idx_clear(&images);
    fcnn_idx_clear(&labels);
    return status;
}

/* ---- numpy ---- */

/* Inputs, and targets unless there are none. */
typedef struct numpy_pair {
    int count;            /* 1 or 2 */
    const char *names[2]; /* of the files, or in the archive */
    fcnn_text titles[2];  /* what messages call them */
    fcnn_npy arrays[2];
} numpy_pair;

static fcnn_status name_pair(const fcnn_import_options *options, numpy_pair *pair)
{
    if (options->npz != NULL) {
        pair->names[0] = options->npz_inputs != NULL ? options->npz_inputs : "x";
        pair->names[1] = options->npz_targets != NULL ? options->npz_targets : "y";
    } else {
        pair->names[0] = options->npy_inputs;
        pair->names[1] = options->npy_targets;
    }
    pair->count = options->no_targets || pair->names[1] == NULL ? 1 : 2;
    for (int a = 0; a < pair->count; a++) {
        FCNN_TRY(options->npz != NULL
                     ? fcnn_text_append(&pair->titles[a], "%s: array '%s'", options->npz, pair->names[a])
                     : fcnn_text_append(&pair->titles[a], "%s", pair->names[a]));
    }
    return FCNN_OK;
}

static fcnn_status read_pair(const fcnn_import_options *options, numpy_pair *pair)
{
    FILE *stream;
    if (options->npz != NULL) {
        FCNN_TRY(fcnn_import_open(options->npz, options->output, &stream));
        return fcnn_npz_read(stream, options->npz, pair->count, pair->names, pair->arrays);
    }
    for (int a = 0; a < pair->count; a++) {
        FCNN_TRY(fcnn_import_open(pair->names[a], options->output, &stream));
        const fcnn_status status = fcnn_npy_read(stream, pair->names[a], &pair->arrays[a]);
        fclose(stream);
        FCNN_TRY(status);
    }
    return FCNN_OK;
}

static fcnn_type type_of(const fcnn_npy *array)
{
    static const fcnn_type whole[2][4] = {{FCNN_TYPE_INT8, FCNN_TYPE_INT16, FCNN_TYPE_INT32, FCNN_TYPE_INT64},
                                          {FCNN_TYPE_UINT8, FCNN_TYPE_UINT16, FCNN_TYPE_UINT32, FCNN_TYPE_UINT64}};
    if (array->kind == 'f') {
        return array->size == sizeof(float) ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64;
    }
    int place = 0; /* of 1, 2, 4, 8 */
    while ((size_t)1 << place < array->size) {
        place++;
    }
    return whole[array->kind == 'u'][place];
}

/* Numbers must be finite; with --missing, inputs may be NaN. */
static fcnn_status check_values(const char *title, const fcnn_npy *array, bool missing)
{
    for (int64_t i = 0; i < array->count && array->kind == 'f'; i++) {
        const double value = array->size == sizeof(float) ? (double)((const float *)array->values)[i]
                                                          : ((const double *)array->values)[i];
        if (isfinite(value) || (missing && isnan(value))) {
            continue;
        }
        const int64_t row = i / (array->count / array->dims[0]) + 1;
        return fcnn_fail(FCNN_EDATA, "%s: row %" PRId64 " holds %s%s", title, row, isnan(value) ? "NaN" : "infinity",
                         isnan(value) ? "; --missing takes that in inputs" : "");
    }
    return FCNN_OK;
}

static fcnn_status check_numpy_pair(const fcnn_import_options *options, const numpy_pair *pair)
{
    const fcnn_npy *x = &pair->arrays[0], *y = &pair->arrays[1];
    if (pair->count == 2 && x->dims[0] != y->dims[0]) {
        return fcnn_fail(FCNN_EDATA, "%s has %" PRId64 " rows, but %s has %" PRId64, pair->titles[0].data, x->dims[0],
                         pair->titles[1].data, y->dims[0]);
    }
    FCNN_TRY(check_values(pair->titles[0].data, x, options->missing != 0));
    return pair->count == 2 ? check_values(pair->titles[1].data, y, false) : FCNN_OK;
}

static fcnn_status write_pair(const fcnn_import_options *options, const numpy_pair *pair, char *summary, size_t size)
{
    fcnn_import_field fields[2] = {0};
    for (int a = 0; a < pair->count; a++) {
        const fcnn_npy *array = &pair->arrays[a];
        fields[a] = make_field(a == 0 ? "x" : "y", type_of(array), array->rank, array->dims, array->values);
    }
    return fcnn_import_write(options, pair->count, fields, summary, size);
}

static fcnn_status import_numpy(const fcnn_import_options *options, char *summary, size_t size)
{
    numpy_pair pair = {0};
    fcnn_status status = name_pair(options, &pair);
    if (status == FCNN_OK) {
        status = read_pair(options, &pair);
    }
    if (status == FCNN_OK) {
        status = check_numpy_pair(options, &pair);
    }
    if (status == FCNN_OK) {
        status = write_pair(options, &pair, summary, size);
    }
    for (int a = 0; a < 2; a++) {
        fcnn_text_clear(&pair.titles[a]);
        fcnn_npy_clear(&pair.arrays[a]);
    }
    return status;
}

fcnn_status fcnn_import_arrays(const fcnn_import_options *options, char *summary, size_t size)
{
    return options->images != NULL ? import_idx(options, summary, size) : import_numpy(options, summary, size);
}
