/* src/compute/template_norms.h — sums of squares of columns, for norms of gradients and of weights, in double. */

/* sums[lane] += a², in double. */
#if FCNN_BITS == 64
FCNN_INLINE void add_squares(vec a, double *sums)
{
    vstore(sums, vfma(a, a, vload(sums)));
}
#elif FCNN_SIMD != 0
FCNN_INLINE void add_squares(vec a, double *sums)
{
    const dvec lower = dlower(a), upper = dupper(a);
    dstore(sums, dfma(lower, lower, dload(sums)));
    dstore(sums + VW / 2, dfma(upper, upper, dload(sums + VW / 2)));
}
#else
FCNN_INLINE void add_squares(vec a, double *sums)
{
    *sums = fma((double)a, (double)a, *sums);
}
#endif

FCNN_INLINE void square_rows(const bool exact, const fcnn_update_job *job, int64_t width, double *sums)
{
    for (int64_t row = 0; row < job->count; row += width) {
        for (int64_t i = 0; i < width; i += VW) {
            add_squares(mean_at(exact, job, row + i), sums + i);
        }
    }
}

static void square_means(const fcnn_update_job *job, int64_t width, double *sums)
{
    if (job->exact) {
        square_rows(true, job, width, sums);
    } else {
        square_rows(false, job, width, sums);
    }
}

static void square_weights(const void *weights, int64_t rows, int64_t width, double scale, double *sums)
{
    const vec factor = vset((real)scale);
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t i = 0; i < width; i += VW) {
            add_squares(vload((const real *)weights + row * width + i) * factor, sums + i);
        }
    }
}

static void scale_columns(const void *in, int64_t rows, int64_t width, const double *factors, void *out)
{
    for (int64_t i = 0; i < width; i += VW) {
        const vec factor = scaled_sums(factors + i, 1);
        for (int64_t row = 0; row < rows; row++) {
            vstore((real *)out + row * width + i, vload((const real *)in + row * width + i) * factor);
        }
    }
}
