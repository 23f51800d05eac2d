/* src/model/normalizer_file.c — normalizers in the file of a model. */
#include "model/model_get.h"

#include "config/words.h"
#include "core/memory.h"
#include "core/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 64, LINE_BYTES = 64 /* much more than any word needs */ };

/* Sets name to "/normalizer/<side>_<what>". */
static const char *name_of(const char *side, const char *what, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "/normalizer/%s_%s", side, what);
    return name;
}

/* ---- writing ---- */

/* Writes the words of the transforms, one per line. */
static fcnn_status put_words(const fcnn_normalizer *normalizer, const char *name, fcnn_hdf5_image *image)
{
    fcnn_text lines = {0};
    fcnn_status status = FCNN_OK;
    for (int64_t column = 0; status == FCNN_OK && column < normalizer->count; column++) {
        status = fcnn_text_append(&lines, "%s\n", fcnn_transform_words[normalizer->transforms[column].kind]);
    }
    if (status == FCNN_OK) {
        status = fcnn_hdf5_image_text(image, name, lines.data);
    }
    fcnn_text_clear(&lines);
    return status;
}

/* Returns the number of columns of a kind. */
static int64_t count_kind(const fcnn_normalizer *normalizer, fcnn_transform_kind kind)
{
    int64_t count = 0;
    for (int64_t column = 0; column < normalizer->count; column++) {
        count += normalizer->transforms[column].kind == kind;
    }
    return count;
}

/* Writes the powers of all columns; those without one have 0. */
static fcnn_status put_powers(const fcnn_normalizer *normalizer, const char *name, fcnn_hdf5_image *image)
{
    double *powers;
    FCNN_TRY(fcnn_memory_create("the exponents", normalizer->count, sizeof *powers, &powers));
    for (int64_t column = 0; column < normalizer->count; column++) {
        const bool has_power = normalizer->transforms[column].kind == FCNN_TRANSFORM_POWER;
        powers[column] = has_power ? normalizer->transforms[column].power : 0;
    }
    const fcnn_status status = fcnn_hdf5_image_dataset(image, name, FCNN_TYPE_FLOAT64, 1, &normalizer->count, powers);
    free(powers);
    return status;
}

static fcnn_status put_transforms(const fcnn_normalizer *normalizer, const char *side, fcnn_hdf5_image *image)
{
    char name[NAME_BYTES];
    const int64_t dims[] = {count_kind(normalizer, FCNN_TRANSFORM_QUANTILE), normalizer->landmark_count};
    FCNN_TRY(put_words(normalizer, name_of(side, "transform", name), image));
    if (count_kind(normalizer, FCNN_TRANSFORM_POWER) > 0) {
        FCNN_TRY(put_powers(normalizer, name_of(side, "power", name), image));
    }
    return dims[0] == 0 ? FCNN_OK
                        : fcnn_hdf5_image_dataset(image, name_of(side, "landmarks", name), FCNN_TYPE_FLOAT64, 2, dims,
                                                  normalizer->landmarks);
}

fcnn_status fcnn_normalizer_put(const fcnn_normalizer *normalizer, const char *side, fcnn_hdf5_image *image)
{
    char name[NAME_BYTES];
    FCNN_TRY(fcnn_hdf5_image_dataset(image, name_of(side, "shift", name), FCNN_TYPE_FLOAT64, 1, &normalizer->count,
                                     normalizer->shift));
    FCNN_TRY(fcnn_hdf5_image_dataset(image, name_of(side, "scale", name), FCNN_TYPE_FLOAT64, 1, &normalizer->count,
                                     normalizer->scale));
    return normalizer->transforms == NULL ? FCNN_OK : put_transforms(normalizer, side, image);
}

/* ---- reading ---- */

static fcnn_status get_linear(fcnn_model_reader *from, const char *side, fcnn_normalizer *normalizer)
{
    char shift[NAME_BYTES], scale[NAME_BYTES];
    name_of(side, "shift", shift);
    name_of(side, "scale", scale);
    if (!fcnn_hdf5_has(from->file, shift) && !fcnn_hdf5_has(from->file, scale)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_model_get_array(from, shift, FCNN_TYPE_FLOAT64, normalizer->count, normalizer->shift));
    FCNN_TRY(fcnn_model_get_array(from, scale, FCNN_TYPE_FLOAT64, normalizer->count, normalizer->scale));
    for (int64_t i = 0; i < normalizer->count; i++) {
        if (!isfinite(normalizer->shift[i])) {
            return fcnn_fail(FCNN_EDATA, "%s: %s contains NaN or Inf", from->path, shift);
        }
        if (!isfinite(normalizer->scale[i]) || !isfinite(1 / normalizer->scale[i])) {
            return fcnn_fail(FCNN_EDATA, "%s: %s contains 0, NaN, Inf, or a number that is too small to divide by",
                             from->path, scale);
        }
    }
    return FCNN_OK;
}

/* Sets the kinds of the transforms from lines of words; the text is changed. */
static fcnn_status take_words(const fcnn_model_reader *from, const char *name, char *text, fcnn_normalizer *normalizer)
{
    int64_t column = 0;
    for (char *line = text, *next; *line != '\0'; line = next, column++) {
        next = line + strcspn(line, "\n");
        next += *next == '\n';
        if (next > line && next[-1] == '\n') {
            next[-1] = '\0';
        }
        const int kind = fcnn_words_find(fcnn_transform_words, line);
        if (kind < 0 || column >= normalizer->count) {
            return fcnn_fail(FCNN_EDATA, "%s: %s: line %" PRId64 " is '%.60s', which %s", from->path, name, column + 1,
                             line, kind < 0 ? "this fcnn does not know" : "no column has");
        }
        normalizer->transforms[column].kind = (fcnn_transform_kind)kind;
    }
    return column == normalizer->count
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " lines, but there are %" PRId64 " columns", from->path,
                           name, column, normalizer->count);
}

static fcnn_status get_words(fcnn_model_reader *from, const char *name, fcnn_normalizer *normalizer)
{
    char *text;
    FCNN_TRY(fcnn_hdf5_read_text(from->file, name, normalizer->count * LINE_BYTES, &text));
    fcnn_status status = fcnn_normalizer_add_transforms(normalizer);
    if (status == FCNN_OK) {
        status = take_words(from, name, text, normalizer);
    }
    free(text);
    return status;
}

static fcnn_status get_powers(fcnn_model_reader *from, const char *name, fcnn_normalizer *normalizer)
{
    const double most = 1000;
    double *powers;
    FCNN_TRY(fcnn_memory_create("the exponents", normalizer->count, sizeof *powers, &powers));
    fcnn_status status = fcnn_model_get_array(from, name, FCNN_TYPE_FLOAT64, normalizer->count, powers);
    for (int64_t column = 0; status == FCNN_OK && column < normalizer->count; column++) {
        normalizer->transforms[column].power = powers[column];
        if (!(fabs(powers[column]) <= most)) {
            status = fcnn_fail(FCNN_EDATA, "%s: %s contains a number that is not from -1000 to 1000", from->path, name);
        }
    }
    free(powers);
    return status;
}

/* Checks that landmarks [columns][count] are finite and ascending. */
static fcnn_status check_landmarks(const fcnn_model_reader *from, const char *name, const fcnn_normalizer *normalizer,
                                   int64_t columns)
{
    const int64_t count = normalizer->landmark_count;
    for (int64_t i = 0; i < columns * count; i++) {
        const double *landmark = normalizer->landmarks + i;
        if (!isfinite(*landmark) || (i % count > 0 && *landmark < landmark[-1])) {
            return fcnn_fail(FCNN_EDATA, "%s: %s: row %" PRId64 " contains NaN or Inf, or its numbers do not ascend",
                             from->path, name, i / count);
        }
    }
    return FCNN_OK;
}

static fcnn_status get_landmarks(fcnn_model_reader *from, const char *name, fcnn_normalizer *normalizer)
{
    const int64_t columns = count_kind(normalizer, FCNN_TRANSFORM_QUANTILE);
    fcnn_hdf5_info info;
    FCNN_TRY(fcnn_hdf5_describe_whole(from->file, name, &from->budget, &info));
    if (info.rank != 2 || info.dims[0] != columns || info.dims[1] < 2 || info.type != FCNN_TYPE_FLOAT64) {
        char shape[128];
        fcnn_hdf5_info_shape(&info, shape, sizeof shape);
        return fcnn_fail(FCNN_EDATA, "%s: %s is %s%s; it must be float64[%" PRId64 "][2 or more]", from->path, name,
                         fcnn_type_name(info.type), shape, columns);
    }
    FCNN_TRY(fcnn_normalizer_add_landmarks(normalizer, info.dims[1]));
    FCNN_TRY(fcnn_hdf5_read_rows(from->file, name, 0, columns, normalizer->landmarks));
    return check_landmarks(from, name, normalizer, columns);
}

/* Reads what the kinds of the transforms need. */
static fcnn_status get_transforms(fcnn_model_reader *from, const char *side, fcnn_normalizer *normalizer)
{
    char name[NAME_BYTES];
    FCNN_TRY(get_words(from, name_of(side, "transform", name), normalizer));
    if (count_kind(normalizer, FCNN_TRANSFORM_POWER) > 0) {
        FCNN_TRY(get_powers(from, name_of(side, "power", name), normalizer));
    }
    return count_kind(normalizer, FCNN_TRANSFORM_QUANTILE) == 0
               ? FCNN_OK
               : get_landmarks(from, name_of(side, "landmarks", name), normalizer);
}

fcnn_status fcnn_normalizer_get(fcnn_model_reader *from, const char *side, fcnn_normalizer *normalizer)
{
    char name[NAME_BYTES];
    FCNN_TRY(get_linear(from, side, normalizer));
    return fcnn_hdf5_has(from->file, name_of(side, "transform", name)) ? get_transforms(from, side, normalizer)
                                                                       : FCNN_OK;
}
