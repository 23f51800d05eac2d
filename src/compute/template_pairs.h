/* src/compute/template_pairs.h — products and gradients of pairs of bfloat16 numbers, which are summed in single
 * precision (docs/exactness.md, "Mixed precision").  Tiles, strips and exact sums are those of template_product.h. */

/* ---- pairs of floats ---- */

static void pair_columns(const fcnn_pair_job *job)
{
    const int64_t panels = fcnn_panel_count(job->width);
    for (int64_t panel = 0; panel < panels; panel++) {
        const int64_t width = fcnn_panel_width(job->width, panel), offset = fcnn_panel_offset(job->rows, panel);
        for (int64_t row = job->first; row < job->last; row++) {
            pround_row(job->out + (offset + row * width) / 2, (const real *)job->in + offset + row * width, width);
        }
    }
    if (job->width % 2 == 1) {
        const int64_t end = fcnn_panel_width(job->width, panels - 1), at = job->width % FCNN_PANEL / 2;
        uint32_t *last = job->out + fcnn_panel_offset(job->rows, panels - 1) / 2 + at;
        for (int64_t row = job->first; row < job->last; row++) {
            last[row * end / 2] &= 0xffff;
        }
    }
}

FCNN_INLINE void pair_two_rows(const bool streams, const real *even, const real *odd, int64_t width, uint32_t *out)
{
    for (int64_t i = 0; i < width; i += VW) {
        const uvec words = pround(vload(even + i), odd == NULL ? vset(0) : vload(odd + i));
        if (streams) {
            vstream((real *)(void *)out + i, vfrombits(words));
        } else {
            pstore(out + i, words);
        }
    }
}

static void pair_rows(const fcnn_pair_job *job)
{
    const real *in = job->in;
    uint32_t *out = job->out;
    for (int64_t row = job->first; row < job->last; row += 2) {
        const real *even = in + row * job->width, *odd = row + 1 < job->last ? even + job->width : NULL;
        if (job->streams) {
            pair_two_rows(true, even, odd, job->width, out);
        } else {
            pair_two_rows(false, even, odd, job->width, out);
        }
        out += job->width;
    }
}

/* ---- chains ---- */

#if FCNN_PAIR_HALVES
FCNN_INLINE void pair_step(const bool upper, const int rows, const int vectors, vec acc[TALL_ROWS][STRIP],
                           const uint32_t *a, int64_t a_row, const uint32_t *b)
{
    vec weights[STRIP];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
        weights[v] = phalf(upper, pload(b + v * VW));
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
        const vec value = phalf(upper, vuset(a[r * a_row]));
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
            acc[r][v] = pfma(value, weights[v], acc[r][v]);
        }
    }
}
#endif

/* acc[r][v] += Σ_k a[r·a_row + k·a_step] · b[k·b_step + v·VW …], pair by pair, in ascending order of k. */
FCNN_INLINE void pair_chain(const int rows, const int vectors, vec acc[TALL_ROWS][STRIP], int64_t count,
                            const uint32_t *a, int64_t a_row, int64_t a_step, const uint32_t *b, int64_t b_step)
{
    for (int64_t k = 0; k < count; k++) {
#if FCNN_PAIR_HALVES
        pair_step(true, rows, vectors, acc, a, a_row, b);
        pair_step(false, rows, vectors, acc, a, a_row, b);
#else
        uvec weights[STRIP];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
            weights[v] = pload(b + v * VW);
        }
#pragma GCC unroll 16
        for (int r = 0; r < rows; r++) {
            const uvec value = vuset(a[r * a_row]);
#pragma GCC unroll 8
            for (int v = 0; v < vectors; v++) {
                acc[r][v] = pmultiply(value, weights[v], acc[r][v]);
            }
        }
#endif
        a += a_step;
        b += b_step;
    }
}

#if FCNN_SIMD == 1
/* Forces the compiler to compute the numbers before what follows, and what depends on them after it. */
#define PIN(rows, vectors, acc)                           \
    FOR_TILE(rows, vectors)                               \
    {                                                     \
        __asm__ volatile("" : "+w"(acc[r][v])::"memory"); \
    }

static float pair_half_of(const bool upper, uint32_t word)
{
    const uint32_t number = upper ? word & 0xffff0000 : word << 16;
    float out;
    memcpy(&out, &number, sizeof out);
    return out;
}

/* pair_chain() for columns of numbers in memory, by pair_fma(). */
static __attribute__((noinline)) void careful_chain(int64_t rows, int64_t columns, float *acc, int64_t acc_row,
                                                    int64_t count, const uint32_t *a, int64_t a_row, int64_t a_step,
                                                    const uint32_t *b, int64_t b_step)
{
    for (int64_t k = 0; k < count; k++) {
        for (int64_t r = 0; r < rows; r++) {
            const uint32_t value = a[r * a_row + k * a_step];
            for (int64_t c = 0; c < columns; c++) {
                const uint32_t weight = b[k * b_step + c];
                float *sum = &acc[r * acc_row + c];
                *sum = pair_fma(pair_half_of(true, value), pair_half_of(true, weight), *sum);
                *sum = pair_fma(pair_half_of(false, value), pair_half_of(false, weight), *sum);
            }
        }
    }
}
#endif

/* ---- products ---- */

typedef struct pair_piece {
    const uint32_t *in, *weights;
    int64_t count, in_row; /* pairs, and the distance between rows of in */
} pair_piece;

/* The part of the operands of a tile that is in the panel of element k. */
FCNN_INLINE pair_piece piece_at(const fcnn_multiply_job *job, int64_t k, int64_t row, int64_t column)
{
    const int64_t panel = k / FCNN_PANEL, left = job->inner_last - k;
    const int64_t in_width = fcnn_panel_width(job->inner, panel);
    return (pair_piece){
        .in = (const uint32_t *)job->in + (fcnn_panel_offset(job->rows, panel) + row * in_width) / 2,
        .weights = (const uint32_t *)job->weights + k / 2 * job->width + column,
        .count = ((left < FCNN_PANEL ? left : FCNN_PANEL) + 1) / 2,
        .in_row = in_width / 2,
    };
}

#if FCNN_SIMD == 1
static __attribute__((noinline)) void careful_tile(int64_t rows, int64_t columns, int64_t column,
                                                   const fcnn_multiply_job *job, int64_t row)
{
    float *out = (float *)job->out + row * job->width + column;
    for (int64_t r = 0; r < rows && job->inner_first == 0; r++) {
        for (int64_t c = 0; c < columns; c++) {
            out[r * job->width + c] = job->bias == NULL ? 0 : ((const float *)job->bias)[column + c];
        }
    }
    for (int64_t k = job->inner_first; k < job->inner_last; k += FCNN_PANEL) {
        const pair_piece piece = piece_at(job, k, row, column);
        careful_chain(rows, columns, out, job->width, piece.count, piece.in, piece.in_row, 1, piece.weights,
                      job->width);
    }
}
#endif

/* The rows of several tiles are multiplied before what follows the product is done to them in the thread's usual
 * floating-point state, while they are in the nearest cache. */
#define PAIR_ROWS (4 * TALL_ROWS)

#if FCNN_PAIR_HALVES && FCNN_SIMD != 0
/* The operands of PAIR_ROWS rows and of a panel of the inner dimension as floats, so that the halves of a word are
 * extracted once for all tiles.  The upper half of each word comes first. */
typedef struct pair_floats {
    _Alignas(FCNN_ALIGNMENT) real in[PAIR_ROWS * FCNN_PANEL];
    real weights[FCNN_PANEL * FCNN_PANEL];
    int64_t count; /* numbers in a chain */
} pair_floats;

FCNN_INLINE void extract_floats(const fcnn_multiply_job *job, pair_floats *out)
{
    const pair_piece piece = piece_at(job, job->inner_first, job->first, 0);
    out->count = 2 * piece.count;
    for (int64_t row = 0; row < job->last - job->first; row++) {
        for (int64_t i = 0; i < piece.in_row; i += VW / 2) {
            phalves(out->in + row * FCNN_PANEL + 2 * i, piece.in + row * piece.in_row + i);
        }
    }
    for (int64_t k = 0; k < piece.count; k++) {
        real *upper = out->weights + 2 * k * job->width, *lower = upper + job->width;
        for (int64_t i = 0; i < job->width; i += VW) {
            const uvec words = pload(piece.weights + k * job->width + i);
            vstore(upper + i, phalf(true, words));
            vstore(lower + i, phalf(false, words));
        }
    }
}

FCNN_INLINE void pair_tile(const int rows, const int vectors, int64_t column, const fcnn_multiply_job *job,
                           const pair_floats *floats, int64_t row)
{
    vec acc[TALL_ROWS][STRIP];
    real *out = (real *)job->out + row * job->width + column;
    begin_tile(rows, vectors, acc, column, job, out);
#if FCNN_SIMD == 1
    PIN(rows, vectors, acc)
#endif
    chain(false, rows, vectors, acc, floats->count, floats->in + (row - job->first) * FCNN_PANEL, FCNN_PANEL, 1,
          floats->weights + column, job->width);
#if FCNN_SIMD == 1
    PIN(rows, vectors, acc)
    if (underflow_seen()) {
        careful_tile(rows, vectors * VW, column, job, row);
        return;
    }
#endif
    FOR_TILE(rows, vectors)
    {
        vstore(out + r * job->width + v * VW, acc[r][v]);
    }
}

FCNN_INLINE void pair_strip(const int vectors, int64_t column, const fcnn_multiply_job *job, const pair_floats *floats)
{
    FOR_RUN(pair_tile, TILE_ROWS, job->first, job->last, vectors, column, job, floats)
}

/* At most PAIR_ROWS rows. */
static __attribute__((noinline)) void pair_products(const fcnn_multiply_job *job)
{
    pair_floats floats;
    fcnn_multiply_job part = *job;
    for (int64_t k = job->inner_first; k < job->inner_last; k += FCNN_PANEL) {
        part.inner_first = k;
        part.inner_last = k + FCNN_PANEL < job->inner_last ? k + FCNN_PANEL : job->inner_last;
        extract_floats(&part, &floats);
        FOR_STRIPS(STRIP, pair_strip, part.width, &part, &floats)
    }
}
#else
FCNN_INLINE void pair_tile(const int rows, const int vectors, int64_t column, const fcnn_multiply_job *job, int64_t row)
{
    vec acc[TALL_ROWS][STRIP];
    real *out = (real *)job->out + row * job->width + column;
    begin_tile(rows, vectors, acc, column, job, out);
    for (int64_t k = job->inner_first; k < job->inner_last; k += FCNN_PANEL) {
        const pair_piece piece = piece_at(job, k, row, column);
        pair_chain(rows, vectors, acc, piece.count, piece.in, piece.in_row, 1, piece.weights, job->width);
    }
    FOR_TILE(rows, vectors)
    {
        vstore(out + r * job->width + v * VW, acc[r][v]);
    }
}

FCNN_INLINE void pair_strip(const int vectors, int64_t column, const fcnn_multiply_job *job)
{
    FOR_RUN(pair_tile, TILE_ROWS, job->first, job->last, vectors, column, job)
}

static __attribute__((noinline)) void pair_products(const fcnn_multiply_job *job)
{
    FOR_STRIPS(STRIP, pair_strip, job->width, job)
}
#endif

static uint64_t multiply_pairs(const fcnn_multiply_job *job)
{
    uint64_t most = 0;
    for (int64_t row = job->first; row < job->last; row += PAIR_ROWS) {
        fcnn_multiply_job part = *job;
        part.first = row;
        part.last = row + PAIR_ROWS < job->last ? row + PAIR_ROWS : job->last;
        const pstate before = pbegin();
        pair_products(&part);
        pend(before);
        if (job->inner_last == job->inner) {
            const uint64_t of_part = finish(&part);
            most = of_part > most ? of_part : most;
        }
    }
    return most;
}

/* ---- gradients: the chain runs over pairs of rows ---- */

/* Adds a leaf to the chains of a tile, which are acc. */
FCNN_INLINE void pair_leaf(const int rows, const int vectors, vec acc[TALL_ROWS][STRIP], int64_t column,
                           const fcnn_gradient_job *job, int64_t input, int64_t leaf)
{
    const int64_t row = fcnn_pair_row(job->leaves, leaf);
    const int64_t count = (job->leaves[leaf + 1] - job->leaves[leaf] + 1) / 2;
    const uint32_t *in = (const uint32_t *)job->in + row * job->in_width + input;
    const uint32_t *delta = (const uint32_t *)job->delta + row * job->width + column;
#if FCNN_SIMD == 1
    float again[TALL_ROWS * STRIP * VW];
    FOR_TILE(rows, vectors)
    {
        vstore(again + (r * vectors + v) * VW, acc[r][v]);
    }
    PIN(rows, vectors, acc)
#endif
    pair_chain(rows, vectors, acc, count, in, 1, job->in_width, delta, job->width);
#if FCNN_SIMD == 1
    PIN(rows, vectors, acc)
    if (underflow_seen()) {
        careful_chain(rows, vectors * VW, again, vectors * VW, count, in, 1, job->in_width, delta, job->width);
        FOR_TILE(rows, vectors)
        {
            acc[r][v] = vload(again + (r * vectors + v) * VW);
        }
    }
#endif
}

/* As exact_tile(). */
FCNN_INLINE void exact_pair_tile(const int rows, const int vectors, int64_t column, const fcnn_gradient_job *job,
                                 int64_t input)
{
    exact_work work;
    int64_t first = 0, after;
    do {
        after = leaves_after(job, first);
        for (int64_t leaf = first; leaf < after; leaf++) {
            vec acc[TALL_ROWS][STRIP];
            FOR_TILE(rows, vectors)
            {
                acc[r][v] = vset(0);
            }
            pair_leaf(rows, vectors, acc, column, job, input, leaf);
            FOR_TILE(rows, vectors)
            {
                vstore(&work.chains[leaf - first][(r * vectors + v) * VW], acc[r][v]);
            }
        }
        add_leaves(rows, vectors, column, job, input, first, after, &work);
        first = after;
    } while (first < job->leaf_count);
}

FCNN_INLINE void fast_pair_tile(const int rows, const int vectors, int64_t column, const fcnn_gradient_job *job,
                                int64_t input)
{
    real *sums = (real *)job->sums + input * job->width + column;
    vec acc[TALL_ROWS][STRIP];
    FOR_TILE(rows, vectors)
    {
        acc[r][v] = job->begin ? vset(0) : vload(sums + r * job->width + v * VW);
    }
    for (int64_t leaf = 0; leaf < job->leaf_count; leaf++) {
        pair_leaf(rows, vectors, acc, column, job, input, leaf);
    }
    FOR_TILE(rows, vectors)
    {
        vstore(sums + r * job->width + v * VW, acc[r][v]);
    }
}

FCNN_INLINE void exact_pair_strip(const int vectors, int64_t column, const fcnn_gradient_job *job){
    FOR_RUN(exact_pair_tile, TILE_ROWS, 0, job->count, vectors, column, job)}

FCNN_INLINE void fast_pair_strip(const int vectors, int64_t column, const fcnn_gradient_job *job)
{
    FOR_RUN(fast_pair_tile, TILE_ROWS, 0, job->count, vectors, column, job)
}

static __attribute__((noinline)) void exact_pair_gradient(const fcnn_gradient_job *job)
{
    FOR_STRIPS(STRIP, exact_pair_strip, job->width, job)
}

static __attribute__((noinline)) void fast_pair_gradient(const fcnn_gradient_job *job)
{
    FOR_STRIPS(STRIP, fast_pair_strip, job->width, job)
}

/* The additions to the exact sums are not affected by the state: none of their operands and results is subnormal. */
static void gradient_pairs_exact(const fcnn_gradient_job *job)
{
    const pstate before = pbegin();
    exact_pair_gradient(job);
    pend(before);
}

static void gradient_pairs_fast(const fcnn_gradient_job *job)
{
    const pstate before = pbegin();
    fast_pair_gradient(job);
    pend(before);
}

/* ---- the peak ---- */

static double pair_multiply_adds(int64_t repetitions, int64_t *count)
{
#if FCNN_PAIR_HALVES
    return multiply_adds(repetitions, count);
#else
    /* each step adds 1/2 and subtracts it again */
    vec acc[PEAK_CHAINS], sum = vset(0);
    const uvec ones = vuset(0x3f803f80), halves = vuset(0xbf003f00);
#pragma GCC unroll 32
    for (int i = 0; i < PEAK_CHAINS; i++) {
        acc[i] = vset((real)(i + 1));
    }
    for (int64_t repetition = 0; repetition < repetitions; repetition++) {
#pragma GCC unroll 32
        for (int i = 0; i < PEAK_CHAINS; i++) {
            acc[i] = pmultiply(ones, halves, acc[i]);
        }
    }
#pragma GCC unroll 32
    for (int i = 0; i < PEAK_CHAINS; i++) {
        sum = sum + acc[i];
    }
    real lanes[VW];
    vstore(lanes, sum);
    *count = 2 * repetitions * PEAK_CHAINS * VW;
    return (double)lanes[0];
#endif
}

/* ---- the check of template_check.h ---- */

/* Whether c + a[1]·b[1] + a[0]·b[0], in this order, is `expected`. */
static bool pairs_give(const float a[2], const float b[2], float c, float expected)
{
    real in[CHECKED] = {a[0], a[1]}, weights[2][CHECKED], bias[CHECKED], out[CHECKED];
    uint32_t in_words[CHECKED], weight_words[CHECKED];
    for (int i = 0; i < CHECKED; i++) {
        weights[0][i] = hidden(b[0]);
        weights[1][i] = hidden(b[1]);
        bias[i] = hidden(c);
    }
    pair_columns(&(fcnn_pair_job){.in = in, .width = 2, .rows = 1, .last = 1, .out = in_words});
    pair_rows(&(fcnn_pair_job){.in = weights, .width = CHECKED, .rows = 2, .last = 2, .out = weight_words});
    multiply_pairs(&(fcnn_multiply_job){.in = in_words,
                                        .inner = 2,
                                        .inner_last = 2,
                                        .weights = weight_words,
                                        .bias = bias,
                                        .out = out,
                                        .width = CHECKED,
                                        .rows = 1,
                                        .last = 1,
                                        .activation = FCNN_ACTIVATION_LINEAR});
    bool all = true;
    for (int i = 0; i < CHECKED; i++) {
        all = all && memcmp(&out[i], &expected, sizeof expected) == 0;
    }
    return all;
}

static const char *find_pair_fault(void)
{
    static const struct {
        float a[2], b[2], c, expected;
    } cases[] = {
        {{0x1p-13F, 1}, {0x1p-13F, 1}, -1, 0x1p-26F},          /* the second number first */
        {{0, 1}, {0, 1}, 0x1.000002p-24F, 0x1.000002p0F},      /* just above a tie */
        {{0, 1}, {0, 1}, 0x1p-24F, 1},                         /* a tie */
        {{0, 0x1p-76F}, {0, -0x1p-76F}, 0x1p-126F, 0x1p-126F}, /* rounded up to a normal number */
        {{0, 0x1p-76F}, {0, -0x1.02p-75F}, 0x1p-126F, 0},      /* in a subnormal format that would be rounded up */
        {{0, 0x1p-76F}, {0, -0x1p-50F}, 0, -0x1p-126F},        /* 2^-126, exactly */
        {{0, 1}, {0, 0x1p-126F}, 0x1p-127F, 0x1p-126F},        /* a subnormal start */
        {{0, 0x1.01p0F}, {0, 0x1.03p0F}, 0, 0x1.04p0F},        /* ties between bfloat16 numbers */
        {{0x1.fffffcp-127F, 0}, {0x1p1F, 0}, 0, 0},            /* a subnormal number next to a normal one */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!pairs_give(cases[i].a, cases[i].b, cases[i].c, cases[i].expected)) {
            return "products of pairs of bfloat16 numbers are not those of docs/exactness.md";
        }
    }
    return NULL;
}
