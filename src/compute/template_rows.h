/* src/compute/template_rows.h — rows of a table as stored, converted into panels. */

#define TAKE_ROWS(element)                                                                            \
    for (int64_t panel = 0; panel * FCNN_PANEL < job->width; panel++) {                               \
        const int64_t column = panel * FCNN_PANEL;                                                    \
        const int64_t columns = job->width - column < FCNN_PANEL ? job->width - column : FCNN_PANEL;  \
        const int64_t width = fcnn_panel_width(job->width, panel);                                    \
        real *out = (real *)job->out + fcnn_panel_offset(job->rows, panel) + job->first * width;      \
        for (int64_t row = 0; row < job->last - job->first; row++) {                                  \
            const element *in = (const element *)job->values + job->index[row] * job->width + column; \
            const double *factor = job->factor + column, *shift = job->shift + column;                \
            for (int64_t i = 0; i < columns; i++) {                                                   \
                out[i] = (real)fma((double)in[i], factor[i], shift[i]);                               \
            }                                                                                         \
            out += width;                                                                             \
        }                                                                                             \
    }                                                                                                 \
    break;

static void take_rows(const fcnn_rows_job *job)
{
    switch (job->type) {
    case FCNN_TYPE_INT8:
        TAKE_ROWS(int8_t)
    case FCNN_TYPE_UINT8:
        TAKE_ROWS(uint8_t)
    case FCNN_TYPE_INT16:
        TAKE_ROWS(int16_t)
    case FCNN_TYPE_UINT16:
        TAKE_ROWS(uint16_t)
    case FCNN_TYPE_INT32:
        TAKE_ROWS(int32_t)
    case FCNN_TYPE_UINT32:
        TAKE_ROWS(uint32_t)
    case FCNN_TYPE_INT64:
        TAKE_ROWS(int64_t)
    case FCNN_TYPE_UINT64:
        TAKE_ROWS(uint64_t)
    case FCNN_TYPE_FLOAT32:
        TAKE_ROWS(float)
    case FCNN_TYPE_FLOAT64:
        TAKE_ROWS(double)
    }
}
