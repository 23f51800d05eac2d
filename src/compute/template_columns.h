/* src/compute/template_columns.h — activations of ranges of columns, and the product with their derivatives. */

/* f(z) of an output, and *slope = f'(z). */
FCNN_INLINE vec column_value(const fcnn_output output, vec z, vec *slope)
{
    vec y = z;
    *slope = vset(1);
    switch (output) {
    case FCNN_OUTPUT_SIGMOID:
        y = vsigmoid(z);
        *slope = slope_of_sigmoid(y, 0, NULL);
        break;
    case FCNN_OUTPUT_RELU:
        y = value_of_relu(z, 0, NULL);
        *slope = slope_of_relu(y, 0, NULL);
        break;
    case FCNN_OUTPUT_TANH:
        y = vtanh(z);
        *slope = slope_of_tanh(y, 0, NULL);
        break;
    case FCNN_OUTPUT_SOFTPLUS:
        y = value_of_softplus(z, 0, NULL);
        *slope = slope_of_softplus(y, 0, NULL);
        break;
    case FCNN_OUTPUT_EXPONENTIAL:
        y = vexp(z);
        *slope = y;
        break;
    default:
        break;
    }
    return y;
}

/* FCNN_LANES columns from `at` on, of which those from column_first to column_after − 1 change. */
FCNN_INLINE void column_lanes(const fcnn_output output, const fcnn_columns_job *job, int64_t at, real *z, real *slopes)
{
    for (int v = 0; v < LANE_VECTORS; v++) {
        const vec lane = vload(lane_numbers + v * VW), old = vload(z + v * VW);
        const vmask before = vlt(lane, vset((real)(job->column_first - at)));
        const vmask within = vlt(lane, vset((real)(job->column_after - at)));
        vec slope;
        const vec y = column_value(output, old, &slope);
        vstore(z + v * VW, vselect(before, old, vselect(within, y, old)));
        const vec kept = vload(slopes + v * VW);
        vstore(slopes + v * VW, vselect(before, kept, vselect(within, slope, kept)));
    }
}

FCNN_INLINE void columns_as(const fcnn_output output, const fcnn_columns_job *job)
{
    const int64_t begin = job->column_first / FCNN_LANES * FCNN_LANES;
    for (int64_t row = job->first; row < job->last; row++) {
        for (int64_t at = begin; at < job->column_after; at += FCNN_LANES) {
            const int64_t place = fcnn_panel_index(job->rows, job->width, row, at);
            column_lanes(output, job, at, (real *)job->z + place, (real *)job->slopes + place);
        }
    }
}

static void activate_columns(const fcnn_columns_job *job)
{
#define COLUMNS_CASE(constant, word, activation) \
    case constant:                               \
        columns_as(constant, job);               \
        break;
    switch (job->output) {
        FCNN_OUTPUT_WORDS(COLUMNS_CASE)
    case FCNN_OUTPUT_COLUMNS:
        break; /* not that of a range */
    }
#undef COLUMNS_CASE
}

static uint64_t multiply_slopes(const fcnn_columns_job *job)
{
    uvec most = vuset(0);
    for (int64_t row = job->first; row < job->last; row++) {
        for (int64_t at = 0; at < job->width; at += FCNN_LANES) {
            const int64_t place = fcnn_panel_index(job->rows, job->width, row, at);
            for (int v = 0; v < LANE_VECTORS; v++) {
                real *z = (real *)job->z + place + v * VW;
                const vec kept = without_small(vload(z) * vload((const real *)job->slopes + place + v * VW));
                vstore(z, kept);
                most = vumax(most, magnitude_bits(kept));
            }
        }
    }
    return largest(most);
}
