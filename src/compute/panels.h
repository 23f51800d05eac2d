/* src/compute/panels.h — the layout of matrices in memory: panels of 64 columns.
 *
 * A matrix [rows][columns] is stored as [panel][row][width].  A panel has 64 columns; the last one has the remaining
 * columns, rounded up to 16, and the additional columns are zero.  The rows of a panel are contiguous, so no row length
 * causes conflicts in the cache, and kernels need not repack matrices. */
#ifndef FCNN_COMPUTE_PANELS_H
#define FCNN_COMPUTE_PANELS_H

#include <stdint.h>

#define FCNN_PANEL 64 /* columns of a full panel */
#define FCNN_LANES 16 /* widths are multiples of it; also the number of virtual lanes of a reduction over a row */

/* Number of panels. */
static inline int64_t fcnn_panel_count(int64_t columns)
{
    return (columns + FCNN_PANEL - 1) / FCNN_PANEL;
}

/* Width of a panel in memory: its columns, including additional ones. */
static inline int64_t fcnn_panel_width(int64_t columns, int64_t panel)
{
    const int64_t left = columns - panel * FCNN_PANEL;
    return left >= FCNN_PANEL ? FCNN_PANEL : (left + FCNN_LANES - 1) / FCNN_LANES * FCNN_LANES;
}

/* Number of elements before a panel. */
static inline int64_t fcnn_panel_offset(int64_t rows, int64_t panel)
{
    return panel * FCNN_PANEL * rows;
}

/* Index of the first pair of rows of leaf number `leaf` of a table of leaves whose rows are paired (kernels.h):
 * leaves[k] is the first row of leaf k.  A leaf with an odd number of rows is completed by a row of zeros. */
static inline int64_t fcnn_pair_row(const int64_t *leaves, int64_t leaf)
{
    return (leaves[leaf] - leaves[0] + leaf) / 2;
}

/* Number of elements of the matrix in memory. */
static inline int64_t fcnn_panel_elements(int64_t rows, int64_t columns)
{
    return rows * ((columns + FCNN_LANES - 1) / FCNN_LANES * FCNN_LANES);
}

/* Index of an element. */
static inline int64_t fcnn_panel_index(int64_t rows, int64_t columns, int64_t row, int64_t column)
{
    const int64_t panel = column / FCNN_PANEL;
    return fcnn_panel_offset(rows, panel) + row * fcnn_panel_width(columns, panel) + column % FCNN_PANEL;
}

#endif
