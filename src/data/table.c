/* src/data/table.c — rows in memory, with elements of the type that the file has. */
#include "data/table.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

#include <xxhash.h>

/* ---- rows ---- */

static fcnn_status create_table(const char *what, int64_t rows, fcnn_table *table)
{
    table->rows = rows;
    return table->width == 0
               ? FCNN_OK
               : fcnn_memory_create(what, rows, (size_t)table->width * fcnn_type_size(table->type), &table->values);
}

fcnn_status fcnn_rows_create(int64_t rows, fcnn_rows *out)
{
    FCNN_TRY(create_table("the inputs", rows, &out->inputs));
    FCNN_TRY(create_table("the targets", rows, &out->targets));
    return create_table("the weights", rows, &out->weights);
}

void fcnn_rows_clear(fcnn_rows *rows)
{
    free(rows->inputs.values);
    free(rows->targets.values);
    free(rows->weights.values);
    *rows = (fcnn_rows){0};
}

int64_t fcnn_rows_bytes(const fcnn_rows *rows)
{
    const fcnn_table *tables[] = {&rows->inputs, &rows->targets, &rows->weights};
    int64_t bytes = 0;
    for (int i = 0; i < 3; i++) {
        bytes += tables[i]->width * (int64_t)fcnn_type_size(tables[i]->type);
    }
    return bytes;
}

fcnn_table fcnn_table_part(const fcnn_table *table, int64_t first, int64_t rows)
{
    fcnn_table part = *table;
    part.rows = rows;
    if (table->values != NULL) {
        part.values = (char *)table->values + (size_t)(first * table->width) * fcnn_type_size(table->type);
    }
    return part;
}

/* ---- elements ---- */

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

int64_t fcnn_table_present(const fcnn_table *table, int64_t row)
{
    if (fcnn_type_is_integer(table->type)) {
        return table->width;
    }
    int64_t present = 0;
    for (int64_t column = 0; column < table->width; column++) {
        present += !isnan(fcnn_table_value(table, row, column));
    }
    return present;
}

void fcnn_table_turn(void *elements, int64_t count, size_t size)
{
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
        return;
    }
    unsigned char *element = elements;
    for (int64_t i = 0; i < count; i++, element += size) {
        for (size_t k = 0; k < size / 2; k++) {
            const unsigned char byte = element[k];
            element[k] = element[size - 1 - k];
            element[size - 1 - k] = byte;
        }
    }
}

uint64_t fcnn_table_fingerprint(const fcnn_table *table, int64_t first)
{
    const size_t size = fcnn_type_size(table->type), bytes = (size_t)table->width * size;
    uint64_t sum = 0;
    for (int64_t row = 0; row < table->rows; row++) {
        char *elements = (char *)table->values + (size_t)row * bytes;
        fcnn_table_turn(elements, table->width, size);
        sum += XXH3_64bits_withSeed(elements, bytes, (uint64_t)(first + row));
        fcnn_table_turn(elements, table->width, size);
    }
    return sum;
}
