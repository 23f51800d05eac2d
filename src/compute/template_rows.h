/* src/compute/template_rows.h — converts rows of a table from the stored type to panels. */

#define ROWS_AHEAD 2 /* rows that are prefetched ahead of the one that is converted */

/* Prefetches a row. */
FCNN_INLINE void fetch(const void *row, size_t bytes)
{
    for (size_t line = 0; line < bytes; line += FCNN_ALIGNMENT) {
        __builtin_prefetch((const char *)row + line, 0, 0); /* the row is read only once */
    }
}

/* Returns the largest magnitude of a row in a panel, whose additional columns are zero. */
FCNN_INLINE uvec panel_magnitude(const real *out, int64_t width, uvec most)
{
    for (int64_t i = 0; i < width; i += VW) {
        most = vumax(most, magnitude_bits(vload(out + i)));
    }
    return most;
}

/* out = (real)(in·factor + shift), computed in double precision. */
#define CONVERT(in, columns, factor, shift, out)                        \
    for (int64_t i = 0; i < (columns); i++) {                           \
        (out)[i] = (real)fma((double)(in)[i], (factor)[i], (shift)[i]); \
    }

/* The same for numbers of the precision of the network with factor 1 and shift 0; -0 becomes 0. */
#define KEEP(in, columns, factor, shift, out)   \
    for (int64_t i = 0; i < (columns); i++) {   \
        (out)[i] = (real)((in)[i] + (real)0.0); \
    }

#define TAKE_ROWS(element, put)                                                                                    \
    for (int64_t row = 0; row < job->last - job->first; row++) {                                                   \
        const element *values = (const element *)job->values + job->index[row] * job->width;                       \
        if (row + ROWS_AHEAD < job->last - job->first) {                                                           \
            fetch((const element *)job->values + job->index[row + ROWS_AHEAD] * job->width,                        \
                  (size_t)job->width * sizeof(element));                                                           \
        }                                                                                                          \
        for (int64_t column = 0; column < job->width; column += FCNN_PANEL) {                                      \
            const int64_t panel = column / FCNN_PANEL, left = job->width - column;                                 \
            const int64_t width = fcnn_panel_width(job->width, panel);                                             \
            real *out = (real *)job->out + fcnn_panel_offset(job->rows, panel) + (job->first + row) * width;       \
            put(values + column, left < FCNN_PANEL ? left : FCNN_PANEL, job->factor + column, job->shift + column, \
                out) most = panel_magnitude(out, width, most);                                                     \
        }                                                                                                          \
    }

static uint64_t take_rows(const fcnn_rows_job *job)
{
    uvec most = vuset(0);
    switch (job->type) {
    case FCNN_TYPE_INT8:
        TAKE_ROWS(int8_t, CONVERT)
        break;
    case FCNN_TYPE_UINT8:
        TAKE_ROWS(uint8_t, CONVERT)
        break;
    case FCNN_TYPE_INT16:
        TAKE_ROWS(int16_t, CONVERT)
        break;
    case FCNN_TYPE_UINT16:
        TAKE_ROWS(uint16_t, CONVERT)
        break;
    case FCNN_TYPE_INT32:
        TAKE_ROWS(int32_t, CONVERT)
        break;
    case FCNN_TYPE_UINT32:
        TAKE_ROWS(uint32_t, CONVERT)
        break;
    case FCNN_TYPE_INT64:
        TAKE_ROWS(int64_t, CONVERT)
        break;
    case FCNN_TYPE_UINT64:
        TAKE_ROWS(uint64_t, CONVERT)
        break;
    case FCNN_TYPE_FLOAT32:
        if (FCNN_BITS == 32 && job->keeps) {
            TAKE_ROWS(float, KEEP)
        } else {
            TAKE_ROWS(float, CONVERT)
        }
        break;
    case FCNN_TYPE_FLOAT64:
        TAKE_ROWS(double, CONVERT)
        break;
    }
    return largest(most);
}
