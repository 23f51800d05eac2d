/* src/data/missing.c — replaces missing values. */
#include "data/missing.h"

#include <math.h>
#include <stdlib.h>

void fcnn_missing_clear(fcnn_missing *missing)
{
    free(missing->dropped);
    free(missing->means);
    *missing = (fcnn_missing){0};
}

static void put(fcnn_table *table, int64_t row, int64_t column, double value)
{
    const int64_t at = row * table->width + column;
    if (table->type == FCNN_TYPE_FLOAT32) {
        ((float *)table->values)[at] = (float)value;
    } else {
        ((double *)table->values)[at] = value;
    }
}

void fcnn_missing_put_means(const fcnn_missing *missing, fcnn_table *inputs, uint64_t counts[2])
{
    if (missing->means == NULL || fcnn_type_is_integer(inputs->type)) {
        return;
    }
    for (int64_t row = 0; row < inputs->rows; row++) {
        const uint64_t before = counts[0];
        for (int64_t column = 0; column < inputs->width; column++) {
            if (isnan(fcnn_table_value(inputs, row, column))) {
                put(inputs, row, column, missing->means[column]);
                counts[0]++;
            }
        }
        counts[1] += counts[0] > before;
    }
}
