/* src/compute/panels.h — how matrices lie in memory: panels of 64 columns.
 *
 * A matrix [rows][columns] is stored as [panel][row][width], where a panel holds 64 columns and the last
 * one what is left, rounded up to 16; the columns that fill it up are zero.  Rows of one panel are
 * contiguous, so no row length can alias in the cache, and kernels never repack. */
#ifndef FCNN_COMPUTE_PANELS_H
#define FCNN_COMPUTE_PANELS_H

#include <stdint.h>

#define FCNN_PANEL 64 /* columns of a full panel */
#define FCNN_LANES 16 /* widths are multiples of this; also the virtual lanes of a row reduction */

static inline int64_t fcnn_panel_count(int64_t columns)
{
    return (columns + FCNN_PANEL - 1) / FCNN_PANEL;
}

/* Columns, in memory, of one panel. */
static inline int64_t fcnn_panel_width(int64_t columns, int64_t panel)
{
    const int64_t left = columns - panel * FCNN_PANEL;
    return left >= FCNN_PANEL ? FCNN_PANEL : (left + FCNN_LANES - 1) / FCNN_LANES * FCNN_LANES;
}

/* Elements before a panel. */
static inline int64_t fcnn_panel_offset(int64_t rows, int64_t panel)
{
    return panel * FCNN_PANEL * rows;
}

/* Elements of the whole matrix. */
static inline int64_t fcnn_panel_elements(int64_t rows, int64_t columns)
{
    return rows * ((columns + FCNN_LANES - 1) / FCNN_LANES * FCNN_LANES);
}

/* Where an element lies. */
static inline int64_t fcnn_panel_index(int64_t rows, int64_t columns, int64_t row, int64_t column)
{
    const int64_t panel = column / FCNN_PANEL;
    return fcnn_panel_offset(rows, panel) + row * fcnn_panel_width(columns, panel) + column % FCNN_PANEL;
}

#endif
