/* src/compute/template_distributions.h — losses of distributions, which have several outputs for each target: output o
 * is one of target o / (width / target_width).  For each kernel X of FCNN_LOSSES (config/words.h) a function loss_X.
 *
 * They are computed number by number in double precision, in the order of the outputs. */

/* Removes small derivatives from a row, and sets the additional columns of the last panel to zero. */
FCNN_INLINE uvec finish_row(const fcnn_loss_job *job, int64_t row, uvec most)
{
    for (int64_t panel = 0; panel * FCNN_PANEL < job->width; panel++) {
        real *value = (real *)job->z + row_start(job->rows, job->width, panel, row);
        const int64_t in_memory = fcnn_panel_width(job->width, panel);
        for (int64_t i = own_columns(job->width, panel); i < in_memory; i++) {
            value[i] = 0;
        }
        for (int64_t i = 0; i < in_memory; i += VW) {
            const vec number = vload(value + i);
            const vec kept = job->head == FCNN_HEAD_DELTA ? without_small(number) : number;
            vstore(value + i, kept);
            most = vumax(most, magnitude_bits(kept));
        }
    }
    return most;
}

/* A target of a row. */
FCNN_INLINE double target_of(const fcnn_loss_job *job, int64_t row, int64_t target)
{
    return (double)((const real *)job->targets)[fcnn_panel_index(job->rows, job->target_width, row, target)];
}

/* An output of a row. */
FCNN_INLINE real *output_of(const fcnn_loss_job *job, int64_t row, int64_t output)
{
    return (real *)job->z + fcnn_panel_index(job->rows, job->width, row, output);
}

/* The weight of an output. */
FCNN_INLINE double weight_of(const fcnn_loss_job *job, int64_t output)
{
    return job->weights == NULL ? 1 : (double)((const real *)job->weights)[output];
}

/* Replaces a quantile by its derivative, and returns the loss. */
FCNN_INLINE double quantile_loss(const fcnn_loss_job *job, double q, double t, double weight, real *y)
{
    const double d = t - (double)*y;
    const double slope = d > 0 ? -q : d < 0 ? 1 - q : d; /* d: 0, or NaN */
    *y = job->head == FCNN_HEAD_OUTPUT ? *y : (real)(weight * slope);
    return weight * ((d > 0 ? q : q - 1) * d);
}

/* The pinball loss of a quantile y of probability q: q·d for d = t − y > 0, otherwise (q − 1)·d; its derivative with
 * respect to y is −q, 1 − q, or 0 for y = t.  (R. Koenker and G. Bassett, Regression quantiles, Econometrica 46, 1978.)
 * settings are the probabilities of the outputs of a target. */
static uint64_t loss_quantile(const fcnn_loss_job *job)
{
    const int64_t each = job->width / job->target_width;
    uvec most = vuset(0);
    for (int64_t row = job->first; row < job->last; row++) {
        double loss = 0;
        for (int64_t output = 0; job->targets != NULL && output < job->width; output++) {
            const double t = target_of(job, row, output / each);
            real *y = output_of(job, row, output);
            if (!isnan(t)) {
                loss += quantile_loss(job, job->settings[output % each], t, weight_of(job, output), y);
            } else if (job->head == FCNN_HEAD_DELTA) {
                *y = 0; /* the target is missing */
            }
        }
        most = finish_row(job, row, most);
        if (job->targets != NULL) {
            job->losses[row - job->first] = loss;
        }
    }
    return largest(most);
}

/* What a row says of a target: its mean, the logarithm of its variance, and the variance, which is at least a floor. */
typedef struct normal_outputs {
    double mean, log_variance, variance;
    bool is_floor;
} normal_outputs;

/* Sets derivatives [2] with respect to mean and logarithm, and returns the loss. */
FCNN_INLINE double normal_loss(const normal_outputs *of, double t, double weight, real derivatives[2])
{
    const double d = of->mean - t, part = d / of->variance, slope = 0.5 * fma(-part, d, 1);
    derivatives[0] = (real)(weight * part);
    derivatives[1] = of->is_floor && slope > 0 ? 0 : (real)(weight * slope);
    return weight * (0.5 * fma(part, d, of->log_variance));
}

/* Each target has two outputs, the mean m and s, the logarithm of the variance v = exp(s), which is at least the floor
 * settings[0].  The loss is ½·(log v + (m − t)²/v); its derivatives are (m − t)/v and, with respect to s,
 * ½·(1 − (m − t)²/v); where v is the floor, the latter is 0 unless it makes s larger.  (D. A. Nix and A. S. Weigend,
 * Estimating the mean and variance of the target probability distribution, ICNN 1994.)  As an output, s becomes the
 * standard deviation √v.  The weight of a target is that of its mean. */
static uint64_t loss_gaussian_nll(const fcnn_loss_job *job)
{
    const double floor = job->settings[0], log_floor = floor > 0 ? log_of(floor) : -INFINITY;
    uvec most = vuset(0);
    for (int64_t row = job->first; row < job->last; row++) {
        double loss = 0;
        for (int64_t target = 0; target < job->target_width; target++) {
            real *mean = output_of(job, row, 2 * target), *log_variance = output_of(job, row, 2 * target + 1);
            real derivatives[2] = {0}; /* if the target is missing */
            const double s = (double)*log_variance,
                         t = job->targets != NULL ? target_of(job, row, target) : (double)NAN;
            const bool is_floor = s < log_floor;
            const normal_outputs of = {(double)*mean, is_floor ? log_floor : s, is_floor ? floor : fcnn_exp(s),
                                       is_floor};
            if (!isnan(t)) {
                loss += normal_loss(&of, t, weight_of(job, 2 * target), derivatives);
            }
            *mean = job->head == FCNN_HEAD_OUTPUT ? *mean : derivatives[0];
            *log_variance = job->head == FCNN_HEAD_OUTPUT ? (real)sqrt(of.variance) : derivatives[1];
        }
        most = finish_row(job, row, most);
        if (job->targets != NULL) {
            job->losses[row - job->first] = loss;
        }
    }
    return largest(most);
}
