/* src/compute/template_layer_norm.h — layer normalization of the rows of a matrix, its derivatives, and sums that the
 * slope of a prelu needs.
 *
 * J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization, arXiv 1607.06450; the formulas are those of PyTorch's
 * LayerNorm.  All sums along a row are in lanes, as in template_loss.h. */

#define NORM_EPSILON ((real)1e-5)

/* Where squares of deviations overflow, deviations are multiplied by this number first. */
#define NORM_SHRINKS ((real)(FCNN_BITS == 32 ? 0x1p-72 : 0x1p-520))

/* Runs a block for the vectors of a row, from left to right.  Within it, `at` is the position of the vector in the
 * matrix, `column` its column, v its number among the lanes, and `counts` says which of its elements belong to the
 * matrix. */
#define FOR_ROW(rows, width, row, ...)                                                             \
    for (int64_t panel = 0; panel * FCNN_PANEL < (width); panel++) {                               \
        const int64_t start = row_start(rows, width, panel, row), own = own_columns(width, panel); \
        for (int64_t i = 0; i < own; i += FCNN_LANES) {                                            \
            for (int v = 0; v < LANE_VECTORS; v++) {                                               \
                const int64_t at = start + i + v * VW, column = panel * FCNN_PANEL + i + v * VW;   \
                const vmask counts = vlt(vload(lane_numbers + v * VW), vset((real)(own - i)));     \
                __VA_ARGS__                                                                        \
            }                                                                                      \
        }                                                                                          \
    }

FCNN_INLINE real first_of(vec a)
{
    real lane[VW];
    memcpy(lane, &a, sizeof lane);
    return lane[0];
}

FCNN_INLINE real row_mean(const fcnn_norm_job *job, int64_t row)
{
    const real *z = (const real *)job->z;
    vec lanes[LANE_VECTORS];
    for (int v = 0; v < LANE_VECTORS; v++) {
        lanes[v] = vset(0);
    }
    FOR_ROW(job->rows, job->width, row, {
        (void)column;
        lanes[v] = lanes[v] + vselect(counts, vload(z + at), vset(0));
    })
    return sum_lanes(lanes) / (real)job->width;
}

/* The mean of the squares of shrink·(z − mean) in a row. */
FCNN_INLINE real row_variance(const fcnn_norm_job *job, int64_t row, real mean, real shrink)
{
    const real *z = (const real *)job->z;
    vec lanes[LANE_VECTORS];
    for (int v = 0; v < LANE_VECTORS; v++) {
        lanes[v] = vset(0);
    }
    FOR_ROW(job->rows, job->width, row, {
        const vec deviation = vselect(counts, (vload(z + at) - vset(mean)) * vset(shrink), vset(0));
        (void)column;
        lanes[v] = vfma(deviation, deviation, lanes[v]);
    })
    return sum_lanes(lanes) / (real)job->width;
}

static void normalize(const fcnn_norm_job *job)
{
    const real *gamma = (const real *)job->gamma, *beta = (const real *)job->beta;
    real *z = (real *)job->z, *kept = (real *)job->normalized;
    for (int64_t row = job->first; row < job->last; row++) {
        const real mean = row_mean(job, row);
        real shrink = 1, variance = row_variance(job, row, mean, 1);
        if (!(variance < (real)INFINITY)) {
            shrink = NORM_SHRINKS;
            variance = row_variance(job, row, mean, shrink);
        }
        const vec scale = vset(1) / vsqrt(vset(variance + NORM_EPSILON * shrink * shrink));
        FOR_ROW(job->rows, job->width, row, {
            const vec x = vselect(counts, (vload(z + at) - vset(mean)) * vset(shrink) * scale, vset(0));
            vstore(z + at, vfma(vload(gamma + column), x, vload(beta + column)));
            if (kept != NULL) {
                vstore(kept + at, x);
            }
        })
        if (kept != NULL) {
            ((real *)job->scales)[row] = first_of(scale) * shrink;
        }
    }
}

/* With δ the derivatives with respect to gamma·x + beta and g = gamma·δ: those with respect to gamma are sums of δ·x,
 * those with respect to beta sums of δ, and those with respect to z are (g − mean g − x·mean(g·x))·scale. */
static void normalize_backward(const fcnn_norm_job *job, uint64_t most[3])
{
    const real *gamma = (const real *)job->gamma;
    real *delta = (real *)job->z, *kept = (real *)job->normalized, *of_beta = (real *)job->of_beta;
    uvec largest_gamma = vuset(0), largest_beta = vuset(0), largest_z = vuset(0);
    for (int64_t row = job->first; row < job->last; row++) {
        vec sums[LANE_VECTORS], products[LANE_VECTORS];
        for (int v = 0; v < LANE_VECTORS; v++) {
            sums[v] = vset(0);
            products[v] = vset(0);
        }
        FOR_ROW(job->rows, job->width, row, {
            const vec d = vselect(counts, vload(delta + at), vset(0)), g = vload(gamma + column) * d;
            sums[v] = sums[v] + g;
            products[v] = vfma(g, vload(kept + at), products[v]);
            vstore(of_beta + at, d);
            largest_beta = vumax(largest_beta, magnitude_bits(d));
        })
        const vec mean = vset(sum_lanes(sums) / (real)job->width), slope = vset(sum_lanes(products) / (real)job->width);
        const vec scale = vset(((const real *)job->scales)[row]);
        FOR_ROW(job->rows, job->width, row, {
            const vec d = vload(of_beta + at), x = vload(kept + at), of_gamma = without_small(d * x);
            const vec rest = vfma(-x, slope, vload(gamma + column) * d - mean);
            const vec of_z = vselect(counts, without_small(rest * scale), vset(0));
            vstore(kept + at, of_gamma);
            vstore(delta + at, of_z);
            largest_gamma = vumax(largest_gamma, magnitude_bits(of_gamma));
            largest_z = vumax(largest_z, magnitude_bits(of_z));
        })
    }
    most[0] = largest(largest_gamma);
    most[1] = largest(largest_beta);
    most[2] = largest(largest_z);
}

static void below_zero(int64_t n, const void *z, void *out)
{
    for (int64_t i = 0; i < n; i += VW) {
        const vec number = vload((const real *)z + i);
        vstore((real *)out + i, vselect(vgt(number, vset(0)), vset(0), number));
    }
}

static uint64_t dot_rows(const fcnn_dot_job *job)
{
    const real *a = (const real *)job->a, *b = (const real *)job->b;
    uvec most = vuset(0);
    for (int64_t row = job->first; row < job->last; row++) {
        vec lanes[LANE_VECTORS];
        for (int v = 0; v < LANE_VECTORS; v++) {
            lanes[v] = vset(0);
        }
        FOR_ROW(job->rows, job->width, row, {
            (void)column;
            lanes[v] = vselect(counts, vfma(vload(a + at), vload(b + at), lanes[v]), lanes[v]);
        })
        const vec sum = without_small(vset(sum_lanes(lanes)));
        ((real *)job->out)[row * FCNN_LANES] = first_of(sum);
        most = vumax(most, magnitude_bits(sum));
    }
    return largest(most);
}
