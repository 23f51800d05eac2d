/* src/data/cursor.h — a loop over rows, block by block, from memory or from files. Not collective; one thread at a time
 * uses a cursor. */
#ifndef FCNN_DATA_CURSOR_H
#define FCNN_DATA_CURSOR_H

#include "data/reader.h"

/* Contiguous rows, borrowed until the next call with the same cursor. */
typedef struct fcnn_block {
    int64_t first; /* number of the first row among the cursor's rows; it is row 0 of the tables */
    fcnn_table inputs, targets, weights;
} fcnn_block;

/* Made by one of the functions below. Files are opened and memory is allocated only for the first block. */
typedef struct fcnn_cursor {
    const fcnn_source *source; /* borrowed */
    int64_t first, count;      /* rows first … first + count − 1 of the source */
    const fcnn_rows *resident; /* these rows in memory, borrowed; NULL: rows are read from files */
    bool skips_strings;        /* targets that are strings are not read */
    fcnn_reader reader;
    fcnn_rows block;           /* the block that was read last */
    int64_t block_first, room; /* number of its first row; rows that fit into it (0: nothing is allocated) */
} fcnn_cursor;

/* Makes a cursor over rows in memory (resident, with [count] rows), or in files (resident = NULL). */
fcnn_cursor fcnn_cursor_over(const fcnn_source *source, int64_t first, int64_t count, const fcnn_rows *resident);

/* Makes a cursor over an even share of the rows for each rank, for passes before rows are distributed. Without means
 * for missing values, NaN is accepted. Labels that are strings are not read. */
fcnn_cursor fcnn_cursor_over_even_part(const fcnn_source *source, const fcnn_comm *comm);

/* Gets the next rows. A loop over all rows is
 *   for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, most, &block, &status);)
 *   most  maximum number of rows of a block; 0: no limit
 * Returns false after the last row, or if reading fails (*status). Another loop may follow. Not collective. */
bool fcnn_cursor_next(fcnn_cursor *cursor, int64_t most, fcnn_block *block, fcnn_status *status);

/* Closes files and frees memory. Accepts {0}. */
void fcnn_cursor_close(fcnn_cursor *cursor);

/* Returns the number of rows of a block that is read, if there are `count` rows in total. */
int64_t fcnn_cursor_block_rows(const fcnn_rows *shapes, int64_t count);

#endif
