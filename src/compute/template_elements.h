/* src/compute/template_elements.h — elementwise operations: activations, their derivatives, magnitudes. */

/* Derivatives with smaller magnitudes become zero, because subnormal numbers are slow on some processors. */
#if FCNN_BITS == 32
#define SMALLEST_DELTA 0x1p-100F
#else
#define SMALLEST_DELTA 0x1p-900
#endif

FCNN_INLINE uvec magnitude_bits(vec a)
{
    return vbits(vabs(a));
}

/* Returns zero instead of a derivative that is too small; NaN is propagated. */
FCNN_INLINE vec without_small(vec a)
{
    return vselect(vlt(vabs(a), vset(SMALLEST_DELTA)), vset(0), a);
}

FCNN_INLINE uint64_t largest(uvec a)
{
    bits lane[VW];
    memcpy(lane, &a, sizeof a);
    bits most = 0;
    for (int i = 0; i < VW; i++) {
        most = lane[i] > most ? lane[i] : most;
    }
    return most;
}

FCNN_INLINE vec activation_value(const fcnn_activation activation, vec z, real parameter, vec *derivative)
{
#define VALUE_CASE(constant, word, name, init, keeps) \
    case constant:                                    \
        return value_of_##name(z, parameter, derivative);
    switch (activation) {
        FCNN_ACTIVATION_WORDS(VALUE_CASE)
    }
#undef VALUE_CASE
    return z;
}

/* f'(z) from y = f(z). */
FCNN_INLINE vec activation_derivative(const fcnn_activation activation, vec y, real parameter, const real *kept)
{
#define SLOPE_CASE(constant, word, name, init, keeps) \
    case constant:                                    \
        return slope_of_##name(y, parameter, kept);
    switch (activation) {
        FCNN_ACTIVATION_WORDS(SLOPE_CASE)
    }
#undef SLOPE_CASE
    return vset(1);
}

/* z ← f(z) for n numbers; also writes the slopes if they are stored.  Returns the largest magnitude bits of the results
 * in each lane. */
FCNN_INLINE uvec activate(const fcnn_activation activation, real parameter, int64_t n, real *z, real *slopes)
{
    uvec most = vuset(0);
    for (int64_t i = 0; i < n; i += VW) {
        vec slope;
        const vec y = activation_value(activation, vload(z + i), parameter, &slope);
        vstore(z + i, y);
        if (fcnn_activation_keeps_slopes(activation)) {
            vstore(slopes + i, slope);
        }
        most = vumax(most, magnitude_bits(y));
    }
    return most;
}

/* delta ← delta·f'(z), with f' from the result f(z), or from the slopes if they are stored; results that are too small
 * become zero. */
FCNN_INLINE uvec backpropagate(const fcnn_activation activation, real parameter, int64_t n, real *delta,
                               const real *results, const real *slopes)
{
    uvec most = vuset(0);
    for (int64_t i = 0; i < n; i += VW) {
        const vec slope = activation_derivative(activation, vload(results + i), parameter, slopes + i);
        const vec kept = without_small(vload(delta + i) * slope);
        vstore(delta + i, kept);
        most = vumax(most, magnitude_bits(kept));
    }
    return most;
}

FCNN_INLINE uvec finish_as(const fcnn_activation activation, const fcnn_multiply_job *job, int64_t at, int64_t n)
{
    const real parameter = (real)job->parameter;
    real *out = (real *)job->out + at;
    real *slopes = fcnn_activation_keeps_slopes(activation) ? (real *)job->slopes + at : NULL;
    return job->results == NULL ? activate(activation, parameter, n, out, slopes)
                                : backpropagate(activation, parameter, n, out, (const real *)job->results + at, slopes);
}

/* delta ← delta·slope; results that are too small become zero. */
static uvec scale_by_slopes(int64_t n, real *delta, const real *slopes)
{
    uvec most = vuset(0);
    for (int64_t i = 0; i < n; i += VW) {
        const vec kept = without_small(vload(delta + i) * vload(slopes + i));
        vstore(delta + i, kept);
        most = vumax(most, magnitude_bits(kept));
    }
    return most;
}

/* delta ← delta + carried, where that is asked for, and carried ← delta. */
static void carry(const bool adds, int64_t n, real *delta, real *carried)
{
    for (int64_t i = 0; i < n; i += VW) {
        const vec sum = adds ? vload(delta + i) + vload(carried + i) : vload(delta + i);
        vstore(delta + i, sum);
        vstore(carried + i, sum);
    }
}

/* Calls finish_as() with the activation as a constant, so that it is inlined. */
static uvec finish_run(const fcnn_multiply_job *job, int64_t at, int64_t n)
{
#define FINISH_CASE(constant, word, name, init, keeps) \
    case constant:                                     \
        return finish_as(constant, job, at, n);
    if (job->carried != NULL) {
        carry(job->adds_carried, n, (real *)job->out + at, (real *)job->carried + at);
    }
    if (job->scales) {
        return scale_by_slopes(n, (real *)job->out + at, (const real *)job->slopes + at);
    }
    switch (job->activation) {
        FCNN_ACTIVATION_WORDS(FINISH_CASE)
    }
#undef FINISH_CASE
    return vuset(0); /* not reached: all activations are listed */
}

/* Applies the activation to a tile of rows × n columns of a product while it is in the nearest cache. */
FCNN_INLINE uvec finish_rows(const fcnn_multiply_job *job, int64_t at, int64_t rows, int64_t n)
{
    if (n == job->width) {
        return finish_run(job, at, rows * n);
    }
    uvec most = vuset(0);
    for (int64_t row = 0; row < rows; row++) {
        most = vumax(most, finish_run(job, at + row * job->width, n));
    }
    return most;
}

FCNN_INLINE vec function_value(fcnn_function function, vec x)
{
    vec y, derivative;
    switch (function) {
    case FCNN_FUNCTION_EXP:
        return vexp(x);
    case FCNN_FUNCTION_TANH:
        return vtanh(x);
    case FCNN_FUNCTION_SIGMOID:
        return vsigmoid(x);
    case FCNN_FUNCTION_ERF:
        return verf(x);
    case FCNN_FUNCTION_NORMAL_CDF:
        return vnormal_cdf(x);
    case FCNN_FUNCTION_GELU:
    case FCNN_FUNCTION_GELU_DERIVATIVE:
        break;
    }
    y = vgelu(x, &derivative);
    return function == FCNN_FUNCTION_GELU ? y : derivative;
}

static void apply(fcnn_function function, int64_t n, const void *x, void *y)
{
    for (int64_t i = 0; i < n; i += VW) {
        vstore((real *)y + i, function_value(function, vload((const real *)x + i)));
    }
}
