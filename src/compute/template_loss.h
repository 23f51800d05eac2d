/* src/compute/template_loss.h — losses of rows of logits and their derivatives.
 *
 * Sums along a row run in 16 virtual lanes (column c in lane c mod 16, c ascending) and then a fixed tree,
 * whatever the vector width. */

#define LANE_VECTORS (FCNN_LANES / VW)

/* lane[i] += lane[i + 8], then 4, 2, 1. */
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

/* Where a row begins in a panel of a matrix [rows][width]. */
FCNN_INLINE int64_t row_start(int64_t rows, int64_t width, int64_t panel, int64_t row)
{
    return fcnn_panel_offset(rows, panel) + row * fcnn_panel_width(width, panel);
}

/* The columns of a panel that belong to the matrix. */
FCNN_INLINE int64_t own_columns(int64_t width, int64_t panel)
{
    const int64_t left = width - panel * FCNN_PANEL;
    return left < FCNN_PANEL ? left : FCNN_PANEL;
}

/* The largest logit of a row; NaN logits are passed over here and come out of the exponentials. */
FCNN_INLINE real row_maximum(const void *z, int64_t rows, int64_t width, int64_t row)
{
    real most = -(real)INFINITY;
    for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
        const real *value = (const real *)z + row_start(rows, width, panel, row);
        for (int64_t i = 0; i < own_columns(width, panel); i++) {
            most = value[i] > most ? value[i] : most;
        }
    }
    return most;
}

/* z ← exp(z − maximum), zero in the columns that fill up the panel; returns the sum. */
FCNN_INLINE real row_exponentials(void *z, int64_t rows, int64_t width, int64_t row, real maximum)
{
    vec lanes[LANE_VECTORS];
    for (int v = 0; v < LANE_VECTORS; v++) {
        lanes[v] = vset(0);
    }
    for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
        real *value = (real *)z + row_start(rows, width, panel, row);
        const int64_t in_memory = fcnn_panel_width(width, panel);
        for (int64_t i = own_columns(width, panel); i < in_memory; i++) {
            value[i] = -(real)INFINITY;
        }
        for (int64_t i = 0; i < in_memory; i += FCNN_LANES) {
            for (int v = 0; v < LANE_VECTORS; v++) {
                const vec e = vexp(vload(value + i + v * VW) - vset(maximum));
                vstore(value + i + v * VW, e);
                lanes[v] = lanes[v] + e;
            }
        }
    }
    return sum_lanes(lanes);
}

FCNN_INLINE uint64_t row_scale(fcnn_head head, void *z, int64_t rows, int64_t width, int64_t row, real scale)
{
    uvec most = vuset(0);
    for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
        real *value = (real *)z + row_start(rows, width, panel, row);
        for (int64_t i = 0; i < fcnn_panel_width(width, panel); i += VW) {
            vec p = vload(value + i) * vset(scale);
            p = head == FCNN_HEAD_DELTA ? without_small(p) : p;
            vstore(value + i, p);
            most = vumax(most, magnitude_bits(p));
        }
    }
    return largest(most);
}

/* p = softmax(z); loss = log Σ exp(z − max) + max − z[label]; derivative p − [label]. */
static uint64_t softmax(fcnn_head head, void *z, int64_t rows, int64_t width, int64_t first, int64_t last,
                        const int32_t *labels, double *losses)
{
    uint64_t most = 0;
    for (int64_t row = first; row < last; row++) {
        const real maximum = row_maximum(z, rows, width, row);
        real *own = NULL;
        double logit = 0;
        if (labels != NULL) {
            const int64_t label = labels[row - first];
            own = (real *)z + row_start(rows, width, label / FCNN_PANEL, row) + label % FCNN_PANEL;
            logit = (double)*own;
        }
        const real sum = row_exponentials(z, rows, width, row, maximum);
        const uint64_t row_most = row_scale(head, z, rows, width, row, 1 / sum);
        most = row_most > most ? row_most : most;
        if (own != NULL) {
            losses[row - first] = fcnn_log((double)sum) + ((double)maximum - logit);
            *own -= head == FCNN_HEAD_DELTA ? 1 : 0;
        }
    }
    const uint64_t one = largest(magnitude_bits(vset(1))); /* bounds |p − 1| */
    return head == FCNN_HEAD_DELTA && most < one ? one : most;
}

/* max(z, 0) − z·t + log(1 + exp(−|z|)): −t·log y − (1−t)·log(1−y) for y = sigmoid(z), never overflowing. */
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

/* z holds outputs y; loss = Σ (y − t)²; derivative y − t (the factor 2 belongs to the mean's).  The columns
 * that fill up the last panel are zero in z and in the targets. */
static uint64_t square_error(fcnn_head head, void *z, int64_t rows, int64_t width, int64_t first, int64_t last,
                             const void *targets, double *losses)
{
    uvec most = vuset(0);
    for (int64_t row = first; targets != NULL && row < last; row++) {
        vec lanes[LANE_VECTORS];
        for (int v = 0; v < LANE_VECTORS; v++) {
            lanes[v] = vset(0);
        }
        for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
            const int64_t start = row_start(rows, width, panel, row);
            real *value = (real *)z + start;
            const real *target = (const real *)targets + start;
            for (int64_t i = 0; i < fcnn_panel_width(width, panel); i += FCNN_LANES) {
                for (int v = 0; v < LANE_VECTORS; v++) {
                    const int64_t column = i + v * VW;
                    const vec difference = vload(value + column) - vload(target + column);
                    lanes[v] = vfma(difference, difference, lanes[v]);
                    if (head == FCNN_HEAD_DELTA) {
                        vstore(value + column, without_small(difference));
                        most = vumax(most, magnitude_bits(difference));
                    }
                }
            }
        }
        losses[row - first] = (double)sum_lanes(lanes);
    }
    return largest(most);
}
