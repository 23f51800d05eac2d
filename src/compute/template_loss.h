/* src/compute/template_loss.h — losses of rows of logits and their derivatives.
 *
 * Sums along a row are computed in 16 virtual lanes (column c in lane c mod 16, in ascending order), which are then added
 * in a fixed tree.  The order does not depend on the length of vectors. */

#define LANE_VECTORS (FCNN_LANES / VW)

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

/* Sets the additional columns of the last panel of a row to minus infinity, so that they contribute neither to the
 * maximum nor to the sum. */
FCNN_INLINE void fill_up(void *z, int64_t rows, int64_t width, int64_t row)
{
    const int64_t panel = fcnn_panel_count(width) - 1;
    real *value = (real *)z + row_start(rows, width, panel, row);
    for (int64_t i = own_columns(width, panel); i < fcnn_panel_width(width, panel); i++) {
        value[i] = -(real)INFINITY;
    }
}

/* Returns the largest logit of a row.  NaN is ignored here and is propagated by the exponentials. */
FCNN_INLINE real row_maximum(const void *z, int64_t rows, int64_t width, int64_t row)
{
    vec lanes = vset(-(real)INFINITY);
    for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
        const real *value = (const real *)z + row_start(rows, width, panel, row);
        for (int64_t i = 0; i < fcnn_panel_width(width, panel); i += VW) {
            const vec logits = vload(value + i);
            lanes = vselect(vgt(logits, lanes), logits, lanes);
        }
    }
    return largest_element(lanes); /* comparisons ignore NaN */
}

/* z ← exp(z − maximum); returns the sum. */
FCNN_INLINE real row_exponentials(void *z, int64_t rows, int64_t width, int64_t row, real maximum)
{
    vec lanes[LANE_VECTORS];
    for (int v = 0; v < LANE_VECTORS; v++) {
        lanes[v] = vset(0);
    }
    for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
        real *value = (real *)z + row_start(rows, width, panel, row);
        for (int64_t i = 0; i < fcnn_panel_width(width, panel); i += FCNN_LANES) {
            for (int v = 0; v < LANE_VECTORS; v++) {
                const vec e = vexp(vload(value + i + v * VW) - vset(maximum));
                vstore(value + i + v * VW, e);
                lanes[v] = lanes[v] + e;
            }
        }
    }
    return sum_lanes(lanes);
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

/* p = softmax(z); loss = log Σ exp(z − max) + max − z[label]; derivative p, minus 1 at the label. */
static uint64_t softmax(fcnn_head head, void *z, int64_t rows, int64_t width, int64_t first, int64_t last,
                        const int32_t *labels, double *losses)
{
    uvec most = head == FCNN_HEAD_DELTA ? magnitude_bits(vset(1)) : vuset(0); /* bounds |p − 1| */
    for (int64_t row = first; row < last; row++) {
        fill_up(z, rows, width, row);
        const real maximum = row_maximum(z, rows, width, row);
        real *own = NULL;
        double logit = 0;
        if (labels != NULL) {
            const int64_t label = labels[row - first];
            own = (real *)z + row_start(rows, width, label / FCNN_PANEL, row) + label % FCNN_PANEL;
            logit = (double)*own;
        }
        const real sum = row_exponentials(z, rows, width, row, maximum);
        most = row_scale(head, z, rows, width, row, 1 / sum, most);
        if (own != NULL) {
            losses[row - first] = log_of((double)sum) + ((double)maximum - logit);
            *own -= head == FCNN_HEAD_DELTA ? 1 : 0;
        }
    }
    return largest(most);
}

/* max(z, 0) − z·t + log(1 + exp(−|z|)), which is −t·log y − (1−t)·log(1−y) for y = sigmoid(z) without overflow. */
FCNN_INLINE double binary_cross_entropy(double z, double t)
{
    return fma(-z, t, z < 0 ? 0 : z) + fcnn_log1p(fcnn_exp(-fabs(z)));
}

/* y = sigmoid(z), targets t in [0, 1]; loss = Σ binary cross entropies; derivative y − t. */
static uint64_t sigmoid_cross_entropy(fcnn_head head, void *z, int64_t rows, int64_t width, int64_t first, int64_t last,
                                      const void *targets, double *losses)
{
    uvec most = vuset(0);
    for (int64_t row = first; row < last; row++) {
        double loss = 0;
        for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
            const int64_t start = row_start(rows, width, panel, row);
            const int64_t columns = own_columns(width, panel), in_memory = fcnn_panel_width(width, panel);
            real *value = (real *)z + start;
            const real *target = (const real *)targets + start;
            for (int64_t i = 0; targets != NULL && i < columns; i++) {
                loss += binary_cross_entropy((double)value[i], (double)target[i]);
            }
            for (int64_t i = 0; i < in_memory; i += VW) {
                const vec y = vsigmoid(vload(value + i));
                vstore(value + i, head == FCNN_HEAD_DELTA ? without_small(y - vload(target + i)) : y);
            }
            for (int64_t i = columns; i < in_memory; i++) {
                value[i] = 0;
            }
            for (int64_t i = 0; i < in_memory; i += VW) {
                most = vumax(most, magnitude_bits(vload(value + i)));
            }
        }
        if (losses != NULL) {
            losses[row - first] = loss;
        }
    }
    return largest(most);
}

/* z contains outputs y = f(…) of an activation f; loss = Σ (y − t)²; derivative (y − t)·f' (the factor 2 is part of the
 * factor of the mean).  The additional columns of the last panel are zero in the targets, and become zero in z. */
FCNN_INLINE uint64_t square_error_as(const fcnn_activation activation, fcnn_head head, void *z, int64_t rows,
                                     int64_t width, int64_t first, int64_t last, const void *targets, double *losses)
{
    uvec most = vuset(0);
    for (int64_t row = first; row < last; row++) {
        vec lanes[LANE_VECTORS];
        for (int v = 0; v < LANE_VECTORS; v++) {
            lanes[v] = vset(0);
        }
        for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
            const int64_t start = row_start(rows, width, panel, row);
            real *value = (real *)z + start;
            for (int64_t i = own_columns(width, panel); i < fcnn_panel_width(width, panel); i++) {
                value[i] = 0;
            }
            for (int64_t i = 0; targets != NULL && i < fcnn_panel_width(width, panel); i += FCNN_LANES) {
                for (int v = 0; v < LANE_VECTORS; v++) {
                    const int64_t column = i + v * VW;
                    const vec y = vload(value + column);
                    const vec difference = y - vload((const real *)targets + start + column);
                    lanes[v] = vfma(difference, difference, lanes[v]);
                    if (head == FCNN_HEAD_DELTA) {
                        const vec slope = activation_derivative(activation, y, NULL);
                        const vec kept = without_small(without_small(difference) * slope);
                        vstore(value + column, kept);
                        most = vumax(most, magnitude_bits(kept));
                    }
                }
            }
        }
        if (targets != NULL) {
            losses[row - first] = (double)sum_lanes(lanes);
        }
    }
    return largest(most);
}

static uint64_t square_error(fcnn_head head, fcnn_activation activation, void *z, int64_t rows, int64_t width,
                             int64_t first, int64_t last, const void *targets, double *losses)
{
    if (activation == FCNN_ACTIVATION_SIGMOID) {
        return square_error_as(FCNN_ACTIVATION_SIGMOID, head, z, rows, width, first, last, targets, losses);
    }
    return square_error_as(FCNN_ACTIVATION_LINEAR, head, z, rows, width, first, last, targets, losses);
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
