/* src/compute/simd_avx2.h — the operations of simd.h with AVX2 and FMA. */
#ifndef FCNN_COMPUTE_SIMD_AVX2_H
#define FCNN_COMPUTE_SIMD_AVX2_H

#include <immintrin.h>

typedef vec vmask; /* all bits of a lane are set, or none */

FCNN_INLINE void vfence(void)
{
    _mm_sfence();
}

FCNN_INLINE wvec wproduct(wvec a, wvec b)
{
    return (wvec)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}

/* The larger of two unsigned integers. */
FCNN_INLINE uvec vumax(uvec a, uvec b)
{
    const uvec larger = (uvec)(a > b);
    return (a & larger) | (b & ~larger);
}

#if FCNN_BITS == 32
FCNN_INLINE vec vset(real a)
{
    return (vec)_mm256_set1_ps(a);
}

FCNN_INLINE uvec vuset(bits a)
{
    return (uvec)_mm256_set1_epi32((int32_t)a);
}

FCNN_INLINE void vstream(real *p, vec a)
{
    _mm256_stream_ps(p, (__m256)a);
}

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

FCNN_INLINE vec vsqrt(vec a)
{
    return (vec)_mm256_sqrt_ps((__m256)a);
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

FCNN_INLINE dvec dset(double a)
{
    return (dvec)_mm256_set1_pd(a);
}

FCNN_INLINE void dstream(double *p, dvec a)
{
    _mm256_stream_pd(p, (__m256d)a);
}

FCNN_INLINE dvec dfma(dvec a, dvec b, dvec c)
{
    return (dvec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

FCNN_INLINE dvec dwiden(const float *p)
{
    return (dvec)_mm256_cvtps_pd(_mm_loadu_ps(p));
}

FCNN_INLINE dvec dlower(vec a)
{
    return (dvec)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)a));
}

FCNN_INLINE dvec dupper(vec a)
{
    return (dvec)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)a, 1));
}

FCNN_INLINE vec djoin(dvec lower, dvec upper)
{
    return (vec)_mm256_set_m128(_mm256_cvtpd_ps((__m256d)upper), _mm256_cvtpd_ps((__m256d)lower));
}
#else
FCNN_INLINE vec vset(real a)
{
    return (vec)_mm256_set1_pd(a);
}

FCNN_INLINE uvec vuset(bits a)
{
    return (uvec)_mm256_set1_epi64x((int64_t)a);
}

FCNN_INLINE void vstream(real *p, vec a)
{
    _mm256_stream_pd(p, (__m256d)a);
}

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

FCNN_INLINE vec vsqrt(vec a)
{
    return (vec)_mm256_sqrt_pd((__m256d)a);
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

#endif
