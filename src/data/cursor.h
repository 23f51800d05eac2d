/* src/data/cursor.h — a cursor over rows: it gives them block after block, from memory, or read out of their files. */
#ifndef FCNN_DATA_CURSOR_H
#define FCNN_DATA_CURSOR_H

#include "data/reader.h"

/* Some neighbouring rows, borrowed until the next call for the same cursor. */
typedef struct fcnn_block {
    int64_t first; /* of the cursor's rows, from 0; row 0 of the tables */
    fcnn_table inputs, targets, weights;
} fcnn_block;

/* Made by one of the functions below; nothing is opened, and no memory taken, before the first block. */
typedef struct fcnn_cursor {
    const fcnn_source *source; /* borrowed */
    int64_t first, count;      /* rows first … first + count − 1 of the source */
    const fcnn_rows *resident; /* these rows in memory, borrowed; NULL: they are read */
    bool skips_strings;        /* targets that are strings are not read */
    fcnn_reader reader;
    fcnn_rows block;           /* rows that were read last, and room for more */
    int64_t block_first, room; /* the first of them; rows that fit, 0: there is no room yet */
} fcnn_cursor;

/* A cursor over rows that are in memory (resident, [count] rows each), or stay in their files (NULL). */
fcnn_cursor fcnn_cursor_over(const fcnn_source *source, int64_t first, int64_t count, const fcnn_rows *resident);

/* A cursor over this rank's even part of the rows, for what is found out before they are dealt: NaN is let through,
 * unless there are means, and labels that are strings are not read. */
fcnn_cursor fcnn_cursor_over_even_part(const fcnn_source *source, const fcnn_comm *comm);

/* The next rows, for loops over all of them:
 *     for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, most, &block, &status);)
 * At most so many of them, where `most` is not 0.  False behind the last one, or if they cannot be read.  Another loop
 * may follow.  Not collective. */
bool fcnn_cursor_next(fcnn_cursor *cursor, int64_t most, fcnn_block *block, fcnn_status *status);

/* Closes what it has opened.  Takes {0}. */
void fcnn_cursor_close(fcnn_cursor *cursor);

/* Rows of a block that is read, of as many in all. */
int64_t fcnn_cursor_block_rows(const fcnn_rows *shapes, int64_t count);

#endif
