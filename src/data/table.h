/* src/data/table.h — rows in memory, with elements of the type that the file has. Not collective; thread-safe for
 * different tables. */
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

/* Rows with their inputs, targets and weights. If a part does not exist, its width is 0 and its values are NULL. */
typedef struct fcnn_rows {
    fcnn_table inputs, targets, weights; /* all with the same number of rows */
} fcnn_rows;

/* Allocates memory for rows of the tables' types and widths. The caller clears out, also after a failure.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_rows_create(int64_t rows, fcnn_rows *out);
void fcnn_rows_clear(fcnn_rows *rows);

/* Returns the bytes of a row. */
int64_t fcnn_rows_bytes(const fcnn_rows *rows);

/* Returns rows first … first+rows−1 of a table, borrowed from it. */
fcnn_table fcnn_table_part(const fcnn_table *table, int64_t first, int64_t rows);

/* Returns an element as a double; exact except for whole numbers beyond 2^53. */
double fcnn_table_value(const fcnn_table *table, int64_t row, int64_t column);

/* Finds the first element, row by row, that is NaN or Inf. Returns 0 if there is none. */
int fcnn_table_find_nonfinite(const fcnn_table *table, int64_t *row, int64_t *column);

/* Returns the number of elements of a row that are not NaN. */
int64_t fcnn_table_present(const fcnn_table *table, int64_t row);

/* Converts elements of `size` bytes from the byte order of this machine to little-endian, or back, so that their hashes
 * are the same on every machine. Does nothing on a little-endian machine. */
void fcnn_table_turn(void *elements, int64_t count, size_t size);

/* Returns the sum, modulo 2^64, of a 64-bit hash of each row's little-endian bytes and its row number, which starts at
 * `first`. The sum over all ranks does not depend on the distribution of rows. On a big-endian machine the rows are
 * changed during the call, and are the same afterwards. */
uint64_t fcnn_table_fingerprint(const fcnn_table *table, int64_t first);

#endif
