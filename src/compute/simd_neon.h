/* src/compute/simd_neon.h — the operations of simd.h with NEON (Advanced SIMD) of 64-bit Arm, little-endian. */
#ifndef FCNN_COMPUTE_SIMD_NEON_H
#define FCNN_COMPUTE_SIMD_NEON_H

#include <arm_neon.h>

typedef uvec vmask; /* all bits of a lane are set, or none */

FCNN_INLINE void vstream(real *p, vec a)
{
    memcpy(p, &a, sizeof a);
}

FCNN_INLINE void vfence(void)
{
}

FCNN_INLINE wvec wproduct(wvec a, wvec b)
{
    return (wvec)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
}

#if FCNN_BITS == 32
FCNN_INLINE vec vset(real a)
{
    return (vec)vdupq_n_f32(a);
}

FCNN_INLINE uvec vuset(bits a)
{
    return (uvec)vdupq_n_u32(a);
}

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}

FCNN_INLINE vec vsqrt(vec a)
{
    return (vec)vsqrtq_f32((float32x4_t)a);
}

FCNN_INLINE vmask vlt(vec a, vec b)
{
    return (uvec)vcltq_f32((float32x4_t)a, (float32x4_t)b);
}

FCNN_INLINE vmask vgt(vec a, vec b)
{
    return (uvec)vcgtq_f32((float32x4_t)a, (float32x4_t)b);
}

FCNN_INLINE vec vselect(vmask mask, vec a, vec b)
{
    return (vec)vbslq_f32((uint32x4_t)mask, (float32x4_t)a, (float32x4_t)b);
}

FCNN_INLINE uvec vumax(uvec a, uvec b)
{
    return (uvec)vmaxq_u32((uint32x4_t)a, (uint32x4_t)b);
}

FCNN_INLINE void vzip(vec a, vec b, vec *low, vec *high)
{
    *low = (vec)vzip1q_f32((float32x4_t)a, (float32x4_t)b);
    *high = (vec)vzip2q_f32((float32x4_t)a, (float32x4_t)b);
}

FCNN_INLINE dvec dset(double a)
{
    return (dvec)vdupq_n_f64(a);
}

FCNN_INLINE void dstream(double *p, dvec a)
{
    memcpy(p, &a, sizeof a);
}

FCNN_INLINE dvec dfma(dvec a, dvec b, dvec c)
{
    return (dvec)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}

FCNN_INLINE dvec dwiden(const float *p)
{
    return (dvec)vcvt_f64_f32(vld1_f32(p));
}

FCNN_INLINE dvec dlower(vec a)
{
    return (dvec)vcvt_f64_f32(vget_low_f32((float32x4_t)a));
}

FCNN_INLINE dvec dupper(vec a)
{
    return (dvec)vcvt_high_f64_f32((float32x4_t)a);
}

FCNN_INLINE vec djoin(dvec lower, dvec upper)
{
    return (vec)vcvt_high_f32_f64(vcvt_f32_f64((float64x2_t)lower), (float64x2_t)upper);
}
#else
FCNN_INLINE vec vset(real a)
{
    return (vec)vdupq_n_f64(a);
}

FCNN_INLINE uvec vuset(bits a)
{
    return (uvec)vdupq_n_u64(a);
}

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
    return (vec)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}

FCNN_INLINE vec vsqrt(vec a)
{
    return (vec)vsqrtq_f64((float64x2_t)a);
}

FCNN_INLINE vmask vlt(vec a, vec b)
{
    return (uvec)vcltq_f64((float64x2_t)a, (float64x2_t)b);
}

FCNN_INLINE vmask vgt(vec a, vec b)
{
    return (uvec)vcgtq_f64((float64x2_t)a, (float64x2_t)b);
}

FCNN_INLINE vec vselect(vmask mask, vec a, vec b)
{
    return (vec)vbslq_f64((uint64x2_t)mask, (float64x2_t)a, (float64x2_t)b);
}

FCNN_INLINE uvec vumax(uvec a, uvec b)
{
    return (uvec)vbslq_u64(vcgtq_u64((uint64x2_t)a, (uint64x2_t)b), (uint64x2_t)a, (uint64x2_t)b);
}

FCNN_INLINE void vzip(vec a, vec b, vec *low, vec *high)
{
    *low = (vec)vzip1q_f64((float64x2_t)a, (float64x2_t)b);
    *high = (vec)vzip2q_f64((float64x2_t)a, (float64x2_t)b);
}
#endif

#endif
