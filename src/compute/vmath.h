/* src/compute/vmath.h — elementary functions, the normal distribution and activations for the kernel templates.
 *
 * They replace the functions of libm, whose results differ from machine to machine.  Include this file after simd.h.
 * Every function accepts any argument, has no branch that depends on data, and is one sequence of operations that round
 * according to IEEE 754: the bits are the same with every instruction set.  NaN gives NaN, infinities give the limits
 * of the function, and -0 gives its value there.
 *
 * Largest measured errors in units in the last place, for float over all 2^32 arguments, for double over 10^8
 * arguments of each function (tests/test_vmath.c checks about 10^5 of each):
 *                       float  double
 *   vexp                0.91   0.91
 *   vtanh               1.59   1.60
 *   vsigmoid            1.75   1.73
 *   verf                1.06   1.12
 *   vnormal_cdf         3.78   3.77
 *   vgelu               4.68   4.65
 *     its derivative    4.11   4.13   in units of the larger of its two terms, because it has a zero
 *   vexpm1_below        0.93   1.12   over 10^6 arguments, as all below
 *   vsilu               2.63   2.77
 *     its derivative    2.73   2.93  in units of the larger of its two terms
 *   vmish               4.01   4.02
 *     its derivative    5.13   4.96  in units of the larger of its two terms
 *   vsoftplus           2.53   2.63
 *
 * The coefficients come from scripts/derive_coefficients.py, which describes how they were fitted. */
#ifndef FCNN_COMPUTE_VMATH_H
#define FCNN_COMPUTE_VMATH_H

#if FCNN_BITS == 32

#define VM_MANTISSA 23
#define VM_ONE_BITS 0x3F800000U
#define VM_ROUNDER 0x1.8p23F /* after adding it, the low bits contain the nearest integer */
#define VM_PER_LN2 0x1.715476p+0F
#define VM_LN2_HIGH 0x1.62e4p-1F /* 16 bits: k times it is exact for every exponent k */
#define VM_LN2_LOW 0x1.7f7d1cp-20F
#define VM_EXP_END 0x1.62e43p+6F       /* the first argument whose exponential overflows */
#define VM_EXP_START (-0x1.5d589ep+6F) /* the last whose exponential is a normal number */
#define VM_TANH_SPLIT 0.55F
#define VM_TANH_END 10.0F     /* from 9.02 on, tanh rounds to 1 */
#define VM_ERF_END 4.0F       /* from 3.84 on, erf rounds to 1 */
#define VM_MISH_END 12.0F     /* from 9.5 on, mish x rounds to x, from 11 on its derivative to 1 */
#define VM_NORMAL_END 12.875F /* for larger a, Φ(-a) is set to 0; from 12.95 on it is subnormal */
#define VM_SQRT_2 0x1.6a09e6p+0F
#define VM_DENSITY_0 0x1.988454p-2F /* φ(0) = 1/√(2π) */

/* e^r = 1 + r + r²·Q(r) on |r| ≤ ln 2 / 2; relative error of e^r and of e^r - 1 at most 2^-26.1 */
static const real vm_exp_q[] = {
    0x1.fffffep-2F, 0x1.5554b2p-3F, 0x1.55571ap-5F, 0x1.122662p-7F, 0x1.6b6e6ap-10F,
};

/* tanh x = x + x³·T(x²) on |x| ≤ 0.55; 2^-29.7 */
static const real vm_tanh_t[] = {
    -0x1.55554ap-2F, 0x1.110cfap-3F, -0x1.b921fap-5F, 0x1.590c04p-6F, -0x1.9a2f04p-8F,
};

/* log(1 + u) = 2s + s³·L(s²) with s = u/(2 + u) on 0 ≤ u ≤ 1; 2^-33.0 */
static const real vm_log1p_l[] = {
    0x1.555558p-1F, 0x1.9996d8p-2F, 0x1.25050cp-2F, 0x1.b72c62p-3F, 0x1.f08784p-3F,
};

/* erf x = x + x·E(x²) on |x| ≤ 1; 2^-29.3 */
static const real vm_erf_e[] = {
    0x1.06eba8p-3F, -0x1.81273ep-2F, 0x1.ce2ceap-4F, -0x1.b7f7b6p-6F, 0x1.53f996p-8F, -0x1.a399a2p-11F, 0x1.486506p-14F,
};

/* φ(a)/Φ(-a) = a + R(a)/N(a) on 0 ≤ a ≤ 13; 2^-25.6.  R(0) is 2φ(0), so that Φ(0) is ½ exactly. */
static const real vm_tail_r[] = {
    0x1.988454p-1F, 0x1.71a41ap-2F, 0x1.70eb5ep-4F, 0x1.328e2p-7F, 0x1.3b7f8ep-20F,
};
static const real vm_tail_n[] = {
    0x1p+0F, 0x1.d0d158p-1F, 0x1.8f15eap-2F, 0x1.6d181p-4F, 0x1.34353cp-7F,
};

#else

#define VM_MANTISSA 52
#define VM_ONE_BITS 0x3FF0000000000000U
#define VM_ROUNDER 0x1.8p52
#define VM_PER_LN2 0x1.71547652b82fep+0
#define VM_LN2_HIGH 0x1.62e42fefa38p-1 /* 42 bits */
#define VM_LN2_LOW 0x1.ef35793c7673p-45
#define VM_EXP_END 0x1.62e42fefa39fp+9
#define VM_EXP_START (-0x1.6232bdd7abcd2p+9)
#define VM_TANH_SPLIT 0.55
#define VM_TANH_END 20.0 /* from 19.07 on, tanh rounds to 1 */
#define VM_ERF_END 6.0   /* from 5.87 on, erf rounds to 1 */
#define VM_MISH_END 24.0
#define VM_NORMAL_END 37.5 /* Φ(-37.5) = 4.6e-308 */
#define VM_SQRT_2 0x1.6a09e667f3bcdp+0
#define VM_DENSITY_0 0x1.9884533d43651p-2

/* as above; 2^-55.5 */
static const real vm_exp_q[] = {
    0x1.0000000000005p-1,  0x1.5555555555543p-3, 0x1.555555555211bp-5,  0x1.111111111691cp-7,  0x1.6c16c17f2a5dap-10,
    0x1.a01a018235e27p-13, 0x1.a019a6b0117fp-16, 0x1.71de6a9680934p-19, 0x1.28a281031ede3p-22, 0x1.ae9a5c785638ap-26,
};

/* as above; 2^-55.4 */
static const real vm_tanh_t[] = {
    -0x1.555555555549dp-2, 0x1.11111111028e7p-3,   -0x1.ba1ba1ad6bd57p-5, 0x1.664f45c1f2fecp-6,   -0x1.226ddd32989bp-7,
    0x1.d6c61b45399d5p-9,  -0x1.7cf3a7a2e31adp-10, 0x1.2fa210a27ca1cp-11, -0x1.b906dcb12ee34p-13, 0x1.abf998e83bcbcp-15,
};

/* as above; 2^-59.4 */
static const real vm_log1p_l[] = {
    0x1.5555555555535p-1, 0x1.99999999a072dp-2, 0x1.249249208e2cap-2, 0x1.c71c741b4b993p-3, 0x1.745cb4305372bp-3,
    0x1.3b1dd6e9fee88p-3, 0x1.1068064f9061ap-3, 0x1.efd3f69ea0f94p-4, 0x1.55c51f4182c38p-4, 0x1.5c6562c011ba3p-3,
};

/* as above; 2^-56.3 */
static const real vm_erf_e[] = {
    0x1.06eba8214db69p-3,  -0x1.812746b037a23p-2,  0x1.ce2f21a0456a8p-4,  -0x1.b82ce31349596p-6,
    0x1.565bcd2a9047dp-8,  -0x1.c02db8ddb3166p-11, 0x1.f9a3af91d147ep-14, -0x1.f4dc37af6f057p-17,
    0x1.ba5ff4a58e8fp-20,  -0x1.634582f7aaefbp-23, 0x1.11998cd5a5469p-26, -0x1.bba8460e5918cp-30,
    0x1.2fe9a9ba61a95p-33,
};

/* as above, on 0 ≤ a ≤ 37.6; 2^-56.5 */
static const real vm_tail_r[] = {
    0x1.9884533d43651p-1,  0x1.f143f65419658p-1,  0x1.369e7a300d32ap-1,  0x1.f8350b066bca3p-3,
    0x1.2086bced0a712p-4,  0x1.df0ede001f676p-7,  0x1.1f97f870caa74p-9,  0x1.e1ed99f99ca4cp-13,
    0x1.00ecb0e311394p-16, 0x1.0c7595675d964p-21, 0x1.6fa3e2f639de2p-59,
};
static const real vm_tail_n[] = {
    0x1p+0,
    0x1.ac34743241494p+0,
    0x1.62b1b30a66ap+0,
    0x1.7854c0325b217p-1,
    0x1.18a7d207bf75ep-2,
    0x1.321fd1455a349p-4,
    0x1.ee052684b7016p-7,
    0x1.239baa43f297ap-9,
    0x1.e40685869369ep-13,
    0x1.00ecb0d55bb97p-16,
    0x1.0c75956c03f7dp-21,
};

#endif

#define VM_DEGREE(coefficients) ((int)(sizeof(coefficients) / sizeof(real)) - 1)
#define VM_POLYNOMIAL(x, coefficients) vm_polynomial(x, coefficients, VM_DEGREE(coefficients))

/* Σ c_i x^i by Horner's rule. */
FCNN_INLINE vec vm_polynomial(vec x, const real *c, int degree)
{
    vec sum = vset(c[degree]);
#pragma GCC unroll 16
    for (int i = degree - 1; i >= 0; i--) {
        sum = vfma(sum, x, vset(c[i]));
    }
    return sum;
}

/* Returns the integer k nearest to x/ln 2, and sets *exponent to k at the position of the exponent of a number, to be
 * added to its bits.  Valid for |x| up to VM_EXP_END. */
FCNN_INLINE vec vm_exp_whole(vec x, uvec *exponent)
{
    const vec turned = vfma(x, vset(VM_PER_LN2), vset(VM_ROUNDER));
    *exponent = vbits(turned) << VM_MANTISSA; /* only the bits of k remain */
    return turned - vset(VM_ROUNDER);
}

/* Cody and Waite's reduction: x = k·ln 2 + r with |r| ≤ ln 2 / 2. */
FCNN_INLINE vec vm_exp_reduce(vec x, uvec *exponent)
{
    const vec k = vm_exp_whole(x, exponent);
    return vfma(k, vset(-VM_LN2_LOW), vfma(k, vset(-VM_LN2_HIGH), x));
}

/* e^r for |r| ≤ ln 2 / 2. */
FCNN_INLINE vec vm_exp_reduced(vec r)
{
    const vec one = vset(1);
    return vfma(vfma(VM_POLYNOMIAL(r, vm_exp_q), r, one), r, one);
}

/* e^r - 1 for |r| ≤ ln 2 / 2. */
FCNN_INLINE vec vm_expm1_reduced(vec r)
{
    return vfma(VM_POLYNOMIAL(r, vm_exp_q), r * r, r);
}

/* 2^k for k from vm_exp_reduce(); 2^k must be a normal number. */
FCNN_INLINE vec vm_power_of_two(uvec exponent)
{
    return vfrombits(exponent + vuset(VM_ONE_BITS));
}

/* e^x; 0 instead of subnormal results. */
FCNN_INLINE vec vexp(vec x)
{
    uvec exponent;
    const vec r = vm_exp_reduce(x, &exponent);
    const vec inside = vfrombits(vbits(vm_exp_reduced(r)) + exponent);
    /* x + Inf is Inf above the range, and NaN for NaN, whose bits the line above has changed. */
    const vec y = vselect(vlt(x, vset(VM_EXP_END)), inside, x + vset((real)INFINITY));
    return vselect(vlt(x, vset(VM_EXP_START)), vset(0), y);
}

/* tanh x: a polynomial for |x| ≤ 0.55, otherwise 1 - 2/(e^(2|x|) + 1) with the sign of x. */
FCNN_INLINE vec vtanh(vec x)
{
    const vec magnitude = vabs(x);
    const vec a = vselect(vgt(magnitude, vset(VM_TANH_END)), vset(VM_TANH_END), magnitude);
    uvec exponent;
    const vec r = vm_exp_reduce(a + a, &exponent);
    const vec e = vfrombits(vbits(vm_exp_reduced(r)) + exponent);
    const vec outer = vset(1) - vset(2) / (e + vset(1));
    const vec square = magnitude * magnitude;
    const vec inner = vfma(magnitude * square, VM_POLYNOMIAL(square, vm_tanh_t), magnitude);
    /* NaN is propagated by inner. */
    return vcopysign(vselect(vgt(magnitude, vset(VM_TANH_SPLIT)), outer, inner), x);
}

/* 1/(1 + e^|x|), so that the rounding of the exponential does not matter; 0 where that would be subnormal. */
FCNN_INLINE vec vm_sigmoid_below(vec x)
{
    const vec a = vabs(x);
    const vec one = vset(1);
    uvec exponent;
    const vec r = vm_exp_reduce(a, &exponent);
    const vec scale = vm_power_of_two(exponent);
    const vec sum = scale + one;
    const vec lost = one - (sum - scale); /* of the 1, when the scale is large */
    const vec inside = one / (vfma(scale, vm_expm1_reduced(r), lost) + sum);
    return vselect(vgt(a, vset(-VM_EXP_START)), vset(0), inside);
}

/* 1/(1 + e^-x): with q = 1/(1 + e^|x|), it is q for negative x and 1 - q for others. */
FCNN_INLINE vec vsigmoid(vec x)
{
    const vec q = vm_sigmoid_below(x);
    return vselect(vlt(x, vset(0)), q, vset(1) - q);
}

/* e^x - 1 for x ≤ 0; a positive x gives any number. */
FCNN_INLINE vec vexpm1_below(vec x)
{
    const vec a = vselect(vlt(x, vset(VM_EXP_START)), vset(VM_EXP_START), x);
    uvec exponent;
    const vec r = vm_exp_reduce(a, &exponent);
    const vec scale = vm_power_of_two(exponent);
    return vfma(scale, vm_expm1_reduced(r), scale - vset(1));
}

/* silu x = x·σ(x), and its derivative σ(x) + σ(x)·x·σ(-x); 0 where σ(x) would be subnormal. */
FCNN_INLINE vec vsilu(vec x, vec *derivative)
{
    const vec q = vm_sigmoid_below(x), rest = vset(1) - q;
    const vmask is_below = vlt(x, vset(0));
    const vec value = vselect(is_below, q, rest);
    /* near, not x, where the other factor may be 0: Inf·0 would be NaN. */
    const vec low = vselect(vlt(x, vset(VM_EXP_START)), vset(VM_EXP_START), x);
    const vec near = vselect(vgt(low, vset(-VM_EXP_START)), vset(-VM_EXP_START), low);
    *derivative = vfma(value, near * vselect(is_below, rest, q), value);
    return low * value;
}

/* mish x = x·tanh(log(1 + e^x)).  With e = e^x and n = e·(e + 2), the tanh is t = n/(n + 2), and the derivative
 * t + x·4·e·(1 + e)/(n + 2)²; 0 where e would be subnormal. */
FCNN_INLINE vec vmish(vec x, vec *derivative)
{
    const vec low = vselect(vlt(x, vset(VM_EXP_START)), vset(VM_EXP_START), x);
    const vec near = vselect(vgt(low, vset(VM_MISH_END)), vset(VM_MISH_END), low);
    uvec exponent;
    const vec reduced = vm_exp_reduce(near, &exponent);
    const vec inside = vfrombits(vbits(vm_exp_reduced(reduced)) + exponent);
    const vec e = vselect(vgt(near, vset(VM_EXP_START)), inside, vset(0));
    const vec n = vfma(e, e, e + e);
    const vec r = vset(1) / (n + vset(2));
    const vec t = vselect(vlt(x, vset(0)), n * r, vfma(vset(-2), r, vset(1)));
    *derivative = vfma(near * vset(4), e * r * (vfma(e, r, r)), t); /* NaN goes by way of near */
    return low * t;
}

/* softplus x = log(1 + e^x), as max(x, 0) + log(1 + e^-|x|). */
FCNN_INLINE vec vsoftplus(vec x)
{
    const vec u = vexp(-vabs(x));
    const vec s = u / (u + vset(2));
    const vec square = s * s;
    const vec rest = vfma(s * square, VM_POLYNOMIAL(square, vm_log1p_l), s + s);
    return vselect(vgt(x, vset(0)), x + rest, rest);
}

/* log cosh x = ½·log(1 + sinh²x) for |x| ≤ 0.875, otherwise |x| - log 2 + log(1 + e^(-2|x|)). */
FCNN_INLINE vec vlog_cosh(vec x)
{
    const vec magnitude = vabs(x), split = vset((real)0.875), half = vset((real)0.5);
    const vmask is_far = vgt(magnitude, split);
    const vec a = vselect(is_far, split, magnitude);
    uvec exponent;
    const vec r = vm_exp_reduce(a, &exponent);
    const vec scale = vm_power_of_two(exponent);
    const vec e = vfma(scale, vm_expm1_reduced(r), scale - vset(1)); /* e^a - 1 */
    const vec sinh = half * (e + e / (e + vset(1)));
    const vec u = vselect(is_far, vexp(magnitude * vset(-2)), sinh * sinh);
    const vec s = u / (u + vset(2)), square = s * s;
    const vec log1p = vfma(s * square, VM_POLYNOMIAL(square, vm_log1p_l), s + s);
    const vec far = (magnitude - vset(VM_LN2_HIGH)) + (log1p - vset(VM_LN2_LOW));
    return vselect(is_far, far, half * log1p);
}

/* exp(-a²·half)/√(2π) for half = 1 or ½, for squares in the range of exp.  The rounding error of a², which would cause
 * errors of up to a² units in the last place, is corrected. */
FCNN_INLINE vec vm_density(vec a, real half)
{
    const vec b = a * vset(-half);
    const vec x = a * b;
    const vec rest = vfma(a, b, -x);
    uvec exponent;
    const vec k = vm_exp_whole(x, &exponent);
    const vec r = vfma(k, vset(-VM_LN2_HIGH), x) + vfma(k, vset(-VM_LN2_LOW), rest);
    const vec start = vset(VM_DENSITY_0);
    return vfma(start, vm_expm1_reduced(r), start) * vm_power_of_two(exponent);
}

/* Φ(-a) = φ(a)·N/(a·N + R), given φ(a).  The errors of N, which grow with a in Horner's rule, cancel. */
FCNN_INLINE vec vm_tail(vec a, vec density)
{
    const vec n = VM_POLYNOMIAL(a, vm_tail_n);
    return density * n / vfma(a, n, VM_POLYNOMIAL(a, vm_tail_r));
}

/* erf x: a polynomial for |x| ≤ 1, otherwise 1 - 2Φ(-√2·|x|) with the sign of x. */
FCNN_INLINE vec verf(vec x)
{
    const vec magnitude = vabs(x);
    const vec a = vselect(vgt(magnitude, vset(VM_ERF_END)), vset(VM_ERF_END), magnitude);
    const vec tail = vm_tail(a * vset(VM_SQRT_2), vm_density(a, 1));
    const vec outer = vfma(vset(-2), tail, vset(1));
    const vec inner = vfma(x, VM_POLYNOMIAL(x * x, vm_erf_e), x);
    return vselect(vgt(magnitude, vset(1)), vcopysign(outer, x), inner);
}

/* Φ(x) and φ(x), and *near = x limited to the range outside of which Φ is 0 or 1. */
FCNN_INLINE vec vm_normal(vec x, vec *near, vec *density)
{
    const vec magnitude = vabs(x);
    const vmask far = vgt(magnitude, vset(VM_NORMAL_END));
    const vec a = vselect(far, vset(VM_NORMAL_END), magnitude);
    *near = vcopysign(a, x);
    *density = vselect(far, vset(0), vm_density(a, (real)0.5));
    const vec tail = vm_tail(a, *density);
    return vselect(vlt(x, vset(0)), tail, vset(1) - tail);
}

/* Φ(x) = ∫ φ(t) dt from -∞ to x, φ(t) = exp(-t²/2)/√(2π); 0 below -VM_NORMAL_END. */
FCNN_INLINE vec vnormal_cdf(vec x)
{
    vec near;
    vec density;
    return vm_normal(x, &near, &density);
}

/* gelu x = x·Φ(x), and its derivative Φ(x) + x·φ(x). */
FCNN_INLINE vec vgelu(vec x, vec *derivative)
{
    vec near;
    vec density;
    const vec cdf = vm_normal(x, &near, &density);
    /* The factor is near instead of x, because the other factor may be 0, and -Inf·0 would be NaN. */
    *derivative = vfma(near, density, cdf);
    return vselect(vlt(x, vset(0)), near, x) * cdf;
}

#undef VM_MANTISSA
#undef VM_ONE_BITS
#undef VM_ROUNDER
#undef VM_PER_LN2
#undef VM_LN2_HIGH
#undef VM_LN2_LOW
#undef VM_EXP_END
#undef VM_EXP_START
#undef VM_TANH_SPLIT
#undef VM_TANH_END
#undef VM_ERF_END
#undef VM_MISH_END
#undef VM_NORMAL_END
#undef VM_SQRT_2
#undef VM_DENSITY_0

#endif
