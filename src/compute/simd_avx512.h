/* src/compute/simd_avx512.h — the operations of simd.h with AVX-512 (F, DQ, BW, VL). */
#ifndef FCNN_COMPUTE_SIMD_AVX512_H
#define FCNN_COMPUTE_SIMD_AVX512_H

#include <immintrin.h>

FCNN_INLINE void vfence(void)
{
    _mm_sfence();
}

FCNN_INLINE wvec wproduct(wvec a, wvec b)
{
    return (wvec)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}

#if FCNN_BITS == 32
FCNN_INLINE vec vset(real a)
{
    return (vec)_mm512_set1_ps(a);
}

FCNN_INLINE uvec vuset(bits a)
{
    return (uvec)_mm512_set1_epi32((int32_t)a);
}

FCNN_INLINE void vstream(real *p, vec a)
{
    _mm512_stream_ps(p, (__m512)a);
}

typedef __mmask16 vmask;

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

FCNN_INLINE vec vsqrt(vec a)
{
    return (vec)_mm512_sqrt_ps((__m512)a);
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

FCNN_INLINE dvec dset(double a)
{
    return (dvec)_mm512_set1_pd(a);
}

FCNN_INLINE void dstream(double *p, dvec a)
{
    _mm512_stream_pd(p, (__m512d)a);
}

FCNN_INLINE dvec dfma(dvec a, dvec b, dvec c)
{
    return (dvec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

FCNN_INLINE dvec dwiden(const float *p)
{
    return (dvec)_mm512_cvtps_pd(_mm256_loadu_ps(p));
}

FCNN_INLINE dvec dlower(vec a)
{
    return (dvec)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)a));
}

FCNN_INLINE dvec dupper(vec a)
{
    return (dvec)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)a, 1));
}

FCNN_INLINE vec djoin(dvec lower, dvec upper)
{
    const __m512 half = _mm512_castps256_ps512(_mm512_cvtpd_ps((__m512d)lower));
    return (vec)_mm512_insertf32x8(half, _mm512_cvtpd_ps((__m512d)upper), 1);
}
#else
FCNN_INLINE vec vset(real a)
{
    return (vec)_mm512_set1_pd(a);
}

FCNN_INLINE uvec vuset(bits a)
{
    return (uvec)_mm512_set1_epi64((int64_t)a);
}

FCNN_INLINE void vstream(real *p, vec a)
{
    _mm512_stream_pd(p, (__m512d)a);
}

typedef __mmask8 vmask;

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

FCNN_INLINE vec vsqrt(vec a)
{
    return (vec)_mm512_sqrt_pd((__m512d)a);
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
