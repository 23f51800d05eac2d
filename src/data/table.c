/* src/data/table.c — rows in memory, as stored: bytes stay bytes. */
#include "data/table.h"

#include <math.h>

#include <xxhash.h>

double fcnn_table_value(const fcnn_table *table, int64_t row, int64_t column)
{
    const int64_t i = row * table->width + column;
    switch (table->type) {
#define TABLE_VALUE(name, element, text) \
    case name:                           \
        return (double)((const element *)table->values)[i];
        FCNN_TYPE_TABLE(TABLE_VALUE)
#undef TABLE_VALUE
    }
    return 0;
}

int fcnn_table_find_nonfinite(const fcnn_table *table, int64_t *row, int64_t *column)
{
    const int64_t count = table->rows * table->width;
    for (int64_t i = 0; i < count; i++) {
        double value = 0;
        if (table->type == FCNN_TYPE_FLOAT32) {
            value = (double)((const float *)table->values)[i];
        } else if (table->type == FCNN_TYPE_FLOAT64) {
            value = ((const double *)table->values)[i];
        } else {
            return 0;
        }
        if (!isfinite(value)) {
            *row = i / table->width;
            *column = i % table->width;
            return 1;
        }
    }
    return 0;
}

uint64_t fcnn_table_fingerprint(const fcnn_table *table, int64_t first)
{
    const size_t bytes = (size_t)table->width * fcnn_type_size(table->type);
    uint64_t sum = 0;
    for (int64_t row = 0; row < table->rows; row++) {
        sum += XXH3_64bits_withSeed((const char *)table->values + (size_t)row * bytes, bytes, (uint64_t)(first + row));
    }
    return sum;
}
