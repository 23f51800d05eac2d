/* src/model/column_map.c — the normalization of columns in the form in which passes use it. */
#include "model/column_map.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

/* The offset −shift/scale is rounded: x·factor + offset is wrong by up to 2^-53·|shift/scale|.  Below this ratio, that
 * is 2^-33 of the range of the column. */
#define CANCELLING_RATIO 0x1p20

static fcnn_status create(const fcnn_normalizer *normalizer, fcnn_column_map *map)
{
    const int64_t count = normalizer->count;
    FCNN_TRY(fcnn_normalizer_create(count, &map->own));
    FCNN_TRY(fcnn_normalizer_copy(normalizer, &map->own));
    FCNN_TRY(fcnn_memory_create("the normalizer", 2 * count, sizeof(double), &map->affine));
    return fcnn_memory_create("the normalizer", count, sizeof(double), &map->centers);
}

fcnn_status fcnn_column_map_create(const fcnn_normalizer *normalizer, fcnn_column_map *out)
{
    *out = (fcnn_column_map){.is_affine = true};
    const fcnn_status status = create(normalizer, out);
    if (status != FCNN_OK) {
        fcnn_column_map_clear(out);
        return status;
    }
    double *factor = out->affine, *offset = out->affine + normalizer->count;
    for (int64_t column = 0; column < normalizer->count; column++) {
        const double shift = normalizer->shift[column], scale = normalizer->scale[column];
        out->centers[column] = fabs(shift) > CANCELLING_RATIO * fabs(scale) ? shift : 0;
        factor[column] = 1 / scale;
        offset[column] = out->centers[column] != 0 ? 0 : 0 - shift * factor[column];
        out->is_affine =
            out->is_affine && out->centers[column] == 0 && fcnn_normalizer_transform(normalizer, column) == NULL;
    }
    out->is_plain = fcnn_normalizer_is_plain(normalizer);
    return FCNN_OK;
}

void fcnn_column_map_clear(fcnn_column_map *map)
{
    fcnn_normalizer_clear(&map->own);
    free(map->affine);
    free(map->centers);
    *map = (fcnn_column_map){0};
}

double fcnn_column_map_first(const fcnn_column_map *map, int64_t column, double x)
{
    const fcnn_transform *transform = fcnn_normalizer_transform(&map->own, column);
    return (transform == NULL ? x : fcnn_transform_apply(transform, x)) - map->centers[column];
}

double fcnn_column_map_value(const fcnn_column_map *map, int64_t column, double x)
{
    const double *factor = map->affine, *offset = map->affine + map->own.count;
    return fma(fcnn_column_map_first(map, column, x), factor[column], offset[column]);
}
