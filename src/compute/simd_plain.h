/* src/compute/simd_plain.h — the operations of simd.h on one number at a time, for any processor. */
#ifndef FCNN_COMPUTE_SIMD_PLAIN_H
#define FCNN_COMPUTE_SIMD_PLAIN_H

typedef int vmask;

FCNN_INLINE wvec wproduct(wvec a, wvec b)
{
    return (a & UINT32_MAX) * (b & UINT32_MAX);
}

FCNN_INLINE vec vset(real a)
{
    return a;
}

FCNN_INLINE uvec vuset(bits a)
{
    return a;
}

FCNN_INLINE void vstream(real *p, vec a)
{
    *p = a;
}

FCNN_INLINE void vfence(void)
{
}

FCNN_INLINE vec vfma(vec a, vec b, vec c)
{
#if FCNN_BITS == 32
    return fmaf(a, b, c);
#else
    return fma(a, b, c);
#endif
}

FCNN_INLINE vec vsqrt(vec a)
{
#if FCNN_BITS == 32
    return sqrtf(a);
#else
    return sqrt(a);
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

FCNN_INLINE vec vselect(vmask mask, vec a, vec b)
{
    return mask ? a : b;
}

FCNN_INLINE uvec vumax(uvec a, uvec b)
{
    return a > b ? a : b;
}

/* A vector of one lane has no halves. */
FCNN_INLINE void vzip(vec a, vec b, vec *low, vec *high)
{
    *low = a;
    *high = b;
}

#endif
