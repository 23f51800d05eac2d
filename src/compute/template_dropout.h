/* src/compute/template_dropout.h — the end of a layer: dropout and the sum with the layer's input.
 *
 * Inverted dropout: N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov: Dropout, JMLR 15 (2014);
 * elements that stay are divided by the probability to stay, as in PyTorch.  Random numbers: Philox4x32-10
 * (core/random.h), 8 counters for the 64 units of a panel in a row.  kernels.h defines which number an element has. */

enum { DROPOUT_ROUNDS = 10 };

/* The keys of the rounds. */
typedef struct round_keys {
    uint64_t k[DROPOUT_ROUNDS][2];
} round_keys;

static round_keys find_round_keys(const uint32_t key[2])
{
    round_keys out;
    for (uint32_t round = 0; round < DROPOUT_ROUNDS; round++) {
        out.k[round][0] = key[0] + round * UINT32_C(0x9E3779B9);
        out.k[round][1] = key[1] + round * UINT32_C(0xBB67AE85);
    }
    return out;
}

/* Writes pairs of 16-bit numbers: even[2l] and odd[2l] from the halves of the lower word of lane l of a,
 * even[2l + 1] and odd[2l + 1] from those of b. */
FCNN_INLINE void put_halves(wvec a, wvec b, uint32_t *even, uint32_t *odd)
{
    const wvec words = (a & UINT32_MAX) | b << 32;
    const wvec low = words & UINT64_C(0xFFFF0000FFFF), high = words >> 16 & UINT64_C(0xFFFF0000FFFF);
#if FCNN_SIMD == 0
    even[0] = (uint32_t)low;
    even[1] = (uint32_t)(low >> 32);
    odd[0] = (uint32_t)high;
    odd[1] = (uint32_t)(high >> 32);
#else /* little-endian */
    memcpy(even, &low, sizeof low);
    memcpy(odd, &high, sizeof high);
#endif
}

/* The random numbers of the 64 units of a panel in a row. */
static void draw_numbers(const round_keys *keys, int64_t panel, int64_t row, uint32_t numbers[FCNN_PANEL])
{
    for (int lane = 0; lane < 8; lane += WW) {
        uint64_t first[WW];
        for (int i = 0; i < WW; i++) {
            first[i] = (uint64_t)(8 * panel + lane + i);
        }
        wvec x0, x1 = (wvec){0} | (uint64_t)row, x2 = x1 >> 32, x3 = x1 ^ x1;
        memcpy(&x0, first, sizeof x0);
#pragma GCC unroll 10
        for (int round = 0; round < DROPOUT_ROUNDS; round++) { /* the upper halves of the words are without meaning */
            const wvec p0 = wproduct(x0, (wvec){0} | UINT64_C(0xD2511F53));
            const wvec p1 = wproduct(x2, (wvec){0} | UINT64_C(0xCD9E8D57));
            x0 = p1 >> 32 ^ x1 ^ keys->k[round][0];
            x1 = p1;
            x2 = p0 >> 32 ^ x3 ^ keys->k[round][1];
            x3 = p0;
        }
        put_halves(x0, x1, numbers + 2 * lane, numbers + FCNN_PANEL / 4 + 2 * lane);
        put_halves(x2, x3, numbers + 2 * (FCNN_PANEL / 4) + 2 * lane, numbers + 3 * (FCNN_PANEL / 4) + 2 * lane);
    }
}

FCNN_INLINE uvec load_numbers(const uint32_t *numbers)
{
#if FCNN_SIMD == 0
    return *numbers;
#elif FCNN_BITS == 32
    uvec out;
    memcpy(&out, numbers, sizeof out);
    return out;
#else
    typedef uint32_t narrow __attribute__((vector_size(VW * sizeof(uint32_t))));
    narrow out;
    memcpy(&out, numbers, sizeof out);
    return __builtin_convertvector(out, uvec);
#endif
}

/* 0 where the number is below the threshold, else scale. */
FCNN_INLINE vec factors(const uint32_t *numbers, uvec threshold, uvec scale)
{
    const uvec is_dropped = (load_numbers(numbers) - threshold) >> (FCNN_BITS - 1);
    return vfrombits((is_dropped - 1) & scale);
}

FCNN_INLINE uint64_t drop_as(const fcnn_activation activation, const fcnn_drop_job *given)
{
    const fcnn_drop_job own = *given, *job = &own; /* nobody else writes to it: it stays in registers */
    uint32_t numbers[FCNN_PANEL] = {0};
    const round_keys keys = find_round_keys(job->key);
    const uvec threshold = vuset(job->threshold), scale = vbits(vset(job->threshold > 0 ? (real)job->scale : 1));
    uvec most = vuset(0);
    for (int64_t row = job->first; row < job->last; row++) {
        if (job->threshold > 0) {
            draw_numbers(&keys, job->panel, job->row_numbers[row - job->first], numbers);
        }
        for (int64_t column = 0; column < job->width; column += VW) {
            const int64_t at = row * job->width + column;
            real *out = (real *)job->out + at;
            const vec y = vload(out), m = factors(numbers + column, threshold, scale);
            if (job->slopes != NULL) {
                real *slopes = (real *)job->slopes + at;
                vstore(slopes, activation_derivative(activation, y, (real)job->parameter, slopes) * m);
            }
            const vec result = job->added == NULL ? y * m : vfma(y, m, vload((const real *)job->added + at));
            vstore(out, result);
            most = vumax(most, magnitude_bits(result));
        }
    }
    return largest(most);
}

/* Calls drop_as() with the activation as a constant, so that it is inlined. */
static uint64_t drop(const fcnn_drop_job *job)
{
#define DROP_CASE(constant, word, name, init, keeps) \
    case constant:                                   \
        return drop_as(constant, job);
    switch (job->activation) {
        FCNN_ACTIVATION_WORDS(DROP_CASE)
    }
#undef DROP_CASE
    return 0; /* not reached: all activations are listed */
}
