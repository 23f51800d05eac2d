/* src/model/normalizer.c — normalization of inputs and targets by statistics of the training rows. */
#include "model/normalizer.h"

#include "core/memory.h"
#include "model/column_statistics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The inputs or targets of a dataset, and their statistics. */
typedef struct side_of {
    fcnn_dataset *dataset;
    fcnn_side side;
    fcnn_normalize kind;
    const fcnn_column_statistics *statistics;
} side_of;

/* Sets out to √(Σ (x − mean)² / rows) of each column, over all ranks. Collective. */
static fcnn_status find_deviations(const side_of *from, fcnn_comm *comm, double *out)
{
    const int64_t width = from->statistics->count;
    fcnn_square_sum *sums = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the column sums", width, sizeof *sums, &sums)));
    const fcnn_status status = fcnn_column_squares_find(from->dataset, comm, from->side, from->statistics->mean, sums);
    for (int64_t column = 0; status == FCNN_OK && column < width; column++) {
        out[column] = fcnn_square_sum_root_mean(&sums[column], (double)from->dataset->source.rows);
    }
    free(sums);
    return status;
}

/* ---- kinds of normalization ---- */

static fcnn_status standardize(fcnn_normalizer *normalizer, const side_of *from, fcnn_comm *comm)
{
    memcpy(normalizer->shift, from->statistics->mean, (size_t)normalizer->count * sizeof(double));
    return find_deviations(from, comm, normalizer->scale);
}

static void minmax(fcnn_normalizer *normalizer, const side_of *from)
{
    for (int64_t column = 0; column < normalizer->count; column++) {
        normalizer->shift[column] = from->statistics->smallest[column];
        normalizer->scale[column] = from->statistics->largest[column] - from->statistics->smallest[column];
    }
}

static fcnn_status bad_scale(const fcnn_normalizer *normalizer, const side_of *from, int64_t column)
{
    const fcnn_dataset *dataset = from->dataset;
    const bool is_input = from->side == FCNN_SIDE_INPUTS;
    char label[FCNN_COLUMN_LABEL_BYTES], smallest[32], largest[32];
    if (from->kind == FCNN_NORMALIZE_SCALE) {
        return fcnn_fail(FCNN_ECONFIG,
                         "data.scale = %g is too small to divide by: 1 / %g exceeds the range of double precision",
                         normalizer->scale[column], normalizer->scale[column]);
    }
    if (!fcnn_column_names_label(is_input ? &dataset->source.inputs.names : &dataset->source.targets.names, column,
                                 label)) {
        snprintf(label, sizeof label, "%" PRId64 " (counting from 0)", column);
    }
    fcnn_text_from_double(from->statistics->smallest[column], smallest);
    fcnn_text_from_double(from->statistics->largest[column], largest);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: column %s has values from %s to %s, and double precision cannot divide by their %s: "
                     "multiply the column by a power of 10 in the file%s",
                     dataset->source.file, is_input ? dataset->source.inputs_name : dataset->source.targets_name, label,
                     smallest, largest, from->kind == FCNN_NORMALIZE_MINMAX ? "range" : "deviation",
                     is_input ? ", or remove it from data.inputs" : "");
}

/* Sets the scale of constant columns to 1, and checks that all others have an inverse. */
static fcnn_status finish(fcnn_normalizer *normalizer, const side_of *from)
{
    for (int64_t column = 0; column < normalizer->count; column++) {
        if (from->kind != FCNN_NORMALIZE_SCALE && fcnn_column_statistics_is_constant(from->statistics, column)) {
            normalizer->scale[column] = 1;
        }
        if (!isfinite(normalizer->scale[column]) || !isfinite(1 / normalizer->scale[column])) {
            return bad_scale(normalizer, from, column);
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_normalizer_fit(fcnn_normalizer *normalizer, fcnn_normalize kind, double divisor, fcnn_dataset *dataset,
                                fcnn_side side, const fcnn_column_statistics *statistics, fcnn_comm *comm)
{
    const side_of from = {.dataset = dataset, .side = side, .kind = kind, .statistics = statistics};
    switch (kind) {
    case FCNN_NORMALIZE_STANDARDIZE:
        FCNN_TRY(standardize(normalizer, &from, comm));
        break;
    case FCNN_NORMALIZE_MINMAX:
        minmax(normalizer, &from);
        break;
    case FCNN_NORMALIZE_SCALE:
        for (int64_t column = 0; column < normalizer->count; column++) {
            normalizer->scale[column] = divisor;
        }
        break;
    case FCNN_NORMALIZE_NONE:
        return FCNN_OK;
    }
    return finish(normalizer, &from);
}

void fcnn_normalizer_as_affine(const fcnn_normalizer *normalizer, double *factor, double *offset)
{
    for (int64_t column = 0; column < normalizer->count; column++) {
        factor[column] = 1 / normalizer->scale[column];
        offset[column] = 0 - normalizer->shift[column] * factor[column];
    }
}
