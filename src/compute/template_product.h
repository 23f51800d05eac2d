/* src/compute/template_product.h — products of matrices in panels, and sums of them over rows.
 *
 * A tile of TILE_ROWS × (up to STRIP vectors) accumulators stays in registers.  Every accumulator is one
 * sequential chain of fused multiply-adds, so no choice of tiles can change a bit. */

#if FCNN_SIMD == 5
#define TILE_ROWS 6
#define STRIP 4 /* 24 accumulators, 4 weights, 1 broadcast of 32 registers */
#elif FCNN_SIMD == 2
#define TILE_ROWS 6
#define STRIP 2 /* 12 accumulators, 2 weights, 1 broadcast of 16 registers */
#else
#define TILE_ROWS 4
#define STRIP 4
#endif

/* acc[r][v] += Σ_k a[r·a_row + k·a_step] · b[k·b_step + v·VW …], k ascending. */
FCNN_INLINE void chain(const int rows, const int vectors, vec acc[TILE_ROWS][STRIP], int64_t count, const real *a,
                       int64_t a_row, int64_t a_step, const real *b, int64_t b_step)
{
    for (int64_t k = 0; k < count; k++) {
        vec weights[STRIP];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
            weights[v] = vload(b + v * VW);
        }
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
            const vec value = vset(a[r * a_row]);
#pragma GCC unroll 8
            for (int v = 0; v < vectors; v++) {
                acc[r][v] = vfma(value, weights[v], acc[r][v]);
            }
        }
        a += a_step;
        b += b_step;
    }
}

/* Calls f(rows, vectors, …) for fewer rows than a tile has, with both as constants, so that the accumulators
 * become registers. */
#if TILE_ROWS == 6
#define ROWS_4_AND_5(f, vectors, ...) \
    case 5:                           \
        f(5, vectors, __VA_ARGS__);   \
        break;                        \
    case 4:                           \
        f(4, vectors, __VA_ARGS__);   \
        break;
#else
#define ROWS_4_AND_5(f, vectors, ...)
#endif
#define FOR_ROWS(f, rows, vectors, ...)       \
    switch (rows) {                           \
        ROWS_4_AND_5(f, vectors, __VA_ARGS__) \
    case 3:                                   \
        f(3, vectors, __VA_ARGS__);           \
        break;                                \
    case 2:                                   \
        f(2, vectors, __VA_ARGS__);           \
        break;                                \
    default:                                  \
        f(1, vectors, __VA_ARGS__);           \
    }

/* Calls f(vectors, …) for a width of 16 … 64 columns in strips of at most STRIP vectors. */
#define FOR_STRIPS(f, width, ...)                                                        \
    for (int64_t strip_column = 0; strip_column < (width); strip_column += STRIP * VW) { \
        const int64_t strip_vectors = ((width)-strip_column) / VW;                       \
        if (strip_vectors >= STRIP) {                                                    \
            f(STRIP, strip_column, __VA_ARGS__);                                         \
        } else if (strip_vectors == 3) {                                                 \
            f((STRIP < 3 ? STRIP : 3), strip_column, __VA_ARGS__);                       \
        } else if (strip_vectors == 2) {                                                 \
            f(2, strip_column, __VA_ARGS__);                                             \
        } else {                                                                         \
            f(1, strip_column, __VA_ARGS__);                                             \
        }                                                                                \
    }

FCNN_INLINE void multiply_tile(const int rows, const int vectors, int64_t column, const fcnn_multiply_job *job,
                               int64_t row)
{
    vec acc[TILE_ROWS][STRIP];
    const real *bias = job->bias;
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
        const vec start = bias == NULL ? vset(0) : vload(bias + column + v * VW);
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
            acc[r][v] = start;
        }
    }
    const real *weights = (const real *)job->weights + column;
    for (int64_t panel = 0; panel * FCNN_PANEL < job->inner; panel++) {
        const int64_t left = job->inner - panel * FCNN_PANEL;
        const int64_t count = left < FCNN_PANEL ? left : FCNN_PANEL;
        const int64_t in_width = fcnn_panel_width(job->inner, panel);
        const real *in = (const real *)job->in + fcnn_panel_offset(job->rows, panel) + row * in_width;
        chain(rows, vectors, acc, count, in, in_width, 1, weights, job->width);
        weights += count * job->width;
    }
    real *out = (real *)job->out + row * job->width + column;
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
            vstore(out + r * job->width + v * VW, acc[r][v]);
        }
    }
}

FCNN_INLINE void multiply_strip(const int vectors, int64_t column, const fcnn_multiply_job *job)
{
    int64_t row = job->first;
    for (; row + TILE_ROWS <= job->last; row += TILE_ROWS) {
        multiply_tile(TILE_ROWS, vectors, column, job, row);
    }
    if (row < job->last) {
        FOR_ROWS(multiply_tile, job->last - row, vectors, column, job, row)
    }
}

static void multiply(const fcnn_multiply_job *job)
{
    FOR_STRIPS(multiply_strip, job->width, job)
}

/* ---- gradients: a tile is TILE_ROWS inputs × STRIP vectors of outputs, the chain runs over rows ---- */

/* Makes ties impossible in the rounding to a multiple of the quantum, so that its result does not depend
 * on the accumulator (docs/exactness.md). */
#define EXACT_FACTOR (1 + 0x1p-52)

/* sums[…] += values rounded to the quantum: in whatever order, the same bits. */
#if FCNN_BITS == 64
FCNN_INLINE void add_exact(double *sums, int64_t low, vec values)
{
    const vec factor = vset(EXACT_FACTOR);
    const vec before = vload(sums);
    const vec after = vfma(values, factor, before);
    vstore(sums, after);
    const vec rest = values - (after - before);
    vstore(sums + low, vfma(rest, factor, vload(sums + low)));
}
#elif FCNN_SIMD == 5
FCNN_INLINE void add_exact(double *sums, int64_t low, vec values)
{
    (void)low;
    const __m512d factor = _mm512_set1_pd(EXACT_FACTOR);
    const __m512d lower = _mm512_cvtps_pd(_mm512_castps512_ps256((__m512)values));
    const __m512d upper = _mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)values, 1));
    _mm512_storeu_pd(sums, _mm512_fmadd_pd(lower, factor, _mm512_loadu_pd(sums)));
    _mm512_storeu_pd(sums + 8, _mm512_fmadd_pd(upper, factor, _mm512_loadu_pd(sums + 8)));
}
#elif FCNN_SIMD == 2
FCNN_INLINE void add_exact(double *sums, int64_t low, vec values)
{
    (void)low;
    const __m256d factor = _mm256_set1_pd(EXACT_FACTOR);
    const __m256d lower = _mm256_cvtps_pd(_mm256_castps256_ps128((__m256)values));
    const __m256d upper = _mm256_cvtps_pd(_mm256_extractf128_ps((__m256)values, 1));
    _mm256_storeu_pd(sums, _mm256_fmadd_pd(lower, factor, _mm256_loadu_pd(sums)));
    _mm256_storeu_pd(sums + 4, _mm256_fmadd_pd(upper, factor, _mm256_loadu_pd(sums + 4)));
}
#else
FCNN_INLINE void add_exact(double *sums, int64_t low, vec values)
{
    (void)low;
    sums[0] = fma((double)values, EXACT_FACTOR, sums[0]);
}
#endif

static const real constant_input = 1; /* the bias's input */

/* Where leaf rows of a job begin, for its first input and column. */
FCNN_INLINE const real *gradient_inputs(const fcnn_gradient_job *job, int64_t input, int64_t row)
{
    return job->in_width == 0 ? &constant_input : (const real *)job->in + row * job->in_width + input;
}

FCNN_INLINE void exact_tile(const int rows, const int vectors, int64_t column, const fcnn_gradient_job *job,
                            int64_t input)
{
    double *sums = (double *)job->sums + input * job->width + column;
    for (int64_t leaf = 0; leaf < job->leaf_count; leaf++) {
        const int64_t row = job->leaves[leaf];
        vec acc[TILE_ROWS][STRIP];
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
#pragma GCC unroll 8
            for (int v = 0; v < vectors; v++) {
                acc[r][v] = vset(0);
            }
        }
        chain(rows, vectors, acc, job->leaves[leaf + 1] - row, gradient_inputs(job, input, row), 1, job->in_width,
              (const real *)job->delta + row * job->width + column, job->width);
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
#pragma GCC unroll 8
            for (int v = 0; v < vectors; v++) {
                add_exact(sums + r * job->width + v * VW, job->low, acc[r][v]);
            }
        }
    }
}

FCNN_INLINE void fast_tile(const int rows, const int vectors, int64_t column, const fcnn_gradient_job *job,
                           int64_t input)
{
    real *sums = (real *)job->sums + input * job->width + column;
    vec acc[TILE_ROWS][STRIP];
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
            acc[r][v] = vload(sums + r * job->width + v * VW);
        }
    }
    const int64_t row = job->leaves[0];
    chain(rows, vectors, acc, job->leaves[job->leaf_count] - row, gradient_inputs(job, input, row), 1, job->in_width,
          (const real *)job->delta + row * job->width + column, job->width);
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
            vstore(sums + r * job->width + v * VW, acc[r][v]);
        }
    }
}

FCNN_INLINE void exact_strip(const int vectors, int64_t column, const fcnn_gradient_job *job)
{
    int64_t input = 0;
    for (; input + TILE_ROWS <= job->count; input += TILE_ROWS) {
        exact_tile(TILE_ROWS, vectors, column, job, input);
    }
    if (input < job->count) {
        FOR_ROWS(exact_tile, job->count - input, vectors, column, job, input)
    }
}

FCNN_INLINE void fast_strip(const int vectors, int64_t column, const fcnn_gradient_job *job)
{
    int64_t input = 0;
    for (; input + TILE_ROWS <= job->count; input += TILE_ROWS) {
        fast_tile(TILE_ROWS, vectors, column, job, input);
    }
    if (input < job->count) {
        FOR_ROWS(fast_tile, job->count - input, vectors, column, job, input)
    }
}

static void add_to_all(double *sums, int64_t count, double value)
{
    for (int64_t i = 0; i < count; i++) {
        sums[i] += value;
    }
}

static void gradient_exact(const fcnn_gradient_job *job)
{
    double *sums = job->sums;
    const int64_t elements = job->count * job->width;
    if (job->begin) {
        for (int64_t i = 0; i < elements; i++) {
            sums[i] = job->start;
        }
        for (int64_t i = 0; job->low > 0 && i < elements; i++) {
            sums[job->low + i] = job->start_low;
        }
    }
    FOR_STRIPS(exact_strip, job->width, job)
    if (job->end) {
        add_to_all(sums, elements, -job->start);
        if (job->low > 0) {
            add_to_all(sums + job->low, elements, -job->start_low);
        }
    }
}

static void gradient_fast(const fcnn_gradient_job *job)
{
    if (job->begin) {
        memset(job->sums, 0, (size_t)(job->count * job->width) * sizeof(real));
    }
    FOR_STRIPS(fast_strip, job->width, job)
}

/* ---- the update ---- */

static void sgd(const fcnn_update_job *job)
{
    real *weights = job->weights;
    const real rate = (real)-job->rate;
    for (int64_t i = 0; i < job->count; i++) {
        double sum;
        if (!job->exact) {
            sum = (double)((const real *)job->sums)[i];
        } else {
            sum = ((const double *)job->sums)[i];
#if FCNN_BITS == 64
            sum += ((const double *)job->sums)[job->low + i];
#endif
        }
        const real mean = (real)(sum * job->scale);
#if FCNN_BITS == 32
        weights[i] = fmaf(rate, mean, weights[i]);
#else
        weights[i] = fma(rate, mean, weights[i]);
#endif
    }
}

static void transpose(const void *in, int64_t in_width, int64_t rows, int64_t columns, void *out, int64_t out_width)
{
    for (int64_t column = 0; column < columns; column++) {
        for (int64_t row = 0; row < rows; row++) {
            ((real *)out)[column * out_width + row] = ((const real *)in)[row * in_width + column];
        }
    }
}
