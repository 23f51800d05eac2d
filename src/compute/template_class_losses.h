/* src/compute/template_class_losses.h — the losses of classes: cross-entropy of a softmax and of sigmoids, each also as
 * a focal loss.  Include this file after template_loss.h. */

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

/* Σ (maximum − z) over the columns of a row. */
FCNN_INLINE real row_distances(const void *z, int64_t rows, int64_t width, int64_t row, real maximum)
{
    vec lanes[LANE_VECTORS];
    for (int v = 0; v < LANE_VECTORS; v++) {
        lanes[v] = vset(0);
    }
    for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
        const real *value = (const real *)z + row_start(rows, width, panel, row);
        const int64_t own = own_columns(width, panel);
        for (int64_t i = 0; i < own; i += FCNN_LANES) {
            for (int v = 0; v < LANE_VECTORS; v++) {
                const vmask counts = vlt(vload(lane_numbers + v * VW), vset((real)(own - i)));
                const vec distance = vset(maximum) - vload(value + i + v * VW);
                lanes[v] = lanes[v] + vselect(counts, distance, vset(0));
            }
        }
    }
    return sum_lanes(lanes);
}

/* Subtracts `part` from the columns of a row of p; the additional columns of the last panel keep their zeros. */
FCNN_INLINE void row_subtract(void *p, int64_t rows, int64_t width, int64_t row, real part)
{
    for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
        real *value = (real *)p + row_start(rows, width, panel, row);
        for (int64_t i = 0; i < own_columns(width, panel); i++) {
            value[i] -= part;
        }
    }
}

/* Σ of the columns of a row. */
FCNN_INLINE real row_sum(const void *z, int64_t rows, int64_t width, int64_t row)
{
    vec lanes[LANE_VECTORS];
    for (int v = 0; v < LANE_VECTORS; v++) {
        lanes[v] = vset(0);
    }
    for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
        const real *value = (const real *)z + row_start(rows, width, panel, row);
        for (int64_t i = 0; i < fcnn_panel_width(width, panel); i += FCNN_LANES) {
            for (int v = 0; v < LANE_VECTORS; v++) {
                lanes[v] = lanes[v] + vload(value + i + v * VW);
            }
        }
    }
    return sum_lanes(lanes);
}

/* q^γ for q in [0, 1] and γ above 0. */
FCNN_INLINE double focal_power(double q, double gamma)
{
    return q > 0 ? fcnn_exp(gamma * log_of(q)) : q; /* NaN remains NaN */
}

/* Turns a row of exponentials with a sum into the derivative of the focal loss −q^γ·log p, where p is the softmax of
 * the label and q = 1 − p: with F = q^γ·(1 − γ·p·log p / q), the derivative is that of cross-entropy times F; p − 1 is
 * computed as −q.  With FCNN_HEAD_OUTPUT, into the softmax.
 *   own      the exponential of the label
 *   entropy  −log p, used if q is not small
 * Returns the loss, and the magnitude of the results in *most.  (T.-Y. Lin et al., Focal loss for dense object
 * detection, arXiv 1708.02002, section 3, for several classes.) */
FCNN_INLINE double focal_row(const fcnn_loss_job *job, int64_t row, real sum, real *own, double entropy, uvec *most)
{
    const double gamma = job->settings[1];
    const real mine = *own;
    *own = 0;
    const double q = (double)row_sum(job->z, job->rows, job->width, row) / (double)sum;
    const double loss = q < 0.5 ? -fcnn_log1p(-q) : entropy, power = focal_power(q, gamma);
    if (job->head == FCNN_HEAD_OUTPUT) {
        *own = mine;
        *most = row_scale(job->head, job->z, job->rows, job->width, row, 1 / sum, *most);
        return power * loss;
    }
    const double p = (double)mine / (double)sum;
    const double factor = q > 0 ? power * fma(gamma * p, loss / q, 1) : q;
    *most = row_scale(job->head, job->z, job->rows, job->width, row, (real)(factor / (double)sum), *most);
    const vec label = without_small(vset((real)(-q * factor)));
    memcpy(own, &label, sizeof *own);
    *most = vumax(*most, magnitude_bits(label));
    return power * loss;
}

/* With targets t = ε/width, plus 1 − ε at the label, for a smoothing ε: p = softmax(z); loss = log Σ exp(z − max) +
 * Σ t·(max − z); derivative p − t.  (C. Szegedy et al., Rethinking the Inception architecture, arXiv 1512.00567,
 * section 7.)  settings: ε, and γ of the focal loss; one of them is 0. */
static uint64_t loss_cross_entropy(const fcnn_loss_job *job)
{
    const fcnn_head head = job->head;
    const int64_t rows = job->rows, width = job->width;
    void *z = job->z;
    const double smoothing = job->labels != NULL ? job->settings[0] : 0, part = smoothing / (double)width;
    const bool is_focal = job->labels != NULL && job->settings[1] > 0;
    uvec most = head == FCNN_HEAD_DELTA && !is_focal ? magnitude_bits(vset(1)) : vuset(0); /* bounds |p − t| */
    for (int64_t row = job->first; row < job->last; row++) {
        fill_up(z, rows, width, row);
        const real maximum = row_maximum(z, rows, width, row);
        real *own = NULL;
        double logit = 0;
        if (job->labels != NULL) {
            const int64_t label = job->labels[row - job->first];
            own = (real *)z + row_start(rows, width, label / FCNN_PANEL, row) + label % FCNN_PANEL;
            logit = (double)*own;
        }
        const double spread = smoothing > 0 ? part * (double)row_distances(z, rows, width, row, maximum) : 0;
        const real sum = row_exponentials(z, rows, width, row, maximum);
        if (is_focal) {
            const double entropy = log_of((double)sum) + ((double)maximum - logit);
            job->losses[row - job->first] = focal_row(job, row, sum, own, entropy, &most);
            continue;
        }
        most = row_scale(head, z, rows, width, row, 1 / sum, most);
        if (own != NULL) {
            job->losses[row - job->first] = log_of((double)sum) + fma(1 - smoothing, (double)maximum - logit, spread);
            *own -= head == FCNN_HEAD_DELTA ? (real)(1 - smoothing) : 0;
        }
        if (smoothing > 0 && head == FCNN_HEAD_DELTA) {
            row_subtract(z, rows, width, row, (real)part);
        }
    }
    return largest(most);
}

/* max(z, 0) − z·t + log(1 + exp(−|z|)), which is −t·log y − (1−t)·log(1−y) for y = sigmoid(z) without overflow. */
FCNN_INLINE double binary_cross_entropy(double z, double t)
{
    return fma(-z, t, z < 0 ? 0 : z) + fcnn_log1p(fcnn_exp(-fabs(z)));
}

/* The focal loss m^γ·e of an output y = sigmoid(z), where e is the binary cross-entropy and m = y·(1 − t) + (1 − y)·t;
 * its derivative is m^γ·(γ·(1 − 2t)·y·(1 − y)·e/m + y − t).  (T.-Y. Lin et al., arXiv 1708.02002, section 3; for t
 * between 0 and 1 as torchvision.ops.sigmoid_focal_loss does it.) */
FCNN_INLINE double focal_binary(double z, double t, double gamma, double *derivative)
{
    const double ratio = fcnn_exp(-fabs(z)), less = ratio / (1 + ratio), more = 1 / (1 + ratio);
    const double y = z < 0 ? less : more, rest = z < 0 ? more : less;
    const double m = fma(y, 1 - t, rest * t), entropy = binary_cross_entropy(z, t), power = focal_power(m, gamma);
    const double growth = m > 0 ? gamma * (1 - 2 * t) * (y * rest / m) * entropy : m;
    *derivative = power * (growth + fma(y, 1 - t, -rest * t));
    return power * entropy;
}

/* Adds the losses of the columns of a panel in a row, and returns the sum.  A target that is NaN is missing. */
FCNN_INLINE double binary_losses(const fcnn_loss_job *job, const real *value, const real *target, const real *weights,
                                 int64_t columns, double loss)
{
    double derivative;
    for (int64_t i = 0; i < columns; i++) {
        const double z = (double)value[i], t = (double)target[i], gamma = job->settings[0];
        if (!isnan(t)) {
            const double own = gamma > 0 ? focal_binary(z, t, gamma, &derivative) : binary_cross_entropy(z, t);
            loss += weights != NULL ? (double)weights[i] * own : own;
        }
    }
    return loss;
}

/* Replaces the columns of a panel in a row by the derivatives of the focal loss. */
FCNN_INLINE void focal_derivatives(const fcnn_loss_job *job, real *value, const real *target, int64_t columns)
{
    for (int64_t i = 0; i < columns; i++) {
        double derivative;
        focal_binary((double)value[i], (double)target[i], job->settings[0], &derivative);
        value[i] = (real)derivative;
    }
}

/* Replaces VW columns of a row by derivatives: without those that are too small, times the weights of the columns, and
 * 0 where the target is missing. */
FCNN_INLINE vec binary_derivative(vec derivative, vec target, const real *weights)
{
    const vec weighted = weights != NULL ? without_small(derivative) * vload(weights) : derivative;
    return vselect(vgt(vabs(target), vset(-1)), without_small(weighted), vset(0));
}

/* Replaces a panel of a row by derivatives. */
FCNN_INLINE void binary_derivatives(const fcnn_loss_job *job, real *value, const real *target, const real *weights,
                                    int64_t columns, int64_t in_memory)
{
    const bool is_focal = job->settings[0] > 0;
    if (is_focal) {
        focal_derivatives(job, value, target, columns);
    }
    for (int64_t i = 0; i < in_memory; i += VW) {
        const vec z = vload(value + i), t = vload(target + i);
        const vec derivative = is_focal ? z : vsigmoid(z) - t;
        vstore(value + i, binary_derivative(derivative, t, weights != NULL ? weights + i : NULL));
    }
}

/* y = sigmoid(z), targets t in [0, 1]; loss = Σ binary cross-entropies; derivative y − t.  settings: γ of the focal
 * loss. */
static uint64_t loss_binary_cross_entropy(const fcnn_loss_job *job)
{
    const int64_t width = job->width;
    uvec most = vuset(0);
    for (int64_t row = job->first; row < job->last; row++) {
        double loss = 0;
        for (int64_t panel = 0; panel * FCNN_PANEL < width; panel++) {
            const int64_t start = row_start(job->rows, width, panel, row);
            const int64_t columns = own_columns(width, panel), in_memory = fcnn_panel_width(width, panel);
            real *value = (real *)job->z + start;
            const real *target = (const real *)job->targets + start;
            const real *weights = job->weights != NULL ? (const real *)job->weights + panel * FCNN_PANEL : NULL;
            if (job->targets != NULL) {
                loss = binary_losses(job, value, target, weights, columns, loss);
            }
            if (job->head == FCNN_HEAD_DELTA) {
                binary_derivatives(job, value, target, weights, columns, in_memory);
            }
            for (int64_t i = 0; job->head == FCNN_HEAD_OUTPUT && i < in_memory; i += VW) {
                vstore(value + i, vsigmoid(vload(value + i)));
            }
            for (int64_t i = columns; i < in_memory; i++) {
                value[i] = 0;
            }
            for (int64_t i = 0; i < in_memory; i += VW) {
                most = vumax(most, magnitude_bits(vload(value + i)));
            }
        }
        if (job->losses != NULL) {
            job->losses[row - job->first] = loss;
        }
    }
    return largest(most);
}
