/* src/compute/simd.h — one vector type for the kernel templates, per precision and instruction set.
 *
 * The including file defines FCNN_BITS (32 or 64); the build defines FCNN_SIMD (0 plain, 1 NEON, 2 AVX2+FMA,
 * 5 AVX-512), and FCNN_BF16 for AVX-512 with AVX512_BF16.  What follows is then available:
 *   real, bits        the element and the unsigned integer of its size
 *   vec, uvec         VW elements of these types; + - * / & | ^ << >> work lane by lane
 *   vset, vuset(a)    all lanes a
 *   vfma(a, b, c)     a·b + c with one rounding: the only multiply-add in the project's kernels
 *   vsqrt(a)          the square root, rounded correctly
 *   vmask             the result of a comparison, vlt(a, b) or vgt(a, b)
 *   vselect(m, a, b)  m ? a : b, lane by lane
 *   vumax(a, b)       the larger of two unsigned integers
 *   vzip(a, b, …)     a and b interleaved: low = a0 b0 a1 b1 …, high the rest
 *   vstream(p, a)     stores a for other threads, past the caches of this one if the instruction set can; p must be
 *                     aligned to the vector, and other threads see it after vfence()
 *   wvec              WW unsigned 64-bit words; wproduct(a, b) multiplies the lower halves of the words, of which the
 *                     product is a word
 *   dvec              the lower or the upper half of a vec of floats as doubles (not plain): dset, dstream, dfma as
 *                     above, dlower and dupper of a vec, dwiden(p) of VW/2 floats in memory; djoin(lower, upper) rounds
 *                     both to a vec
 * Every operation rounds each lane according to IEEE 754, so the same sequence of operations gives the same bits with
 * every instruction set.  Operations that need instructions of their own are in simd_*.h, one file per set. */
#ifndef FCNN_COMPUTE_SIMD_H
#define FCNN_COMPUTE_SIMD_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FCNN_INLINE static inline __attribute__((always_inline, unused))

#if FCNN_BITS == 32
typedef float real;
typedef uint32_t bits;
#else
typedef double real;
typedef uint64_t bits;
#endif

#if FCNN_SIMD == 5 && defined FCNN_BF16
#define FCNN_SIMD_NAME avx512bf16
#define FCNN_VECTOR_BYTES 64
#elif FCNN_SIMD == 5
#define FCNN_SIMD_NAME avx512
#define FCNN_VECTOR_BYTES 64
#elif FCNN_SIMD == 2
#define FCNN_SIMD_NAME avx2
#define FCNN_VECTOR_BYTES 32
#elif FCNN_SIMD == 1
#define FCNN_SIMD_NAME neon
#define FCNN_VECTOR_BYTES 16
#else
#define FCNN_SIMD_NAME plain
#define FCNN_VECTOR_BYTES (FCNN_BITS / 8)
#endif

#define VW (FCNN_VECTOR_BYTES / (FCNN_BITS / 8))
#define WW (FCNN_SIMD == 0 ? 1 : FCNN_VECTOR_BYTES / 8)

#if FCNN_SIMD == 0
typedef real vec;
typedef bits uvec;
typedef uint64_t wvec;
#else
typedef real vec __attribute__((vector_size(FCNN_VECTOR_BYTES)));
typedef bits uvec __attribute__((vector_size(FCNN_VECTOR_BYTES)));
typedef uint64_t wvec __attribute__((vector_size(FCNN_VECTOR_BYTES)));
#if FCNN_BITS == 32
typedef double dvec __attribute__((vector_size(FCNN_VECTOR_BYTES)));
#endif
#endif

#if FCNN_SIMD == 5
#include "compute/simd_avx512.h"
#elif FCNN_SIMD == 2
#include "compute/simd_avx2.h"
#elif FCNN_SIMD == 1
#include "compute/simd_neon.h"
#else
#include "compute/simd_plain.h"
#endif

/* ---- the same for every instruction set ---- */

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

FCNN_INLINE vec vabs(vec a)
{
    return vfrombits(vbits(a) & vuset((bits) ~(bits)0 >> 1));
}

/* Returns a with the sign of `sign`. */
FCNN_INLINE vec vcopysign(vec a, vec sign)
{
    const uvec top = vuset((bits)1 << (FCNN_BITS - 1));
    return vfrombits((vbits(a) & ~top) | (vbits(sign) & top));
}

#if FCNN_BITS == 32 && FCNN_SIMD != 0
FCNN_INLINE dvec dload(const double *p)
{
    dvec out;
    memcpy(&out, p, sizeof out);
    return out;
}

FCNN_INLINE void dstore(double *p, dvec a)
{
    memcpy(p, &a, sizeof a);
}
#endif

#endif
