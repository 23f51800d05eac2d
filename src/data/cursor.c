/* src/data/cursor.c — a loop over rows, block by block. */
#include "data/cursor.h"

#include "core/pulse.h"
#include "core/sizes.h"

#include <stdlib.h>

fcnn_cursor fcnn_cursor_over(const fcnn_source *source, int64_t first, int64_t count, const fcnn_rows *resident)
{
    return (fcnn_cursor){
        .source = source, .first = first, .count = count, .resident = resident, .reader.source = source};
}

fcnn_cursor fcnn_cursor_over_even_part(const fcnn_source *source, const fcnn_comm *comm)
{
    const int64_t first = fcnn_comm_first_item(source->rows, comm->rank, comm->size);
    const int64_t after = fcnn_comm_first_item(source->rows, comm->rank + 1, comm->size);
    fcnn_cursor cursor = fcnn_cursor_over(source, first, after - first, NULL);
    cursor.skips_strings = true;
    fcnn_pulse_beat(FCNN_PHASE_READING);
    return cursor;
}

int64_t fcnn_cursor_block_rows(const fcnn_rows *shapes, int64_t count)
{
    const int64_t most = fcnn_size_rows(FCNN_SIZE_BLOCK_BYTES, fcnn_rows_bytes(shapes));
    return count < most ? count : most;
}

/* Allocates memory for a block, unless it exists. */
static fcnn_status make_room(fcnn_cursor *cursor)
{
    if (cursor->room > 0) {
        return FCNN_OK;
    }
    const fcnn_rows shapes = fcnn_source_shapes(cursor->source);
    const int64_t room = fcnn_cursor_block_rows(&shapes, cursor->count);
    cursor->block = shapes;
    if (cursor->skips_strings && cursor->source->targets.is_text) {
        cursor->block.targets.width = 0;
    }
    FCNN_TRY(fcnn_rows_create(room, &cursor->block));
    cursor->room = room;
    cursor->block.inputs.rows = 0;
    return FCNN_OK;
}

/* Reads the block that starts with a row, unless the block in memory contains this row. */
static fcnn_status bring_block(fcnn_cursor *cursor, int64_t first)
{
    fcnn_rows *block = &cursor->block;
    FCNN_TRY(make_room(cursor));
    if (first >= cursor->block_first && first < cursor->block_first + block->inputs.rows) {
        return FCNN_OK;
    }
    const int64_t left = cursor->count - first, count = left < cursor->room ? left : cursor->room;
    block->inputs.rows = 0;
    FCNN_TRY(fcnn_reader_read(&cursor->reader, cursor->first + first, count, block));
    cursor->block_first = first;
    block->inputs.rows = count;
    return FCNN_OK;
}

bool fcnn_cursor_next(fcnn_cursor *cursor, int64_t most, fcnn_block *block, fcnn_status *status)
{
    const int64_t first = block->first + block->inputs.rows;
    if (first >= cursor->count) {
        return false;
    }
    const fcnn_rows *rows = cursor->resident;
    int64_t offset = first, left = cursor->count - first;
    if (rows == NULL) {
        *status = bring_block(cursor, first);
        if (*status != FCNN_OK) {
            return false;
        }
        rows = &cursor->block;
        offset = first - cursor->block_first;
        left = rows->inputs.rows - offset;
    }
    const int64_t count = most > 0 && most < left ? most : left;
    block->first = first;
    block->inputs = fcnn_table_part(&rows->inputs, offset, count);
    block->targets = fcnn_table_part(&rows->targets, offset, count);
    block->weights = fcnn_table_part(&rows->weights, offset, count);
    return true;
}

void fcnn_cursor_close(fcnn_cursor *cursor)
{
    fcnn_reader_close(&cursor->reader);
    fcnn_rows_clear(&cursor->block);
    *cursor = (fcnn_cursor){0};
}
