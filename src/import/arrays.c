/* src/import/arrays.c — imports inputs and targets that are arrays, each in a file or both in an archive. */
#include "import/import.h"

#include "core/text.h"
#include "formats/array.h"
#include "formats/npz.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The inputs, and the targets if there are any. */
typedef struct array_pair {
    int count;            /* 1 or 2 */
    const char *names[2]; /* names of the files, or in the archive */
    fcnn_text titles[2];  /* names for messages */
    fcnn_array arrays[2];
} array_pair;

static void clear_pair(array_pair *pair)
{
    for (int a = 0; a < 2; a++) {
        fcnn_text_clear(&pair->titles[a]);
        fcnn_array_clear(&pair->arrays[a]);
    }
}

/* ---- reading ---- */

/* Reads each array from its file, in the format that recognizes the file, or else in the usual format. */
static fcnn_status read_files(const fcnn_import_options *options, const fcnn_format *usual, array_pair *pair)
{
    for (int a = 0; a < pair->count; a++) {
        FILE *stream;
        FCNN_TRY(fcnn_text_append(&pair->titles[a], "%s", pair->names[a]));
        FCNN_TRY(fcnn_import_open(pair->names[a], options->output, &stream));
        const fcnn_status status = fcnn_array_read(stream, pair->names[a], usual, &pair->arrays[a]);
        fclose(stream);
        FCNN_TRY(status);
    }
    return FCNN_OK;
}

static fcnn_status read_archive(const fcnn_import_options *options, array_pair *pair)
{
    FILE *stream;
    for (int a = 0; a < pair->count; a++) {
        FCNN_TRY(fcnn_text_append(&pair->titles[a], "%s: array '%s'", options->npz, pair->names[a]));
    }
    FCNN_TRY(fcnn_import_open(options->npz, options->output, &stream));
    return fcnn_npz_read(stream, options->npz, pair->count, pair->names, pair->arrays);
}

/* ---- checks ---- */

/* Checks that numbers are finite; inputs may be NaN with --missing. */
static fcnn_status check_values(const char *title, const fcnn_array *array, bool missing)
{
    for (int64_t i = 0; !fcnn_type_is_integer(array->type) && i < array->count; i++) {
        const double value = array->type == FCNN_TYPE_FLOAT32 ? (double)((const float *)array->values)[i]
                                                              : ((const double *)array->values)[i];
        if (isfinite(value) || (missing && isnan(value))) {
            continue;
        }
        const int64_t row = i / (array->count / array->dims[0]) + 1;
        return fcnn_fail(FCNN_EDATA, "%s: row %" PRId64 " contains %s%s", title, row, isnan(value) ? "NaN" : "infinity",
                         isnan(value) ? "; specify --missing to accept missing inputs" : "");
    }
    return FCNN_OK;
}

static fcnn_status check_pair(const fcnn_import_options *options, const array_pair *pair)
{
    const fcnn_array *x = &pair->arrays[0], *y = &pair->arrays[1];
    if (pair->count == 2 && x->dims[0] != y->dims[0]) {
        return fcnn_fail(FCNN_EDATA, "%s has %" PRId64 " rows, but %s has %" PRId64, pair->titles[0].data, x->dims[0],
                         pair->titles[1].data, y->dims[0]);
    }
    FCNN_TRY(check_values(pair->titles[0].data, x, options->missing != 0));
    return pair->count == 2 ? check_values(pair->titles[1].data, y, false) : FCNN_OK;
}

static fcnn_status check_images(const fcnn_import_options *options, const array_pair *pair)
{
    const fcnn_array *images = &pair->arrays[0], *labels = &pair->arrays[1];
    if (images->rank < 2 || labels->rank != 1) {
        return fcnn_fail(FCNN_EDATA, "%s has %d dimension%s; specify the images first: --idx IMAGES LABELS",
                         images->rank < 2 ? options->images : options->labels,
                         images->rank < 2 ? images->rank : labels->rank, images->rank < 2 ? "" : "s");
    }
    if (images->dims[0] != labels->dims[0]) {
        return fcnn_fail(FCNN_EDATA, "%s has %" PRId64 " images, but %s has %" PRId64 " labels", options->images,
                         images->dims[0], options->labels, labels->dims[0]);
    }
    return FCNN_OK;
}

/* ---- writing ---- */

static void gather_row(const fcnn_import_field *field, int64_t row, void *out)
{
    const size_t bytes = fcnn_import_row_bytes(&field->info);
    memcpy(out, (const uint8_t *)field->values + (size_t)row * bytes, bytes);
}

static fcnn_import_field make_field(const char *name, const fcnn_array *array)
{
    fcnn_import_field field = {.name = name, .values = array->values, .gather = gather_row};
    field.info = (fcnn_hdf5_info){.type = array->type, .rank = array->rank};
    memcpy(field.info.dims, array->dims, (size_t)array->rank * sizeof *array->dims);
    return field;
}

static fcnn_status write_pair(const fcnn_import_options *options, const array_pair *pair, char *summary, size_t size)
{
    fcnn_import_field fields[2] = {0};
    for (int a = 0; a < pair->count; a++) {
        fields[a] = make_field(a == 0 ? "x" : "y", &pair->arrays[a]);
    }
    return fcnn_import_write(options, pair->count, fields, summary, size);
}

/* ---- options for arrays ---- */

/* Checks and writes the arrays, and releases them. */
static fcnn_status check_and_write(const fcnn_import_options *options, fcnn_status status, array_pair *pair,
                                   char *summary, size_t size)
{
    if (status == FCNN_OK) {
        status = check_pair(options, pair);
    }
    if (status == FCNN_OK) {
        status = write_pair(options, pair, summary, size);
    }
    clear_pair(pair);
    return status;
}

fcnn_status fcnn_import_images(const fcnn_import_options *options, char *summary, size_t size)
{
    array_pair pair = {.count = 2, .names = {options->images, options->labels}};
    fcnn_status status = read_files(options, &fcnn_format_idx, &pair);
    if (status == FCNN_OK) {
        status = check_images(options, &pair);
    }
    return check_and_write(options, status, &pair, summary, size);
}

fcnn_status fcnn_import_files(const fcnn_import_options *options, char *summary, size_t size)
{
    const bool has_targets = !options->no_targets && options->npy_targets != NULL;
    array_pair pair = {.count = has_targets ? 2 : 1, .names = {options->npy_inputs, options->npy_targets}};
    const fcnn_status status = read_files(options, &fcnn_format_npy, &pair);
    return check_and_write(options, status, &pair, summary, size);
}

fcnn_status fcnn_import_archive(const fcnn_import_options *options, char *summary, size_t size)
{
    array_pair pair = {.count = options->no_targets ? 1 : 2,
                       .names = {options->npz_inputs != NULL ? options->npz_inputs : "x",
                                 options->npz_targets != NULL ? options->npz_targets : "y"}};
    const fcnn_status status = read_archive(options, &pair);
    return check_and_write(options, status, &pair, summary, size);
}
