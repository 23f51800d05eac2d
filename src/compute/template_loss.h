/* src/compute/template_loss.h — the losses: for each kernel X of FCNN_LOSSES (config/words.h) a function loss_X; those
 * of classes are in template_class_losses.h.
 *
 * Sums along a row are computed in 16 virtual lanes (column c in lane c mod 16, in ascending order), which are then
 * added in a fixed tree.  The order does not depend on the length of vectors. */

#define LANE_VECTORS (FCNN_LANES / VW)

/* Numbers of lanes. */
static const real lane_numbers[FCNN_LANES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* Adds the lanes in a tree: lane[i] += lane[i + 8], then with 4, 2, 1. */
#if FCNN_SIMD == 5 && FCNN_BITS == 32
FCNN_INLINE real sum_lanes(const vec lanes[LANE_VECTORS])
{
    const __m512 all = (__m512)lanes[0];
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
#else
FCNN_INLINE real sum_lanes(const vec lanes[LANE_VECTORS])
{
    real lane[FCNN_LANES];
    memcpy(lane, lanes, sizeof lane);
    for (int half = FCNN_LANES / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
            lane[i] += lane[i + half];
        }
    }
    return lane[0];
}
#endif

/* Returns the largest element. */
FCNN_INLINE real largest_element(vec a)
{
#if FCNN_SIMD == 5 && FCNN_BITS == 32
    return _mm512_reduce_max_ps((__m512)a); /* there is no NaN */
#else
    real lane[VW];
    memcpy(lane, &a, sizeof a);
    real most = lane[0];
    for (int i = 1; i < VW; i++) {
        most = lane[i] > most ? lane[i] : most;
    }
    return most;
#endif
}

/* Returns the address of a row in a panel of a matrix [rows][width]. */
FCNN_INLINE int64_t row_start(int64_t rows, int64_t width, int64_t panel, int64_t row)
{
    return fcnn_panel_offset(rows, panel) + row * fcnn_panel_width(width, panel);
}

/* Returns the number of columns of a panel that belong to the matrix. */
FCNN_INLINE int64_t own_columns(int64_t width, int64_t panel)
{
    const int64_t left = width - panel * FCNN_PANEL;
    return left < FCNN_PANEL ? left : FCNN_PANEL;
}

FCNN_INLINE uvec row_scale(fcnn_head head, void *z, int64_t rows, int64_t width, int64_t row, real scale, uvec most)
{
    for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
        real *value = (real *)z + row_start(rows, width, panel, row);
        for (int64_t i = 0; i < fcnn_panel_width(width, panel); i += VW) {
            vec p = vload(value + i) * vset(scale);
            p = head == FCNN_HEAD_DELTA ? without_small(p) : p;
            vstore(value + i, p);
            most = vumax(most, magnitude_bits(p));
        }
    }
    return most;
}

/* ---- sums over the elements of a row ---- */

/* A loss of outputs y and targets t: returns sum with the losses of VW elements added, and sets the derivatives with
 * respect to y, without the factor that FCNN_LOSSES says. */
typedef vec element_loss(const fcnn_loss_job *job, vec y, vec t, vec sum, vec *derivative);

/* FCNN_LANES elements of a row, from a column of a panel on, of which `own` belong to the matrix.  A target that is NaN
 * is missing: its loss does not count, and its derivative is 0.
 *   weights  of the columns; NULL: all are 1 */
FCNN_INLINE uvec element_lanes(element_loss *const element, const fcnn_loss_job *job, real *value, const real *target,
                               const real *weights, int64_t own, vec lanes[LANE_VECTORS], uvec most)
{
    for (int v = 0; v < LANE_VECTORS; v++) {
        const vec y = vload(value + v * VW), t = vload(target + v * VW);
        vec derivative;
        const vec present = vselect(vgt(vabs(t), vset(-1)), vset((real)own), vset(0)); /* NaN: no column */
        const vmask counts = vlt(vload(lane_numbers + v * VW), present);
        vec sum = element(job, y, t, weights == NULL ? lanes[v] : vset(0), &derivative);
        if (weights != NULL) {
            const vec weight = vload(weights + v * VW);
            sum = vfma(weight, sum, lanes[v]);
            derivative = without_small(derivative) * weight;
        }
        lanes[v] = vselect(counts, sum, lanes[v]);
        if (job->head == FCNN_HEAD_DELTA) {
            const vec slope = activation_derivative(job->activation, y, 0, NULL);
            const vec kept = vselect(counts, without_small(without_small(derivative) * slope), vset(0));
            vstore(value + v * VW, kept);
            most = vumax(most, magnitude_bits(kept));
        }
    }
    return most;
}

/* z contains outputs y = f(…) of an activation f; loss = Σ element(y, t); the derivative is that of the element times
 * f'.  The additional columns of the last panel become zero in z. */
FCNN_INLINE uint64_t loss_of_elements(element_loss *const element, const fcnn_loss_job *job)
{
    uvec most = vuset(0);
    for (int64_t row = job->first; row < job->last; row++) {
        vec lanes[LANE_VECTORS];
        for (int v = 0; v < LANE_VECTORS; v++) {
            lanes[v] = vset(0);
        }
        for (int64_t panel = 0; panel * FCNN_PANEL < job->width; panel++) {
            const int64_t start = row_start(job->rows, job->width, panel, row), own = own_columns(job->width, panel);
            real *value = (real *)job->z + start;
            const real *weights = job->weights != NULL ? (const real *)job->weights + panel * FCNN_PANEL : NULL;
            for (int64_t i = own; i < fcnn_panel_width(job->width, panel); i++) {
                value[i] = 0;
            }
            for (int64_t i = 0; job->targets != NULL && i < own; i += FCNN_LANES) {
                most = element_lanes(element, job, value + i, (const real *)job->targets + start + i,
                                     weights != NULL ? weights + i : NULL, own - i, lanes, most);
            }
        }
        if (job->targets != NULL) {
            job->losses[row - job->first] = (double)sum_lanes(lanes);
        }
    }
    return largest(most);
}

/* Defines loss_X as the sum of element_X over a row. */
#define DEFINE_LOSS_OF_ELEMENTS(name)                     \
    static uint64_t loss_##name(const fcnn_loss_job *job) \
    {                                                     \
        return loss_of_elements(element_##name, job);     \
    }

/* (y − t)², without the factor 2 of its derivative. */
FCNN_INLINE vec element_mse(const fcnn_loss_job *job, vec y, vec t, vec sum, vec *derivative)
{
    (void)job;
    *derivative = y - t;
    return vfma(*derivative, *derivative, sum);
}
DEFINE_LOSS_OF_ELEMENTS(mse)

/* |y − t|; the derivative is the sign of y − t, and 0 for y = t. */
FCNN_INLINE vec element_mae(const fcnn_loss_job *job, vec y, vec t, vec sum, vec *derivative)
{
    const vec d = y - t;
    (void)job;
    *derivative = vselect(vgt(d, vset(0)), vset(1), vselect(vlt(d, vset(0)), vset(-1), d)); /* d: 0, or NaN */
    return sum + vabs(d);
}
DEFINE_LOSS_OF_ELEMENTS(mae)

/* P. J. Huber, Robust estimation of a location parameter, Annals of Mathematical Statistics 35 (1964): ½·d² where
 * |d| ≤ δ, otherwise δ·(|d| − ½·δ), for d = y − t. */
FCNN_INLINE vec element_huber(const fcnn_loss_job *job, vec y, vec t, vec sum, vec *derivative)
{
    const vec d = y - t, size = vabs(d), delta = vset((real)job->settings[0]), half = vset((real)0.5);
    const vmask is_far = vgt(size, delta);
    *derivative = vselect(is_far, vcopysign(delta, d), d);
    const vec near = vfma(half * d, d, sum), far = vfma(delta, vfma(-half, delta, size), sum);
    return vselect(is_far, far, near);
}
DEFINE_LOSS_OF_ELEMENTS(huber)

/* log cosh d for d = y − t; derivative tanh d. */
FCNN_INLINE vec element_log_cosh(const fcnn_loss_job *job, vec y, vec t, vec sum, vec *derivative)
{
    const vec d = y - t;
    (void)job;
    *derivative = vtanh(d);
    return sum + vlog_cosh(d);
}
DEFINE_LOSS_OF_ELEMENTS(log_cosh)

/* ((y − t)/s)² for s = |t|, or the floor if |t| is smaller; without the factor 2 of its derivative. */
FCNN_INLINE vec element_relative(const fcnn_loss_job *job, vec y, vec t, vec sum, vec *derivative)
{
    const vec floor = vset((real)job->settings[0]), size = vabs(t);
    const vec scale = vselect(vgt(size, floor), size, floor);
    const vec error = (y - t) / scale;
    *derivative = error / scale;
    return vfma(error, error, sum);
}
DEFINE_LOSS_OF_ELEMENTS(relative)

/* exp(z) − t·z, the negative logarithm of the probability of a count t if exp(z) is its mean, without the term log t!;
 * derivative exp(z) − t.  (A. C. Cameron and P. K. Trivedi, Regression Analysis of Count Data, 1998, section 3.2.) */
FCNN_INLINE vec element_poisson(const fcnn_loss_job *job, vec z, vec t, vec sum, vec *derivative)
{
    const vec mean = vexp(z);
    (void)job;
    *derivative = mean - t;
    return sum + vfma(-t, z, mean);
}

/* y = exp(z). */
static uint64_t loss_poisson(const fcnn_loss_job *job)
{
    const uint64_t most = loss_of_elements(element_poisson, job);
    for (int64_t row = job->first; job->head == FCNN_HEAD_OUTPUT && row < job->last; row++) {
        for (int64_t panel = 0; panel * FCNN_PANEL < job->width; panel++) {
            real *value = (real *)job->z + row_start(job->rows, job->width, panel, row);
            const int64_t own = own_columns(job->width, panel), in_memory = fcnn_panel_width(job->width, panel);
            for (int64_t i = 0; i < in_memory; i += VW) {
                vstore(value + i, vexp(vload(value + i)));
            }
            for (int64_t i = own; i < in_memory; i++) {
                value[i] = 0;
            }
        }
    }
    return most;
}

static uint64_t weigh_rows(void *z, int64_t rows, int64_t width, int64_t first, int64_t last, const double *weights,
                           const int64_t *index)
{
    uvec most = vuset(0);
    for (int64_t row = first; row < last; row++) {
        most = row_scale(FCNN_HEAD_DELTA, z, rows, width, row, (real)weights[index[row - first]], most);
    }
    return largest(most);
}
