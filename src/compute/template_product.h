/* src/compute/template_product.h — products of matrices in panels, and gradients as sums of products over rows.
 *
 * A tile of TILE_ROWS × (at most STRIP vectors) accumulators stays in registers.  Each accumulator is one sequential
 * chain of fused multiply-adds, so the size of the tiles does not change any bit. */

#if FCNN_SIMD == 5
#define TILE_ROWS 6
#define STRIP 4 /* 24 accumulators, 4 weights, 1 broadcast of 32 registers */
#elif FCNN_SIMD == 2
#define TILE_ROWS 6
#define STRIP 2 /* 12 accumulators, 2 weights, 1 broadcast of 16 registers */
#elif FCNN_SIMD == 1
#define TILE_ROWS 5
#define STRIP 4 /* 20 accumulators, 4 weights, 5 factors of 32 registers: compilers load all factors first */
#else
#define TILE_ROWS 4
#define STRIP 4
#endif
#define TALL_ROWS (2 * TILE_ROWS) /* rows of a tile of one vector */

/* Whether products prefetch their weights from the second-level cache, and for how many steps of a chain. */
#define FETCHES_WEIGHTS (FCNN_SIMD >= 2)
#define STEPS_AHEAD 8

/* acc[r][v] += Σ_k a[r·a_row + k·a_step] · b[k·b_step + v·VW …], in ascending order of k.
 *   fetches  b is prefetched: it is read once for each tile and does not stay in the nearest cache */
FCNN_INLINE void chain(const bool fetches, const int rows, const int vectors, vec acc[TALL_ROWS][STRIP], int64_t count,
                       const real *a, int64_t a_row, int64_t a_step, const real *b, int64_t b_step)
{
    for (int64_t k = 0; k < count; k++) {
        vec weights[STRIP];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
            if (fetches && v * VW * (int)sizeof(real) % FCNN_ALIGNMENT == 0) {
                __builtin_prefetch(b + STEPS_AHEAD * b_step + v * VW);
            }
            weights[v] = vload(b + v * VW);
        }
#pragma GCC unroll 16
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

/* A loop over the accumulators [r][v] of a tile, unrolled so that they are kept in registers. */
#define FOR_TILE(rows, vectors)                               \
    _Pragma("GCC unroll 16") for (int r = 0; r < (rows); r++) \
        _Pragma("GCC unroll 8") for (int v = 0; v < (vectors); v++)

/* Calls f(rows, vectors, …, first) for the rows first … last−1 in tiles of tile_rows, or of twice as many rows for a
 * single vector, because fewer chains would not hide the latency. */
#define FOR_RUN(f, tile_rows, first, last, vectors, ...)                                \
    int64_t run = (first);                                                              \
    for (; (vectors) == 1 && run + 2 * (tile_rows) <= (last); run += 2 * (tile_rows)) { \
        f(2 * (tile_rows), 1, __VA_ARGS__, run);                                        \
    }                                                                                   \
    for (; run + (tile_rows) <= (last); run += (tile_rows)) {                           \
        f(tile_rows, vectors, __VA_ARGS__, run);                                        \
    }                                                                                   \
    switch ((last)-run) {                                                               \
    case 5:                                                                             \
        f(5, vectors, __VA_ARGS__, run);                                                \
        break;                                                                          \
    case 4:                                                                             \
        f(4, vectors, __VA_ARGS__, run);                                                \
        break;                                                                          \
    case 3:                                                                             \
        f(3, vectors, __VA_ARGS__, run);                                                \
        break;                                                                          \
    case 2:                                                                             \
        f(2, vectors, __VA_ARGS__, run);                                                \
        break;                                                                          \
    case 1:                                                                             \
        f(1, vectors, __VA_ARGS__, run);                                                \
        break;                                                                          \
    default:                                                                            \
        break;                                                                          \
    }

/* Calls f(vectors, …) for a width of 16 … 64 columns, in strips of at most `most` vectors. */
#define FOR_STRIPS(most, f, width, ...)                                                 \
    for (int64_t strip_column = 0; strip_column < (width); strip_column += (most)*VW) { \
        const int64_t strip_vectors = ((width)-strip_column) / VW;                      \
        if (strip_vectors >= (most)) {                                                  \
            f(most, strip_column, __VA_ARGS__);                                         \
        } else if (strip_vectors == 3) {                                                \
            f(((most) < 3 ? (most) : 3), strip_column, __VA_ARGS__);                    \
        } else if (strip_vectors == 2) {                                                \
            f(2, strip_column, __VA_ARGS__);                                            \
        } else {                                                                        \
            f(1, strip_column, __VA_ARGS__);                                            \
        }                                                                               \
    }

/* Loads the start of the chains of a tile: the bias, zero, or the results of earlier calls in out. */
FCNN_INLINE void begin_tile(const int rows, const int vectors, vec acc[TALL_ROWS][STRIP], int64_t column,
                            const fcnn_multiply_job *job, const real *out)
{
    const real *bias = job->bias;
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
        const vec start = bias == NULL ? vset(0) : vload(bias + column + v * VW);
#pragma GCC unroll 16
        for (int r = 0; r < rows; r++) {
            acc[r][v] = job->inner_first > 0 ? vload(out + r * job->width + v * VW) : start;
        }
    }
}

FCNN_INLINE void multiply_tile(const int rows, const int vectors, int64_t column, const fcnn_multiply_job *job,
                               uvec *most, int64_t row)
{
    vec acc[TALL_ROWS][STRIP];
    real *out = (real *)job->out + row * job->width + column;
    begin_tile(rows, vectors, acc, column, job, out);
    const real *weights = (const real *)job->weights + job->inner_first * job->width + column;
    for (int64_t k = job->inner_first; k < job->inner_last; k += FCNN_PANEL) {
        const int64_t panel = k / FCNN_PANEL, left = job->inner_last - k;
        const int64_t count = left < FCNN_PANEL ? left : FCNN_PANEL;
        const int64_t in_width = fcnn_panel_width(job->inner, panel);
        const real *in = (const real *)job->in + fcnn_panel_offset(job->rows, panel) + row * in_width;
        chain(FETCHES_WEIGHTS, rows, vectors, acc, count, in, in_width, 1, weights, job->width);
        weights += count * job->width;
    }
    FOR_TILE(rows, vectors)
    {
        vstore(out + r * job->width + v * VW, acc[r][v]);
    }
    if (job->inner_last == job->inner) {
        *most = vumax(*most, finish_rows(job, row * job->width + column, rows, vectors * VW));
    }
}

FCNN_INLINE void multiply_strip(const int vectors, int64_t column, const fcnn_multiply_job *job, uvec *most)
{
    FOR_RUN(multiply_tile, TILE_ROWS, job->first, job->last, vectors, column, job, most)
}

static uint64_t multiply(const fcnn_multiply_job *job)
{
    uvec most = vuset(0);
    FOR_STRIPS(STRIP, multiply_strip, job->width, job, &most)
    return largest(most);
}

static uint64_t finish(const fcnn_multiply_job *job)
{
    return largest(finish_rows(job, job->first * job->width, job->last - job->first, job->width));
}

/* ---- gradients: a tile is TILE_ROWS inputs × STRIP vectors of outputs, the chain runs over rows ---- */

/* Values are multiplied by this factor, so that rounding to a multiple of the quantum has no ties; the result then does
 * not depend on the accumulator (docs/exactness.md). */
#define EXACT_FACTOR (1 + 0x1p-52)

/* VW exact sums in two vectors of doubles: two halves of the sums in single precision, high and low words in double
 * precision. */
#if FCNN_BITS == 64
typedef struct exact_vec {
    vec high, low;
} exact_vec;

FCNN_INLINE exact_vec exact_set(double high, double low)
{
    return (exact_vec){vset(high), vset(low)};
}

FCNN_INLINE exact_vec exact_load(const double *sums, int64_t low)
{
    return (exact_vec){vload(sums), vload(sums + low)};
}

FCNN_INLINE void exact_store(double *sums, int64_t low, exact_vec a)
{
    vstore(sums, a.high);
    vstore(sums + low, a.low);
}

FCNN_INLINE void exact_stream(double *sums, int64_t low, exact_vec a)
{
    vstream(sums, a.high);
    vstream(sums + low, a.low);
}

FCNN_INLINE exact_vec exact_subtract(exact_vec a, exact_vec b)
{
    return (exact_vec){a.high - b.high, a.low - b.low};
}

/* Adds VW values, rounded to the quantum, to the sums.  The bits do not depend on the order of the additions. */
FCNN_INLINE exact_vec exact_add(exact_vec sum, const real *values)
{
    const vec factor = vset(EXACT_FACTOR), value = vload(values);
    const vec high = vfma(value, factor, sum.high);
    const vec rest = value - (high - sum.high);
    return (exact_vec){high, vfma(rest, factor, sum.low)};
}
#elif FCNN_SIMD != 0
typedef struct exact_vec {
    dvec lower, upper;
} exact_vec;

FCNN_INLINE exact_vec exact_set(double high, double low)
{
    (void)low;
    return (exact_vec){dset(high), dset(high)};
}

FCNN_INLINE exact_vec exact_load(const double *sums, int64_t low)
{
    (void)low;
    return (exact_vec){dload(sums), dload(sums + VW / 2)};
}

FCNN_INLINE void exact_store(double *sums, int64_t low, exact_vec a)
{
    (void)low;
    dstore(sums, a.lower);
    dstore(sums + VW / 2, a.upper);
}

FCNN_INLINE void exact_stream(double *sums, int64_t low, exact_vec a)
{
    (void)low;
    dstream(sums, a.lower);
    dstream(sums + VW / 2, a.upper);
}

FCNN_INLINE exact_vec exact_subtract(exact_vec a, exact_vec b)
{
    return (exact_vec){a.lower - b.lower, a.upper - b.upper};
}

FCNN_INLINE exact_vec exact_add(exact_vec sum, const real *values)
{
    const dvec factor = dset(EXACT_FACTOR);
    return (exact_vec){dfma(dwiden(values), factor, sum.lower), dfma(dwiden(values + VW / 2), factor, sum.upper)};
}
#else
typedef double exact_vec;

FCNN_INLINE exact_vec exact_set(double high, double low)
{
    (void)low;
    return high;
}

FCNN_INLINE exact_vec exact_load(const double *sums, int64_t low)
{
    (void)low;
    return *sums;
}

FCNN_INLINE void exact_store(double *sums, int64_t low, exact_vec a)
{
    (void)low;
    *sums = a;
}

FCNN_INLINE void exact_stream(double *sums, int64_t low, exact_vec a)
{
    exact_store(sums, low, a);
}

FCNN_INLINE exact_vec exact_subtract(exact_vec a, exact_vec b)
{
    return a - b;
}

FCNN_INLINE exact_vec exact_add(exact_vec sum, const real *values)
{
    return fma((double)*values, EXACT_FACTOR, sum);
}
#endif

static const real constant_input = 1; /* the input of the bias */

/* Addresses of the rows of a leaf, for the first input and column of a tile. */
FCNN_INLINE const real *gradient_inputs(const fcnn_gradient_job *job, int64_t input, int64_t row)
{
    return job->in_width == 0 ? &constant_input : (const real *)job->in + row * job->in_width + input;
}

/* The chains of this many leaves are computed before they are added to the sums, which are loaded and stored once for
 * all of them. */
#define LEAVES_TOGETHER 8

/* The memory of the sums of a tile: sum [r][i] is at r·stride + i, and its low word is `low` elements after it. */
typedef struct exact_place {
    double *at;
    int64_t stride, low;
} exact_place;

/* Computes the chains of a leaf, and stores them [rows][vectors·VW]. */
FCNN_INLINE void leaf_tile(const int rows, const int vectors, int64_t column, const fcnn_gradient_job *job,
                           int64_t input, int64_t leaf, real *out)
{
    const int64_t row = job->leaves[leaf] - job->first_row;
    vec acc[TALL_ROWS][STRIP];
    FOR_TILE(rows, vectors)
    {
        acc[r][v] = vset(0);
    }
    chain(false, rows, vectors, acc, job->leaves[leaf + 1] - job->leaves[leaf], gradient_inputs(job, input, row), 1,
          job->in_width, (const real *)job->delta + row * job->width + column, job->width);
    FOR_TILE(rows, vectors)
    {
        vstore(out + (r * vectors + v) * VW, acc[r][v]);
    }
}

/* The memory of a tile while its leaves are added. */
typedef struct exact_work {
    _Alignas(FCNN_ALIGNMENT) real chains[LEAVES_TOGETHER][TALL_ROWS * STRIP * VW]; /* of leaves */
    _Alignas(FCNN_ALIGNMENT) double sums[2 * TALL_ROWS * STRIP * VW];
} exact_work;

/* Returns the leaf after those whose chains are computed together with that of a leaf. */
FCNN_INLINE int64_t leaves_after(const fcnn_gradient_job *job, int64_t leaf)
{
    return job->leaf_count - leaf < LEAVES_TOGETHER ? job->leaf_count : leaf + LEAVES_TOGETHER;
}

/* Adds the chains of leaves first … after−1 to the sums of a tile, which are in the nearest cache until the last leaves
 * of the job.  The chains pass through memory, from which they are converted to double by fewer instructions than from
 * registers. */
FCNN_INLINE void add_leaves(const int rows, const int vectors, int64_t column, const fcnn_gradient_job *job,
                            int64_t input, int64_t first, int64_t after, exact_work *work)
{
    const exact_vec start = exact_set(job->start, job->start_low);
    const exact_place all = {(double *)job->sums + input * job->width + column, job->width, job->low};
    const exact_place near = {work->sums, vectors * VW, TALL_ROWS * STRIP * VW};
    const bool begins = first == 0, ends = after == job->leaf_count;
    const exact_place from = begins ? all : near, to = ends ? all : near;
    for (int i = 0; i < rows * vectors; i++) {
        const int r = i / vectors, v = i % vectors;
        exact_vec sum = begins && job->begin ? start : exact_load(from.at + r * from.stride + v * VW, from.low);
        for (int64_t k = 0; k < after - first; k++) {
            sum = exact_add(sum, &work->chains[k][i * VW]);
        }
        sum = ends && job->end ? exact_subtract(sum, start) : sum;
        if (ends && job->streams) {
            exact_stream(to.at + r * to.stride + v * VW, to.low, sum);
        } else {
            exact_store(to.at + r * to.stride + v * VW, to.low, sum);
        }
    }
}

FCNN_INLINE void exact_tile(const int rows, const int vectors, int64_t column, const fcnn_gradient_job *job,
                            int64_t input)
{
    exact_work work;
    int64_t first = 0, after;
    do {
        after = leaves_after(job, first);
        for (int64_t leaf = first; leaf < after; leaf++) {
            leaf_tile(rows, vectors, column, job, input, leaf, work.chains[leaf - first]);
        }
        add_leaves(rows, vectors, column, job, input, first, after, &work);
        first = after;
    } while (first < job->leaf_count);
}

FCNN_INLINE void fast_tile(const int rows, const int vectors, int64_t column, const fcnn_gradient_job *job,
                           int64_t input)
{
    real *sums = (real *)job->sums + input * job->width + column;
    vec acc[TALL_ROWS][STRIP];
    FOR_TILE(rows, vectors)
    {
        acc[r][v] = job->begin ? vset(0) : vload(sums + r * job->width + v * VW);
    }
    const int64_t row = job->leaves[0] - job->first_row;
    chain(false, rows, vectors, acc, job->leaves[job->leaf_count] - job->leaves[0], gradient_inputs(job, input, row), 1,
          job->in_width, (const real *)job->delta + row * job->width + column, job->width);
    FOR_TILE(rows, vectors)
    {
        vstore(sums + r * job->width + v * VW, acc[r][v]);
    }
}

FCNN_INLINE void exact_strip(const int vectors, int64_t column, const fcnn_gradient_job *job){
    FOR_RUN(exact_tile, TILE_ROWS, 0, job->count, vectors, column, job)}

FCNN_INLINE void fast_strip(const int vectors, int64_t column, const fcnn_gradient_job *job)
{
    FOR_RUN(fast_tile, TILE_ROWS, 0, job->count, vectors, column, job)
}

static void gradient_exact(const fcnn_gradient_job *job)
{
    FOR_STRIPS(STRIP, exact_strip, job->width, job)
}

static void gradient_fast(const fcnn_gradient_job *job)
{
    FOR_STRIPS(STRIP, fast_strip, job->width, job)
}
