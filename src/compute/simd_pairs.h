/* src/compute/simd_pairs.h — operations of simd.h on pairs of bfloat16 numbers: words of 32 bits with the first number
 * in the lower half and the second one in the upper half.  docs/exactness.md, "Mixed precision", defines the results.
 *   pload, pstore         VW words
 *   pround(even, odd)     words of two vectors of floats, lane by lane
 *   pround_row(out, a)    the VW/2 words (1 for two floats of one lane each) of neighbouring floats of a
 *   pmultiply(a, b, acc)  acc + a·b of the upper halves, then of the lower halves, each with one rounding
 *   pstate                the floating-point state of the thread: pbegin() selects the one in which pmultiply()
 *                         computes correctly, pend() restores the previous one.  What is computed in between must be in
 *                         a function that is not inlined, because compilers may move arithmetic across both calls.
 *   pair_fma(a, b, c)     one of the two steps of pmultiply() for single numbers, in any state
 * With FCNN_PAIR_HALVES, the two steps of pmultiply() are two calls: phalf(true, …) and phalf(false, …) extract the
 * upper and the lower halves, and pfma(a, b, acc) computes a step; it is vfma(), except in the plain kernels. */
#ifndef FCNN_COMPUTE_SIMD_PAIRS_H
#define FCNN_COMPUTE_SIMD_PAIRS_H

#if FCNN_SIMD == 5 && defined FCNN_BF16
#define FCNN_PAIR_HALVES 0
#else
#define FCNN_PAIR_HALVES 1
#endif

typedef uint32_t pair_half __attribute__((vector_size(VW == 1 ? 4 : FCNN_VECTOR_BYTES / 2)));

FCNN_INLINE uvec pload(const uint32_t *p)
{
    uvec out;
    memcpy(&out, p, sizeof out);
    return out;
}

FCNN_INLINE void pstore(uint32_t *p, uvec a)
{
    memcpy(p, &a, sizeof a);
}

/* a·b + c, rounded once to the nearest float, for bfloat16 a and b; c and the result are zeros of their sign if they
 * are subnormal, the result after rounding to 24 bits.  The product is exact in double precision, and rounding the sum
 * to double first changes nothing, because a double has more than 2·24 + 2 bits.  Written so that a state that flushes
 * subnormal floats has no influence. */
FCNN_INLINE float pair_fma(float a, float b, float c)
{
    const double start = fabsf(c) < 0x1p-126F ? (double)c * 0 : (double)c;
    const double sum = (double)a * (double)b + start, size = fabs(sum);
    if (size < 0x1p-126 - 0x1p-151) {
        return (float)(sum * 0);
    }
    return size < 0x1p-126 ? (sum < 0 ? -0x1p-126F : 0x1p-126F) : (float)sum;
}

/* The bits of floats rounded to bfloat16, in the upper half of each lane; the lower half is not defined. */
FCNN_INLINE uvec pround_bits(vec a)
{
    const uvec as_is = vbits(a);
    const vec sum = vfrombits(as_is + vuset(0x7fff) + ((as_is >> 16) & vuset(1)));
    const vec zero = vfrombits(as_is & vuset(0x80000000)), quiet = vfrombits(as_is | vuset(0x400000));
    const vec number = vselect(vgt(vabs(a), vset(-1)), sum, quiet);
    return vbits(vselect(vlt(vabs(a), vset(0x1p-126F)), zero, number));
}

#if FCNN_PAIR_HALVES
FCNN_INLINE uvec pround(vec even, vec odd)
{
    return (pround_bits(even) >> 16) | (pround_bits(odd) & vuset(0xffff0000));
}

FCNN_INLINE vec phalf(const bool upper, uvec words)
{
    return vfrombits(upper ? words & vuset(0xffff0000) : words << 16);
}
#else
FCNN_INLINE uvec pround(vec even, vec odd)
{
    const __m512i lower =
        _mm512_set_epi32(15 | 31 << 16, 14 | 30 << 16, 13 | 29 << 16, 12 | 28 << 16, 11 | 27 << 16, 10 | 26 << 16,
                         9 | 25 << 16, 8 | 24 << 16, 7 | 23 << 16, 6 | 22 << 16, 5 | 21 << 16, 4 | 20 << 16,
                         3 | 19 << 16, 2 | 18 << 16, 1 | 17 << 16, 0 | 16 << 16);
    return (uvec)_mm512_permutexvar_epi16(lower, (__m512i)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even));
}

FCNN_INLINE vec pmultiply(uvec a, uvec b, vec acc)
{
    return (vec)_mm512_dpbf16_ps((__m512)acc, (__m512bh)a, (__m512bh)b);
}
#endif

/* ---- words of neighbouring floats ---- */

#if FCNN_SIMD == 0
/* The words of n floats, an even number. */
FCNN_INLINE void pround_row(uint32_t *out, const real *a, int64_t n)
{
    for (int64_t i = 0; i < n; i += 2) {
        out[i / 2] = pround(a[i], a[i + 1]);
    }
}
#elif FCNN_PAIR_HALVES
/* The words of n floats, a multiple of VW. */
FCNN_INLINE void pround_row(uint32_t *out, const real *a, int64_t n)
{
    for (int64_t i = 0; i < n; i += VW) {
        const wvec both = (wvec)pround_bits(vload(a + i)); /* two neighbours in a lane, the first one is lower */
        const wvec words = ((both >> 16) & 0xffff) | ((both >> 32) & 0xffff0000);
        const pair_half narrow = __builtin_convertvector(words, pair_half);
        memcpy(out + i / 2, &narrow, sizeof narrow);
    }
}

/* The halves of VW/2 words as VW floats, the upper half of each word first. */
FCNN_INLINE void phalves(real *out, const uint32_t *words)
{
    pair_half narrow;
    memcpy(&narrow, words, sizeof narrow);
    const wvec both = __builtin_convertvector(narrow, wvec);
    const wvec floats = (both & 0xffff0000) | (both << 48);
    memcpy(out, &floats, sizeof floats);
}
#else
FCNN_INLINE void pround_row(uint32_t *out, const real *a, int64_t n)
{
    for (int64_t i = 0; i < n; i += VW) {
        const __m256bh words = _mm512_cvtneps_pbh((__m512)vload(a + i));
        memcpy(out + i / 2, &words, sizeof words);
    }
}
#endif

/* ---- the two steps, and the state for them ---- */

#if !FCNN_PAIR_HALVES
/* vdpbf16ps has a state of its own, which is always the right one. */
typedef int pstate;

FCNN_INLINE pstate pbegin(void)
{
    return 0;
}

FCNN_INLINE void pend(pstate before)
{
    (void)before;
}
#elif FCNN_SIMD == 5 || FCNN_SIMD == 2
/* Subnormal operands and results are zero; these processors decide after rounding whether a result is subnormal. */
typedef unsigned pstate;
#define FLUSHES_RESULTS_AND_OPERANDS 0x8040U

FCNN_INLINE pstate pbegin(void)
{
    const pstate before = _mm_getcsr();
    _mm_setcsr(before | FLUSHES_RESULTS_AND_OPERANDS);
    return before;
}

FCNN_INLINE void pend(pstate before)
{
    _mm_setcsr(before);
}

FCNN_INLINE vec pfma(vec a, vec b, vec acc)
{
    return vfma(a, b, acc);
}
#elif FCNN_SIMD == 1
/* Subnormal operands and results are zero; these processors decide before rounding whether a result is subnormal, and
 * set a flag.  A chain during which the flag was set must be computed again by pair_fma(). */
typedef uint64_t pstate;
#define FLUSHES ((uint64_t)1 << 24)
#define UNDERFLOW_SEEN ((uint64_t)1 << 3)

/* Whether a result was subnormal since the last call, which has cleared the flag. */
FCNN_INLINE bool underflow_seen(void)
{
    uint64_t flags;
    __asm__ volatile("mrs %0, fpsr" : "=r"(flags)::"memory");
    if ((flags & UNDERFLOW_SEEN) == 0) {
        return false;
    }
    __asm__ volatile("msr fpsr, %0" ::"r"(flags & ~UNDERFLOW_SEEN) : "memory");
    return true;
}

FCNN_INLINE pstate pbegin(void)
{
    pstate before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before)::"memory");
    __asm__ volatile("msr fpcr, %0" ::"r"(before | FLUSHES) : "memory");
    underflow_seen();
    return before;
}

FCNN_INLINE void pend(pstate before)
{
    __asm__ volatile("msr fpcr, %0" ::"r"(before) : "memory");
}

FCNN_INLINE vec pfma(vec a, vec b, vec acc)
{
    return vfma(a, b, acc);
}
#else
typedef int pstate;

FCNN_INLINE pstate pbegin(void)
{
    return 0;
}

FCNN_INLINE void pend(pstate before)
{
    (void)before;
}

FCNN_INLINE vec pfma(vec a, vec b, vec acc)
{
    return pair_fma(a, b, acc);
}
#endif

#endif
