/* src/compute/simd.h — one vector type for the kernel templates, per precision and instruction set.
 *
 * The including file defines FCNN_BITS (32 or 64); the build defines FCNN_SIMD (0 plain, 2 AVX2+FMA,
 * 5 AVX-512).  What follows is then available:
 *   real, bits        the element and the unsigned integer of its size
 *   vec, uvec         VW elements of either; + - * / & | ^ << >> work lane by lane
 *   vmask             the result of a comparison
 *   vfma(a, b, c)     a·b + c with one rounding: the only multiply-add in the project's kernels
 * Every operation rounds each lane as IEEE 754 says, so the same sequence of them gives the same bits
 * with every instruction set. */
#ifndef FCNN_COMPUTE_SIMD_H
#define FCNN_COMPUTE_SIMD_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if FCNN_SIMD != 0
#include <immintrin.h>
#endif

#define FCNN_INLINE static inline __attribute__((always_inline, unused))

#if FCNN_BITS == 32
typedef float real;
typedef uint32_t bits;
#else
typedef double real;
typedef uint64_t bits;
#endif

#if FCNN_SIMD == 5
#define FCNN_SIMD_NAME avx512
#define FCNN_VECTOR_BYTES 64
#elif FCNN_SIMD == 2
#define FCNN_SIMD_NAME avx2
#define FCNN_VECTOR_BYTES 32
#else
#define FCNN_SIMD_NAME plain
#define FCNN_VECTOR_BYTES (FCNN_BITS / 8)
#endif

#define VW (FCNN_VECTOR_BYTES / (FCNN_BITS / 8))

#if FCNN_SIMD == 0
typedef real vec;
typedef bits uvec;
#else
typedef real vec __attribute__((vector_size(FCNN_VECTOR_BYTES)));
typedef bits uvec __attribute__((vector_size(FCNN_VECTOR_BYTES)));
#endif

/* ---- the same text for every instruction set ---- */

FCNN_INLINE uvec vbits(vec a)
{
    uvec out;
    memcpy(&out, &a, sizeof out);
    return out;
}

FCNN_INLINE vec vfrombits(uvec a)
{
    vec out;
    memcpy(&out, &a, sizeof out);
    return out;
}

FCNN_INLINE vec vload(const real *p)
{
    vec out;
    memcpy(&out, p, sizeof out);
    return out;
}

FCNN_INLINE void vstore(real *p, vec a)
{
    memcpy(p, &a, sizeof a);
}

/* To memory that other threads read, past this one's caches where the instruction set can; p is aligned to the vector.
 * Others see it after vfence(). */
FCNN_INLINE void vstream(real *p, vec a)
{
#if FCNN_SIMD == 0
    *p = a;
#elif FCNN_SIMD == 2 && FCNN_BITS == 32
    _mm256_stream_ps(p, (__m256)a);
#elif FCNN_SIMD == 2
    _mm256_stream_pd(p, (__m256d)a);
#elif FCNN_BITS == 32
    _mm512_stream_ps(p, (__m512)a);
#else
    _mm512_stream_pd(p, (__m512d)a);
#endif
}

FCNN_INLINE void vfence(void)
{
#if FCNN_SIMD != 0
    _mm_sfence();
#endif
}

/* All lanes a. */
FCNN_INLINE vec vset(real a)
{
#if FCNN_SIMD == 0
    return a;
#elif FCNN_SIMD == 2 && FCNN_BITS == 32
    return (vec)_mm256_set1_ps(a);
#elif FCNN_SIMD == 2
    return (vec)_mm256_set1_pd(a);
#elif FCNN_BITS == 32
    return (vec)_mm512_set1_ps(a);
#else
    return (vec)_mm512_set1_pd(a);
#endif
}

FCNN_INLINE uvec vuset(bits a)
{
#if FCNN_SIMD == 0
    return a;
#elif FCNN_SIMD == 2 && FCNN_BITS == 32
    return (uvec)_mm256_set1_epi32((int32_t)a);
#elif FCNN_SIMD == 2
    return (uvec)_mm256_set1_epi64x((int64_t)a);
#elif FCNN_BITS == 32
    return (uvec)_mm512_set1_epi32((int32_t)a);
#else
    return (uvec)_mm512_set1_epi64((int64_t)a);
#endif
}

FCNN_INLINE vec vabs(vec a)
{
    return vfrombits(vbits(a) & vuset((bits) ~(bits)0 >> 1));
}

/* a with the sign of sign. */
FCNN_INLINE vec vcopysign(vec a, vec sign)
{
    const uvec top = vuset((bits)1 << (FCNN_BITS - 1));
    return vfrombits((vbits(a) & ~top) | (vbits(sign) & top));
}

/* ---- what needs an instruction of its own ---- */

#if FCNN_SIMD == 0

typedef int vmask;

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
#if FCNN_BITS == 32
    return fmaf(a, b, c);
#else
    return fma(a, b, c);
#endif
}

FCNN_INLINE vmask vlt(vec a, vec b)
{
    return a < b;
}

FCNN_INLINE vmask vgt(vec a, vec b)
{
    return a > b;
}

/* mask ? a : b, lane by lane. */
FCNN_INLINE vec vselect(vmask mask, vec a, vec b)
{
    return mask ? a : b;
}

FCNN_INLINE uvec vumax(uvec a, uvec b)
{
    return a > b ? a : b;
}

/* Interleaves a and b: low = a0 b0 a1 b1 …, high the rest.  One lane has no halves. */
FCNN_INLINE void vzip(vec a, vec b, vec *low, vec *high)
{
    *low = a;
    *high = b;
}

#elif FCNN_SIMD == 2

typedef vec vmask; /* all bits of a lane set, or none */

#if FCNN_BITS == 32
FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

FCNN_INLINE vmask vlt(vec a, vec b)
{
    return (vec)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LT_OQ);
}

FCNN_INLINE vmask vgt(vec a, vec b)
{
    return (vec)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_GT_OQ);
}

FCNN_INLINE vec vselect(vmask mask, vec a, vec b)
{
    return (vec)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
}

FCNN_INLINE void vzip(vec a, vec b, vec *low, vec *high)
{
    const __m256 even = _mm256_unpacklo_ps((__m256)a, (__m256)b), odd = _mm256_unpackhi_ps((__m256)a, (__m256)b);
    *low = (vec)_mm256_permute2f128_ps(even, odd, 0x20);
    *high = (vec)_mm256_permute2f128_ps(even, odd, 0x31);
}
#else
FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

FCNN_INLINE vmask vlt(vec a, vec b)
{
    return (vec)_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_LT_OQ);
}

FCNN_INLINE vmask vgt(vec a, vec b)
{
    return (vec)_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_GT_OQ);
}

FCNN_INLINE vec vselect(vmask mask, vec a, vec b)
{
    return (vec)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)mask);
}

FCNN_INLINE void vzip(vec a, vec b, vec *low, vec *high)
{
    const __m256d even = _mm256_unpacklo_pd((__m256d)a, (__m256d)b), odd = _mm256_unpackhi_pd((__m256d)a, (__m256d)b);
    *low = (vec)_mm256_permute2f128_pd(even, odd, 0x20);
    *high = (vec)_mm256_permute2f128_pd(even, odd, 0x31);
}
#endif

/* The larger of two unsigned integers. */
FCNN_INLINE uvec vumax(uvec a, uvec b)
{
    const uvec larger = (uvec)(a > b);
    return (a & larger) | (b & ~larger);
}

#else /* AVX-512 */

#if FCNN_BITS == 32
typedef __mmask16 vmask;

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

FCNN_INLINE vmask vlt(vec a, vec b)
{
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
}

FCNN_INLINE vmask vgt(vec a, vec b)
{
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ);
}

FCNN_INLINE vec vselect(vmask mask, vec a, vec b)
{
    return (vec)_mm512_mask_blend_ps(mask, (__m512)b, (__m512)a);
}

FCNN_INLINE uvec vumax(uvec a, uvec b)
{
    return (uvec)_mm512_max_epu32((__m512i)a, (__m512i)b);
}

FCNN_INLINE void vzip(vec a, vec b, vec *low, vec *high)
{
    const __m512i first = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m512i second = _mm512_add_epi32(first, _mm512_set1_epi32(8));
    *low = (vec)_mm512_permutex2var_ps((__m512)a, first, (__m512)b);
    *high = (vec)_mm512_permutex2var_ps((__m512)a, second, (__m512)b);
}
#else
typedef __mmask8 vmask;

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

FCNN_INLINE vmask vlt(vec a, vec b)
{
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ);
}

FCNN_INLINE vmask vgt(vec a, vec b)
{
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_GT_OQ);
}

FCNN_INLINE vec vselect(vmask mask, vec a, vec b)
{
    return (vec)_mm512_mask_blend_pd(mask, (__m512d)b, (__m512d)a);
}

FCNN_INLINE uvec vumax(uvec a, uvec b)
{
    return (uvec)_mm512_max_epu64((__m512i)a, (__m512i)b);
}

FCNN_INLINE void vzip(vec a, vec b, vec *low, vec *high)
{
    const __m512i first = _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0);
    const __m512i second = _mm512_add_epi64(first, _mm512_set1_epi64(4));
    *low = (vec)_mm512_permutex2var_pd((__m512d)a, first, (__m512d)b);
    *high = (vec)_mm512_permutex2var_pd((__m512d)a, second, (__m512d)b);
}
#endif

#endif

#endif
