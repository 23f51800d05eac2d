/* src/data/table.h — rows in memory, as stored: bytes stay bytes. */
#ifndef FCNN_DATA_TABLE_H
#define FCNN_DATA_TABLE_H

#include "core/status.h"
#include "core/type.h"

#include <stddef.h>
#include <stdint.h>

typedef struct fcnn_table {
    fcnn_type type;
    int64_t rows, width;
    void *values; /* [rows][width]; owned */
} fcnn_table;

/* Rows with all that belongs to them.  Of what there is none the width is 0, and values NULL. */
typedef struct fcnn_rows {
    fcnn_table inputs, targets, weights; /* of as many rows */
} fcnn_rows;

/* Makes room for rows of the tables' types and widths, for as many of each; what fails is to be cleared.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_rows_create(int64_t rows, fcnn_rows *out);
void fcnn_rows_clear(fcnn_rows *rows);

/* Bytes of a row. */
int64_t fcnn_rows_bytes(const fcnn_rows *rows);

/* Rows first … first+rows−1 of a table, borrowed from it. */
fcnn_table fcnn_table_part(const fcnn_table *table, int64_t first, int64_t rows);

/* An element as a double (exact but for whole numbers beyond 2^53). */
double fcnn_table_value(const fcnn_table *table, int64_t row, int64_t column);

/* The first element, row by row, that is NaN or Inf; false if there is none. */
int fcnn_table_find_nonfinite(const fcnn_table *table, int64_t *row, int64_t *column);

/* Turns elements of so many bytes from the order of bytes of this machine to little-endian, or back: hashes of them are
 * then the same on every machine.  Nothing is to be done where it is little-endian. */
void fcnn_table_turn(void *elements, int64_t count, size_t size);

/* Sum over rows of a 64-bit hash of each row's bytes, little-endian, under its number, which counts from `first`:
 * whoever holds which rows, the sum over all is the same (modulo 2^64).  The rows are as before when it returns. */
uint64_t fcnn_table_fingerprint(const fcnn_table *table, int64_t first);

#endif
