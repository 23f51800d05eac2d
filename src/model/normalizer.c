/* src/model/normalizer.c — normalization of inputs and targets by statistics of the training rows. */
#include "model/normalizer.h"

#include "core/log.h"
#include "core/memory.h"
#include "data/quantiles.h"
#include "model/column_statistics.h"
#include "model/domain.h"
#include "model/power_fit.h"
#include "model/transformed.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The inputs or targets of a dataset, what each column gets, and statistics of the columns. */
typedef struct side_of {
    fcnn_dataset *dataset;
    fcnn_side side;
    const fcnn_normalize *kinds;
    double divisor;
    const fcnn_column_statistics *statistics;
} side_of;

/* What a kind of normalization consists of. */
typedef struct parts {
    fcnn_transform_kind transform;
    bool standardizes; /* the transformed values, or the values if there is no transform */
} parts;

static parts parts_of(fcnn_normalize kind)
{
    switch (kind) {
    case FCNN_NORMALIZE_STANDARDIZE:
        return (parts){FCNN_TRANSFORM_NONE, true};
    case FCNN_NORMALIZE_LOG:
        return (parts){FCNN_TRANSFORM_LOG, false};
    case FCNN_NORMALIZE_LOG_STANDARDIZE:
        return (parts){FCNN_TRANSFORM_LOG, true};
    case FCNN_NORMALIZE_LOG1P:
        return (parts){FCNN_TRANSFORM_LOG1P, false};
    case FCNN_NORMALIZE_LOG1P_STANDARDIZE:
        return (parts){FCNN_TRANSFORM_LOG1P, true};
    case FCNN_NORMALIZE_ASINH:
        return (parts){FCNN_TRANSFORM_ASINH, false};
    case FCNN_NORMALIZE_ASINH_STANDARDIZE:
        return (parts){FCNN_TRANSFORM_ASINH, true};
    case FCNN_NORMALIZE_POWER:
        return (parts){FCNN_TRANSFORM_POWER, true};
    case FCNN_NORMALIZE_QUANTILE:
        return (parts){FCNN_TRANSFORM_QUANTILE, false};
    case FCNN_NORMALIZE_NONE:
    case FCNN_NORMALIZE_FILE:
    case FCNN_NORMALIZE_MINMAX:
    case FCNN_NORMALIZE_ROBUST:
    case FCNN_NORMALIZE_SCALE:
        break;
    }
    return (parts){FCNN_TRANSFORM_NONE, false};
}

/* Sets label to the name of a column, or its number. */
static void label_column(const side_of *from, int64_t column, char label[FCNN_COLUMN_LABEL_BYTES])
{
    const fcnn_source *source = &from->dataset->source;
    const fcnn_column_names *names = from->side == FCNN_SIDE_INPUTS ? &source->inputs.names : &source->targets.names;
    if (!fcnn_column_names_label(names, column, label)) {
        snprintf(label, FCNN_COLUMN_LABEL_BYTES, "%" PRId64 " (counting from 0)", column);
    }
}

static const char *dataset_name(const side_of *from)
{
    const fcnn_source *source = &from->dataset->source;
    return from->side == FCNN_SIDE_INPUTS ? source->inputs_name : source->targets_name;
}

/* ---- transforms ---- */

static fcnn_status set_transforms(fcnn_normalizer *normalizer, const side_of *from)
{
    for (int64_t column = 0; column < normalizer->count; column++) {
        const fcnn_transform_kind kind = parts_of(from->kinds[column]).transform;
        if (kind == FCNN_TRANSFORM_NONE) {
            continue;
        }
        if (normalizer->transforms == NULL) {
            FCNN_TRY(fcnn_normalizer_add_transforms(normalizer));
        }
        normalizer->transforms[column].kind = kind;
        normalizer->transforms[column].power = 1;
    }
    return FCNN_OK;
}

/* ---- mean and deviation ---- */

/* Sets out to √(Σ (x − mean)² / number of values) of each column, over all ranks. Collective. */
static fcnn_status find_deviations(const side_of *from, fcnn_comm *comm, double *out)
{
    const int64_t width = from->statistics->count;
    fcnn_square_sum *sums = NULL;
    uint64_t *counts = NULL;
    fcnn_status status = fcnn_memory_create("the column sums", width, sizeof *sums, &sums);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the column sums", width, sizeof *counts, &counts);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        status = fcnn_column_squares_find(from->dataset, comm, from->side, from->statistics->mean, sums, counts);
    }
    for (int64_t column = 0; status == FCNN_OK && column < width; column++) {
        out[column] = fcnn_square_sum_root_mean(&sums[column], (double)counts[column]);
    }
    free(sums);
    free(counts);
    return status;
}

static fcnn_status find_moments(const fcnn_normalizer *normalizer, const side_of *from, fcnn_comm *comm, double *mean,
                                double *deviation)
{
    bool plain = false, transformed = false;
    for (int64_t column = 0; column < normalizer->count; column++) {
        const parts own = parts_of(from->kinds[column]);
        plain = plain || (own.standardizes && own.transform == FCNN_TRANSFORM_NONE);
        transformed = transformed || (own.standardizes && own.transform != FCNN_TRANSFORM_NONE);
    }
    if (plain) {
        memcpy(mean, from->statistics->mean, (size_t)normalizer->count * sizeof(double));
        FCNN_TRY(find_deviations(from, comm, deviation));
    }
    return transformed ? fcnn_transformed_moments(from->dataset, comm, from->side, normalizer, mean, deviation)
                       : FCNN_OK;
}

/* Collective. */
static fcnn_status standardize(fcnn_normalizer *normalizer, const side_of *from, fcnn_comm *comm)
{
    const int64_t count = normalizer->count;
    double *moments; /* means, then deviations */
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the means", 2 * count, sizeof *moments, &moments)));
    const fcnn_status status = find_moments(normalizer, from, comm, moments, moments + count);
    for (int64_t column = 0; status == FCNN_OK && column < count; column++) {
        if (parts_of(from->kinds[column]).standardizes) {
            normalizer->shift[column] = moments[column];
            normalizer->scale[column] = moments[count + column];
        }
    }
    free(moments);
    return status;
}

/* ---- columns of a kind ---- */

/* Lists the columns of a kind in columns [count], for powers without those that are constant. Returns their number. */
static int64_t list_columns(const fcnn_normalizer *normalizer, const side_of *from, fcnn_normalize kind,
                            int64_t *columns)
{
    int64_t found = 0;
    for (int64_t column = 0; column < normalizer->count; column++) {
        const bool is_searched = kind == FCNN_NORMALIZE_POWER;
        if (from->kinds[column] == kind &&
            !(is_searched && fcnn_column_statistics_is_constant(from->statistics, column))) {
            columns[found++] = column;
        }
    }
    return found;
}

/* Does something for all columns of a kind, if there are any.  Collective. */
static fcnn_status for_columns(fcnn_normalizer *normalizer, const side_of *from, fcnn_comm *comm, fcnn_normalize kind,
                               fcnn_status (*act)(fcnn_normalizer *, const side_of *, fcnn_comm *, int64_t,
                                                  const int64_t *))
{
    int64_t *columns;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the columns", normalizer->count, sizeof *columns, &columns)));
    const int64_t selected = list_columns(normalizer, from, kind, columns);
    const fcnn_status status = selected == 0 ? FCNN_OK : act(normalizer, from, comm, selected, columns);
    free(columns);
    return status;
}

enum { LANDMARKS_MOST = 1000, QUARTILES = 5 };

static int64_t landmarks_of(int64_t rows)
{
    return rows < 2 ? 2 : rows < LANDMARKS_MOST ? rows : LANDMARKS_MOST;
}

/* Sets the landmarks of columns.  Collective. */
static fcnn_status find_landmarks(fcnn_normalizer *normalizer, const side_of *from, fcnn_comm *comm, int64_t selected,
                                  const int64_t *columns)
{
    const int64_t count = landmarks_of(from->dataset->source.rows);
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_normalizer_add_landmarks(normalizer, count)));
    return fcnn_quantiles_find(from->dataset, comm, from->side, selected, columns, count, normalizer->landmarks);
}

/* Sets the powers of columns.  Collective. */
static fcnn_status find_powers(fcnn_normalizer *normalizer, const side_of *from, fcnn_comm *comm, int64_t selected,
                               const int64_t *columns)
{
    double *powers;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the exponents", selected, sizeof *powers, &powers)));
    const fcnn_status status = fcnn_power_fit(from->dataset, comm, from->side, selected, columns, powers);
    for (int64_t i = 0; status == FCNN_OK && i < selected; i++) {
        normalizer->transforms[columns[i]].power = powers[i];
    }
    free(powers);
    return status;
}

static void warn_of_equal_quartiles(const side_of *from, int64_t column)
{
    char label[FCNN_COLUMN_LABEL_BYTES];
    label_column(from, column, label);
    fcnn_log_warning("%s: %s: the quartiles of column %s are equal, so robust subtracts the median and divides by 1: "
                     "standardize or quantile suit this column better",
                     from->dataset->source.file, dataset_name(from), label);
}

/* Collective. */
static fcnn_status use_quartiles(fcnn_normalizer *normalizer, const side_of *from, fcnn_comm *comm, int64_t selected,
                                 const int64_t *columns)
{
    double *found;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the quartiles", selected * QUARTILES, sizeof *found, &found)));
    const fcnn_status status =
        fcnn_quantiles_find(from->dataset, comm, from->side, selected, columns, QUARTILES, found);
    for (int64_t i = 0; status == FCNN_OK && i < selected; i++) {
        const double *own = found + i * QUARTILES;
        normalizer->shift[columns[i]] = own[2];
        normalizer->scale[columns[i]] = own[3] > own[1] ? own[3] - own[1] : 1;
        if (own[3] == own[1] && own[4] > own[0]) {
            warn_of_equal_quartiles(from, columns[i]);
        }
    }
    free(found);
    return status;
}

/* ---- all kinds ---- */

/* Sets shift and scale of columns whose kind needs no further pass. */
static void set_known(fcnn_normalizer *normalizer, const side_of *from)
{
    for (int64_t column = 0; column < normalizer->count; column++) {
        if (from->kinds[column] == FCNN_NORMALIZE_MINMAX) {
            normalizer->shift[column] = from->statistics->smallest[column];
            normalizer->scale[column] = from->statistics->largest[column] - from->statistics->smallest[column];
        } else if (from->kinds[column] == FCNN_NORMALIZE_SCALE) {
            normalizer->scale[column] = from->divisor;
        }
    }
}

static fcnn_status bad_scale(const fcnn_normalizer *normalizer, const side_of *from, int64_t column)
{
    const fcnn_normalize kind = from->kinds[column];
    char label[FCNN_COLUMN_LABEL_BYTES], smallest[32], largest[32];
    if (kind == FCNN_NORMALIZE_SCALE) {
        return fcnn_fail(FCNN_ECONFIG,
                         "data.scale = %g is too small to divide by: 1 / %g exceeds the range of double precision",
                         normalizer->scale[column], normalizer->scale[column]);
    }
    label_column(from, column, label);
    fcnn_text_from_double(from->statistics->smallest[column], smallest);
    fcnn_text_from_double(from->statistics->largest[column], largest);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: column %s has values from %s to %s, and double precision cannot divide by their %s: "
                     "multiply the column by a power of 10 in the file%s",
                     from->dataset->source.file, dataset_name(from), label, smallest, largest,
                     kind == FCNN_NORMALIZE_MINMAX   ? "range"
                     : kind == FCNN_NORMALIZE_ROBUST ? "quartiles' distance"
                                                     : "deviation",
                     from->side == FCNN_SIDE_INPUTS ? ", or remove it from data.inputs" : "");
}

/* Sets the scale of constant columns to 1, and checks that all others have an inverse. */
static fcnn_status finish(fcnn_normalizer *normalizer, const side_of *from)
{
    for (int64_t column = 0; column < normalizer->count; column++) {
        if (from->kinds[column] != FCNN_NORMALIZE_SCALE &&
            fcnn_column_statistics_is_constant(from->statistics, column)) {
            normalizer->scale[column] = 1;
        }
        if (!isfinite(normalizer->scale[column]) || !isfinite(1 / normalizer->scale[column])) {
            return bad_scale(normalizer, from, column);
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_normalizer_fit(fcnn_normalizer *normalizer, const fcnn_normalize *kinds, double divisor,
                                fcnn_dataset *dataset, fcnn_side side, const fcnn_column_statistics *statistics,
                                fcnn_comm *comm)
{
    const side_of from = {
        .dataset = dataset, .side = side, .kinds = kinds, .divisor = divisor, .statistics = statistics};
    FCNN_TRY(fcnn_comm_agree(comm, set_transforms(normalizer, &from)));
    FCNN_TRY(fcnn_domain_check(dataset, comm, side, normalizer));
    set_known(normalizer, &from);
    FCNN_TRY(for_columns(normalizer, &from, comm, FCNN_NORMALIZE_QUANTILE, find_landmarks));
    FCNN_TRY(for_columns(normalizer, &from, comm, FCNN_NORMALIZE_POWER, find_powers));
    FCNN_TRY(for_columns(normalizer, &from, comm, FCNN_NORMALIZE_ROBUST, use_quartiles));
    FCNN_TRY(standardize(normalizer, &from, comm));
    return finish(normalizer, &from);
}

int64_t fcnn_normalizer_fit_bytes(const fcnn_normalizer *normalizer, bool has_quartiles, int64_t rows)
{
    int64_t selected = 0;
    for (int64_t column = 0; normalizer->transforms != NULL && column < normalizer->count; column++) {
        selected += normalizer->transforms[column].kind == FCNN_TRANSFORM_QUANTILE;
    }
    const int64_t quantiles = selected == 0 ? 0 : fcnn_quantiles_bytes(selected, landmarks_of(rows), rows);
    const int64_t quartiles = has_quartiles ? fcnn_quantiles_bytes(normalizer->count, QUARTILES, rows) : 0;
    return quantiles > quartiles ? quantiles : quartiles;
}
